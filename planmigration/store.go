package planmigration

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Ports are what a migration works on. All but Announce and Authorize are required, and one of Schedules and
// External is.
type Ports struct {
	Migrations Store
	Jobs       job.Store
	// Plans are the storage's or the host's own price plans. They are read before a batch's transaction.
	Plans priceplan.Plans
	// Schedules take part in the transaction of each batch: those that Atomically hands over.
	Schedules Schedules
	// External takes the place of Schedules for a host that keeps its schedules where the transaction
	// cannot reach.
	External ExternalSchedules
	// Atomically runs a function over Migrations, Jobs and Schedules that commit together. For [Service.In],
	// nil means that the ports are those of one transaction.
	Atomically job.Atomically[Ports]
	// Announce, if set, is called in the transaction by which a migration becomes due.
	Announce job.Announce
	// Authorize, if set, takes the place of Options.Authorize. A service in a transaction is given one
	// that reads in the transaction too.
	Authorize admin.Authorize
}

// Schedules are the account schedules that a migration reads and replaces. [priceplan.ScheduleStore] has
// them for a host that keeps its schedules in this library's storage; a host with tables of its own in the
// same database implements them on the transaction.
//
// ReplaceAll is called within the transaction of the batch, and Lock before it in the same one: an
// implementation must use that transaction and no other connection. One that takes a second connection from
// the pool stops the whole server once every connection waits for another. What cannot share the
// transaction implements [ExternalSchedules].
//
// Ids compare byte by byte. An account never has two schedules at one instant.
type Schedules interface {
	ScheduleReader

	// Lock is Timelines for accounts, in ascending order (by bytes), whose schedules no other transaction changes until
	// this one ends: it reads what is committed once it has the accounts.
	Lock(ctx context.Context, org admin.OrgID, accounts []string, after time.Time) ([]priceplan.Timeline, error)

	// ReplaceAll carries out each replacement that can be ([priceplan.Timeline.Replaced]), together with
	// the audit record, and returns a result for each, in the same order. One that fails leaves its
	// account as it was and does not stop the others.
	//
	// An implementation may refuse a replacement for reasons of its own, by a result whose Err wraps
	// [admin.ErrInvalid], [admin.ErrState], [admin.ErrForbidden] or [admin.ErrExists]: the account stays
	// where it is and its entry fails. Any other Err of a result, and the error for the whole set, are
	// taken to be temporary: nothing is committed, and the batch is tried again.
	ReplaceAll(
		ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
	) ([]priceplan.ReplaceResult, error)
}

// ExternalSchedules are account schedules that cannot share the library's transaction, such as those
// behind an HTTP API. They are called while no transaction of the library is open.
//
// A batch replaces schedules first and commits its entries and its place in the job then. If that commit
// fails, or the migration is cancelled in between, the schedules are replaced all the same; the batch that
// is tried again replaces them again. So ReplaceAll happens at least once, and must do nothing for a
// replacement whose added schedules the account has already, and return it as Repeated: the ids of added
// schedules are the idempotency key, the same for the same account of the same migration however often it
// is tried. What an implementation records of the change is its own; the library's trail has the batch.
type ExternalSchedules interface {
	ScheduleReader

	// ReplaceAll is that of [Schedules] without the audit record.
	ReplaceAll(ctx context.Context, org admin.OrgID, set []priceplan.Replacement) ([]priceplan.ReplaceResult, error)
}

// ScheduleReader is what [Schedules] and [ExternalSchedules] have in common.
type ScheduleReader interface {
	// OnPlan returns at most seek.Limit timelines, in ascending order of account id (by bytes), with an
	// id above seek.After: those of the accounts that are on the plan's version at the given instant or begin on it
	// later. Each has the schedule in force then and all that begin later.
	OnPlan(
		ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string],
	) ([]priceplan.Timeline, error)

	// Timelines returns a timeline for each of accounts, in the same order: the schedules that end after
	// the given instant. An unknown account has none.
	Timelines(ctx context.Context, org admin.OrgID, accounts []string, after time.Time) ([]priceplan.Timeline, error)
}

// reader returns what reads schedules outside of transactions.
func (p Ports) reader() ScheduleReader {
	if p.External != nil {
		return p.External
	}
	return p.Schedules
}

// check adds a problem for each port that is missing.
func (p Ports) check(ps *admin.Problems) {
	for _, port := range []struct {
		path    string
		missing bool
		want    string
	}{
		{"/ports/migrations", p.Migrations == nil, "the planmigration.Store of a storage"},
		{"/ports/jobs", p.Jobs == nil, "the job.Store of a storage"},
		{"/ports/plans", p.Plans == nil, "the price plans of a storage, or the host's own"},
		{"/ports/schedules", p.Schedules == nil && p.External == nil, "the schedules of a storage, or the host's own"},
		{"/ports/atomically", p.Atomically == nil, "a function that runs in a transaction"},
	} {
		if port.missing {
			ps.Add(port.path, admin.CodeRequired, "is required: give %s", port.want)
		}
	}
	if p.Schedules != nil && p.External != nil {
		ps.Add("/ports/external", admin.CodeRange,
			"accounts have one place for their schedules: give Schedules or External")
	}
}

// Store keeps migrations. What changes about one is its job, which job.Store changes; everything else is as
// it was created.
type Store interface {
	// Create adds m, its job m.Job (whose ID is m.ID) and the audit record together, or none of them. The migration
	// holds its source from then on. It fails with [ErrLive] as [Store.Hold] does, and with [admin.ErrExists] if the id
	// or the idempotency key is taken, or another migration took the source at the same moment.
	Create(ctx context.Context, org admin.OrgID, m Migration, rec admin.Record) error

	// Hold makes m hold its source: of the migrations of one version of a plan, one at a time does. It does nothing
	// if the migration holds it already, and takes it from one whose job is final. It fails with [ErrLive] if another
	// one holds it, and with [admin.ErrNotFound]. It is bookkeeping, and leaves no record.
	Hold(ctx context.Context, org admin.OrgID, id uuid.UUID) error

	// Get returns the migration with its job as it is now, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Migration, error)

	// ByKey returns the migration with an idempotency key, which is not empty, or [admin.ErrNotFound].
	ByKey(ctx context.Context, org admin.OrgID, key string) (Migration, error)

	// List returns at most seek.Limit migrations that match, each with its job as it is now, newest first
	// (descending id), that come after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Migration, error)
}
