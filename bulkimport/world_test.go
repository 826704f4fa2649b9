package bulkimport_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

const org = admin.OrgID("acme")

// world is a service over a backend in memory, with a clock and ids of its own.
type world struct {
	t       *testing.T
	backend *memory.Backend
	service *bulkimport.Service
	scope   admin.Scope
	now     time.Time
	ids     atomic.Uint64
	// commit, if set, stands in for the end of a transaction: its error rolls everything back.
	commit func() error
	// target, if set, is that of a host's own types within the transaction.
	target func(bulkimport.TypeName) bulkimport.Target
	// blobs, if set, is where the files are kept.
	blobs bulkimport.Blobs
	// inTx, if set, is given the customers of each transaction.
	inTx func(customer.Store)
}

func newWorld(t *testing.T, o bulkimport.Options) *world {
	t.Helper()
	w := &world{t: t, backend: memory.New(), scope: admin.System(org), now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	first := people.User{ID: w.id(), Name: "Ann", Email: people.Email{Address: "ann@acme.example",
		Key: "ann@acme.example"}, Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem},
		Action: "organization.create", Subject: admin.Subject{Kind: "organization", ID: string(org)}}
	require.NoError(t, w.backend.Organizations().Create(t.Context(),
		people.Organization{ID: org, Name: "Acme", Version: 1}, first, people.Credential{UserID: first.ID}, rec))
	w.service = w.with(o)
	return w
}

func (w *world) id() uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], 0x0195_0000_0000_7000)
	binary.BigEndian.PutUint64(u[8:], 0x8000_0000_0000_0000|w.ids.Add(1))
	return u
}

// with is another service over the same backend, as another process has it.
func (w *world) with(o bulkimport.Options) *bulkimport.Service {
	w.t.Helper()
	o.Runtime = admin.Runtime{Now: func() time.Time { return w.now }, NewID: w.id}
	o.Jobs.Retry.First, o.Jobs.Retry.Most = 1, 1 // what failed is tried again at once
	s, err := bulkimport.NewService(w.ports(), o)
	require.NoError(w.t, err)
	return s
}

// ports are those outside a transaction.
func (w *world) ports() bulkimport.Ports {
	p := w.portsOf(w.backend)
	p.Atomically = w.atomically
	return p
}

func (w *world) portsOf(s storage.Stores) bulkimport.Ports {
	return bulkimport.Ports{Imports: s.Imports(), Mappings: s.ImportMappings(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts(),
		Target: w.target, Blobs: w.blobs}
}

func (w *world) atomically(ctx context.Context, fn func(bulkimport.Ports) error) error {
	return w.backend.InTx(ctx, func(s storage.Stores) error {
		if w.inTx != nil {
			w.inTx(s.Customers())
		}
		err := fn(w.portsOf(s))
		if err == nil && w.commit != nil {
			err = w.commit()
		}
		return err
	})
}

// record is what a store commits with a write to an import.
func (w *world) record(action admin.Action, i bulkimport.Import) admin.Record {
	return admin.Record{
		ID: w.id(), At: w.now, Actor: w.scope.Actor(), Action: action,
		Subject: admin.Subject{Kind: bulkimport.SubjectKind, ID: i.ID.String()},
	}
}

func (w *world) upload(name bulkimport.TypeName, text string) bulkimport.Import {
	w.t.Helper()
	i, err := w.service.Upload(w.t.Context(), w.scope,
		bulkimport.UploadInput{Type: name, FileName: "file.csv", Content: strings.NewReader(text)})
	require.NoError(w.t, err)
	return i
}

// suggested is the mapping that a person would accept without a look.
func (w *world) suggested(i bulkimport.Import) bulkimport.Mapping {
	w.t.Helper()
	s, err := w.service.Suggest(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	return s.Mapping()
}

// start maps the file as suggested and starts it.
func (w *world) start(i bulkimport.Import, set bulkimport.Settings) job.Job {
	w.t.Helper()
	_, err := w.service.SetMapping(w.t.Context(), w.scope, i.ID, i.Version, w.suggested(i), set)
	require.NoError(w.t, err)
	j, err := w.service.Start(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	return j
}

// run imports a file to its end.
func (w *world) run(
	name bulkimport.TypeName, text string, set bulkimport.Settings,
) (bulkimport.Import, bulkimport.Progress) {
	w.t.Helper()
	i := w.upload(name, text)
	w.start(i, set)
	_, err := w.service.Run(w.t.Context(), w.scope, i.ID, nil)
	require.NoError(w.t, err)
	p, err := w.service.Progress(w.t.Context(), w.scope, i.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, completed(p.Counts), p.Status)
	require.Equal(w.t, p.Counts.Total, p.Counts.Settled(), "every row is accounted for")
	require.Equal(w.t, p.Counts.Completed, p.Created+p.Updated+p.Unchanged)
	return i, p
}

// completed is the status of a job that has done all it could.
func completed(c job.Counts) job.Status {
	if c.Failed > 0 {
		return job.CompletedWithFailures
	}
	return job.Completed
}

func (w *world) failed(id uuid.UUID) []bulkimport.FailedRow {
	w.t.Helper()
	page, err := w.service.Errors(w.t.Context(), w.scope, id, admin.Query{Limit: admin.MaxLimit})
	require.NoError(w.t, err)
	return page.Items
}

func (w *world) failedFile(id uuid.UUID) string {
	w.t.Helper()
	var b bytes.Buffer
	require.NoError(w.t, w.service.FailedRows(w.t.Context(), w.scope, id, &b))
	return b.String()
}

func (w *world) customers() []customer.Customer {
	w.t.Helper()
	var all []customer.Customer
	seek := admin.Seek[string]{Limit: 100}
	for {
		some, err := w.backend.Customers().List(w.t.Context(), org, customer.Filter{}, seek)
		require.NoError(w.t, err)
		all = append(all, some...)
		if len(some) < seek.Limit {
			return all
		}
		seek.After = some[len(some)-1].ID
	}
}

func (w *world) customer(id string) customer.Customer {
	w.t.Helper()
	c, err := w.backend.Customers().Get(w.t.Context(), org, id)
	require.NoError(w.t, err)
	return c
}

func codes(r bulkimport.FailedRow) []string {
	var out []string
	for _, e := range r.Errors {
		out = append(out, e.Code)
	}
	slices.Sort(out)
	return out
}

// dataFile reads one of the files that are shared with other projects and not part of this one.
func dataFile(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("ADMINCENTER_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		t.Skipf("no %s: set ADMINCENTER_DATA to the folder that has it", name)
	}
	require.NoError(t, err)
	return string(b)
}
