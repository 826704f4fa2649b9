package river

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Inserter inserts a River job: a *river.Client over any driver.
type Inserter interface {
	Insert(ctx context.Context, args river.JobArgs, opts *river.InsertOpts) (*rivertype.JobInsertResult, error)
}

// Sweep inserts River jobs for due jobs that have none: what was not announced, a job that is tried again, and
// one whose worker is gone. Every process that works jobs runs one. It is safe for concurrent use.
type Sweep struct {
	due    func(ctx context.Context, limit int) ([]job.Ref, error)
	client Inserter
	o      Options // complete
}

const (
	// sweepJobs is how many due jobs a sweep looks at.
	sweepJobs = 100
	// stalePeriod is how often a job may get another River job because the one that it has is not alive.
	stalePeriod = time.Minute
	// grace is how much later than expected a River job may change its state.
	grace = 5 * time.Second
)

// NewSweep returns a sweep of the jobs of a center into a client's database. It fails with [admin.ErrInvalid]
// if the center or the client is missing, or an option is out of its range.
func NewSweep(c *admincenter.Center, client Inserter, o Options) (*Sweep, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if c == nil || client == nil {
		return nil, fmt.Errorf("river: NewSweep needs a center and a client: %w", admin.ErrInvalid)
	}
	return &Sweep{due: c.Jobs.Due, client: client, o: o}, nil
}

// Run sweeps until ctx ends, and then returns nil. A sweep that fails is logged at level WARN and done again.
func (s *Sweep) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := s.Once(ctx)
		s.report(ctx, n, err)
		sleep(ctx, shortened(s.o.Every, s.o.Rand))
	}
	return nil
}

func (s *Sweep) report(ctx context.Context, inserted int, err error) {
	if err != nil && ctx.Err() == nil {
		s.o.Logger.WarnContext(ctx, "due jobs not swept", "error", err)
	}
	if inserted > 0 {
		s.o.Logger.InfoContext(ctx, "due jobs swept", "inserted", inserted)
	}
}

// Once sweeps once, and returns how many River jobs it inserted. The errors are those of the storage and of
// River.
func (s *Sweep) Once(ctx context.Context) (inserted int, err error) {
	refs, err := s.due(ctx, sweepJobs)
	if err != nil {
		return 0, fmt.Errorf("river: due jobs: %w", err)
	}
	for _, r := range refs {
		now := s.o.Now()
		if tried := now.Sub(r.TriedAt); tried >= 0 && tried < s.o.Every {
			continue // most likely between two batches
		}
		ok, err := s.insert(ctx, argsOf(r), now)
		if err != nil {
			return inserted, fmt.Errorf("river: insert of job %s: %w", r.ID, err)
		}
		if ok {
			inserted++
		}
	}
	return inserted, nil
}

// insert inserts a River job unless there is one that will be worked. One insert is one transaction, so that
// sweeps of several processes cannot wait for each other in a circle.
func (s *Sweep) insert(ctx context.Context, a Args, now time.Time) (bool, error) {
	res, err := s.client.Insert(ctx, a, s.o.insertion(0))
	if err != nil || !res.UniqueSkippedAsDuplicate {
		return err == nil, err
	}
	if !s.stale(res.Job, now) {
		return false, nil
	}
	res, err = s.client.Insert(ctx, a, s.o.insertion(stalePeriod))
	return err == nil && !res.UniqueSkippedAsDuplicate, err
}

// stale reports whether a River job is in the way that nothing may come of: its process was killed before it
// claimed the job, or it waits for a leader of River's.
func (s *Sweep) stale(row *rivertype.JobRow, now time.Time) bool {
	switch row.State {
	case rivertype.JobStateRunning:
		return row.AttemptedAt != nil && now.Sub(*row.AttemptedAt) > s.o.timeout()+grace
	case rivertype.JobStateScheduled:
		return now.Sub(row.ScheduledAt) > grace
	}
	return false
}

// shortened returns d, less a random part of up to a half.
func shortened(d time.Duration, random io.Reader) time.Duration {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return d
	}
	return d - time.Duration(binary.BigEndian.Uint64(b[:])%uint64(d/2+1))
}

// sleep waits for d. It returns false if ctx ends before.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
