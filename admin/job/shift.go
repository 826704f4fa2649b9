package job

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// shift is one [Worker.Run]. Its dispatcher, the goroutine of Run, asks for due jobs while there is an idle
// slot, and starts one goroutine for each step.
type shift struct {
	*Worker
	slots   chan struct{} // holds an element for each step under way
	steps   sync.WaitGroup
	aside   aside
	refused int  // reads of due jobs that failed in a row
	long    bool // the last list of due jobs

	mu     sync.Mutex
	flying map[jobKey]struct{} // the jobs that are being stepped
}

func (w *Worker) newShift() *shift {
	return &shift{
		Worker: w,
		slots:  make(chan struct{}, w.o.Goroutines),
		aside:  aside{poll: w.o.Poll, random: w.o.Rand},
		flying: map[jobKey]struct{}{},
	}
}

// run dispatches until ctx ends. Steps may be under way when it returns.
func (s *shift) run(ctx context.Context) {
	for s.idle(ctx) {
		s.settle()
		limit := s.limit()
		refs, err := s.due(ctx, limit)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.refused++
			wait := backOff(s.o.Poll, s.refused, s.o.Rand)
			s.o.Logger.WarnContext(ctx, "due jobs not read", "error", err, "failures", s.refused, "wait", wait)
			sleep(ctx, wait, nil)
			continue
		}
		s.refused = 0
		if !s.handOut(ctx, refs, len(refs) >= limit) {
			sleep(ctx, jitter(s.o.Poll, s.o.Rand), s.again)
		}
	}
}

// idle waits for an idle slot, which stays idle as only the dispatcher takes slots. It returns false when ctx
// ends.
func (s *shift) idle(ctx context.Context) bool {
	if !s.take(ctx) {
		return false
	}
	<-s.slots
	return true
}

// take takes a slot, for which it waits. It returns false when ctx ends.
func (s *shift) take(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case s.slots <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// takeIdle takes a slot if there is an idle one.
func (s *shift) takeIdle() bool {
	select {
	case s.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

// settle forgets a wake: due jobs are about to be read anyway.
func (s *shift) settle() {
	select {
	case <-s.again:
	default:
	}
}

// limit returns how many due jobs to ask for: enough for all slots, and for many organizations. While jobs are
// left out, which may be the first of their organizations every time, each other list is as long as can be: the
// short ones go deep into few organizations, the long ones less deep into many.
func (s *shift) limit() int {
	const least = 64
	if s.long = s.aside.tidy() && !s.long; s.long {
		return admin.MaxLimit
	}
	return min(max(4*s.o.Goroutines, least), admin.MaxLimit)
}

func (s *shift) due(ctx context.Context, limit int) (refs []Ref, err error) {
	defer s.recovered(ctx, "due jobs panicked", &err)
	return s.ports.Due(ctx, limit)
}

// handOut starts a step of the first job of each organization, as slots become idle, and of further jobs as
// far as there are idle slots. It reports whether to ask for more due jobs at once: something was started, and
// there are more jobs, in the list or, if it was cut, beyond.
func (s *shift) handOut(ctx context.Context, refs []Ref, cut bool) bool {
	firsts, further := s.order(refs)
	for _, r := range firsts {
		if !s.take(ctx) {
			return false
		}
		s.start(ctx, r)
	}
	for _, r := range further {
		if s.isFlying(r.key()) {
			continue // it is in the list twice
		}
		if !s.takeIdle() {
			return true
		}
		s.start(ctx, r)
	}
	return cut && len(firsts) > 0
}

// order returns the first job of each organization, and the others, without those that are being stepped or
// are left out. Jobs that could not be stepped come last in both: where they stand in refs does not show when
// they were tried.
func (s *shift) order(refs []Ref) (firsts, further []Ref) {
	var clean, failing []Ref
	for _, r := range refs {
		switch left, failures := s.aside.look(r.key()); {
		case left || s.isFlying(r.key()):
		case failures > 0:
			failing = append(failing, r)
		default:
			clean = append(clean, r)
		}
	}
	orgs := map[admin.OrgID]bool{}
	take := func(from []Ref) (out []Ref) {
		for _, r := range from {
			if orgs[r.Org] {
				further = append(further, r)
				continue
			}
			orgs[r.Org] = true
			out = append(out, r)
		}
		return out
	}
	firsts = take(clean)
	slices.SortStableFunc(firsts, func(a, b Ref) int { return a.TriedAt.Compare(b.TriedAt) })
	return append(firsts, take(failing)...), further
}

// start steps a job on a goroutine, for which a slot was taken.
func (s *shift) start(ctx context.Context, r Ref) {
	s.fly(r.key())
	s.steps.Go(func() {
		worked := false
		defer func() {
			s.land(r.key())
			if worked {
				s.Wake() // before the slot is idle, so that the dispatcher asks once and not twice
			}
			<-s.slots
		}()
		p, err := s.step(ctx, r)
		worked = s.sortOut(ctx, r, p, err)
	})
}

func (s *shift) step(ctx context.Context, r Ref) (p Progress, err error) {
	defer s.recovered(ctx, "job step panicked", &err, "org", r.Org, "kind", r.Kind, "job", r.ID)
	return s.ports.Step(ctx, r)
}

// sortOut reports whether a step did something, even if its batch failed, so that other jobs may be due.
func (s *shift) sortOut(ctx context.Context, r Ref, p Progress, err error) bool {
	log := s.o.Logger.With("org", r.Org, "kind", r.Kind, "job", r.ID)
	taken := errors.Is(err, ErrLeased) || errors.Is(err, ErrLeaseLost) || errors.Is(err, ErrNotDue)
	switch {
	case err == nil, p.Hold.Reason == HoldRetry && !taken:
		s.aside.drop(r.key())
		return true
	case ctx.Err() != nil: // the worker stops
	case taken, errors.Is(err, admin.ErrBusy), errors.Is(err, admin.ErrSuspended):
		s.aside.briefly(r.key())
		log.DebugContext(ctx, "job not stepped", "error", err)
	case errors.Is(err, admin.ErrState), errors.Is(err, admin.ErrNotFound):
		_, wait := s.aside.longer(r.key())
		log.DebugContext(ctx, "job not stepped", "error", err, "wait", wait)
	default:
		failures, wait := s.aside.longer(r.key())
		log.WarnContext(ctx, "job step failed", "error", err, "failures", failures, "wait", wait)
	}
	return false
}

// recovered makes an error of a panic; it is deferred.
func (s *shift) recovered(ctx context.Context, message string, err *error, args ...any) {
	if value := recover(); value != nil {
		s.o.Logger.ErrorContext(ctx, message, append(args, "panic", value, "stack", string(debug.Stack()))...)
		*err = panicked(value)
	}
}

func (s *shift) fly(k jobKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[k] = struct{}{}
}

func (s *shift) land(k jobKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flying, k)
}

func (s *shift) isFlying(k jobKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.flying[k]
	return ok
}

// sleep waits for d, until ctx ends, or until there is an element in early.
func sleep(ctx context.Context, d time.Duration, early <-chan struct{}) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-early:
	case <-ctx.Done():
	}
}
