//go:build unix

package dbtest

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// A worker is stopped past the end of its lease, another takes over, and the first goes on.
func TestWorkerStoppedPastItsLease(t *testing.T) {
	if work(t) {
		return
	}
	const rows, batch = 200, 10
	onEachDriver(t, func(t *testing.T, s server) {
		w := newImporters(t, s, batch)

		// Between two batches it holds nothing but the lease.
		for _, tc := range []struct {
			other    string
			takeOver func(*testing.T, customersJob)
		}{
			{"goes on", func(t *testing.T, j customersJob) {
				_, err := j.center.Imports.Step(t.Context(), j.scope, j.id)
				require.NoError(t, err)
			}},
			{"finishes", func(t *testing.T, j customersJob) { j.runHere(t) }},
		} {
			t.Run("between batches while another "+tc.other, func(t *testing.T) {
				j := w.start(t, strings.ReplaceAll(tc.other, " ", "-"), rows, batch)
				first := j.send(t, errand{Signal: syscall.SIGSTOP, After: 3})
				first.stopped(t)
				tc.takeOver(t, j)
				before := j.outcome(t)
				first.goOn(t)
				require.Equal(t, endLeaseLost, first.ended(t))
				require.Equal(t, before, j.outcome(t), "it has changed nothing")
				j.runHere(t)
				j.requireDone(t)
			})
		}

		// Within a transaction it holds its locks: SQLite's only one, or those of the job's row and
		// of what it wrote. Others wait, and cannot do the same work.
		t.Run("inside a transaction others wait", func(t *testing.T) {
			j := w.start(t, "waited-for", rows, batch)
			first := j.send(t, errand{Signal: syscall.SIGSTOP, After: 3, Inside: true})
			first.stopped(t)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := j.center.Imports.Run(ctx, j.scope, j.id, nil)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			j.requireExact(t, 3*batch)
			first.goOn(t)
			require.Equal(t, endDone, first.ended(t), "no worker has overtaken it, even with an expired lease")
			j.requireDone(t)
		})
		if s.dialect == sqlstore.SQLite {
			return // which has no server to end the transaction of a process that is not going on
		}
		// As PostgreSQL's idle_in_transaction_session_timeout does, MariaDB's
		// idle_transaction_timeout, or an operator.
		t.Run("inside a transaction that the server then ends", func(t *testing.T) {
			j := w.start(t, "ended", rows, batch)
			first := j.send(t, errand{Signal: syscall.SIGSTOP, After: 3, Inside: true})
			first.stopped(t)
			w.pool.SetMaxIdleConns(0) // so that the worker's connections are the only ones
			ended, err := w.place.endSessions(t.Context(), w.place.operator(t))
			w.pool.SetMaxIdleConns(2)
			require.NoError(t, err)
			require.NotZero(t, ended)
			j.requireExact(t, 3*batch)
			j.runHere(t)
			before := j.outcome(t)
			first.goOn(t)
			require.Equal(t, endUnknown, first.ended(t), "all it can know is that its COMMIT was not answered")
			require.Equal(t, before, j.outcome(t), "it has changed nothing")
			j.requireDone(t)
		})
	})
}
