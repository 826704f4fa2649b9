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

// terms is all that the decision about an account depends on, apart from the account. A preview and
// a run decide by the same function on the same terms.
type terms struct {
	source, target priceplan.Plan
	mode           Mode
	overrides      OverridePolicy
	at             time.Time // the effective instant
	in             *time.Location
}

// terms checks a request and reads the plans it names; now is the effective instant unless the
// request has one.
func (s *Service) terms(ctx context.Context, org admin.OrgID, r Request, now time.Time) (zone string, t terms, err error) {
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
			p.Add("/startAt", admin.CodeRange, "%s has passed: a migration cannot change what has been; give a later instant, or none for now", text.Instant(t.at))
		}
	}
	// Any status of the source will do: archived plans are what accounts are moved away from.
	if t.source, err = priceplan.Lookup(ctx, s.ports.Plans, org, "/source", r.Source, 1, &p); err != nil {
		return "", terms{}, err
	}
	if t.target, err = priceplan.LookupActive(ctx, s.ports.Plans, org, "/target", r.Target, &p); err != nil {
		return "", terms{}, err
	}
	if t.source.Ref.ID != "" && t.target.Ref == t.source.Ref {
		p.Add("/target", admin.CodeRange, "%s is the source itself: give another version or plan", t.target.Ref)
	}
	if err := p.Err(); err != nil {
		return "", terms{}, err
	}
	zone, t.in, err = s.zone.Load(ctx, org)
	return zone, t, err
}

// resumed is the terms of a migration whose effective instant has come. That a plan is gone or
// takes no accounts any more fails the migration for good.
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
		return terms{}, job.Fail(fmt.Errorf("plan %s is %s by now and takes no accounts: %w", m.Target, t.target.Status, admin.ErrState))
	}
	return t, nil
}
