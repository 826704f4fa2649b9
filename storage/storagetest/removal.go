package storagetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// testRemoving removes customers and accounts that are in the version that was given.
func testRemoving(t *testing.T, w *world) {
	w.seedCustomers()
	require.Equal(t, []string{"CREATED", "CREATED", "CREATED"}, w.applyCustomers(t, w.customers(customer.ModeCreate,
		customerFields(), []string{"b", "Beta", ""}, []string{"c", "Gamma", ""}, []string{"ACME", "Capitals", ""})))
	remove := func(id string, version int64) customer.Change[customer.Customer] {
		return customer.Change[customer.Customer]{Mode: customer.ModeRemove, Record: customer.Customer{ID: id},
			Version: version, At: epoch}
	}
	set := []customer.Change[customer.Customer]{remove("acme", 1), remove("b", 1), remove("c", 2), remove("none", 1)}
	beta, rec := w.customer(t, "b"), w.rec("customer.apply")
	out, err := w.b.Customers().Apply(t.Context(), w.org, set, rec)
	require.NoError(t, err)
	require.Equal(t, []string{"REFUSED has_accounts", "REMOVED", "REFUSED conflict", "REFUSED not_found"}, became(out))
	require.Contains(t, out[0].Detail, `"main"`)
	require.Equal(t, customer.Outcome[customer.Customer]{Result: customer.Removed, Before: beta}, out[1])
	require.True(t, w.recorded(t, rec))
	require.Equal(t, []string{"ACME", "acme", "c"}, w.customerIDs(t, customer.Filter{}))

	require.Equal(t, []string{"REFUSED conflict"},
		w.applyCustomers(t, []customer.Change[customer.Customer]{remove("c", 0)}), "a version has to be given")
	rec = w.rec("customer.apply")
	_, err = w.b.Customers().Apply(t.Context(), w.org, set[1:], rec)
	require.NoError(t, err)
	require.False(t, w.recorded(t, rec), "nothing was left to remove")
	require.Equal(t, []string{"CREATED"}, w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(),
		[]string{"b", "Beta again", ""})), "its id is free")
	require.EqualValues(t, 1, w.customer(t, "b").Version)

	// An archived account keeps its customer too, and so does one that was erased.
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, w.accounts(customer.ModeUpdate, []string{"id", "status"},
		[]string{"main", "ARCHIVED"})))
	require.Equal(t, []string{"REFUSED has_accounts"},
		w.applyCustomers(t, []customer.Change[customer.Customer]{remove("acme", 1)}))
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{
		{Mode: customer.ModeErase, Record: customer.Account{ID: "main"}, At: epoch}}))
	require.Equal(t, []string{"REFUSED has_accounts"},
		w.applyCustomers(t, []customer.Change[customer.Customer]{remove("acme", 1)}))
	require.Equal(t, []string{"REFUSED erased"}, w.applyAccounts(t, []customer.Change[customer.Account]{
		{Mode: customer.ModeRemove, Record: customer.Account{ID: "main"}, Version: 3, At: epoch}}))
	testRemovingAccounts(t, w)
	testRemovingMany(t, w)
}

// testRemovingAccounts removes an account with its aliases, which are free then.
func testRemovingAccounts(t *testing.T, w *world) {
	kind := customer.Accounts()
	full := fullAccount()
	full.CustomerID = "b"
	whole := customer.Change[customer.Account]{Mode: customer.ModeCreate, Record: full, Given: kind.All(), At: epoch}
	require.Equal(t, []string{"CREATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{whole}))
	other := whole
	other.Record = kind.Clone(full)
	other.Record.ID = "other"
	require.Equal(t, []string{"REFUSED alias_taken"}, w.applyAccounts(t, []customer.Change[customer.Account]{other}))
	gone := customer.Change[customer.Account]{Mode: customer.ModeRemove, Record: customer.Account{ID: "full"}, Version: 1,
		At: epoch}
	// Within one set, too.
	require.Equal(t, []string{"REMOVED", "CREATED"},
		w.applyAccounts(t, []customer.Change[customer.Account]{gone, other}))
	_, err := w.b.Accounts().Get(t.Context(), w.org, "full")
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.Equal(t, []string{"REFUSED alias_taken"}, w.applyAccounts(t, []customer.Change[customer.Account]{whole}),
		"the other has them")
	gone.Record.ID = "other"
	require.Equal(t, []string{"REMOVED"}, w.applyAccounts(t, []customer.Change[customer.Account]{gone}))
	require.Equal(t, []string{"CREATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{whole}))
	gone.Record.ID = "full"
	require.Equal(t, []string{"REMOVED"}, w.applyAccounts(t, []customer.Change[customer.Account]{gone}))
	require.Equal(t, []string{"REMOVED"}, w.applyCustomers(t, []customer.Change[customer.Customer]{
		{Mode: customer.ModeRemove, Record: customer.Customer{ID: "b"}, Version: 1, At: epoch}}), "no account is left")
}

// testRemovingMany removes more records than one statement names, beside others that are changed in the same set.
func testRemovingMany(t *testing.T, w *world) {
	const n = 1203
	var rows [][]string
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("m%05d", i), "Name", ""})
	}
	w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(), rows...))
	changes := w.customers(customer.ModeUpdate, []string{"id", "name"}, rows...)
	for i := range changes {
		changes[i].At = epoch.Add(time.Hour)
		switch {
		case i%5 == 0:
			changes[i].Record.Name = "Renamed"
		case i%7 == 0:
			changes[i].Mode, changes[i].Version = customer.ModeRemove, 2
		default:
			changes[i].Mode, changes[i].Version = customer.ModeRemove, 1
		}
	}
	for i, got := range w.applyCustomers(t, changes) {
		want := "REMOVED"
		switch {
		case i%5 == 0:
			want = "UPDATED"
		case i%7 == 0:
			want = "REFUSED conflict"
		}
		require.Equal(t, want, got, "row %d", i)
	}
	left, err := w.b.Customers().Count(t.Context(), w.org, customer.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, (n+4)/5+n/7+1-(n/35+1)+3, left)
}
