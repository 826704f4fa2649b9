package planmigration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// terms is all that the decision about an account depends on, apart from the account. A preview and a run
// decide by the same function on the same terms.
type terms struct {
	source, target priceplan.Plan
	mode           Mode
	overrides      OverridePolicy
	Policies
	at  time.Time // the effective instant
	now time.Time // when it is decided
	in  *time.Location
}

// withDefaults returns the request with the defaults of what it leaves out.
func (r Request) withDefaults() Request {
	if r.Target.ID == "" {
		r.Target.ID = r.Source.ID
	}
	if r.Overrides == "" {
		r.Overrides = KeepOverrides
	}
	if r.Intervals == "" {
		r.Intervals = RefuseIntervals
	}
	if r.Late == "" {
		r.Late = FailLate
	}
	if !r.ConfirmBefore.IsZero() {
		r.ConfirmBefore = admin.Instant(r.ConfirmBefore)
	}
	return r
}

// terms checks a request and reads the plans that it names; now is the effective instant unless the request
// has one.
func (s *Service) terms(ctx context.Context, org admin.OrgID, r Request, now time.Time) (t terms, err error) {
	r = r.withDefaults()
	t = terms{mode: r.Mode, overrides: r.Overrides, Policies: r.Policies, at: now, now: now}
	var p admin.Problems
	r.Mode.check(&p)
	r.Overrides.check(&p, r.Mode)
	if !r.StartAt.IsZero() {
		if t.at = admin.Instant(r.StartAt); t.at.Before(now) {
			p.Add("/startAt", admin.CodeRange,
				"%s has passed: a migration cannot change the past; give a later instant, or none for now",
				text.Instant(t.at))
		}
	}
	// Any status of the source will do: archived plans are what accounts are moved away from.
	if t.source, err = priceplan.Resolve(ctx, s.ports.Plans, org, r.Source, "/source", &p); err != nil {
		return terms{}, err
	}
	if r.Source.Version == 0 {
		p.Add("/source/version", admin.CodeRequired, "is required: give the version whose accounts are moved")
	}
	if t.target, err = priceplan.Resolve(ctx, s.ports.Plans, org, r.Target, "/target", &p); err != nil {
		return terms{}, err
	}
	switch {
	case t.target.Ref.ID == "":
	case t.target.Status != priceplan.Active:
		p.Add("/target", priceplan.CodeNotActive, "%s is %s: only an %s plan takes accounts",
			t.target.Ref, t.target.Status, priceplan.Active)
	case t.target.Ref == t.source.Ref && r.Source.Version != 0:
		p.Add("/target", admin.CodeRange, "%s is the source itself: give another version or plan", t.target.Ref)
	}
	r.check(&p, t)
	if err := p.Err(); err != nil {
		return terms{}, err
	}
	t.in, err = s.zone.Location(ctx, org)
	return t, err
}

// check adds what is wrong with the policies of a request.
func (r Request) check(p *admin.Problems, t terms) {
	checkOneOf(p, "/intervalPolicy", r.Intervals, RefuseIntervals, KeepIntervals)
	checkOneOf(p, "/latePolicy", r.Late, FailLate, MoveFromNow, AsDecided)
	known := t.source.Ref.ID != "" && t.target.Ref.ID != ""
	if known && r.RetainStartOffsets && t.source.Cycle.Interval() != t.target.Cycle.Interval() {
		p.Add("/retainStartOffsets", CodeInterval, "%s is %s and %s is %s: only cycles of the same interval can go on",
			t.source.Ref, t.source.Cycle.Interval(), t.target.Ref, t.target.Cycle.Interval())
	}
	if len(r.Replaces) > maxReplaces {
		p.Add("/replaces", admin.CodeTooLong, "names %d migrations: use at most %d", len(r.Replaces), maxReplaces).
			With("max", maxReplaces)
	}
	checkConfirmation(p, confirmation{r.RequireConfirmation, r.TwoPersons, r.ConfirmBefore}, t.now)
	p.Text("/idempotencyKey", r.IdempotencyKey, 0, maxKey)
}

// confirmation is how a migration is to be confirmed.
type confirmation struct {
	required, twoPersons bool
	before               time.Time
}

func checkConfirmation(p *admin.Problems, c confirmation, now time.Time) {
	if !c.required && (c.twoPersons || !c.before.IsZero()) {
		p.Add("/requireConfirmation", admin.CodeRequired,
			"is required by twoPersons and confirmBefore: nothing is confirmed otherwise")
	}
	if !c.before.IsZero() && !c.before.After(now) {
		p.Add("/confirmBefore", admin.CodeRange, "%s has passed: give a later instant, or none", text.Instant(c.before))
	}
}

// CodeInterval is the code of a problem with plans whose cycles have different intervals.
const CodeInterval = "interval_mismatch"

// resumed returns the terms of a migration at an instant. If a plan no longer exists the migration fails for good; if
// the target takes no accounts, it is paused until that is different.
func (m Migration) resumed(
	ctx context.Context, plans priceplan.Plans, org admin.OrgID, now time.Time,
) (terms, error) {
	t := terms{mode: m.Mode, overrides: m.Overrides, Policies: m.Policies, at: m.EffectiveAt(), now: now}
	var err error
	if t.in, err = priceplan.LoadLocation(m.Zone); err != nil {
		return terms{}, err
	}
	for _, p := range []struct {
		ref  priceplan.Ref
		into *priceplan.Plan
	}{{m.Source, &t.source}, {m.Target, &t.target}} {
		*p.into, err = plans.Version(ctx, org, p.ref)
		if errors.Is(err, admin.ErrNotFound) {
			return terms{}, job.Fail(fmt.Errorf("plan %s: %w", p.ref, err))
		} else if err != nil {
			return terms{}, err
		}
	}
	// An account may go back to a plan that takes no new ones.
	if t.target.Status != priceplan.Active && !m.takesBack() {
		return terms{}, job.Block(fmt.Errorf("plan %s is %s and takes no accounts: activate it and resume the migration, "+
			"or cancel this one: %w", m.Target, t.target.Status, admin.ErrState))
	}
	return t, nil
}

// original returns the migration that m takes back or tries again, which has all of its entries and effects.
func (m Migration) original(ctx context.Context, s Store, org admin.OrgID) (Migration, error) {
	if m.Of == uuid.Nil {
		return Migration{}, nil
	}
	of, err := s.Get(ctx, org, m.Of)
	if errors.Is(err, admin.ErrNotFound) {
		return Migration{}, job.Fail(fmt.Errorf("migration %s: %w", m.Of, err))
	} else if err != nil {
		return Migration{}, err
	}
	if err := of.Job.Complete(); err != nil {
		return Migration{}, job.Fail(err)
	}
	return of, nil
}
