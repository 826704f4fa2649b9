package job_test

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// hooked is a job.Store with a look at every call, before and after.
type hooked struct {
	job.Store
	before, after func(method string) error
}

func (h hooked) around(method string, call func() error) error {
	if h.before != nil {
		if err := h.before(method); err != nil {
			return err
		}
	}
	err := call()
	if err == nil && h.after != nil {
		err = h.after(method)
	}
	return err
}

func (h hooked) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (j job.Job, err error) {
	err = h.around("Get", func() error { j, err = h.Store.Get(ctx, org, id); return err })
	return j, err
}

func (h hooked) Update(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
	return h.around("Update", func() error { return h.Store.Update(ctx, org, j, rec) })
}

func (h hooked) Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (j job.Job, err error) {
	err = h.around("Claim", func() error { j, err = h.Store.Claim(ctx, org, id, c); return err })
	return j, err
}

func (h hooked) Renew(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error {
	return h.around("Renew", func() error { return h.Store.Renew(ctx, org, id, attempt, until) })
}

func (h hooked) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	return h.around("Commit", func() error { return h.Store.Commit(ctx, org, cp) })
}

func (h hooked) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	return h.around("Finish", func() error { return h.Store.Finish(ctx, org, cp, rec) })
}

func (h hooked) Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
	return h.around("Release", func() error { return h.Store.Release(ctx, org, id, attempt) })
}

// before returns what calls fn before each method of a store.
func before(fn func(method string) error) func(job.Store) job.Store {
	return func(s job.Store) job.Store { return hooked{Store: s, before: fn} }
}

// down returns what lets one method of a store fail.
func down(method string) func(job.Store) job.Store {
	return before(func(m string) error {
		if m == method {
			return errStruck
		}
		return nil
	})
}

var errStruck = errors.New("struck")
