// Package temporal does the jobs of an Admin Center by Temporal: one workflow, and one activity that sends
// heartbeats and loops over Center.Step.
//
// Any engine fits like that. The library has the lease, the checkpoints and the failures of a job; an engine has
// to call Step again until the job no longer moves by itself, in any process, and to wait as long as Step's
// error says. Whatever it does twice or too early changes nothing.
//
// A host starts the workflow RunJob with a [job.Ref], and an id such as "admincenter/" with the organization
// and the job's id, when a job has become due, by Resume for example: from what Jobs.Due returns, or by a function in
// admincenter.Options.Announce that writes an outbox, because Temporal cannot take part in the transaction.
package temporal

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// RunJob is the workflow: it does one job until it is final or waits for a person or an instant.
func RunJob(ctx workflow.Context, ref job.Ref) (p job.Progress, err error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 24 * time.Hour,
		HeartbeatTimeout:    time.Minute, // longer than a batch takes
	})
	var a *Activities
	err = workflow.ExecuteActivity(ctx, a.Do, ref).Get(ctx, &p)
	return p, err
}

// Activities are the activities of a worker.
type Activities struct{ Center *admincenter.Center }

// Do is the activity. Its retries wait as long as the job does.
func (a *Activities) Do(ctx context.Context, ref job.Ref) (job.Progress, error) {
	for {
		p, err := a.Center.Step(ctx, ref)
		paused := errors.Is(err, admin.ErrState) && p.Status != "" && !p.Status.Runnable() // or it waits for confirmation
		if err == nil && p.Status == job.InProgress {
			activity.RecordHeartbeat(ctx, p.Counts)
			continue
		} else if err == nil || paused {
			return p, nil
		}
		wait, ok := admin.RetryAfter(err) // of another worker's lease, or until the job is due
		if !ok && !p.RetryAt.IsZero() {
			wait = time.Until(p.RetryAt) // of the batch that failed
		}
		gone := errors.Is(err, admin.ErrNotFound) && p.Status == ""
		return p, temporal.NewApplicationErrorWithOptions(admin.Message(err), admin.Code(err),
			temporal.ApplicationErrorOptions{Cause: err, NextRetryDelay: max(0, wait), NonRetryable: gone})
	}
}
