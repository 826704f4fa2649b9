package planmigration

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Ports is what a migration works on. They commit together where they live in one storage; a host
// that keeps plans and schedules elsewhere puts its own Plans and Schedules here.
type Ports struct {
	Migrations Store
	Jobs       job.Store
	Plans      priceplan.Plans
	Schedules  priceplan.Schedules
}

// Store keeps migrations. What changes about one is its job, which job.Store changes; everything
// else is as it was created.
type Store interface {
	// Create adds m, its job m.Job (whose ID is m.ID), the job's entries and the audit record
	// together, or none of them. A taken id is admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, m Migration, entries []job.Entry, rec admin.Record) error

	// Get returns the migration with its job as it is now, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Migration, error)

	// List returns at most seek.Limit migrations that match, each with its job as it is now, newest
	// first (descending id), that come after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Migration, error)
}
