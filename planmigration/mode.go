package planmigration

import (
	"slices"

	"github.com/admincenter/admincenter/admin"
)

// Mode says when accounts change plan, and which of them. The names are Togai's.
//
// Togai does not say what IGNORE_OVERRIDE means. It can be read as "leave accounts with overrides
// alone" or as "move them and drop their overrides". Here it is the first, which is the choice
// "only accounts without overrides" of Togai's Admin Center, and the one that cannot cost a
// customer the terms agreed with them. What becomes of overrides when all accounts are moved is a
// matter of OverridePolicy.
//
// Togai's START_OF_CURRENT_CYCLE is not here: it changes what has been, which may be billed already.
type Mode string

// The modes.
const (
	Immediate               Mode = "IMMEDIATE"                 // at once, all accounts
	ImmediateIgnoreOverride Mode = "IMMEDIATE_IGNORE_OVERRIDE" // at once, only accounts without overrides
	NextCycle               Mode = "NEXT_CYCLE"                // with each account's next cycle, all accounts
	NextCycleIgnoreOverride Mode = "NEXT_CYCLE_IGNORE_OVERRIDE"
)

// Modes lists the modes. The caller may change the slice.
func Modes() []Mode {
	return []Mode{Immediate, ImmediateIgnoreOverride, NextCycle, NextCycleIgnoreOverride}
}

// When says when an account changes plan.
type When string

// The answers of Mode.When.
const (
	WhenEffective When = "EFFECTIVE"  // at the migration's effective instant
	WhenNextCycle When = "NEXT_CYCLE" // when the account's first cycle after that instant begins
)

// When says when accounts change plan.
func (m Mode) When() When {
	if m == NextCycle || m == NextCycleIgnoreOverride {
		return WhenNextCycle
	}
	return WhenEffective
}

// Accounts says which accounts change plan.
type Accounts string

// The answers of Mode.Accounts.
const (
	AllAccounts      Accounts = "ALL"
	WithoutOverrides Accounts = "WITHOUT_OVERRIDES" // see Schedule.Overrides
)

// Accounts says which accounts change plan.
func (m Mode) Accounts() Accounts {
	if m == ImmediateIgnoreOverride || m == NextCycleIgnoreOverride {
		return WithoutOverrides
	}
	return AllAccounts
}

// OverridePolicy says what becomes of an account's overrides when it is moved.
type OverridePolicy string

// The policies.
const (
	// KeepOverrides carries overrides over to the new schedule; it is what the empty policy means.
	// Terms agreed with a customer must not vanish because somebody moved a plan.
	KeepOverrides OverridePolicy = "KEEP"
	// DropOverrides puts accounts on the target plan's own terms.
	DropOverrides OverridePolicy = "DROP"
)

func (m Mode) check(p *admin.Problems) {
	if !slices.Contains(Modes(), m) {
		p.Add("/mode", admin.CodeUnknown, "%q is not a mode: use one of %v", admin.Clip(string(m)), Modes())
	}
}

func (o OverridePolicy) check(p *admin.Problems, m Mode) {
	switch {
	case o != KeepOverrides && o != DropOverrides:
		p.Add("/overrides", admin.CodeUnknown, "%q is not a policy: use %s or %s", admin.Clip(string(o)), KeepOverrides, DropOverrides)
	case o == DropOverrides && m.Accounts() == WithoutOverrides:
		// Whoever asks for this has understood the mode in its other sense.
		p.Add("/overrides", admin.CodeRange, "%s has nothing to drop, because %s leaves accounts with overrides alone: use %s or %s",
			o, m, Immediate, NextCycle)
	}
}
