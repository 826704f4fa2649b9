package river

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Options are the same for all parts of this package and all processes. The zero value is ready.
type Options struct {
	// Runtime has the clock, which should be the Admin Center's, the randomness of waits and the logger.
	admin.Runtime
	// Queue is the queue of River that jobs are inserted into; empty means River's default queue. A client
	// that works has it in its Queues.
	Queue string
	// Slice is how long a River job goes on with batches before it lets others come first; 0 means 20 seconds.
	Slice time.Duration
	// Batch is how long one batch may take; 0 means 40 seconds. A River job that is still at work after Slice and
	// Batch together is stopped: its batch is taken back, which the job does not remember as a failure, and is
	// tried again without end. So give admincenter.Options.Jobs a shorter Batch, whose end is a failure like any
	// other; its default is 10 minutes.
	Batch time.Duration
	// Every is how often a process looks for due jobs that were not announced; 0 means 2 seconds. Each wait is
	// shortened at random by up to a half, so that processes that started together do not look together.
	Every time.Duration
}

// Defaults of [Options].
const (
	defaultSlice = 20 * time.Second
	defaultBatch = 40 * time.Second
	defaultEvery = 2 * time.Second
)

// complete returns the options with their defaults.
func (o Options) complete() (Options, error) {
	var p admin.Problems
	for _, d := range []struct {
		path string
		v    *time.Duration
		or   time.Duration
	}{{"/slice", &o.Slice, defaultSlice}, {"/batch", &o.Batch, defaultBatch}, {"/every", &o.Every, defaultEvery}} {
		if *d.v < 0 {
			p.Add(d.path, admin.CodeRange, "%s is less than no time: use 0 for %s, or more", *d.v, d.or)
		} else if *d.v == 0 {
			*d.v = d.or
		}
	}
	if err := p.Err(); err != nil {
		return o, fmt.Errorf("river: %w", err)
	}
	o.Runtime = o.Runtime.WithDefaults()
	return o, nil
}

// timeout returns the most that one run of a River job takes.
func (o Options) timeout() time.Duration { return o.Slice + o.Batch }
