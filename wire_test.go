package admincenter_test

import (
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/token"
)

// openTypes are texts that are no enum: ids that people, hosts or packages choose, and codes. Their
// constants are not in capital letters, and a filter takes any value.
func openTypes() map[string]string {
	return map[string]string{
		"Action": "noun.verb", "Code": "ISO 4217 or a code of an error", "Environment": "part of a token's text",
		"Kind": "of a job", "Permission": "area.verb", "Reason": "a code", "Role": "an id",
		"TypeName":  "an id of a host's type",
		"ActorKind": "a host has kinds of its own", "OrgID": "the host's", "Cursor": "opaque",
	}
}

const modulePath = "github.com/admincenter/admincenter"

// packageOf is the directory of the package that a type is from, and whether it is of this module.
func packageOf(t reflect.Type) (string, bool) {
	dir, ok := strings.CutPrefix(t.PkgPath(), modulePath)
	return strings.TrimPrefix(dir, "/"), ok
}

// serviceMethod is a method of the Center or of one of its services.
type serviceMethod struct {
	name string // "Jobs.List"
	recv reflect.Value
	reflect.Method
}

var scopeType = reflect.TypeFor[admin.Scope]()

// allMethods lists them in order, but for those that rebind a service to other ports or to a request.
func allMethods(c *admincenter.Center) (found []serviceMethod) {
	add := func(prefix string, v reflect.Value) {
		for i := range v.NumMethod() {
			if m := v.Type().Method(i); !slices.Contains([]string{"In", "InTx", "From", "With"}, m.Name) {
				found = append(found, serviceMethod{prefix + m.Name, v, m})
			}
		}
	}
	v := reflect.ValueOf(c)
	add("", v)
	for i := range v.Elem().NumField() {
		if f := v.Elem().Type().Field(i); f.IsExported() {
			add(f.Name+".", v.Elem().Field(i))
		}
	}
	return found
}

// serviceMethods lists those that take a Scope.
func serviceMethods(c *admincenter.Center) (found []serviceMethod) {
	for _, m := range allMethods(c) {
		for in := 1; in < m.Type.NumIn(); in++ {
			if m.Type.In(in) == scopeType {
				found = append(found, m)
			}
		}
	}
	return found
}

// records walks the struct types of this module that methods take and return.
func records(ms []serviceMethod) []reflect.Type {
	var found []reflect.Type
	seen := map[reflect.Type]bool{scopeType: true}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(t.Elem())
		case reflect.Map:
			walk(t.Key())
			walk(t.Elem())
		case reflect.Func: // an iterator
			for i := range t.NumIn() {
				walk(t.In(i))
			}
		case reflect.Struct:
			// What a host's code sets as options is not on the wire.
			if _, ours := packageOf(t); ours && !strings.HasSuffix(t.Name(), "Options") {
				found = append(found, t)
				for i := range t.NumField() {
					if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
						walk(f.Type)
					}
				}
			}
		default:
			if _, ours := packageOf(t); ours && t.Kind() == reflect.String {
				found = append(found, t)
			}
		}
	}
	for _, m := range ms {
		for i := 1; i < m.Type.NumIn(); i++ {
			if t := m.Type.In(i); t.Kind() != reflect.Func { // callbacks are not for the wire
				walk(t)
			}
		}
		for i := range m.Type.NumOut() {
			walk(m.Type.Out(i))
		}
	}
	return found
}

var (
	camelCase  = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	upperSnake = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
)

func TestRecordsHaveTheirWireForm(t *testing.T) {
	src := readSource(t)
	for _, typ := range records(allMethods(newHouse(t, admincenter.Options{}).Center)) {
		t.Run(typ.String(), func(t *testing.T) {
			if typ.Kind() == reflect.String {
				requireEnum(t, src, typ)
				return
			}
			marshals := typ.Implements(reflect.TypeFor[json.Marshaler]()) ||
				typ.Implements(reflect.TypeFor[encoding.TextMarshaler]())
			for i := range typ.NumField() {
				f := typ.Field(i)
				if !f.IsExported() || f.Anonymous || marshals && f.Tag.Get("json") == "" {
					continue
				}
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				require.True(t, name == "-" || camelCase.MatchString(name), "field %s has the JSON name %q", f.Name, name)
			}
			if marshals && typ.Implements(reflect.TypeFor[interface{ IsZero() bool }]()) {
				return // a field of the type is left out when it is zero
			}
			text, err := json.Marshal(reflect.Zero(typ).Interface())
			require.NoError(t, err)
			require.NotContains(t, string(text), "0001-01-01", "a time that is absent is left out")
			require.NotContains(t, string(text), "null", "a list that is absent is left out or empty")
		})
	}
}

// requireEnum checks the constants of a type of texts.
func requireEnum(t *testing.T, src source, typ reflect.Type) {
	t.Helper()
	if _, open := openTypes()[typ.Name()]; open && typ.Name() != "ActorKind" {
		return
	}
	for _, c := range src.enum(typ) {
		if c.value != "" { // which stands for the default, and is left out
			require.Regexp(t, upperSnake, c.value, c.name)
		}
	}
}

// enum returns the constants of a type that its package declares.
func (s source) enum(typ reflect.Type) (found []named) {
	dir, _ := packageOf(typ)
	for _, c := range s.ofType(typ.Name()) {
		if c.pkg == dir {
			found = append(found, c)
		}
	}
	return found
}

// watched is a context that counts how often it was asked whether it has ended: every port of the
// storage in memory asks before it does anything.
type watched struct {
	context.Context
	asked *int
}

func (w watched) Err() error {
	*w.asked++
	return w.Context.Err()
}

// invoke calls a method with the arguments in given by their type, and zero values for the others. An
// iterator is asked for its first item.
func invoke(m serviceMethod, given ...any) (results []reflect.Value, err error) {
	args := []reflect.Value{m.recv}
	for i := 1; i < m.Type.NumIn(); i++ {
		in := m.Type.In(i)
		arg := reflect.Zero(in)
		for _, g := range given {
			if v := reflect.ValueOf(g); v.Type() == in || in.Kind() == reflect.Interface && v.Type().Implements(in) {
				arg = v
			}
		}
		args = append(args, arg)
	}
	if m.Type.IsVariadic() {
		args = args[:len(args)-1]
	}
	results = m.Func.Call(args)
	if len(results) == 1 && results[0].Kind() == reflect.Func {
		results = first(results[0])
	}
	if n := len(results); n > 0 && results[n-1].Type() == reflect.TypeFor[error]() {
		err, _ = results[n-1].Interface().(error)
		results = results[:n-1]
	}
	return results, err
}

// first takes the first pair of an iterator.
func first(seq reflect.Value) (pair []reflect.Value) {
	yield := reflect.MakeFunc(seq.Type().In(0), func(args []reflect.Value) []reflect.Value {
		pair = args
		return []reflect.Value{reflect.ValueOf(false)}
	})
	seq.Call([]reflect.Value{yield})
	return pair
}

func TestZeroScopeIsRefusedBeforeAnything(t *testing.T) {
	for _, m := range serviceMethods(newHouse(t, admincenter.Options{}).Center) {
		t.Run(m.name, func(t *testing.T) {
			asked := 0
			results, err := invoke(m, watched{t.Context(), &asked})
			require.ErrorIs(t, err, admin.ErrUnauthenticated)
			require.Zero(t, asked, "nothing is read before the scope is checked")
			requireZero(t, results)
		})
	}
}

func requireZero(t *testing.T, results []reflect.Value) {
	t.Helper()
	for _, r := range results {
		require.True(t, r.IsZero(), "beside an error: %+v", r)
	}
}

// TestScopeWithoutPermissionGetsNothing calls every method on records that exist.
func TestScopeWithoutPermissionGetsNothing(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	bea := admin.Actor{Kind: admin.ActorUser, ID: h.bea.User.ID.String()}
	powerless := admin.NewScope(acme, bea, admin.PermissionSet{})
	for name, id := range seeded(t, h) {
		for _, m := range serviceMethods(h.Center) {
			t.Run(m.name+" of "+name, func(t *testing.T) {
				results, err := invoke(m, t.Context(), powerless, id, "c1", int64(1), strings.NewReader("a"))
				require.Error(t, err)
				requireZero(t, results)
				if !errors.Is(err, admin.ErrForbidden) {
					require.True(t, strings.HasPrefix(m.name, "Imports."), "%v: only imports need to know their type first", err)
					require.True(t, errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrInvalid), err)
				}
			})
		}
	}
}

// seeded returns the ids of one record of each kind that has such an id.
func seeded(t *testing.T, h *house) map[string]uuid.UUID {
	t.Helper()
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	in := token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead}}
	made, err := h.Tokens.Generate(t.Context(), h.ann.Scope, in)
	require.NoError(t, err)
	invited, _, err := h.People.Invite(t.Context(), h.ann.Scope, "cid@acme.example", people.Analyst)
	require.NoError(t, err)
	return map[string]uuid.UUID{
		"an import": i.ID, "a user": h.ann.User.ID, "a token": made.Token.ID, "an invitation": invited.ID,
	}
}

// filters returns the parameters of a method that narrow a list, by their index.
func filters(m serviceMethod) (found []reflect.Type) {
	for i := 1; i < m.Type.NumIn(); i++ {
		if t := m.Type.In(i); t.Kind() == reflect.Struct && strings.HasSuffix(t.Name(), "Filter") {
			found = append(found, t)
		}
	}
	return found
}

// enums calls each with the path and the value of every field of an enum's type.
func enums(src source, path string, v reflect.Value, each func(path string, field reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := path
		if !f.Anonymous {
			at += "/" + name
		}
		_, open := openTypes()[f.Type.Name()]
		switch {
		case !f.IsExported() || f.Type.PkgPath() == "" && f.Type.Kind() != reflect.Struct:
		case f.Type.Kind() == reflect.String && !open && len(src.enum(f.Type)) > 1:
			each(at, v.Field(i))
		case f.Type.Kind() == reflect.Struct && strings.HasPrefix(f.Type.PkgPath(), modulePath):
			enums(src, at, v.Field(i), each)
		}
	}
}

func TestFiltersRefuseUnknownValues(t *testing.T) {
	src, h, checked := readSource(t), newHouse(t, admincenter.Options{}), 0
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	for _, m := range serviceMethods(h.Center) {
		for _, filter := range filters(m) {
			enums(src, "", reflect.New(filter).Elem(), func(path string, _ reflect.Value) {
				t.Run(m.name+" by "+path, func(t *testing.T) {
					v := reflect.New(filter).Elem()
					enums(src, "", v, func(at string, field reflect.Value) {
						if at == path {
							field.SetString("BOGUS")
						}
					})
					_, err := invoke(m, t.Context(), admin.System(acme), v.Interface(), i.ID)
					require.ErrorIs(t, err, admin.ErrInvalid)
					var invalid *admin.ValidationError
					require.ErrorAs(t, err, &invalid)
					require.Equal(t, path, invalid.Fields[0].Path)
				})
				checked++
			})
		}
	}
	require.Positive(t, checked, "no filter has an enum")
}
