//go:build unix

package dbtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// workerVariable holds what a child process is to work on.
const workerVariable = "DBTEST_WORKER"

// errand is what a worker in a process of its own does: it runs an import, or a migration, to its end, and
// may send itself a signal on the way.
type errand struct {
	Place     place
	Job       uuid.UUID
	Migration bool
	Batch     int
	Signal    syscall.Signal // 0 for none
	After     int            // that many batches
	Inside    bool           // within the next batch's transaction, before its COMMIT
	Serve     bool           // do what is due until SIGTERM
	Lease     time.Duration  // of Serve
	Seal      bool           // the log, until it is killed
	Purge     int            // so many rows at once of the organization acme, in place of a job
	Retire    retired        // what is left of Job, row by row, in place of running it
	Trim      int            // so many rows at once of the log of the organization acme
	Upload    int            // a file of so many rows, in place of a job
}

// What a worker says, each in a line of its standard output.
const (
	sayReady   = "worker: ready"   // it is about to claim the job
	saySettled = "worker: settled" // it has done a batch
	sayEnded   = "worker: ended "  // and how
)

// How a worker ends.
const (
	endDone      = "done"
	endLeaseLost = "lease lost"
	endUnknown   = "commit unknown"
)

// work is a child's whole life. In the parent it does nothing and is false.
func work(t *testing.T) bool {
	t.Helper()
	text := os.Getenv(workerVariable)
	if text == "" {
		return false
	}
	var e errand
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	if e.Serve {
		e.serve(t)
		return true
	}
	if e.Seal {
		e.seal(t)
		return true
	}
	db, _ := e.Place.open(t)
	batches := 0
	signal := func(inside bool) {
		if e.Signal != 0 && e.Inside == inside && batches == e.After {
			_ = syscall.Kill(os.Getpid(), e.Signal)
			// The signal may reach another thread first: this one must not get far.
			time.Sleep(20 * time.Millisecond)
		}
	}
	center := importCenterIn(t, interrupted{db, func() { signal(true) }}, e.Batch, e.Place.Blobs)
	fmt.Println(sayReady)
	settled := func(job.Progress) {
		fmt.Println(saySettled)
		batches++
		signal(false)
	}
	var err error
	if e.Purge > 0 {
		err = e.purge(t, interrupted{db, func() { signal(true) }}, func() { settled(job.Progress{}) })
	} else if e.Retire != "" {
		err = e.retire(t, interrupted{db, func() { signal(true) }}, func() { settled(job.Progress{}) })
	} else if e.Trim > 0 {
		err = e.trim(t, interrupted{db, func() { signal(true) }}, func() { settled(job.Progress{}) })
	} else if e.Upload > 0 {
		err = e.upload(t, center)
	} else if e.Migration {
		_, err = center.Migrations.Run(t.Context(), admin.System("acme"), e.Job, settled)
	} else {
		_, err = center.Imports.Run(t.Context(), admin.System("acme"), e.Job, settled)
	}
	switch {
	case err == nil:
		fmt.Println(sayEnded + endDone)
	case errors.Is(err, sqlstore.ErrCommitUnknown): // also if it then found that it has lost the lease
		fmt.Println(sayEnded + endUnknown)
	case errors.Is(err, job.ErrLeaseLost):
		fmt.Println(sayEnded + endLeaseLost)
	default:
		fmt.Println(sayEnded + err.Error())
	}
	return true
}

// purge removes what is left of an organization, and calls done after each batch.
func (e errand) purge(t *testing.T, b storage.Backend, done func()) error {
	for more := true; more; done() {
		err := b.InTx(t.Context(), func(s storage.Stores) (err error) {
			more, err = s.Organizations().Purge(t.Context(), "acme", e.Purge)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// interrupted is a backend in whose transactions something happens before the commit.
type interrupted struct {
	*sqlstore.DB
	inside func()
}

func (b interrupted) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	return b.DB.InTx(ctx, func(s storage.Stores) error {
		err := fn(s)
		if err == nil {
			b.inside()
		}
		return err
	})
}

// worker is a child process as its parent sees it.
type worker struct {
	process *exec.Cmd
	lines   *bufio.Scanner
}

// send starts a worker for the job in a process of its own. The test that calls it begins with work.
func (j customersJob) send(t *testing.T, e errand) *worker {
	t.Helper()
	e.Place, e.Job, e.Batch = j.place, j.id, j.batch
	return e.send(t)
}

// send starts a worker in a process of its own.
func (e errand) send(t *testing.T) *worker {
	t.Helper()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	top, _, _ := strings.Cut(t.Name(), "/")
	w := &worker{process: exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+top+"$")}
	w.process.Env = append(os.Environ(), workerVariable+"="+string(text), "GORACE=atexit_sleep_ms=0")
	w.process.Stderr = os.Stderr
	out, err := w.process.StdoutPipe()
	require.NoError(t, err)
	w.lines = bufio.NewScanner(out)
	require.NoError(t, w.process.Start())
	t.Cleanup(func() { _ = w.process.Process.Kill() }) // where the test fails before the worker ends
	return w
}

// hear reads what the worker says up to a line that begins with prefix, and returns the rest of it.
func (w *worker) hear(t *testing.T, prefix string) string {
	t.Helper()
	var heard []string
	for w.lines.Scan() {
		if rest, ok := strings.CutPrefix(w.lines.Text(), prefix); ok {
			return rest
		}
		heard = append(heard, w.lines.Text())
	}
	require.Fail(t, "the worker did not say "+prefix, "it said %q", heard)
	return ""
}

// killed waits for the end of a worker that SIGKILL ends.
func (w *worker) killed(t *testing.T) {
	t.Helper()
	for w.lines.Scan() { // what it said last
		require.NotContains(t, w.lines.Text(), sayEnded, "killed before the job is done")
	}
	err := w.process.Wait()
	status, ok := w.process.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.True(t, status.Signaled() && status.Signal() == syscall.SIGKILL, err)
}

// stopped waits until SIGSTOP has stopped the whole process.
func (w *worker) stopped(t *testing.T) {
	t.Helper()
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(w.process.Process.Pid, &status, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		require.NoError(t, err)
		require.True(t, status.Stopped(), "%v", status)
		return
	}
}

// goOn continues a stopped worker.
func (w *worker) goOn(t *testing.T) {
	t.Helper()
	require.NoError(t, w.process.Process.Signal(syscall.SIGCONT))
}

// ended waits for the worker's end and returns how it ended.
func (w *worker) ended(t *testing.T) string {
	t.Helper()
	how := w.hear(t, sayEnded)
	for w.lines.Scan() {
	}
	require.NoError(t, w.process.Wait())
	return how
}
