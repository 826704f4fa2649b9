package admincenter_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

func (b banker) importAll(name bulkimport.TypeName, text string) uuid.UUID {
	b.t.Helper()
	ctx := b.t.Context()
	i, err := b.Imports.Upload(ctx, b.scope,
		bulkimport.UploadInput{Type: name, FileName: "file.csv", Content: strings.NewReader(text)})
	require.NoError(b.t, err)
	s, err := b.Imports.Suggest(ctx, b.scope, i.ID)
	require.NoError(b.t, err)
	_, err = b.Imports.SetMapping(ctx, b.scope, i.ID, i.Version, s.Mapping(), bulkimport.Settings{})
	require.NoError(b.t, err)
	_, err = b.Imports.Start(ctx, b.scope, i.ID)
	require.NoError(b.t, err)
	_, err = b.Imports.Run(ctx, b.scope, i.ID, nil)
	require.NoError(b.t, err)
	return i.ID
}

// undo undoes an import as a worker does, and returns what it left.
func (b banker) undo(id uuid.UUID) (left []string) {
	b.t.Helper()
	ctx := b.t.Context()
	j, err := b.Imports.Undo(ctx, b.scope, id)
	require.NoError(b.t, err)
	for !j.Status.Final() {
		_, err := b.Step(ctx, j.Ref(acme))
		require.NoError(b.t, err)
		j, err = b.Jobs.Get(ctx, b.scope, j.ID)
		require.NoError(b.t, err)
	}
	require.Empty(b.t, j.Failure)
	page, err := b.Jobs.Entries(ctx, b.scope, j.ID, job.EntryFilter{}, admin.Query{})
	require.NoError(b.t, err)
	for _, e := range page.Items {
		left = append(left, e.Detail)
	}
	return left
}

func (b banker) setting(e settings.Entity, n int) {
	b.t.Helper()
	value, err := settings.ParseValue(settings.TypeNumeric, "1")
	require.NoError(b.t, err)
	_, err = b.Settings.Create(b.t.Context(), b.scope,
		settings.NewSetting{Entity: e, Namespace: settings.DefaultNamespace, Name: fmt.Sprint("minimum-", n), Value: value})
	require.NoError(b.t, err)
}

// The undo of an import leaves customers and accounts that settings, schedules or the host's own records refer to.
func TestUndoLeavesWhatIsInUse(t *testing.T) {
	for reason, many := range map[string]int{"few settings": 1, "more settings than are read at once": admin.MaxLimit} {
		t.Run(reason, func(t *testing.T) {
			backend := memory.New()
			b := newBankerWithCurrencies(t, backend)
			var err error
			b.Center, err = admincenter.New(backend, admincenter.Options{
				ImportInUse: func(
					_ context.Context, s storage.Stores, org admin.OrgID, kind string, ids []string,
				) (map[string]string, error) {
					require.NotNil(t, s)
					require.Equal(t, acme, org)
					if kind != "account" {
						return nil, nil
					}
					require.Contains(t, ids, "a3")
					return map[string]string{"a3": "has invoices"}, nil
				},
			})
			require.NoError(t, err)
			customers := b.importAll(bulkimport.CustomersType,
				"id,name,primary_email\nn1,New one,a@x.example\nn2,New two,a@x.example\n")
			accounts := b.importAll(bulkimport.AccountsType, "id,name,customer_id\na1,Account one,c1\na2,Account two,c1\n"+
				"a3,Account three,c1\na4,Account four,c1\n")
			_, err = b.plan("gold", "USD")
			require.NoError(t, err)
			_, err = b.PricePlans.Associate(t.Context(), b.scope, priceplan.Association{
				AccountID: "a1", Plan: priceplan.Ref{ID: "gold", Version: 1}, From: b.now, Currency: "USD",
			})
			require.NoError(t, err)
			b.setting(settings.Entity{Kind: settings.Account, ID: "a2"}, 0)
			b.setting(settings.Entity{Kind: settings.Customer, ID: "n2"}, 0)
			for n := range many - 1 {
				b.setting(settings.Entity{Kind: settings.Account, ID: fmt.Sprint("other-", n)}, n)
				b.setting(settings.Entity{Kind: settings.Customer, ID: fmt.Sprint("other-", n)}, n)
			}
			require.Equal(t, []string{`account "a1" has schedules of price plans`, `account "a2" has settings`,
				`account "a3" has invoices`}, b.undo(accounts))
			_, err = b.Customers.Account(t.Context(), b.scope, "a4")
			require.ErrorIs(t, err, admin.ErrNotFound)
			require.Equal(t, []string{`customer "n2" has settings`}, b.undo(customers))
			_, err = b.Customers.Get(t.Context(), b.scope, "n1")
			require.ErrorIs(t, err, admin.ErrNotFound)
		})
	}
}
