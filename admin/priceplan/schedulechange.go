package priceplan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// ErrBegun is returned when a schedule that has begun is to be withdrawn. End it instead.
var ErrBegun = admin.NewError("schedule_begun", admin.ErrState, "the schedule has begun")

// LaterPolicy is what becomes of an account's later schedules when the account leaves its plan. They would
// bring it back, if a migration had scheduled its next plan for example.
type LaterPolicy string

// The policies.
const (
	// RefuseLater makes the call fail with a [*LaterError] that names them. The empty policy means this.
	RefuseLater LaterPolicy = "REFUSE"
	// WithdrawLater withdraws them too.
	WithdrawLater LaterPolicy = "WITHDRAW"
)

// PreviousPolicy is what becomes of the schedule that ends when a withdrawn one would have begun.
type PreviousPolicy string

// The policies. There is no default, because one keeps the account and the other loses it.
const (
	// ExtendPrevious lets it go on until the withdrawn one would have ended.
	ExtendPrevious PreviousPolicy = "EXTEND"
	// LeavePrevious lets it end as it does: the account leaves its plan then.
	LeavePrevious PreviousPolicy = "LEAVE"
)

func (l LaterPolicy) check(p *admin.Problems) {
	if l != "" && l != RefuseLater && l != WithdrawLater {
		p.Add("/later", admin.CodeUnknown, "%q is not a policy: use %s or %s",
			admin.Clip(string(l)), RefuseLater, WithdrawLater)
	}
}

// ScheduleEnd is the input of [Service.EndSchedule].
type ScheduleEnd struct {
	Until time.Time   `json:"endDate,omitzero"` // within the schedule
	Later LaterPolicy `json:"later,omitempty"`  // what becomes of the account's later schedules
}

// EndSchedule takes an account off its plan: the account's schedule with the given id and version ends at
// an instant within it. The account is on no plan from then on: its later schedules are withdrawn, or the
// call fails with a [*LaterError], by the policy e.Later. It also fails with [admin.ErrNotFound] and
// [admin.ErrConflict], and with [admin.ErrInvalid] for an instant that is not within the schedule; one
// that has not begun is withdrawn instead ([Service.WithdrawSchedule]). It requires [PermissionWrite].
func (s *Service) EndSchedule(
	ctx context.Context, scope admin.Scope, account, id string, version int64, e ScheduleEnd,
) (Schedule, error) {
	tl, had, err := s.schedule(ctx, scope, account, id, version)
	if err != nil {
		return Schedule{}, err
	}
	ended := had
	ended.Until = optional(e.Until)
	var p admin.Problems
	if !ended.Until.After(had.From) || !had.EndsAfter(ended.Until) {
		p.Add("/endDate", admin.CodeRange, "%s is not within the schedule, from %s until %s",
			text.Instant(ended.Until), text.Instant(had.From), text.Instant(had.Until))
	}
	e.Later.check(&p)
	if err := p.Err(); err != nil {
		return Schedule{}, err
	}
	r := Replacement{
		AccountID: account, Ends: []NewEnd{{RevisionOf(had), ended.Until}}, NoneAfter: ended.Until,
	}
	changes := append(scheduleChanges(had, ended), r.removeLater(tl, had, e.Later)...)
	rec := s.scheduleRecord(scope, ActionEndSchedule, id, account, changes)
	if err := s.leave(ctx, scope, r, e.Later, rec); err != nil {
		return Schedule{}, err
	}
	ended.UpdatedAt, ended.Version = rec.At, had.Version+1
	return ended, nil
}

// ScheduleChanges are the terms of a schedule to change. What is nil, empty or zero stays as it is.
type ScheduleChanges struct {
	// From is the first instant of the new terms, within the schedule. Zero means now, or the beginning
	// of a schedule that has not begun. A past instant changes what may be billed already.
	From     time.Time    `json:"effectiveFrom,omitzero"`
	Currency iso4217.Code `json:"currency,omitempty"`
	// CycleOverride and RateCards are what is agreed with the account from then on; the zero Cycle and
	// the empty text put it on the plan's own terms.
	CycleOverride *Cycle  `json:"pricingCycleConfigOverride,omitempty"`
	RateCards     *string `json:"rateCards,omitempty"`
	// Until is a later end; OpenEnd removes the end. Use [Service.EndSchedule] for an earlier one.
	Until   time.Time `json:"endDate,omitzero"`
	OpenEnd bool      `json:"openEnd,omitempty"`
}

// ChangeSchedule changes the terms of the account's schedule with the given id and version, from an
// instant on: the schedule ends there, and a new one with the new terms takes over, which is returned. The
// old terms stay in the timeline, or among the removed schedules if they never were in force. A change of
// the end alone keeps the schedule. It fails with [admin.ErrNotFound], [admin.ErrConflict], with
// [ErrOverlap] if a later end reaches into another schedule, and with a [*admin.ValidationError] that
// lists everything that is wrong with c. A schedule keeps a currency that was archived since, but does not change
// to one. It requires [PermissionWrite].
func (s *Service) ChangeSchedule(
	ctx context.Context, scope admin.Scope, account, id string, version int64, c ScheduleChanges,
) (Schedule, error) {
	_, had, err := s.schedule(ctx, scope, account, id, version)
	if err != nil {
		return Schedule{}, err
	}
	has, err := s.changed(ctx, scope.Org(), had, c)
	if err != nil {
		return Schedule{}, err
	}
	terms := has
	terms.Until = had.Until
	r := Replacement{AccountID: account}
	switch {
	case has == had:
		return had, nil
	case terms == had: // only the end changes
		r.Ends = []NewEnd{{RevisionOf(had), has.Until}}
	default:
		if has.From, err = s.changeAt(had, c.From); err != nil {
			return Schedule{}, err
		}
		has.ID = s.runtime.NewID().String()
		r.Add = []Schedule{has}
		if has.From.Equal(had.From) {
			r.Remove = []Revision{RevisionOf(had)}
		} else {
			r.Ends = []NewEnd{{RevisionOf(had), has.From}}
		}
	}
	changes := append([]admin.Change{{Field: "id", From: had.ID, To: has.ID}}, scheduleChanges(had, has)...)
	rec := s.scheduleRecord(scope, ActionChangeSchedule, id, account, differences(changes...))
	if err := s.replace(ctx, scope, r, rec); err != nil {
		return Schedule{}, err
	}
	has.UpdatedAt, has.Version = rec.At, had.Version+1
	if has.ID != had.ID {
		has.CreatedAt, has.Version = rec.At, 1
	}
	return has, nil
}

// changed returns the schedule with changes, from its beginning on.
func (s *Service) changed(ctx context.Context, org admin.OrgID, had Schedule, c ScheduleChanges) (Schedule, error) {
	var p admin.Problems
	has := had
	if c.Currency != "" {
		has.Currency = c.Currency
	}
	has.CycleOverride = given(c.CycleOverride, had.CycleOverride)
	has.RateCards = given(c.RateCards, had.RateCards)
	switch until := optional(c.Until); {
	case c.OpenEnd && !until.IsZero():
		p.Add("/openEnd", admin.CodeRange, "a schedule has an end or none: give one of openEnd and endDate")
	case c.OpenEnd:
		has.Until = time.Time{}
	case !until.IsZero() && had.EndsAfter(until):
		p.Add("/endDate", admin.CodeRange, "%s is before the end, %s: end the schedule instead",
			text.Instant(until), text.Instant(had.Until))
	case !until.IsZero():
		has.Until = until
	}
	has.check(&p)
	reset := c.CycleOverride != nil && c.CycleOverride.IsZero()
	if has.Currency != had.Currency || reset {
		plan, err := s.ports.Plans.Version(ctx, org, had.Plan)
		if err != nil {
			return Schedule{}, fmt.Errorf("plan %s: %w", had.Plan, err)
		}
		plan.checkCurrency(&p, has.Currency)
		if has.Currency != had.Currency {
			if err := s.checkCurrency(ctx, org, &p, has.Currency); err != nil {
				return Schedule{}, err
			}
		}
		if has.CycleOverride, err = s.ownCycle(ctx, org, plan, has); err != nil {
			return Schedule{}, err
		}
	}
	return has, p.Err()
}

// changeAt returns the instant at which new terms begin.
func (s *Service) changeAt(had Schedule, from time.Time) (time.Time, error) {
	if from.IsZero() {
		from = s.runtime.Instant()
		if had.From.After(from) {
			from = had.From
		}
	}
	from = admin.Instant(from)
	if !had.InForce(from) {
		var p admin.Problems
		p.Add("/effectiveFrom", admin.CodeRange, "%s is not within the schedule, from %s until %s",
			text.Instant(from), text.Instant(had.From), text.Instant(had.Until))
		return time.Time{}, p.Err()
	}
	return from, nil
}

// Withdrawal is the input of [Service.WithdrawSchedule].
type Withdrawal struct {
	// Previous is what becomes of the schedule that ends when the withdrawn one would have begun. It is
	// required if there is one.
	Previous PreviousPolicy `json:"previous,omitempty"`
	// Later is what becomes of the account's later schedules. With [ExtendPrevious] they stay.
	Later LaterPolicy `json:"later,omitempty"`
}

// WithdrawSchedule removes the account's schedule with the given id and version, which has not begun: that
// of a scheduled migration, for example. [Service.Removed] returns it from then on. It fails with
// [ErrBegun], [admin.ErrNotFound], [admin.ErrConflict] and [admin.ErrInvalid], and with a [*LaterError] as
// w.Later decides. It requires [PermissionWrite].
func (s *Service) WithdrawSchedule(
	ctx context.Context, scope admin.Scope, account, id string, version int64, w Withdrawal,
) error {
	tl, had, err := s.schedule(ctx, scope, account, id, version)
	if err != nil {
		return err
	}
	if now := s.runtime.Instant(); !had.From.After(now) {
		return fmt.Errorf("schedule %s is in force from %s on: end it instead: %w",
			id, text.Instant(had.From), ErrBegun)
	}
	previous, adjoins := tl.first(func(s Schedule) bool { return s.Until.Equal(had.From) })
	var p admin.Problems
	w.Later.check(&p)
	switch {
	case w.Previous != "" && w.Previous != ExtendPrevious && w.Previous != LeavePrevious:
		p.Add("/previous", admin.CodeUnknown, "%q is not a policy: use %s or %s",
			admin.Clip(string(w.Previous)), ExtendPrevious, LeavePrevious)
	case adjoins && w.Previous == "":
		p.Add("/previous", admin.CodeRequired,
			"is required because %s ends at %s: use %s for the account to stay on %s, or %s for it to leave",
			previous.ID, text.Instant(had.From), ExtendPrevious, previous.Plan, LeavePrevious)
	case !adjoins && w.Previous == ExtendPrevious:
		p.Add("/previous", admin.CodeRange, "no schedule ends at %s, so none can go on: leave this out",
			text.Instant(had.From))
	}
	if err := p.Err(); err != nil {
		return err
	}
	r := Replacement{AccountID: account, Remove: []Revision{RevisionOf(had)}}
	changes := scheduleChanges(had, Schedule{})
	if w.Previous == ExtendPrevious {
		r.Ends = []NewEnd{{RevisionOf(previous), had.Until}}
		changes = append(changes, admin.Change{
			Field: "previous/endDate", From: text.Instant(previous.Until), To: text.Instant(had.Until),
		})
	} else {
		r.NoneAfter = had.From
		changes = append(changes, r.removeLater(tl, had, w.Later)...)
	}
	rec := s.scheduleRecord(scope, ActionWithdrawSchedule, id, account, changes)
	return s.leave(ctx, scope, r, w.Later, rec)
}

// removeLater adds the schedules after s to those that are removed, if the policy is to remove them, and returns
// what the audit trail has of them.
func (r *Replacement) removeLater(tl Timeline, s Schedule, policy LaterPolicy) (changes []admin.Change) {
	if policy != WithdrawLater {
		return nil
	}
	for _, later := range tl.Schedules {
		if later.From.After(s.From) {
			r.Remove = append(r.Remove, RevisionOf(later))
			changes = append(changes, admin.Change{Field: "later", From: later.ID})
		}
	}
	return changes
}

// leave carries out a replacement after which the account is on no plan. A later schedule that was added
// since the timeline was read is a conflict if later ones were to be withdrawn.
func (s *Service) leave(
	ctx context.Context, scope admin.Scope, r Replacement, policy LaterPolicy, rec admin.Record,
) error {
	err := s.replace(ctx, scope, r, rec)
	var later *LaterError
	if policy == WithdrawLater && errors.As(err, &later) {
		return admin.Conflict("schedule")
	}
	return err
}

// schedule reads an account's timeline and in it the schedule with an id and a version.
func (s *Service) schedule(
	ctx context.Context, scope admin.Scope, account, id string, version int64,
) (Timeline, Schedule, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Timeline{}, Schedule{}, err
	}
	tl, err := s.timeline(ctx, scope.Org(), account, time.Time{})
	if err != nil {
		return Timeline{}, Schedule{}, err
	}
	i := slices.IndexFunc(tl.Schedules, func(s Schedule) bool { return s.ID == id })
	switch {
	case i < 0:
		return Timeline{}, Schedule{}, admin.NotFound("schedule")
	case tl.Schedules[i].Version != version:
		return Timeline{}, Schedule{}, admin.Conflict("schedule")
	}
	return tl, tl.Schedules[i], nil
}
