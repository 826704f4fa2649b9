package priceplan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// ErrOverlap is returned when the account would have two schedules at one instant.
var ErrOverlap = admin.NewError("schedule_overlap", admin.ErrExists, "the account already has a schedule in that time")

var errLater = admin.NewError("later_schedules", admin.ErrState, "the account has later schedules")

// LaterError is returned when an account would come back by schedules that begin after it left its plan.
// It wraps [admin.ErrState]; its code is "later_schedules".
type LaterError struct {
	Schedules []Schedule // the later ones, in order of From
}

// Error names the later schedules.
func (e *LaterError) Error() string {
	names := make([]string, len(e.Schedules))
	for i, s := range e.Schedules {
		names[i] = fmt.Sprintf("%s on %s from %s", s.ID, s.Plan, text.Instant(s.From))
	}
	return fmt.Sprintf("%s would bring the account back: choose %s to withdraw what is later too: %v",
		strings.Join(names, ", "), WithdrawLater, errLater)
}

// Unwrap makes errors.Is(err, admin.ErrState) true.
func (e *LaterError) Unwrap() error { return errLater }

// Replacement changes one account's schedules at one stroke: it moves ends, removes and adds. All of it
// happens, or nothing.
type Replacement struct {
	AccountID string
	// Ends are schedules that get another end, earlier or later. Nothing else about a schedule changes.
	Ends []NewEnd
	// Remove are schedules that are taken out of the timeline, and kept as [RemovedSchedule].
	Remove []Revision
	// Add are new schedules. Their ids are the idempotency key: if the account has all of them already,
	// the replacement was carried out before and is not carried out again. CreatedAt, UpdatedAt and
	// Version are the store's to set.
	Add []Schedule
	// NoneAfter is an instant from which on the account must have no schedule once this is done, else
	// the replacement fails with a [*LaterError]. Zero sets no such condition.
	NoneAfter time.Time
}

// Revision is a schedule as it was read: if its Version has changed, the replacement fails with
// [admin.ErrConflict].
type Revision struct {
	ID      string
	Version int64
}

// NewEnd is a schedule's new end; zero for none.
type NewEnd struct {
	Revision
	Until time.Time
}

// RevisionOf returns the revision of a schedule that was read.
func RevisionOf(s Schedule) Revision { return Revision{ID: s.ID, Version: s.Version} }

// ReplaceResult is the outcome of one [Replacement].
type ReplaceResult struct {
	// Err is nil if the account's schedules are as the replacement asked. It wraps
	//   - [admin.ErrNotFound] if the account has no schedule that Ends or Remove names
	//   - [admin.ErrConflict] if one has another Version
	//   - [ErrOverlap] if the account would have two schedules at one instant
	//   - [admin.ErrExists] if the id of an added schedule is taken, by a removed schedule perhaps
	//   - [admin.ErrInvalid] if the replacement contradicts itself
	//   - [admin.ErrState] with a [*LaterError] if NoneAfter does not hold
	Err error
	// Repeated is set if the replacement had been carried out before, so nothing was done.
	Repeated bool
}

// Edit is what a [Replacement] does to the schedules that an account has.
type Edit struct {
	Repeated bool       // it was carried out before: there is nothing to do
	Changed  []Schedule // with their new Until, UpdatedAt and Version
	Removed  []Schedule // as they were
	Added    []Schedule // with CreatedAt, UpdatedAt and Version
}

// Replaced computes what r does to the timeline, which has all of the account's schedules, at an instant.
// It fails with the errors of [ReplaceResult], except that only the caller knows the ids of other
// accounts' and of removed schedules. Stores call it on the schedules that they have locked.
func (t Timeline) Replaced(r Replacement, at time.Time) (Edit, error) {
	if len(r.Add) > 0 && !slices.ContainsFunc(r.Add, func(s Schedule) bool { _, ok := t.Find(s.ID); return !ok }) {
		return Edit{Repeated: true}, nil
	}
	var e Edit
	left := slices.Clone(t.Schedules)
	take := func(rev Revision) (Schedule, error) {
		i := slices.IndexFunc(left, func(s Schedule) bool { return s.ID == rev.ID })
		switch {
		case i < 0:
			return Schedule{}, admin.NotFound("schedule")
		case left[i].Version != rev.Version:
			return Schedule{}, admin.Conflict("schedule")
		}
		s := left[i]
		left = slices.Delete(left, i, i+1)
		return s, nil
	}
	for _, rev := range r.Remove {
		s, err := take(rev)
		if err != nil {
			return Edit{}, err
		}
		e.Removed = append(e.Removed, s)
	}
	for _, end := range r.Ends {
		s, err := take(end.Revision)
		if err != nil {
			return Edit{}, err
		}
		s.Until, s.UpdatedAt, s.Version = end.Until, at, s.Version+1
		e.Changed = append(e.Changed, s)
	}
	for _, s := range r.Add {
		if _, ok := t.Find(s.ID); ok {
			return Edit{}, admin.Exists("schedule")
		}
		s.CreatedAt, s.UpdatedAt, s.Version = at, at, 1
		e.Added = append(e.Added, s)
	}
	if err := r.fits(left, slices.Concat(e.Changed, e.Added)); err != nil {
		return Edit{}, err
	}
	return e, nil
}

// fits fails unless the account can have the schedules put beside those that are left.
func (r Replacement) fits(left, put []Schedule) error {
	for _, s := range put {
		if s.AccountID != r.AccountID || !s.EndsAfter(s.From) {
			return fmt.Errorf("schedule %s from %s until %s: want one of the account that ends after it begins: %w",
				admin.Clip(s.ID), text.Instant(s.From), text.Instant(s.Until), admin.ErrInvalid)
		}
		if slices.ContainsFunc(left, s.Overlaps) {
			return ErrOverlap
		}
		left = append(left, s)
	}
	if r.NoneAfter.IsZero() {
		return nil
	}
	later := slices.DeleteFunc(left, func(s Schedule) bool { return !s.EndsAfter(r.NoneAfter) })
	if len(later) == 0 {
		return nil
	}
	slices.SortFunc(later, func(a, b Schedule) int { return a.From.Compare(b.From) })
	return &LaterError{Schedules: later}
}

// AccountsOf returns the accounts of a set of replacements in ascending order (by bytes), in which stores
// lock them, so that two sets never wait for each other. It fails with [admin.ErrInvalid] if an account
// or an added schedule's id is there twice.
func AccountsOf(set []Replacement) ([]string, error) {
	accounts := make([]string, 0, len(set))
	added := map[string]bool{}
	for _, r := range set {
		accounts = append(accounts, r.AccountID)
		for _, s := range r.Add {
			if added[s.ID] {
				return nil, fmt.Errorf("schedule %s is added twice in one set: %w", admin.Clip(s.ID), admin.ErrInvalid)
			}
			added[s.ID] = true
		}
	}
	slices.Sort(accounts)
	if unique := len(slices.Compact(slices.Clone(accounts))); unique < len(accounts) {
		return nil, fmt.Errorf("an account is named twice in one set of replacements: %w", admin.ErrInvalid)
	}
	return accounts, nil
}

// single is the error of a set of one.
func single(results []ReplaceResult, err error) error {
	if err != nil {
		return err
	}
	if len(results) != 1 {
		return errors.New("the store of schedules did not return one result for one replacement")
	}
	return results[0].Err
}
