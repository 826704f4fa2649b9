package customer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

func TestCustomerIsCreatedEditedArchivedAndRestored(t *testing.T) {
	w := newWorld(t)
	made, err := w.service.Create(t.Context(), w.scope, customer.Customer{
		ID: "c1", Name: "Lumen", PrimaryEmail: "Jörg@lumen.example", Address: customer.Address{City: "Bonn", Country: "DE"},
		Metadata: map[string]string{"tier": "gold"},
	})
	require.NoError(t, err)
	want := customer.Customer{
		ID: "c1", Name: "Lumen", PrimaryEmail: "Jörg@lumen.example", Address: customer.Address{City: "Bonn", Country: "DE"},
		Metadata: map[string]string{"tier": "gold"}, Status: customer.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
	}
	require.Equal(t, want, made)
	_, err = w.service.Create(t.Context(), w.scope,
		customer.Customer{ID: "c1", Name: "Other", PrimaryEmail: "o@x.example"})
	require.ErrorIs(t, err, admin.ErrExists)
	require.Equal(t, "customer_exists", admin.Code(err))

	w.now = w.now.Add(time.Hour)
	edited, err := w.service.Edit(t.Context(), w.scope, "c1", 1, customer.Edit{
		Name: customer.Set("Lumen Ltd"), Address: customer.AddressEdit{City: customer.Set("")},
	})
	require.NoError(t, err)
	want.Name, want.City, want.UpdatedAt, want.Version = "Lumen Ltd", "", w.now, 2
	require.Equal(t, want, edited)
	same, err := w.service.Edit(t.Context(), w.scope, "c1", 2, customer.Edit{Name: customer.Set("Lumen Ltd")})
	require.NoError(t, err)
	require.Equal(t, want, same, "an edit that changes nothing")
	_, err = w.service.Edit(t.Context(), w.scope, "c1", 1, customer.Edit{Name: customer.Set("Other")})
	require.ErrorIs(t, err, admin.ErrConflict)

	archived, err := w.service.Archive(t.Context(), w.scope, "c1", 2, customer.ArchiveInput{})
	require.NoError(t, err)
	require.Equal(t, customer.Archived, archived.Status)
	again, err := w.service.Archive(t.Context(), w.scope, "c1", 3, customer.ArchiveInput{Accounts: true})
	require.NoError(t, err)
	require.Equal(t, archived, again)
	_, err = w.service.Edit(t.Context(), w.scope, "c1", 3, customer.Edit{Name: customer.Set("Other")})
	require.ErrorIs(t, err, customer.ErrArchived)
	require.ErrorIs(t, err, admin.ErrState)
	require.Equal(t, `Customer "c1" is archived: restore it first.`, admin.Message(err))
	restored, err := w.service.Restore(t.Context(), w.scope, "c1", 3)
	require.NoError(t, err)
	require.Equal(t, customer.Active, restored.Status)
	got, err := w.service.Get(t.Context(), w.scope, "c1")
	require.NoError(t, err)
	require.Equal(t, restored, got)

	var actions []admin.Action
	for _, r := range w.records("customer", "c1") {
		actions = append(actions, r.Action)
	}
	require.Equal(t, []admin.Action{customer.ActionCreate, customer.ActionUpdate, customer.ActionArchive,
		customer.ActionRestore}, actions,
		"one record of each action, and none of what was refused or changed nothing")
	require.Equal(t, []admin.Change{{Field: "name", From: "Lumen", To: "Lumen Ltd", Personal: true},
		{Field: "address/city", From: "Bonn", Personal: true}},
		w.records("customer", "c1")[1].Changes)
}

func TestMetadataIsReplacedIfGiven(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	given := map[string]string{"a": "1", "b": "2"}
	c, err := w.service.Edit(t.Context(), w.scope, "c1", 1, customer.Edit{Metadata: customer.Set(given)})
	require.NoError(t, err)
	given["a"] = "not the service's"
	c, err = w.service.Edit(t.Context(), w.scope, "c1", c.Version, customer.Edit{Name: customer.Set("Other")})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "1", "b": "2"}, c.Metadata, "not given, not changed")
	c, err = w.service.Edit(t.Context(), w.scope, "c1", c.Version,
		customer.Edit{Metadata: customer.Set(map[string]string{"c": "3"})})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"c": "3"}, c.Metadata)
	c, err = w.service.Edit(t.Context(), w.scope, "c1", c.Version,
		customer.Edit{Metadata: customer.Set(map[string]string{})})
	require.NoError(t, err)
	require.Nil(t, c.Metadata)
}

func TestArchivingACustomerWithAccounts(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	w.createAccount("a1", "c1")
	w.createAccount("a2", "c1")
	_, err := w.service.Archive(t.Context(), w.scope, "c1", 1, customer.ArchiveInput{})
	require.ErrorIs(t, err, customer.ErrHasAccounts)
	require.Equal(t, "customer_has_accounts", admin.Code(err))
	require.Equal(t, `Customer "c1" has accounts that are not archived: "a1", "a2": archive them first, or together with the customer.`,
		admin.Message(err))

	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	_, err = w.service.Archive(t.Context(), admin.NewScope(org, user, admin.Permissions(customer.PermissionWrite)), "c1",
		1,
		customer.ArchiveInput{Accounts: true})
	require.ErrorIs(t, err, admin.ErrForbidden)
	c, err := w.service.Archive(t.Context(), w.scope, "c1", 1, customer.ArchiveInput{Accounts: true})
	require.NoError(t, err)
	require.Equal(t, customer.Archived, c.Status)
	for _, id := range []string{"a1", "a2"} {
		a, err := w.service.Account(t.Context(), w.scope, id)
		require.NoError(t, err)
		require.Equal(t, customer.Archived, a.Status)
	}
	last := w.records("customer", "c1")
	require.Equal(t, []admin.Change{{Field: "status", From: "ACTIVE", To: "ARCHIVED"}, {Field: "account", From: "a1"},
		{Field: "account", From: "a2"}},
		last[len(last)-1].Changes)

	_, err = w.service.CreateAccount(t.Context(), w.scope, customer.Account{ID: "a3", Name: "Late", CustomerID: "c1"})
	require.ErrorIs(t, err, customer.ErrCustomerArchived)
	_, err = w.service.RestoreAccount(t.Context(), w.scope, "a1", 2)
	require.ErrorIs(t, err, customer.ErrCustomerArchived)
	require.Equal(t, `Customer "c1" is archived: restore the customer first.`, admin.Message(err))
}

func TestEverythingWrongWithACustomerIsFoundTogether(t *testing.T) {
	w := newWorld(t)
	many := map[string]string{}
	for i := range customer.MaxMetadata + 1 {
		many[strings.Repeat("k", i+1)] = "v"
	}
	for _, tc := range []struct {
		reason string
		in     customer.Customer
		want   map[string]string
	}{
		{"nothing is given", customer.Customer{}, map[string]string{
			"/id": admin.CodeRequired, "/name": admin.CodeRequired, "/primaryEmail": admin.CodeRequired,
		}},
		{"too much", customer.Customer{
			ID: strings.Repeat("i", 51), Name: strings.Repeat("n", 256), PrimaryEmail: strings.Repeat("e", 321),
			Address: customer.Address{Line1: strings.Repeat("l", 256), PhoneNumber: "1\n2"}, Metadata: many,
		}, map[string]string{
			"/id": admin.CodeTooLong, "/name": admin.CodeTooLong, "/primaryEmail": admin.CodeTooLong,
			"/address/line1":       admin.CodeTooLong,
			"/address/phoneNumber": admin.CodeFormat, "/metadata": admin.CodeTooLong,
		}},
		{"what is written wrongly", customer.Customer{
			ID: " c", Name: "ab", PrimaryEmail: "Ann <ann@x.example>", Address: customer.Address{Country: "Germany"},
			Metadata: map[string]string{"a/b~c": "", "": "x", "z": "\xff", "y": strings.Repeat("v", 1001), "ok": "1"},
		}, map[string]string{
			"/id": admin.CodeFormat, "/name": admin.CodeTooShort, "/primaryEmail": admin.CodeFormat,
			"/address/country":  admin.CodeUnknown,
			"/metadata/a~1b~0c": admin.CodeFormat, "/metadata/": admin.CodeRequired, "/metadata/z": admin.CodeFormat,
			"/metadata/y": admin.CodeFormat,
		}},
		{"what the service sets", customer.Customer{
			ID: "c1", Name: "Lumen", PrimaryEmail: "l@x.example", Status: customer.Draft, Version: 1,
		}, map[string]string{"/status": admin.CodeUnknown, "/version": admin.CodeFormat}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.service.Create(t.Context(), w.scope, tc.in)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, tc.want, paths(t, err))
		})
	}
	t.Run("an edit is checked for what it gives", func(t *testing.T) {
		w.create("c1")
		_, err := w.service.Edit(t.Context(), w.scope, "c1", 1, customer.Edit{
			PrimaryEmail: customer.Set(""), Address: customer.AddressEdit{Country: customer.Set("Deutschland")},
		})
		require.Equal(t, map[string]string{"/primaryEmail": admin.CodeRequired, "/address/country": admin.CodeUnknown},
			paths(t, err))
	})
	n, err := w.service.Count(t.Context(), w.scope, customer.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
}

func TestCustomersAreListedByStatusAndText(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"c2", "c1", "c3"} {
		w.create(id)
	}
	_, err := w.service.Archive(t.Context(), w.scope, "c2", 1, customer.ArchiveInput{})
	require.NoError(t, err)
	ids := func(f customer.Filter) (out []string) {
		for c, err := range w.service.All(t.Context(), w.scope, f) {
			require.NoError(t, err)
			out = append(out, c.ID)
		}
		n, err := w.service.Count(t.Context(), w.scope, f)
		require.NoError(t, err)
		require.EqualValues(t, len(out), n)
		return out
	}
	require.Equal(t, []string{"c1", "c2", "c3"}, ids(customer.Filter{}))
	require.Equal(t, []string{"c2"}, ids(customer.Filter{Status: customer.Archived}))
	require.Equal(t, []string{"c3"}, ids(customer.Filter{Text: "customer C3"}))

	page, err := w.service.List(t.Context(), w.scope, customer.Filter{Status: customer.Active}, admin.Query{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "c1", page.Items[0].ID)
	_, err = w.service.List(t.Context(), w.scope, customer.Filter{}, admin.Query{After: page.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own filter only")
	for _, f := range []customer.Filter{{Status: "archived"}, {Status: customer.Draft}} {
		_, err = w.service.List(t.Context(), w.scope, f, admin.Query{})
		require.Equal(t, map[string]string{"/status": admin.CodeUnknown}, paths(t, err))
		_, err = w.service.Count(t.Context(), w.scope, f)
		require.Equal(t, map[string]string{"/status": admin.CodeUnknown}, paths(t, err))
	}
	_, err = w.service.List(t.Context(), w.scope, customer.Filter{Text: strings.Repeat("ü", 321)}, admin.Query{})
	require.Equal(t, map[string]string{"/text": admin.CodeTooLong}, paths(t, err))
}

func TestEachMethodRequiresItsPermission(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	w.createAccount("a1", "c1")
	ctx := t.Context()
	calls := map[admin.Permission]map[string]func(admin.Scope) error{
		customer.PermissionRead: {
			"Get": func(s admin.Scope) error { _, err := w.service.Get(ctx, s, "c1"); return err },
			"List": func(s admin.Scope) error {
				_, err := w.service.List(ctx, s, customer.Filter{}, admin.Query{})
				return err
			},
			"Count": func(s admin.Scope) error { _, err := w.service.Count(ctx, s, customer.Filter{}); return err },
		},
		customer.PermissionWrite: {
			"Create": func(s admin.Scope) error { _, err := w.service.Create(ctx, s, customer.Customer{}); return err },
			"Edit":   func(s admin.Scope) error { _, err := w.service.Edit(ctx, s, "c1", 9, customer.Edit{}); return err },
			"Archive": func(s admin.Scope) error {
				_, err := w.service.Archive(ctx, s, "c1", 9, customer.ArchiveInput{})
				return err
			},
			"Restore": func(s admin.Scope) error { _, err := w.service.Restore(ctx, s, "c1", 9); return err },
		},
		customer.PermissionAccountsRead: {
			"Account": func(s admin.Scope) error { _, err := w.service.Account(ctx, s, "a1"); return err },
			"Accounts": func(s admin.Scope) error {
				_, err := w.service.Accounts(ctx, s, customer.AccountFilter{}, admin.Query{})
				return err
			},
			"Count": func(s admin.Scope) error {
				_, err := w.service.CountAccounts(ctx, s, customer.AccountFilter{})
				return err
			},
		},
		customer.PermissionAccountsWrite: {
			"Create": func(s admin.Scope) error { _, err := w.service.CreateAccount(ctx, s, customer.Account{}); return err },
			"Edit": func(s admin.Scope) error {
				_, err := w.service.EditAccount(ctx, s, "a1", 9, customer.AccountEdit{})
				return err
			},
			"Archive": func(s admin.Scope) error { _, err := w.service.ArchiveAccount(ctx, s, "a1", 9); return err },
			"Restore": func(s admin.Scope) error { _, err := w.service.RestoreAccount(ctx, s, "a1", 9); return err },
		},
	}
	actor := admin.Actor{Kind: admin.ActorToken, ID: "t"}
	for required, methods := range calls {
		for name, call := range methods {
			t.Run(string(required)+" "+name, func(t *testing.T) {
				for granted := range calls {
					err := call(admin.NewScope(org, actor, admin.Permissions(granted)))
					if granted == required {
						require.NotErrorIs(t, err, admin.ErrForbidden)
					} else {
						require.ErrorIs(t, err, admin.ErrForbidden, granted)
					}
				}
				require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated)
			})
		}
	}
	_, err := w.service.Get(ctx, admin.System("globex"), "c1")
	_, none := w.service.Get(ctx, w.scope, "missing")
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.Equal(t, none.Error(), err.Error(), "another organization's customer and none at all look the same")
}

func TestServiceNeedsItsPorts(t *testing.T) {
	_, err := customer.NewService(customer.Ports{}, customer.Options{})
	require.Equal(t, map[string]string{"/customers": admin.CodeRequired, "/accounts": admin.CodeRequired}, paths(t, err))
}
