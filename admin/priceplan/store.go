package priceplan

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Plans reads price plans. Ids compare byte by byte.
type Plans interface {
	// Version returns one version of a plan, or admin.ErrNotFound.
	Version(ctx context.Context, org admin.OrgID, ref Ref) (Plan, error)

	// Latest returns the highest version of the plan that is not a draft, or admin.ErrNotFound
	// where there is none.
	Latest(ctx context.Context, org admin.OrgID, id string) (Plan, error)
}

// Schedules reads which accounts are on which plan, and moves them. An account is never on two
// schedules at one instant. Ids compare byte by byte.
type Schedules interface {
	// OnPlan returns at most seek.Limit timelines, in ascending order of account id (by bytes),
	// with an id above seek.After: those of the accounts that are on the plan's version at the
	// given instant. Each has the schedule in force then and all that begin later.
	OnPlan(ctx context.Context, org admin.OrgID, plan Ref, at time.Time, seek admin.Seek[string]) ([]Timeline, error)

	// Timeline returns the account's schedules that end after the given instant, in order of From;
	// for the zero time, all of them. An unknown account has none.
	Timeline(ctx context.Context, org admin.OrgID, account string, after time.Time) (Timeline, error)

	// Replace ends the schedule c.Old at c.New.From and adds c.New, which takes its place, together
	// with the audit record, or nothing of it. A schedule that would end when it begins is removed
	// instead. The old schedule's Version rises by one, and the new one's is 1. The account is at
	// every instant on as many schedules as before.
	//
	// Where a schedule with c.New.ID is there already, the change was carried out before: nothing
	// is done, nothing recorded, and that is no error.
	//
	// Errors: admin.ErrNotFound where the account has no such schedule, admin.ErrConflict where its
	// Version is not c.Version, admin.ErrInvalid where c.New does not begin within it or does not
	// end with it (see Schedule.Replaced).
	//
	// An implementation may refuse a change for reasons of its own, with an error that wraps
	// admin.ErrInvalid, ErrState, ErrForbidden or ErrExists: the account stays where it is and its
	// entry fails. Any other error is taken to be temporary, and the batch is tried again.
	Replace(ctx context.Context, org admin.OrgID, c Change, rec admin.Record) error
}

// PlanStore is Plans for a host that keeps its price plans in this library's storage.
type Store interface {
	Plans

	// Create adds a version of a plan. One that is there already is admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, p Plan, rec admin.Record) error

	// SetStatus turns the status of a plan's version from one into another. Errors:
	// admin.ErrNotFound, and admin.ErrConflict where the status is not from.
	SetStatus(ctx context.Context, org admin.OrgID, ref Ref, from, to Status, rec admin.Record) error

	// List returns at most seek.Limit plans, each in its highest version, in ascending order of id
	// (by bytes), with an id above seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Plan, error)
}

// ScheduleStore is Schedules for a host that keeps its schedules in this library's storage.
type ScheduleStore interface {
	Schedules

	// Create adds a schedule. It is ErrOverlap where the account has another one in that time, also
	// when two are added at once, and otherwise admin.ErrExists where the id is taken.
	Create(ctx context.Context, org admin.OrgID, s Schedule, rec admin.Record) error

	// Update replaces the schedule s.ID of s.AccountID, whose Version must be s.Version, by s, and
	// raises the Version by one. Errors: admin.ErrNotFound, admin.ErrConflict where the Version
	// moved on, ErrOverlap where the account has another one in the new time.
	Update(ctx context.Context, org admin.OrgID, s Schedule, rec admin.Record) error
}
