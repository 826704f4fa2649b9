package priceplan

import (
	"fmt"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Ref names one version of a price plan.
type Ref struct {
	ID      string `json:"id"`               // chosen by the host, 1 to 50 characters, compared byte by byte
	Version int    `json:"version,omitzero"` // from 1; some inputs take 0 for the latest active version
}

// String returns the reference for people, such as "basic v3".
func (r Ref) String() string { return fmt.Sprintf("%s v%d", r.ID, r.Version) }

// maxVersion keeps versions within Togai's int32.
const maxVersion = 1<<31 - 1

// check adds what is wrong with a reference; least is 0 if it may ask for the latest active version.
func (r Ref) check(p *admin.Problems, path string, least int) {
	p.ID(path+"/id", r.ID)
	if r.Version < least || r.Version > maxVersion {
		p.Add(path+"/version", admin.CodeRange, "%d is not a version: use %d to %d", r.Version, least, maxVersion).
			With("min", least).With("max", maxVersion)
	}
}

// Status is whether accounts can be put on a version of a plan. The values are Togai's.
type Status string

// The statuses of a plan's version.
const (
	Draft    Status = "DRAFT"    // can be edited, takes no accounts yet
	Active   Status = "ACTIVE"   // takes accounts, and its terms are fixed
	Archived Status = "ARCHIVED" // keeps the accounts that it has and takes no more
)

// Statuses returns the statuses in the order of a plan's life. The caller may change the slice.
func Statuses() []Status { return []Status{Draft, Active, Archived} }

// Plan is one version of a price plan: what schedules and migrations need of it. Its rates are the
// host's.
type Plan struct {
	Ref         Ref    `json:"ref"`
	Name        string `json:"name"`                  // 1 to 50 characters
	Description string `json:"description,omitempty"` // up to 255 characters
	Status      Status `json:"status"`
	// Currencies are those in which the plan has rates: at least one, each of ISO 4217.
	Currencies []iso4217.Code `json:"supportedCurrencies,omitempty"`
	// Cycle is the pricing cycle of the plan's accounts, except those with an override.
	Cycle Cycle `json:"pricingCycleConfig"`
	// Anniversary makes each account's cycle start on the date on which the account joined; of Cycle
	// only the interval counts then.
	Anniversary bool      `json:"anniversaryCycle"`
	CreatedAt   time.Time `json:"createdAt,omitzero"`
	UpdatedAt   time.Time `json:"updatedAt,omitzero"`
	// Version counts the changes of this record, from 1. The plan's own version is Ref.Version.
	Version int64 `json:"version"`
}

// Supports reports whether the plan has rates in a currency.
func (p Plan) Supports(currency iso4217.Code) bool { return slices.Contains(p.Currencies, currency) }

// CycleOf returns the cycle of an account that is on the plan by s: its own if it has one, else the
// plan's. On a plan with anniversaries it follows from the date on which s begins.
func (p Plan) CycleOf(s Schedule, in *time.Location) Cycle {
	if !s.CycleOverride.IsZero() {
		return s.CycleOverride
	}
	if p.Anniversary {
		// It fails for an unknown interval only, and then there is no cycle.
		c, _ := Anniversary(s.From, p.Cycle.Interval(), in)
		return c
	}
	return p.Cycle
}

// Updated returns the plan after [Store.Update] with what a caller wants of it at an instant, or
// [admin.ErrConflict]. Adapters call it on the stored plan and store the result.
func (p Plan) Updated(want Plan, at time.Time) (Plan, error) {
	if p.Version != want.Version {
		return p, admin.Conflict("plan")
	}
	want.Ref, want.CreatedAt = p.Ref, p.CreatedAt
	want.UpdatedAt, want.Version = at, p.Version+1
	return want, nil
}

// check adds everything that is wrong with a plan to be saved.
func (p Plan) check(ps *admin.Problems) {
	ps.Text("/name", p.Name, 1, maxName)
	ps.Text("/description", p.Description, 0, maxDescription)
	if len(p.Currencies) == 0 {
		ps.Add("/supportedCurrencies", admin.CodeRequired, "a plan needs at least one currency")
	}
	for i, c := range p.Currencies {
		path := fmt.Sprintf("/supportedCurrencies/%d", i)
		if slices.Contains(p.Currencies[:i], c) {
			ps.Add(path, admin.CodeDuplicate, "%s is given twice", admin.Clip(string(c)))
			continue
		}
		iso4217.CheckMoney(ps, path, c)
	}
	if p.Cycle.IsZero() {
		ps.Add("/pricingCycleConfig", admin.CodeRequired, "a plan needs a pricing cycle")
	}
}

// Togai's limits, in characters.
const (
	maxName        = 50
	maxDescription = 255
)

// NewPlan is the input of [Service.CreatePlan].
type NewPlan struct {
	Ref         Ref            `json:"ref"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Status      Status         `json:"status,omitempty"` // Draft or Active; empty means Draft
	Currencies  []iso4217.Code `json:"supportedCurrencies,omitempty"`
	Cycle       Cycle          `json:"pricingCycleConfig,omitzero"`
	Anniversary bool           `json:"anniversaryCycle,omitempty"`
}

// PlanChanges are the fields of a plan to change. What is nil stays as it is.
type PlanChanges struct {
	Name        *string        `json:"name,omitempty"`
	Description *string        `json:"description,omitempty"`
	Currencies  []iso4217.Code `json:"supportedCurrencies,omitempty"`
	Cycle       *Cycle         `json:"pricingCycleConfig,omitempty"`
	Anniversary *bool          `json:"anniversaryCycle,omitempty"`
}

// apply returns p with the changes.
func (c PlanChanges) apply(p Plan) Plan {
	p.Name = given(c.Name, p.Name)
	p.Description = given(c.Description, p.Description)
	p.Cycle = given(c.Cycle, p.Cycle)
	p.Anniversary = given(c.Anniversary, p.Anniversary)
	if c.Currencies != nil {
		p.Currencies = slices.Clone(c.Currencies)
	}
	return p
}

// given returns what a pointer points to, or otherwise if it is nil.
func given[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}
