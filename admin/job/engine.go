package job

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Engine is how a process runs jobs. The zero value is ready; a field that is zero has its default.
type Engine struct {
	// Worker names the process in [Lease.Worker], which every user sees who may read the job; at most 200
	// bytes. The default is host name and process id, such as "web-3/4711".
	Worker string
	// Lease is how long a worker that is gone keeps a job from others. It is renewed while a batch
	// runs, each third of the time. The default is 15 seconds.
	Lease time.Duration
	// Batch is how long one batch may take. After that its context ends and the batch has failed, a lease later
	// even if a function of the host's has not returned; that function keeps a goroutine for as long as it
	// takes. The default is 10 minutes.
	Batch time.Duration
	// Retry is what follows on a batch that fails.
	Retry Retry
	// Hooks are called after each batch, for metrics.
	Hooks Hooks
}

// Retry is what follows on a batch that fails: it is tried again, after a wait that doubles with each
// failure in a row and is shortened at random by up to a half, so that jobs that failed together are not
// tried together. After Failures in a row the job is [Failed].
type Retry struct {
	First    time.Duration // the first wait; the default is 1 second
	Most     time.Duration // the longest wait; the default is 15 minutes
	Failures int           // the default is 15, which takes 39 to 77 minutes
}

// Defaults of [Engine].
const (
	DefaultLease    = 15 * time.Second
	defaultBatch    = 10 * time.Minute
	defaultFirst    = time.Second
	defaultMost     = 15 * time.Minute
	defaultFailures = 15
	maxWorker       = 200 // bytes
)

// Or returns the engine with the fields of other for its zero fields.
func (e Engine) Or(other Engine) Engine {
	fill(&e.Worker, other.Worker)
	fill(&e.Lease, other.Lease)
	fill(&e.Batch, other.Batch)
	fill(&e.Retry.First, other.Retry.First)
	fill(&e.Retry.Most, other.Retry.Most)
	fill(&e.Retry.Failures, other.Retry.Failures)
	e.Hooks = e.Hooks.or(other.Hooks)
	return e
}

func fill[T comparable](v *T, from T) {
	var zero T
	if *v == zero {
		*v = from
	}
}

// WithDefaults returns the engine with the defaults for its zero fields.
func (e Engine) WithDefaults() Engine {
	e = e.Or(Engine{
		Lease: DefaultLease, Batch: defaultBatch,
		Retry: Retry{First: defaultFirst, Most: defaultMost, Failures: defaultFailures},
	})
	if e.Worker == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "unknown"
		}
		e.Worker = fmt.Sprintf("%.100s/%d", host, os.Getpid())
	}
	return e
}

// Check adds a problem for each field that is out of its range, under path.
func (e Engine) Check(p *admin.Problems, path string) {
	if text.Storable(e.Worker) != e.Worker {
		p.Add(path+"/worker", admin.CodeFormat, "%q is not valid UTF-8 without NUL", admin.Clip(e.Worker))
	}
	if len(e.Worker) > maxWorker {
		p.Add(path+"/worker", admin.CodeTooLong, "has %d bytes: use at most %d", len(e.Worker), maxWorker).
			With("max", maxWorker)
	}
	for _, d := range []struct {
		name string
		v    time.Duration
	}{{"/lease", e.Lease}, {"/batch", e.Batch}, {"/retry/first", e.Retry.First}, {"/retry/most", e.Retry.Most}} {
		if d.v < 0 {
			p.Add(path+d.name, admin.CodeRange, "%s is less than no time: use 0 for the default, or more", d.v)
		}
	}
	if e.Retry.Failures < 0 {
		p.Add(path+"/retry/failures", admin.CodeRange, "%d: use 0 for the default, or more", e.Retry.Failures)
	}
}

// wait returns how long a job waits after its n-th failure in a row, n >= 1.
func (r Retry) wait(n int, random io.Reader) time.Duration {
	d := min(r.First, r.Most)
	for ; n > 1 && d < r.Most; n-- {
		d += min(d, r.Most-d) // so that it cannot overflow
	}
	return jitter(d, random)
}

// jitter returns d shortened at random by up to a half.
func jitter(d time.Duration, random io.Reader) time.Duration {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return d // without randomness all wait as long
	}
	return d - time.Duration(binary.BigEndian.Uint64(b[:])%uint64(d/2+1))
}

// Hooks are functions of the host's that a [Runner] calls after each batch, outside of its transaction and
// on the goroutine of the batch: they should return soon, and must be safe for concurrent use, because batches of
// several jobs end at once. A panic in one is logged and changes nothing, because the batch is committed. What
// must happen with the batch or not at all is not for a hook. Neither a batch that a pause, a cancellation or
// another worker overtook nor a decision of a person calls one.
type Hooks struct {
	BatchDone   func(context.Context, Event) // a batch was committed
	BatchFailed func(context.Context, Event) // a batch failed; Event.Err has the error
	Ended       func(context.Context, Event) // the job became final by its last batch; after BatchDone or BatchFailed
}

func (h Hooks) or(other Hooks) Hooks {
	if h.BatchDone == nil {
		h.BatchDone = other.BatchDone
	}
	if h.BatchFailed == nil {
		h.BatchFailed = other.BatchFailed
	}
	if h.Ended == nil {
		h.Ended = other.Ended
	}
	return h
}

// Event is what became of a batch.
type Event struct {
	Org    admin.OrgID
	Job    Job           // after the batch
	Counts Counts        // of the batch alone
	Lag    time.Duration // between the instant at which the job was due and its claim; 0 for a batch that kept the lease
	Took   time.Duration // from the claim, or the batch before, to the commit
	Err    error         // of BatchFailed
}
