package priceplan

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions on schedules. Their subject is the schedule; where one takes over from another, the old
// one.
const (
	ActionAssociate        admin.Action = "schedule.associate"
	ActionEndSchedule      admin.Action = "schedule.end"
	ActionChangeSchedule   admin.Action = "schedule.change"
	ActionWithdrawSchedule admin.Action = "schedule.withdraw"
)

// Association is the input of [Service.Associate]: an account, a plan and the terms.
type Association struct {
	AccountID string       `json:"accountId"`
	Plan      Ref          `json:"pricePlan"` // Version 0 means the latest active version
	From      time.Time    `json:"startDate,omitzero"`
	Until     time.Time    `json:"endDate,omitzero"` // zero for no end
	Currency  iso4217.Code `json:"currency"`         // one in which the plan has rates
	// CycleOverride and RateCards are what was agreed with the account; see [Schedule]. On a plan with
	// anniversaries the cycle follows from the date of From if none is given.
	CycleOverride Cycle  `json:"pricingCycleConfigOverride,omitzero"`
	RateCards     string `json:"rateCards,omitempty"`
}

// Associate puts an account on a plan for a time. It fails with [ErrOverlap] if the account is on another
// then, and with a [*admin.ValidationError] that lists everything that is wrong with a, a currency included that
// the organization does not use or has archived. It requires [PermissionWrite].
func (s *Service) Associate(ctx context.Context, scope admin.Scope, a Association) (Schedule, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Schedule{}, err
	}
	var p admin.Problems
	plan, err := Resolve(ctx, s.ports.Plans, scope.Org(), a.Plan, "/pricePlan", &p)
	if err != nil {
		return Schedule{}, err
	}
	n := Schedule{
		ID: s.runtime.NewID().String(), AccountID: a.AccountID, Plan: plan.Ref,
		From: optional(a.From), Until: optional(a.Until), Currency: a.Currency,
		CycleOverride: a.CycleOverride, RateCards: a.RateCards,
	}
	n.check(&p)
	if plan.Ref.ID != "" {
		if plan.Status != Active {
			p.Add("/pricePlan", CodeNotActive, "%s is %s: only an %s plan takes accounts",
				plan.Ref, plan.Status, Active)
		}
		plan.checkCurrency(&p, n.Currency)
	}
	if err := s.checkCurrency(ctx, scope.Org(), &p, n.Currency); err != nil {
		return Schedule{}, err
	}
	if err := p.Err(); err != nil {
		return Schedule{}, err
	}
	if n.CycleOverride, err = s.ownCycle(ctx, scope.Org(), plan, n); err != nil {
		return Schedule{}, err
	}
	rec := s.scheduleRecord(scope, ActionAssociate, n.ID, n.AccountID, scheduleChanges(Schedule{}, n))
	n.CreatedAt, n.UpdatedAt, n.Version = rec.At, rec.At, 1
	return n, s.replace(ctx, scope, Replacement{AccountID: n.AccountID, Add: []Schedule{n}}, rec)
}

// checkCurrency adds a problem if the organization starts nothing new in a currency.
func (s *Service) checkCurrency(
	ctx context.Context, org admin.OrgID, p *admin.Problems, currency iso4217.Code,
) error {
	if unit, ok := iso4217.Lookup(currency); !ok || !unit.HoldsMoney() {
		return nil // which is a problem already
	}
	refused, err := s.ports.Currencies.Refused(ctx, org, currency)
	if err == nil {
		refused.Check(p, "/currency", currency)
	}
	return err
}

// checkCurrency adds a problem if the plan has no rates in a currency; one that is no currency is a problem
// already.
func (p Plan) checkCurrency(ps *admin.Problems, currency iso4217.Code) {
	if unit, ok := iso4217.Lookup(currency); ok && unit.HoldsMoney() && !p.Supports(currency) {
		ps.Add("/currency", admin.CodeUnknown, "%s has no rates in %s: it has %s",
			p.Ref, currency, text.Join(p.Currencies))
	}
}

// ownCycle returns the cycle to keep with a schedule: what was agreed, or its anniversary, or none.
func (s *Service) ownCycle(ctx context.Context, org admin.OrgID, plan Plan, n Schedule) (Cycle, error) {
	if !plan.Anniversary || !n.CycleOverride.IsZero() {
		return n.CycleOverride, nil
	}
	in, err := s.zone.Location(ctx, org)
	if err != nil {
		return Cycle{}, err
	}
	return plan.CycleOf(n, in), nil
}

// Timeline returns the account's schedules that end after an instant; for the zero time, all of them. It
// requires [PermissionRead].
func (s *Service) Timeline(ctx context.Context, scope admin.Scope, account string, after time.Time) (Timeline, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Timeline{}, err
	}
	return s.timeline(ctx, scope.Org(), account, optional(after))
}

func (s *Service) timeline(ctx context.Context, org admin.OrgID, account string, after time.Time) (Timeline, error) {
	tl := Timeline{AccountID: account, Schedules: []Schedule{}} // an empty list in JSON
	found, err := s.ports.Schedules.Timelines(ctx, org, []string{account}, after)
	if err != nil {
		return Timeline{}, err
	}
	if len(found) > 0 && found[0].Schedules != nil {
		tl.Schedules = found[0].Schedules
	}
	return tl, nil
}

// Removed returns the account's schedules that were withdrawn, or replaced from their beginning on, in
// order of From. Together with [Service.Timeline] they are every schedule that the account ever had. It
// requires [PermissionRead].
func (s *Service) Removed(ctx context.Context, scope admin.Scope, account string) ([]RemovedSchedule, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return nil, err
	}
	return s.ports.Schedules.Removed(ctx, scope.Org(), account)
}

// replace carries out one replacement.
func (s *Service) replace(ctx context.Context, scope admin.Scope, r Replacement, rec admin.Record) error {
	return single(s.ports.Schedules.ReplaceAll(ctx, scope.Org(), []Replacement{r}, rec))
}

// optional is admin.Instant for a time that may be zero.
func optional(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return admin.Instant(t)
}

func (s *Service) scheduleRecord(
	scope admin.Scope, action admin.Action, id, account string, changes []admin.Change,
) admin.Record {
	changes = append([]admin.Change{{Field: "accountId", To: account}}, changes...)
	return s.runtime.Record(scope, action, admin.Subject{Kind: "schedule", ID: id}, changes...)
}

// scheduleChanges lists the fields in which two schedules differ, for the audit trail.
func scheduleChanges(had, has Schedule) []admin.Change {
	return differences(
		admin.Change{Field: "pricePlan", From: refText(had.Plan), To: refText(has.Plan)},
		admin.Change{Field: "startDate", From: startText(had.From), To: startText(has.From)},
		admin.Change{Field: "endDate", From: endText(had), To: endText(has)},
		admin.Change{Field: "currency", From: string(had.Currency), To: string(has.Currency)},
		admin.Change{
			Field: "pricingCycleConfigOverride", From: had.CycleOverride.String(), To: has.CycleOverride.String(),
		},
		admin.Change{Field: "rateCards", From: had.RateCards, To: has.RateCards},
	)
}

func refText(r Ref) string {
	if r == (Ref{}) {
		return ""
	}
	return r.String()
}

func startText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return text.Instant(t)
}

// endText is a schedule's end; that of no schedule is empty.
func endText(s Schedule) string {
	if s.ID == "" {
		return ""
	}
	return text.Instant(s.Until)
}
