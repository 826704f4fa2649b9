package admincenter

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Tidy removes what is to be removed, in batches, until nothing is left to remove or ctx ends: the rows of
// organizations that were deleted ([people.Service.PurgeDeleted]). A worker ([Center.Worker]) calls it; a host without
// one calls it every hour or so, on any number of processes. It returns what could not be removed, and removes the rest.
//
// [people.Service.PurgeDeleted]: https://pkg.go.dev/github.com/admincenter/admincenter/admin/people#Service.PurgeDeleted
func (c *Center) Tidy(ctx context.Context) error {
	return c.untilDone(ctx, func(ctx context.Context) (bool, error) { return c.People.PurgeDeleted(ctx, tidyRows) })
}

// tidyRows is how many rows a transaction of Tidy removes: some milliseconds of work.
const tidyRows = 1000

// untilDone calls batch until it reports that there is no more.
func (c *Center) untilDone(ctx context.Context, batch func(context.Context) (more bool, err error)) (failed error) {
	for more := true; more && ctx.Err() == nil; {
		var err error
		if more, err = batch(ctx); err != nil {
			failed = err // the same with every batch, which leaves it out
		}
	}
	return errors.Join(failed, ctx.Err())
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
				c.o.Runtime.WithDefaults().Logger.WarnContext(ctx, "not all was removed that is to be", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	err := c.Tokens.Run(ctx)
	tidying.Wait()
	return err
}
