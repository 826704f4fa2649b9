package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// planRows is how many rows a table has: enough for a planner to want an index.
const planRows = 6000

func numbered(n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-%012x", n+1))
}

// The queries that run with every request or every few seconds, and the lists that pick few out of
// many, go by an index on every database.
func TestHotQueriesUseAnIndex(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		if s.name == "PostgreSQL pq" {
			return // the same server and the same statements
		}
		name, dsn := s.create(t)
		pool := openPool(t, name, dsn)
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		createOrganization(t, db, "acme")
		fillForPlans(t, s.dialect, pool)

		rec, recorded := newRecorder(t, name, dsn)
		watched, err := sqlstore.New(t.Context(), recorded, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		for _, tc := range hotQueries() {
			t.Run(tc.name, func(t *testing.T) {
				rec.queries = nil
				found, err := tc.read(t.Context(), watched)
				require.NoError(t, err)
				require.NotZero(t, found, "a query that finds nothing shows nothing")
				require.NotEmpty(t, rec.queries)
				for _, q := range rec.queries {
					requireIndex(t, s.dialect, pool, q, tc.index)
				}
			})
		}
	})
}

type hotQuery struct {
	name  string
	index string // "table_index" that must be the one; empty for any, such as a primary key's
	read  func(ctx context.Context, s storage.Stores) (found int, err error)
}

func hotQueries() []hotQuery {
	const org = admin.OrgID("acme")
	ids := admin.Seek[uuid.UUID]{Limit: 20}
	return []hotQuery{
		{"token by digest", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Tokens().ByDigest(ctx, []token.Digest{sha256.Sum256([]byte("77")), sha256.Sum256([]byte("none"))})
			return 1, err
		}},
		{"setting of a path", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Settings().Lookup(ctx, org, onPath("rate"))
			return len(l), err
		}},
		{"settings of an enrichment", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Settings().Lookup(ctx, org, onPath("rate", "a", "b", "c", "d", "e", "f"))
			return len(l), err
		}},
		{"settings of an entity", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Settings().List(ctx, org, settings.Filter{Entity: settings.Entity{Kind: settings.Account, ID: "a77"}}, ids)
			return len(l), err
		}},
		{"jobs that are due", "jobs_due", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().Due(ctx, noon, 20)
			return len(l), err
		}},
		{"jobs of a kind and a status", "jobs_kind", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().List(ctx, org, job.Filter{Kind: "import", Status: job.Pending}, ids)
			return len(l), err
		}},
		{"entries of a job", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().Entries(ctx, org, numbered(0), job.EntryFilter{}, admin.Seek[int64]{Limit: 20, After: 1000})
			return len(l), err
		}},
		{"failed entries of a job", "job_entries_status", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().Entries(ctx, org, numbered(0), job.EntryFilter{Status: job.EntryFailed}, admin.Seek[int64]{Limit: 20})
			return len(l), err
		}},
		{"a customer", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Customers().Get(ctx, org, "c77")
			return 1, err
		}},
		{"a page of customers", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Customers().List(ctx, org, admin.Seek[string]{Limit: 20, After: "c77"})
			return len(l), err
		}},
		{"customers that a batch names", "", func(ctx context.Context, s storage.Stores) (int, error) {
			return batchOfCustomers(ctx, s, org)
		}},
		{"a page of the audit trail", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{}, ids)
			return len(l), err
		}},
		{"what was done to one thing", "audit_subject", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{Subject: admin.Subject{Kind: "customer", ID: "c77"}}, ids)
			return len(l), err
		}},
		{"what one actor did", "audit_actor", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{Actor: admin.Actor{Kind: admin.ActorUser, ID: "u77"}}, ids)
			return len(l), err
		}},
		{"accounts on a plan", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Schedules().OnPlan(ctx, org, priceplan.Ref{ID: "p7", Version: 1}, noon, admin.Seek[string]{Limit: 20})
			return len(l), err
		}},
		{"an account's schedules", "", func(ctx context.Context, s storage.Stores) (int, error) {
			tls, err := s.Schedules().Timelines(ctx, org, []string{"a77"}, time.Time{})
			return len(tls[0].Schedules), err
		}},
		{"the schedules of the accounts of a batch", "", func(ctx context.Context, s storage.Stores) (int, error) {
			tls, err := s.Schedules().Timelines(ctx, org, manyAccounts(300), noon)
			return len(tls), err
		}},
		{"an account's removed schedules", "schedules_account", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Schedules().Removed(ctx, org, "a77")
			return 1, err
		}},
		{"accounts that are moved", "", func(ctx context.Context, s storage.Stores) (int, error) {
			var set []priceplan.Replacement
			for _, account := range manyAccounts(8) {
				r := priceplan.Replacement{AccountID: account, Add: []priceplan.Schedule{{ID: "new " + account}}}
				r.Remove = []priceplan.Revision{{ID: "none"}} // looked up, and then there is nothing to do
				set = append(set, r)
			}
			out, err := s.Schedules().ReplaceAll(ctx, org, set, rec("schedule.replace"))
			return len(out), err
		}},
		{"the latest version of a plan", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Plans().Latest(ctx, org, "p7")
			return 1, err
		}},
		{"versions of a plan", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Plans().Versions(ctx, org, "p7", admin.Seek[int64]{Limit: 20})
			return len(l), err
		}},
		{"plans of a status", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Plans().List(ctx, org, priceplan.PlanFilter{Status: priceplan.Active}, admin.Seek[string]{Limit: 20})
			return len(l), err
		}},
	}
}

func manyAccounts(n int) []string {
	accounts := make([]string, n)
	for i := range accounts {
		accounts[i] = fmt.Sprintf("a%d", i)
	}
	return accounts
}

// batchOfCustomers writes rows that all exist, so that looking them up is all that happens.
func batchOfCustomers(ctx context.Context, s storage.Stores, org admin.OrgID) (int, error) {
	b := bulkimport.Batch{Import: numbered(1), Mode: bulkimport.Skip, At: noon}
	for n := range 8 { // of many a small table is read whole, and rightly
		r, err := bulkimport.NewRow(int64(n+1), int64(n+2), "id", []string{"id"}, []string{fmt.Sprintf("c%d", n)})
		if err != nil {
			return 0, err
		}
		b.Rows = append(b.Rows, r)
	}
	out, err := s.Customers().Write(ctx, org, b, rec("import.write"))
	return len(out), err
}

// requireIndex explains a query and fails where it reads a whole table.
func requireIndex(t *testing.T, d sqlstore.Dialect, pool *sql.DB, q query, index string) {
	t.Helper()
	explain := map[sqlstore.Dialect]string{sqlstore.SQLite: "EXPLAIN QUERY PLAN ", sqlstore.PostgreSQL: "EXPLAIN ", sqlstore.MySQL: "EXPLAIN "}[d]
	rows, err := pool.QueryContext(t.Context(), explain+q.text, q.args...)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var plan []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		dest := make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		require.NoError(t, rows.Scan(dest...))
		var line []string
		for i, v := range values {
			line = append(line, columns[i]+"="+v.String)
		}
		plan = append(plan, strings.Join(line, " "))
	}
	require.NoError(t, rows.Err())
	text := strings.Join(plan, "\n")
	switch d {
	case sqlstore.SQLite:
		require.NotRegexp(t, `SCAN (s|m|p|admincenter_\w+)( |$)`, text, q.text)
	case sqlstore.PostgreSQL:
		require.NotContains(t, text, "Seq Scan on admincenter_", q.text)
	case sqlstore.MySQL:
		require.NotRegexp(t, `table=(s|m|p|admincenter_\w+) .*type=(ALL|index) `, text, q.text)
	}
	if index == "" {
		return
	}
	table, key, _ := strings.Cut(index, "_")
	if rest, found := strings.CutPrefix(index, "job_entries_"); found {
		table, key = "job_entries", rest
	}
	if d == sqlstore.MySQL {
		require.Regexp(t, `table=(s|admincenter_`+table+`) .*key=`+key+` `, text, q.text)
	} else {
		require.Contains(t, text, "admincenter_"+index, q.text)
	}
}

// fillForPlans puts planRows into each table that the hot queries read, and has the planner know.
func fillForPlans(t *testing.T, d sqlstore.Dialect, pool *sql.DB) {
	t.Helper()
	at, planRows := noon.Add(-time.Hour).UnixMicro(), planRows
	if d == sqlstore.SQLite {
		planRows = 2000 // its planner reads a table of any size whole only where no index fits
	}
	fill := func(table, columns string, row func(n int) string) {
		t.Helper()
		for from := 0; from < planRows; from += 1000 {
			rows := make([]string, 1000)
			for i := range rows {
				rows[i] = "('acme', " + row(from+i) + ")"
			}
			run(t, pool, "INSERT INTO admincenter_"+table+" (org_id, "+columns+") VALUES "+strings.Join(rows, ", "))
		}
	}
	binary := func(sum [32]byte) string {
		if d == sqlstore.PostgreSQL {
			return fmt.Sprintf(`'\x%x'`, sum)
		}
		return fmt.Sprintf("x'%x'", sum)
	}
	fill("tokens", "id, name, permissions, prefix, last4, state, created_at, created_by_kind, created_by_id, updated_at, version, hash_key, digest", func(n int) string {
		return fmt.Sprintf("'%s', 'name', 'settings.read', 'adm_', 'aB3x', 'active', %d, 'system', '', %d, 1, 'sha256', %s", numbered(n), at, at, binary(sha256.Sum256(fmt.Append(nil, n))))
	})
	fill("settings", "id, entity_kind, entity_id, namespace, name, value_type, value_text, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, version, schema_text", func(n int) string {
		return fmt.Sprintf("'%s', 'ACCOUNT', 'a%d', 'USER', 'rate', 'STRING', 'x', %d, 'system', '', %d, 'system', '', 1, ''", numbered(n), n, at, at)
	})
	fill("jobs", "id, kind, status, created_at, created_by_kind, created_by_id, updated_at, total, completed, skipped, failed, cursor_text, failure, attempt, version", func(n int) string {
		status := "COMPLETED"
		if n%500 == 1 {
			status = "PENDING"
		}
		return fmt.Sprintf("'%s', '%s', '%s', %d, 'system', '', %d, 0, 0, 0, 0, '', '', 0, 1", numbered(n), []string{"import", "other"}[2*n/planRows], status, at, at)
	})
	fill("job_entries", "job_id, seq, ref, status, reason, detail, data", func(n int) string {
		status := "COMPLETED"
		if n%500 == 0 {
			status = "FAILED"
		}
		return fmt.Sprintf("'%s', %d, 'ref', '%s', '', '', ''", numbered(0), n+1, status)
	})
	fill("customers", "id, name, primary_email, phone_number, line1, line2, postal_code, city, state, country, status, extra, created_at, updated_at, version", func(n int) string {
		return fmt.Sprintf("'c%d', 'name', '', '', '', '', '', '', '', '', 'ACTIVE', '', %d, %d, 1", n, at, at)
	})
	fill("audit", "id, at, actor_kind, actor_id, action, subject_kind, subject_id, changes", func(n int) string {
		return fmt.Sprintf("'%s', %d, 'user', 'u%d', 'customer.update', 'customer', 'c%d', ''", numbered(n), at, n%600, n%600)
	})
	fill("schedule_accounts", "account_id, changed_at", func(n int) string { return fmt.Sprintf("'a%d', %d", n, at) })
	columns := "id, account_id, plan_id, plan_version, from_at, currency, cycle_override, rate_cards, created_at, updated_at, version"
	fill("schedules", columns+", removed_by_kind, removed_by_id", func(n int) string {
		return fmt.Sprintf("'s%d', 'a%d', 'p%d', 1, %d, 'EUR', '', '', %d, %d, 1, '', ''", n, n, n%200, at, at, at)
	})
	columns = "id, version, name, description, status, currencies, cycle, anniversary, created_at, updated_at, record_version"
	fill("plans", columns, func(n int) string {
		return fmt.Sprintf("'p%d', %d, 'name', '', 'ACTIVE', 'EUR', 'MONTHLY 1', 0, %d, %d, 1", n%500, n/500+1, at, at)
	})
	analyse := []string{"ANALYZE"}
	if d == sqlstore.MySQL {
		analyse = nil
		for _, table := range []string{"tokens", "settings", "jobs", "job_entries", "customers", "audit", "schedule_accounts", "schedules", "plans"} {
			analyse = append(analyse, "ANALYZE TABLE admincenter_"+table)
		}
	}
	for _, statement := range analyse {
		run(t, pool, statement)
	}
}

// onPath are the keys of settings on the levels of a path.
func onPath(names ...string) []settings.Key {
	var out []settings.Key
	for _, name := range names {
		for _, e := range []settings.Entity{{Kind: settings.Account, ID: "a77"}, {Kind: settings.Customer, ID: "c"}, {Kind: settings.Organization}} {
			out = append(out, settings.Key{Entity: e, Namespace: settings.DefaultNamespace, Name: name})
		}
	}
	return out
}
