package admincenter_test

import (
	"context"
	"io"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

// A value beside an error may be what the caller must not see, as of a record that was loaded before the
// permission was checked.
func TestMethodsReturnNothingBesideAnError(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	ids, texts := seedOneOfEverything(t, h)
	user := admin.Actor{Kind: admin.ActorUser, ID: h.bea.User.ID.String()}
	called := 0
	for _, tc := range []struct {
		reason string
		scope  admin.Scope
		must   bool // every call fails
	}{
		{"the zero scope", admin.Scope{}, true},
		{"an actor without permissions", admin.NewScope(acme, user, admin.Permissions()), true},
		{"another organization", admin.System("globex"), false},
		// The last, because what it may do is done.
		{"input that cannot be", admin.System(acme), false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			eachMethod(h.Center, func(name string, method reflect.Value) {
				for n := range max(len(ids), len(texts)) {
					args := arguments(t.Context(), method.Type(), tc.scope, ids[n%len(ids)], texts[n%len(texts)])
					for _, err := range requireNothingBesideError(t, name, method.Call(args)) {
						if tc.must {
							require.Error(t, err, name)
						}
					}
				}
				called++
			})
		})
	}
	require.Greater(t, called, 4*60, "the services' methods are found")
}

// eachMethod calls with for every method of every service that takes a scope.
func eachMethod(c *admincenter.Center, with func(name string, method reflect.Value)) {
	center := reflect.ValueOf(c).Elem()
	for i := range center.NumField() {
		service := center.Field(i)
		if !center.Type().Field(i).IsExported() || service.Kind() != reflect.Pointer {
			continue
		}
		for m := range service.NumMethod() {
			if method := service.Method(m); takesScope(method.Type()) {
				with(center.Type().Field(i).Name+"."+service.Type().Method(m).Name, method)
			}
		}
	}
}

func seedOneOfEverything(t *testing.T, h *house) ([]uuid.UUID, []string) {
	t.Helper()
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\nc2,Orbit,\n")
	_, err := h.Imports.Run(t.Context(), h.bea.Scope, i.ID, nil)
	require.NoError(t, err)
	_, err = h.Customers.CreateAccount(t.Context(), h.bea.Scope,
		customer.Account{ID: "a1", Name: "Main", CustomerID: "c1"})
	require.NoError(t, err)
	_, err = h.Currencies.SetBase(t.Context(), h.ann.Scope, "EUR")
	require.NoError(t, err)
	made, err := h.Tokens.Generate(t.Context(), h.bea.Scope,
		token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	one, err := settings.Numeric(decimal.NewFromInt(1))
	require.NoError(t, err)
	s, err := h.Settings.Create(t.Context(), h.ann.Scope, settings.NewSetting{
		Entity: settings.Entity{Kind: settings.Organization}, Name: "rate", Value: one,
	})
	require.NoError(t, err)
	return []uuid.UUID{i.ID, h.savedMapping(i.ID), made.Token.ID, s.ID, h.bea.User.ID, uuid.Nil}, []string{"c1", "a1", "EUR", "rate", ""}
}

func takesScope(f reflect.Type) bool {
	for i := range f.NumIn() {
		if f.In(i) == reflect.TypeFor[admin.Scope]() {
			return true
		}
	}
	return false
}

// arguments are a context, the scope, the id and the text where they fit, and else nothing.
func arguments(ctx context.Context, f reflect.Type, scope admin.Scope, id uuid.UUID, text string) []reflect.Value {
	var out []reflect.Value
	for i := range f.NumIn() {
		in := f.In(i)
		if f.IsVariadic() && i == f.NumIn()-1 {
			break
		}
		v := reflect.New(in).Elem()
		switch {
		case in == reflect.TypeFor[context.Context]():
			v.Set(reflect.ValueOf(ctx))
		case in == reflect.TypeFor[admin.Scope]():
			v.Set(reflect.ValueOf(scope))
		case in == reflect.TypeFor[io.Writer]():
			v.Set(reflect.ValueOf(io.Discard))
		case in == reflect.TypeFor[uuid.UUID]():
			v.Set(reflect.ValueOf(id))
		case in.Kind() == reflect.String:
			v.SetString(text)
		}
		out = append(out, v)
	}
	return out
}

// requireNothingBesideError checks what a method returned, or what its sequence yields, and returns the errors.
func requireNothingBesideError(t *testing.T, where string, results []reflect.Value) []error {
	t.Helper()
	if len(results) == 1 && results[0].Kind() == reflect.Func {
		var errs []error
		for value, err := range results[0].Seq2() {
			errs = append(errs, requireNothingBesideError(t, where, []reflect.Value{value, err})...)
		}
		return errs
	}
	last := results[len(results)-1]
	err, isError := last.Interface().(error)
	if !isError || err == nil {
		return []error{nil}
	}
	for _, value := range results[:len(results)-1] {
		require.True(t, value.IsZero(), "%s: %v beside %v", where, value, err)
	}
	return []error{err}
}
