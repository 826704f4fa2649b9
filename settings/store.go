package settings

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps the settings of organizations and their history. Each write commits together with its audit
// record and with the [Version] that it makes, or none of them. Kinds, ids, namespaces and names compare byte
// by byte. A value must be returned as it was given: keep its Type and Text, up to MaxJSON bytes, and read them
// with [ParseValue]; keep the Text of a Schema likewise, up to MaxSchema bytes, with the empty text for none.
//
// Writes that change the number of settings, and writes of the store of enrichments, happen one after the other
// in an organization: a limit is never exceeded, and no setting is deleted beside an enrichment that begins to
// depend on it.
type Store interface {
	// Create adds s and keeps it as its first Version. It fails with admin.ErrExists if the id is taken, also
	// by a deleted setting, or if another setting has the same entity, namespace and name; and with the error
	// of Limits.Check if there are then more settings than limits allow.
	Create(ctx context.Context, org admin.OrgID, s Setting, limits Limits, rec admin.Record) error

	// Get returns the setting, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Setting, error)

	// Lookup returns the settings that exist under the given keys, in no particular order. The keys are
	// distinct: one for each of the three levels of a Path, and for an enrichment that times its
	// dependencies. Usage events of every account wait for it, so it should be one query, or a few.
	Lookup(ctx context.Context, org admin.OrgID, keys []Key) ([]Setting, error)

	// List returns at most seek.Limit settings that match, in ascending order of id, with an id above
	// seek.After. In f a zero field matches everything and any other exactly itself; f.Entity has the Kind
	// alone, Kind and ID, or neither.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Setting, error)

	// Update replaces Value, Schema, UpdatedAt and UpdatedBy of the setting whose id is s.ID and whose Version
	// is s.Version, raises the Version by one and keeps a Version of the result; the rest of s is ignored. It
	// fails with admin.ErrNotFound, and with admin.ErrConflict if the setting has another Version.
	Update(ctx context.Context, org admin.OrgID, s Setting, rec admin.Record) error

	// Delete removes the setting whose Version is d.Version, and its entity, namespace and name are free
	// again. It keeps a Version of it with the number after d.Version, with d.At and d.By as UpdatedAt and
	// UpdatedBy, and Deleted. It fails with admin.ErrNotFound, with admin.ErrConflict if the setting has
	// another Version, and, unless d.InUse, with NewInUse if its entity is of a kind that is Resolved and an
	// enrichment depends on its namespace and name.
	Delete(ctx context.Context, org admin.OrgID, d Deletion, rec admin.Record) error

	// History returns at most seek.Limit versions of a setting, which may be deleted, in descending order of
	// their number, with a number below seek.After; the zero seek.After means from the newest. A setting
	// that never existed has none.
	History(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]Version, error)

	// Version returns one version, or admin.ErrNotFound.
	Version(ctx context.Context, org admin.OrgID, id uuid.UUID, number int64) (Version, error)
}

// Deletion is what [Store.Delete] removes.
type Deletion struct {
	ID      uuid.UUID   `json:"id"`
	Version int64       `json:"version"`
	At      time.Time   `json:"at,omitzero"`
	By      admin.Actor `json:"by"`
	InUse   bool        `json:"inUse,omitempty"` // also if an enrichment depends on it
}
