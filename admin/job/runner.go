package job

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Atomically runs fn with ports whose writes commit together when fn returns nil, or not at all. It may
// run fn again from the start after a serialization failure, so fn must keep nothing from a run that did
// not commit.
type Atomically[P any] func(ctx context.Context, fn func(P) error) error

// Prepare reads and checks what the next batch of j needs, outside any transaction, and returns the
// batch. Its context ends when another worker takes the job over, the job is paused or cancelled, or the batch
// takes longer than [Engine].Batch.
type Prepare[P any] func(ctx context.Context, j Job) (Batch[P], error)

// Batch writes the effects of one batch through ports that commit together with the job's cursor
// and counters. It may be run more than once; only the run that commits counts.
type Batch[P any] func(ctx context.Context, ports P) (Result, error)

// Result is the outcome of a batch.
type Result struct {
	Cursor  string   // where the next batch begins
	State   string   // the job's State from now on; empty to keep it
	Counts  Counts   // what to add to the job's counts
	Entries []Entry  // entries to write
	Effects []Effect // effects to keep
	Then    Then
}

// Then is what follows on a batch.
type Then int

// What follows on a batch.
const (
	More    Then = iota // another batch
	Confirm             // a person has to confirm before the next batch
	AtStart             // the next batch is not before the job's StartAt
	Done                // nothing: the job is completed
)

// status returns the status of a job after a batch that leaves it with these counts.
func (t Then) status(c Counts) Status {
	switch {
	case t == Confirm:
		return WaitingForConfirmation
	case t == AtStart:
		return Scheduled
	case t == Done && c.Failed > 0:
		return CompletedWithFailures
	case t == Done:
		return Completed
	}
	return InProgress
}

// Audit actions of a job's end. A batch in between leaves the records of its effects.
const (
	ActionComplete admin.Action = "job.complete" // the last batch was committed
	ActionFail     admin.Action = "job.fail"     // the job was given up
)

// Runner does the jobs of one package, batch by batch: the callers of [Runner.Step] and [Runner.Run] do the work,
// in any number of processes. A batch runs on a goroutine of its own, beside one that renews the lease; both have
// ended when Step or Run returns, unless a function of the host's does not return although its context has ended.
type Runner[P any] struct {
	Ports      P
	Atomically Atomically[P] // effects and checkpoint together; nil if Ports are those of one transaction
	JobsOf     func(P) Store
	AnnounceOf func(P) Announce // nil if nothing is announced
	Subject    func(Job) admin.Subject
	Runtime    admin.Runtime // with defaults
	Engine     Engine        // with defaults

	// Authorize reports before each batch whether the job's CreatedBy may still do what the job does. If it
	// fails with [admin.ErrSuspended], the job waits for its organization. If it fails with [admin.ErrForbidden] or
	// [admin.ErrNotFound], it is asked the same of the user who confirmed, resumed or retried the job last, if that was
	// the last decision; then the job is Failed. nil allows all.
	Authorize func(ctx context.Context, org admin.OrgID, j Job) error
}

// Step claims the job, does one batch and releases the lease. A final job is left as it is. It fails with
// [admin.ErrNotFound], with [ErrLeased] while another worker has the job, with [ErrNotDue], with
// [admin.ErrState] while the job is paused or waits for confirmation, with [admin.ErrSuspended] while the organization
// is suspended, which does not count as a failure, and with [ErrLeaseLost] if another
// worker overtook this one, or the job was paused or cancelled.
//
// After any other error the batch has not happened, or, if the storage answers neither a COMMIT nor whether
// it took place, has happened whole; in both cases another Step continues from there. The error is kept in
// the job, which is due again at its RetryAt; after [Retry].Failures of them in a row the job is Failed, and
// Step returns nil. If it is ctx that ended the batch, nothing is kept and the job is due at once. A panic
// in a host's code is such an error; its stack is logged. Without Atomically an error is not kept either:
// the caller takes the transaction back, and with it what the batch wrote.
func (r *Runner[P]) Step(ctx context.Context, scope admin.Scope, id uuid.UUID, prepare Prepare[P]) (Progress, error) {
	w := work[P]{r: r, scope: scope, prepare: prepare}
	if err := w.claim(ctx, id); err != nil || w.job.Status.Final() {
		return w.progress(), err
	}
	err := w.batch(ctx, false)
	return w.progress(), err
}

// Run does batches until the job is final, or waits for a person or its StartAt, and keeps the lease
// between them. It calls report, unless nil, after each batch, and logs a panic in it. Errors are those of
// [Runner.Step].
func (r *Runner[P]) Run(
	ctx context.Context, scope admin.Scope, id uuid.UUID, prepare Prepare[P], report func(Progress),
) (Progress, error) {
	w := work[P]{r: r, scope: scope, prepare: prepare}
	if err := w.claim(ctx, id); err != nil {
		return w.progress(), err
	}
	for w.job.Status == InProgress {
		if err := w.batch(ctx, true); err != nil {
			return w.progress(), err
		}
		if report != nil {
			w.call(ctx, "job report panicked", func() { report(w.progress()) })
		}
	}
	return w.progress(), nil
}

// jobs returns the store outside of the transactions of batches.
func (r *Runner[P]) jobs() Store { return r.JobsOf(r.Ports) }

func (r *Runner[P]) announce(p P) Announce {
	if r.AnnounceOf == nil {
		return nil
	}
	return r.AnnounceOf(p)
}

// atomically runs fn in a transaction, or in the one that the ports are of.
func (r *Runner[P]) atomically(ctx context.Context, fn func(P) error) error {
	if r.Atomically == nil {
		return fn(r.Ports)
	}
	return r.Atomically(ctx, fn)
}

// claim takes the job's lease, unless the job is final.
func (w *work[P]) claim(ctx context.Context, id uuid.UUID) (err error) {
	now, jobs, org := w.r.Runtime.Instant(), w.r.jobs(), w.scope.Org()
	c := Claim{Worker: w.r.Engine.Worker, Now: now, Until: now.Add(w.r.Engine.Lease)}
	w.began = now
	if err := ctx.Err(); err != nil {
		return err
	}
	claiming, done := lingering(ctx)
	defer done()
	if w.job, err = jobs.Claim(claiming, org, id, c); err == nil {
		w.lag = w.job.lag()
		return nil
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = errors.Join(ended, err)
	}
	if errors.Is(err, admin.ErrState) && !errors.Is(err, ErrNotDue) {
		// That a job is final is no failure.
		if latest, again := jobs.Get(ctx, org, id); again == nil {
			if w.job = latest; latest.Status.Final() {
				return nil
			}
		}
	}
	return err
}

// lingering returns a context that ends half a second after ctx. A claim whose COMMIT was not answered, because
// the worker stops, would keep the job from others until the lease ends.
func lingering(ctx context.Context) (longer context.Context, done func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(500*time.Millisecond, cancel) })
	return longer, func() { stop(); cancel() }
}
