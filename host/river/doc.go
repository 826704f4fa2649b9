// Package river drives the jobs of an Admin Center, imports and price plan migrations, by River, a queue in
// the same database: PostgreSQL, or SQLite for one process. Its name is that of River's own package, so
// import it under another one:
//
//	import (
//		"github.com/riverqueue/river"
//
//		adminriver "github.com/admincenter/admincenter/host/river"
//	)
//
//	inserts, err := river.NewClient(riverdatabasesql.New(pool), &river.Config{}) // or riversqlite
//	center, err := admincenter.New(db, admincenter.Options{
//		Announce: adminriver.Enqueue(inserts, o),
//		Jobs:     job.Engine{Batch: 30 * time.Second}, // less than Batch of o
//	})
//	worker, err := adminriver.NewWorker(center, o)
//	river.AddWorker(workers, worker)
//	client, err := river.NewClient(riverpgxv5.New(pgxPool), &river.Config{
//		Workers: workers, Queues: queues, SoftStopTimeout: 5 * time.Second,
//	})
//	err = client.Start(ctx)
//	sweep, err := adminriver.NewSweep(center, client, o)
//	go sweep.Run(ctx) // in every process that works; wait for its end
//
// # Who does what
//
// River wakes a process as soon as a job has become due, spreads jobs over processes and queues, and shows
// them in its user interface. The library decides what is done: a job's lease, not River's row, keeps two
// workers apart; each batch commits with its checkpoint, so that effects are exactly once; a batch that
// failed is remembered in the job with its error and its next try, and River's attempts are not used up.
//
// [Enqueue] inserts a River job in the transaction in which a job becomes due: both commit, or neither.
// [Worker] does batches for a slice of time and then returns to the queue. [Sweep] inserts River jobs for
// what is due and was not announced: a retry, or a job whose worker is gone. It needs to run, because only it
// takes over from a process that was killed: when the lease has ended, 15 seconds by default, and not when
// River rescues its own row, which is an hour by default. When that happens, the row finds its job done, and
// completes.
//
// A River job may be deleted or canceled at any time; the job is swept again. To stop a job, use Pause or
// Cancel of [job.Service]. The order among the jobs of several organizations is that of River's queue: first
// come, first served, one slice each. job.Worker, which needs no queue, is fair among organizations.
//
// # What not to do
//
// All of this was measured, on 20,000 rows and three processes.
//
//   - One River job for each Step: a job that is snoozed waits for the next fetch, half a second for each
//     batch. The Worker loops over Step instead.
//   - A worker without a time-out (Timeout -1): River never rescues its rows. That of this Worker is Slice and
//     Batch of [Options] together, whatever the client's JobTimeout is.
//   - A sweep as a periodic job of River's: only the leader inserts those, and after a leader was killed none
//     is inserted for up to 17 seconds. Sweep runs in every process and needs no leader.
//   - Uniqueness by organization and job alone: the row of a process that was killed stays "running" for an
//     hour, and would keep the sweep from inserting another. What is inserted here is unique by the instant of
//     the job's last try too, and, if the row in the way is not alive, by period.
//
// For hosts on PostgreSQL that use job.Worker without River, [Notify] and [Listen] wake it as soon as a job
// becomes due.
package river
