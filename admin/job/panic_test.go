package job_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

func TestPanicIsAFailedBatch(t *testing.T) {
	var table map[string]int
	for _, where := range []string{"Authorize", "Prepare", "Batch", "Announce", "Subject"} {
		for _, tc := range []struct {
			reason, failure string
			panics          func()
		}{
			{"of the host's own", "panic in the code of the host: the log has its stack", func() { panic("password=hunter2") }},
			{"of the runtime", "panic: assignment to entry in nil map", func() { table["x"] = 1 }},
		} {
			t.Run(tc.reason+" in "+where, func(t *testing.T) {
				w := newWorld(t)
				id := w.create(4, func(j *job.Job) { j.StartAt = start.Add(time.Hour) })
				panics := func(here string) {
					if where == here {
						tc.panics()
					}
				}
				w.announce(func() error { panics("Announce"); return nil })
				w.runner.Authorize = func(context.Context, admin.OrgID, job.Job) error { panics("Authorize"); return nil }
				w.runner.Subject = func(job.Job) admin.Subject { panics("Subject"); return admin.Subject{Kind: "toy"} }
				_, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
					panics("Prepare")
					batch, err := w.prepare(ctx, j)
					return func(ctx context.Context, s storage.Stores) (job.Result, error) {
						res, err := batch(ctx, s)
						panics("Batch")
						if res.Then = job.AtStart; where == "Subject" {
							res.Then = job.Done
						}
						return res, err
					}, err
				})
				require.EqualError(t, err, tc.failure)
				j := w.get(id)
				require.Equal(t, tc.failure, j.Failure)
				require.Equal(t, 1, j.Failures)
				require.Equal(t, job.InProgress, j.Status)
				require.Zero(t, w.effects(), "the transaction was taken back")
				require.Zero(t, w.records("toy.announce"))
				w.requireFree(id)
				lines := w.lines("job batch panicked")
				require.Len(t, lines, 1)
				require.Equal(t, "ERROR", lines[0]["level"])
				require.Equal(t, id.String(), lines[0]["job"])
				require.Contains(t, lines[0]["stack"], "panic_test.go")
				require.Equal(t, []string{"BatchFailed"}, w.hooks())
				if where == "Batch" && tc.reason == "of the host's own" {
					require.Equal(t, "password=hunter2", lines[0]["panic"], "what it says is for the log only")
					require.NotContains(t, fmt.Sprint(w.lines("job batch failed")), "hunter2")
				}
				w.wait(time.Minute)
				w.runner.Authorize, w.runner.AnnounceOf = nil, nil
				w.runner.Subject = func(job.Job) admin.Subject { return admin.Subject{Kind: "toy", ID: id.String()} }
				_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
				require.NoError(t, err, "the storage is not locked")
				w.requireDone(id, 4)
			})
		}
	}
}

func TestPrepareWithoutABatchFails(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	_, err := w.stepWith(id, func(context.Context, job.Job) (job.Batch[storage.Stores], error) { return nil, nil })
	require.ErrorContains(t, err, "nil pointer")
	require.Equal(t, 1, w.get(id).Failures)
}

func TestPanicOfAHookChangesNothing(t *testing.T) {
	panics := func(context.Context, job.Event) { panic("no metrics today") }
	for _, tc := range []struct {
		reason string
		hooks  job.Hooks
		do     func(*world, uuid.UUID) (job.Progress, error)
		want   job.Status
	}{
		{"BatchDone and Ended", job.Hooks{BatchDone: panics, Ended: panics}, (*world).step, job.Completed},
		{"BatchFailed and Ended", job.Hooks{BatchFailed: panics, Ended: panics}, func(w *world, id uuid.UUID) (job.Progress, error) {
			return w.stepWith(id, failing(job.Fail(errTarget)))
		}, job.Failed},
		{"report", job.Hooks{}, func(w *world, id uuid.UUID) (job.Progress, error) {
			w.size = 1
			return w.runner.Run(w.t.Context(), admin.System(acme), id, w.prepare, func(job.Progress) { panic("no screen") })
		}, job.Completed},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			w.runner.Engine.Hooks = tc.hooks
			id := w.create(2)
			p, err := tc.do(w, id)
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Status)
			require.Equal(t, tc.want, w.get(id).Status)
			lines := append(w.lines("job hook panicked"), w.lines("job report panicked")...)
			require.Len(t, lines, 2)
			require.Contains(t, lines[0]["stack"], "panic_test.go")
			require.Contains(t, lines[0]["panic"], "no ")
		})
	}
}
