package priceplan

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Plans reads price plans. Ids compare byte by byte. A host with price plans of its own implements it for
// migrations, and may ask another service: it is never called while this library has a transaction of its
// own open.
type Plans interface {
	// Version returns one version of a plan, or [admin.ErrNotFound].
	Version(ctx context.Context, org admin.OrgID, ref Ref) (Plan, error)

	// Latest returns the highest version of the plan that is active, or [admin.ErrNotFound] if none is.
	Latest(ctx context.Context, org admin.OrgID, id string) (Plan, error)
}

// PlanFilter narrows a list of plans; a zero field does not narrow.
type PlanFilter struct {
	Status Status `json:"status,omitempty"`
}

// Store keeps price plans.
type Store interface {
	Plans

	// Create adds a version of a plan. It fails with [admin.ErrExists] if the version exists.
	Create(ctx context.Context, org admin.OrgID, p Plan, rec admin.Record) error

	// Update replaces everything about the version p.Ref but its Ref and CreatedAt, raises Version by
	// one and sets UpdatedAt to rec.At ([Plan.Updated]). Errors: [admin.ErrNotFound], and
	// [admin.ErrConflict] if the Version is not p.Version.
	Update(ctx context.Context, org admin.OrgID, p Plan, rec admin.Record) error

	// List returns at most seek.Limit plans in ascending order of id (by bytes), with an id above
	// seek.After: of each plan the highest version that matches, if one does.
	List(ctx context.Context, org admin.OrgID, f PlanFilter, seek admin.Seek[string]) ([]Plan, error)

	// Versions returns at most seek.Limit versions of the plan, the highest first, below seek.After
	// unless that is 0. An unknown plan has none.
	Versions(ctx context.Context, org admin.OrgID, id string, seek admin.Seek[int64]) ([]Plan, error)
}

// ScheduleStore keeps which accounts are on which plan. An account never has two schedules at one
// instant, and what is removed is kept. Ids compare byte by byte.
type ScheduleStore interface {
	// OnPlan returns at most seek.Limit timelines, in ascending order of account id (by bytes), with an
	// id above seek.After: those of the accounts that are on the plan's version at the given instant or begin on it
	// later. Each has the schedule in force then and all that begin later.
	OnPlan(ctx context.Context, org admin.OrgID, plan Ref, at time.Time, seek admin.Seek[string]) ([]Timeline, error)

	// Timelines returns a timeline for each of accounts, which are each named once, in the same order:
	// the schedules that end after the given instant, or all of them for the zero time. An unknown
	// account has none.
	Timelines(ctx context.Context, org admin.OrgID, accounts []string, after time.Time) ([]Timeline, error)

	// Lock is Timelines for accounts, in ascending order (by bytes), whose schedules no other transaction changes until
	// this one ends: it reads what is committed once it has the accounts. Outside of a transaction it is Timelines.
	Lock(ctx context.Context, org admin.OrgID, accounts []string, after time.Time) ([]Timeline, error)

	// ReplaceAll carries out each replacement that can be, as [Timeline.Replaced] computes it at rec.At
	// for the schedules that the account has while others who change them wait. It returns a result for
	// each, in the same order; one that fails leaves its account as it was and does not stop the others.
	// Removed schedules are kept, as removed at rec.At by rec.Actor. The record is added, once for the
	// set, if anything was changed. The error is for the whole set, of which nothing is done then:
	// [admin.ErrInvalid] if an account or an id is in it twice, else most likely a temporary one.
	//
	// A set costs a constant number of statements, however many replacements it has (up to some hundreds).
	ReplaceAll(ctx context.Context, org admin.OrgID, set []Replacement, rec admin.Record) ([]ReplaceResult, error)

	// Removed returns the account's schedules that were removed, in order of From, then id.
	Removed(ctx context.Context, org admin.OrgID, account string) ([]RemovedSchedule, error)
}
