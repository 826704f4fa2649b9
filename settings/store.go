package settings

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps an organization's settings and their history. Each write commits together with its
// audit record and with the Version that it makes, or none of them. Kinds, ids, namespaces and names
// compare byte by byte. A value comes back as the Value that was put in: keep its Type and Text, up
// to MaxJSON bytes, and read them with ParseValue; keep a Schema's Text likewise, up to MaxSchema
// bytes, where the empty text is none.
//
// Writes that change how many settings there are, and those of the EnrichmentStore, happen one after
// the other within an organization: a limit is never passed, and no setting is deleted beside the
// enrichment that begins to depend on it.
type Store interface {
	// Create adds s and keeps it as its first Version. A taken id, which that of a deleted setting
	// is too, or entity, namespace and name that another setting has together, is admin.ErrExists.
	// Where there are more settings then than limits let through it is the error of Limits.Check.
	Create(ctx context.Context, org admin.OrgID, s Setting, limits Limits, rec admin.Record) error

	// Get returns the setting, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Setting, error)

	// Lookup returns the settings that there are under the given keys, in no particular order. The
	// keys are distinct: one for each level of a Path, of which there are three, and for an
	// enrichment that times its dependencies. Every account that usage comes from waits for it, so
	// it should be one query, or a few.
	Lookup(ctx context.Context, org admin.OrgID, keys []Key) ([]Setting, error)

	// List returns at most seek.Limit settings that match, in ascending order of id, with an id
	// above seek.After. In f a zero field matches everything and any other exactly itself; of
	// f.Entity there is the Kind alone, or Kind and ID, or neither.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Setting, error)

	// Update replaces Value, Schema, UpdatedAt and UpdatedBy of the setting whose id is s.ID and
	// whose Version is s.Version, raises the Version by one and keeps a Version of the result; the
	// rest of s is ignored. Errors: admin.ErrNotFound, and admin.ErrConflict where the Version moved
	// on.
	Update(ctx context.Context, org admin.OrgID, s Setting, rec admin.Record) error

	// Delete removes the setting whose Version is d.Version; its entity, namespace and name are free
	// again. It keeps a Version of it with the number after d.Version, d.At and d.By for UpdatedAt
	// and UpdatedBy, and Deleted. Errors: admin.ErrNotFound, admin.ErrConflict where the Version moved
	// on, and, unless d.InUse, NewInUse of those that use it where its entity is of a kind that is
	// Resolved and an enrichment depends on its namespace and name.
	Delete(ctx context.Context, org admin.OrgID, d Deletion, rec admin.Record) error

	// History returns at most seek.Limit versions of a setting, which may be deleted, in descending
	// order of their number, with a number below seek.After; the zero seek.After means from the
	// newest. A setting that never was has none.
	History(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]Version, error)

	// Version returns one version, or admin.ErrNotFound.
	Version(ctx context.Context, org admin.OrgID, id uuid.UUID, number int64) (Version, error)
}

// Deletion says what Store.Delete removes.
type Deletion struct {
	ID      uuid.UUID
	Version int64
	At      time.Time
	By      admin.Actor
	InUse   bool // also where an enrichment depends on it
}

// EnrichmentStore keeps an organization's enrichments, one for each event schema at most. Each write
// commits together with its audit record, or neither. Event schemas, namespaces and names compare
// byte by byte. Dependencies and Fields come back in their order; Enrichment.Definition and
// ParseDefinition turn both into text and back.
type EnrichmentStore interface {
	// Put adds e with Version 1 where e.Version is 0; otherwise it replaces Dependencies, Fields,
	// UpdatedAt and UpdatedBy of the enrichment whose EventSchema is e's and whose Version is
	// e.Version, and raises the Version by one. Errors: admin.ErrExists where there should be none;
	// ErrTooMany where there are most already; admin.ErrNotFound; admin.ErrConflict where the
	// Version moved on.
	Put(ctx context.Context, org admin.OrgID, e Enrichment, most int, rec admin.Record) error

	// Get returns the enrichment of an event schema, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, eventSchema string) (Enrichment, error)

	// List returns at most seek.Limit enrichments in ascending order of the event schema, byte by
	// byte, above seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Enrichment, error)

	// Delete removes the enrichment whose Version is version. Errors: admin.ErrNotFound, and
	// admin.ErrConflict where the Version moved on.
	Delete(ctx context.Context, org admin.OrgID, eventSchema string, version int64, rec admin.Record) error

	// Users returns at most seek.Limit event schemas, in ascending order, byte by byte, above
	// seek.After, whose enrichment depends on this namespace and name.
	Users(ctx context.Context, org admin.OrgID, namespace, name string, seek admin.Seek[string]) ([]string, error)
}
