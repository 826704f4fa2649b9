package river_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	adminriver "github.com/admincenter/admincenter/host/river"
)

// A queue that is longer than the time between two sweeps does not grow: a job has the River job that waits, and
// the one that a sweep inserted because it could not know.
func TestRiverJobsDoNotMultiplyInALongQueue(t *testing.T) {
	const imports, enough = 12, 50
	onEach(t, func(t *testing.T, s setup) {
		h := s.newHost(t, config{batch: 1, workers: 2, river: adminriver.Options{
			Slice: 40 * time.Millisecond, Every: 20 * time.Millisecond,
		}})
		for range imports {
			h.start(t, h.upload(t, 2000))
		}
		h.work(t)
		ctx, stop := context.WithCancel(t.Context())
		var sweeping sync.WaitGroup
		sweeping.Go(func() {
			if err := h.sweep.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer sweeping.Wait()
		defer stop()
		for tick := time.NewTicker(100 * time.Millisecond); ; <-tick.C {
			all := h.rows(t)
			alive := slices.DeleteFunc(slices.Clone(all), func(r *rivertype.JobRow) bool {
				return r.State == rivertype.JobStateCompleted
			})
			require.LessOrEqual(t, len(alive), 4*imports)
			if len(all)-len(alive) >= enough {
				return
			}
		}
	})
}
