package settings

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps an organization's settings. Each write commits together with its audit record, or
// neither. Kinds, ids, namespaces and names compare byte by byte. A value comes back as the Value
// that was put in: keep its Type and Text, up to MaxJSON bytes, and read them with ParseValue.
type Store interface {
	// Create adds s. A taken id, or entity, namespace and name that another setting has together,
	// is admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, s Setting, rec admin.Record) error

	// Get returns the setting, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Setting, error)

	// Lookup returns the settings with this namespace and name on the given entities, in no
	// particular order: one for each at most, none where there are none. The entities are distinct
	// and few (one for each level of a Path), so it should be one query.
	Lookup(ctx context.Context, org admin.OrgID, entities []Entity, namespace, name string) ([]Setting, error)

	// List returns at most seek.Limit settings that match, in ascending order of id, with an id
	// above seek.After. In f a zero field matches everything and any other exactly itself; of
	// f.Entity there is the Kind alone, or Kind and ID, or neither.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Setting, error)

	// Update replaces Value, UpdatedAt and UpdatedBy of the setting whose id is s.ID and whose
	// Version is s.Version, and raises the Version by one; the rest of s is ignored. Errors:
	// admin.ErrNotFound, and admin.ErrConflict where the Version moved on.
	Update(ctx context.Context, org admin.OrgID, s Setting, rec admin.Record) error

	// Delete removes the setting whose Version is version; its entity, namespace and name are free
	// again. Errors: admin.ErrNotFound, and admin.ErrConflict where the Version moved on.
	Delete(ctx context.Context, org admin.OrgID, id uuid.UUID, version int64, rec admin.Record) error
}
