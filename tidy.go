package admincenter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Tidy removes what is to be removed, in transactions of 1,000 rows at most, until nothing is left to remove or ctx
// ends: the rows of organizations that were deleted ([people.Service.PurgeDeleted]), and what Options.Retention does
// not keep any longer; and what imports that were removed have in Options.Blobs. A worker ([Center.Worker]) calls it;
// a host without one calls it every hour or so, on any number of processes. It returns what could not be removed, and
// removes the rest. It fails with [admin.ErrState] for a Center that is in a transaction.
//
// [people.Service.PurgeDeleted]:
// https://pkg.go.dev/github.com/admincenter/admincenter/admin/people#Service.PurgeDeleted
func (c *Center) Tidy(ctx context.Context) error {
	if c.backend == nil {
		return fmt.Errorf("admincenter: a Center in a transaction does not tidy: use the one that New returned: %w",
			admin.ErrState)
	}
	now, keep := c.o.WithDefaults().Instant(), c.o.Retention.complete()
	failed := untilDone(ctx, func() (bool, error) { return c.People.PurgeDeleted(ctx, tidyRows) })
	// What a job has goes before the job.
	for _, part := range []struct {
		kept   time.Duration
		remove func(ctx context.Context, until time.Time) (more bool, err error)
	}{
		{keep.Files, c.Imports.RemoveFiles}, {keep.Details, c.Jobs.PruneSettled}, {keep.Jobs, c.Jobs.RemoveSettled},
	} {
		if part.kept > 0 {
			err := untilDone(ctx, func() (bool, error) { return part.remove(ctx, now.Add(-part.kept)) })
			failed = errors.Join(failed, err)
		}
	}
	failed = errors.Join(failed, untilDone(ctx, func() (bool, error) { return c.Imports.SweepBlobs(ctx) }))
	if keep.Records > 0 && ctx.Err() == nil {
		failed = errors.Join(failed, c.Log.Trim(ctx, now.Add(-keep.Records)))
	}
	return errors.Join(failed, ctx.Err())
}

// tidyRows is how many rows a transaction of Tidy removes: some milliseconds of work.
const tidyRows = 1000

// untilDone calls batch until it reports that there is no more.
func untilDone(ctx context.Context, batch func() (more bool, err error)) (failed error) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = batch(); err != nil {
			failed = err // the same with every batch, which leaves it out
		}
	}
	return failed
}

// tidyEvery is how long a worker waits between two calls of Tidy.
const tidyEvery = time.Minute

// beside does what goes on beside jobs until ctx ends.
func (c *Center) beside(ctx context.Context) error {
	var tidying sync.WaitGroup
	tidying.Go(func() {
		ticker := time.NewTicker(tidyEvery)
		defer ticker.Stop()
		for {
			if err := c.Tidy(ctx); err != nil && ctx.Err() == nil {
				c.o.WithDefaults().Logger.WarnContext(ctx, "not all was removed that is to be", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	ended := make(chan error, 2)
	go func() { ended <- c.Log.Run(ctx) }()
	go func() { ended <- c.Follow(ctx) }()
	err := errors.Join(c.Tokens.Run(ctx), <-ended, <-ended)
	tidying.Wait()
	return err
}
