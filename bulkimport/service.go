package bulkimport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// Audit actions. What a job does has job's.
const (
	ActionBegin  admin.Action = "import.begin"  // an upload began
	ActionUpload admin.Action = "import.upload" // a file was uploaded
	ActionFormat admin.Action = "import.format" // a file was read again in another format
	ActionMap    admin.Action = "import.map"    // a mapping was set
	ActionCheck  admin.Action = "import.check"  // a job that checks the import was made
	ActionStart  admin.Action = "import.start"  // the import was fixed as it is and its job made
	ActionWrite  admin.Action = "import.write"  // rows were written to customers or accounts
	ActionDelete admin.Action = "import.delete" // an import, its file and its failed rows were deleted

	ActionRemoveFile admin.Action = "import.remove_file" // a file was removed, because its time was over
)

// Ports are the stores of a Service. All but Mappings, Target, Announce, InUse, Audit, Blobs and Authorize are needed.
type Ports struct {
	Imports   Store
	Mappings  MappingStore // without it no mapping is saved, and the methods about saved mappings fail
	Jobs      job.Store
	Customers customer.Store
	Accounts  customer.AccountStore
	// Currencies, if set, refuses invoice currencies in which an organization starts nothing new. It is asked once
	// a batch, in the transaction.
	Currencies iso4217.Uses
	// Target returns where the rows of a host's own type go that share the transaction of the ports, or nil
	// for a type that it does not know.
	Target func(TypeName) Target
	// Atomically runs a function over ports that commit together. For [Service.In], nil means that the ports
	// are those of one transaction.
	Atomically job.Atomically[Ports]
	// Announce, if set, is called in the transaction by which an import becomes due.
	Announce job.Announce
	// InUse, if set, keeps [Service.Undo] from removing records that something refers to.
	InUse InUse
	// Audit is the trail that [Service.Erase] takes names of files out of; without it that fails.
	Audit admin.AuditStore
	// Blobs, if set, is where the files of imports are kept from now on; without it they are in Imports. It must stay
	// set as long as there are imports whose files are in it.
	Blobs Blobs
	// Authorize, if set, takes the place of Options.Authorize. A service in a transaction is given one
	// that reads in the transaction too.
	Authorize admin.Authorize
}

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
	// Types adds a host's own types, or replaces the schema of a built-in one by one with more fields.
	Types  []Type
	Limits Limits
	// BatchRows is how many rows are read and written in one transaction, at most 500; 0 means 500. Blank ones count.
	BatchRows int
	// SavedMappings is how many mappings of a type an organization can save, at most 1,000; 0 means 100.
	SavedMappings int
	Jobs          job.Engine // how batches are run and tried again
	// Authorize, if not nil, reports before each batch whether the actor who started the import may still
	// write its type. Its [admin.ErrForbidden] or [admin.ErrNotFound] fails the job.
	Authorize admin.Authorize
}

// Service is Bulk Import. It is safe for concurrent use. Its methods require the Read or the Write permission
// of the import's [Schema]; its comment names which.
type Service struct {
	ports  Ports
	runner job.Runner[Ports]
	*core
}

// core is what services over different ports share.
type core struct {
	types     []Type
	limits    Limits
	batch     int
	saved     int
	engine    job.Engine
	authorize admin.Authorize
	caster    caster
	runtime   admin.Runtime
	customers *customer.Table[customer.Customer]
	accounts  *customer.Table[customer.Account]
	soon      lastSoon
	order     lastOrder
	owners    lastOwners
	freeing   lastFreeing
}

// NewService returns a Service over ports. It fails with an [*admin.ValidationError] that lists every port
// that is missing, every option out of its limits and every type that cannot work.
func NewService(p Ports, o Options) (*Service, error) {
	c := &core{
		limits: o.Limits.withDefaults(), batch: o.BatchRows, saved: o.SavedMappings, engine: o.Jobs.WithDefaults(),
		authorize: o.Authorize,
		runtime:   o.WithDefaults(),
		types:     []Type{{Schema: Customers()}, {Schema: Accounts()}, {Schema: CustomerAccounts()}},
		customers: customer.Customers(), accounts: customer.Accounts(),
	}
	if c.batch == 0 {
		c.batch = defaultBatch
	}
	if c.saved == 0 {
		c.saved = defaultMappings
	}
	var bad admin.Problems
	p.check(&bad)
	o.check(&bad)
	for _, t := range o.Types {
		t.check(&bad, p)
		c.types = slices.DeleteFunc(c.types, func(had Type) bool { return had.Schema.Type == t.Schema.Type })
		c.types = append(c.types, t)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return (&Service{core: c}).In(p), nil
}

const defaultBatch = 500

// In returns the service over other ports, those of a transaction for example. It shares all else. If
// Atomically is nil the ports are those of one transaction, in which the batches of a job then are.
func (s *Service) In(p Ports) *Service {
	if p.Authorize == nil {
		p.Authorize = s.authorize
	}
	in := &Service{ports: p, core: s.core}
	in.runner = job.Runner[Ports]{
		Ports: p, Atomically: p.Atomically, JobsOf: func(p Ports) job.Store { return p.Jobs },
		AnnounceOf: func(p Ports) job.Announce { return p.Announce },
		Subject:    subjectOf,
		Runtime:    s.runtime, Engine: s.engine,
	}
	if p.Authorize != nil {
		in.runner.Authorize = in.stillAllowed
	}
	return in
}

// atomically runs fn in a transaction, or in the one that the ports are of.
func (s *Service) atomically(ctx context.Context, fn func(Ports) error) error {
	if s.ports.Atomically == nil {
		return fn(s.ports)
	}
	return s.ports.Atomically(ctx, fn)
}

// stillAllowed reports whether the actor who started an import may still write its type. That an import was
// deleted is for its batch to report.
func (s *Service) stillAllowed(ctx context.Context, org admin.OrgID, j job.Job) error {
	_, t, err := s.loadOf(ctx, org, j)
	if errors.Is(err, admin.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range t.Schema.permissions(write) {
		if err := s.ports.Authorize(ctx, org, j.CreatedBy, p); err != nil {
			return err
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
	if err := scope.Require(t.Schema.permissions(a)...); err != nil {
		return Type{}, err
	}
	return t, nil
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
	i, err := s.ports.Imports.Get(ctx, org, id)
	if err != nil {
		return Import{}, Type{}, err
	}
	t, err := s.typeOf(i.Type)
	if err != nil {
		return Import{}, Type{}, err
	}
	return i, t, nil
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
	if _, err = s.require(scope, i.Type, a); err != nil {
		return Import{}, Type{}, err
	}
	return i, t, nil
}

// SubjectKind is the kind of the audit subject of an import.
const SubjectKind = "import"

func subject(id uuid.UUID) admin.Subject { return admin.Subject{Kind: SubjectKind, ID: id.String()} }

func (s *Service) record(scope admin.Scope, action admin.Action, i Import, changes ...admin.Change) admin.Record {
	return s.runtime.Record(scope, action, subject(i.ID), changes...)
}

// Types lists the schemas that there are, in the order of registration; they need no permission.
func (s *Service) Types() []Schema {
	out := make([]Schema, len(s.types))
	for i, t := range s.types {
		out[i] = t.Schema
		out[i].Fields = slices.Clone(t.Schema.Fields)
		for k, f := range out[i].Fields {
			out[i].Fields[k].RequiredIn = f.requiredIn()
		}
	}
	return out
}

// Get returns an import, or admin.ErrNotFound. It requires its type's Read permission.
func (s *Service) Get(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, _, err := s.open(ctx, scope, id, read)
	return i, err
}

// List pages through the imports that match, newest first. Without f.Type they are of all types whose Read
// permission the caller has, and at least one of these is required.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Import], error) {
	types, err := s.readable(scope, f)
	if err != nil {
		return admin.Page[Import]{}, err
	}
	list := fmt.Sprintf("imports %q %q %q %q", types, f.Status, f.SHA256, f.TextSHA256)
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[uuid.UUID]) ([]Import, error) { return s.newest(ctx, scope.Org(), types, f, seek) },
		func(i Import) uuid.UUID { return i.ID })
}

// readable checks a filter, and returns the types that it lists.
func (s *Service) readable(scope admin.Scope, f Filter) ([]TypeName, error) {
	if f.Type != "" {
		if _, err := s.require(scope, f.Type, read); err != nil {
			return nil, err
		}
	}
	if err := scope.Require(); err != nil {
		return nil, err
	}
	var p admin.Problems
	if all := []ImportStatus{Uploading, Uploaded, Started}; f.Status != "" && !slices.Contains(all, f.Status) {
		p.Add("/status", admin.CodeUnknown, "%q is not a status of an import: use %s", admin.Clip(string(f.Status)),
			text.Join(all)).
			With("allowed", text.Join(all))
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if f.Type != "" {
		return []TypeName{f.Type}, nil
	}
	var out []TypeName
	var lacks error
	for _, t := range s.types {
		if err := scope.Require(t.Schema.permissions(read)...); err != nil {
			lacks = err
			continue
		}
		out = append(out, t.Schema.Type)
	}
	if len(out) == 0 {
		return nil, lacks
	}
	return out, nil
}

// newest lists the imports of several types. Each is listed by itself, along its index: types are few.
func (s *Service) newest(
	ctx context.Context, org admin.OrgID, types []TypeName, f Filter, seek admin.Seek[uuid.UUID],
) ([]Import, error) {
	var out []Import
	for _, name := range types {
		f.Type = name
		some, err := s.ports.Imports.List(ctx, org, f, seek)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(a, b Import) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	return out[:min(len(out), seek.Limit)], nil
}

// All returns every import that matches, newest first.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Import, error] {
	return admin.All(func(q admin.Query) (admin.Page[Import], error) { return s.List(ctx, scope, f, q) })
}

// SetMapping sets where the fields' values come from and how the file is read. It finds everything that
// would keep the import from starting, together, as an [*admin.ValidationError]: every required field
// that has no source is a required_mapping_missing. It requires the type's Write permission, and
// that the import has not started (admin.ErrState).
func (s *Service) SetMapping(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, m Mapping, set Settings,
) (Import, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	if i.Status != Uploaded {
		return Import{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	if err := checkMapping(t.Schema, i, m, set); err != nil {
		return Import{}, err
	}
	if err := checkNotImported(i, m, set); err != nil {
		return Import{}, err
	}
	if err := s.checkCustomersFrom(ctx, scope, i, set); err != nil {
		return Import{}, err
	}
	if i.Version != version {
		return Import{}, admin.Conflict("import")
	}
	if err := s.forgetCheck(ctx, scope, i); err != nil {
		return Import{}, err
	}
	i.Mapping, i.Settings, i.UpdatedAt = m.clone(), set.clone(), s.runtime.Instant()
	if err := s.ports.Imports.Update(ctx, scope.Org(), i,
		s.record(scope, ActionMap, i, i.changes(t.Schema)...)); err != nil {
		return Import{}, err
	}
	i.Version++
	return i, nil
}

func (s Settings) clone() Settings {
	s.Blank, s.Optional, s.NotImported = slices.Clone(s.Blank), slices.Clone(s.Optional), slices.Clone(s.NotImported)
	return s
}

// changes lists the mapping, for the audit trail.
func (i Import) changes(schema Schema) []admin.Change {
	out := mappingChanges(schema, i.Mapping, i.Settings)
	if left := i.Unmapped(); len(left) > 0 {
		var columns []int
		for _, c := range left {
			columns = append(columns, c.Index)
		}
		out = append(out, admin.Change{Field: "not_imported", To: fmt.Sprintf("columns %v", columns)})
	}
	return out
}

// mappingChanges lists what a mapping has, without texts that may be secret.
func mappingChanges(schema Schema, m Mapping, set Settings) []admin.Change {
	out := []admin.Change{{Field: "mode", To: string(set.mode())}}
	for _, f := range schema.Fields {
		s, mapped := m[f.Name]
		if !mapped {
			continue
		}
		to := "constant of " + text.Size(s.Constant)
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

// Delete removes an import with its file and the rows of its jobs, which hold personal data. The jobs stay, with
// their counts. It fails with [admin.ErrState] while one is not final. It requires the type's Write
// permission.
func (s *Service) Delete(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	i, _, err := s.open(ctx, scope, id, write)
	if err != nil {
		return err
	}
	if err := s.idle(ctx, scope.Org(), i); err != nil {
		return err
	}
	if err := s.ports.Imports.Delete(ctx, scope.Org(), id, s.record(scope, ActionDelete, i)); err != nil {
		return err
	}
	if err := s.unblob(ctx, scope.Org(), i); err != nil { // which SweepBlobs tries again
		s.runtime.Logger.WarnContext(ctx, "file of a deleted import not removed yet", "org", scope.Org(), "import", id,
			"error", err)
	}
	return nil
}
