package customer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

func TestTextsOfFieldsComeBack(t *testing.T) {
	at := time.Date(2024, 1, 2, 3, 4, 5, 678_000, time.UTC)
	a := customer.Account{
		ID: "a1", Name: "Main <b>", CustomerID: "c1", InvoiceCurrency: "EUR", PrimaryEmail: "a@x.example", NetTermDays: days(0),
		Address: customer.Address{City: "Bonn", Country: "DE"}, Metadata: map[string]string{"a=b": "x\n\ty", "": "none"},
		Aliases: []customer.Alias{{Value: "plain"}, {Value: "until", EffectiveUntil: at}, {Value: "from", EffectiveFrom: at},
			{Value: "both [x]", EffectiveFrom: at, EffectiveUntil: at.Add(time.Hour)}, {Value: "brackets [/]"}, {Value: "]"}},
		BillingInformation: customer.BillingInformation{EmailRecipients: []string{"a@x.example", "a@x.example"},
			AdditionalEmailRecipients: []string{"b@x.example"}},
		Tags: []string{"retail, b2b", `"quoted"`}, Status: customer.Draft,
	}
	kind := customer.Accounts()
	var back, none customer.Account
	for _, f := range kind.Fields() {
		require.NoError(t, f.SetText(&back, f.Text(&a)), f.Name)
		require.Empty(t, f.Text(&none), "%s has no value", f.Name)
		require.NoError(t, f.SetText(&none, ""), f.Name)
	}
	require.Equal(t, a, back)
	require.Equal(t, customer.Account{}, none)
	require.Equal(t, a.Metadata, kind.Metadata(&a))
	c := customer.Customer{ID: "c1", Name: "Lumen", Metadata: map[string]string{"tier": "gold"}, Status: customer.Active}
	var copied customer.Customer
	for _, f := range customer.Customers().Fields() {
		require.NoError(t, f.SetText(&copied, f.Text(&c)), f.Name)
	}
	require.Equal(t, c, copied)
}

func TestTextsOfFieldsAreForPeople(t *testing.T) {
	kind := customer.Accounts()
	a := customer.Account{Tags: []string{"a", "<b>"}, Aliases: []customer.Alias{{Value: "x"},
		{Value: "y", EffectiveFrom: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}},
		BillingInformation: customer.BillingInformation{EmailRecipients: []string{"a@x.example"}, AdditionalEmailRecipients: []string{"b@x.example"}},
		Metadata:           map[string]string{"b": "2", "a": "1"}, NetTermDays: days(30)}
	for name, want := range map[string]string{
		"tags": `["a","<b>"]`, "aliases": `["x","y [2024-01-01T00:00:00Z/]"]`, "billing_information": `["a@x.example","cc:b@x.example"]`,
		"metadata": `{"a":"1","b":"2"}`, "net_term_days": "30",
	} {
		f, ok := kind.Field(name)
		require.True(t, ok)
		require.Equal(t, want, f.Text(&a))
	}
}

func TestCheckText(t *testing.T) {
	long := strings.Repeat("x", 51)
	for _, tc := range []struct{ reason, field, text, code string }{
		{"no value", "tags", "", ""},
		{"tags", "tags", `["a","b"]`, ""},
		{"tags in capitals are kept in small letters", "tags", `["Retail"]`, ""},
		{"a tag twice", "tags", `["a","A"]`, admin.CodeDuplicate},
		{"a tag that is too long", "tags", `["` + long + `"]`, admin.CodeTooLong},
		{"a tag with blanks around it", "tags", `[" a"]`, admin.CodeFormat},
		{"no list", "tags", `a`, "invalid"},
		{"a list of numbers", "tags", `[1]`, "invalid"},
		{"an alias", "aliases", `["a"]`, ""},
		{"an alias for a time", "aliases", `["a [2024-01-01T00:00:00Z/2025-01-01T00:00:00Z]"]`, ""},
		{"a time that ends before it begins", "aliases", `["a [2025-01-01T00:00:00Z/2024-01-01T00:00:00Z]"]`, admin.CodeRange},
		{"a time that is none", "aliases", `["a [soon/]"]`, "invalid"},
		{"half a time", "aliases", `["a [2024-01-01T00:00:00Z]"]`, "invalid"},
		{"a bracket without a time", "aliases", `["a]"]`, "invalid"},
		{"an alias twice at one time", "aliases", `["a","a"]`, admin.CodeDuplicate},
		{"aliases that are no list", "aliases", `a`, "invalid"},
		{"recipients", "billing_information", `["a@x.example","cc:b@x.example"]`, ""},
		{"a recipient that is no address", "billing_information", `["Ann"]`, admin.CodeFormat},
		{"recipients that are no list", "billing_information", `a`, "invalid"},
		{"metadata", "metadata", `{"a":"1"}`, ""},
		{"empty metadata", "metadata", `{}`, ""},
		{"a name without a value", "metadata", `{"a":""}`, admin.CodeFormat},
		{"metadata that is no object", "metadata", `[]`, "invalid"},
		{"a draft", "status", "DRAFT", ""},
		{"what only the service does", "status", "ARCHIVED", admin.CodeUnknown},
		{"a field of one value", "name", "Lumen", ""},
		{"a value that is too short", "name", "x", admin.CodeTooShort},
		{"no such field", "extra", "x", "invalid"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := customer.Accounts().CheckText(tc.field, tc.text)
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, admin.ErrInvalid)
			var invalid *admin.ValidationError
			if tc.code != "invalid" {
				require.ErrorAs(t, err, &invalid)
				require.Equal(t, tc.code, invalid.Fields[0].Code)
			}
		})
	}
}

func TestAStatusDoesNotRestoreWhatIsArchived(t *testing.T) {
	kind := customer.Accounts()
	given, err := kind.Mask("status", "name")
	require.NoError(t, err)
	old := customer.Account{ID: "a1", Name: "Main", CustomerID: "c1", Status: customer.Archived, Version: 1}
	for _, tc := range []struct {
		reason string
		change customer.Change[customer.Account]
		want   customer.Result
		why    customer.Reason
	}{
		{"the same, with a status", customer.Change[customer.Account]{Record: customer.Account{ID: "a1", Name: "Main", Status: customer.Active}, KeepArchived: true},
			customer.Unchanged, ""},
		{"another name", customer.Change[customer.Account]{Record: customer.Account{ID: "a1", Name: "Newer", Status: customer.Draft}, KeepArchived: true},
			customer.Refused, customer.ReasonArchived},
		{"one that may restore", customer.Change[customer.Account]{Record: customer.Account{ID: "a1", Name: "Main", Status: customer.Active}},
			customer.Updated, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			tc.change.Mode, tc.change.Given = customer.ModeUpdate, given
			out, err := kind.Decide([]customer.Change[customer.Account]{tc.change}, customer.Known[customer.Account]{
				Records: map[string]customer.Account{"a1": old}, Customers: map[string]customer.Status{"c1": customer.Active}})
			require.NoError(t, err)
			require.Equal(t, tc.want, out[0].Result)
			require.Equal(t, tc.why, out[0].Reason)
			if tc.why != "" {
				require.Equal(t, map[string]string{"id": "a1"}, out[0].Params)
			}
		})
	}
}
