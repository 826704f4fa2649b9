package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// JobKind is the kind of the jobs that imports are run by.
const JobKind job.Kind = "bulk_import"

// Audit actions. What a job does has job's.
const (
	ActionBegin  admin.Action = "import.begin"  // an upload began
	ActionUpload admin.Action = "import.upload" // a file was uploaded
	ActionMap    admin.Action = "import.map"    // a mapping was set
	ActionStart  admin.Action = "import.start"  // the import was fixed as it is, to be run
	ActionQueue  admin.Action = "import.queue"  // its job was made
	ActionWrite  admin.Action = "import.write"  // rows were written to the target
	ActionDelete admin.Action = "import.delete" // an import and its file were deleted
)

// Ports is what the batches of a job write through; they commit together.
type Ports struct {
	Imports   Store
	Jobs      job.Store
	Customers Target
	Accounts  Target
}

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	// Types adds a host's own types, or replaces the schema of a built-in one by one with more
	// fields.
	Types  []Type
	Limits Limits
	// BatchRows is how many rows are written in one transaction, at most 500; 0 means 500.
	BatchRows int
	// Lease is how long a worker may take over one batch; 0 means job.DefaultLease.
	Lease time.Duration
	// CurrencyKnown tells which three-letter codes are currencies; nil takes all.
	CurrencyKnown func(code string) bool
	// Authorize, where set, is asked before each batch whether whoever started the import may
	// still write its type. Its admin.ErrForbidden or admin.ErrNotFound fails the job.
	Authorize func(ctx context.Context, org admin.OrgID, actor admin.Actor, p admin.Permission) error
}

// Service is Bulk Import. It is safe for concurrent use.
type Service struct {
	imports Store
	jobs    job.Store
	runner  *job.Runner[Ports]
	types   []Type
	limits  Limits
	batch   int
	caster  caster
	runtime admin.Runtime
}

// NewService keeps imports in imports and their jobs in jobs; atomically gives both and the
// included targets within one transaction. It fails with admin.ErrInvalid for a type that is
// malformed.
func NewService(atomically job.Atomically[Ports], imports Store, jobs job.Store, o Options) (*Service, error) {
	s := &Service{
		imports: imports, jobs: jobs, limits: o.Limits.withDefaults(), batch: o.BatchRows,
		caster: caster{currency: o.CurrencyKnown}, runtime: o.WithDefaults(),
		types: []Type{{Schema: Customers()}, {Schema: Accounts()}},
	}
	if s.batch == 0 {
		s.batch = defaultBatch
	}
	if s.batch < 1 || s.batch > admin.MaxLimit {
		return nil, fmt.Errorf("batch of %d rows: use 1 to %d: %w", s.batch, admin.MaxLimit, admin.ErrInvalid)
	}
	for _, t := range o.Types {
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("import type %q: %w", admin.Clip(string(t.Schema.Type)), err)
		}
		s.types = slices.DeleteFunc(s.types, func(had Type) bool { return had.Schema.Type == t.Schema.Type })
		s.types = append(s.types, t)
	}
	s.runner = &job.Runner[Ports]{
		Jobs: jobs, Atomically: atomically, JobsOf: func(p Ports) job.Store { return p.Jobs },
		Subject: func(j job.Job) admin.Subject { return subject(j.ID) },
		Runtime: s.runtime, Lease: o.Lease,
	}
	if o.Authorize != nil {
		s.runner.Authorize = func(ctx context.Context, org admin.OrgID, j job.Job) error {
			_, t, err := s.load(ctx, org, j.ID)
			if err != nil {
				return err
			}
			return o.Authorize(ctx, org, j.CreatedBy, t.Schema.Write)
		}
	}
	return s, nil
}

const defaultBatch = 500

func (t Type) check() error {
	if err := t.Schema.check(); err != nil {
		return err
	}
	builtIn, ok := Customers(), t.Schema.Type == CustomersType
	if t.Schema.Type == AccountsType {
		builtIn, ok = Accounts(), true
	}
	if !ok {
		if t.Target == nil {
			return fmt.Errorf("it needs a target: %w", admin.ErrInvalid)
		}
		return nil
	}
	if t.Target != nil {
		return nil
	}
	// The included store knows these fields by name.
	for _, f := range builtIn.Fields {
		if got, ok := t.Schema.Field(f.Name); !ok || got.Kind != f.Kind || got.Key != f.Key {
			return fmt.Errorf("the included store needs the field %s of kind %s, as in the built-in schema: %w", f.Name, f.Kind, admin.ErrInvalid)
		}
	}
	return nil
}

// access is which of a type's permissions a method needs.
type access int

const (
	read access = iota
	write
)

// require finds a type and requires its permission.
func (s *Service) require(scope admin.Scope, name TypeName, a access) (Type, error) {
	if err := scope.Require(); err != nil {
		return Type{}, err
	}
	t, err := s.typeOf(name)
	if err != nil {
		return Type{}, err
	}
	p := t.Schema.Read
	if a == write {
		p = t.Schema.Write
	}
	return t, scope.Require(p)
}

func (s *Service) typeOf(name TypeName) (Type, error) {
	for _, t := range s.types {
		if t.Schema.Type == name {
			return t, nil
		}
	}
	return Type{}, fmt.Errorf("import type %q is not known: %w", admin.Clip(string(name)), admin.ErrInvalid)
}

func (s *Service) load(ctx context.Context, org admin.OrgID, id uuid.UUID) (Import, Type, error) {
	i, err := s.imports.Get(ctx, org, id)
	if err != nil {
		return Import{}, Type{}, err
	}
	t, err := s.typeOf(i.Type)
	return i, t, err
}

// open loads an import and requires its type's permission.
func (s *Service) open(ctx context.Context, scope admin.Scope, id uuid.UUID, a access) (Import, Type, error) {
	if err := scope.Require(); err != nil {
		return Import{}, Type{}, err
	}
	i, t, err := s.load(ctx, scope.Org(), id)
	if err != nil {
		return Import{}, Type{}, err
	}
	_, err = s.require(scope, i.Type, a)
	return i, t, err
}

func subject(id uuid.UUID) admin.Subject { return admin.Subject{Kind: "import", ID: id.String()} }

func (s *Service) record(scope admin.Scope, action admin.Action, i Import, changes ...admin.Change) admin.Record {
	return s.runtime.Record(scope, action, subject(i.ID), changes...)
}

// Types lists the schemas that there are, in the order of registration; they need no permission.
func (s *Service) Types() []Schema {
	out := make([]Schema, len(s.types))
	for i, t := range s.types {
		out[i] = t.Schema
		out[i].Fields = slices.Clone(t.Schema.Fields)
	}
	return out
}

// Get returns an import, or admin.ErrNotFound. It requires its type's Read permission.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, _, err := s.open(ctx, scope, id, read)
	return i, err
}

// List pages through the imports of one type, newest first. f.Type is required, and its Read
// permission.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Import], error) {
	if _, err := s.require(scope, f.Type, read); err != nil {
		return admin.Page[Import]{}, err
	}
	list := fmt.Sprintf("imports %q %q %q", f.Type, f.Status, f.SHA256)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[uuid.UUID]) ([]Import, error) { return s.imports.List(ctx, scope.Org(), f, seek) },
		func(i Import) uuid.UUID { return i.ID })
}

// All is every import of one type, newest first.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Import, error] {
	return admin.All(func(q admin.Query) (admin.Page[Import], error) { return s.List(ctx, scope, f, q) })
}

// SetMapping says where the fields' values come from and how the file is read. version is the
// import's Version that the caller saw; admin.ErrConflict if it moved on. It finds everything that
// would keep the import from starting, at once, as an *admin.ValidationError: every required field
// that has no source is a required_mapping_missing. It requires the type's Write permission, and
// that the import has not started (admin.ErrState).
func (s *Service) SetMapping(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, m Mapping, set Settings) (Import, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	if i.Status != Uploaded {
		return Import{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	if err := checkMapping(t.Schema, i, m, set, s.caster); err != nil {
		return Import{}, err
	}
	if i.Version != version {
		return Import{}, admin.Conflict("import")
	}
	i.Mapping, i.Settings, i.UpdatedAt = m.clone(), set.clone(), s.runtime.Instant()
	if err := s.imports.Update(ctx, scope.Org(), i, s.record(scope, ActionMap, i, i.changes(t.Schema)...)); err != nil {
		return Import{}, err
	}
	i.Version++
	return i, nil
}

func (s Settings) clone() Settings {
	s.Blank, s.Optional = slices.Clone(s.Blank), slices.Clone(s.Optional)
	return s
}

// changes tells the audit trail what maps to what.
func (i Import) changes(schema Schema) []admin.Change {
	out := []admin.Change{{Field: "mode", To: string(i.Settings.mode())}}
	for _, f := range schema.Fields {
		s, mapped := i.Mapping[f.Name]
		if !mapped {
			continue
		}
		to := fmt.Sprintf("constant %q", admin.Clip(s.Constant))
		if len(s.Columns) > 0 {
			to = fmt.Sprintf("columns %v", s.Columns)
		}
		out = append(out, admin.Change{Field: f.Name, To: to})
	}
	return out
}

func (s Settings) mode() Mode {
	if s.Mode == "" {
		return Create
	}
	return s.Mode
}

// Delete removes an import and its file, which holds personal data; its job and the failed rows
// stay with the job. While the job is not final it is admin.ErrState. It requires the type's Write
// permission.
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	i, _, err := s.open(ctx, scope, id, write)
	if err != nil {
		return err
	}
	j, err := s.jobs.Get(ctx, scope.Org(), id)
	switch {
	case err == nil && !j.Status.Final():
		return fmt.Errorf("import is %s: cancel it first: %w", j.Status, admin.ErrState)
	case err != nil && !errors.Is(err, admin.ErrNotFound):
		return err
	}
	return s.imports.Delete(ctx, scope.Org(), id, s.record(scope, ActionDelete, i))
}
