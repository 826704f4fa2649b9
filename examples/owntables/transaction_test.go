package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// newHost is a host over a new database, whose Backend is wrapped.
func newHost(t *testing.T, wrap func(storage.Backend) storage.Backend) (host, *sqlstore.DB) {
	t.Helper()
	pool, db, err := open(t.Context(), filepath.Join(t.TempDir(), "own.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	center, err := admincenter.New(wrap(db), admincenter.Options{
		Own: own(db, pool), Imports: bulkimport.Options{BatchRows: 2}, Jobs: job.Engine{Retry: job.Retry{First: 1, Most: 1}},
	})
	require.NoError(t, err)
	return host{center: center, pool: pool, scope: admin.System("acme"), out: io.Discard}, db
}

func plain(b storage.Backend) storage.Backend { return b }

// The walk, and others who read and write meanwhile, share one connection: none waits for another one that
// would have to wait for it.
func TestOneConnectionIsEnough(t *testing.T) {
	h, _ := newHost(t, plain)
	h.pool.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, h.organization(ctx))
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() {
			for range 20 {
				_, err := h.center.Customers.Count(ctx, h.scope, customer.Filter{})
				errs[i] = errors.Join(errs[i], err, h.center.InTx(ctx, func(in *admincenter.Center) error {
					_, err := in.Customers.Accounts(ctx, h.scope, customer.AccountFilter{}, admin.Query{})
					return err
				}))
			}
		})
	}
	err := h.walk(ctx)
	group.Wait()
	require.NoError(t, errors.Join(append(errs, err)...))
}

// requireNothing checks that no customer was imported, and that no record is about one.
func (h host) requireNothing(t *testing.T) {
	t.Helper()
	n, err := read(t.Context(), h.pool, single[int], "SELECT COUNT(*) FROM customers")
	require.NoError(t, err)
	require.Zero(t, n[0])
	found, err := h.center.Trail.List(t.Context(), h.scope, admin.AuditFilter{Action: "import.write"}, admin.Query{})
	require.NoError(t, err)
	require.Empty(t, found.Items)
}

// started returns an import of the customers that is about to write its first batch.
func (h host) started(t *testing.T) uuid.UUID {
	t.Helper()
	require.NoError(t, h.organization(t.Context()))
	imports := h.center.Imports
	imp, err := imports.Upload(t.Context(), h.scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: bytes.NewReader(customersCSV),
	})
	require.NoError(t, err)
	suggested, err := imports.Suggest(t.Context(), h.scope, imp.ID)
	require.NoError(t, err)
	_, err = imports.SetMapping(t.Context(), h.scope, imp.ID, imp.Version, suggested.Mapping(),
		bulkimport.Settings{Mode: bulkimport.Create})
	require.NoError(t, err)
	_, err = imports.Start(t.Context(), h.scope, imp.ID)
	require.NoError(t, err)
	return imp.ID
}

var errStop = errors.New("stop")

func TestBatchIsTakenBackWithItsTransaction(t *testing.T) {
	h, _ := newHost(t, plain)
	id := h.started(t)
	require.ErrorIs(t, h.center.InTx(t.Context(), func(in *admincenter.Center) error {
		p, err := in.Imports.Step(t.Context(), h.scope, id)
		require.NoError(t, err)
		require.EqualValues(t, 2, p.Counts.Completed)
		_, err = in.Customers.Get(t.Context(), h.scope, "C-1")
		require.NoError(t, err, "the host's stores read in the transaction")
		return errStop
	}), errStop)
	h.requireNothing(t)
}

func TestBatchIsTakenBackWhenItsCursorIsNotCommitted(t *testing.T) {
	h, db := newHost(t, func(b storage.Backend) storage.Backend { return brokenBackend{b} })
	id := h.started(t)
	_, err := h.center.Imports.Step(t.Context(), h.scope, id)
	require.ErrorIs(t, err, errStop)
	h.requireNothing(t)

	h.center, err = admincenter.New(db, admincenter.Options{Own: own(db, h.pool)})
	require.NoError(t, err)
	p, err := h.center.Imports.Run(t.Context(), h.scope, id, nil)
	require.NoError(t, err)
	require.EqualValues(t, 4, p.Counts.Completed, "the next attempt writes each row once")
}

// brokenBackend commits no cursor of a job.
type brokenBackend struct{ storage.Backend }

func (b brokenBackend) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	return b.Backend.InTx(ctx, func(s storage.Stores) error { return fn(brokenStores{s}) })
}

type brokenStores struct{ storage.Stores }

func (s brokenStores) Jobs() job.Store { return brokenJobs{s.Stores.Jobs()} }

// Unwrap lets sqlstore.TxOf find the transaction.
func (s brokenStores) Unwrap() storage.Stores { return s.Stores }

type brokenJobs struct{ job.Store }

func (brokenJobs) Commit(context.Context, admin.OrgID, job.Checkpoint) error { return errStop }

// A write of the host's that is refused is taken back alone, in a transaction of the host's too.
func TestRefusedWriteLeavesTheTransactionUsable(t *testing.T) {
	h, db := newHost(t, plain)
	require.NoError(t, h.organization(t.Context()))
	tx, err := h.pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	stores := own(db, h.pool).Stores(db.WithTx(tx))
	kind := customer.Customers()
	change := func(id string) []customer.Change[customer.Customer] {
		return []customer.Change[customer.Customer]{{
			Mode: customer.ModeCreate, Record: customer.Customer{ID: id, Name: "Name"}, Given: kind.All(), At: time.Unix(1, 0),
		}}
	}
	rec := admin.Record{
		ID: uuid.UUID{1}, At: time.Unix(1, 0).UTC(), Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "customer.create",
		Subject: admin.Subject{Kind: "customer"},
	}
	_, err = stores.Customers().Apply(t.Context(), h.scope.Org(), change("kept"), rec)
	require.NoError(t, err)
	_, err = stores.Customers().Apply(t.Context(), h.scope.Org(), change("lost"), rec)
	require.ErrorIs(t, err, admin.ErrExists, "a record with that id is there")
	require.NoError(t, tx.Commit())
	ids, err := read(t.Context(), h.pool, single[string], "SELECT id FROM customers")
	require.NoError(t, err)
	require.Equal(t, []string{"kept"}, ids)
}
