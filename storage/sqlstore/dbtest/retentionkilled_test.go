//go:build unix

package dbtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// retired is what a process removes of a job that is over.
type retired string

const (
	retiredDetails retired = "details"
	retiredFile    retired = "file"
)

// retire removes what is left of a job, one row in a transaction, and calls done after each.
func (e errand) retire(t *testing.T, b storage.Backend, done func()) error {
	action := map[retired]admin.Action{retiredDetails: job.ActionPrune, retiredFile: bulkimport.ActionRemoveFile}[e.Retire]
	r := rec(action)
	for more := true; more; done() {
		err := b.InTx(t.Context(), func(s storage.Stores) (err error) {
			if e.Retire == retiredFile {
				more, err = s.Imports().RemoveFile(t.Context(), "acme", e.Job, 1, r)
			} else {
				more, err = s.Jobs().Prune(t.Context(), "acme", e.Job, 1, r)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// A process that removes what is not kept any longer is killed again and again: before its first COMMIT, right before
// another, and anywhere. The job and the import show that they are not whole from the first COMMIT on, the next process
// ends the work, and there is one record of it.
func TestRetentionKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	const batch = 10
	kills := atLength(10, 4)
	if os.Getenv(envLong) != "" {
		kills = 100
	}
	rows := 200 * kills // which leave about 35 entries and effects a kill, more than it takes
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, batch)
		j := w.start(t, "retired", rows, batch)
		j.runHere(t)
		db, _ := w.place.open(t)
		addPieces(t, db, j.id, 35*kills)
		t.Run("file", func(t *testing.T) {
			x := retiredJob{j, retiredFile, bulkimport.ActionRemoveFile, []string{"import_pieces WHERE import_id"}}
			x.killAtRandom(t, kills, func() bool {
				i, err := w.center.Imports.Get(t.Context(), w.scope, j.id)
				require.NoError(t, err)
				_, err = w.center.Imports.Suggest(t.Context(), w.scope, j.id)
				var gone *bulkimport.FileError
				require.Equal(t, i.FileRemovedAt.IsZero(), !errors.As(err, &gone), err)
				return err == nil
			})
			tidy(t, db, admincenter.Retention{Files: time.Microsecond})
			x.requireGone(t)
			_, err := w.center.Jobs.Entries(t.Context(), w.scope, j.id, job.EntryFilter{}, admin.Query{})
			require.NoError(t, err, "the details are kept")
		})
		t.Run("details", func(t *testing.T) {
			of := []string{"job_entries WHERE job_id", "job_effects WHERE job_id"}
			x := retiredJob{j, retiredDetails, job.ActionPrune, of}
			x.killAtRandom(t, kills, func() bool {
				got, err := w.center.Jobs.Get(t.Context(), w.scope, j.id)
				require.NoError(t, err)
				_, err = w.center.Jobs.Entries(t.Context(), w.scope, j.id, job.EntryFilter{}, admin.Query{})
				require.Equal(t, got.PrunedAt.IsZero(), !errors.Is(err, job.ErrPruned), err)
				return err == nil
			})
			tidy(t, db, admincenter.Retention{Details: time.Microsecond})
			x.requireGone(t)
		})
		tidy(t, db, admincenter.Retention{Jobs: time.Microsecond})
		_, err := w.center.Jobs.Get(t.Context(), w.scope, j.id)
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = w.center.Imports.Get(t.Context(), w.scope, j.id)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.Equal(t, 1, retiredJob{customersJob: j, action: job.ActionRemove}.records(t))
	})
}

// tidy removes what is not kept any longer in this process.
func tidy(t *testing.T, b storage.Backend, keep admincenter.Retention) {
	t.Helper()
	c, err := admincenter.New(b, admincenter.Options{Retention: keep})
	require.NoError(t, err)
	require.NoError(t, c.Tidy(t.Context()))
}

// addPieces adds n pieces to the content of an import, which its job does not read any more.
func addPieces(t *testing.T, s storage.Stores, id uuid.UUID, n int) {
	t.Helper()
	for i := range int64(n) {
		require.NoError(t, s.Imports().Append(t.Context(), "acme", id, 1<<40+i, []byte("a")))
	}
}

// retiredJob is a job that is over, of which something is removed.
type retiredJob struct {
	customersJob
	what   retired
	action admin.Action
	tables []string // and the column with the job's id
}

func (j retiredJob) left(t *testing.T) (n int) {
	t.Helper()
	for _, table := range j.tables {
		var rows int
		_, err := fmt.Sscan(cells(t, j.pool, "SELECT COUNT(*) FROM admincenter_"+table+" = '"+j.id.String()+"'")[0][0], &rows)
		require.NoError(t, err)
		n += rows
	}
	return n
}

func (j retiredJob) records(t *testing.T) (n int) {
	t.Helper()
	for _, err := range j.center.Trail.All(t.Context(), j.scope, admin.AuditFilter{Action: j.action}) {
		require.NoError(t, err)
		n++
	}
	return n
}

// requireGone checks that nothing is left, and that the trail has one record of it.
func (j retiredJob) requireGone(t *testing.T) {
	t.Helper()
	require.Zero(t, j.left(t))
	require.Equal(t, 1, j.records(t))
}

// killAtRandom kills processes that remove; whole reports whether all is
// there to read.
func (j retiredJob) killAtRandom(t *testing.T, kills int, whole func() bool) {
	t.Helper()
	all := j.left(t)
	random := rand.New(rand.NewPCG(2026, uint64(kills)))
	j.send(t, errand{Retire: j.what, Signal: syscall.SIGKILL, Inside: true}).killed(t)
	require.Equal(t, all, j.left(t), "what was not committed did not happen")
	require.Zero(t, j.records(t))
	require.True(t, whole())
	for kill := range kills {
		before, batches := j.left(t), 1+random.IntN(4)
		if kill%3 == 2 {
			p := j.send(t, errand{Retire: j.what})
			for range batches {
				p.hear(t, saySettled)
			}
			time.Sleep(time.Duration(random.IntN(4000)) * time.Microsecond)
			require.NoError(t, p.process.Process.Kill())
			p.killed(t)
			require.LessOrEqual(t, j.left(t), before-batches)
		} else {
			j.send(t, errand{Retire: j.what, Signal: syscall.SIGKILL, After: batches, Inside: kill%3 == 0}).killed(t)
			require.Equal(t, before-batches, j.left(t), "whole batches, and no more")
		}
		require.False(t, whole())
		require.Equal(t, 1, j.records(t))
	}
	require.NotZero(t, j.left(t))
}
