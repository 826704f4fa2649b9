package dbtest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// A host's own rows commit with the library's, in the library's transaction.
func TestTxOf(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		h := newHost(t, s)
		note := func(s storage.Stores, text string) error {
			tx := sqlstore.TxOf(s)
			if tx == nil {
				return errors.New("there is no transaction")
			}
			_, err := tx.ExecContext(t.Context(), fmt.Sprintf("INSERT INTO host_notes (text) VALUES ('%s')", text))
			return err
		}
		t.Run("commits both", func(t *testing.T) {
			require.NoError(t, h.db.InTx(t.Context(), func(s storage.Stores) error {
				return errors.Join(h.create(t, s, "EUR"), note(s, "1 both"))
			}))
			h.requireNotes(t, "1 both")
			h.requireCurrencies(t, "EUR")
		})
		t.Run("takes both back", func(t *testing.T) {
			stop := errors.New("stop")
			require.ErrorIs(t, h.db.InTx(t.Context(), func(s storage.Stores) error {
				return errors.Join(h.create(t, s, "GBP"), note(s, "2 lost"), stop)
			}), stop)
			h.requireNotes(t, "1 both")
			h.requireCurrencies(t, "EUR")
		})
		t.Run("is the host's own within the host's transaction", func(t *testing.T) {
			tx, err := h.pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			require.Same(t, tx, sqlstore.TxOf(h.db.WithTx(tx)))
			require.Same(t, tx, sqlstore.TxOf(storage.Own{}.Stores(h.db.WithTx(tx))), "behind replaced ports too")
			require.NoError(t, tx.Rollback())
		})
	})
	require.Nil(t, sqlstore.TxOf(memory.New()))
	require.Nil(t, sqlstore.TxOf(nil))
}

// Two transactions lock two rows of the host's in opposite order: the database breaks the deadlock, and
// the one that lost runs again. SQLite has one lock for all and therefore no deadlocks: onNetworked.
func TestHostStatementThatLostRunsAgain(t *testing.T) {
	onNetworked(t, func(t *testing.T, s server) {
		h := newHost(t, s)
		run(t, h.pool, `INSERT INTO host_notes (text) VALUES ('a'), ('b')`)
		var runs atomic.Int64
		var both sync.WaitGroup
		both.Add(2)
		rows := []string{"a", "b"}
		errs := together(2, func(i int) error {
			first := true
			return h.db.InTx(t.Context(), func(s storage.Stores) error {
				runs.Add(1)
				lock := func(row string) error {
					tx := sqlstore.TxOf(s)
					_, err := tx.ExecContext(t.Context(), `UPDATE host_notes SET text = text WHERE text = '`+row+`'`)
					return err
				}
				if err := lock(rows[i]); err != nil {
					return err
				}
				if first {
					first = false
					both.Done()
					both.Wait()
				}
				return lock(rows[1-i])
			})
		})
		require.NoError(t, errors.Join(errs...))
		require.EqualValues(t, 3, runs.Load())
	})
}
