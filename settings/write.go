package settings

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions.
const (
	ActionCreate  admin.Action = "setting.create"
	ActionUpdate  admin.Action = "setting.update"
	ActionDelete  admin.Action = "setting.delete"
	ActionRestore admin.Action = "setting.restore"
)

// CodeSchema is the code of an admin.FieldError for a value that breaks a rule of its JSON Schema. The path
// continues below "/value" to the place in the document.
const CodeSchema = "json_schema"

// Create adds a setting. It fails with a *admin.ValidationError that lists everything that is wrong with it,
// among it a rule that the [Evaluator] cannot compile and every violation of the JSON Schema; with
// [admin.ErrExists] if the entity has a setting of this namespace and name; and with [ErrTooMany] if
// Options.Limits are reached. It fails with [ErrInUse] if an enrichment takes its rule from such a setting and could
// not use this one. It requires [PermissionWrite].
func (s *Service) Create(ctx context.Context, scope admin.Scope, n NewSetting) (Setting, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Setting{}, err
	}
	k := newKey(n.Entity, n.Namespace, n.Name)
	var p admin.Problems
	k.check(&p)
	if err := s.checkValue(ctx, &p, n.Value, n.Schema); err != nil {
		return Setting{}, err
	}
	if err := p.Err(); err != nil {
		return Setting{}, err
	}
	now := s.runtime.Instant()
	made := Setting{
		ID: s.runtime.NewID(), Entity: k.Entity, Namespace: k.Namespace, Name: k.Name, Value: n.Value, Schema: n.Schema,
		CreatedAt: now, CreatedBy: scope.Actor(), UpdatedAt: now, UpdatedBy: scope.Actor(), Version: 1,
	}
	if err := s.guard(ctx, scope.Org(), made); err != nil {
		return Setting{}, err
	}
	rec := s.record(scope, ActionCreate, made,
		admin.Change{Field: "entity", To: made.Entity.String()},
		admin.Change{Field: "namespace", To: made.Namespace},
		admin.Change{Field: "name", To: made.Name},
		admin.Change{Field: "dataType", To: string(made.Value.Type())},
		admin.Change{Field: "value", To: text.Size(made.Value.Text())})
	if !made.Schema.IsZero() {
		rec.Changes = append(rec.Changes, admin.Change{Field: "schema", To: schemaSize(made.Schema)})
	}
	err := s.ports.Settings.Create(ctx, scope.Org(), made, s.limits, rec)
	s.wrote(scope.Org())
	if errors.Is(err, admin.ErrExists) {
		return Setting{}, fmt.Errorf("%s: update it instead: %w", k, admin.Exists("setting"))
	}
	if err != nil {
		return Setting{}, err
	}
	return made, nil
}

// checkValue adds what is wrong with a value to be saved. Its error is a failure of another kind.
func (s *Service) checkValue(ctx context.Context, p *admin.Problems, v Value, schema Schema) error {
	if err := s.checkSchema(ctx, p, v, schema); err != nil {
		return err
	}
	if v.IsZero() {
		p.Add("/value", admin.CodeRequired, "is required: make one with settings.ParseValue")
		return nil
	}
	if v.Type() != TypeLogic {
		return nil
	}
	rule, _ := v.JSON()
	_, err := s.CompileRule(ctx, p, "/value", rule)
	return err
}

// checkSchema adds what is wrong with a schema and with the value under it. Its error is the context's.
func (s *Service) checkSchema(ctx context.Context, p *admin.Problems, v Value, schema Schema) error {
	if schema.IsZero() {
		return nil
	}
	if v.Type() != TypeJSON {
		if !v.IsZero() {
			p.Add("/schema", admin.CodeFormat,
				"is for JSON values and this one is %s: leave it out; UpdateWithSchema removes it from a setting", v.Type())
		}
		return nil
	}
	c, ok := s.schemas.Get(schema.text)
	if !ok {
		var err error
		if c, err = compileSchema(schema); err != nil {
			p.Add("/schema", admin.CodeFormat, "JSON Schema cannot be used: %v", err)
			return nil
		}
		s.schemas.Put(schema.text, c)
	}
	return s.meets(ctx, p, "/value", v.text, c)
}

// Update gives the setting another value, perhaps of another type, if its Version is still version;
// otherwise it fails with [admin.ErrConflict]. The value is checked as in Create, against the Schema of the
// setting: one of another type than JSON needs UpdateWithSchema without a Schema. Entity, namespace and name
// never change: create another setting and delete this one. A value that an enrichment which takes its rule from the
// setting could not use is [ErrInUse]. It requires [PermissionWrite].
func (s *Service) Update(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, v Value,
) (Setting, error) {
	return s.change(ctx, scope, ActionUpdate, id, version,
		func(old Setting) (Value, Schema, error) { return v, old.Schema, nil })
}

// UpdateWithSchema is Update that also gives the setting another JSON Schema, or none. The new value is
// checked against the new schema.
func (s *Service) UpdateWithSchema(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, v Value, schema Schema,
) (Setting, error) {
	return s.change(ctx, scope, ActionUpdate, id, version,
		func(Setting) (Value, Schema, error) { return v, schema, nil })
}

// change saves the value and schema that to returns for the setting.
func (s *Service) change(
	ctx context.Context, scope admin.Scope, action admin.Action, id uuid.UUID, version int64,
	to func(Setting) (Value, Schema, error), note ...admin.Change,
) (Setting, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Setting{}, err
	}
	old, err := s.at(ctx, scope, id, version)
	if err != nil {
		return Setting{}, err
	}
	v, schema, err := to(old)
	if err != nil {
		return Setting{}, err
	}
	var p admin.Problems
	if err := s.checkValue(ctx, &p, v, schema); err != nil {
		return Setting{}, err
	}
	if err := p.Err(); err != nil {
		return Setting{}, err
	}
	changed := old
	changed.Value, changed.Schema, changed.UpdatedAt, changed.UpdatedBy = v, schema, s.runtime.Instant(), scope.Actor()
	if err := s.guard(ctx, scope.Org(), changed); err != nil {
		return Setting{}, err
	}
	rec := s.record(scope, action, old, slices.Concat(note, valueChanges(old, changed))...)
	err = s.ports.Settings.Update(ctx, scope.Org(), changed, rec)
	s.wrote(scope.Org())
	if err != nil {
		return Setting{}, err
	}
	changed.Version++
	return changed, nil
}

// Delete removes the setting if its Version is still version; otherwise it fails with [admin.ErrConflict].
// What it hid counts again, and its history stays. If an enrichment depends on its namespace and name, Delete
// fails with a [*InUseError], which wraps [ErrInUse] and names the event schemas; DeleteInUse deletes it
// anyway. It requires [PermissionWrite].
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) error {
	return s.remove(ctx, scope, id, version, false)
}

// DeleteInUse is Delete even if enrichments depend on the setting. The audit record shows which of the two it was.
func (s *Service) DeleteInUse(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) error {
	return s.remove(ctx, scope, id, version, true)
}

func (s *Service) remove(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, inUse bool) error {
	if err := scope.Require(PermissionWrite); err != nil {
		return err
	}
	old, err := s.at(ctx, scope, id, version)
	if err != nil {
		return err
	}
	rec := s.record(scope, ActionDelete, old,
		admin.Change{Field: "entity", From: old.Entity.String()},
		admin.Change{Field: "namespace", From: old.Namespace},
		admin.Change{Field: "name", From: old.Name},
		admin.Change{Field: "dataType", From: string(old.Value.Type())},
		admin.Change{Field: "value", From: text.Size(old.Value.Text())})
	if inUse {
		rec.Changes = append(rec.Changes, admin.Change{Field: "inUse", To: "deleted whether in use or not"})
	}
	d := Deletion{ID: id, Version: version, At: s.runtime.Instant(), By: scope.Actor(), InUse: inUse}
	err = s.ports.Settings.Delete(ctx, scope.Org(), d, rec)
	s.wrote(scope.Org())
	var used *InUseError
	if errors.As(err, &used) {
		return fmt.Errorf("setting %s: %w", old.Key(), err)
	}
	return err
}

// at reads the setting before it is changed, for the audit record. The store swaps by the same version, so
// the record is true.
func (s *Service) at(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (Setting, error) {
	old, err := s.ports.Settings.Get(ctx, scope.Org(), id)
	if err != nil {
		return Setting{}, err
	}
	if old.Version != version {
		return Setting{}, fmt.Errorf("%s is at version %d and not %d: read it again: %w",
			old.Key(), old.Version, version, admin.Conflict("setting"))
	}
	return old, nil
}

// valueChanges is what the trail has of an update. Values may be secrets, and a user who reads the trail need not be
// allowed to read settings, so that they stay out of it; the [History] of a setting has them.
func valueChanges(from, to Setting) []admin.Change {
	var changes []admin.Change
	if from.Value.Type() != to.Value.Type() {
		changes = append(changes,
			admin.Change{Field: "dataType", From: string(from.Value.Type()), To: string(to.Value.Type())})
	}
	changes = append(changes,
		admin.Change{Field: "value", From: text.Size(from.Value.Text()), To: text.Size(to.Value.Text())})
	if from.Schema != to.Schema {
		changes = append(changes,
			admin.Change{Field: "schema", From: schemaSize(from.Schema), To: schemaSize(to.Schema)})
	}
	return changes
}

// schemaSize is what the trail has of a schema; nothing if there is none.
func schemaSize(s Schema) string {
	if s.IsZero() {
		return ""
	}
	return text.Size(s.text)
}
