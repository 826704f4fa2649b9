package eventschema

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// ErrTooMany is returned when an organization has [MaxSchemas]. Delete those that are not used.
var ErrTooMany = admin.NewError("too_many_event_schemas", admin.ErrState, "too many event schemas")

// TooMany is the [ErrTooMany] of an organization that has most schemas. Stores call it.
func TooMany(most int) error {
	return fmt.Errorf("the organization has %d event schemas, the maximum: %w", most, ErrTooMany)
}

// ErrInUse is returned when a schema cannot be deleted because it has an enrichment, or cannot be changed because a
// rule could not work with it.
var ErrInUse = admin.NewError("event_schema_in_use", admin.ErrState, "in use")

// InUse is the [ErrInUse] of a schema that has an enrichment. Stores call it.
func InUse(name string) error {
	return fmt.Errorf("the event schema %q has an enrichment: delete that first: %w", admin.Clip(name), ErrInUse)
}

// Store keeps the event schemas of organizations and their history. Each write commits together with its audit record
// and with the [Version] that it makes, or none of them. Names compare byte by byte. Attributes, dimensions and values
// must be returned in their order. Writes happen one after the other with those of the store of enrichments.
type Store interface {
	// Put adds s if s.Version is 0; otherwise it replaces Description, Attributes, Dimensions, UpdatedAt and UpdatedBy of
	// the schema whose Name is s's and whose Version is s.Version. It returns the Version that the schema has then: one
	// more than the last that was kept under the name, also of a schema that was deleted. It fails with admin.ErrExists
	// if there should be none, with TooMany if there are most already, with admin.ErrNotFound, and with
	// admin.ErrConflict if the schema has another Version.
	Put(ctx context.Context, org admin.OrgID, s Schema, most int, rec admin.Record) (int64, error)

	// Get returns the schema of a name, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, name string) (Schema, error)

	// List returns at most seek.Limit schemas in ascending order of the name, byte by byte, above seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Schema, error)

	// Delete removes the schema whose Version is d.Version and keeps a Version of it with the number after it, with d.At
	// and d.By as UpdatedAt and UpdatedBy, and Deleted. It fails with admin.ErrNotFound, with admin.ErrConflict if the
	// schema has another Version, and with InUse if an enrichment is of this event schema.
	Delete(ctx context.Context, org admin.OrgID, d Deletion, rec admin.Record) error

	// History returns at most seek.Limit versions under a name, also of a schema that was deleted, in descending order of
	// their number, with a number below seek.After; the zero seek.After means from the newest.
	History(ctx context.Context, org admin.OrgID, name string, seek admin.Seek[int64]) ([]Version, error)

	// Version returns one version, or admin.ErrNotFound.
	Version(ctx context.Context, org admin.OrgID, name string, number int64) (Version, error)
}

// Deletion is what [Store.Delete] removes.
type Deletion struct {
	Name    string      `json:"name"`
	Version int64       `json:"version"`
	At      time.Time   `json:"at,omitzero"`
	By      admin.Actor `json:"by"`
}
