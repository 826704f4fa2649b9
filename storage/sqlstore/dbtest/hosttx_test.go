package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// host is a program with a table of its own beside the library's.
type host struct {
	t    *testing.T
	db   *sqlstore.DB
	pool *sql.DB
}

func newHost(t *testing.T, s server) host {
	t.Helper()
	db, pool := s.openPool(t)
	run(t, pool, `CREATE TABLE host_notes (text VARCHAR(50) NOT NULL PRIMARY KEY)`)
	createOrganization(t, db, "acme")
	return host{t, db, pool}
}

// begin begins a transaction of the host and writes a note in it.
func (h host) begin(t *testing.T, note string) (*sql.Tx, storage.Stores) {
	t.Helper()
	tx, err := h.pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	h.note(t, tx, note)
	return tx, h.db.WithTx(tx)
}

func (h host) note(t *testing.T, tx *sql.Tx, note string) {
	t.Helper()
	_, err := tx.ExecContext(t.Context(), `INSERT INTO host_notes (text) VALUES ('`+note+`')`)
	require.NoError(t, err)
}

// requireNotes checks what of the host's there is.
func (h host) requireNotes(t *testing.T, notes ...string) {
	t.Helper()
	require.Equal(t, notes, strs(t, h.pool, `SELECT text FROM host_notes ORDER BY text`))
}

func (h host) create(t *testing.T, s storage.Stores, code iso4217.Code) error {
	t.Helper()
	return s.Currencies().Create(t.Context(), "acme", aCurrency(code, "2"), rec("currency.add"))
}

// requireCurrencies checks what of the library's there is, each with its audit record.
func (h host) requireCurrencies(t *testing.T, codes ...string) {
	t.Helper()
	require.Equal(t, codes, strs(t, h.pool, `SELECT code FROM admincenter_currencies ORDER BY code`))
	require.Equal(t, []string{fmt.Sprint(len(codes))}, strs(t, h.pool, `SELECT COUNT(*) FROM admincenter_audit WHERE action = 'currency.add'`))
}

// The subtests go on from each other's rows.
func TestHostTransaction(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		h := newHost(t, s)
		t.Run("commits both", func(t *testing.T) {
			tx, stores := h.begin(t, "1 both")
			require.NoError(t, h.create(t, stores, "EUR"))
			require.NoError(t, tx.Commit())
			h.requireNotes(t, "1 both")
			h.requireCurrencies(t, "EUR")
		})
		t.Run("that is rolled back takes both back", func(t *testing.T) {
			tx, stores := h.begin(t, "2 lost")
			require.NoError(t, h.create(t, stores, "GBP"))
			require.NoError(t, tx.Rollback())
			h.requireNotes(t, "1 both")
			h.requireCurrencies(t, "EUR")
		})
		t.Run("goes on after a refused write", func(t *testing.T) {
			tx, stores := h.begin(t, "3 before")
			require.NoError(t, h.create(t, stores, "USD"))
			require.ErrorIs(t, h.create(t, stores, "EUR"), admin.ErrExists)
			require.ErrorIs(t, stores.Organizations().Rename(t.Context(), "acme", "New", 7, rec("organization.rename")), admin.ErrConflict)
			require.ErrorIs(t, stores.Organizations().Rename(t.Context(), "umbrella", "New", 1, rec("organization.rename")), admin.ErrNotFound)
			h.note(t, tx, "4 after")
			require.NoError(t, h.create(t, stores, "INR"))
			require.NoError(t, tx.Commit())
			h.requireNotes(t, "1 both", "3 before", "4 after")
			h.requireCurrencies(t, "EUR", "INR", "USD")
		})
		t.Run("sees what it has written and others do not", func(t *testing.T) {
			tx, stores := h.begin(t, "5 unseen")
			require.NoError(t, h.create(t, stores, "JPY"))
			_, err := stores.Currencies().Get(t.Context(), "acme", "JPY")
			require.NoError(t, err)
			_, err = h.db.WithTx(tx).Currencies().Get(t.Context(), "acme", "JPY")
			require.NoError(t, err, "through other stores of the same transaction too")
			_, err = h.db.Currencies().Get(t.Context(), "acme", "JPY")
			require.ErrorIs(t, err, admin.ErrNotFound)
			require.NoError(t, tx.Rollback())
		})
		t.Run("has no savepoint left", func(t *testing.T) {
			for n := 1; n <= 3; n++ {
				tx, stores := h.begin(t, "6 points")
				require.NoError(t, h.create(t, stores, "JPY"))
				require.ErrorIs(t, h.create(t, stores, "JPY"), admin.ErrExists)
				require.NoError(t, h.create(t, stores, "KWD"))
				_, err := tx.ExecContext(t.Context(), fmt.Sprintf("RELEASE SAVEPOINT admincenter_%d", n))
				require.ErrorContains(t, err, "admincenter_", "there is none of this name")
				require.NoError(t, tx.Rollback())
			}
		})
		t.Run("that is broken stays so", func(t *testing.T) {
			tx, stores := h.begin(t, "7 broken")
			require.NoError(t, h.create(t, stores, "JPY"))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, stores.Currencies().Create(ctx, "acme", aCurrency("KWD", "2"), rec("currency.add")), context.Canceled)
			require.ErrorIs(t, h.create(t, stores, "KWD"), context.Canceled, "although this one's context has not ended")
			_, err := stores.Currencies().Get(t.Context(), "acme", "EUR")
			require.ErrorIs(t, err, context.Canceled)
			require.NoError(t, tx.Rollback())
			h.requireNotes(t, "1 both", "3 before", "4 after")
			h.requireCurrencies(t, "EUR", "INR", "USD")
		})
		t.Run("whose host was refused something does no more", func(t *testing.T) {
			if s.dialect != sqlstore.PostgreSQL {
				return // only PostgreSQL refuses everything after one failed statement
			}
			tx, stores := h.begin(t, "8 refused")
			_, err := tx.ExecContext(t.Context(), `INSERT INTO host_notes (text) VALUES ('1 both')`)
			require.Error(t, err)
			err = h.create(t, stores, "KWD")
			require.ErrorContains(t, err, "current transaction is aborted")
			require.Error(t, tx.Commit())
			h.requireNotes(t, "1 both", "3 before", "4 after")
			h.requireCurrencies(t, "EUR", "INR", "USD")
		})
	})
}
