package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// walk is one run of the demonstration.
type walk struct {
	o      options
	crew   *crew
	center *admincenter.Center
	scope  admin.Scope

	out   sync.Mutex // guards w
	w     io.Writer
	began time.Time
}

func walkIn(ctx context.Context, o options, w io.Writer) (err error) {
	if _, err := os.Stat(o.file()); err == nil {
		return fmt.Errorf("%s is there already: name another folder with -dir", o.file())
	}
	pool, db, err := open(ctx, o.file())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	center, err := newCenter(db, job.Engine{})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // kills the workers that run
	c := &crew{o: o, running: map[string]*exec.Cmd{}}
	s := &walk{o: o, crew: c, center: center, scope: admin.System(org), w: w}
	return errors.Join(s.walk(ctx), c.endAll())
}

// walk starts two workers and two jobs, and does to the workers what a cluster does.
func (s *walk) walk(ctx context.Context) error {
	if err := prepare(ctx, s.center, s.scope); err != nil {
		return err
	}
	s.began = time.Now()
	for _, name := range []string{"worker-1", "worker-2"} {
		if err := s.crew.start(ctx, name); err != nil {
			return err
		}
	}
	imported, err := startImport(ctx, s.center, s.scope, s.o.rows)
	if err != nil {
		return err
	}
	migrated, err := startMigration(ctx, s.center, s.scope)
	if err != nil {
		return err
	}
	s.say("Two workers, an import of %d rows and a migration of %d accounts.", s.o.rows, accounts)

	watching, stop := context.WithCancel(ctx) // the workers outlive it
	defer stop()
	var watches sync.WaitGroup
	var watched [2]error
	watches.Go(func() { watched[0] = s.show(watching, "import", imported) })
	watches.Go(func() { watched[1] = s.show(watching, "migration", migrated) })
	if err = s.disturb(ctx, imported); err != nil {
		stop()
	}
	watches.Wait()
	if err := errors.Join(err, watched[0], watched[1]); err != nil {
		return err
	}
	return s.result(ctx, imported, migrated)
}

// show prints how a job gets on, until it is final.
func (s *walk) show(ctx context.Context, name string, j job.Job) error {
	for u, err := range s.center.Jobs.Watch(ctx, s.scope, j.ID) {
		if err != nil {
			return err
		}
		line := fmt.Sprintf("%s: %s, %d of %d", name, u.Job.Status, u.Job.Counts.Settled(), u.Job.Counts.Total)
		if u.Left > 0 {
			line += fmt.Sprintf(", %.0f a second, %s left", u.Rate, u.Left.Round(time.Second))
		}
		if u.Hold.Reason == job.HoldLease {
			line += ", with " + u.Hold.Worker
		}
		s.say("    %s", line)
	}
	return nil
}

// disturb kills one worker and ends the other, each in the middle of the import.
func (s *walk) disturb(ctx context.Context, imported job.Job) error {
	if err := s.killOne(ctx, imported); err != nil {
		return err
	}
	return s.endOne(ctx, imported)
}

// killOne kills the worker that does the import. The other one goes on when the lease has ended.
func (s *walk) killOne(ctx context.Context, imported job.Job) error {
	j, err := s.untilLeased(ctx, imported, s.o.rows/4)
	if err != nil {
		return err
	}
	victim := j.Lease.Worker
	if err := s.crew.kill(victim); err != nil {
		return err
	}
	killed := time.Now()
	if j, err = s.center.Jobs.Get(ctx, s.scope, j.ID); err != nil {
		return err
	}
	if j.Lease.Worker == victim {
		s.say("SIGKILL: %s is gone in the middle of a batch; its lease ends in %s.", victim, since(killed, j.Lease.Until))
	} else {
		s.say("SIGKILL: %s is gone, just after a batch.", victim)
	}
	if j, err = s.untilTaken(ctx, imported, victim); err != nil {
		return err
	}
	s.say("%s goes on with row %d, after %s.", j.Lease.Worker, j.Counts.Settled()+1, since(killed, time.Now()))
	return nil
}

// endOne ends the worker that does the import, which gives its lease up, and starts another one.
func (s *walk) endOne(ctx context.Context, imported job.Job) error {
	j, err := s.untilLeased(ctx, imported, s.o.rows/2)
	if err != nil {
		return err
	}
	name := j.Lease.Worker
	if err := s.crew.end(name); err != nil {
		return err
	}
	ended := time.Now()
	if j, err = s.center.Jobs.Get(ctx, s.scope, j.ID); err != nil {
		return err
	}
	if !j.Lease.IsZero() {
		return fmt.Errorf("%s has ended, and %s has a lease until %s", name, j.Lease.Worker, j.Lease.Until)
	}
	s.say("SIGTERM: %s has ended after row %d, and has given its lease up.", name, j.Counts.Settled())
	if err := s.crew.start(ctx, "worker-3"); err != nil {
		return err
	}
	if j, err = s.untilTaken(ctx, imported, name); err != nil {
		return err
	}
	s.say("%s, which is new, goes on with row %d, after %s.",
		j.Lease.Worker, j.Counts.Settled()+1, since(ended, time.Now()))
	return nil
}

func since(from, to time.Time) time.Duration { return to.Sub(from).Round(10 * time.Millisecond) }

// untilLeased waits until a number of rows are settled and a worker is at the next ones.
func (s *walk) untilLeased(ctx context.Context, j job.Job, settled int) (job.Job, error) {
	return s.until(ctx, j, func(j job.Job) bool {
		return j.Counts.Settled() >= int64(settled) && !j.Lease.IsZero()
	})
}

// untilTaken waits until another worker has the job.
func (s *walk) untilTaken(ctx context.Context, j job.Job, other string) (job.Job, error) {
	return s.until(ctx, j, func(j job.Job) bool { return !j.Lease.IsZero() && j.Lease.Worker != other })
}

// until looks at a job again and again, more often than Watch does.
func (s *walk) until(ctx context.Context, j job.Job, ok func(job.Job) bool) (job.Job, error) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := s.center.Jobs.Get(ctx, s.scope, j.ID)
		switch {
		case err != nil:
			return now, err
		case ok(now):
			return now, nil
		case now.Status.Final():
			return now, fmt.Errorf("the job is %s too early: use more -rows", now.Status)
		}
		select {
		case <-ctx.Done():
			return now, ctx.Err()
		case <-tick.C:
		}
	}
}

// result counts what the jobs have done, in the records themselves.
func (s *walk) result(ctx context.Context, imported, migrated job.Job) error {
	p, err := s.center.Imports.Progress(ctx, s.scope, imported.ID)
	if err != nil {
		return err
	}
	customers, err := s.center.Customers.Count(ctx, s.scope, customer.Filter{})
	if err != nil {
		return err
	}
	s.say("Import: %s, %d rows imported and %d failed; there are %d customers.",
		p.Status, p.Counts.Completed, p.Counts.Failed, customers)
	m, err := s.center.Jobs.Get(ctx, s.scope, migrated.ID)
	if err != nil {
		return err
	}
	var moved, twice int
	for i := range accounts {
		t, err := s.center.PricePlans.Timeline(ctx, s.scope, accountID(i), time.Time{})
		if err != nil {
			return err
		}
		onto := 0
		for _, schedule := range t.Schedules {
			if schedule.Plan.Version == 2 {
				onto++
			}
		}
		moved += min(onto, 1)
		twice += max(onto-1, 0)
	}
	s.say("Migration: %s, %d accounts moved and %d left alone; %d are on the new version, %d of them twice.",
		m.Status, m.Counts.Completed, m.Counts.Skipped, moved, twice)
	return s.check(p.Created, customers, moved, twice)
}

// check fails unless every row and every account was done once.
func (s *walk) check(created, customers int64, moved, twice int) error {
	rows := s.o.rows - (s.o.rows+badEvery-1)/badEvery
	if created != int64(rows) || customers != int64(rows) || moved != accounts-accounts/badEvery || twice != 0 {
		return errors.New("that is not what there was to do")
	}
	s.say("Every row and every account once.")
	return nil
}

// say prints a line with the seconds since the beginning.
func (s *walk) say(format string, args ...any) {
	s.out.Lock()
	defer s.out.Unlock()
	_, _ = fmt.Fprintf(s.w, "%5.1fs  "+format+"\n", append([]any{time.Since(s.began).Seconds()}, args...)...)
}
