package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/dirblobs"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// place is where a database is, for another process to open it too.
type place struct {
	Dialect sqlstore.Dialect
	Driver  string
	DSN     string
	Blobs   string // a directory for the files of imports; empty for the database
}

func (s server) place(t *testing.T) place {
	t.Helper()
	driver, dsn := s.create(t)
	return place{Dialect: s.dialect, Driver: driver, DSN: dsn}
}

func (p place) open(t *testing.T) (*sqlstore.DB, *sql.DB) {
	t.Helper()
	pool := openPool(t, p.Driver, p.DSN)
	db, err := sqlstore.New(t.Context(), pool, p.Dialect, sqlstore.Options{})
	require.NoError(t, err)
	return db, pool
}

// importers is an organization that imports customers.
type importers struct {
	place  place
	pool   *sql.DB
	center *admincenter.Center
	scope  admin.Scope
}

func newImporters(t *testing.T, s server, batch int) *importers {
	t.Helper()
	w := &importers{place: s.place(t), scope: admin.System("acme")}
	db, pool := w.place.open(t)
	require.NoError(t, db.Migrate(t.Context()))
	w.pool, w.center = pool, importCenter(t, db, batch)
	_, _, err := w.center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: w.scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	return w
}

// importCenter imports and migrates in small batches, under leases that end immediately: a worker that is
// gone, or stopped, is taken over from without waiting. A batch that failed is tried again without waiting,
// however often it fails.
func importCenter(t *testing.T, b storage.Backend, batch int) *admincenter.Center {
	t.Helper()
	return importCenterIn(t, b, batch, "")
}

// importCenterIn is importCenter with files in a directory, if it is not empty.
func importCenterIn(t *testing.T, b storage.Backend, batch int, dir string) *admincenter.Center {
	t.Helper()
	c, err := admincenter.New(b, admincenter.Options{
		Blobs:      blobsIn(t, dir),
		Imports:    bulkimport.Options{BatchRows: batch},
		Migrations: planmigration.Options{Batch: batch},
		Jobs:       job.Engine{Lease: time.Nanosecond, Retry: atOnce()},
	})
	require.NoError(t, err)
	return c
}

// blobsIn keeps files in a directory, or in the database if it is empty.
func blobsIn(t *testing.T, dir string) bulkimport.Blobs {
	t.Helper()
	if dir == "" {
		return nil
	}
	b, err := dirblobs.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

// atOnce tries again what failed, without end.
func atOnce() job.Retry {
	return job.Retry{First: time.Nanosecond, Most: time.Nanosecond, Failures: 1_000_000}
}

// customersJob is an import that was started, for workers to run.
type customersJob struct {
	*importers
	id          uuid.UUID
	name        string // begins the ids of its customers
	rows, batch int
	failed      int // how many batches failed at most
}

// badRow says which rows of a file are refused: spread over it, and never all of a batch.
func badRow(row int) bool { return row%13 == 5 }

func (w *importers) start(t *testing.T, name string, rows, batch int) customersJob {
	t.Helper()
	j := w.mapped(t, name, rows, batch)
	_, err := w.center.Imports.Start(t.Context(), w.scope, j.id)
	require.NoError(t, err)
	return j
}

// mapped uploads and maps a file.
func (w *importers) mapped(t *testing.T, name string, rows, batch int) customersJob {
	t.Helper()
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	for row := 1; row <= rows; row++ {
		email := "a@customer.example"
		if badRow(row) {
			email = "no address"
		}
		fmt.Fprintf(&text, "%s-%05d,Customer %d,%s\n", name, row, row, email)
	}
	j := w.upload(t, bulkimport.CustomersType, text.String(), bulkimport.Settings{})
	j.name, j.rows, j.batch = name, rows, batch
	return j
}

// upload uploads and maps a file.
func (w *importers) upload(t *testing.T, of bulkimport.TypeName, text string, set bulkimport.Settings) customersJob {
	t.Helper()
	i, err := w.center.Imports.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: of, FileName: "file.csv", Content: strings.NewReader(text)})
	require.NoError(t, err)
	suggested, err := w.center.Imports.Suggest(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.center.Imports.SetMapping(t.Context(), w.scope, i.ID, i.Version, suggested.Mapping(), set)
	require.NoError(t, err)
	return customersJob{importers: w, id: i.ID}
}

func (j customersJob) progress(t *testing.T) bulkimport.Progress {
	t.Helper()
	p, err := j.center.Imports.Progress(t.Context(), j.scope, j.id)
	require.NoError(t, err)
	return p
}

// outcome is everything that an import has left in the database.
type outcome struct {
	progress  bulkimport.Progress
	customers []string
	failed    []int64
	records   []admin.Record
}

func (j customersJob) outcome(t *testing.T) outcome {
	t.Helper()
	o := outcome{progress: j.progress(t)}
	for c, err := range j.center.Customers.All(t.Context(), j.scope, customer.Filter{}) {
		require.NoError(t, err)
		if strings.HasPrefix(c.ID, j.name+"-") {
			require.Equal(t, int64(1), c.Version, "%s was written once", c.ID)
			o.customers = append(o.customers, c.ID)
		}
	}
	for e, err := range admin.All(func(q admin.Query) (admin.Page[bulkimport.FailedRow], error) {
		return j.center.Imports.Errors(t.Context(), j.scope, j.id, q)
	}) {
		require.NoError(t, err)
		o.failed = append(o.failed, e.Number)
	}
	for r, err := range j.center.Trail.All(t.Context(), j.scope, admin.AuditFilter{Subject: admin.Subject{Kind: "import", ID: j.id.String()}}) {
		require.NoError(t, err)
		o.records = append(o.records, r)
	}
	return o
}

// requireExact checks that the first rows of the file have been imported, and each of them once:
// customers, counters, entries of failed rows and the audit trail.
func (j customersJob) requireExact(t *testing.T, rows int) {
	t.Helper()
	o := j.outcome(t)
	var customers []string
	var failed []int64
	for row := 1; row <= rows; row++ {
		if badRow(row) {
			failed = append(failed, int64(row))
		} else {
			customers = append(customers, fmt.Sprintf("%s-%05d", j.name, row))
		}
	}
	require.Equal(t, customers, o.customers)
	require.Equal(t, failed, o.failed)
	require.Equal(t, job.Counts{Total: int64(j.rows), Completed: int64(len(customers)), Failed: int64(len(failed))}, o.progress.Counts)
	require.Equal(t, int64(len(customers)), o.progress.Created)
	require.Zero(t, o.progress.Updated+o.progress.Unchanged)

	// Of each batch there is one record, of what was written, and one more of the job's end, which has
	// the sum: none is missing and none is there twice.
	written, writes, ends := 0, 0, 0
	for i := len(o.records) - 1; i >= 0; i-- { // oldest first
		switch r := o.records[i]; r.Action {
		case bulkimport.ActionWrite:
			var n int
			_, err := fmt.Sscan(r.Changes[0].To, &n)
			require.NoError(t, err)
			written += n
			writes++
		case job.ActionComplete:
			require.Equal(t, admin.Change{Field: "completed", To: fmt.Sprint(len(customers))}, r.Changes[0])
			ends++
		}
	}
	batches := rows / j.batch
	require.Equal(t, len(customers), written)
	require.Equal(t, batches, writes)
	if o.progress.Done() {
		batches++ // which finds the end of the file
		require.Equal(t, 1, ends)
	} else {
		require.Zero(t, ends)
	}
	stored, err := j.center.Jobs.Get(t.Context(), j.scope, j.id)
	require.NoError(t, err)
	// What a batch that failed leaves is a step too.
	require.GreaterOrEqual(t, stored.Version, int64(1+batches), "each step was committed")
	require.LessOrEqual(t, stored.Version, int64(1+batches+j.failed), "each step was committed once")
}

// requireDone checks that all of the file was imported exactly.
func (j customersJob) requireDone(t *testing.T) {
	t.Helper()
	require.Equal(t, job.CompletedWithFailures, j.progress(t).Status)
	j.requireExact(t, j.rows)
}

// runHere runs the job in this process.
func (j customersJob) runHere(t *testing.T) {
	t.Helper()
	_, err := j.center.Imports.Run(t.Context(), j.scope, j.id, nil)
	require.NoError(t, err)
}

// onNetworked is onEachDriver for the databases that have a server: a connection to it can be lost while
// the process that uses it lives on. SQLite is within the process and goes only when that does.
func onNetworked(t *testing.T, test func(t *testing.T, s server)) {
	networked := slices.DeleteFunc(drivers(), func(s server) bool { return s.dialect == sqlstore.SQLite })
	onEachOf(t, networked, test)
}

// endSessions ends every connection to the database but the one it asks through, and returns how many.
func (p place) endSessions(ctx context.Context, through *sql.Conn) (int, error) {
	others := `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	end := `SELECT pg_terminate_backend(%d)`
	if p.Dialect == sqlstore.MySQL {
		others = `SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()`
		end = `KILL CONNECTION %d`
	}
	rows, err := through.QueryContext(ctx, others)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return 0, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	ended := 0
	for _, id := range ids {
		// One that has gone by itself in the meantime is an error to MySQL.
		if _, err := through.ExecContext(ctx, fmt.Sprintf(end, id)); err == nil {
			ended++
		}
	}
	return ended, nil
}

// operator returns a connection that is not the host's.
func (p place) operator(t *testing.T) *sql.Conn {
	t.Helper()
	conn, err := openPool(t, p.Driver, p.DSN).Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
