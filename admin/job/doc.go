// Package job runs long administrative work in small steps that survive a crash.
//
//	for {
//		progress, err := imports.Step(ctx, admin.System("acme"), importID)
//		if err != nil || progress.Done() {
//			break
//		}
//	}
//
// A step claims the job's [Lease] by compare-and-swap, does one bounded batch, and commits its effects
// with their audit records, the entries, the counters and the cursor in one transaction that is guarded
// by the lease's attempt number and the old cursor. So a cron, a queue worker or a plain goroutine may
// call Step, from any number of processes:
//
//   - execution is at least once: after a crash the batch that did not commit is done again;
//   - effects in the same database are exactly once;
//   - a target outside the database gets a stable idempotency key for each entry;
//   - a worker that was overtaken gets [ErrLeaseLost] and has changed nothing.
//
// A package with jobs embeds a [Runner] behind its own Step and Run. Hosts see [Job], [Entry] and
// [Progress], and read the jobs of all packages by [Service].
package job
