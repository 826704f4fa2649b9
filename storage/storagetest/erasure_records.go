package storagetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// testEraseRows erases entries and effects of a job, at the ends of and in what is stored together.
func testEraseRows(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	ctx, j := t.Context(), w.job()
	require.NoError(t, b.Jobs().Create(ctx, w.org, j, nil, w.rec("job.create")))
	var effects []job.Effect
	for batch := range 3 {
		claimed, err := b.Jobs().Claim(ctx, w.org, j.ID, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
		require.NoError(t, err)
		cp := job.Checkpoint{ID: j.ID, Attempt: claimed.Lease.Attempt, From: claimed.Cursor, Cursor: fmt.Sprint(batch),
			Status: job.InProgress, At: epoch}
		for i := range 4 {
			seq := int64(1 + 5*batch + i)
			cp.Effects = append(cp.Effects,
				job.Effect{Seq: seq, Kind: "customer", Ref: fmt.Sprint(seq), Before: "b", Version: 1})
			cp.Entries = append(cp.Entries, job.Entry{Seq: seq, Ref: fmt.Sprint(seq), Status: job.EntryFailed})
		}
		effects = append(effects, cp.Effects...)
		require.NoError(t, b.Jobs().Commit(ctx, w.org, cp))
	}
	rec := w.rec("customer.erase")
	left := func(gone ...int64) {
		t.Helper()
		var want []int64
		for _, e := range effects {
			if !slices.Contains(gone, e.Seq) {
				want = append(want, e.Seq)
			}
		}
		entries, err := b.Jobs().Entries(ctx, w.org, j.ID, job.EntryFilter{}, page[int64](50))
		require.NoError(t, err)
		var got []int64
		for _, e := range entries {
			got = append(got, e.Seq)
		}
		require.Equal(t, want, got)
		slices.Reverse(want)
		for _, limit := range []int{1, 3, 50} {
			got = nil
			for after, more := int64(0), true; more; {
				found, err := b.Jobs().Effects(ctx, w.org, j.ID, admin.Seek[int64]{Limit: limit, After: after})
				require.NoError(t, err)
				for _, e := range found {
					got, after = append(got, e.Seq), e.Seq
				}
				more = len(found) == limit
			}
			require.Equal(t, want, got)
		}
	}
	require.ErrorIs(t, b.Jobs().Erase(ctx, w.org, job.Rows{Job: w.id()}, rec), admin.ErrNotFound)
	require.ErrorIs(t, b.Jobs().Erase(ctx, w.org, job.Rows{Job: j.ID}, w.rec("customer.forget")), admin.ErrInvalid)
	require.NoError(t, b.Jobs().Erase(ctx, w.org, job.Rows{Job: j.ID, Seqs: []int64{99, 5, 10, 0}}, rec), "none has them")
	left()
	require.NoError(t, b.Jobs().Erase(ctx, w.org, job.Rows{Job: j.ID, Seqs: []int64{14, 6, 3}}, rec))
	left(3, 6, 14)
	require.NoError(t, b.Jobs().Erase(ctx, w.org, job.Rows{Job: j.ID, Seqs: []int64{7, 8, 9, 1}}, rec))
	left(1, 3, 6, 7, 8, 9, 14)
	require.True(t, w.recorded(t, rec))
}

// testErasing erases customers and accounts.
func testErasing(t *testing.T, w *world) {
	w.seedCustomers()
	require.Equal(t, []string{"CREATED", "CREATED"}, w.applyCustomers(t, w.customers(customer.ModeCreate,
		customerFields(), []string{"other", "Other", "o@other.example"}, []string{"open", "Open", "o@open.example"})))
	a, whole := w.account(t, "main"), customer.Accounts()
	a.Aliases = []customer.Alias{{Value: "ann@acme.example"}}
	a.BillingInformation.EmailRecipients, a.Metadata = []string{"ann@acme.example"}, map[string]string{"contact": "Ann"}
	a.NetTermDays, a.Tags, a.InvoiceCurrency, a.Line1 = days(30), []string{"ann"}, "EUR", "1 High Street"
	a.Status = customer.Archived
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, []customer.Change[customer.Account]{
		{Mode: customer.ModeUpdate, Record: a, Given: whole.All(), At: epoch}}))
	require.Equal(t, []string{"CREATED"}, w.applyAccounts(t, w.accounts(customer.ModeCreate, accountFields(),
		[]string{"draft", "Draft", "other"})))
	archive := w.customers(customer.ModeUpdate, []string{"id", "status"},
		[]string{"acme", "ARCHIVED"}, []string{"other", "ARCHIVED"})
	archive[1].Accounts = []string{"draft"}
	require.Equal(t, []string{"UPDATED", "UPDATED"}, w.applyCustomers(t, archive))

	at := epoch.Add(time.Hour)
	erase := func(id string, accounts ...string) []customer.Change[customer.Customer] {
		return []customer.Change[customer.Customer]{
			{Mode: customer.ModeErase, Record: customer.Customer{ID: id}, At: at, Accounts: accounts}}
	}
	require.Equal(t, []string{"REFUSED not_archived"}, w.applyCustomers(t, erase("open")))
	require.Equal(t, []string{"REFUSED not_found"}, w.applyCustomers(t, erase("none")))
	require.Equal(t, []string{"REFUSED has_accounts"}, w.applyCustomers(t, erase("acme")))
	stale := erase("acme", "main")
	stale[0].Version = 1
	require.Equal(t, []string{"REFUSED conflict"}, w.applyCustomers(t, stale))
	before, account := w.customer(t, "acme"), w.account(t, "main")
	require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, erase("acme", "main", "none")))
	require.Equal(t, customer.Customer{ID: "acme", Name: customer.ErasedName, Status: customer.Erased,
		CreatedAt: before.CreatedAt, UpdatedAt: at, Version: before.Version + 1}, w.customer(t, "acme"))
	require.Equal(t, customer.Account{ID: "main", Name: customer.ErasedAccountName, CustomerID: "acme",
		InvoiceCurrency: "EUR", NetTermDays: days(30), Status: customer.Erased, CreatedAt: account.CreatedAt,
		UpdatedAt: at, Version: account.Version + 1}, w.account(t, "main"))
	require.Equal(t, customer.Archived, w.customer(t, "other").Status, "another customer")

	require.Equal(t, []string{"REFUSED erased"}, w.applyCustomers(t, erase("acme")))
	require.Equal(t, []string{"REFUSED erased"}, w.applyCustomers(t, w.customers(customer.ModeUpsert,
		[]string{"id", "status"}, []string{"acme", "ACTIVE"})))
	require.Equal(t, []string{"REFUSED erased", "REFUSED erased"}, w.applyAccounts(t, w.accounts(customer.ModeUpsert,
		append(accountFields(), "status"), []string{"new", "New", "acme", "ACTIVE"},
		[]string{"main", "Main", "acme", "ACTIVE"})))
	one := []customer.Change[customer.Account]{{Mode: customer.ModeErase, Record: customer.Account{ID: "draft"}, At: at}}
	require.Equal(t, []string{"UPDATED"}, w.applyAccounts(t, one), "an account alone")
	require.Equal(t, []string{"UPDATED"}, w.applyCustomers(t, erase("other")), "its account was erased before")
}
