package priceplan

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions.
const (
	ActionAddPlan      admin.Action = "plan.add"
	ActionFinalizePlan admin.Action = "plan.finalize"
	ActionArchivePlan  admin.Action = "plan.archive"
	ActionAssociate    admin.Action = "schedule.associate"
	ActionDisassociate admin.Action = "schedule.disassociate"
)

// CatalogOptions of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	Zone Zone // nil means UTC for all
}

// Service keeps price plans and schedules for a host that has no place of its own for them. It is
// safe for concurrent use.
type Service struct {
	plans     Store
	schedules ScheduleStore
	runtime   admin.Runtime
	zone      Zone
}

// NewCatalog keeps its plans and schedules in the given stores.
func NewService(plans Store, schedules ScheduleStore, o Options) *Service {
	c := &Service{plans: plans, schedules: schedules, runtime: o.WithDefaults(), zone: o.Zone}
	if c.zone == nil {
		c.zone = UTC
	}
	return c
}

// AddPlan adds a version of a plan. One that is there already is admin.ErrExists; a
// *admin.ValidationError lists everything that is wrong with p. It requires admin.PlansWrite.
func (c *Service) AddPlan(ctx context.Context, scope admin.Scope, p Plan) (Plan, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Plan{}, err
	}
	if err := p.check(); err != nil {
		return Plan{}, err
	}
	p.Currencies = slices.Clone(p.Currencies)
	rec := c.planRecord(scope, ActionAddPlan, p.Ref, "", p.Status)
	if err := c.plans.Create(ctx, scope.Org(), p, rec); err != nil {
		return Plan{}, fmt.Errorf("plan %s: %w", p.Ref, err)
	}
	return p, nil
}

// FinalizePlan makes a draft active; any other status is admin.ErrState. It requires
// admin.PlansWrite.
func (c *Service) FinalizePlan(ctx context.Context, scope admin.Scope, ref Ref) (Plan, error) {
	return c.setStatus(ctx, scope, ActionFinalizePlan, ref, Draft, Active)
}

// ArchivePlan has an active plan take no more accounts; any other status is admin.ErrState. It
// requires admin.PlansWrite.
func (c *Service) ArchivePlan(ctx context.Context, scope admin.Scope, ref Ref) (Plan, error) {
	return c.setStatus(ctx, scope, ActionArchivePlan, ref, Active, Archived)
}

func (c *Service) setStatus(ctx context.Context, scope admin.Scope, action admin.Action, ref Ref, from, to Status) (Plan, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Plan{}, err
	}
	p, err := c.plans.Version(ctx, scope.Org(), ref)
	if err != nil {
		return Plan{}, err
	}
	if p.Status != from {
		return Plan{}, fmt.Errorf("plan %s is %s and not %s: %w", ref, p.Status, from, admin.ErrState)
	}
	if err := c.plans.SetStatus(ctx, scope.Org(), ref, from, to, c.planRecord(scope, action, ref, from, to)); err != nil {
		return Plan{}, err
	}
	p.Status = to
	return p, nil
}

// Plan returns a version of a plan, or the latest that is not a draft where ref.Version is 0; or
// admin.ErrNotFound. It requires admin.PlansRead.
func (c *Service) Plan(ctx context.Context, scope admin.Scope, ref Ref) (Plan, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Plan{}, err
	}
	return Read(ctx, c.plans, scope.Org(), ref)
}

// Plans pages through the plans in order of id, each in its highest version. It requires
// admin.PlansRead.
func (c *Service) Plans(ctx context.Context, scope admin.Scope, q admin.Query) (admin.Page[Plan], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Plan]{}, err
	}
	return admin.Paginate(scope.Org(), "plans", q,
		func(seek admin.Seek[string]) ([]Plan, error) { return c.plans.List(ctx, scope.Org(), seek) },
		func(p Plan) string { return p.Ref.ID })
}

// AllPlans is every plan in order of id. It requires admin.PlansRead.
func (c *Service) AllPlans(ctx context.Context, scope admin.Scope) iter.Seq2[Plan, error] {
	return admin.All(func(q admin.Query) (admin.Page[Plan], error) { return c.Plans(ctx, scope, q) })
}

// Association asks for an account to be put on a plan.
type Association struct {
	AccountID string
	Plan      Ref // Version 0 means the latest that is not a draft
	From      time.Time
	Until     time.Time // zero for no end
	Currency  string    // one that the plan has rates in
	// CycleOverride and RateCards are what was agreed with the account; see Schedule. On a plan that
	// goes by anniversaries the cycle follows from the date of From where none is given.
	CycleOverride Cycle
	RateCards     string
}

// Associate puts an account on a plan for a time. ErrOverlap means that the account is on another
// then; a *admin.ValidationError lists everything that is wrong with a. It requires
// admin.PlansWrite.
func (c *Service) Associate(ctx context.Context, scope admin.Scope, a Association) (Schedule, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Schedule{}, err
	}
	var p admin.Problems
	plan, err := LookupActive(ctx, c.plans, scope.Org(), "/plan", a.Plan, &p)
	if err != nil {
		return Schedule{}, err
	}
	s := Schedule{
		ID: c.runtime.NewID().String(), AccountID: a.AccountID, Plan: plan.Ref, From: optional(a.From), Until: optional(a.Until),
		Currency: a.Currency, CycleOverride: a.CycleOverride, RateCards: a.RateCards, Version: 1,
	}
	s.check(&p)
	if plan.Ref.ID != "" && !plan.Supports(a.Currency) {
		p.Add("/currency", admin.CodeUnknown, "%s has no rates in %q: it has %s", plan.Ref, admin.Clip(a.Currency), text.Join(plan.Currencies))
	}
	if err := p.Err(); err != nil {
		return Schedule{}, err
	}
	if plan.Anniversary && s.CycleOverride.IsZero() {
		_, in, err := c.zone.Load(ctx, scope.Org())
		if err != nil {
			return Schedule{}, err
		}
		s.CycleOverride = plan.CycleOf(s, in)
	}
	if err := c.schedules.Create(ctx, scope.Org(), s, c.scheduleRecord(scope, ActionAssociate, s)); err != nil {
		return Schedule{}, err
	}
	return s, nil
}

// Disassociate ends the account's schedule with the given id and Version at an instant within it.
// Errors: admin.ErrNotFound, admin.ErrConflict where the Version moved on, and admin.ErrInvalid for
// an instant that is not within it. It requires admin.PlansWrite.
func (c *Service) Disassociate(ctx context.Context, scope admin.Scope, account, id string, version int64, until time.Time) (Schedule, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Schedule{}, err
	}
	tl, err := c.schedules.Timeline(ctx, scope.Org(), account, time.Time{})
	if err != nil {
		return Schedule{}, err
	}
	s, ok := tl.Find(id)
	if !ok {
		return Schedule{}, admin.NotFound("schedule")
	}
	until = admin.Instant(until)
	if !until.After(s.From) || !s.EndsAfter(until) {
		var p admin.Problems
		p.Add("/until", admin.CodeRange, "%s is not within the schedule, from %s until %s", text.Instant(until), text.Instant(s.From), text.Instant(s.Until))
		return Schedule{}, p.Err()
	}
	s.Until, s.Version = until, version
	if err := c.schedules.Update(ctx, scope.Org(), s, c.scheduleRecord(scope, ActionDisassociate, s)); err != nil {
		return Schedule{}, err
	}
	s.Version++
	return s, nil
}

// Timeline returns the account's schedules that end after an instant; for the zero time, all of
// them. It requires admin.PlansRead.
func (c *Service) Timeline(ctx context.Context, scope admin.Scope, account string, after time.Time) (Timeline, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Timeline{}, err
	}
	return c.schedules.Timeline(ctx, scope.Org(), account, optional(after))
}

// optional is admin.Instant where there is an instant at all.
func optional(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return admin.Instant(t)
}

func (c *Service) planRecord(scope admin.Scope, action admin.Action, ref Ref, from, to Status) admin.Record {
	return c.runtime.Record(scope, action, admin.Subject{Kind: "plan", ID: ref.String()},
		admin.Change{Field: "status", From: string(from), To: string(to)})
}

func (c *Service) scheduleRecord(scope admin.Scope, action admin.Action, s Schedule) admin.Record {
	return c.runtime.Record(scope, action, admin.Subject{Kind: "schedule", ID: s.ID},
		admin.Change{Field: "account", To: s.AccountID},
		admin.Change{Field: "plan", To: s.Plan.String()},
		admin.Change{Field: "from", To: text.Instant(s.From)},
		admin.Change{Field: "until", To: text.Instant(s.Until)})
}
