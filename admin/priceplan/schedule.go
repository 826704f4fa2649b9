package priceplan

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// ErrOverlap: the account is on another schedule in that time. An account is never on two.
var ErrOverlap = admin.NewError("schedule_overlap", admin.ErrExists, "the account already has a schedule in that time")

// Override is a kind of terms that were agreed with one account in place of its plan's.
type Override string

// The kinds of override, as Togai's documentation names them.
const (
	OverrideCycle    Override = "CYCLE"     // another pricing cycle
	OverrideRateCard Override = "RATE_CARD" // rate cards added, removed or edited
)

// Schedule has one account on one version of a plan for a time.
type Schedule struct {
	ID        string // 1 to 50 characters, unique within the organization
	AccountID string // 1 to 50 characters, compared byte by byte
	Plan      Ref
	From      time.Time // the first instant it is in force; UTC, whole microseconds
	Until     time.Time // the first instant it is not any more; zero for no end
	Currency  string    // what the account is charged in: an ISO 4217 code
	// CycleOverride is the account's own cycle; the zero Cycle where the plan's holds.
	CycleOverride Cycle
	// RateCards is the host's reference to the rate cards agreed with this account, up to 255
	// characters; empty where the plan's hold.
	RateCards string
	Version   int64 // 1 when created, +1 with every change
}

// Overrides lists what was agreed with this account in place of the plan's terms. An anniversary
// cycle is not among it: it follows from the date on which the account joined, and every account of
// such a plan has one.
func (s Schedule) Overrides() []Override {
	var out []Override
	if !s.CycleOverride.IsZero() && !s.CycleOverride.Anniversary() {
		out = append(out, OverrideCycle)
	}
	if s.RateCards != "" {
		out = append(out, OverrideRateCard)
	}
	return out
}

// InForce reports whether the schedule is in force at an instant.
func (s Schedule) InForce(at time.Time) bool { return !s.From.After(at) && s.EndsAfter(at) }

func (s Schedule) EndsAfter(at time.Time) bool { return s.Until.IsZero() || s.Until.After(at) }

// Overlaps reports whether there is an instant at which both schedules are in force.
func (s Schedule) Overlaps(o Schedule) bool { return s.EndsAfter(o.From) && o.EndsAfter(s.From) }

// Replaced is what is left of the schedule once c has taken its place from c.New.From on, or the
// error that Schedules.Replace gives; empty means that nothing is left. Adapters call it on the
// stored schedule.
func (s Schedule) Replaced(c Change) (left Schedule, empty bool, err error) {
	switch {
	case s.AccountID != c.New.AccountID:
		return s, false, admin.NotFound("schedule")
	case s.Version != c.Version:
		return s, false, admin.Conflict("schedule")
	case !s.InForce(c.New.From) || !s.Until.Equal(c.New.Until):
		return s, false, fmt.Errorf("schedule from %s until %s cannot take the place of one from %s until %s: it must begin within it and end with it: %w",
			text.Instant(c.New.From), text.Instant(c.New.Until), text.Instant(s.From), text.Instant(s.Until), admin.ErrInvalid)
	}
	empty = s.From.Equal(c.New.From)
	s.Until = c.New.From
	s.Version++
	return s, empty, nil
}

// check adds everything that is wrong with a schedule to be saved, its plan aside.
func (s Schedule) check(p *admin.Problems) {
	p.ID("/accountId", s.AccountID)
	checkCurrency(p, "/currency", s.Currency)
	p.Text("/rateCards", s.RateCards, 0, 255)
	if s.From.IsZero() {
		p.Add("/from", admin.CodeRequired, "say from when the account is on the plan")
	}
	if !s.Until.IsZero() && !s.Until.After(s.From) {
		p.Add("/until", admin.CodeRange, "%s is not after the beginning, %s", text.Instant(s.Until), text.Instant(s.From))
	}
}

// Timeline is an account's schedules, in order of From, that end after some instant: the one in
// force at it, if there is one, and all later ones.
type Timeline struct {
	AccountID string
	Schedules []Schedule
}

// At is the schedule in force at an instant.
func (t Timeline) At(at time.Time) (Schedule, bool) {
	for _, s := range t.Schedules {
		if s.InForce(at) {
			return s, true
		}
	}
	return Schedule{}, false
}

// After is the first schedule that begins after an instant.
func (t Timeline) After(at time.Time) (Schedule, bool) {
	for _, s := range t.Schedules {
		if s.From.After(at) {
			return s, true
		}
	}
	return Schedule{}, false
}

func (t Timeline) Find(id string) (Schedule, bool) {
	for _, s := range t.Schedules {
		if s.ID == id {
			return s, true
		}
	}
	return Schedule{}, false
}

// Change puts a new schedule in the place of an existing one, from New.From on.
type Change struct {
	Old     string // the id of the schedule that ends
	Version int64  // its Version
	// New begins within the old schedule and ends when that would have ended. Its ID is the
	// idempotency key: the same for the same account of the same migration, however often it is
	// tried.
	New Schedule
}
