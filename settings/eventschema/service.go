package eventschema

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/admincenter/admincenter/admin"
)

// The permissions that the methods of [Service] require.
const (
	PermissionRead  admin.Permission = "eventschemas.read"  // read event schemas
	PermissionWrite admin.Permission = "eventschemas.write" // create, change and delete event schemas
)

// Audit actions.
const (
	ActionCreate  admin.Action = "event_schema.create"
	ActionUpdate  admin.Action = "event_schema.update"
	ActionRestore admin.Action = "event_schema.restore"
	ActionDelete  admin.Action = "event_schema.delete"
)

// Ports are what a Service needs of its surroundings.
type Ports struct {
	Schemas Store
	// Guard, if set, is asked before a schema is created or changed.
	Guard Guard
}

// Guard returns why a schema may not be as it is about to be, because what relies on it could not work, or nil.
type Guard func(ctx context.Context, org admin.OrgID, next Schema) error

// Options of a Service; the zero value is ready.
type Options struct{ admin.Runtime }

// Service keeps the event schemas of organizations. It is safe for concurrent use.
type Service struct {
	ports   Ports
	runtime admin.Runtime
}

// NewService returns a Service that keeps schemas in ports. It fails with a *admin.ValidationError if a port is
// missing.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Schemas == nil {
		p.Add("/ports/schemas", admin.CodeRequired, "is required: give the Store of a storage")
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	return &Service{ports, o.WithDefaults()}, nil
}

// In returns a Service over other ports, those of a transaction, with the options of s. Use it only as long as its
// ports.
func (s *Service) In(ports Ports) *Service { return &Service{ports, s.runtime} }

// Put creates a schema if its Version is 0, and otherwise replaces the one whose Version is that. It uses Name,
// Description, Attributes, Dimensions and Version of schema. It fails with a *admin.ValidationError that lists
// everything that is wrong; with [admin.ErrExists] if there is one already; with [admin.ErrNotFound] or
// [admin.ErrConflict] if the one to replace is gone or has another Version; with [ErrTooMany]; and with [ErrInUse] if a
// rule of an enrichment could not work with it. It requires [PermissionWrite].
func (s *Service) Put(ctx context.Context, scope admin.Scope, schema Schema) (Schema, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Schema{}, err
	}
	action := ActionCreate
	if schema.Version != 0 {
		action = ActionUpdate
	}
	return s.put(ctx, scope, action, schema)
}

func (s *Service) put(
	ctx context.Context, scope admin.Scope, action admin.Action, schema Schema, note ...admin.Change,
) (Schema, error) {
	schema = schema.complete()
	var p admin.Problems
	schema.check(&p)
	if err := p.Err(); err != nil {
		return Schema{}, err
	}
	now, was := s.runtime.Instant(), schema.Version
	schema.CreatedAt, schema.CreatedBy, schema.UpdatedAt, schema.UpdatedBy = now, scope.Actor(), now, scope.Actor()
	var old Schema
	if was != 0 {
		var err error
		if old, err = s.at(ctx, scope, schema.Name, was); err != nil {
			return Schema{}, err
		}
		schema.CreatedAt, schema.CreatedBy = old.CreatedAt, old.CreatedBy
	}
	if s.ports.Guard != nil {
		if err := s.ports.Guard(ctx, scope.Org(), schema.Clone()); err != nil {
			return Schema{}, err
		}
	}
	changes := slices.Concat(note, sizes(old, schema))
	rec := s.record(scope, action, schema.Name, changes...)
	version, err := s.ports.Schemas.Put(ctx, scope.Org(), schema, MaxSchemas, rec)
	switch {
	case errors.Is(err, admin.ErrExists):
		return Schema{}, fmt.Errorf("event schema %q: read it and put it with its Version: %w",
			schema.Name, admin.Exists("event schema"))
	case err != nil:
		return Schema{}, err
	}
	schema.Version = version
	return schema, nil
}

// at reads a schema before it is changed. The store swaps by the same version, so that the record is true.
func (s *Service) at(ctx context.Context, scope admin.Scope, name string, version int64) (Schema, error) {
	old, err := s.ports.Schemas.Get(ctx, scope.Org(), name)
	if err != nil {
		return Schema{}, err
	}
	if old.Version != version {
		return Schema{}, fmt.Errorf("event schema %q is at version %d and not %d: read it again: %w",
			admin.Clip(name), old.Version, version, admin.Conflict("event schema"))
	}
	return old, nil
}

// sizes is what the trail has of a change: how many attributes and dimensions there are, and how many changed. The
// History has which.
func sizes(old, now Schema) []admin.Change {
	count := func(n int, there bool) string {
		if !there {
			return ""
		}
		return strconv.Itoa(n)
	}
	was := old.Name != ""
	out := []admin.Change{
		{Field: "attributes", From: count(len(old.Attributes), was), To: strconv.Itoa(len(now.Attributes))},
		{Field: "dimensions", From: count(len(old.Dimensions), was), To: strconv.Itoa(len(now.Dimensions))},
	}
	if n := now.changed(old); was && n > 0 {
		out = append(out, admin.Change{Field: "changed", To: strconv.Itoa(n)})
	}
	return out
}

// Get returns the schema of a name, or [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, name string) (Schema, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Schema{}, err
	}
	return s.ports.Schemas.Get(ctx, scope.Org(), name)
}

// List pages through the schemas in order of the name, byte by byte. It requires [PermissionRead].
func (s *Service) List(ctx context.Context, scope admin.Scope, q admin.Query) (admin.Page[Schema], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Schema]{}, err
	}
	return admin.Paginate(scope.Org(), "event schemas", q,
		func(seek admin.Seek[string]) ([]Schema, error) { return s.ports.Schemas.List(ctx, scope.Org(), seek) },
		func(s Schema) string { return s.Name })
}

// All iterates over the schemas in the order of List. It requires [PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope) iter.Seq2[Schema, error] {
	return admin.All(func(q admin.Query) (admin.Page[Schema], error) { return s.List(ctx, scope, q) })
}

// Delete removes a schema if its Version is still version; otherwise it fails with [admin.ErrConflict]. Its history
// stays. It fails with [ErrInUse] while there is an enrichment of the schema. It requires [PermissionWrite].
func (s *Service) Delete(ctx context.Context, scope admin.Scope, name string, version int64) error {
	if err := scope.Require(PermissionWrite); err != nil {
		return err
	}
	if _, err := s.at(ctx, scope, name, version); err != nil {
		return err
	}
	d := Deletion{Name: name, Version: version, At: s.runtime.Instant(), By: scope.Actor()}
	return s.ports.Schemas.Delete(ctx, scope.Org(), d, s.record(scope, ActionDelete, name))
}

// History pages through the versions under a name, newest first. A schema that was deleted keeps them. A name that no
// schema ever had is [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) History(
	ctx context.Context, scope admin.Scope, name string, q admin.Query,
) (admin.Page[Version], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Version]{}, err
	}
	page, err := admin.Paginate(scope.Org(), fmt.Sprintf("event schema history %q", name), q,
		func(seek admin.Seek[int64]) ([]Version, error) {
			return s.ports.Schemas.History(ctx, scope.Org(), name, seek)
		},
		func(v Version) int64 { return v.Schema.Version })
	if err == nil && len(page.Items) == 0 {
		return page, admin.NotFound("event schema")
	}
	return page, err
}

// Restore gives the schema, if its Version is still version, what it had at toVersion, as a new version. It fails as
// Put does, and with [admin.ErrNotFound] if there is no version toVersion. A schema that was deleted cannot be
// restored: put one with what its history has. It requires [PermissionWrite].
func (s *Service) Restore(
	ctx context.Context, scope admin.Scope, name string, version, toVersion int64,
) (Schema, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Schema{}, err
	}
	if _, err := s.at(ctx, scope, name, version); err != nil {
		return Schema{}, err
	}
	v, err := s.ports.Schemas.Version(ctx, scope.Org(), name, toVersion)
	if errors.Is(err, admin.ErrNotFound) {
		return Schema{}, fmt.Errorf("event schema %q has no version %d: %w", admin.Clip(name), toVersion,
			admin.NotFound("event schema version"))
	} else if err != nil {
		return Schema{}, err
	}
	next := v.Schema
	next.Version = version
	return s.put(ctx, scope, ActionRestore, next,
		admin.Change{Field: "restoredVersion", To: strconv.FormatInt(toVersion, 10)})
}

func (s *Service) record(scope admin.Scope, action admin.Action, name string, changes ...admin.Change) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "event_schema", ID: name}, changes...)
}
