package planmigration

import (
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Mode chooses when accounts change plan, and which of them. The values are Togai's.
//
// Togai does not document IGNORE_OVERRIDE. It can be read as "leave accounts with overrides alone" or as
// "move them and drop their overrides". Here it is the first, which is the choice "only accounts without
// overrides" of Togai's Admin Center, and cannot cost a customer the terms agreed with them. What becomes
// of the overrides of accounts that are moved is the matter of [OverridePolicy].
//
// Togai's START_OF_CURRENT_CYCLE is missing: it changes the past, which may be billed already.
type Mode string

// The modes.
const (
	Immediate               Mode = "IMMEDIATE"                  // all accounts, at the effective instant
	ImmediateIgnoreOverride Mode = "IMMEDIATE_IGNORE_OVERRIDE"  // only accounts without overrides
	NextCycle               Mode = "NEXT_CYCLE"                 // all accounts, each with its next cycle
	NextCycleIgnoreOverride Mode = "NEXT_CYCLE_IGNORE_OVERRIDE" // only accounts without overrides
)

// Modes returns the modes. The caller may change the slice.
func Modes() []Mode {
	return []Mode{Immediate, ImmediateIgnoreOverride, NextCycle, NextCycleIgnoreOverride}
}

// nextCycle reports whether accounts change plan with their first cycle after the effective instant, and
// not at that instant.
func (m Mode) nextCycle() bool { return m == NextCycle || m == NextCycleIgnoreOverride }

// leavesOverridden reports whether accounts with overrides are left alone.
func (m Mode) leavesOverridden() bool {
	return m == ImmediateIgnoreOverride || m == NextCycleIgnoreOverride
}

func (m Mode) check(p *admin.Problems) {
	if !slices.Contains(Modes(), m) {
		p.Add("/migrationMode", admin.CodeUnknown, "%q is not a mode: use one of %s",
			admin.Clip(string(m)), text.Join(Modes()))
	}
}
