package dbtest

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// A batch of an undo of any size costs the same number of statements, and so does one of its check.
func TestUndoStatements(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		const rows = 1000
		w := newImporters(t, s, 500)
		value, err := settings.ParseValue(settings.TypeNumeric, "1")
		require.NoError(t, err)
		for n := range 3 {
			_, err = w.center.Settings.Create(t.Context(), w.scope, settings.NewSetting{
				Entity: settings.Entity{Kind: settings.Customer, ID: fmt.Sprint("other-", n)}, Name: "rate",
				Namespace: settings.DefaultNamespace, Value: value,
			})
			require.NoError(t, err)
		}
		for _, batch := range []int{100, 500} {
			j := w.start(t, fmt.Sprint("batch", batch), rows, 500)
			j.runHere(t)
			pool, err := sql.Open(w.place.Driver, w.place.DSN)
			require.NoError(t, err)
			defer pool.Close()
			count := &counter{Connector: dsnConnector{w.place.DSN, pool.Driver()}}
			counted := sql.OpenDB(count)
			defer counted.Close()
			db, err := sqlstore.New(t.Context(), counted, w.place.Dialect, sqlstore.Options{})
			require.NoError(t, err)
			imports := importCenter(t, db, batch).Imports
			check, err := imports.CheckUndo(t.Context(), w.scope, j.id)
			require.NoError(t, err)
			undo := func(what string, run func() (bulkimport.Progress, error)) {
				count.statements.Store(0)
				p, err := run()
				require.NoError(t, err)
				n := int(count.statements.Load())
				t.Logf("%s in batches of %d: %.3f statements a row", what, batch, float64(n)/rows)
				require.Positive(t, p.Removed)
				require.LessOrEqual(t, n, (rows/batch+1)*30)
			}
			undo("check", func() (bulkimport.Progress, error) {
				if _, err := imports.Run(t.Context(), w.scope, check.ID, nil); err != nil {
					return bulkimport.Progress{}, err
				}
				return imports.Progress(t.Context(), w.scope, check.ID)
			})
			made, err := imports.Undo(t.Context(), w.scope, j.id)
			require.NoError(t, err)
			undo("undo", func() (bulkimport.Progress, error) {
				if _, err := imports.Run(t.Context(), w.scope, made.ID, nil); err != nil {
					return bulkimport.Progress{}, err
				}
				return imports.Progress(t.Context(), w.scope, made.ID)
			})
		}
	})
}
