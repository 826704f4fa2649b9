//go:build unix

package dbtest

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A worker is killed again and again, all over the job: before it has claimed it, between batches,
// anywhere within a transaction, and every fifth time right before a COMMIT. Each time another goes
// on from what was committed.
func TestWorkerKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	rows, kills := atLength(2000, 400), atLength(50, 10)
	const batch = 10
	onEachDriver(t, func(t *testing.T, s server) {
		j := newImporters(t, s, batch).start(t, "killed", rows, batch)
		j.killWorkers(t, rows, batch, kills, 4*time.Millisecond)
		settled := int(j.progress(t).Counts.Settled())
		require.Less(t, settled, rows)
		j.requireExact(t, settled)
		require.Equal(t, endDone, j.send(t, errand{}).ended(t))
		j.requireDone(t)
	})
}

// killWorkers has workers do the job and kills them: up to an instant after a batch, anywhere within a transaction, and
// every fifth right before a COMMIT. The job has not ended then.
func (j customersJob) killWorkers(t *testing.T, rows, batch, kills int, most time.Duration) {
	t.Helper()
	random := rand.New(rand.NewPCG(2026, uint64(kills)))
	for kill := range kills {
		settled := int(j.progress(t).Counts.Settled())
		// As far apart, on average, as spreads the kills that are left over what is left to do;
		// the last tenth of it is for workers that get further than they should.
		left := max(0, rows*9/10-settled) / batch
		batches := min(random.IntN(2*left/(kills-kill)+1), left)
		if kill%5 == 4 {
			j.send(t, errand{Signal: syscall.SIGKILL, After: batches, Inside: true}).killed(t)
			// What was not committed did not happen; but a COMMIT that the worker before it had
			// sent may have reached the server after we looked.
			want := settled + batches*batch
			require.Contains(t, []int{want, want + batch}, int(j.progress(t).Counts.Settled()))
			continue
		}
		w := j.send(t, errand{})
		w.hear(t, sayReady)
		for range batches {
			w.hear(t, saySettled)
		}
		time.Sleep(time.Duration(random.Int64N(int64(most))).Truncate(time.Microsecond))
		require.NoError(t, w.process.Process.Kill())
		w.killed(t)
	}
}
