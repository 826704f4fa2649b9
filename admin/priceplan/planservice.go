package priceplan

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions on plans. A plan's subject is its id and version, such as "basic v3".
const (
	ActionCreatePlan   admin.Action = "plan.create"
	ActionUpdatePlan   admin.Action = "plan.update"
	ActionActivatePlan admin.Action = "plan.activate"
	ActionArchivePlan  admin.Action = "plan.archive"
	ActionRestorePlan  admin.Action = "plan.restore"
)

// CreatePlan adds a version of a plan, as a draft or active. It fails with [admin.ErrExists] if the
// version exists, and with a [*admin.ValidationError] that lists everything that is wrong with n, a currency
// included that the organization does not use or has archived; see [Ports]. It
// requires [PermissionWrite].
func (s *Service) CreatePlan(ctx context.Context, scope admin.Scope, n NewPlan) (Plan, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Plan{}, err
	}
	plan := Plan{
		Ref: n.Ref, Name: n.Name, Description: n.Description, Status: n.Status,
		Currencies: slices.Clone(n.Currencies), Cycle: n.Cycle, Anniversary: n.Anniversary,
	}
	var p admin.Problems
	plan.Ref.check(&p, "/ref", 1)
	switch plan.Status {
	case "":
		plan.Status = Draft
	case Draft, Active:
	default:
		p.Add("/status", admin.CodeUnknown, "a plan cannot be created as %q: use %s or %s",
			admin.Clip(string(plan.Status)), Draft, Active)
	}
	plan.check(&p)
	if err := s.checkCurrencies(ctx, scope.Org(), &p, nil, plan.Currencies); err != nil {
		return Plan{}, err
	}
	if err := p.Err(); err != nil {
		return Plan{}, err
	}
	return s.create(ctx, scope, plan)
}

// create adds a plan that has been checked.
func (s *Service) create(ctx context.Context, scope admin.Scope, plan Plan) (Plan, error) {
	rec := s.planRecord(scope, ActionCreatePlan, plan.Ref, planChanges(Plan{}, plan))
	plan.CreatedAt, plan.UpdatedAt, plan.Version = rec.At, rec.At, 1
	if err := s.ports.Plans.Create(ctx, scope.Org(), plan, rec); err != nil {
		return Plan{}, fmt.Errorf("plan %s: %w", plan.Ref, err)
	}
	return plan, nil
}

// CreateVersion adds a draft of the plan's next version: a copy of from (Version 0 for the latest active
// version) with changes. It keeps currencies that were archived since. It fails with [admin.ErrNotFound], with
// [admin.ErrExists] if another caller created that version first, and with a [*admin.ValidationError]. It requires
// [PermissionWrite].
func (s *Service) CreateVersion(ctx context.Context, scope admin.Scope, from Ref, c PlanChanges) (Plan, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Plan{}, err
	}
	base, err := read(ctx, s.ports.Plans, scope.Org(), from)
	if err != nil {
		return Plan{}, err
	}
	highest, err := s.ports.Plans.Versions(ctx, scope.Org(), from.ID, admin.Seek[int64]{Limit: 1})
	if err != nil {
		return Plan{}, err
	}
	draft := c.apply(base)
	draft.Status, draft.Ref.Version = Draft, base.Ref.Version+1
	if len(highest) > 0 {
		draft.Ref.Version = highest[0].Ref.Version + 1
	}
	var p admin.Problems
	draft.Ref.check(&p, "/ref", 1)
	draft.check(&p)
	if err := s.checkCurrencies(ctx, scope.Org(), &p, base.Currencies, draft.Currencies); err != nil {
		return Plan{}, err
	}
	if err := p.Err(); err != nil {
		return Plan{}, err
	}
	return s.create(ctx, scope, draft)
}

// checkCurrencies adds a problem for each currency of a plan that it did not have before and that the organization
// starts nothing new in. What it had it keeps, archived or not: the accounts on it are charged in that.
func (s *Service) checkCurrencies(
	ctx context.Context, org admin.OrgID, p *admin.Problems, had, has []iso4217.Code,
) error {
	added := slices.DeleteFunc(slices.Clone(has), func(c iso4217.Code) bool {
		u, ok := iso4217.Lookup(c)
		return !ok || !u.HoldsMoney() || slices.Contains(had, c) // those that are none are problems already
	})
	refused, err := s.ports.Currencies.Refused(ctx, org, added...)
	if err != nil {
		return err
	}
	for i, c := range has {
		if slices.Contains(added, c) && !slices.Contains(has[:i], c) {
			refused.Check(p, fmt.Sprintf("/supportedCurrencies/%d", i), c)
		}
	}
	return nil
}

// UpdatePlan changes the given fields of a draft whose record has the given version. It fails with
// [admin.ErrState] if the plan is no draft, because accounts are charged by the terms of the others:
// create a new version instead. If nothing would change, nothing is written. It requires
// [PermissionWrite].
func (s *Service) UpdatePlan(
	ctx context.Context, scope admin.Scope, ref Ref, version int64, c PlanChanges,
) (Plan, error) {
	return s.update(ctx, scope, ActionUpdatePlan, ref, version, func(plan *Plan) error {
		if plan.Status != Draft {
			return fmt.Errorf("plan %s is %s and only a %s can be edited: create a new version: %w",
				ref, plan.Status, Draft, admin.ErrState)
		}
		had := plan.Currencies
		*plan = c.apply(*plan)
		var p admin.Problems
		plan.check(&p)
		if err := s.checkCurrencies(ctx, scope.Org(), &p, had, plan.Currencies); err != nil {
			return err
		}
		return p.Err()
	})
}

// ActivatePlan makes a draft active, which Togai calls to finalize it; any other status is
// [admin.ErrState]. It requires [PermissionWrite].
func (s *Service) ActivatePlan(ctx context.Context, scope admin.Scope, ref Ref, version int64) (Plan, error) {
	return s.setStatus(ctx, scope, ActionActivatePlan, ref, version, Draft, Active)
}

// ArchivePlan stops an active plan from taking more accounts; those that it has stay. Any other status is
// [admin.ErrState]. It requires [PermissionWrite].
func (s *Service) ArchivePlan(ctx context.Context, scope admin.Scope, ref Ref, version int64) (Plan, error) {
	return s.setStatus(ctx, scope, ActionArchivePlan, ref, version, Active, Archived)
}

// RestorePlan makes an archived plan active again; any other status is [admin.ErrState]. It requires
// [PermissionWrite].
func (s *Service) RestorePlan(ctx context.Context, scope admin.Scope, ref Ref, version int64) (Plan, error) {
	return s.setStatus(ctx, scope, ActionRestorePlan, ref, version, Archived, Active)
}

func (s *Service) setStatus(
	ctx context.Context, scope admin.Scope, action admin.Action, ref Ref, version int64, from, to Status,
) (Plan, error) {
	return s.update(ctx, scope, action, ref, version, func(plan *Plan) error {
		if plan.Status != from {
			return fmt.Errorf("plan %s is %s and not %s: %w", ref, plan.Status, from, admin.ErrState)
		}
		plan.Status = to
		return nil
	})
}

// update changes the plan whose record has the given version.
func (s *Service) update(
	ctx context.Context, scope admin.Scope, action admin.Action, ref Ref, version int64, change func(*Plan) error,
) (Plan, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Plan{}, err
	}
	had, err := s.ports.Plans.Version(ctx, scope.Org(), ref)
	if err != nil {
		return Plan{}, err
	}
	if had.Version != version {
		return Plan{}, admin.Conflict("plan")
	}
	want := had
	if err := change(&want); err != nil {
		return Plan{}, err
	}
	changes := planChanges(had, want)
	if len(changes) == 0 {
		return had, nil
	}
	rec := s.planRecord(scope, action, ref, changes)
	if err := s.ports.Plans.Update(ctx, scope.Org(), want, rec); err != nil {
		return Plan{}, err
	}
	return had.Updated(want, rec.At)
}

// Plan returns a version of a plan, or the latest active one if ref.Version is 0; or [admin.ErrNotFound].
// It requires [PermissionRead].
func (s *Service) Plan(ctx context.Context, scope admin.Scope, ref Ref) (Plan, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Plan{}, err
	}
	return read(ctx, s.ports.Plans, scope.Org(), ref)
}

// Plans pages through the plans in order of id: of each the highest version that matches. It requires
// [PermissionRead].
func (s *Service) Plans(ctx context.Context, scope admin.Scope, f PlanFilter, q admin.Query) (admin.Page[Plan], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Plan]{}, err
	}
	if f.Status != "" && !slices.Contains(Statuses(), f.Status) {
		var p admin.Problems
		p.Add("/status", admin.CodeUnknown, "%q is not a status of a plan: use one of %s",
			admin.Clip(string(f.Status)), text.Join(Statuses()))
		return admin.Page[Plan]{}, p.Err()
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plans %q", f.Status), q,
		func(seek admin.Seek[string]) ([]Plan, error) { return s.ports.Plans.List(ctx, scope.Org(), f, seek) },
		func(p Plan) string { return p.Ref.ID })
}

// AllPlans iterates over every plan that matches, as [Service.Plans] lists them.
func (s *Service) AllPlans(ctx context.Context, scope admin.Scope, f PlanFilter) iter.Seq2[Plan, error] {
	return admin.All(func(q admin.Query) (admin.Page[Plan], error) { return s.Plans(ctx, scope, f, q) })
}

// Versions pages through the versions of a plan, the highest first. It requires [PermissionRead].
func (s *Service) Versions(ctx context.Context, scope admin.Scope, id string, q admin.Query) (admin.Page[Plan], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Plan]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("plan %q versions", id), q,
		func(seek admin.Seek[int64]) ([]Plan, error) {
			return s.ports.Plans.Versions(ctx, scope.Org(), id, seek)
		},
		func(p Plan) int64 { return int64(p.Ref.Version) })
}

// AllVersions iterates over every version of a plan, as [Service.Versions] lists them.
func (s *Service) AllVersions(ctx context.Context, scope admin.Scope, id string) iter.Seq2[Plan, error] {
	return admin.All(func(q admin.Query) (admin.Page[Plan], error) { return s.Versions(ctx, scope, id, q) })
}

func (s *Service) planRecord(scope admin.Scope, action admin.Action, ref Ref, changes []admin.Change) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "plan", ID: ref.String()}, changes...)
}

// planChanges lists the fields in which two states of a plan differ, for the audit trail.
func planChanges(had, has Plan) []admin.Change {
	return differences(
		admin.Change{Field: "name", From: had.Name, To: has.Name},
		admin.Change{Field: "description", From: had.Description, To: has.Description},
		admin.Change{Field: "status", From: string(had.Status), To: string(has.Status)},
		admin.Change{Field: "supportedCurrencies", From: text.Join(had.Currencies), To: text.Join(has.Currencies)},
		admin.Change{Field: "pricingCycleConfig", From: had.Cycle.String(), To: has.Cycle.String()},
		admin.Change{
			Field: "anniversaryCycle",
			From:  strconv.FormatBool(had.Anniversary), To: strconv.FormatBool(has.Anniversary),
		},
	)
}

// differences leaves out changes that change nothing.
func differences(all ...admin.Change) []admin.Change {
	return slices.DeleteFunc(all, func(c admin.Change) bool { return c.From == c.To })
}
