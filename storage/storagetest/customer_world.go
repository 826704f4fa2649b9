package storagetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

func customerFields() []string { return []string{"id", "name", "primary_email"} }
func accountFields() []string  { return []string{"id", "name", "customer_id"} }

// changesOf makes changes of records from texts, in the order of fields. A field that the record does not
// have is a name in its metadata.
func changesOf[T customer.Record](
	t testing.TB, kind *customer.Table[T], m customer.Mode, fields []string, values ...[]string,
) []customer.Change[T] {
	t.Helper()
	var out []customer.Change[T]
	for _, row := range values {
		c := customer.Change[T]{Mode: m, At: epoch}
		var given []string
		for i, name := range fields {
			f, ok := kind.Field(name)
			if !ok {
				c.Keys = append(c.Keys, name)
				kind.SetMetadata(&c.Record, name, row[i])
				continue
			}
			given = append(given, name)
			if status, ok := f.Of(&c.Record).(*customer.Status); ok {
				*status = customer.Status(row[i])
				continue
			}
			require.NoError(t, f.SetText(&c.Record, row[i]))
		}
		var err error
		c.Given, err = kind.Mask(given...)
		require.NoError(t, err)
		out = append(out, c)
	}
	return out
}

func (w *world) customers(m customer.Mode, fields []string, values ...[]string) []customer.Change[customer.Customer] {
	return changesOf(w.t, customer.Customers(), m, fields, values...)
}

func (w *world) accounts(m customer.Mode, fields []string, values ...[]string) []customer.Change[customer.Account] {
	return changesOf(w.t, customer.Accounts(), m, fields, values...)
}

// became is what became of changes, in short: a result, and why one was refused.
func became[T customer.Record](outcomes []customer.Outcome[T]) []string {
	var out []string
	for _, o := range outcomes {
		text := string(o.Result)
		if o.Reason != "" {
			text += " " + string(o.Reason)
		}
		out = append(out, text)
	}
	return out
}

func (w *world) applyCustomers(t *testing.T, changes []customer.Change[customer.Customer]) []string {
	t.Helper()
	out, err := w.b.Customers().Apply(t.Context(), w.org, changes, w.rec("customer.apply"))
	require.NoError(t, err)
	return became(out)
}

func (w *world) applyAccounts(t *testing.T, changes []customer.Change[customer.Account]) []string {
	t.Helper()
	out, err := w.b.Accounts().Apply(t.Context(), w.org, changes, w.rec("account.apply"))
	require.NoError(t, err)
	return became(out)
}

func (w *world) customer(t *testing.T, id string) customer.Customer {
	t.Helper()
	got, err := w.b.Customers().Get(t.Context(), w.org, id)
	require.NoError(t, err)
	return got
}

func (w *world) account(t *testing.T, id string) customer.Account {
	t.Helper()
	got, err := w.b.Accounts().Get(t.Context(), w.org, id)
	require.NoError(t, err)
	return got
}

// seedCustomers makes the customer acme with its account main.
func (w *world) seedCustomers() {
	w.t.Helper()
	made, err := w.b.Customers().Apply(w.t.Context(), w.org, w.customers(customer.ModeCreate, customerFields(),
		[]string{"acme", w.mark("Acme"), "a@acme.example"}), w.rec("customer.create"))
	require.NoError(w.t, err)
	require.Equal(w.t, []string{"CREATED"}, became(made))
	account, err := w.b.Accounts().Apply(w.t.Context(), w.org, w.accounts(customer.ModeCreate, accountFields(),
		[]string{"main", w.mark("Main"), "acme"}), w.rec("account.create"))
	require.NoError(w.t, err)
	require.Equal(w.t, []string{"CREATED"}, became(account))
}

// counted returns a count as a text with the organization's id in it, unless it is 0.
func counted(w *world, n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%d of %s", n, w.org)
}

// recorded reports whether the trail has a record with the id of rec.
func (w *world) recorded(t *testing.T, rec admin.Record) bool {
	t.Helper()
	records, err := w.b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: rec.Action}, page[admin.RecordKey](100))
	require.NoError(t, err)
	return slices.ContainsFunc(records, func(r admin.Record) bool { return r.ID == rec.ID })
}

func days(n int) *int { return &n }
