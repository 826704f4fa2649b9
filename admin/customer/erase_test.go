package customer_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// erasing is a service that can erase, whose imports keep the given rows.
func (w *world) erasing(rows ...job.Rows) *customer.Service {
	ports := func(s storage.Stores) customer.Ports {
		return customer.Ports{Customers: s.Customers(), Accounts: s.Accounts(), Audit: s.Audit(), Jobs: s.Jobs()}
	}
	p := ports(w.backend)
	p.ImportedRows = func(context.Context, admin.OrgID, string, []string) ([]job.Rows, error) { return rows, nil }
	p.Atomically = func(ctx context.Context, fn func(customer.Ports) error) error {
		return w.backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	return w.service.In(p)
}

// archived makes a customer with an account, both archived.
func (w *world) archived() (customer.Customer, customer.Account) {
	c := w.create("c1")
	w.createAccount("a1", "c1")
	c, err := w.service.Archive(w.t.Context(), w.scope, "c1", c.Version, customer.ArchiveInput{Accounts: true})
	require.NoError(w.t, err)
	a, err := w.service.Account(w.t.Context(), w.scope, "a1")
	require.NoError(w.t, err)
	return c, a
}

func TestEraseACustomerWithItsAccounts(t *testing.T) {
	w := newWorld(t)
	s, ctx := w.erasing(), t.Context()
	c, a := w.archived()
	was := w.records("account", "a1")
	out, err := s.Erase(ctx, w.scope, "c1", c.Version)
	require.NoError(t, err)
	require.Equal(t, customer.Erased, out.Status)
	require.Equal(t, customer.ErasedName, out.Name)
	got, err := s.Get(ctx, w.scope, "c1")
	require.NoError(t, err)
	require.Equal(t, out, got)
	a, err = s.Account(ctx, w.scope, a.ID)
	require.NoError(t, err)
	require.Equal(t, customer.Erased, a.Status)
	require.Equal(t, "c1", a.CustomerID)

	records := w.records("customer", "c1")
	require.Equal(t, customer.ActionErase, records[len(records)-1].Action)
	require.Equal(t, []admin.Change{{Field: "status", From: "ARCHIVED", To: "ERASED"}, {Field: "values", To: "3"},
		{Field: "importedRows", To: "0"}, {Field: "accounts", To: "1"}}, records[len(records)-1].Changes)
	raw, err := json.Marshal(append(records, w.records("account", "a1")...))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "Customer c1")
	require.NotContains(t, string(raw), "Account a1")
	require.Len(t, w.records("account", "a1"), len(was), "one record of it all")
	listed, err := s.List(ctx, w.scope, customer.Filter{Status: customer.Erased}, admin.Query{})
	require.NoError(t, err)
	require.Equal(t, []customer.Customer{out}, listed.Items)
	none, err := s.List(ctx, w.scope, customer.Filter{Text: "Customer c"}, admin.Query{})
	require.NoError(t, err)
	require.Empty(t, none.Items)
}

func TestWhatIsErasedStaysErased(t *testing.T) {
	w := newWorld(t)
	s, ctx := w.erasing(), t.Context()
	c, a := w.archived()
	c, err := s.Erase(ctx, w.scope, "c1", c.Version)
	require.NoError(t, err)
	a.Version++
	for what, call := range map[string]func() error{
		"Erase": func() error { _, err := s.Erase(ctx, w.scope, "c1", c.Version); return err },
		"Edit": func() error {
			_, err := s.Edit(ctx, w.scope, "c1", c.Version, customer.Edit{Name: customer.Set("Ann")})
			return err
		},
		"Restore": func() error { _, err := s.Restore(ctx, w.scope, "c1", c.Version); return err },
		"Archive": func() error { _, err := s.Archive(ctx, w.scope, "c1", c.Version, customer.ArchiveInput{}); return err },
		"CreateAccount": func() error {
			_, err := s.CreateAccount(ctx, w.scope, customer.Account{ID: "a2", Name: "Ann", CustomerID: "c1"})
			return err
		},
		"EraseAccount":   func() error { _, err := s.EraseAccount(ctx, w.scope, "a1", a.Version); return err },
		"RestoreAccount": func() error { _, err := s.RestoreAccount(ctx, w.scope, "a1", a.Version); return err },
		"ArchiveAccount": func() error { _, err := s.ArchiveAccount(ctx, w.scope, "a1", a.Version); return err },
		"EditAccount": func() error {
			_, err := s.EditAccount(ctx, w.scope, "a1", a.Version, customer.AccountEdit{Name: customer.Set("Ann")})
			return err
		},
	} {
		require.ErrorIs(t, call(), customer.ErrErased, what)
		require.ErrorIs(t, call(), admin.ErrState, what)
	}
}

func TestEraseRefuses(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	open := w.create("open")
	c, a := w.archived()
	customers := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "1"},
		admin.Permissions(customer.PermissionRead, customer.PermissionWrite))
	lost := job.Rows{Job: uuid.New(), Seqs: []int64{1}}
	for reason, call := range map[string]struct {
		want error
		call func() error
	}{
		"it is not archived":    {customer.ErrNotArchived, func() error { _, err := w.erasing().Erase(ctx, w.scope, "open", open.Version); return err }},
		"another version":       {admin.ErrConflict, func() error { _, err := w.erasing().Erase(ctx, w.scope, "c1", c.Version-1); return err }},
		"no such customer":      {admin.ErrNotFound, func() error { _, err := w.erasing().Erase(ctx, w.scope, "none", 1); return err }},
		"customers alone":       {admin.ErrForbidden, func() error { _, err := w.erasing().Erase(ctx, customers, "c1", c.Version); return err }},
		"no permission":         {admin.ErrForbidden, func() error { _, err := w.erasing().EraseAccount(ctx, customers, "a1", a.Version); return err }},
		"no trail":              {admin.ErrState, func() error { _, err := w.service.Erase(ctx, w.scope, "c1", c.Version); return err }},
		"a row cannot be found": {admin.ErrNotFound, func() error { _, err := w.erasing(lost).Erase(ctx, w.scope, "c1", c.Version); return err }},
	} {
		require.ErrorIs(t, call.call(), call.want, reason)
	}
	got, err := w.service.Get(ctx, w.scope, "c1")
	require.NoError(t, err)
	require.Equal(t, c, got, "all or nothing")
	_, err = w.erasing().EraseAccount(ctx, w.scope, "a1", a.Version)
	require.NoError(t, err)
	_, err = w.erasing().Erase(ctx, w.scope, "c1", c.Version)
	require.NoError(t, err, "its account was erased before")
}
