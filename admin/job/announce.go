package job

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Announce lets a queue of the host know that a job is due at an instant. It is called within the
// transaction that makes the job due, when it is created, confirmed, resumed, retried or scheduled: what it
// writes by that transaction commits with it or not at all. An error fails what was to make the job due.
// A job that is tried again after a failed batch, or whose worker is gone, is not announced: [Service.Due]
// has those too.
type Announce func(ctx context.Context, r Ref, at time.Time) error

// Begin runs create, which adds the job to its store among other things, in one transaction with the
// announcement of the job.
func (r *Runner[P]) Begin(ctx context.Context, org admin.OrgID, j Job, create func(P) error) error {
	return r.atomically(ctx, func(ports P) error {
		if err := create(ports); err != nil {
			return err
		}
		return r.announce(ports).announce(ctx, j.Ref(org), j)
	})
}

// announce calls a unless the job is not runnable, or a is nil.
func (a Announce) announce(ctx context.Context, r Ref, j Job) error {
	at, ok := j.DueAt()
	if a == nil || !ok {
		return nil
	}
	if at.IsZero() {
		at = j.UpdatedAt
	}
	return a(ctx, r, at)
}
