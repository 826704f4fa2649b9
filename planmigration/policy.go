package planmigration

import (
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// OverridePolicy is what becomes of an account's overrides when it is moved.
type OverridePolicy string

// The policies.
const (
	// KeepOverrides carries overrides over to the new schedule; the empty policy means this. Terms agreed
	// with a customer must not vanish because a plan was moved.
	KeepOverrides OverridePolicy = "KEEP"
	// DropOverrides puts accounts on the target plan's own terms.
	DropOverrides OverridePolicy = "DROP"
)

func (o OverridePolicy) check(p *admin.Problems, m Mode) {
	checkOneOf(p, "/overridePolicy", o, KeepOverrides, DropOverrides)
	if o == DropOverrides && m.leavesOverridden() {
		// A caller that asks for this takes the mode in its other sense.
		p.Add("/overridePolicy", admin.CodeRange,
			"%s has nothing to drop, because %s leaves accounts with overrides alone: use %s or %s",
			o, m, Immediate, NextCycle)
	}
}

// IntervalPolicy is what becomes of an account that would keep a cycle of another interval than the target plan's:
// a weekly cycle under an annual price would be charged 52 times a year.
type IntervalPolicy string

// The policies.
const (
	// RefuseIntervals fails such an account with [ReasonInterval]; the empty policy means this.
	RefuseIntervals IntervalPolicy = "REFUSE"
	// KeepIntervals lets it keep its cycle.
	KeepIntervals IntervalPolicy = "KEEP"
)

// LatePolicy is what becomes of an account that is moved later than was decided, because a worker was late or the
// confirmation was. An account that changes plan at once is late when the cycle that it was in at the effective
// instant has ended, and one that changes with a cycle when that cycle has begun: what is before may be billed.
type LatePolicy string

// The policies.
const (
	// FailLate fails such an account with [ReasonTooLate]; the empty policy means this. [Service.RetryEntries] moves
	// it.
	FailLate LatePolicy = "FAIL"
	// MoveFromNow moves it now, or with the first cycle from now on.
	MoveFromNow LatePolicy = "MOVE_FROM_NOW"
	// AsDecided moves it from the instant on that was decided, although that has passed: the past changes.
	AsDecided LatePolicy = "AS_DECIDED"
)

// checkOneOf adds a problem unless v is one of known.
func checkOneOf[S ~string](p *admin.Problems, path string, v S, known ...S) {
	if !slices.Contains(known, v) {
		p.Add(path, admin.CodeUnknown, "%q is not a policy: use one of %s", admin.Clip(string(v)), text.Join(known))
	}
}
