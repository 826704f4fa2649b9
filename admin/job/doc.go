// Package job runs long administrative work in small steps that survive a crash.
//
//	for {
//		progress, err := imports.Step(ctx, admin.System("acme"), importID)
//		if err != nil || progress.Done() {
//			break
//		}
//	}
//
// A step claims the job's [Lease] by compare-and-swap, does one bounded batch, and commits its
// effects, the entries, the counters, the cursor and the audit record in one transaction guarded by
// the lease's attempt number and the old cursor. So a cron, a queue worker or a plain goroutine may
// call Step, from any number of processes at once:
//
//   - execution is at least once: after a crash the batch that did not commit is done again;
//   - effects in the same database are exactly once;
//   - a target outside the database gets a stable idempotency key for each entry;
//   - a worker that was overtaken gets [ErrLeaseLost] and has changed nothing.
//
// Domains embed a [Runner] behind their own Step and Run; hosts see [Job], [Entry] and [Progress].
package job
