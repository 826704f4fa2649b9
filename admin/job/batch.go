package job

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// work is one worker at one job, under a lease.
type work[P any] struct {
	r       *Runner[P]
	scope   admin.Scope
	prepare Prepare[P]
	job     Job
	began   time.Time     // the claim, or the end of the batch before
	lag     time.Duration // of the next batch
}

func (w *work[P]) progress() Progress { return w.job.Progress(w.r.Runtime.Instant()) }

// lag returns how long the job, which was just claimed, waited for that, as far as it knows.
func (j Job) lag() time.Duration {
	var since time.Time
	for _, t := range []time.Time{j.CreatedAt, j.UpdatedAt, j.RetryAt, j.StartAt} {
		if t.After(since) && !t.After(j.TriedAt) {
			since = t
		}
	}
	if since.IsZero() {
		return 0
	}
	return j.TriedAt.Sub(since)
}

// batch does one batch and updates w.job. With keep, the lease goes on after it.
func (w *work[P]) batch(ctx context.Context, keep bool) error {
	if w.r.Atomically == nil { // a transaction belongs to one goroutine
		counts, err := guard(ctx, w, func() (Counts, error) { return w.attempt(ctx, keep) })
		return w.settle(ctx, counts, err)
	}
	counts, err := w.bounded(ctx, keep)
	return w.settle(ctx, counts, err)
}

// settle keeps and reports what became of a batch, and returns its error unless that ended the job.
func (w *work[P]) settle(ctx context.Context, counts Counts, err error) error {
	switch {
	case err == nil:
		w.done(ctx, counts)
		return nil
	case errors.Is(err, ErrLeaseLost):
		return err
	case ctx.Err() != nil, errors.Is(err, admin.ErrSuspended):
		// The worker stops, or the organization is suspended; the job has done nothing wrong.
		w.release(ctx)
		return err
	case w.r.Atomically == nil:
		// The claim and what the batch wrote are in the caller's transaction, which takes back both or neither.
		w.reportFailure(ctx, err)
		return err
	}
	committed, kept := w.keepFailure(ctx, err)
	switch {
	case committed:
		w.log().WarnContext(ctx, "job batch committed without an answer", "error", err)
		w.done(ctx, counts)
		return nil
	case kept != nil:
		w.release(ctx) // which does nothing if the lease is another worker's
		return errors.Join(kept, err)
	}
	w.reportFailure(ctx, err)
	if w.job.Status.Final() || w.job.Status == Paused {
		return nil
	}
	return err
}

// attempt does the batch and commits it, with the lease renewed in between. It returns the counts of the batch
// with an error too, if it came as far.
func (w *work[P]) attempt(ctx context.Context, keep bool) (counts Counts, err error) {
	renewed, lease := w.renew(ctx)
	defer func() {
		lease.stop()
		if err != nil && lease.lost() {
			err = ErrLeaseLost
		}
	}()
	run, err := guard(ctx, w, func() (Batch[P], error) { return w.prepared(renewed) })
	if err != nil {
		return Counts{}, err
	}
	var cp Checkpoint
	err = w.r.atomically(renewed, func(ports P) error {
		cp, err = guard(ctx, w, func() (Checkpoint, error) {
			res, err := run(renewed, ports)
			if err != nil {
				return Checkpoint{}, own(err)
			}
			cp := w.checkpoint(res, keep)
			lease.ending()
			return cp, w.commit(renewed, ports, cp)
		})
		return err
	})
	if err == nil {
		w.job, err = w.job.Committed(cp)
	}
	return cp.Counts, err
}

// prepared asks whether the job may still be done, and prepares its next batch.
func (w *work[P]) prepared(ctx context.Context) (Batch[P], error) {
	if err := w.allowed(ctx); errors.Is(err, admin.ErrSuspended) {
		return nil, admin.ErrSuspended
	} else if err != nil {
		return nil, own(err)
	}
	batch, err := w.prepare(ctx, w.job)
	return batch, own(err)
}

// allowed returns nil if the creator of the job may still do it, or else the user who let it go on last: a job of a
// user who has left can be retried by another who may do the same.
func (w *work[P]) allowed(ctx context.Context) error {
	if w.r.Authorize == nil {
		return nil
	}
	err := w.r.Authorize(ctx, w.scope.Org(), w.job)
	if !refusal(err) {
		return err
	}
	if d := w.job.Decision; d.Action == ActionRetry || d.Action == ActionResume || d.Action == ActionConfirm {
		theirs := w.job
		theirs.CreatedBy = d.By
		again := w.r.Authorize(ctx, w.scope.Org(), theirs)
		if !refusal(again) {
			return again
		}
	}
	return Fail(fmt.Errorf("%s may no longer do this: %w", w.job.CreatedBy, err))
}

// refusal reports whether err means that an actor may not do something, and not only as long as the organization is
// suspended.
func refusal(err error) bool {
	return (errors.Is(err, admin.ErrForbidden) || errors.Is(err, admin.ErrNotFound)) && !errors.Is(err, admin.ErrSuspended)
}

// own returns the error of a batch's own code without what it may wrap of another job's: that one is leased, or
// its lease lost, or that another organization is suspended, is no reason to leave this one as it is.
func own(err error) error {
	if !errors.Is(err, ErrLeaseLost) && !errors.Is(err, ErrLeased) && !errors.Is(err, ErrNotDue) &&
		!errors.Is(err, admin.ErrSuspended) {
		return err
	}
	plain := errors.New(fmt.Sprint(err))
	switch {
	case isPermanent(err):
		return Fail(plain)
	case isBlocked(err):
		return Block(plain)
	}
	return plain
}

// panicked returns the error of a batch in which a panic was recovered. The value of the panic may be anything; it
// is in the log and not in the job.
func panicked(value any) (err error) {
	const message = "panic in the code of the host: the log has its stack"
	defer func() {
		if recover() != nil {
			err = errors.New(message) // the text of the error panics too
		}
	}()
	if err, ok := value.(runtime.Error); ok {
		return errors.New("panic: " + err.Error())
	}
	return errors.New(message)
}

// guard runs the part of a batch in which code of the host's is called. An error that panics when it is compared,
// as a nil pointer with an Unwrap does, is a panic too.
func guard[P, T any](ctx context.Context, w *work[P], fn func() (T, error)) (v T, err error) {
	defer func() {
		if value := recover(); value != nil {
			w.log().ErrorContext(ctx, "job batch panicked", "panic", value, "stack", string(debug.Stack()))
			err = panicked(value)
		}
	}()
	if v, err = fn(); err != nil {
		_, _, _ = errors.Is(err, ErrLeaseLost), isPermanent(err), isBlocked(err)
	}
	return v, err
}

// checkpoint returns what is stored of a batch that succeeded.
func (w *work[P]) checkpoint(res Result, keep bool) Checkpoint {
	j := w.job
	cp := Checkpoint{
		ID: j.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: res.Cursor, State: res.State,
		Entries: res.Entries, Effects: res.Effects, Counts: res.Counts,
		Status: res.Then.status(j.Counts.Add(res.Counts)), At: w.r.Runtime.Instant(),
	}
	if cp.State == "" {
		cp.State = j.State
	}
	if cp.Status == Scheduled && !j.StartAt.After(cp.At) {
		cp.Status = InProgress
	}
	if keep && cp.Status == InProgress {
		cp.Until = cp.At.Add(w.r.Engine.Lease)
	}
	return cp
}

// commit stores the outcome of a batch: with an audit record if the job has ended, announced if it goes on
// at its StartAt.
func (w *work[P]) commit(ctx context.Context, ports P, cp Checkpoint) error {
	jobs, org := w.r.JobsOf(ports), w.scope.Org()
	if cp.Status.Final() {
		return jobs.Finish(ctx, org, cp, w.record(cp))
	}
	if err := jobs.Commit(ctx, org, cp); err != nil {
		return err
	}
	if cp.Status != Scheduled {
		return nil
	}
	after, err := w.job.Committed(cp)
	if err != nil {
		return err
	}
	return own(w.r.announce(ports).announce(ctx, after.Ref(org), after))
}

func (w *work[P]) record(cp Checkpoint) admin.Record {
	action := ActionComplete
	if cp.Status == Failed {
		action = ActionFail
	}
	total := w.job.Counts.Add(cp.Counts)
	return w.r.Runtime.Record(w.scope, action, w.r.Subject(w.job),
		admin.Change{Field: "completed", To: fmt.Sprint(total.Completed)},
		admin.Change{Field: "skipped", To: fmt.Sprint(total.Skipped)},
		admin.Change{Field: "failed", To: fmt.Sprint(total.Failed)})
}

// keepFailure keeps the error of a batch in the job, which is tried again later or is given up. It keeps
// nothing and reports true if the batch was committed although the storage did not answer. The store cannot
// find that by the cursor, because a batch need not move it.
func (w *work[P]) keepFailure(ctx context.Context, cause error) (committed bool, err error) {
	jobs, org, retry := w.r.jobs(), w.scope.Org(), w.r.Engine.Retry
	j, err := jobs.Get(ctx, org, w.job.ID)
	switch {
	case err != nil:
		return false, err
	case j.Lease.Attempt != w.job.Lease.Attempt:
		return false, ErrLeaseLost
	case j.Version != w.job.Version:
		w.job = j
		return true, nil
	}
	cp := Checkpoint{
		ID: j.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: j.Cursor, State: j.State,
		Status: InProgress, Failure: failure(cause), Failures: j.Failures + 1, At: w.r.Runtime.Instant(),
	}
	switch {
	case isBlocked(cause):
		cp.Status, cp.Failures = Paused, 0
		err = jobs.Commit(ctx, org, cp)
	case isPermanent(cause) || cp.Failures >= retry.Failures:
		cp.Status = Failed
		err = jobs.Finish(ctx, org, cp, w.record(cp))
	default:
		cp.RetryAt = admin.Instant(cp.At.Add(retry.wait(cp.Failures, w.r.Runtime.Rand)))
		err = jobs.Commit(ctx, org, cp)
	}
	if err == nil {
		w.job, err = w.job.Committed(cp)
	}
	return false, err
}

// failure returns the text of cause in a form that every storage keeps. A cause that quotes its input
// may hold bytes that a database refuses, and a job whose failure cannot be written would be tried
// forever.
func failure(cause error) (s string) {
	defer func() {
		if recover() != nil {
			s = "an error whose text cannot be read"
		}
	}()
	const most = 2000
	s = text.Storable(cause.Error())
	if utf8.RuneCountInString(s) > most {
		s = text.Clip(s, most-1) // and its ellipsis
	}
	return s
}

// release lets another worker continue at once. It does not fail: the caller needs the batch's own error,
// and a lease that could not be released ends by itself.
func (w *work[P]) release(ctx context.Context) {
	if w.r.Atomically == nil {
		return // the caller's transaction takes the claim back
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := w.r.jobs().Release(ctx, w.scope.Org(), w.job.ID, w.job.Lease.Attempt); err != nil {
		w.log().WarnContext(ctx, "job lease not released", "error", err)
		return
	}
	w.job = w.job.Released(w.job.Lease.Attempt)
}
