package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

func testCustomers(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(41 << 40)
	all := []string{"id", "name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state",
		"country", "tier"}
	full := []string{"acme", "Acmé \"quoted\"\nLtd", "a@x.example", "1", "2", "3", "4", "5", "6", "US", "gold"}

	t.Run("creates with every field and metadata", func(t *testing.T) {
		w := newWorld(t, b, c)
		out, err := b.Customers().Apply(t.Context(), w.org, w.customers(customer.ModeCreate, all, full),
			w.rec("customer.apply"))
		require.NoError(t, err)
		want := customer.Customer{
			ID: "acme", Name: full[1], PrimaryEmail: "a@x.example", Status: customer.Active,
			Metadata: map[string]string{"tier": "gold"},
			Address: customer.Address{PhoneNumber: "1", Line1: "2", Line2: "3", PostalCode: "4", City: "5", State: "6",
				Country: "US"},
			CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
		}
		require.Equal(t, []customer.Outcome[customer.Customer]{{Result: customer.Created, After: want}}, out)
		require.Equal(t, want, w.customer(t, "acme"))
	})
	t.Run("leaves what exists alone, unless it is to be updated", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.applyCustomers(t, w.customers(customer.ModeCreate, all, full))
		before := w.customer(t, "acme")
		for mode, first := range map[customer.Mode]string{customer.ModeCreate: "REFUSED exists",
			customer.ModeSkip: "SKIPPED"} {
			out := w.applyCustomers(t, w.customers(mode, customerFields(), []string{"acme", "Other", ""},
				[]string{"new" + string(mode), "New", "n@x.example"}))
			require.Equal(t, []string{first, "CREATED"}, out)
			require.Equal(t, before, w.customer(t, "acme"))
		}
	})
	t.Run("updates the given fields and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.applyCustomers(t, w.customers(customer.ModeCreate, all, full))
		before := w.customer(t, "acme")
		update := w.customers(customer.ModeUpsert, []string{"id", "name", "city", "tier"},
			[]string{"acme", "Other", "", ""}, []string{"new", "New", "", ""})
		update[0].At, update[1].At = epoch.Add(time.Hour), epoch.Add(time.Hour)
		out, err := b.Customers().Apply(t.Context(), w.org, update, w.rec("customer.apply"))
		require.NoError(t, err)
		want := before
		want.Name, want.City, want.Metadata, want.UpdatedAt, want.Version = "Other", "", nil, epoch.Add(time.Hour), 2
		require.Equal(t, customer.Outcome[customer.Customer]{Result: customer.Updated, Before: before, After: want}, out[0])
		require.Equal(t, customer.Created, out[1].Result)
		require.Equal(t, want, w.customer(t, "acme"))
		require.Equal(t, []string{"UNCHANGED", "UNCHANGED"}, w.applyCustomers(t, update))
		require.Equal(t, want, w.customer(t, "acme"), "what is as it should be keeps its version")
	})
	t.Run("replaces metadata as a whole, or by name", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.applyCustomers(t, w.customers(customer.ModeCreate, append(customerFields(), "a", "b"),
			[]string{"acme", "Acme", "", "1", "2"}))
		w.applyCustomers(t, w.customers(customer.ModeUpdate, []string{"id", "b", "c"}, []string{"acme", "", "3"}))
		require.Equal(t, map[string]string{"a": "1", "c": "3"}, w.customer(t, "acme").Metadata)
		whole := w.customers(customer.ModeUpdate, []string{"id", "name"}, []string{"acme", "Acme"})
		mask, err := customer.Customers().Mask("metadata")
		require.NoError(t, err)
		whole[0].Given, whole[0].Record.Metadata = mask, map[string]string{"d": "4"}
		require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, whole))
		whole[0].Record.Metadata["d"] = "not the store's"
		require.Equal(t, map[string]string{"d": "4"}, w.customer(t, "acme").Metadata)
		whole[0].Record.Metadata = nil
		require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, whole))
		require.Nil(t, w.customer(t, "acme").Metadata)
	})
	t.Run("updates what exists, in the version that was read only", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		rename := w.customers(customer.ModeUpdate, []string{"id", "name"}, []string{"acme", "Other"},
			[]string{"none", "Other"})
		rename[0].Version = 2
		require.Equal(t, []string{"REFUSED conflict", "REFUSED not_found"}, w.applyCustomers(t, rename))
		rename[0].Version = 1
		require.Equal(t, []string{"UPDATED", "REFUSED not_found"}, w.applyCustomers(t, rename))
		require.EqualValues(t, 2, w.customer(t, "acme").Version)
	})
	t.Run("leaves a record of what was changed only", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		changes := w.customers(customer.ModeUpsert, []string{"id", "name"}, []string{"acme", "Other"})
		for _, written := range []bool{true, false} {
			rec := w.rec("customer.apply")
			_, err := b.Customers().Apply(t.Context(), w.org, changes, rec)
			require.NoError(t, err)
			require.Equal(t, written, w.recorded(t, rec))
		}
		rec := w.rec("customer.apply")
		_, err := b.Customers().Apply(t.Context(), w.org, nil, rec)
		require.NoError(t, err)
		require.False(t, w.recorded(t, rec))
	})
	t.Run("refuses a set that names one customer twice", func(t *testing.T) {
		w := newWorld(t, b, c)
		twice := w.customers(customer.ModeUpsert, customerFields(), []string{"a", "Name", ""}, []string{"b", "Name", ""},
			[]string{"a", "Other", ""})
		_, err := b.Customers().Apply(t.Context(), w.org, twice, w.rec("customer.apply"))
		require.ErrorIs(t, err, admin.ErrInvalid)
		n, err := b.Customers().Count(t.Context(), w.org, customer.Filter{})
		require.NoError(t, err)
		require.Zero(t, n)
	})
	t.Run("compares identifiers byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		keys := []string{"ACME", "Acme", "acme", "acmé", "acme\u0301"}
		slices.Sort(keys)
		var rows [][]string
		for _, k := range keys {
			rows = append(rows, []string{k, "Name of " + k, ""})
		}
		require.Equal(t, slices.Repeat([]string{"CREATED"}, len(keys)),
			w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(), rows...)))
		for _, k := range keys {
			require.Equal(t, "Name of "+k, w.customer(t, k).Name)
		}
		_, err := b.Customers().Get(t.Context(), w.org, "aCME")
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.Equal(t, keys, w.customerIDs(t, customer.Filter{}))
	})
	t.Run("writes more records than fit into one statement", func(t *testing.T) {
		w := newWorld(t, b, c)
		var rows [][]string
		for i := range 1203 {
			rows = append(rows, []string{fmt.Sprintf("c%05d", i), "Name", ""})
		}
		first := w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(), rows[:601]...))
		require.Len(t, first, 601)
		both := w.applyCustomers(t, w.customers(customer.ModeSkip, customerFields(), rows...))
		for i, o := range both {
			want := "CREATED"
			if i < 601 {
				want = "SKIPPED"
			}
			require.Equal(t, want, o, "row %d", i)
		}
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		changes := w.customers(customer.ModeCreate, customerFields(), []string{"a", "Name", ""})
		out, err := b.Customers().Apply(t.Context(), w.org+".none", changes, w.rec("customer.apply"))
		require.ErrorIs(t, err, admin.ErrNotFound, "%v", out)
	})
	t.Run("lists by status and text", func(t *testing.T) { testCustomerLists(t, newWorld(t, b, c)) })
	t.Run("finds by name and address what is not archived", func(t *testing.T) { testFinding(t, newWorld(t, b, c)) })
	t.Run("archives", func(t *testing.T) { testArchiving(t, newWorld(t, b, c)) })
	t.Run("erases", func(t *testing.T) { testErasing(t, newWorld(t, b, c)) })
	t.Run("restores", func(t *testing.T) { testRestoring(t, newWorld(t, b, c)) })
	t.Run("removes", func(t *testing.T) { testRemoving(t, newWorld(t, b, c)) })
}

// customerIDs lists the ids of the customers that match, and checks that as many are counted.
func (w *world) customerIDs(t *testing.T, f customer.Filter) []string {
	t.Helper()
	var out []string
	for _, got := range pages(t, func(seek admin.Seek[string]) ([]customer.Customer, error) {
		return w.b.Customers().List(t.Context(), w.org, f, seek)
	}, func(c customer.Customer) string { return c.ID }) {
		out = append(out, got.ID)
	}
	n, err := w.b.Customers().Count(t.Context(), w.org, f)
	require.NoError(t, err)
	require.EqualValues(t, len(out), n, "%+v", f)
	return out
}

func testCustomerLists(t *testing.T, w *world) {
	w.applyCustomers(t, w.customers(customer.ModeCreate, append(customerFields(), "status"),
		[]string{"c-1", "Müller & Söhne", "info@mueller.example", "ACTIVE"},
		[]string{"c-2", "Acme 100%", "billing@acme.example", "ARCHIVED"},
		[]string{"c_3", "ACME_West", "West@Acme.example", "ACTIVE"},
		[]string{"C-4", "Ünal!", "", "ACTIVE"},
	))
	for _, tc := range []struct {
		reason string
		filter customer.Filter
		want   []string
	}{
		{"everything", customer.Filter{}, []string{"C-4", "c-1", "c-2", "c_3"}},
		{"a status", customer.Filter{Status: customer.Archived}, []string{"c-2"}},
		{"a name, regardless of accents", customer.Filter{Text: "MULLER"}, []string{"c-1"}},
		{"accents that were typed", customer.Filter{Text: "söhne"}, []string{"c-1"}},
		{"an id", customer.Filter{Text: "c-4"}, []string{"C-4"}},
		{"a part of an address", customer.Filter{Text: "acme.ex"}, []string{"c-2", "c_3"}},
		{"a text and a status", customer.Filter{Text: "acme", Status: customer.Active}, []string{"c_3"}},
		{"a percent sign", customer.Filter{Text: "%"}, []string{"c-2"}},
		{"an underscore", customer.Filter{Text: "_"}, []string{"c_3"}},
		{"an exclamation mark", customer.Filter{Text: "!"}, []string{"C-4"}},
		{"a backslash", customer.Filter{Text: `\`}, nil},
		{"a blank", customer.Filter{Text: " "}, []string{"c-1", "c-2"}},
		{"what is in none", customer.Filter{Text: "acmee"}, nil},
		{"a status that there is not", customer.Filter{Status: "archived"}, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, w.customerIDs(t, tc.filter)) })
	}
	w.applyCustomers(t, w.customers(customer.ModeUpdate, []string{"id", "name"}, []string{"c-1", "Other"}))
	require.Empty(t, w.customerIDs(t, customer.Filter{Text: "muller"}), "a name that was changed")
	require.Equal(t, []string{"c-1"}, w.customerIDs(t, customer.Filter{Text: "other"}))
}

func testFinding(t *testing.T, w *world) {
	w.applyCustomers(t, w.customers(customer.ModeCreate, append(customerFields(), "status"),
		[]string{"c2", "Twin", "a@x.example", "ACTIVE"}, []string{"c1", "Twin", "A@x.example", "ACTIVE"},
		[]string{"c3", "twin", "b@x.example", "ACTIVE"}, []string{"c4", "Twin", "a@x.example", "ARCHIVED"},
	))
	for _, tc := range []struct {
		reason string
		by     customer.FindBy
		values []string
		want   []customer.Found
	}{
		{"nothing", customer.ByName, nil, nil},
		{"a name that several have, in order of id", customer.ByName, []string{"Twin", "none"},
			[]customer.Found{{Value: "Twin", ID: "c1"}, {Value: "Twin", ID: "c2"}}},
		{"values in order", customer.ByEmail, []string{"b@x.example", "a@x.example", "Twin"},
			[]customer.Found{{Value: "a@x.example", ID: "c2"}, {Value: "b@x.example", ID: "c3"}}},
		{"a blank more", customer.ByName, []string{"Twin ", " Twin", "twín"}, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := w.b.Customers().Find(t.Context(), w.org, tc.by, tc.values)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
	others, err := w.b.Customers().Find(t.Context(), w.org+".none", customer.ByName, []string{"Twin"})
	require.NoError(t, err)
	require.Empty(t, others)
}

func testArchiving(t *testing.T, w *world) {
	w.seedCustomers()
	w.applyAccounts(t, w.accounts(customer.ModeCreate, append(accountFields(), "status"),
		[]string{"draft", "Draft", "acme", "DRAFT"}, []string{"old", "Old", "acme", "ARCHIVED"}))
	archive := w.customers(customer.ModeUpdate, []string{"id", "status"}, []string{"acme", "ARCHIVED"})
	archive[0].At = epoch.Add(time.Hour)

	out, err := w.b.Customers().Apply(t.Context(), w.org, archive, w.rec("customer.apply"))
	require.NoError(t, err)
	require.Equal(t, []string{"REFUSED has_accounts"}, became(out))
	require.Contains(t, out[0].Detail, `"main"`)
	require.Contains(t, out[0].Detail, `"draft"`)
	require.NotContains(t, out[0].Detail, `"old"`)
	archive[0].Accounts = []string{"main"}
	require.Equal(t, []string{"REFUSED has_accounts"}, w.applyCustomers(t, archive), "one would stay behind")
	require.Equal(t, customer.Active, w.account(t, "main").Status)

	archive[0].Accounts = []string{"main", "draft", "old", "none"}
	old := w.account(t, "old")
	require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, archive))
	require.Equal(t, customer.Archived, w.customer(t, "acme").Status)
	for _, id := range []string{"main", "draft"} {
		a := w.account(t, id)
		require.Equal(t, customer.Archived, a.Status)
		require.Equal(t, epoch.Add(time.Hour), a.UpdatedAt)
		require.EqualValues(t, 2, a.Version)
	}
	require.Equal(t, old, w.account(t, "old"), "it was archived before")

	rename := w.customers(customer.ModeUpsert, []string{"id", "name"}, []string{"acme", "Other"})
	require.Equal(t, []string{"REFUSED archived"}, w.applyCustomers(t, rename))
	require.Equal(t, []string{"REFUSED archived"}, w.applyAccounts(t,
		w.accounts(customer.ModeUpsert, []string{"id", "name"}, []string{"main", "Other"})))
	require.Equal(t, []string{"REFUSED customer_archived", "REFUSED customer_archived", "CREATED"}, w.applyAccounts(t,
		w.accounts(customer.ModeUpsert, append(accountFields(), "status"), []string{"new", "New", "acme", "ACTIVE"},
			[]string{"main", "Main", "acme", "ACTIVE"}, []string{"past", "Past", "acme", "ARCHIVED"})))
	restore := w.customers(customer.ModeUpdate, []string{"id", "status", "name"}, []string{"acme", "ACTIVE", "Acme again"})
	require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, restore))
	require.Equal(t, customer.Archived, w.account(t, "main").Status, "accounts stay archived")
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, w.accounts(customer.ModeUpdate, []string{"id", "status"},
		[]string{"main", "ACTIVE"})))
}
