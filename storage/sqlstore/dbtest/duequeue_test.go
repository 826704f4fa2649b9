package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// What Due reads follows from what it returns. It depends neither on how many jobs are final, nor on how long
// the queue of an organization is.
func TestDueReadsWhatItReturns(t *testing.T) {
	final := atLength(100_000, 20_000)
	if os.Getenv(envLong) != "" {
		final = 1_000_000 // which take minutes to write
	}
	onEach(t, func(t *testing.T, s server) {
		name, dsn := s.create(t)
		if s.dialect == sqlstore.PostgreSQL { // what a crash of the server would take is not on trial
			dsn = with(dsn, "synchronous_commit=off")
		}
		pool := openPool(t, name, dsn)
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		fillWithDue(t, db)
		fillWithFinal(t, pool, final)
		fillTable(t, pool, find(t, catalog(t, pool, s.dialect), "admincenter_organizations"), filler(s.dialect))
		analyze(t, s.dialect, pool)
		if s.dialect == sqlstore.PostgreSQL {
			run(t, pool, "VACUUM admincenter_jobs") // as autovacuum does, after which the index has all
		}
		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		defer conn.Close()
		rec, recorded := newRecorder(t, name, dsn)
		watched, err := sqlstore.New(t.Context(), recorded, s.dialect, sqlstore.Options{Prepared: -1})
		require.NoError(t, err)
		e := explainer{dialect: s.dialect, conn: conn, run: s.dialect != sqlstore.SQLite}
		for _, tc := range []struct {
			reason string
			query  job.DueQuery
			want   int
		}{
			{"of all organizations", job.DueQuery{Orgs: dueOrgs, PerOrg: 4}, 4 + 3*(dueOrgs-1)},
			{"of some", job.DueQuery{Orgs: 20, PerOrg: 4}, 4 + 3*19},
			{"of one with a long queue", job.DueQuery{Orgs: 1, PerOrg: 50}, 50},
			{"of those after it", job.DueQuery{After: dueOrg(0), Orgs: 20, PerOrg: 10}, 3 * 20},
			{"of the last ones", job.DueQuery{After: dueOrg(dueOrgs - 3), Orgs: 20, PerOrg: 10}, 3 * 2},
		} {
			t.Run(tc.reason, func(t *testing.T) { requireDuePlan(t, e, rec, watched, tc.query, tc.want, 0) })
		}
		// Half of the organizations, with the one that has the long queue.
		for n := 0; n < dueOrgs; n += 2 {
			suspend(t, db, dueOrg(n))
		}
		all := job.DueQuery{Orgs: dueOrgs, PerOrg: 4}
		t.Run("of those that are not suspended", func(t *testing.T) {
			requireDuePlan(t, e, rec, watched, all, 3*dueOrgs/2, 4+3*dueOrgs/2)
		})
	})
}

// requireDuePlan looks at how the jobs that are due are found. passed are those of suspended organizations that would be
// in the result too.
func requireDuePlan(t *testing.T, e explainer, rec *recorder, watched storage.Stores, q job.DueQuery, want, passed int) {
	t.Helper()
	q.Kinds = []job.Kind{"one", "two"}
	queries := rec.record(func() {
		refs, err := watched.Jobs().Due(t.Context(), noon, q)
		require.NoError(t, err)
		require.Len(t, refs, want)
	})
	// SQLite looks up the row too, without reading its columns, because two of those in the index are generated.
	index := map[sqlstore.Dialect]string{
		sqlstore.SQLite: "USING INDEX admincenter_jobs_due (queue_org>?)", sqlstore.PostgreSQL: "Index Only Scan",
		sqlstore.MySQL: "Using index",
	}[e.dialect]
	read := 0
	for _, query := range queries {
		plan := e.explain(t, query)
		require.Empty(t, plan.scans, plan.text)
		require.False(t, plan.sorts, plan.text)
		require.Contains(t, plan.text, index)
		require.Contains(t, plan.text, "jobs_due")
		read += plan.examined
	}
	require.LessOrEqual(t, read, 3*(want+passed)+max(q.Orgs, 2*q.PerOrg), "rows that are read by %d statements", len(queries))
	require.LessOrEqual(t, len(queries), 6)
}

const (
	dueOrgs   = 50
	longQueue = 2000 // jobs of the first organization; the others have three each
)

func dueOrg(n int) admin.OrgID { return admin.OrgID(fmt.Sprintf("org-%02d", n)) }

// fillWithDue adds organizations and jobs that are due, none that is not.
func fillWithDue(t *testing.T, db *sqlstore.DB) {
	t.Helper()
	for n := range dueOrgs {
		createOrganization(t, db, dueOrg(n))
	}
	require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
		for n := range longQueue + 3*(dueOrgs-1) {
			j := job.Job{
				ID: numbered(n), Kind: job.Kind([]string{"one", "two"}[n%2]), Status: job.Pending, CreatedAt: noon, UpdatedAt: noon,
				CreatedBy: admin.Actor{Kind: admin.ActorSystem}, Version: 1,
			}
			if err := s.Jobs().Create(t.Context(), dueOrg(max(0, n-longQueue+3)/3), j, nil, rec("job.create")); err != nil {
				return err
			}
		}
		return nil
	}))
}

// fillWithFinal adds jobs that are final, in all organizations and with all such statuses.
func fillWithFinal(t *testing.T, pool *sql.DB, n int) {
	t.Helper()
	const columns = `kind, status, created_at, created_by_kind, created_by_id, updated_at, settled_at, total, completed,
		skipped, failed, failure, failures, decision, attempt, lease_worker, tried_at, cursor_text, state_text, version`
	final := []job.Status{job.Completed, job.CompletedWithFailures, job.Failed, job.Cancelled, job.Completed}
	const piece = 1000
	rows := make([]string, piece)
	for i := range rows {
		rows[i] = fmt.Sprintf("('%s', '%s', 'one', '%s', 1, 'SYSTEM', '', 1, 1, 1, 1, 0, 0, '', 0, '', 1, '', 1, '', '', 2)",
			dueOrg(i%dueOrgs), numbered(1<<24+i), final[i%len(final)])
	}
	run(t, pool, "INSERT INTO admincenter_jobs (org_id, id, "+columns+") VALUES "+strings.Join(rows, ", "))
	run(t, pool, "CREATE TABLE piece AS SELECT org_id, id, "+columns+" FROM admincenter_jobs WHERE settled_at = 1")
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	for k := 1; k < n/piece; k++ {
		_, err := tx.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO admincenter_jobs (org_id, id, "+columns+
			") SELECT org_id, REPLACE(id, '00000000-', '%08d-'), "+columns+" FROM piece", k))
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
}

func find(t *testing.T, tables []table, name string) table {
	t.Helper()
	at := slices.IndexFunc(tables, func(x table) bool { return x.name == name })
	require.GreaterOrEqual(t, at, 0, name)
	return tables[at]
}
