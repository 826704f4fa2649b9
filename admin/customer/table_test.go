package customer_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// Every member of a record's JSON that callers fill in is described, at the path that the description has.
func TestTablesDescribeWhatRecordsHave(t *testing.T) {
	requireDescribed(t, customer.Customers())
	requireDescribed(t, customer.Accounts())
}

func requireDescribed[T customer.Record](t *testing.T, kind *customer.Table[T]) {
	t.Helper()
	described := map[string]bool{"/createdAt": true, "/updatedAt": true, "/version": true, "/-": true}
	for _, f := range kind.Fields() {
		described[f.Path] = true
		var r T
		v := reflect.ValueOf(f.Of(&r)).Elem()
		v.Set(some(v.Type()))
		b, err := json.Marshal(r)
		require.NoError(t, err)
		var tree any
		require.NoError(t, json.Unmarshal(b, &tree))
		for step := range strings.SplitSeq(f.Path[1:], "/") {
			tree = tree.(map[string]any)[step]
		}
		require.NotEmpty(t, tree, "%s is at %s", f.Name, f.Path)
	}
	for _, path := range members("", reflect.TypeFor[T]()) {
		require.True(t, described[path], "%s of a %s is not described", path, kind.Noun())
	}
}

// some is a value of a type that is not empty.
func some(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, 1, 1))
		if t.Elem().Kind() == reflect.String {
			v.Index(0).SetString("x")
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf("v"))
	case reflect.Struct:
		v.Field(0).Set(some(v.Field(0).Type()))
	}
	return v
}

// members are the paths of a record's JSON, those of an address one by one.
func members(under string, t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type == reflect.TypeFor[customer.Address]() {
			out = append(out, members(under+"/"+name, f.Type)...)
			continue
		}
		out = append(out, under+"/"+name)
	}
	return out
}

func TestMask(t *testing.T) {
	kind := customer.Accounts()
	m, err := kind.Mask("name", "tags")
	require.NoError(t, err)
	require.NotZero(t, m)
	require.Equal(t, m, m&kind.All())
	_, err = kind.Mask("name", "extra")
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "extra")
}

func TestSetText(t *testing.T) {
	kind := customer.Accounts()
	var a customer.Account
	for name, text := range map[string]string{"name": "Main", "invoice_currency": "EUR", "net_term_days": "30",
		"city": "Bonn"} {
		f, ok := kind.Field(name)
		require.True(t, ok)
		require.NoError(t, f.SetText(&a, text))
	}
	require.Equal(t, customer.Account{Name: "Main", InvoiceCurrency: "EUR", NetTermDays: days(30),
		Address: customer.Address{City: "Bonn"}}, a)
	terms, _ := kind.Field("net_term_days")
	require.ErrorIs(t, terms.SetText(&a, "soon"), admin.ErrInvalid)
	require.NoError(t, terms.SetText(&a, ""))
	require.Nil(t, a.NetTermDays)
	tags, _ := kind.Field("tags")
	require.ErrorIs(t, tags.SetText(&a, "x"), admin.ErrInvalid)
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "ACME": "acme", "Müller": "muller", "Mu\u0308ller": "muller", "Ünal": "unal", "ﬁ": "fi", "ΑΒΓ": "αβγ",
		"日本": "日本",
	} {
		require.Equal(t, want, customer.Fold(text), text)
		require.Equal(t, want, customer.Fold(customer.Fold(text)), "folding again changes nothing")
	}
}

func TestOptional(t *testing.T) {
	var e customer.Edit
	require.NoError(t, json.Unmarshal([]byte(`{"name":"x","primaryEmail":null,"address":{"city":null}}`), &e))
	require.Equal(t, customer.Edit{
		Name: customer.Set("x"), PrimaryEmail: customer.Set(""), Address: customer.AddressEdit{City: customer.Set("")},
	}, e)
	require.Error(t, json.Unmarshal([]byte(`{"name":1}`), &e))
}
