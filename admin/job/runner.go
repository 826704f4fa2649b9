package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Atomically runs fn with ports whose writes commit together when fn returns nil, or not at all. It may
// run fn again from the start after a serialization failure, so fn must keep nothing from a run that did
// not commit.
type Atomically[P any] func(ctx context.Context, fn func(P) error) error

// Prepare reads and checks what the next batch of j needs, outside any transaction, and returns the
// batch.
type Prepare[P any] func(ctx context.Context, j Job) (Batch[P], error)

// Batch writes the effects of one batch through ports that commit together with the job's cursor
// and counters. It may be run more than once; only the run that commits counts.
type Batch[P any] func(ctx context.Context, ports P) (Result, error)

// Result is the outcome of a batch.
type Result struct {
	Cursor  string  // where the next batch begins
	Counts  Counts  // what to add to the job's counts
	Entries []Entry // entries to write
	Done    bool    // nothing is left to do
}

// Progress is the state of a job after a step.
type Progress struct {
	Status  Status `json:"status"`
	Counts  Counts `json:"counts"`
	Failure string `json:"failure,omitempty"` // why it Failed; 2000 characters at most
}

// Done reports whether the job is final.
func (p Progress) Done() bool { return p.Status.Final() }

// Audit actions of a job's end. A batch in between leaves the records of its effects.
const (
	ActionComplete admin.Action = "job.complete" // the last batch was committed
	ActionFail     admin.Action = "job.fail"     // the job was given up
)

// DefaultLease is the time that a worker has for one batch before other workers may take over.
const DefaultLease = time.Minute

// Runner does the jobs of one package, batch by batch. It starts no goroutine: the callers of
// [Runner.Step] and [Runner.Run] do the work, in any number of processes.
type Runner[P any] struct {
	Jobs       Store         // outside a transaction
	Atomically Atomically[P] // effects and checkpoint together
	JobsOf     func(P) Store // the Store among the ports
	Subject    func(Job) admin.Subject
	Runtime    admin.Runtime // with defaults
	Lease      time.Duration // 0 means DefaultLease

	// Authorize reports before each batch whether the job's creator may still do what the job does:
	// its [admin.ErrForbidden] or [admin.ErrNotFound] makes the job Failed. nil means that it may.
	Authorize func(ctx context.Context, org admin.OrgID, j Job) error
}

// Step claims the job, does one batch and releases the lease. A final job is left as it is. It fails with
// [admin.ErrNotFound], with [ErrLeased] while another worker has the job, with [ErrNotDue], with
// [admin.ErrState] while the job waits for confirmation, and with [ErrLeaseLost] if another worker
// overtook this one. After any other error the batch has not happened, or, if the storage did not answer
// a COMMIT, has happened whole; in both cases another Step continues from there.
func (r *Runner[P]) Step(ctx context.Context, scope admin.Scope, id uuid.UUID, prepare Prepare[P]) (Progress, error) {
	j, err := r.claim(ctx, scope, id)
	if err != nil || j.Status.Final() {
		return progress(j), err
	}
	return r.batch(ctx, scope, &j, prepare, false)
}

// Run does batches until the job is final, keeping the lease between them. It calls report, unless nil,
// after each batch. Errors are those of [Runner.Step].
func (r *Runner[P]) Run(
	ctx context.Context, scope admin.Scope, id uuid.UUID, prepare Prepare[P], report func(Progress),
) (Progress, error) {
	j, err := r.claim(ctx, scope, id)
	if err != nil {
		return progress(j), err
	}
	for !j.Status.Final() {
		p, err := r.batch(ctx, scope, &j, prepare, true)
		if err != nil {
			return p, err
		}
		if report != nil {
			report(p)
		}
	}
	return progress(j), nil
}

func (r *Runner[P]) claim(ctx context.Context, scope admin.Scope, id uuid.UUID) (Job, error) {
	j, err := r.Jobs.Get(ctx, scope.Org(), id)
	if err != nil || j.Status.Final() {
		return j, err
	}
	now := r.Runtime.Instant()
	j, err = r.Jobs.Claim(ctx, scope.Org(), id, Claim{Owner: r.Runtime.NewID(), Now: now, Until: now.Add(r.lease())})
	if errors.Is(err, admin.ErrState) && !errors.Is(err, ErrNotDue) {
		// It may have been finished or cancelled since it was read, which is no failure.
		if latest, again := r.Jobs.Get(ctx, scope.Org(), id); again == nil && latest.Status.Final() {
			return latest, nil
		}
	}
	return j, err
}

func (r *Runner[P]) lease() time.Duration {
	if r.Lease > 0 {
		return r.Lease
	}
	return DefaultLease
}

// batch does one batch under the lease in j and updates j.
func (r *Runner[P]) batch(
	ctx context.Context, scope admin.Scope, j *Job, prepare Prepare[P], keep bool,
) (Progress, error) {
	work, err := r.prepare(ctx, scope.Org(), *j, prepare)
	var cp Checkpoint
	if err == nil {
		err = r.Atomically(ctx, func(ports P) error {
			res, err := work(ctx, ports)
			if err != nil {
				return err
			}
			cp = r.checkpoint(*j, res, keep)
			return r.commit(ctx, scope, r.JobsOf(ports), *j, cp)
		})
	}
	switch {
	case err == nil:
		*j, err = j.Committed(cp)
		return progress(*j), err
	case isPermanent(err):
		return r.fail(ctx, scope, j, err)
	case errors.Is(err, ErrLeaseLost):
		return progress(*j), err
	default:
		r.release(ctx, scope.Org(), *j)
		return progress(*j), err
	}
}

func (r *Runner[P]) prepare(ctx context.Context, org admin.OrgID, j Job, prepare Prepare[P]) (Batch[P], error) {
	if r.Authorize != nil {
		if err := r.Authorize(ctx, org, j); errors.Is(err, admin.ErrForbidden) || errors.Is(err, admin.ErrNotFound) {
			return nil, Fail(fmt.Errorf("%s may no longer do this: %w", j.CreatedBy, err))
		} else if err != nil {
			return nil, err
		}
	}
	return prepare(ctx, j)
}

func (r *Runner[P]) checkpoint(j Job, res Result, keep bool) Checkpoint {
	cp := Checkpoint{
		ID: j.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: res.Cursor,
		Entries: res.Entries, Counts: res.Counts, Status: InProgress, At: r.Runtime.Instant(),
	}
	switch {
	case res.Done:
		cp.Status = Completed
	case keep:
		cp.Until = cp.At.Add(r.lease())
	}
	return cp
}

func (r *Runner[P]) fail(ctx context.Context, scope admin.Scope, j *Job, cause error) (Progress, error) {
	cp := Checkpoint{
		ID: j.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: j.Cursor,
		Status: Failed, Failure: failure(cause), At: r.Runtime.Instant(),
	}
	if err := r.commit(ctx, scope, r.Jobs, *j, cp); err != nil {
		if !errors.Is(err, ErrLeaseLost) {
			r.release(ctx, scope.Org(), *j)
		}
		return progress(*j), errors.Join(err, cause)
	}
	var err error
	*j, err = j.Committed(cp)
	return progress(*j), err
}

// commit stores the outcome of a batch, with an audit record if it is the last one.
func (r *Runner[P]) commit(ctx context.Context, scope admin.Scope, jobs Store, j Job, cp Checkpoint) error {
	if !cp.Status.Final() {
		return jobs.Commit(ctx, scope.Org(), cp)
	}
	return jobs.Finish(ctx, scope.Org(), cp, r.record(scope, j, cp))
}

// failure returns the text of cause in a form that every storage keeps. A cause that quotes its input
// may hold bytes that a database refuses, and a job whose failure cannot be written would be tried
// forever.
func failure(cause error) string {
	const most = 2000
	return text.Clip(text.Storable(cause.Error()), most)
}

// release lets another worker continue immediately after a failed batch. It does not fail: the caller
// needs the batch's own error, and a lease that could not be released ends by itself.
func (r *Runner[P]) release(ctx context.Context, org admin.OrgID, j Job) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := r.Jobs.Release(ctx, org, j.ID, j.Lease.Attempt); err != nil {
		r.Runtime.Logger.WarnContext(ctx, "lease not released", "org", org, "job", j.ID, "error", err)
	}
}

func (r *Runner[P]) record(scope admin.Scope, j Job, cp Checkpoint) admin.Record {
	action := ActionComplete
	if cp.Status == Failed {
		action = ActionFail
	}
	total := j.Counts.Add(cp.Counts)
	return r.Runtime.Record(scope, action, r.Subject(j),
		admin.Change{Field: "completed", To: fmt.Sprint(total.Completed)},
		admin.Change{Field: "skipped", To: fmt.Sprint(total.Skipped)},
		admin.Change{Field: "failed", To: fmt.Sprint(total.Failed)})
}

func progress(j Job) Progress {
	return Progress{Status: j.Status, Counts: j.Counts, Failure: j.Failure}
}
