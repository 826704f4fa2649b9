package dbtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
)

// Every 20 ms all connections are ended, in the middle of their work: a statement, a
// transaction, a COMMIT whose answer is lost. A worker that calls Run again until it is done has each row
// imported once.
func TestConnectionsLostDuringAnImport(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: an import that is long enough to lose connections all the time takes too long")
	}
	const rows, batch, every = 20_000, 100, 20 * time.Millisecond
	// So that a machine on which a batch hardly ever fits in between gets to the end nevertheless.
	const most = 120
	onNetworked(t, func(t *testing.T, s server) {
		j := newImporters(t, s, batch).start(t, "lost", rows, batch)
		through := j.place.operator(t)
		done, stopped := make(chan struct{}), make(chan struct{})
		var ended int
		var asking error
		go func() {
			defer close(stopped)
			for range most {
				select {
				case <-done:
					return
				case <-time.After(every):
				}
				n, err := j.place.endSessions(t.Context(), through)
				if err != nil {
					asking = err
					return
				}
				ended += n
			}
		}()
		failures := 0
		for {
			p, err := j.center.Imports.Run(t.Context(), j.scope, j.id, nil)
			if err == nil {
				require.Equal(t, job.CompletedWithFailures, p.Status, p.Failure)
				break
			}
			failures++
			j.failed++
			require.Less(t, failures, 100*most, "%v", err)
		}
		close(done)
		<-stopped
		require.NoError(t, asking)
		require.Greater(t, ended, 10)
		require.Greater(t, failures, 5, "connections were lost while they were in use")
		// The pool may hold connections that were ended after their last use.
		j.pool.SetMaxIdleConns(0)
		j.requireDone(t)
	})
}
