package bulkimport_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// together uploads and maps customers and the accounts that belong to them.
func (w *world) together(customers, accounts, by string, mode bulkimport.Mode) (c, a bulkimport.Import) {
	w.t.Helper()
	c = w.upload(bulkimport.CustomersType, customers)
	c, err := w.service.SetMapping(w.t.Context(), w.scope, c.ID, c.Version, w.suggested(c), bulkimport.Settings{Mode: mode})
	require.NoError(w.t, err)
	a = w.upload(bulkimport.AccountsType, accounts)
	of := bulkimport.FromColumn(2)
	of.By = by
	a, err = w.service.SetMapping(w.t.Context(), w.scope, a.ID, a.Version, bulkimport.Mapping{
		"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "customer_id": of,
	}, bulkimport.Settings{CustomersFrom: c.ID})
	require.NoError(w.t, err)
	return c, a
}

func TestAccountsBelongToCustomersOfAnotherFile(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	c, a := w.together("id,name,primary_email\nc1,One Ltd,one@x.io\nc2,,two@x.io\n",
		"id,name,customer\na1,Main account,c1\na2,Main account,c2\na3,Main account,c3\n", "", bulkimport.Create)

	preview, err := w.service.Preview(t.Context(), w.scope, a.ID, a.Mapping, a.Settings, 0)
	require.NoError(t, err)
	require.Equal(t, bulkimport.Created, preview.Rows[0].Result, "the other file has its customer")
	require.True(t, preview.Rows[1].Failed(), "the row of its customer would fail")
	require.True(t, preview.Rows[2].Failed(), "neither file has its customer")

	id, checked := w.check(a.ID)
	require.Equal(t, int64(1), checked.Created)
	require.Len(t, w.failed(id), 2)
	require.Empty(t, w.customers(), "nothing was written")

	_, err = w.service.Start(t.Context(), w.scope, a.ID)
	require.ErrorIs(t, err, admin.ErrState, "the customers come first")
	require.ErrorContains(t, err, c.ID.String())
	_, err = w.service.Start(t.Context(), w.scope, c.ID)
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, a.ID)
	require.ErrorIs(t, err, admin.ErrState, "also while they are imported")
	_, err = w.service.Run(t.Context(), w.scope, c.ID, nil)
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, a.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, a.ID, nil)
	require.NoError(t, err)
	require.Equal(t, map[int64]string{3: "relation_not_found customer_id", 4: "relation_not_found customer_id"}, w.failures(a))
}

func TestCustomersAreTakenFromAnImportOfCustomers(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	c := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,One Ltd,one@x.io\n")
	a := w.upload(bulkimport.AccountsType, "Account ID,Account Name,Customer ID\na1,Main account,c1\n")
	things := w.upload("things", "id,text\nk1,abc\n")
	m := w.suggested(a)
	for _, tc := range []struct {
		reason string
		of     bulkimport.Import
		from   uuid.UUID
		ok     bool
	}{
		{"accounts from customers", a, c.ID, true},
		{"an import that is not there", a, uuid.Must(uuid.NewV7()), false},
		{"accounts from accounts", a, a.ID, false},
		{"accounts from things", a, things.ID, false},
		{"customers from customers", c, c.ID, false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			mapping := m
			if tc.of.Type == bulkimport.CustomersType {
				mapping = w.suggested(tc.of)
			}
			set := bulkimport.Settings{CustomersFrom: tc.from}
			_, preview := w.service.Preview(t.Context(), w.scope, tc.of.ID, mapping, set, 0)
			_, err := w.service.SetMapping(t.Context(), w.scope, tc.of.ID, tc.of.Version, mapping, set)
			if tc.ok {
				require.NoError(t, preview)
				require.NoError(t, err)
				return
			}
			for _, err := range []error{preview, err} {
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.ErrorContains(t, err, "/settings/customersFrom")
			}
		})
	}
	require.NoError(t, w.service.Delete(t.Context(), w.scope, c.ID))
	_, err := w.service.Start(t.Context(), w.scope, a.ID)
	require.NoError(t, err, "the other import was deleted: what it imported is there")
}

// TestCheckBeforeTheCustomersIsTheRunAfterThem has files of customers, some of them wrong or there twice, and accounts
// that name them by every field, some of them nowhere.
func TestCheckBeforeTheCustomersIsTheRunAfterThem(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 9))
		w := newWorld(t, bulkimport.Options{BatchRows: 1 + r.IntN(9)})
		by := []string{"", "name", "primary_email"}[r.IntN(3)]
		mode := []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update}[r.IntN(4)]
		w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Name 1,m1@x.io\nold,Old Ltd,old@x.io\n", bulkimport.Settings{})
		var customers, accounts strings.Builder
		customers.WriteString("id,name,primary_email\n")
		for range 25 {
			n := r.IntN(30)
			name, mail := fmt.Sprintf("Name %d", n), fmt.Sprintf("m%d@x.io", n)
			switch r.IntN(6) {
			case 0:
				name = ""
			case 1:
				mail = "nothing"
			case 2:
				name = "Name 7"
			}
			fmt.Fprintf(&customers, "c%d,%s,%s\n", n, name, mail)
		}
		accounts.WriteString("id,name,customer\n")
		for k := range 40 {
			n := r.IntN(32)
			value := map[string]string{"": fmt.Sprintf("c%d", n), "name": fmt.Sprintf("Name %d", n), "primary_email": fmt.Sprintf("m%d@x.io", n)}[by]
			fmt.Fprintf(&accounts, "a%d,Account name,%s\n", k, value)
		}
		c, a := w.together(customers.String(), accounts.String(), by, mode)
		id, _ := w.check(a.ID)
		checked := w.failures(bulkimport.Import{ID: id})
		_, err := w.service.Start(t.Context(), w.scope, c.ID)
		require.NoError(t, err)
		_, err = w.service.Run(t.Context(), w.scope, c.ID, nil)
		require.NoError(t, err)
		_, err = w.service.Start(t.Context(), w.scope, a.ID)
		require.NoError(t, err)
		_, err = w.service.Run(t.Context(), w.scope, a.ID, nil)
		require.NoError(t, err)
		if mode == bulkimport.Upsert && by != "" {
			continue // an update may give a customer another name: that is found by the run alone
		}
		require.Equal(t, w.failures(a), checked, "seed %d, %s by %q", seed, mode, by)
	}
}
