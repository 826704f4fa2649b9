package job_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// Four jobs whose target never returns, whatever its context, have all four goroutines of a worker. They are given
// up, and hold up neither another job nor the end of the worker.
func TestTargetThatNeverReturns(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.runner.Engine.Batch = time.Minute
		var hanging sync.Map
		var first []uuid.UUID
		for range 4 {
			first = append(first, w.create(1))
			hanging.Store(first[len(first)-1], true)
		}
		free := make(chan struct{})
		defer close(free)
		prepare := func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
			if _, ok := hanging.Load(j.ID); ok {
				<-free
			}
			return w.prepare(ctx, j)
		}
		s, err := job.NewService(job.Ports{Jobs: w.backend.Jobs()}, job.Options{
			Runtime: w.runner.Runtime, Kinds: map[job.Kind]job.Rules{toy: {}},
		})
		require.NoError(t, err)
		step := func(ctx context.Context, r job.Ref) (job.Progress, error) {
			return w.runner.Step(ctx, admin.System(r.Org), r.ID, prepare)
		}
		worker, err := job.NewWorker(job.WorkerPorts{Due: s.Due, Step: step}, job.WorkerOptions{
			Goroutines: 4, Runtime: w.runner.Runtime,
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- worker.Run(ctx) }()
		time.Sleep(5 * time.Second)
		healthy := w.create(1)
		time.Sleep(2 * time.Minute)
		require.Equal(t, job.Completed, w.get(healthy).Status)
		for _, id := range first {
			require.NotZero(t, w.get(id).Failures)
		}
		time.Sleep(24 * time.Hour)
		for _, id := range first {
			j := w.get(id)
			require.Equal(t, job.Failed, j.Status)
			require.Contains(t, j.Failure, "batch takes longer than 1m0s")
		}

		last := w.create(1)
		hanging.Store(last, true)
		time.Sleep(5 * time.Second)
		cancel()
		time.Sleep(16 * time.Second)
		select {
		case err := <-ended:
			require.NoError(t, err)
		default:
			require.Fail(t, "the worker did not stop")
		}
		w.requireFree(last)
		require.Zero(t, w.get(last).Failures, "that the worker stopped is no failure")
	})
}
