package priceplan

import (
	"fmt"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// PlanRef names one version of a price plan.
type Ref struct {
	ID      string // chosen by the host, 1 to 50 characters, compared byte by byte
	Version int    // from 1
}

// String is "basic v3".
func (r Ref) String() string { return fmt.Sprintf("%s v%d", r.ID, r.Version) }

// check adds what is wrong with a reference; least is 0 where the latest version may be asked for.
func (r Ref) check(p *admin.Problems, path string, least int) {
	p.ID(path+"/id", r.ID)
	if r.Version < least || r.Version > maxVersion {
		p.Add(path+"/version", admin.CodeRange, "%d is not a version: use %d to %d", r.Version, least, maxVersion)
	}
}

// maxVersion keeps versions within Togai's int32.
const maxVersion = 1<<31 - 1

// PlanStatus says whether accounts can be put on a version of a plan.
type Status string

// The statuses of a plan's version. The names are Togai's.
const (
	Draft    Status = "DRAFT"    // still being edited
	Active   Status = "ACTIVE"   // takes accounts
	Archived Status = "ARCHIVED" // keeps the accounts it has, takes no more
)

// Plan is one version of a price plan, as far as migrating needs to know it. Its rates are the
// host's.
type Plan struct {
	Ref        Ref
	Name       string // 1 to 50 characters
	Status     Status
	Currencies []string // the currencies it has rates in: ISO 4217 codes, at least one
	// Cycle is the pricing cycle of its accounts, unless one has its own.
	Cycle Cycle
	// Anniversary has each account's cycle start on the date on which the account joined; of Cycle
	// only the interval counts then.
	Anniversary bool
}

// Supports reports whether the plan has rates in a currency.
func (p Plan) Supports(currency string) bool { return slices.Contains(p.Currencies, currency) }

// CycleOf is the cycle of an account that is on the plan by s: its own where it has one, else the
// plan's, by the date on which s begins where the plan goes by anniversaries.
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

// check finds everything that is wrong with a plan to be saved.
func (p Plan) check() error {
	var ps admin.Problems
	p.Ref.check(&ps, "", 1)
	ps.Text("/name", p.Name, 1, 50)
	switch p.Status {
	case Draft, Active, Archived:
	default:
		ps.Add("/status", admin.CodeUnknown, "%q is not a status of a plan: use %s, %s or %s",
			admin.Clip(string(p.Status)), Draft, Active, Archived)
	}
	if len(p.Currencies) == 0 {
		ps.Add("/currencies", admin.CodeRequired, "a plan needs at least one currency")
	}
	for i, c := range p.Currencies {
		path := fmt.Sprintf("/currencies/%d", i)
		checkCurrency(&ps, path, c)
		if slices.Contains(p.Currencies[:i], c) {
			ps.Add(path, admin.CodeDuplicate, "%s is given twice", admin.Clip(c))
		}
	}
	if p.Cycle.IsZero() {
		ps.Add("/cycle", admin.CodeRequired, "a plan needs a pricing cycle")
	}
	return ps.Err()
}

// checkCurrency checks the form alone: which currencies exist is for the currency package to say.
func checkCurrency(p *admin.Problems, path, code string) {
	ok := len(code) == 3
	for i := 0; ok && i < len(code); i++ {
		ok = code[i] >= 'A' && code[i] <= 'Z'
	}
	if !ok {
		p.Add(path, admin.CodeFormat, "%q is not a currency code: write three capital letters, such as EUR", admin.Clip(code))
	}
}
