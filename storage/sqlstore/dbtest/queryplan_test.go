package dbtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// The queries that run with every request or every few seconds, every list by every set of its filters,
// and every other statement go by an index on every database, whether or not it has statistics.
func TestPlans(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		name, dsn := s.create(t)
		if s.dialect == sqlstore.PostgreSQL { // what a crash of the server would take is not on trial
			dsn = with(dsn, "synchronous_commit=off")
		}
		pool := openPool(t, name, dsn)
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		if s.dialect == sqlstore.PostgreSQL {
			for _, x := range catalog(t, pool, s.dialect) { // whose statistics would come in the middle of the test
				run(t, pool, "ALTER TABLE "+x.name+" SET (autovacuum_enabled = off)")
			}
		}
		createOrganization(t, db, planOrg)
		fillForPlans(t, s.dialect, pool)
		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close()
		e := explainer{dialect: s.dialect, conn: conn, run: s.dialect != sqlstore.SQLite}

		rec, recorded := newRecorder(t, name, dsn)
		watched, err := sqlstore.New(t.Context(), recorded, s.dialect, sqlstore.Options{Prepared: -1})
		require.NoError(t, err)
		plans := func(t *testing.T, e explainer) {
			t.Run("hot queries", func(t *testing.T) { testHotQueries(t, e, rec, watched) })
			t.Run("lists", func(t *testing.T) { testListPlans(t, e, rec, watched) })
		}
		e.guesses = s.dialect == sqlstore.PostgreSQL
		t.Run("without statistics", func(t *testing.T) { plans(t, e) })
		e.guesses = false
		analyze(t, s.dialect, pool)
		t.Run("with statistics", func(t *testing.T) { plans(t, e) })
		if s.dialect == sqlstore.PostgreSQL {
			e.generic = true
			e.exec(t, "SET plan_cache_mode = force_generic_plan")
			t.Run("for any arguments", func(t *testing.T) { plans(t, e) })
			e.generic = false
			e.exec(t, "RESET plan_cache_mode")
		}
		e.run = false
		t.Run("every statement", func(t *testing.T) { testStatementPlans(t, e, s) })
	})
}

func testHotQueries(t *testing.T, e explainer, rec *recorder, watched storage.Stores) {
	for _, tc := range hotQueries() {
		t.Run(tc.name, func(t *testing.T) {
			queries := rec.record(func() {
				found, err := tc.read(t.Context(), watched)
				require.NoError(t, err)
				require.NotZero(t, found, "a query that finds nothing shows nothing")
			})
			require.NotEmpty(t, queries)
			for _, q := range queries {
				if explained.MatchString(q.text) {
					requireIndex(t, e, q, tc.index)
				}
			}
		})
	}
}

func testListPlans(t *testing.T, e explainer, rec *recorder, watched storage.Stores) {
	base := map[string]map[string]bool{} // the columns that each list compares without filters
	for _, p := range plannedLists(t) {
		t.Run(p.name(), func(t *testing.T) {
			queries := rec.record(func() {
				found, err := p.call(t.Context(), watched)
				require.NoError(t, err)
				require.NotZero(t, found, "a list that finds nothing shows nothing")
			})
			require.NotEmpty(t, queries)
			if len(p.filters) == 0 {
				base[p.method] = equalColumns(queries[0].text)
			}
			requireList(t, e, p, base[p.method], queries)
		})
	}
}

// testStatementPlans has another database do everything that the ports can, and has this one, which has
// many rows, explain it. On SQLite, which is quick, that is the conformance suite too.
func testStatementPlans(t *testing.T, e explainer, s server) {
	name, dsn := s.create(t)
	rec, recorded := newRecorder(t, name, dsn)
	db, err := sqlstore.New(t.Context(), recorded, s.dialect, sqlstore.Options{Prepared: -1})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	all := map[string]query{}
	for _, q := range rec.record(func() {
		open := func(*testing.T) storage.Backend { return db }
		storagetest.Compare(t, open, func(*testing.T) storage.Backend { return memory.New() }, 2000)
		if s.dialect == sqlstore.SQLite {
			storagetest.Run(t, open)
		}
	}) {
		if explained.MatchString(q.text) {
			all[q.text] = q
		}
	}
	require.Greater(t, len(all), 120)
	if s.dialect == sqlstore.PostgreSQL { // which rightly reads small tables whole, unless sequential scans are off and an index serves
		e.exec(t, "SET enable_seqscan = off")
	}
	for _, text := range slices.Sorted(maps.Keys(all)) {
		plan := e.explain(t, all[text])
		require.Empty(t, plan.scans, "a whole table is read: %s\n%s", text, plan.text)
	}
}

// explained is a statement that looks for rows; an INSERT of values does not.
var explained = regexp.MustCompile(`^(SELECT|UPDATE|DELETE)|^INSERT .* SELECT .* FROM admincenter_`)

type hotQuery struct {
	name  string
	index string // "table_index" that must be the one; empty for any, such as a primary key's
	read  func(ctx context.Context, s storage.Stores) (found int, err error)
}

func hotQueries() []hotQuery {
	const org = planOrg
	ids := admin.Seek[uuid.UUID]{Limit: 20}
	return []hotQuery{
		{"token by digest", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Tokens().ByDigest(ctx, sha256.Sum256([]byte("77")))
			return 1, err
		}},
		{"session by digest", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Sessions().ByDigest(ctx, org, sha256.Sum256([]byte("77")))
			return 1, err
		}},
		{"sessions of a user", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Sessions().OfUser(ctx, org, numbered(77), people.SessionBounds{Now: noon.Add(-3 * time.Hour), SeenAfter: noon.Add(-3 * time.Hour), PerUser: 20})
			return len(l), err
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
		{"files to be removed from Blobs", "import_blobs_due", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Imports().Removals(ctx, rareUntil, 100)
			return len(l), err
		}},
		{"jobs that are due", "jobs_due", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().Due(ctx, noon, job.DueQuery{Orgs: 10, PerOrg: 4, Kinds: []job.Kind{"common", rare}})
			return len(l), err
		}},
		{"jobs of a kind and a status", "jobs_kind_status", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().List(ctx, org, job.Filter{Kind: "common", Status: job.Pending}, ids)
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
		{"effects of a job", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Jobs().Effects(ctx, org, numbered(0), admin.Seek[int64]{Limit: 20, After: 1000})
			return len(l), err
		}},
		{"a customer", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.Customers().Get(ctx, org, "c77")
			return 1, err
		}},
		{"a page of customers", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Customers().List(ctx, org, customer.Filter{}, admin.Seek[string]{Limit: 20, After: "c77"})
			return len(l), err
		}},
		{"customers of a status", "customers_status", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Customers().List(ctx, org, customer.Filter{Status: customer.Archived}, admin.Seek[string]{Limit: 20})
			return len(l), err
		}},
		{"how many customers have a status", "customers_status", func(ctx context.Context, s storage.Stores) (int, error) {
			n, err := s.Customers().Count(ctx, org, customer.Filter{Status: customer.Archived})
			return int(n), err
		}},
		{"customers with a name", "customers_name", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Customers().Find(ctx, org, customer.ByName, []string{"n76", "n77"})
			return len(l), err
		}},
		{"customers with an e-mail address", "customers_email", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Customers().Find(ctx, org, customer.ByEmail, []string{"m76", "m77"})
			return len(l), err
		}},
		{"accounts of a customer", "accounts_customer", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Accounts().List(ctx, org, customer.AccountFilter{CustomerID: "c77"}, admin.Seek[string]{Limit: 20})
			return len(l), err
		}},
		{"accounts of a status", "accounts_status", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Accounts().List(ctx, org, customer.AccountFilter{Status: customer.Archived}, admin.Seek[string]{Limit: 20})
			return len(l), err
		}},
		{"customers that a batch names", "", func(ctx context.Context, s storage.Stores) (int, error) {
			return batchOfCustomers(ctx, s, org)
		}},
		{"customers to remove and their accounts", "", func(ctx context.Context, s storage.Stores) (int, error) {
			out, err := s.Customers().Apply(ctx, org, removeOf("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"),
				rec("customer.apply"))
			return len(out), err
		}},
		{"a page of the audit trail", "", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{}, admin.Seek[admin.RecordKey]{Limit: 20})
			return len(l), err
		}},
		{"what was done to one thing", "audit_subject", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{Subject: admin.Subject{Kind: rare, ID: rare}}, admin.Seek[admin.RecordKey]{Limit: 20})
			return len(l), err
		}},
		{"what one actor did", "audit_actor", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Audit().List(ctx, org, admin.AuditFilter{Actor: admin.Actor{Kind: rare, ID: rare}}, admin.Seek[admin.RecordKey]{Limit: 20})
			return len(l), err
		}},
		{"what support did for a user", "audit_support", func(ctx context.Context, s storage.Stores) (int, error) {
			f := admin.AuditFilter{Actor: admin.Actor{Kind: rare, For: rare}}
			l, err := s.Audit().List(ctx, org, f, admin.Seek[admin.RecordKey]{Limit: 20})
			return len(l), err
		}},
		{"logs whose first record is old", "audit_heads_oldest", func(ctx context.Context, s storage.Stores) (int, error) {
			l, err := s.Log().Trimmable(ctx, noon, admin.HeadKey{}, 20)
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
		{"the schedules of the accounts of a batch, under their locks", "", func(ctx context.Context, s storage.Stores) (int, error) {
			tls, err := s.Schedules().Lock(ctx, org, manyAccounts(300), noon)
			return len(tls), err
		}},
		{"the migration with an idempotency key", "", func(ctx context.Context, s storage.Stores) (int, error) {
			_, err := s.PlanMigrations().ByKey(ctx, org, "k7")
			return 1, err
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
			_, err := s.Plans().Latest(ctx, org, "p8")
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

// batchOfCustomers changes customers that all exist, so that looking them up is all that happens.
func batchOfCustomers(ctx context.Context, s storage.Stores, org admin.OrgID) (int, error) {
	var changes []customer.Change[customer.Customer]
	for n := range 8 { // of many a small table is read whole, and rightly
		changes = append(changes, customer.Change[customer.Customer]{
			Mode: customer.ModeSkip, Record: customer.Customer{ID: fmt.Sprintf("c%d", n)}, At: noon,
		})
	}
	out, err := s.Customers().Apply(ctx, org, changes, rec("customer.apply"))
	return len(out), err
}

// requireIndex explains a query and fails where it reads a whole table, or goes by another index.
func requireIndex(t *testing.T, e explainer, q query, index string) {
	t.Helper()
	if e.generic && strings.Contains(q.text, "COUNT(*)") {
		return // of half the table, for all that PostgreSQL knows then
	}
	e.run = false
	plan := e.explain(t, q)
	require.Empty(t, plan.scans, "a whole table is read: %s\n%s", q.text, plan.text)
	if !e.guesses && !e.generic { // which may prefer another that serves as well
		require.Contains(t, plan.text, index, q.text)
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
