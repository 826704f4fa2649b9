package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestCheckTellsWhatTheImportThenDoes(t *testing.T) {
	var accounts strings.Builder
	accounts.WriteString("id,name,customer_id\n")
	for i := range 30 {
		fmt.Fprintf(&accounts, "a%d,Account,c%03d\n", i%28, 1+i)
	}
	for _, tc := range []struct {
		reason string
		name   bulkimport.TypeName
		text   string
		mode   bulkimport.Mode
	}{
		{"new customers", bulkimport.CustomersType, manyCustomers(40), bulkimport.Create},
		{"customers of whom some exist", bulkimport.CustomersType, manyCustomers(25), bulkimport.Skip},
		{"customers to update", bulkimport.CustomersType, strings.ReplaceAll(manyCustomers(25), "France",
			"Spain"), bulkimport.Upsert},
		{"accounts of customers who are not there", bulkimport.AccountsType, accounts.String(), bulkimport.Create},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{BatchRows: 6})
			w.run(bulkimport.CustomersType, manyCustomers(20), bulkimport.Settings{})
			before := w.customers()
			i := w.upload(tc.name, tc.text)
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i),
				bulkimport.Settings{Mode: tc.mode})
			require.NoError(t, err)
			preview, err := w.service.Check(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, before, w.customers(), "a check writes nothing")

			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			p, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, bulkimport.Preview{
				Counts: p.Counts, Created: p.Created, Updated: p.Updated, Unchanged: p.Unchanged, Failed: w.failed(i.ID),
			}, preview)
			_, err = w.service.Check(t.Context(), w.scope, i.ID)
			require.ErrorIs(t, err, admin.ErrState, "it has started")
		})
	}
	t.Run("a host's own target is not called", func(t *testing.T) {
		w, shelf := newShelf(t, bulkimport.Options{})
		i := w.upload("contacts", "external_id,name\nc1,Ann\nc2,\n")
		_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		p, err := w.service.Check(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.EqualValues(t, 1, p.Created)
		require.Len(t, p.Failed, 1)
		require.Empty(t, shelf.rows)
	})
}
