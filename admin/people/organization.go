package people

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Organization is a tenant of the host: the company whose Admin Center this is.
type Organization struct {
	ID        admin.OrgID
	Name      string // the company name, 1 to 255 characters
	CreatedAt time.Time
	Version   int64 // 1 when created, +1 with every change
}

// OrganizationStore keeps the organizations.
type OrganizationStore interface {
	// Create adds the organization, its first user, that user's credential and the audit record
	// together, or none of them. A taken id is ErrExists.
	Create(ctx context.Context, o Organization, first User, c Credential, rec admin.Record) error

	// Get returns the organization, or ErrNotFound.
	Get(ctx context.Context, id admin.OrgID) (Organization, error)

	// Rename replaces the name of the organization whose Version is version, and raises it by one.
	// Errors: ErrNotFound, and ErrConflict where the Version moved on.
	Rename(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error
}
