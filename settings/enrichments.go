package settings

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions of enrichments.
const (
	ActionEnrichmentCreate admin.Action = "enrichment.create"
	ActionEnrichmentUpdate admin.Action = "enrichment.update"
	ActionEnrichmentDelete admin.Action = "enrichment.delete"
)

// Enrichments keeps what the events of each event schema are enriched with, and makes the Enrichers
// that do it. It is safe for concurrent use.
type Enrichments struct {
	settings *Service
	store    EnrichmentStore
}

// NewEnrichments keeps enrichments in store and takes their dependencies from settings. Store and
// settings belong to the same storage: a setting that an enrichment depends on is not deleted
// unasked.
func NewEnrichments(settings *Service, store EnrichmentStore) *Enrichments {
	return &Enrichments{settings, store}
}

// Put adds the enrichment of an event schema where e.Version is 0, and otherwise replaces the one
// whose Version is e.Version. Of e it takes EventSchema, Dependencies, Fields and Version, and puts
// the fields in Order. It fails with a *admin.ValidationError for everything that is wrong, rules that
// the Evaluator cannot compile and dependencies that are not declared included, whose paths count the
// fields in Order and have the names of this package's Go fields ("/fields/0/kind"); with admin.ErrExists
// where there is one already; with admin.ErrNotFound or admin.ErrConflict where the one to replace is
// gone or moved on; and with ErrTooMany beyond MaxEnrichments. The settings that it depends on need
// not exist yet: they may be made for each account. It requires admin.SettingsWrite.
//
// Enrichers that were made before go on with what they were made from: make new ones. Enricher.Enrichment
// has the Version that one is of.
func (s *Enrichments) Put(ctx context.Context, scope admin.Scope, e Enrichment) (Enrichment, error) {
	if err := scope.Require(admin.SettingsWrite); err != nil {
		return Enrichment{}, err
	}
	e = e.complete()
	if _, err := s.settings.compileFields(ctx, e); err != nil {
		return Enrichment{}, err
	}
	now, was := s.settings.runtime.Instant(), e.Version
	e.CreatedAt, e.CreatedBy, e.UpdatedAt, e.UpdatedBy = now, scope.Actor(), now, scope.Actor()
	action := ActionEnrichmentCreate
	changes := []admin.Change{
		{Field: "dependencies", To: strconv.Itoa(len(e.Dependencies))},
		{Field: "fields", To: strconv.Itoa(len(e.Fields))},
	}
	if was != 0 {
		action = ActionEnrichmentUpdate
		old, err := s.store.Get(ctx, scope.Org(), e.EventSchema)
		if err != nil {
			return Enrichment{}, err
		}
		e.CreatedAt, e.CreatedBy = old.CreatedAt, old.CreatedBy
		changes[0].From, changes[1].From = strconv.Itoa(len(old.Dependencies)), strconv.Itoa(len(old.Fields))
	}
	// The store swaps by the version, so that what was read for the record is true.
	err := s.store.Put(ctx, scope.Org(), e, MaxEnrichments, s.record(scope, action, e.EventSchema, changes...))
	switch {
	case errors.Is(err, admin.ErrExists):
		return Enrichment{}, fmt.Errorf("event schema %q has an enrichment: read it and put it with its Version: %w", e.EventSchema, admin.ErrExists)
	case errors.Is(err, admin.ErrConflict):
		return Enrichment{}, fmt.Errorf("enrichment of event schema %q is not at version %d: read it again: %w", e.EventSchema, was, admin.ErrConflict)
	case err != nil:
		return Enrichment{}, err
	}
	e.Version = was + 1
	return e, nil
}

// Get returns the enrichment of an event schema, or admin.ErrNotFound. It requires
// admin.SettingsRead.
func (s *Enrichments) Get(ctx context.Context, scope admin.Scope, eventSchema string) (Enrichment, error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return Enrichment{}, err
	}
	return s.store.Get(ctx, scope.Org(), eventSchema)
}

// List pages through the enrichments in order of the event schema, byte by byte. It requires
// admin.SettingsRead.
func (s *Enrichments) List(ctx context.Context, scope admin.Scope, q admin.Query) (admin.Page[Enrichment], error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return admin.Page[Enrichment]{}, err
	}
	return admin.Paginate(scope.Org(), "enrichments", q,
		func(seek admin.Seek[string]) ([]Enrichment, error) { return s.store.List(ctx, scope.Org(), seek) },
		func(e Enrichment) string { return e.EventSchema })
}

// All is every enrichment, as in List.
func (s *Enrichments) All(ctx context.Context, scope admin.Scope) iter.Seq2[Enrichment, error] {
	return admin.All(func(q admin.Query) (admin.Page[Enrichment], error) { return s.List(ctx, scope, q) })
}

// Delete removes the enrichment of an event schema where its Version is still version; otherwise it
// fails with admin.ErrConflict. Enrichers that were made of it go on. It requires admin.SettingsWrite.
func (s *Enrichments) Delete(ctx context.Context, scope admin.Scope, eventSchema string, version int64) error {
	if err := scope.Require(admin.SettingsWrite); err != nil {
		return err
	}
	return s.store.Delete(ctx, scope.Org(), eventSchema, version, s.record(scope, ActionEnrichmentDelete, eventSchema))
}

// Uses pages through the event schemas whose enrichment depends on the settings of a namespace and
// name, in order, byte by byte: those that keep Service.Delete from deleting them. An empty namespace
// means DefaultNamespace. It requires admin.SettingsRead.
func (s *Enrichments) Uses(ctx context.Context, scope admin.Scope, namespace, name string, q admin.Query) (admin.Page[string], error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return admin.Page[string]{}, err
	}
	k := newKey(Entity{Kind: Organization}, namespace, name)
	var p admin.Problems
	k.check(&p)
	if err := p.Err(); err != nil {
		return admin.Page[string]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("setting uses %q", []string{k.Namespace, k.Name}), q,
		func(seek admin.Seek[string]) ([]string, error) {
			return s.store.Users(ctx, scope.Org(), k.Namespace, k.Name, seek)
		},
		func(eventSchema string) string { return eventSchema })
}

// Enricher makes an Enricher of the enrichment that is kept for an event schema; Service.NewEnricher
// makes one of any other. It is of what is kept now: a later Put or Delete does not change it. Errors:
// admin.ErrNotFound, and those of NewEnricher. It requires admin.SettingsRead.
func (s *Enrichments) Enricher(ctx context.Context, scope admin.Scope, eventSchema string, o EnricherOptions) (*Enricher, error) {
	e, err := s.Get(ctx, scope, eventSchema)
	if err != nil {
		return nil, err
	}
	return s.settings.NewEnricher(ctx, scope, e, o)
}

func (s *Enrichments) record(scope admin.Scope, action admin.Action, eventSchema string, changes ...admin.Change) admin.Record {
	return s.settings.runtime.Record(scope, action, admin.Subject{Kind: "enrichment", ID: eventSchema}, changes...)
}
