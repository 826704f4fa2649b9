package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func testAccounts(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(42 << 40)
	fields := []string{"id", "name", "customer_id", "invoice_currency", "primary_email", "net_term_days", "city",
		"country", "tier"}
	kind := customer.Accounts()

	t.Run("creates with every field that has a text, and metadata", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		require.Equal(t, []string{"CREATED", "CREATED"}, w.applyAccounts(t, w.accounts(customer.ModeCreate, fields,
			[]string{"a1", "One", "acme", "EUR", "a@x.example", "30", "Bonn", "DE", "gold"},
			[]string{"a2", "Two", "acme", "", "", "", "", "", ""})))
		require.Equal(t, customer.Account{
			ID: "a1", Name: "One", CustomerID: "acme", InvoiceCurrency: "EUR", PrimaryEmail: "a@x.example",
			NetTermDays: days(30),
			Address:     customer.Address{City: "Bonn", Country: "DE"}, Status: customer.Active,
			Metadata:  map[string]string{"tier": "gold"},
			CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
		}, w.account(t, "a1"))
		require.Nil(t, w.account(t, "a2").NetTermDays, "none is not zero")
	})
	t.Run("creates with every other field", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		want := fullAccount()
		made := customer.Change[customer.Account]{Mode: customer.ModeCreate, Record: kind.Clone(want), Given: kind.All(),
			At: epoch}
		require.Equal(t, []string{"CREATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{made}))
		made.Record.Tags[0], made.Record.Aliases[0].Value, made.Record.BillingInformation.EmailRecipients[0] = "x", "x", "x"
		*made.Record.NetTermDays = 9
		want.CreatedAt, want.UpdatedAt, want.Version = epoch, epoch, 1
		require.Equal(t, want, w.account(t, "full"), "what is stored is no longer the caller's")
		got := w.account(t, "full")
		got.Tags[0], got.Metadata["k"] = "x", "x"
		require.Equal(t, want, w.account(t, "full"), "and not the reader's")

		made.Mode, made.Record = customer.ModeUpdate, customer.Account{ID: "full", CustomerID: "acme",
			Status: customer.Active}
		require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{made}))
		require.Equal(t, customer.Account{
			ID: "full", CustomerID: "acme", Status: customer.Active, CreatedAt: epoch, UpdatedAt: epoch, Version: 2,
		}, w.account(t, "full"), "all fields can be emptied")
	})
	t.Run("needs the customer, in the same organization", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		w.seedCustomers()
		rows := w.accounts(customer.ModeCreate, accountFields(), []string{"a1", "One", "missing"},
			[]string{"a2", "Two", "acme"})
		out, err := b.Accounts().Apply(t.Context(), w.org, rows, w.rec("account.apply"))
		require.NoError(t, err)
		require.Equal(t, []string{"REFUSED relation_not_found", "CREATED"}, became(out))
		require.Equal(t, "customer_id", out[0].Field)
		require.Contains(t, out[0].Detail, "missing")
		_, err = b.Accounts().Get(t.Context(), w.org, "a1")
		require.ErrorIs(t, err, admin.ErrNotFound)
		for _, o := range other.applyAccounts(t, rows) {
			require.Equal(t, "REFUSED relation_not_found", o)
		}
	})
	t.Run("updates the given fields and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		w.applyAccounts(t, w.accounts(customer.ModeCreate, fields,
			[]string{"a1", "One", "acme", "EUR", "a@x.example", "30", "Bonn", "DE", "gold"}))
		want := w.account(t, "a1")
		rename := w.accounts(customer.ModeUpsert, []string{"id", "name"}, []string{"a1", "Uno"})
		require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, rename))
		want.Name, want.Version = "Uno", 2
		require.Equal(t, want, w.account(t, "a1"))
		require.Equal(t, []string{"UNCHANGED"}, w.applyAccounts(t, rename))
		require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, w.accounts(customer.ModeUpsert,
			[]string{"id", "net_term_days"}, []string{"a1", ""})))
		require.Nil(t, w.account(t, "a1").NetTermDays)
		require.Equal(t, []string{"REFUSED relation_not_found"},
			w.applyAccounts(t, w.accounts(customer.ModeUpsert, []string{"id", "customer_id"}, []string{"a1", "missing"})))
	})
	t.Run("updates metadata by name, in the version that was read only", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		w.applyAccounts(t, w.accounts(customer.ModeCreate, append(accountFields(), "a", "b"),
			[]string{"a1", "One", "acme", "1", "2"}))
		change := w.accounts(customer.ModeUpdate, []string{"id", "b", "c"}, []string{"a1", "", "3"})
		change[0].Version = 2
		require.Equal(t, []string{"REFUSED conflict"}, w.applyAccounts(t, change))
		change[0].Version = 1
		require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, change))
		require.Equal(t, map[string]string{"a": "1", "c": "3"}, w.account(t, "a1").Metadata)
	})
	t.Run("lists by customer, status and text in order of identifier", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		w.applyCustomers(t, w.customers(customer.ModeCreate, customerFields(), []string{"beta", "Beta", ""}))
		w.applyAccounts(t, w.accounts(customer.ModeCreate, append(accountFields(), "status", "primary_email"),
			[]string{"z", "Zed", "beta", "ACTIVE", "z@x.example"}, []string{"b", "Bee", "acme", "DRAFT", ""},
			[]string{"y", "Why", "beta", "DRAFT", "zed@x.example"}))
		require.Equal(t, []string{"b", "main", "y", "z"}, w.accountIDs(t, customer.AccountFilter{}))
		require.Equal(t, []string{"y", "z"}, w.accountIDs(t, customer.AccountFilter{CustomerID: "beta"}))
		require.Empty(t, w.accountIDs(t, customer.AccountFilter{CustomerID: "missing"}))
		require.Equal(t, []string{"b", "y"}, w.accountIDs(t, customer.AccountFilter{Status: customer.Draft}))
		require.Equal(t, []string{"y"}, w.accountIDs(t, customer.AccountFilter{CustomerID: "beta", Status: customer.Draft}))
		require.Equal(t, []string{"y", "z"}, w.accountIDs(t, customer.AccountFilter{Text: "ZED"}))
		require.Equal(t, []string{"z"},
			w.accountIDs(t, customer.AccountFilter{Text: "zed", Status: customer.Active, CustomerID: "beta"}))
	})
	t.Run("gives no account a currency that is refused", func(t *testing.T) {
		testRefusedCurrencies(t, newWorld(t, b, c))
	})
	t.Run("restores what is archived by a status, unless it is to stay", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCustomers()
		active := w.accounts(customer.ModeUpdate, []string{"id", "status"}, []string{"main", "ACTIVE"})
		w.applyAccounts(t, w.accounts(customer.ModeUpdate, []string{"id", "status"}, []string{"main", "ARCHIVED"}))
		active[0].KeepArchived = true
		require.Equal(t, []string{"UNCHANGED"}, w.applyAccounts(t, active))
		require.Equal(t, customer.Archived, w.account(t, "main").Status)
		active[0].KeepArchived = false
		require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, active))
	})
	t.Run("gives an alias to one account at a time", func(t *testing.T) { testAliases(t, newWorld(t, b, c)) })
}

func testRefusedCurrencies(t *testing.T, w *world) {
	w.seedCustomers()
	fields := []string{"id", "name", "customer_id", "invoice_currency"}
	w.applyAccounts(t, w.accounts(customer.ModeCreate, fields, []string{"old", "Old", "acme", "SEK"}))
	changes := w.accounts(customer.ModeUpsert, fields,
		[]string{"a1", "One", "acme", "GBP"}, []string{"a2", "Two", "acme", "SEK"}, []string{"a3", "Three", "acme", "EUR"},
		[]string{"old", "Renamed", "acme", "SEK"}, []string{"a4", "Four", "acme", ""})
	for i := range changes {
		changes[i].Currencies = iso4217.Refusals{"GBP": iso4217.Unused, "SEK": iso4217.Archived}
	}
	require.Equal(t, []string{"REFUSED currency_unused", "REFUSED currency_archived", "CREATED", "UPDATED", "CREATED"},
		w.applyAccounts(t, changes))
	require.Equal(t, "Renamed", w.account(t, "old").Name, "what an account has it keeps")
	require.Equal(t, []string{"a3", "a4", "main", "old"}, w.accountIDs(t, customer.AccountFilter{}))
}

func fullAccount() customer.Account {
	return customer.Account{
		ID: "full", Name: "Full", CustomerID: "acme", InvoiceCurrency: "EUR", NetTermDays: days(0), Status: customer.Draft,
		Aliases: []customer.Alias{
			{Value: "né \"1\"", EffectiveFrom: epoch, EffectiveUntil: epoch.Add(time.Microsecond)}, {Value: "two"},
		},
		Address: customer.Address{PhoneNumber: "1", Line1: "2", Line2: "3", PostalCode: "4", City: "5", State: "6",
			Country: "DE"},
		PrimaryEmail: "a@x.example",
		BillingInformation: customer.BillingInformation{
			EmailRecipients: []string{"b@x.example", "c@x.example"}, AdditionalEmailRecipients: []string{"d@x.example"},
		},
		Metadata: map[string]string{"k": "v", "ü": "{}\n"}, Tags: []string{"gold", "ü"},
	}
}

func (w *world) accountIDs(t *testing.T, f customer.AccountFilter) (out []string) {
	t.Helper()
	for _, a := range pages(t, func(seek admin.Seek[string]) ([]customer.Account, error) {
		return w.b.Accounts().List(t.Context(), w.org, f, seek)
	}, func(a customer.Account) string { return a.ID }) {
		out = append(out, a.ID)
	}
	n, err := w.b.Accounts().Count(t.Context(), w.org, f)
	require.NoError(t, err)
	require.EqualValues(t, len(out), n, "%+v", f)
	return out
}

// aliased is a change that gives aliases to an account of acme, which it makes if need be.
func aliased(id string, status customer.Status, aliases ...customer.Alias) customer.Change[customer.Account] {
	kind := customer.Accounts()
	return customer.Change[customer.Account]{
		Mode: customer.ModeUpsert, Given: kind.All(), At: epoch,
		Record: customer.Account{ID: id, Name: "Account " + id, CustomerID: "acme", Status: status, Aliases: aliases},
	}
}

func testAliases(t *testing.T, w *world) {
	w.seedCustomers()
	always := customer.Alias{Value: "meter-7"}
	june, july, august := epoch, epoch.AddDate(0, 1, 0), epoch.AddDate(0, 2, 0)
	during := func(from, until time.Time) customer.Alias {
		return customer.Alias{Value: "meter-8", EffectiveFrom: from, EffectiveUntil: until}
	}
	type change = customer.Change[customer.Account]
	for _, step := range []struct {
		reason  string
		changes []change
		want    []string
	}{
		{"two of one set want it, the first gets it", []change{aliased("a", "ACTIVE", always), aliased("b", "ACTIVE",
			always)},
			[]string{"CREATED", "REFUSED alias_taken"}},
		{"another wants it", []change{aliased("b", "ACTIVE", always)}, []string{"REFUSED alias_taken"}},
		{"its own account keeps it", []change{aliased("a", "DRAFT", always)}, []string{"UPDATED"}},
		{"capitals are another", []change{aliased("b", "ACTIVE", customer.Alias{Value: "METER-7"})}, []string{"CREATED"}},
		{"one goes to another in one set", []change{aliased("a", "ACTIVE"), aliased("b", "ACTIVE",
			always)}, []string{"UPDATED", "UPDATED"}},
		{"it is not free again by the way", []change{aliased("a", "ACTIVE", always)}, []string{"REFUSED alias_taken"}},
		{"an archived account frees it", []change{aliased("b", "ARCHIVED", always), aliased("a", "ACTIVE",
			always)}, []string{"UPDATED", "UPDATED"}},
		{"and does not get it back", []change{aliased("b", "ACTIVE", always)}, []string{"REFUSED alias_taken"}},
		{"one after the other", []change{aliased("a", "ACTIVE", during(time.Time{}, july)), aliased("c", "ACTIVE",
			during(july, time.Time{}))},
			[]string{"UPDATED", "CREATED"}},
		{"in between", []change{aliased("d", "ACTIVE", during(june, august))}, []string{"REFUSED alias_taken"}},
		{"a gap", []change{aliased("c", "ACTIVE", during(august, time.Time{})), aliased("d", "ACTIVE", during(july, august))},
			[]string{"UPDATED", "CREATED"}},
	} {
		t.Run(step.reason, func(t *testing.T) { require.Equal(t, step.want, w.applyAccounts(t, step.changes)) })
	}
	refused, err := w.b.Accounts().Apply(t.Context(), w.org, []change{aliased("e", "ACTIVE", during(july, august))},
		w.rec("account.apply"))
	require.NoError(t, err)
	require.Equal(t, "aliases", refused[0].Field)
	require.Contains(t, refused[0].Detail, `"d"`)
	other := newWorld(t, w.b, w.ids)
	other.seedCustomers()
	require.Equal(t, []string{"CREATED"}, other.applyAccounts(t,
		[]change{aliased("a", "ACTIVE", during(time.Time{}, time.Time{}))}),
		"aliases of another organization do not count")
}
