package river_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	adminriver "github.com/admincenter/admincenter/host/river"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// host is a process that has an Admin Center and River.
type host struct {
	setup
	dsn    string
	db     *sqlstore.DB
	pool   *sql.DB
	broken *atomic.Bool // while it is set, no batch succeeds
	center *admincenter.Center
	client client
	sweep  *adminriver.Sweep
	scope  admin.Scope
}

// config is how a host is set up.
type config struct {
	name    string // of its process
	batch   int
	engine  job.Engine
	river   adminriver.Options
	swept   bool // jobs are not announced
	workers int
}

// breakable is a backend whose transactions fail while it is broken.
type breakable struct {
	*sqlstore.DB
	broken *atomic.Bool
}

func (b breakable) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	if b.broken.Load() {
		return errors.New("no transaction today")
	}
	return b.DB.InTx(ctx, fn)
}

// openHost opens a database that has its tables.
func (s setup) openHost(t *testing.T, dsn string, c config) *host {
	t.Helper()
	h := &host{setup: s, dsn: dsn, broken: new(atomic.Bool), scope: admin.System("acme")}
	h.db, h.pool = s.open(t, dsn)
	quiet := slog.New(slog.DiscardHandler)
	inserts := newClient(t, s.inserts(h.pool), &river.Config{Logger: quiet})
	o := admincenter.Options{
		Imports:    bulkimport.Options{BatchRows: c.batch},
		Migrations: planmigration.Options{Batch: c.batch},
		Jobs:       c.engine,
	}
	if !c.swept {
		o.Announce = adminriver.Enqueue(inserts, c.river)
	}
	var err error
	h.center, err = admincenter.New(breakable{h.db, h.broken}, o)
	require.NoError(t, err)
	workers := river.NewWorkers()
	worker, err := adminriver.NewWorker(h.center, c.river)
	require.NoError(t, err)
	require.NoError(t, river.AddWorkerSafely(workers, worker))
	h.client = s.works(t, dsn, h.pool, &river.Config{
		ID: c.name, Logger: quiet, Workers: workers,
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(1, c.workers)}},
	})
	h.sweep, err = adminriver.NewSweep(h.center, h.client, c.river)
	require.NoError(t, err)
	return h
}

// newHost makes a database with an organization.
func (s setup) newHost(t *testing.T, c config) *host {
	t.Helper()
	dsn := s.create(t)
	db, pool := s.open(t, dsn)
	s.migrate(t, db, pool)
	h := s.openHost(t, dsn, c)
	_, _, err := h.center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: h.scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	return h
}

// work starts River's client and returns the events of River jobs that end. It stops with t, which waits for
// it.
func (h *host) work(t *testing.T) <-chan *river.Event {
	t.Helper()
	events, unsubscribe := h.client.Subscribe(river.EventKindJobCompleted, river.EventKindJobCancelled, river.EventKindJobFailed)
	require.NoError(t, h.client.Start(t.Context()))
	t.Cleanup(func() {
		defer unsubscribe()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		require.NoError(t, h.client.StopAndCancel(ctx))
	})
	return events
}

// requireEnded waits for a River job that has completed.
func requireEnded(t *testing.T, events <-chan *river.Event) *rivertype.JobRow {
	t.Helper()
	select {
	case e := <-events:
		require.Equal(t, river.EventKindJobCompleted, e.Kind)
		return e.Job
	case <-time.After(2 * time.Minute):
		require.Fail(t, "no River job has ended")
		return nil
	}
}

// rows returns River's jobs, oldest first.
func (h *host) rows(t *testing.T) []*rivertype.JobRow {
	t.Helper()
	l, err := h.client.JobList(t.Context(), river.NewJobListParams().First(1000).
		OrderBy(river.JobListOrderByID, river.SortOrderAsc))
	require.NoError(t, err)
	return l.Jobs
}

func (h *host) job(t *testing.T, id uuid.UUID) job.Job {
	t.Helper()
	j, err := h.center.Jobs.Get(t.Context(), h.scope, id)
	require.NoError(t, err)
	return j
}

// badRow reports which rows of a file are refused: spread over it, and never all of a batch.
func badRow(row int) bool { return row%13 == 5 }

// upload makes an import that is ready to be started.
func (h *host) upload(t *testing.T, rows int) uuid.UUID {
	t.Helper()
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	for row := 1; row <= rows; row++ {
		email := "a@customer.example"
		if badRow(row) {
			email = "no address"
		}
		fmt.Fprintf(&text, "c-%06d,Customer %d,%s\n", row, row, email)
	}
	i, err := h.center.Imports.Upload(t.Context(), h.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "customers.csv", Content: strings.NewReader(text.String())})
	require.NoError(t, err)
	suggested, err := h.center.Imports.Suggest(t.Context(), h.scope, i.ID)
	require.NoError(t, err)
	_, err = h.center.Imports.SetMapping(t.Context(), h.scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	return i.ID
}

func (h *host) start(t *testing.T, id uuid.UUID) {
	t.Helper()
	_, err := h.center.Imports.Start(t.Context(), h.scope, id)
	require.NoError(t, err)
}

// requireImported checks that an import of so many rows was done, in batches of so many, and each once:
// customers, counts, refused rows and the audit trail.
func (h *host) requireImported(t *testing.T, id uuid.UUID, rows, batch int) {
	t.Helper()
	var want, got []string
	for row := 1; row <= rows; row++ {
		if !badRow(row) {
			want = append(want, fmt.Sprintf("c-%06d", row))
		}
	}
	for c, err := range h.center.Customers.All(t.Context(), h.scope, customer.Filter{}) {
		require.NoError(t, err)
		require.EqualValues(t, 1, c.Version, "%s was written once", c.ID)
		got = append(got, c.ID)
	}
	require.Equal(t, want, got)
	p, err := h.center.Imports.Progress(t.Context(), h.scope, id)
	require.NoError(t, err)
	require.Equal(t, job.Counts{
		Total: int64(rows), Completed: int64(len(want)), Failed: int64(rows - len(want)),
	}, p.Counts)
	require.EqualValues(t, len(want), p.Created)
	require.Zero(t, p.Updated+p.Unchanged)
	refused := 0
	for _, err := range admin.All(func(q admin.Query) (admin.Page[bulkimport.FailedRow], error) {
		return h.center.Imports.Errors(t.Context(), h.scope, id, q)
	}) {
		require.NoError(t, err)
		refused++
	}
	require.Equal(t, rows-len(want), refused)
	written, writes, ends := 0, 0, 0
	for r, err := range h.center.Trail.All(t.Context(), h.scope, admin.AuditFilter{Subject: admin.Subject{Kind: "import", ID: id.String()}}) {
		require.NoError(t, err)
		switch r.Action {
		case bulkimport.ActionWrite:
			var n int
			_, err := fmt.Sscan(r.Changes[0].To, &n)
			require.NoError(t, err)
			written, writes = written+n, writes+1
		case job.ActionComplete:
			ends++
		}
	}
	require.Equal(t, []int{len(want), (rows + batch - 1) / batch, 1}, []int{written, writes, ends}, "rows, batches and ends in the trail")
}
