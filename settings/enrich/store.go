package enrich

import (
	"context"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps the enrichments of organizations, at most one for each event schema. Each write commits together
// with its audit record, or neither. Event schemas, namespaces and names compare byte by byte. Dependencies,
// Fields and Cases must be returned in their order. Writes happen one after the other with those of settings.Store that
// change the number of settings.
type Store interface {
	// Put adds e with Version 1 if e.Version is 0; otherwise it replaces Dependencies, Fields, Cases,
	// UpdatedAt and UpdatedBy of the enrichment whose EventSchema is e's and whose Version is e.Version, and raises the
	// Version by one. It fails with admin.ErrExists if there should be none, with TooMany if there are most
	// already, with admin.ErrNotFound, and with admin.ErrConflict if the enrichment has another Version.
	Put(ctx context.Context, org admin.OrgID, e Enrichment, most int, rec admin.Record) error

	// Get returns the enrichment of an event schema, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, eventSchema string) (Enrichment, error)

	// List returns at most seek.Limit enrichments in ascending order of the event schema, byte by byte, above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Enrichment, error)

	// Delete removes the enrichment whose Version is version. It fails with admin.ErrNotFound, and with
	// admin.ErrConflict if the enrichment has another Version.
	Delete(ctx context.Context, org admin.OrgID, eventSchema string, version int64, rec admin.Record) error

	// Users returns at most seek.Limit event schemas, in ascending order, byte by byte, above seek.After, whose
	// enrichment depends on this namespace and name.
	Users(ctx context.Context, org admin.OrgID, namespace, name string, seek admin.Seek[string]) ([]string, error)
}
