package storagetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/customer"
)

// testRestoring gives records back what they were in an earlier version, which counts as that one for undoing what
// was done before, and for nothing else.
func testRestoring(t *testing.T, w *world) {
	w.seedCustomers()
	fields := []string{"id", "name"}
	named := func(name string) customer.Change[customer.Customer] {
		return w.customers(customer.ModeUpdate, fields, []string{"acme", name})[0]
	}
	apply := func(c customer.Change[customer.Customer], version, restores int64) string {
		c.Version, c.Restores = version, restores
		return w.applyCustomers(t, []customer.Change[customer.Customer]{c})[0]
	}
	restored := func() []int64 {
		c := w.customer(t, "acme")
		return []int64{c.Version, c.RestoredVersion}
	}
	first := w.customer(t, "acme").Name
	require.Equal(t, []int64{1, 0}, restored())
	require.Equal(t, "UPDATED", apply(named("Second"), 1, 0))
	require.Equal(t, "UPDATED", apply(named("Third"), 2, 0))
	require.Equal(t, "UPDATED", apply(named("Second"), 3, 2))
	require.Equal(t, []int64{4, 2}, restored())
	require.Equal(t, "REFUSED conflict", apply(named("By hand"), 2, 0), "an edit needs the version that there is")
	require.Equal(t, "UPDATED", apply(named(first), 2, 1))
	require.Equal(t, []int64{5, 1}, restored())
	require.Equal(t, "REFUSED conflict", apply(named("Late"), 2, 1), "that is undone already")
	require.Equal(t, "UNCHANGED", apply(named(first), 0, 0))
	require.Equal(t, []int64{5, 1}, restored(), "nothing has changed")

	var listed []int64
	all, err := w.b.Customers().List(t.Context(), w.org, customer.Filter{}, page[string](10))
	require.NoError(t, err)
	for _, c := range all {
		listed = append(listed, c.RestoredVersion)
	}
	require.Contains(t, listed, int64(1), "lists have it too")

	main := w.accounts(customer.ModeUpdate, fields, []string{"main", "Other name"})[0]
	name := w.account(t, "main").Name
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{main}))
	back := w.accounts(customer.ModeUpdate, fields, []string{"main", name})[0]
	back.Version, back.Restores = 2, 1
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{back}))
	require.EqualValues(t, 1, w.account(t, "main").RestoredVersion)
	gone := customer.Change[customer.Account]{Mode: customer.ModeRemove, Record: customer.Account{ID: "main"}, At: epoch}
	gone.Version = 2
	require.Equal(t, []string{"REFUSED conflict"}, w.applyAccounts(t, []customer.Change[customer.Account]{gone}))
	gone.Version = 1
	require.Equal(t, []string{"REMOVED"}, w.applyAccounts(t, []customer.Change[customer.Account]{gone}))

	require.Equal(t, "UPDATED", apply(named("By hand"), 5, 0))
	require.Equal(t, []int64{6, 0}, restored(), "any other change ends it")
	remove := customer.Change[customer.Customer]{Mode: customer.ModeRemove, At: epoch}
	remove.Record.ID = "acme"
	require.Equal(t, "REFUSED conflict", apply(remove, 1, 0))
}
