package settings

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions.
const (
	ActionCreate  admin.Action = "setting.create"
	ActionUpdate  admin.Action = "setting.update"
	ActionDelete  admin.Action = "setting.delete"
	ActionRestore admin.Action = "setting.restore"
)

// CodeSchema is the code of an admin.FieldError for a value that breaks a rule of its JSON Schema.
// The path goes on below "/value" to the place in the document.
const CodeSchema = "json_schema"

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	// Evaluator compiles JSON_LOGIC settings, when they are saved and when they are evaluated; nil
	// means an Engine with exact numbers and the built-in operators. Replace it only by one that knows
	// the operators of the rules that are saved already.
	Evaluator Evaluator
	// CustomerOf finds the customer that an account belongs to, for a Path that names the account
	// alone; no customer is "". nil means that such a Path has no customer's level.
	CustomerOf func(ctx context.Context, org admin.OrgID, account string) (string, error)
	// Limits are how many settings there may be; the zero value means the defaults.
	Limits Limits
}

// Service is the Settings tab. It is safe for concurrent use.
type Service struct {
	store      Store
	runtime    admin.Runtime
	evaluator  Evaluator
	customerOf func(ctx context.Context, org admin.OrgID, account string) (string, error)
	programs   programs
	schemas    *recently[string, checker] // by their text
	limits     Limits
	epochs     *epochs
}

// NewService keeps its settings in store.
func NewService(store Store, o Options) *Service {
	if o.Evaluator == nil {
		o.Evaluator = &Engine{}
	}
	return &Service{
		store: store, runtime: o.WithDefaults(), evaluator: o.Evaluator,
		customerOf: o.CustomerOf, programs: newPrograms(maxPrograms),
		schemas: newRecently[string, checker](maxSchemas), limits: o.Limits.withDefaults(), epochs: newEpochs(),
	}
}

// Create adds a setting. It fails with a *admin.ValidationError for everything that is wrong with
// it, a rule that the Evaluator cannot compile and every violation of the JSON Schema included, with
// admin.ErrExists where the entity has a setting of this namespace and name, and with ErrTooMany
// where there are as many settings as Options.Limits let through. It requires admin.SettingsWrite.
func (s *Service) Create(ctx context.Context, scope admin.Scope, n NewSetting) (Setting, error) {
	if err := scope.Require(admin.SettingsWrite); err != nil {
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
	rec := s.record(scope, ActionCreate, made,
		admin.Change{Field: "entity", To: made.Entity.String()},
		admin.Change{Field: "namespace", To: made.Namespace},
		admin.Change{Field: "name", To: made.Name},
		admin.Change{Field: "type", To: string(made.Value.Type())},
		admin.Change{Field: "value", To: admin.Clip(made.Value.Text())})
	if !made.Schema.IsZero() {
		rec.Changes = append(rec.Changes, admin.Change{Field: "schema", To: admin.Clip(made.Schema.Text())})
	}
	err := s.store.Create(ctx, scope.Org(), made, s.limits, rec)
	s.Forget(scope.Org())
	if errors.Is(err, admin.ErrExists) {
		return Setting{}, fmt.Errorf("setting %s is there already: update it instead: %w", k, admin.ErrExists)
	}
	if err != nil {
		return Setting{}, err
	}
	return made, nil
}

// checkValue adds what is wrong with a value to be saved. Its error is another failure.
func (s *Service) checkValue(ctx context.Context, p *admin.Problems, v Value, schema Schema) error {
	s.checkSchema(p, v, schema)
	if v.IsZero() {
		p.Add("/value", admin.CodeRequired, "is required: make one with settings.ParseValue")
		return nil
	}
	if v.Type() != TypeLogic {
		return nil
	}
	rule, _ := v.JSON()
	_, err := s.evaluator.Compile(ctx, rule)
	if errors.Is(err, admin.ErrInvalid) {
		p.Add("/value", admin.CodeFormat, "%v", err)
		return nil
	}
	return err
}

// checkSchema adds what is wrong with a schema and with the value under it.
func (s *Service) checkSchema(p *admin.Problems, v Value, schema Schema) {
	if schema.IsZero() {
		return
	}
	if v.Type() != TypeJSON {
		if !v.IsZero() {
			p.Add("/schema", admin.CodeFormat, "is for JSON values and this one is %s: leave the JSON Schema away; UpdateWithSchema takes it off a setting", v.Type())
		}
		return
	}
	c, ok := s.schemas.get(schema.text)
	if !ok {
		var err error
		if c, err = compileSchema(schema); err != nil {
			p.Add("/schema", admin.CodeFormat, "JSON Schema cannot be used: %v", err)
			return
		}
		s.schemas.put(schema.text, c)
	}
	c.check(p, "/value", v.text)
}

// Get returns one setting, or admin.ErrNotFound. It requires admin.SettingsRead.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Setting, error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return Setting{}, err
	}
	return s.store.Get(ctx, scope.Org(), id)
}

// Find returns the setting that is on the entity itself, or admin.ErrNotFound; Resolve looks at the
// levels above it too. An empty namespace means DefaultNamespace. It requires admin.SettingsRead.
func (s *Service) Find(ctx context.Context, scope admin.Scope, e Entity, namespace, name string) (Setting, error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return Setting{}, err
	}
	k := newKey(e, namespace, name)
	var p admin.Problems
	k.check(&p)
	if err := p.Err(); err != nil {
		return Setting{}, err
	}
	found, err := s.store.Lookup(ctx, scope.Org(), []Key{k})
	if err != nil {
		return Setting{}, err
	}
	if len(found) == 0 {
		return Setting{}, fmt.Errorf("setting %s: %w", k, admin.ErrNotFound)
	}
	return found[0], nil
}

// List pages through the settings that match, oldest first. It requires admin.SettingsRead.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Setting], error) {
	if err := scope.Require(admin.SettingsRead); err != nil {
		return admin.Page[Setting]{}, err
	}
	if err := f.check(); err != nil {
		return admin.Page[Setting]{}, err
	}
	return admin.Paginate(scope.Org(), f.list(), q,
		func(seek admin.Seek[uuid.UUID]) ([]Setting, error) { return s.store.List(ctx, scope.Org(), f, seek) },
		func(s Setting) uuid.UUID { return s.ID })
}

// All is every setting that matches, oldest first. It requires admin.SettingsRead.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Setting, error] {
	return admin.All(func(q admin.Query) (admin.Page[Setting], error) { return s.List(ctx, scope, f, q) })
}

// Update gives the setting another value, which may be of another type, where its Version is still
// version; otherwise it fails with admin.ErrConflict. The value is checked as in Create, against the
// setting's Schema: one of another type than JSON needs UpdateWithSchema without a Schema. Entity,
// namespace and name stay: create another setting and delete this one. It requires
// admin.SettingsWrite.
func (s *Service) Update(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, v Value) (Setting, error) {
	return s.change(ctx, scope, ActionUpdate, id, version, func(old Setting) (Value, Schema, error) { return v, old.Schema, nil })
}

// UpdateWithSchema is Update that gives the setting another JSON Schema with the value, or none:
// what both become is what is checked.
func (s *Service) UpdateWithSchema(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, v Value, schema Schema) (Setting, error) {
	return s.change(ctx, scope, ActionUpdate, id, version, func(Setting) (Value, Schema, error) { return v, schema, nil })
}

// change saves what to makes of the setting.
func (s *Service) change(ctx context.Context, scope admin.Scope, action admin.Action, id uuid.UUID, version int64, to func(Setting) (Value, Schema, error), note ...admin.Change) (Setting, error) {
	if err := scope.Require(admin.SettingsWrite); err != nil {
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
	rec := s.record(scope, action, old, slices.Concat(note, valueChanges(old, changed))...)
	err = s.store.Update(ctx, scope.Org(), changed, rec)
	s.Forget(scope.Org())
	if err != nil {
		return Setting{}, err
	}
	changed.Version++
	return changed, nil
}

// Delete removes the setting where its Version is still version; otherwise it fails with
// admin.ErrConflict. What it hid counts again, and its history stays. Where an enrichment depends on
// its namespace and name it fails with a *InUseError, which wraps ErrInUse and says which do;
// DeleteInUse deletes it all the same. It requires admin.SettingsWrite.
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) error {
	return s.remove(ctx, scope, id, version, false)
}

// DeleteInUse is Delete also where enrichments depend on the setting. The audit record says so.
func (s *Service) DeleteInUse(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) error {
	return s.remove(ctx, scope, id, version, true)
}

func (s *Service) remove(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, inUse bool) error {
	if err := scope.Require(admin.SettingsWrite); err != nil {
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
		admin.Change{Field: "type", From: string(old.Value.Type())},
		admin.Change{Field: "value", From: admin.Clip(old.Value.Text())})
	if inUse {
		rec.Changes = append(rec.Changes, admin.Change{Field: "in_use", To: "deleted whether in use or not"})
	}
	err = s.store.Delete(ctx, scope.Org(), Deletion{ID: id, Version: version, At: s.runtime.Instant(), By: scope.Actor(), InUse: inUse}, rec)
	s.Forget(scope.Org())
	if used := (*InUseError)(nil); errors.As(err, &used) {
		return fmt.Errorf("setting %s: %w", old.Key(), err)
	}
	return err
}

// at reads the setting as it is about to be changed, for the audit record to tell what it was. The
// store swaps by the same version, so that the record is true.
func (s *Service) at(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (Setting, error) {
	old, err := s.store.Get(ctx, scope.Org(), id)
	if err != nil {
		return Setting{}, err
	}
	if old.Version != version {
		return Setting{}, fmt.Errorf("setting %s is at version %d and not %d: read it again: %w", old.Key(), old.Version, version, admin.ErrConflict)
	}
	return old, nil
}

func (s *Service) record(scope admin.Scope, action admin.Action, on Setting, changes ...admin.Change) admin.Record {
	return s.runtime.Record(scope, action, admin.Subject{Kind: "setting", ID: on.ID.String()}, changes...)
}

func valueChanges(from, to Setting) []admin.Change {
	var changes []admin.Change
	if from.Value.Type() != to.Value.Type() {
		changes = append(changes, admin.Change{Field: "type", From: string(from.Value.Type()), To: string(to.Value.Type())})
	}
	changes = append(changes, admin.Change{Field: "value", From: admin.Clip(from.Value.Text()), To: admin.Clip(to.Value.Text())})
	if from.Schema != to.Schema {
		changes = append(changes, admin.Change{Field: "schema", From: admin.Clip(from.Schema.Text()), To: admin.Clip(to.Schema.Text())})
	}
	return changes
}
