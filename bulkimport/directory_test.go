package bulkimport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestDirectoryShowsWhatWasImported(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc2,Orbit,o@orbit.example\nc1,Lumen,l@lumen.example\nc3,Brume,b@brume.example\n", bulkimport.Settings{})
	w.run(bulkimport.AccountsType, "id,name,customer_id\na2,Lumen two,c1\na1,Lumen one,c1\na3,Orbit one,c2\n", bulkimport.Settings{})
	d := customer.NewService(w.backend.Customers(), w.backend.Accounts())

	var names []string
	for c, err := range d.AllCustomers(t.Context(), w.scope) {
		require.NoError(t, err)
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"Lumen", "Orbit", "Brume"}, names, "in order of id")

	page, err := d.Accounts(t.Context(), w.scope, customer.AccountFilter{CustomerID: "c1"}, admin.Query{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "a1", page.Items[0].ID)
	_, err = d.Accounts(t.Context(), w.scope, customer.AccountFilter{CustomerID: "c2"}, admin.Query{After: page.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own filter only")
	var ids []string
	for a, err := range d.AllAccounts(t.Context(), w.scope, customer.AccountFilter{CustomerID: "c1"}) {
		require.NoError(t, err)
		ids = append(ids, a.ID)
	}
	require.Equal(t, []string{"a1", "a2"}, ids)

	c, err := d.Customer(t.Context(), w.scope, "c1")
	require.NoError(t, err)
	require.Equal(t, "Lumen", c.Name)
	a, err := d.Account(t.Context(), w.scope, "a3")
	require.NoError(t, err)
	require.Equal(t, "c2", a.CustomerID)
	_, err = d.Customer(t.Context(), admin.System("globex"), "c1")
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestDirectoryRequiresThePermissionOfWhatItShows(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	d := customer.NewService(w.backend.Customers(), w.backend.Accounts())
	actor := admin.Actor{Kind: admin.ActorToken, ID: "t"}
	customers := admin.NewScope(org, actor, admin.Permissions(customer.PermissionRead))
	accounts := admin.NewScope(org, actor, admin.Permissions(customer.PermissionAccountsRead))

	_, err := d.Customers(t.Context(), customers, admin.Query{})
	require.NoError(t, err)
	_, err = d.Customers(t.Context(), accounts, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = d.Customer(t.Context(), accounts, "c1")
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = d.Accounts(t.Context(), accounts, customer.AccountFilter{}, admin.Query{})
	require.NoError(t, err)
	_, err = d.Accounts(t.Context(), customers, customer.AccountFilter{}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = d.Account(t.Context(), customers, "a1")
	require.ErrorIs(t, err, admin.ErrForbidden)
}
