package job_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
)

func TestWorkerRunsWhatGoesOnBesideJobs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ended := false
		p := job.WorkerPorts{
			Due:  func(context.Context, int) ([]job.Ref, error) { return nil, nil },
			Step: func(context.Context, job.Ref) (job.Progress, error) { return job.Progress{}, nil },
			Beside: func(ctx context.Context) error {
				<-ctx.Done()
				ended = true
				return errors.New("beside")
			},
		}
		o := job.WorkerOptions{}
		o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		w, err := job.NewWorker(p, o)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { require.NoError(t, w.Run(ctx)) })
		synctest.Wait()
		require.False(t, ended)
		cancel()
		all.Wait()
		require.True(t, ended, "Run waits for it")
		require.Contains(t, log.String(), "error=beside")
	})
}
