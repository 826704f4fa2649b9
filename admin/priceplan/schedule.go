package priceplan

import (
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Override is a kind of terms that were agreed with one account in place of its plan's. Togai's
// documentation names the kinds.
type Override string

// The kinds of override.
const (
	OverrideCycle    Override = "CYCLE"     // another pricing cycle
	OverrideRateCard Override = "RATE_CARD" // rate cards added, removed or edited
)

// Schedule has one account on one version of a plan for a time. Its terms never change; only its end
// does. Other terms are another schedule, which takes over from an instant on ([Service.ChangeSchedule]).
type Schedule struct {
	ID        string    `json:"id"`        // 1 to 50 characters, unique within the organization for all time
	AccountID string    `json:"accountId"` // 1 to 50 characters, compared byte by byte
	Plan      Ref       `json:"pricePlan"`
	From      time.Time `json:"startDate,omitzero"` // the first instant at which it is in force
	Until     time.Time `json:"endDate,omitzero"`   // the first instant at which it no longer is; zero for no end
	// Currency is what the account is charged in: a code of ISO 4217.
	Currency iso4217.Code `json:"currency"`
	// CycleOverride is the account's own cycle; the zero Cycle if the plan's applies.
	CycleOverride Cycle `json:"pricingCycleConfigOverride,omitzero"`
	// RateCards is the host's reference to the rate cards agreed with this account, up to 255
	// characters; empty if the plan's apply.
	RateCards string    `json:"rateCards,omitempty"`
	CreatedAt time.Time `json:"createdAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	Version   int64     `json:"version"` // counts the changes of this record, from 1
}

// Overrides returns the kinds of terms that were agreed with this account in place of the plan's. An
// anniversary cycle is not one of them: it follows from the date on which the account joined, and every
// account of such a plan has one.
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

// EndsAfter reports whether the schedule ends after an instant, or never. It may not have begun by then.
func (s Schedule) EndsAfter(at time.Time) bool { return s.Until.IsZero() || s.Until.After(at) }

// Overlaps reports whether both schedules are in force at some instant.
func (s Schedule) Overlaps(o Schedule) bool { return s.EndsAfter(o.From) && o.EndsAfter(s.From) }

// check adds what is wrong with a schedule to be saved.
func (s Schedule) check(p *admin.Problems) {
	p.ID("/accountId", s.AccountID)
	iso4217.CheckMoney(p, "/currency", s.Currency)
	p.Text("/rateCards", s.RateCards, 0, maxRateCards)
	switch {
	case s.From.IsZero():
		p.Add("/startDate", admin.CodeRequired, "a schedule needs an instant at which it begins")
	case !s.EndsAfter(s.From):
		p.Add("/endDate", admin.CodeRange, "%s is not after the beginning, %s",
			text.Instant(s.Until), text.Instant(s.From))
	}
}

// maxRateCards is the longest reference to rate cards, in characters.
const maxRateCards = 255

// RemovedSchedule is a schedule that was withdrawn, or replaced from its beginning on. It is as it was
// at that moment: nothing removes a schedule for good.
type RemovedSchedule struct {
	Schedule
	RemovedAt time.Time   `json:"removedAt,omitzero"`
	RemovedBy admin.Actor `json:"removedBy"`
}

// Timeline is an account's schedules in order of From, without those that were removed: all of them, or
// those that end after some instant.
type Timeline struct {
	AccountID string     `json:"accountId"`
	Schedules []Schedule `json:"schedules,omitempty"`
}

// At returns the schedule that is in force at an instant.
func (t Timeline) At(at time.Time) (Schedule, bool) {
	return t.first(func(s Schedule) bool { return s.InForce(at) })
}

// After returns the first schedule that begins after an instant.
func (t Timeline) After(at time.Time) (Schedule, bool) {
	return t.first(func(s Schedule) bool { return s.From.After(at) })
}

// Find returns the schedule with an id.
func (t Timeline) Find(id string) (Schedule, bool) {
	return t.first(func(s Schedule) bool { return s.ID == id })
}

func (t Timeline) first(match func(Schedule) bool) (Schedule, bool) {
	for _, s := range t.Schedules {
		if match(s) {
			return s, true
		}
	}
	return Schedule{}, false
}
