package admincenter_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
)

// hostile is a text that no name may have, and how an error has to show it.
type hostile struct{ reason, text, shown string }

func hostileTexts() []hostile {
	return []hostile{
		{"an override of direction", "abc\u202exyz", `abc\u202exyz`},
		{"a line of its own", "abc\nERROR forged", `abc\nERROR forged`},
		{"an escape sequence", "abc\x1b[2J", `abc\x1b[2J`},
		{"a Hangul filler", "abc\u3164", `abc\u3164`},
		{"a tag", "abc\U000e0041", `abc\U000e0041`},
		{"not UTF-8", "abc\xff", `abc\xff`},
	}
}

// lookUps matches the methods that keep nothing of what they are given: an id that does not exist is not found, or has
// an empty list.
func lookUps() *regexp.Regexp {
	return regexp.MustCompile(`\.(Get|Find|List|All\w*|Count\w*|Users?|Invitations?|Accounts?|Plans?|Versions|Timeline|` +
		`Removed|Resolve\w*|Evaluate\w*|Explain|Uses|(New)?Enricher|Verify|Authorize|ScopeOf|SignIn\w*|Convert(At)?|Rates|Preview\w*|` +
		`Entries|Effects|Errors|Outcomes|Mentions|SavedMappings?|ApplyMapping|FittingMappings|History|Watch|Before|Progress|Due|Changes|Forget)$|^Authorize$|^Enrichments\.(Check|Try|Compare)$`)
}

// takesAnyText lists the inputs that are no names, by method and path, and why they take every text, or where else it
// is tested that they do not.
func takesAnyText() map[string]string {
	return map[string]string{
		"Settings.CompileRule 2":               "the path that the host's own errors get",
		"Settings.Program 2":                   "a setting that was read",
		"Enrichments.Put 2/cases/0/event":      "of an event",
		"Enrichments.Put 2/cases/0/attributes": "of an event",
		"Enrichments.Put 2/cases/0/dimensions": "of an event",
		"Enrichments.Put 2/warnings":           "found by the service",
		"Enrichments.Put 2/fields/0/default":   "a value, which rules and events have",
		"EventSchemas.Put 2/createdBy":         "set by the service",
		"EventSchemas.Put 2/updatedBy":         "set by the service",
		"Enrichments.Put 2/createdBy":          "set by the service",
		"Enrichments.Put 2/updatedBy":          "set by the service",
		"Enrichments.Put 2/fields/0/value":     "a value, which rules and events have",
		"Customers.Edit 2":                     "an id to look up, after the rest is checked",
		"Customers.EditAccount 2":              "an id to look up, after the rest is checked",
		"Imports.SetMapping 4/name/constant":   "TestConstantsThatCannotBeSeenAreRefused",
		"Imports.Propose 3/name/constant":      "as SetMapping",
		"People.Accept 3/name":                 "TestNamesThatNeedMoreAreRefused",
		"People.EndOtherSessions 1":            "a session that the service returned",
		"People.Impersonate 3":                 "TestOnlyTheHostLetsSupportIn: no user gets that far",
		"People.ResumeImpersonation 2":         "an impersonation that the service returned",
		"People.KeepSession 1":                 "a session that the service returned",
		"People.KeepSession 2":                 "TestWhatASessionIsKnownByIsClean",
		"People.Memberships 1":                 "an address to look up",
		"Log.Heads 1/org":                      "a place in an order",
		"Tokens.DeactivateBy 2/for":            "of actors of another kind",
		"People.ProvisionedUsers 3/after":      "a cursor, after the filter is checked",
		"People.UpdateProvisioned 3/role":      "a role to look up, after the user",
		"People.PermissionsOf 0":               "a role that was read",
		"People.PermissionsOf 1":               "a role as it was read",
		"People.RequestPasswordReset 2":        "an address to look up: the answer is the same for every text",
		"PricePlans.ChangeSchedule 5":          "TestNamesThatNeedMoreAreRefused",
		"PricePlans.EndSchedule 5/later":       "one of a list",
		"PricePlans.WithdrawSchedule 5":        "of lists",
		"Step 1/org":                           "an id to look up, after the kind is checked",
	}
}

// fitting are the texts that a type takes where plain does not do.
func fitting() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[settings.EntityKind](): string(settings.Account),
		reflect.TypeFor[admin.ActorKind]():     string(admin.ActorUser),
		reflect.TypeFor[admin.Action]():        "thing.do",
		reflect.TypeFor[bulkimport.TypeName](): string(bulkimport.CustomersType),
		reflect.TypeFor[bulkimport.Mapping]():  "name", // its keys
	}
}

// takes reports whether an input is no name.
func takes(path string) bool {
	for prefix := range takesAnyText() {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return true
		}
	}
	return false
}

// plain is a text that is fine, and the id of the customer, the account and the plan that there are.
const plain = "abc"

// leaf is a text in the arguments of a method: a value, or a key of a map.
type leaf struct {
	path string // as in an error: "1/name" is in the second argument
	set  func(string)
}

// leaves fills v with the text plain where a text fits, one item in each list and map, and lists the texts.
func leaves(v reflect.Value, path string) (found []leaf) {
	t := v.Type()
	switch t.Kind() {
	case reflect.Int:
		v.SetInt(1) // the version of a plan
	case reflect.String:
		v.SetString(cmp.Or(fitting()[t], plain))
		return []leaf{{path, v.SetString}}
	case reflect.Pointer:
		if _, ours := packageOf(t.Elem()); t.Elem().Kind() == reflect.String || ours {
			v.Set(reflect.New(t.Elem()))
			return leaves(v.Elem(), path)
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(t, 1, 1))
			return leaves(v.Index(0), path+"/0")
		}
	case reflect.Map:
		return mapLeaves(v, path)
	case reflect.Struct:
		if _, ours := packageOf(t); !ours {
			return nil
		}
		if given := v.FieldByName("Given"); given.IsValid() && t.NumField() == 2 {
			given.SetBool(true)
			return leaves(v.FieldByName("Value"), path)
		}
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				continue
			}
			at := path
			if !f.Anonymous {
				at += "/" + name
			}
			found = append(found, leaves(v.Field(i), at)...)
		}
	}
	return found
}

func mapLeaves(v reflect.Value, path string) []leaf {
	t := v.Type()
	v.Set(reflect.MakeMap(t))
	key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
	key.SetString(cmp.Or(fitting()[t], plain))
	found := leaves(value, path+"/"+key.String())
	v.SetMapIndex(key, value)
	put := func(change func()) {
		change()
		v.Clear()
		v.SetMapIndex(key, value)
	}
	for i, l := range found {
		found[i].set = func(s string) { put(func() { l.set(s) }) }
	}
	return append(found, leaf{path + "/{key}", func(s string) { put(func() { key.SetString(s) }) }})
}

// call is a method with arguments that are full of plain texts.
type call struct {
	args   []reflect.Value
	leaves []leaf
}

func fullCall(ctx context.Context, m serviceMethod, scope admin.Scope, id uuid.UUID, version int64) call {
	var c call
	f := m.recv.MethodByName(m.Name).Type()
	for i := range f.NumIn() {
		if f.IsVariadic() && i == f.NumIn()-1 {
			break
		}
		v := reflect.New(f.In(i)).Elem()
		switch {
		case f.In(i) == reflect.TypeFor[context.Context]():
			v.Set(reflect.ValueOf(ctx))
		case f.In(i) == scopeType:
			v.Set(reflect.ValueOf(scope))
		case f.In(i) == reflect.TypeFor[io.Writer]():
			v.Set(reflect.ValueOf(io.Discard))
		case f.In(i) == reflect.TypeFor[uuid.UUID]():
			v.Set(reflect.ValueOf(id))
		case v.Kind() == reflect.Int64:
			v.SetInt(version)
		default:
			c.leaves = append(c.leaves, leaves(v, fmt.Sprint(i))...)
		}
		c.args = append(c.args, v)
	}
	return c
}

// errorsOf calls the method and returns its errors, those of a sequence too.
func errorsOf(m serviceMethod, args []reflect.Value) error {
	results := m.recv.MethodByName(m.Name).Call(args)
	var errs []error
	for _, r := range results {
		if r.Kind() == reflect.Func && !r.IsNil() && r.Type().CanSeq2() {
			for _, err := range r.Seq2() {
				if e, ok := err.Interface().(error); ok {
					errs = append(errs, e)
				}
			}
		} else if e, ok := r.Interface().(error); ok {
			errs = append(errs, e)
		}
	}
	return errors.Join(errs...)
}

// examined reports whether an error is about the text: it shows it, says what is wrong with it, or has its path.
func examined(err error, l leaf, bad hostile) bool {
	last := l.path[strings.LastIndexByte(l.path, '/')+1:]
	for _, shown := range []string{bad.shown, text.Visible(bad.text), strings.Trim(strconv.Quote(text.Printable(bad.text)), `"`)} {
		if strings.Contains(err.Error(), shown) {
			return true
		}
	}
	var invalid *admin.ValidationError
	return errors.As(err, &invalid) && slices.ContainsFunc(invalid.Fields, func(f admin.FieldError) bool {
		return last != l.path && strings.HasSuffix(f.Path, "/"+last) || last == l.path && f.Message == "is not valid UTF-8"
	}) || errors.Is(err, admin.ErrNotFound) && (last == l.path || last == "id")
}

// unsafe returns what of an error would be shown as something else than it is.
func unsafe(err error) string {
	shown := []string{strings.ReplaceAll(err.Error(), "\n", " "), admin.Message(err)} // errors.Join has lines
	var invalid *admin.ValidationError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Fields {
			shown = append(shown, f.Path, f.Message)
		}
	}
	for _, s := range shown {
		if r, hidden := text.Hidden(s); hidden {
			return fmt.Sprintf("%U in %q", r, s)
		}
	}
	return ""
}

// No method keeps a text that cannot be read as what it is, and no error passes one on.
func TestTextsThatCannotBeSeenAreRefused(t *testing.T) {
	h := newHouse(t, admincenter.Options{Roles: ownRecords()})
	ids := seedTexts(t, h)
	tried, wrong := 0, map[string]bool{}
	for _, m := range allMethods(h.Center) {
		for _, bad := range hostileTexts() {
			scope := h.ann.Scope
			if strings.HasPrefix(notFresh()[m.name], "only the host") {
				scope = admin.System(acme)
			}
			for i := range fullCall(t.Context(), m, scope, uuid.Nil, 1).leaves {
				tried++
				for _, w := range tryText(t.Context(), m, scope, ids, i, bad) {
					wrong[w] = true
				}
			}
		}
	}
	require.Greater(t, tried, 500)
	for _, w := range slices.Sorted(maps.Keys(wrong)) {
		t.Error(w)
	}
}

// seedTexts makes one of everything whose id is plain, and returns the other ids.
func seedTexts(t *testing.T, h *house) []uuid.UUID {
	t.Helper()
	ids, _ := seedOneOfEverything(t, h)
	ctx := t.Context()
	_, err := h.Customers.Create(ctx, h.ann.Scope, customer.Customer{ID: plain, Name: "Lumen", PrimaryEmail: "l@lumen.example"})
	require.NoError(t, err)
	_, err = h.Customers.CreateAccount(ctx, h.ann.Scope, customer.Account{ID: plain, Name: "Main", CustomerID: plain})
	require.NoError(t, err)
	cycle, err := priceplan.NewCycle(priceplan.Monthly, 1, priceplan.Nil)
	require.NoError(t, err)
	_, err = h.PricePlans.CreatePlan(ctx, h.ann.Scope, priceplan.NewPlan{
		Ref: priceplan.Ref{ID: plain, Version: 1}, Name: "Plan", Currencies: []iso4217.Code{"EUR"}, Cycle: cycle,
	})
	require.NoError(t, err)
	i, err := h.Imports.Upload(ctx, h.ann.Scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "file.csv", Content: strings.NewReader("id,name,primary_email\n"),
	})
	require.NoError(t, err)
	return append(ids, i.ID)
}

// tryText calls a method with a text in the place of its argument number i, with every id and some versions, and
// returns what is wrong.
func tryText(ctx context.Context, m serviceMethod, scope admin.Scope, ids []uuid.UUID, i int, bad hostile) (wrong []string) {
	path, looked := "", false
	for n := range 3 * len(ids) {
		c := fullCall(ctx, m, scope, ids[n%len(ids)], int64(n/len(ids)+1))
		l := c.leaves[i]
		l.set(bad.text)
		path = m.name + " " + l.path
		err := errorsOf(m, c.args)
		lines := (strings.Contains(path, "/metadata/"+plain) || strings.HasSuffix(path, "/separator")) &&
			strings.Contains(bad.text, "\n") // values may have them
		free := lines || takes(path) || lookUps().MatchString(m.name)
		switch {
		case err == nil && !free:
			return append(wrong, path+" takes "+bad.reason)
		case err == nil:
			return wrong
		}
		if why := unsafe(err); why != "" {
			return append(wrong, path+" passes on "+why)
		}
		looked = looked || free || examined(err, l, bad)
		if looked {
			return wrong
		}
	}
	return append(wrong, path+" does not look at "+bad.reason)
}

// What needs more than plain texts around it, so that the text is looked at.
func TestNamesThatNeedMoreAreRefused(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	seedTexts(t, h)
	ctx := t.Context()
	_, secret, err := h.People.Invite(ctx, h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	ref := priceplan.Ref{ID: plain, Version: 1}
	_, err = h.PricePlans.ActivatePlan(ctx, h.ann.Scope, ref, 1)
	require.NoError(t, err)
	on, err := h.PricePlans.Associate(ctx, h.ann.Scope, priceplan.Association{
		AccountID: plain, Plan: ref, From: h.now, Currency: "EUR", RateCards: "cards",
	})
	require.NoError(t, err)
	for _, bad := range hostileTexts() {
		t.Run(bad.reason, func(t *testing.T) {
			for path, attempt := range map[string]func() error{
				"/name": func() error {
					_, err := h.People.Accept(ctx, acme, secret, people.AcceptInput{
						Name: bad.text, Password: admin.NewSecret("seven herons over Lake Vann"),
					})
					return err
				},
				"/rateCards": func() error {
					_, err := h.PricePlans.ChangeSchedule(ctx, h.ann.Scope, plain, on.ID, on.Version,
						priceplan.ScheduleChanges{RateCards: &bad.text})
					return err
				},
			} {
				err := attempt()
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.Empty(t, unsafe(err))
				var invalid *admin.ValidationError
				require.ErrorAs(t, err, &invalid)
				require.Equal(t, path, invalid.Fields[0].Path)
			}
		})
	}
}
