// Package job runs long administrative work in small steps that survive a crash.
//
//	worker, err := center.Worker(job.WorkerOptions{}) // in any number of processes
//	err = worker.Run(ctx)                             // until ctx ends
//
// A job is done in steps. A step claims the job's [Lease] by compare-and-swap, does one bounded batch, and commits
// its effects with their audit records, the entries, the counters, the state and the cursor in one transaction
// that is guarded by the lease's attempt number and the old cursor. So a [Worker], a queue's worker or a cron may
// call Step, from any number of processes:
//
//   - execution is at least once: after a crash the batch that did not commit is done again;
//   - effects in the same database are exactly once;
//   - a target outside the database gets a stable idempotency key for each entry;
//   - a worker that was overtaken gets [ErrLeaseLost] and has changed nothing.
//
// # Failures
//
// A batch that fails, or in which a host's code panics, is remembered in the job (Failure, Failures,
// RetryAt), and tried again after a wait that doubles: see [Retry]. After a bound the job is [Failed] and can be
// retried. [Service.Due] takes turns over organizations, so that a broken job holds up no other. [Job.Hold] is
// what a job waits for, for a screen.
//
// # Who sees what
//
// Hosts use [Worker], [Engine] with its [Hooks], and [Service], which reads, watches and operates the jobs of
// all packages. A package with jobs has a [Runner] behind its own Step and Run. An adapter implements [Store],
// for which [Job] states in code what its methods do.
package job
