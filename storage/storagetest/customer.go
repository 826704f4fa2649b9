package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

func testCustomers(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(41 << 40)
	write := func(t *testing.T, w *world, batch bulkimport.Batch) []bulkimport.Outcome {
		t.Helper()
		out, err := b.Customers().Write(t.Context(), w.org, batch, w.rec("import.write"))
		require.NoError(t, err)
		return out
	}
	get := func(t *testing.T, w *world, id string) customer.Customer {
		t.Helper()
		got, err := b.Customers().Get(t.Context(), w.org, id)
		require.NoError(t, err)
		return got
	}
	all := []string{"id", "name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country", "tier"}
	full := []string{"acme", "Acmé \"quoted\"\nLtd", "a@x.example", "1", "2", "3", "4", "5", "6", "US", "gold"}

	t.Run("creates with every field and the host's own", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.Equal(t, results(bulkimport.Created), write(t, w, w.batch(bulkimport.Create, all, full)))
		require.Equal(t, customer.Customer{
			ID: "acme", Name: full[1], PrimaryEmail: "a@x.example", Status: customer.Active, Extra: map[string]string{"tier": "gold"},
			Address:   customer.Address{PhoneNumber: "1", Line1: "2", Line2: "3", PostalCode: "4", City: "5", State: "6", Country: "US"},
			CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
		}, get(t, w, "acme"))
	})
	t.Run("leaves what exists alone, unless it is to be updated", func(t *testing.T) {
		w := newWorld(t, b, c)
		write(t, w, w.batch(bulkimport.Create, all, full))
		before := get(t, w, "acme")
		for _, mode := range []bulkimport.Mode{bulkimport.Create, bulkimport.Skip} {
			out := write(t, w, w.batch(mode, customerFields(), []string{"acme", "Other", ""}, []string{"new" + string(mode), "New", "n@x.example"}))
			require.Equal(t, results(bulkimport.Exists, bulkimport.Created), out)
			require.Equal(t, before, get(t, w, "acme"))
		}
	})
	t.Run("updates the mapped fields and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		write(t, w, w.batch(bulkimport.Create, all, full))
		want := get(t, w, "acme")
		update := w.batch(bulkimport.Upsert, []string{"id", "name", "city", "tier"}, []string{"acme", "Other", "", ""}, []string{"new", "New", "", ""})
		update.At = epoch.Add(time.Hour)
		require.Equal(t, results(bulkimport.Updated, bulkimport.Created), write(t, w, update))
		want.Name, want.City, want.Extra, want.UpdatedAt, want.Version = "Other", "", nil, epoch.Add(time.Hour), 2
		require.Equal(t, want, get(t, w, "acme"))
		require.Equal(t, results(bulkimport.Unchanged, bulkimport.Unchanged), write(t, w, update))
		require.Equal(t, want, get(t, w, "acme"), "what is as it should be keeps its version")
	})
	t.Run("compares identifiers byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		keys := []string{"ACME", "Acme", "acme", "acmé", "acme\u0301"}
		slices.Sort(keys)
		var rows [][]string
		for _, k := range keys {
			rows = append(rows, []string{k, "Name of " + k, ""})
		}
		require.Equal(t, results(slices.Repeat([]bulkimport.Result{bulkimport.Created}, len(keys))...), write(t, w, w.batch(bulkimport.Create, customerFields(), rows...)))
		for _, k := range keys {
			require.Equal(t, "Name of "+k, get(t, w, k).Name)
		}
		_, err := b.Customers().Get(t.Context(), w.org, "aCME")
		require.ErrorIs(t, err, admin.ErrNotFound)
		var listed []string
		for _, got := range pages(t, func(seek admin.Seek[string]) ([]customer.Customer, error) {
			return b.Customers().List(t.Context(), w.org, seek)
		}, func(c customer.Customer) string { return c.ID }) {
			listed = append(listed, got.ID)
		}
		require.Equal(t, keys, listed)
	})
	t.Run("writes more rows than fit into one statement", func(t *testing.T) {
		w := newWorld(t, b, c)
		var rows [][]string
		for i := range 1203 {
			rows = append(rows, []string{fmt.Sprintf("c%05d", i), "Name", ""})
		}
		first := write(t, w, w.batch(bulkimport.Create, customerFields(), rows[:601]...))
		require.Len(t, first, 601)
		both := write(t, w, w.batch(bulkimport.Skip, customerFields(), rows...))
		for i, o := range both {
			want := bulkimport.Created
			if i < 601 {
				want = bulkimport.Exists
			}
			require.Equal(t, want, o.Result, "row %d", i)
		}
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		out, err := b.Customers().Write(t.Context(), w.org+".none", w.batch(bulkimport.Create, customerFields(), []string{"a", "Name", ""}), w.rec("import.write"))
		require.ErrorIs(t, err, admin.ErrNotFound, "%v", out)
	})
}

func testAccounts(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(42 << 40)
	write := func(t *testing.T, w *world, batch bulkimport.Batch) []bulkimport.Outcome {
		t.Helper()
		out, err := b.Accounts().Write(t.Context(), w.org, batch, w.rec("import.write"))
		require.NoError(t, err)
		return out
	}
	get := func(t *testing.T, w *world, id string) customer.Account {
		t.Helper()
		got, err := b.Accounts().Get(t.Context(), w.org, id)
		require.NoError(t, err)
		return got
	}
	fields := []string{"id", "name", "customer_id", "invoice_currency", "primary_email", "net_term_days", "city", "country", "tier"}
	days := 30

	t.Run("creates with every field and the host's own", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedImports()
		require.Equal(t, results(bulkimport.Created, bulkimport.Created), write(t, w, w.batch(bulkimport.Create, fields,
			[]string{"a1", "One", "acme", "EUR", "a@x.example", "30", "Bonn", "DE", "gold"},
			[]string{"a2", "Two", "acme", "", "", "", "", "", ""})))
		require.Equal(t, customer.Account{
			ID: "a1", Name: "One", CustomerID: "acme", InvoiceCurrency: "EUR", PrimaryEmail: "a@x.example", NetTermDays: &days,
			Address: customer.Address{City: "Bonn", Country: "DE"}, Status: customer.Active, Extra: map[string]string{"tier": "gold"},
			CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
		}, get(t, w, "a1"))
		require.Nil(t, get(t, w, "a2").NetTermDays, "none is not zero")
	})
	t.Run("needs the customer, in the same organization", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		w.seedImports()
		rows := w.batch(bulkimport.Create, accountFields(), []string{"a1", "One", "nobody"}, []string{"a2", "Two", "acme"})
		out := write(t, w, rows)
		require.Equal(t, bulkimport.RelationNotFound, out[0].Result)
		require.Equal(t, "customer_id", out[0].Field)
		require.Contains(t, out[0].Detail, "nobody")
		require.Equal(t, bulkimport.Created, out[1].Result)
		_, err := b.Accounts().Get(t.Context(), w.org, "a1")
		require.ErrorIs(t, err, admin.ErrNotFound)
		for _, o := range write(t, other, rows) {
			require.Equal(t, bulkimport.RelationNotFound, o.Result)
		}
	})
	t.Run("updates the mapped fields and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedImports()
		write(t, w, w.batch(bulkimport.Create, fields, []string{"a1", "One", "acme", "EUR", "a@x.example", "30", "Bonn", "DE", "gold"}))
		want := get(t, w, "a1")
		rename := w.batch(bulkimport.Upsert, []string{"id", "name"}, []string{"a1", "Uno"})
		require.Equal(t, results(bulkimport.Updated), write(t, w, rename))
		want.Name, want.Version = "Uno", 2
		require.Equal(t, want, get(t, w, "a1"))
		require.Equal(t, results(bulkimport.Unchanged), write(t, w, rename))
		require.Equal(t, results(bulkimport.Updated), write(t, w, w.batch(bulkimport.Upsert, []string{"id", "net_term_days"}, []string{"a1", ""})))
		require.Nil(t, get(t, w, "a1").NetTermDays)
		require.Equal(t, bulkimport.RelationNotFound, write(t, w, w.batch(bulkimport.Upsert, []string{"id", "customer_id"}, []string{"a1", "nobody"}))[0].Result)
	})
	t.Run("lists by customer in order of identifier", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedImports()
		_, err := b.Customers().Write(t.Context(), w.org, w.batch(bulkimport.Create, customerFields(), []string{"beta", "Beta", ""}), w.rec("import.write"))
		require.NoError(t, err)
		write(t, w, w.batch(bulkimport.Create, accountFields(), []string{"z", "Zed", "beta"}, []string{"b", "Bee", "acme"}, []string{"y", "Why", "beta"}))
		list := func(f customer.AccountFilter) (out []string) {
			for _, a := range pages(t, func(seek admin.Seek[string]) ([]customer.Account, error) {
				return b.Accounts().List(t.Context(), w.org, f, seek)
			}, func(a customer.Account) string { return a.ID }) {
				out = append(out, a.ID)
			}
			return out
		}
		require.Equal(t, []string{"b", "main", "y", "z"}, list(customer.AccountFilter{}))
		require.Equal(t, []string{"y", "z"}, list(customer.AccountFilter{CustomerID: "beta"}))
		require.Empty(t, list(customer.AccountFilter{CustomerID: "nobody"}))
	})
}
