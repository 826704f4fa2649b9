package bulkimport

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// ErrTooManyMappings is returned when the organization has as many saved mappings of the type as Options.SavedMappings
// allows.
var ErrTooManyMappings = admin.NewError("too_many_import_mappings", admin.ErrState,
	"the organization has as many saved mappings of the type as it can have: delete one first")

// CheckMappings fails with [ErrTooManyMappings] if others, the number of the organization's other saved mappings of a
// type, is limit or more.
func CheckMappings(others, limit int) error {
	if others >= limit {
		return ErrTooManyMappings
	}
	return nil
}

// MappingStore keeps the mappings that persons save. Each method that writes commits its audit record together with the
// rest, or neither.
type MappingStore interface {
	// Create adds m. It fails with the error of [CheckMappings], which comes first, also if others are added at the same
	// time, and with [admin.ErrExists] if the id is taken, or the [SavedMapping.NameKey] among those of its Type.
	Create(ctx context.Context, org admin.OrgID, m SavedMapping, limit int, rec admin.Record) error

	// Get returns the mapping, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (SavedMapping, error)

	// List returns at most seek.Limit mappings of a type, in ascending order of the bytes of the NameKey, with one above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, t TypeName, seek admin.Seek[string]) ([]SavedMapping, error)

	// Update replaces Name, Headers, Mapping, Settings and UpdatedAt of the mapping whose Version is m.Version, and raises
	// the Version by one. It fails with [admin.ErrNotFound], with [admin.ErrConflict] for another Version, and with
	// [admin.ErrExists] if another mapping of its type has the NameKey.
	Update(ctx context.Context, org admin.OrgID, m SavedMapping, rec admin.Record) error

	// Delete removes the mapping. It fails with [admin.ErrNotFound], and with [admin.ErrConflict] for another version.
	Delete(ctx context.Context, org admin.OrgID, id uuid.UUID, version int64, rec admin.Record) error
}
