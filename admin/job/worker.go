package job

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// WorkerPorts are what a [Worker] works on. Due and Step are required and are called by several goroutines at
// once.
type WorkerPorts struct {
	// Due returns at most limit jobs that could be done now, fairly ordered; see [Service.Due].
	Due func(ctx context.Context, limit int) ([]Ref, error)
	// Step does one batch of a job; see [Runner.Step]. An error together with a Progress that is held by
	// [HoldRetry] is one that the job remembers.
	Step func(ctx context.Context, r Ref) (Progress, error)
	// Beside, if set, is called once by each [Worker.Run], on a goroutine of its own that Run waits for. It does
	// what goes on beside jobs until ctx ends. Its error is logged, and does not end Run.
	Beside func(ctx context.Context) error
}

// WorkerOptions are the options of [NewWorker]. The zero value is ready.
type WorkerOptions struct {
	// Runtime has the randomness of waits and the logger. A worker waits by the machine's clock, not by Now.
	admin.Runtime
	// Goroutines is how many batches are done at once, at most 1000; 0 means 4. Each may use a connection
	// of the database, and another one while its lease is renewed.
	Goroutines int
	// Poll is how long a worker with nothing to do waits before it asks for due jobs again, 10 milliseconds
	// to 1 hour; 0 means 1 second. A wait is shortened at random by up to a half, so that processes that
	// started together do not ask together.
	Poll time.Duration
}

const (
	defaultGoroutines = 4
	maxGoroutines     = 1000
	defaultPoll       = time.Second
	minPoll           = 10 * time.Millisecond
	maxPoll           = time.Hour
)

// Worker does due jobs, batch by batch, on a number of goroutines, until the context of [Worker.Run] ends.
// Any number of processes may run one each over the same database. It is safe for concurrent use.
//
// It is fair: of the jobs that are due, the first of each organization gets one batch before it asks for due
// jobs again. More jobs of one organization are done at once only if there are idle goroutines.
//
// A batch that fails is remembered and logged by its job; see [Engine]. A step that fails without that,
// because the database is down for example, is logged at level WARN and the job is left out for a wait that
// doubles from Poll to 30 seconds as long as it fails; others are not. If due jobs cannot be read, the worker
// waits likewise before it asks again. That a job cannot be stepped at the moment, because another worker has
// it or it was paused or deleted, is logged at level DEBUG.
type Worker struct {
	ports   WorkerPorts
	o       WorkerOptions // with defaults
	again   chan struct{} // holds an element if due jobs should be asked for without a wait
	running atomic.Bool
}

// NewWorker returns a worker that is not running. It fails with an [admin.ValidationError] if a port is missing
// or an option is out of its range.
func NewWorker(p WorkerPorts, o WorkerOptions) (*Worker, error) {
	o.Runtime = o.WithDefaults()
	fill(&o.Goroutines, defaultGoroutines)
	fill(&o.Poll, defaultPoll)
	var problems admin.Problems
	if p.Due == nil {
		problems.Add("/due", admin.CodeRequired, "is required: use Service.Due")
	}
	if p.Step == nil {
		problems.Add("/step", admin.CodeRequired, "is required: use a function that calls Runner.Step")
	}
	if o.Goroutines < 1 || o.Goroutines > maxGoroutines {
		problems.Add("/goroutines", admin.CodeRange, "%d goroutines: use 1 to %d, or 0 for %d",
			o.Goroutines, maxGoroutines, defaultGoroutines).With("max", maxGoroutines)
	}
	checkPoll(&problems, o.Poll)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("job worker: %w", err)
	}
	return &Worker{ports: p, o: o, again: make(chan struct{}, 1)}, nil
}

// checkPoll adds a problem if the time between two polls is out of its range.
func checkPoll(p *admin.Problems, poll time.Duration) {
	if poll < minPoll || poll > maxPoll {
		p.Add("/poll", admin.CodeRange, "%s: use %s to %s, or 0 for %s", poll, minPoll, maxPoll, defaultPoll).
			With("min", minPoll).With("max", maxPoll)
	}
}

// Wake makes a worker that waits ask for due jobs at once: call it when a job has become due, after the
// commit. It never blocks, and many calls are as one. It does not shorten the wait after a failure. A job that
// is due is found without it too, by the next poll.
func (w *Worker) Wake() {
	select {
	case w.again <- struct{}{}:
	default:
	}
}

// Run does due jobs until ctx ends, and then returns nil as soon as its goroutines have ended. Batches that are
// under way have ctx too: they are taken back, and their jobs are due at once. It fails with
// [admin.ErrState] while another Run of the same worker is under way.
func (w *Worker) Run(ctx context.Context) error {
	if !w.running.CompareAndSwap(false, true) {
		return fmt.Errorf("the job worker is running already: make another one by NewWorker: %w", admin.ErrState)
	}
	defer w.running.Store(false)
	w.o.Logger.InfoContext(ctx, "job worker started", "goroutines", w.o.Goroutines, "poll", w.o.Poll)
	s := w.newShift()
	if w.ports.Beside != nil {
		s.steps.Go(func() {
			if err := w.ports.Beside(ctx); err != nil {
				w.o.Logger.WarnContext(ctx, "what goes on beside jobs ended", "error", err)
			}
		})
	}
	s.run(ctx)
	s.steps.Wait()
	w.o.Logger.InfoContext(ctx, "job worker stopped")
	return nil
}
