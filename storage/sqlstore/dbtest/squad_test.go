//go:build unix

package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/planmigration"
)

// squad is some processes that run workers over one database.
type squad struct {
	movers
	errand errand
	names  map[string]*worker // by the name that their leases have
}

// serve runs the worker of a center until SIGTERM: the life of one process of a squad.
func (e errand) serve(t *testing.T) {
	t.Helper()
	db, _ := e.Place.open(t)
	center, err := admincenter.New(db, e.options())
	require.NoError(t, err)
	w, err := center.Worker(job.WorkerOptions{Goroutines: 2})
	require.NoError(t, err)
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	fmt.Println(sayReady)
	require.NoError(t, w.Run(ctx))
	fmt.Println(sayEnded + endDone)
}

func (e errand) options() admincenter.Options {
	return admincenter.Options{
		Jobs:       job.Engine{Lease: e.Lease},
		Imports:    bulkimport.Options{BatchRows: e.Batch},
		Migrations: planmigration.Options{Batch: e.Batch},
	}
}

// enlist starts a process of the squad.
func (s *squad) enlist(t *testing.T) *worker {
	t.Helper()
	w := s.errand.send(t)
	w.hear(t, sayReady)
	host, err := os.Hostname()
	require.NoError(t, err)
	s.names[fmt.Sprintf("%s/%d", host, w.process.Process.Pid)] = w
	return w
}

// job returns a job as it is.
func (s *squad) job(t *testing.T, id uuid.UUID) job.Job {
	t.Helper()
	j, err := s.center.Jobs.Get(t.Context(), s.scope, id)
	require.NoError(t, err)
	return j
}

// until waits until a job is in some state, and returns it.
func (s *squad) until(t *testing.T, what string, id uuid.UUID, is func(job.Job) bool) job.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		j := s.job(t, id)
		if is(j) {
			return j
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Fail(t, "a job was never "+what, "%+v", j)
		}
	}
}

// holder waits until a process of the squad other than those in but has a job, and returns it and its name.
func (s *squad) holder(t *testing.T, id uuid.UUID, but ...*worker) (*worker, string) {
	t.Helper()
	var w *worker
	j := s.until(t, "held", id, func(j job.Job) bool {
		require.False(t, j.Status.Final(), "over before it was disturbed")
		w = s.names[j.Lease.Worker]
		for _, b := range but {
			if w == b {
				return false
			}
		}
		return w != nil
	})
	return w, j.Lease.Worker
}

// taken returns a channel that gets the instant at which another process than one has claimed a job.
func (s *squad) taken(t *testing.T, id uuid.UUID, from string) <-chan time.Time {
	t.Helper()
	out := make(chan time.Time, 1)
	before := s.job(t, id).TriedAt
	go func() {
		defer close(out)
		for t.Context().Err() == nil {
			j, err := s.center.Jobs.Get(t.Context(), s.scope, id)
			if err == nil && j.TriedAt.After(before) && j.Lease.Worker != from {
				out <- j.TriedAt
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return out
}

// dismiss ends the processes as an operator does.
func (s *squad) dismiss(t *testing.T) {
	t.Helper()
	for _, w := range s.names {
		require.NoError(t, w.process.Process.Signal(syscall.SIGTERM))
		require.Equal(t, endDone, w.ended(t))
	}
}

// Three processes run workers; the one that has the import is killed at its half, one that has the migration
// is stopped past its lease and continued. Everything happens once all the same, and goes on within a lease
// and a poll.
func TestSquadKilledAndStopped(t *testing.T) {
	if work(t) {
		return
	}
	size, lease, patience := atLength(3000, 1000), time.Second, 6*time.Second
	if os.Getenv(envLong) != "" {
		size, lease, patience = 20_000, job.DefaultLease, 20*time.Second
	}
	const batch = 25
	onEach(t, func(t *testing.T, srv server) {
		m := newMovers(t, srv, size, batch)
		s := &squad{movers: m, names: map[string]*worker{}}
		s.errand = errand{Place: m.place, Batch: batch, Serve: true, Lease: lease}
		imports := (&importers{place: m.place, center: m.center, scope: m.scope}).start(t, "squad", size, batch)
		migration := m.plan(t, planmigration.NextCycleIgnoreOverride)
		for range 3 {
			s.enlist(t)
		}

		s.until(t, "half done", imports.id, func(j job.Job) bool { return j.Counts.Settled() >= j.Counts.Total/2 })
		killed, name := s.holder(t, imports.id)
		require.NoError(t, killed.process.Process.Kill())
		at := time.Now()
		delete(s.names, name)
		taken := s.taken(t, imports.id, name)
		stopped, _ := s.holder(t, migration)
		require.NoError(t, stopped.process.Process.Signal(syscall.SIGSTOP))
		stopped.stopped(t)
		killed.killed(t)
		past := time.Now().Add(lease)
		require.Eventually(t, func() bool { return time.Now().After(past) }, time.Minute, 10*time.Millisecond)
		stopped.goOn(t)
		pause := (<-taken).Sub(at)
		require.Less(t, pause, patience, "the lease of the one that was killed, and a poll")

		done := s.until(t, "done", imports.id, func(j job.Job) bool { return j.Status.Final() })
		s.until(t, "done", migration, func(j job.Job) bool { return j.Status.Final() })
		t.Logf("after the kill: taken over after %s, done after %s", pause, done.SettledAt.Sub(at))
		s.dismiss(t)
		imports.requireRows(t)
		m.requireMoved(t, migration, m.movable())
	})
}

// A process that is ended in the middle of a batch gives the lease back: the next one goes on at once, long
// before the lease has ended.
func TestSquadEndedInABatch(t *testing.T) {
	if work(t) {
		return
	}
	const size, batch = 4000, 20
	onEach(t, func(t *testing.T, srv server) {
		m := newMovers(t, srv, 0, batch)
		s := &squad{movers: m, names: map[string]*worker{}}
		s.errand = errand{Place: m.place, Batch: batch, Serve: true, Lease: time.Hour}
		imports := (&importers{place: m.place, center: m.center, scope: m.scope}).start(t, "ended", size, batch)
		for range 4 {
			w := s.enlist(t)
			s.until(t, "stepped", imports.id, func(j job.Job) bool { return s.names[j.Lease.Worker] == w })
			at := time.Now()
			s.dismiss(t)
			clear(s.names)
			j := s.job(t, imports.id)
			require.Zero(t, j.Lease.Worker, "it was given back")
			require.Zero(t, j.Failures, "and is no failure of the job")
			t.Logf("ended after %s", time.Since(at))
		}
		s.enlist(t)
		s.until(t, "done", imports.id, func(j job.Job) bool { return j.Status.Final() })
		s.dismiss(t)
		imports.requireRows(t)
	})
}

// requireRows checks that every row of the file has one outcome.
func (j customersJob) requireRows(t *testing.T) {
	t.Helper()
	o := j.outcome(t)
	require.Equal(t, job.CompletedWithFailures, o.progress.Status, o.progress.Failure)
	var customers []string
	var failed []int64
	for row := 1; row <= j.rows; row++ {
		if badRow(row) {
			failed = append(failed, int64(row))
		} else {
			customers = append(customers, fmt.Sprintf("%s-%05d", j.name, row))
		}
	}
	require.Equal(t, customers, o.customers)
	require.Equal(t, failed, o.failed)
	require.Equal(t, int64(len(customers)), o.progress.Created)
	require.Equal(t, job.Counts{Total: int64(j.rows), Completed: int64(len(customers)), Failed: int64(len(failed))},
		o.progress.Counts)
	written := 0
	for _, r := range o.records {
		if r.Action == bulkimport.ActionWrite {
			var n int
			_, err := fmt.Sscan(r.Changes[0].To, &n)
			require.NoError(t, err)
			written += n
		}
	}
	require.Equal(t, len(customers), written, "each row was written in one batch that was committed")
}
