package enrich

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/eventschema"
)

// Audit actions.
const (
	ActionCreate admin.Action = "enrichment.create"
	ActionUpdate admin.Action = "enrichment.update"
	ActionDelete admin.Action = "enrichment.delete"
)

// Ports are what a Service needs of its surroundings.
type Ports struct {
	// Settings resolves dependencies and compiles rules. It must be over the same storage as Enrichments, so
	// that a setting that an enrichment depends on is not deleted by accident.
	Settings    *settings.Service
	Enrichments Store
	// EventSchemas, if set, has the schemas that rules are checked against. It must be over the same storage.
	EventSchemas eventschema.Store
}

// Options of a Service; the zero value is ready.
type Options struct{ admin.Runtime }

// Service keeps what the events of each event schema are enriched with, and makes the Enrichers that do it. Its
// methods require the permissions of package settings. It is safe for concurrent use.
type Service struct {
	ports   Ports
	runtime admin.Runtime
}

// NewService returns a Service that keeps enrichments in ports. It fails with a *admin.ValidationError if a port is
// missing.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Settings == nil {
		p.Add("/ports/settings", admin.CodeRequired, "is required: give a settings.Service")
	}
	if ports.Enrichments == nil {
		p.Add("/ports/enrichments", admin.CodeRequired, "is required: give the Store of a storage")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return &Service{ports, o.WithDefaults()}, nil
}

// In returns a Service over other ports, those of a transaction, with the options of s. Use it, and the
// Enrichers that it makes, only as long as its ports.
func (s *Service) In(ports Ports) *Service { return &Service{ports, s.runtime} }

// Put creates the enrichment of an event schema if e.Version is 0, and otherwise replaces the one whose Version
// is e.Version. It uses EventSchema, Dependencies, Fields, Cases and Version of e, and puts the fields in Order. The
// settings that it depends on need not exist yet: they may be created for each account.
//
// Put fails with a *admin.ValidationError that lists everything that is wrong, among it rules that cannot be
// compiled and dependencies that are not declared, with paths that count the fields in Order; if these are right,
// rules that read what no event has, parts of rules that always fail, and results that the field can never take; with
// [admin.ErrExists] if there is one already; with [admin.ErrNotFound] or [admin.ErrConflict] if the one to
// replace is gone or has another Version; and with [ErrTooMany]. It requires [settings.PermissionWrite].
//
// If the event schema is known (package eventschema), a rule that reads what its events cannot have is refused too, and
// one that would fail on some of them for the type of a value; so is a setting that a field takes such a rule from.
// So is an enrichment of which a [Case] does not hold, with every case that does not; to run them, the scope needs
// [settings.PermissionRead] too. What is allowed and rarely meant is in the Warnings of the result; [Service.Check]
// finds them without saving.
//
// An [Enricher] that was made before keeps the enrichment that it was made from: make a new one.
func (s *Service) Put(ctx context.Context, scope admin.Scope, e Enrichment) (Enrichment, error) {
	if err := scope.Require(settings.PermissionWrite); err != nil {
		return Enrichment{}, err
	}
	e = e.complete()
	found, err := s.check(ctx, scope, e)
	if err != nil {
		return Enrichment{}, err
	}
	e.Warnings = nil
	now, was := s.runtime.Instant(), e.Version
	e.CreatedAt, e.CreatedBy, e.UpdatedAt, e.UpdatedBy = now, scope.Actor(), now, scope.Actor()
	action := ActionCreate
	changes := []admin.Change{
		{Field: "dependencies", To: strconv.Itoa(len(e.Dependencies))},
		{Field: "fields", To: strconv.Itoa(len(e.Fields))},
	}
	if was != 0 {
		action = ActionUpdate
		old, err := s.ports.Enrichments.Get(ctx, scope.Org(), e.EventSchema)
		if err != nil {
			return Enrichment{}, err
		}
		e.CreatedAt, e.CreatedBy = old.CreatedAt, old.CreatedBy
		changes[0].From, changes[1].From = strconv.Itoa(len(old.Dependencies)), strconv.Itoa(len(old.Fields))
	}
	// The store swaps by the version, so what was read for the record is true.
	rec := s.record(scope, action, e.EventSchema, changes...)
	err = s.ports.Enrichments.Put(ctx, scope.Org(), e, MaxEnrichments, rec)
	switch {
	case errors.Is(err, admin.ErrExists):
		return Enrichment{}, fmt.Errorf("event schema %q: read it and put it with its Version: %w",
			e.EventSchema, admin.Exists("enrichment"))
	case errors.Is(err, admin.ErrConflict):
		return Enrichment{}, fmt.Errorf("event schema %q is not at version %d: read it again: %w",
			e.EventSchema, was, admin.Conflict("enrichment"))
	case err != nil:
		return Enrichment{}, err
	}
	e.Version, e.Warnings = was+1, found.warnings
	return e, nil
}

// Get returns the enrichment of an event schema, or [admin.ErrNotFound]. It requires [settings.PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, eventSchema string) (Enrichment, error) {
	if err := scope.Require(settings.PermissionRead); err != nil {
		return Enrichment{}, err
	}
	return s.ports.Enrichments.Get(ctx, scope.Org(), eventSchema)
}

// List pages through the enrichments in order of the event schema, byte by byte. It requires
// [settings.PermissionRead].
func (s *Service) List(ctx context.Context, scope admin.Scope, q admin.Query) (admin.Page[Enrichment], error) {
	if err := scope.Require(settings.PermissionRead); err != nil {
		return admin.Page[Enrichment]{}, err
	}
	return admin.Paginate(scope.Org(), "enrichments", q,
		func(seek admin.Seek[string]) ([]Enrichment, error) {
			return s.ports.Enrichments.List(ctx, scope.Org(), seek)
		},
		func(e Enrichment) string { return e.EventSchema })
}

// All iterates over the enrichments in the order of List. It requires [settings.PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope) iter.Seq2[Enrichment, error] {
	return admin.All(func(q admin.Query) (admin.Page[Enrichment], error) { return s.List(ctx, scope, q) })
}

// Delete removes the enrichment of an event schema if its Version is still version; otherwise it fails with
// [admin.ErrConflict]. An [Enricher] that was made from it continues. It requires [settings.PermissionWrite].
func (s *Service) Delete(ctx context.Context, scope admin.Scope, eventSchema string, version int64) error {
	if err := scope.Require(settings.PermissionWrite); err != nil {
		return err
	}
	rec := s.record(scope, ActionDelete, eventSchema)
	return s.ports.Enrichments.Delete(ctx, scope.Org(), eventSchema, version, rec)
}

// Uses pages through the event schemas whose enrichment depends on the settings of a namespace and name, in
// order, byte by byte: those that settings.Service.Delete refuses because of. An empty namespace means
// settings.DefaultNamespace. It requires [settings.PermissionRead].
func (s *Service) Uses(
	ctx context.Context, scope admin.Scope, namespace, name string, q admin.Query,
) (admin.Page[string], error) {
	if err := scope.Require(settings.PermissionRead); err != nil {
		return admin.Page[string]{}, err
	}
	if namespace == "" {
		namespace = settings.DefaultNamespace
	}
	var p admin.Problems
	settings.CheckNamespace(&p, "/namespace", namespace)
	settings.CheckName(&p, "/name", name)
	if err := p.Err(); err != nil {
		return admin.Page[string]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("setting uses %q", []string{namespace, name}), q,
		func(seek admin.Seek[string]) ([]string, error) {
			return s.ports.Enrichments.Users(ctx, scope.Org(), namespace, name, seek)
		},
		func(eventSchema string) string { return eventSchema })
}

// Enricher returns an Enricher of the enrichment that is kept for an event schema; NewEnricher makes one of any
// other. It uses what is kept now: a later Put or Delete does not change it. It fails with [admin.ErrNotFound]
// and as NewEnricher does. It requires [settings.PermissionRead].
func (s *Service) Enricher(
	ctx context.Context, scope admin.Scope, eventSchema string, o EnricherOptions,
) (*Enricher, error) {
	e, err := s.Get(ctx, scope, eventSchema)
	if err != nil {
		return nil, err
	}
	return s.NewEnricher(ctx, scope, e, o)
}

func (s *Service) record(
	scope admin.Scope, action admin.Action, eventSchema string, changes ...admin.Change,
) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "enrichment", ID: eventSchema}, changes...)
}
