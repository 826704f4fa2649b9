package planmigration

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	at             time.Time // the effective instant
	in             *time.Location
}

// terms checks a request and reads the plans that it names; now is the effective instant unless the request
// has one.
func (s *Service) terms(ctx context.Context, org admin.OrgID, r Request, now time.Time) (t terms, err error) {
	if r.Target.ID == "" {
		r.Target.ID = r.Source.ID
	}
	if r.Overrides == "" {
		r.Overrides = KeepOverrides
	}
	t = terms{mode: r.Mode, overrides: r.Overrides, at: now}
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
	if err := p.Err(); err != nil {
		return terms{}, err
	}
	t.in, err = s.zone.Location(ctx, org)
	return t, err
}

// resumed returns the terms of a migration whose effective instant has come. If a plan no longer exists or
// takes no accounts, the migration fails for good.
func (m Migration) resumed(ctx context.Context, plans priceplan.Plans, org admin.OrgID) (terms, error) {
	t := terms{mode: m.Mode, overrides: m.Overrides, at: m.EffectiveAt()}
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
	if t.target.Status != priceplan.Active {
		return terms{}, job.Fail(fmt.Errorf("plan %s is %s and takes no accounts: %w",
			m.Target, t.target.Status, admin.ErrState))
	}
	return t, nil
}
