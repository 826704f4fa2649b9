package customer_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func days(n int) *int { return &n }

func TestAccountIsCreatedEditedArchivedAndRestored(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	in := customer.Account{
		ID: "a1", Name: "Main", CustomerID: "c1", InvoiceCurrency: "EUR", NetTermDays: days(30), Status: customer.Draft,
		Aliases: []customer.Alias{{Value: "meter-7", EffectiveFrom: w.now.In(time.FixedZone("",
			3600)).Add(time.Nanosecond)}},
		BillingInformation: customer.BillingInformation{EmailRecipients: []string{"b@x.example"}},
		Metadata:           map[string]string{"k": "v"}, Tags: []string{"Gold", "VIP"},
	}
	made, err := w.service.CreateAccount(t.Context(), w.scope, in)
	require.NoError(t, err)
	require.Equal(t, []string{"Gold", "VIP"}, in.Tags, "the input stays the caller's")
	want := in
	want.Tags, want.Aliases = []string{"gold", "vip"}, []customer.Alias{{Value: "meter-7", EffectiveFrom: w.now}}
	want.CreatedAt, want.UpdatedAt, want.Version = w.now, w.now, 1
	require.Equal(t, want, made)

	var edit customer.AccountEdit
	require.NoError(t, json.Unmarshal([]byte(`{"status":"ACTIVE","netTermDays":null,"tags":[],"address":{"city":"Bonn"},"invoiceCurrency":""}`), &edit))
	edited, err := w.service.EditAccount(t.Context(), w.scope, "a1", 1, edit)
	require.NoError(t, err)
	want.Status, want.NetTermDays, want.Tags, want.City, want.InvoiceCurrency, want.Version = customer.Active, nil, nil, "Bonn", "", 2
	require.Equal(t, want, edited)
	require.Equal(t, []admin.Change{
		{Field: "invoiceCurrency", From: "EUR"}, {Field: "netTermDays", From: "30"}, {Field: "address/city", To: "Bonn", Personal: true},
		{Field: "tags", From: `["gold","vip"]`, Personal: true}, {Field: "status", From: "DRAFT", To: "ACTIVE"},
	}, w.records("account", "a1")[1].Changes)

	archived, err := w.service.ArchiveAccount(t.Context(), w.scope, "a1", 2)
	require.NoError(t, err)
	require.Equal(t, customer.Archived, archived.Status)
	_, err = w.service.EditAccount(t.Context(), w.scope, "a1", 3,
		customer.AccountEdit{Status: customer.Set(customer.Active)})
	require.ErrorIs(t, err, customer.ErrArchived, "restoring is a method of its own")
	restored, err := w.service.RestoreAccount(t.Context(), w.scope, "a1", 3)
	require.NoError(t, err)
	require.Equal(t, customer.Active, restored.Status)
	_, err = w.service.EditAccount(t.Context(), w.scope, "a1", 4,
		customer.AccountEdit{Status: customer.Set(customer.Archived)})
	require.Equal(t, map[string]string{"/status": admin.CodeUnknown}, paths(t, err), "and so is archiving")
	again, err := w.service.RestoreAccount(t.Context(), w.scope, "a1", 4)
	require.NoError(t, err)
	require.Equal(t, restored, again, "it was not archived")
}

func TestEverythingWrongWithAnAccountIsFoundTogether(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	recipients := make([]string, customer.MaxRecipients+1)
	aliases := make([]customer.Alias, customer.MaxAliases+1)
	for _, tc := range []struct {
		reason string
		in     customer.Account
		want   map[string]string
	}{
		{"nothing is given", customer.Account{}, map[string]string{
			"/id": admin.CodeRequired, "/name": admin.CodeRequired, "/customerId": admin.CodeRequired,
		}},
		{"lists that are too long", customer.Account{
			ID: "a1", Name: "Main", CustomerID: "c1", Aliases: aliases, Tags: strings.Split(strings.Repeat("t,",
				customer.MaxTags), ","),
			BillingInformation: customer.BillingInformation{EmailRecipients: recipients,
				AdditionalEmailRecipients: []string{"", "not-an-address"}},
		}, map[string]string{
			"/aliases": admin.CodeTooLong, "/tags": admin.CodeTooLong, "/billingInformation/emailRecipients": admin.CodeTooLong,
			"/billingInformation/additionalEmailRecipients/0": admin.CodeRequired,
			"/billingInformation/additionalEmailRecipients/1": admin.CodeFormat,
		}},
		{"values that cannot be", customer.Account{
			ID: "a1", Name: "Main", CustomerID: "c1", InvoiceCurrency: "XAU", NetTermDays: days(-1), PrimaryEmail: "not-an-address",
			Status: customer.Archived,
			Tags:   []string{"VIP", "vip", ""},
			Aliases: []customer.Alias{
				{Value: ""}, {Value: "m", EffectiveFrom: w.now, EffectiveUntil: w.now}, {Value: "n", EffectiveUntil: w.now},
				{Value: "n", EffectiveFrom: w.now.Add(-time.Microsecond)}, {Value: "N"},
			},
		}, map[string]string{
			"/invoiceCurrency": admin.CodeUnknown, "/netTermDays": admin.CodeRange, "/primaryEmail": admin.CodeFormat,
			"/status": admin.CodeUnknown,
			"/tags/1": admin.CodeDuplicate, "/tags/2": admin.CodeRequired, "/aliases/0/value": admin.CodeRequired,
			"/aliases/1/effectiveUntil": admin.CodeRange, "/aliases/3": admin.CodeDuplicate,
		}},
		{"a currency that is not there", customer.Account{ID: "a1", Name: "Main", CustomerID: "c1", InvoiceCurrency: "QQQ"},
			map[string]string{"/invoiceCurrency": admin.CodeUnknown}},
		{"a customer that is not there", customer.Account{ID: "a1", Name: "Main", CustomerID: "missing"},
			map[string]string{"/customerId": admin.CodeUnknown}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := w.service.CreateAccount(t.Context(), w.scope, tc.in)
			require.Equal(t, tc.want, paths(t, err))
		})
	}
	require.Empty(t, w.records("account", "a1"), "what was refused is not on record")
}

func TestAliasBelongsToOneAccountAtATime(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	w.createAccount("a1", "c1")
	w.createAccount("a2", "c1")
	give := func(id string, version int64, from, until time.Time) (customer.Account, error) {
		return w.service.EditAccount(t.Context(), w.scope, id, version, customer.AccountEdit{
			Aliases: customer.Set([]customer.Alias{{Value: "meter-7", EffectiveFrom: from, EffectiveUntil: until}}),
		})
	}
	until := w.now.AddDate(0, 1, 0)
	_, err := give("a1", 1, time.Time{}, until)
	require.NoError(t, err)
	_, err = give("a2", 1, until.Add(-time.Microsecond), time.Time{})
	require.Equal(t, map[string]string{"/aliases": admin.CodeDuplicate}, paths(t, err))
	require.ErrorContains(t, err, `account "a1" has the alias "meter-7" at the same time: end it there first`)
	a2, err := give("a2", 1, until, time.Time{})
	require.NoError(t, err)
	_, err = w.service.ArchiveAccount(t.Context(), w.scope, "a1", 2)
	require.NoError(t, err)
	_, err = give("a2", a2.Version, time.Time{}, time.Time{})
	require.NoError(t, err)
	_, err = w.service.RestoreAccount(t.Context(), w.scope, "a1", 3)
	require.Equal(t, map[string]string{"/aliases": admin.CodeDuplicate}, paths(t, err),
		"another account has got it meanwhile")
}

func TestAccountsAreListedByCustomerStatusAndText(t *testing.T) {
	w := newWorld(t)
	w.create("c1")
	w.create("c2")
	w.createAccount("a1", "c1")
	w.createAccount("a2", "c2")
	w.createAccount("a3", "c1")
	_, err := w.service.EditAccount(t.Context(), w.scope, "a3", 1,
		customer.AccountEdit{Status: customer.Set(customer.Draft)})
	require.NoError(t, err)
	ids := func(f customer.AccountFilter) (out []string) {
		for a, err := range w.service.AllAccounts(t.Context(), w.scope, f) {
			require.NoError(t, err)
			out = append(out, a.ID)
		}
		n, err := w.service.CountAccounts(t.Context(), w.scope, f)
		require.NoError(t, err)
		require.EqualValues(t, len(out), n)
		return out
	}
	require.Equal(t, []string{"a1", "a3"}, ids(customer.AccountFilter{CustomerID: "c1"}))
	require.Equal(t, []string{"a3"}, ids(customer.AccountFilter{Status: customer.Draft}))
	require.Equal(t, []string{"a2"}, ids(customer.AccountFilter{Text: "ACCOUNT a2"}))
	page, err := w.service.Accounts(t.Context(), w.scope, customer.AccountFilter{CustomerID: "c1"}, admin.Query{Limit: 1})
	require.NoError(t, err)
	_, err = w.service.Accounts(t.Context(), w.scope, customer.AccountFilter{CustomerID: "c2"},
		admin.Query{After: page.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own filter only")
	_, err = w.service.Accounts(t.Context(), w.scope, customer.AccountFilter{Status: "draft"}, admin.Query{})
	require.Equal(t, map[string]string{"/status": admin.CodeUnknown}, paths(t, err))
}

func TestRecordsInJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 123000, time.UTC)
	for _, tc := range []struct {
		reason string
		record any
		want   string
	}{
		{"a customer with little", customer.Customer{ID: "c1", Name: "Lumen", Status: customer.Active, Version: 1},
			`{"id":"c1","name":"Lumen","status":"ACTIVE","version":1}`},
		{"a customer with everything", customer.Customer{
			ID: "c1", Name: "Lumen", PrimaryEmail: "l@x.example", Metadata: map[string]string{"k": "v"},
			Status: customer.Archived,
			Address: customer.Address{PhoneNumber: "1", Line1: "2", Line2: "3", PostalCode: "4", City: "5", State: "6",
				Country: "DE"},
			CreatedAt: at, UpdatedAt: at, Version: 2,
		}, `{"id":"c1","name":"Lumen","primaryEmail":"l@x.example","address":{"phoneNumber":"1","line1":"2","line2":"3","postalCode":"4",
			"city":"5","state":"6","country":"DE"},"metadata":{"k":"v"},"status":"ARCHIVED","createdAt":"2026-03-01T10:00:00.000123Z",
			"updatedAt":"2026-03-01T10:00:00.000123Z","version":2}`},
		{"an account with little", customer.Account{ID: "a1", Name: "Main", CustomerID: "c1", Status: customer.Draft,
			Version: 1},
			`{"id":"a1","name":"Main","customerId":"c1","status":"DRAFT","version":1}`},
		{"an account with everything", customer.Account{
			ID: "a1", Name: "Main", CustomerID: "c1", InvoiceCurrency: iso4217.Code("EUR"), NetTermDays: days(0),
			PrimaryEmail: "l@x.example",
			Aliases:      []customer.Alias{{Value: "m"}, {Value: "n", EffectiveFrom: at, EffectiveUntil: at}}, Tags: []string{"t"},
			BillingInformation: customer.BillingInformation{EmailRecipients: []string{"b"},
				AdditionalEmailRecipients: []string{"d"}},
			Address: customer.Address{City: "Bonn"}, Metadata: map[string]string{"k": "v"}, Status: customer.Active,
			Version: 1,
		}, `{"id":"a1","name":"Main","customerId":"c1","invoiceCurrency":"EUR","aliases":[{"value":"m"},{"value":"n",
			"effectiveFrom":"2026-03-01T10:00:00.000123Z","effectiveUntil":"2026-03-01T10:00:00.000123Z"}],"netTermDays":0,
			"address":{"city":"Bonn"},"primaryEmail":"l@x.example","billingInformation":{"emailRecipients":["b"],
			"additionalEmailRecipients":["d"]},"metadata":{"k":"v"},"tags":["t"],"status":"ACTIVE","version":1}`},
		{"an edit of nothing", customer.Edit{}, `{}`},
		{"an edit", customer.AccountEdit{NetTermDays: customer.Set[*int](nil),
			Address: customer.AddressEdit{City: customer.Set("")}},
			`{"netTermDays":null,"address":{"city":""}}`},
		{"filters", customer.AccountFilter{CustomerID: "c1", Status: customer.Active, Text: "x"},
			`{"customerId":"c1","status":"ACTIVE","text":"x"}`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			b, err := json.Marshal(tc.record)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(b))
		})
	}
}
