package currency_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

var (
	noon   = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	ann    = admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	writer = admin.NewScope("acme", ann, admin.Permissions(currency.PermissionRead, currency.PermissionWrite))
	reader = admin.NewScope("acme", ann, admin.Permissions(currency.PermissionRead))
)

func newService(t *testing.T) (*currency.Service, *memory.Backend) {
	t.Helper()
	b := memory.New()
	runtime := admin.Runtime{Now: func() time.Time { return noon }}
	for _, org := range []admin.OrgID{"acme", "umbrella"} {
		u := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
		rec := runtime.WithDefaults().Record(admin.System(org), "organization.create", admin.Subject{Kind: "organization"})
		require.NoError(t, b.Organizations().Create(t.Context(), people.Organization{ID: org, Name: "Name", Version: 1}, u, people.Credential{UserID: u.ID}, rec))
	}
	s, err := currency.NewService(currency.Ports{Currencies: b.Currencies()}, currency.Options{Runtime: runtime})
	require.NoError(t, err)
	return s, b
}

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// records returns the records of one action in acme.
func records(t *testing.T, b *memory.Backend, action admin.Action) (out []admin.Record) {
	t.Helper()
	for r, err := range admin.NewTrail(b.Audit()).All(t.Context(), admin.System("acme"), admin.AuditFilter{Action: action}) {
		require.NoError(t, err)
		out = append(out, r)
	}
	return out
}

func TestSetBase(t *testing.T) {
	s, b := newService(t)
	_, err := s.Base(t.Context(), reader)
	require.ErrorIs(t, err, currency.ErrNoBase)
	require.ErrorIs(t, err, admin.ErrState)

	usd, err := s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	require.Equal(t, currency.Currency{Status: currency.Active, Code: "USD", Rate: decimal.NewFromInt(1), Base: true, CreatedAt: noon.Truncate(time.Microsecond), CreatedBy: ann}, usd)
	got, err := s.Base(t.Context(), reader)
	require.NoError(t, err)
	require.Equal(t, usd, got)
	recs := records(t, b, currency.ActionSetBase)
	require.Len(t, recs, 1)
	require.Equal(t, admin.Subject{Kind: "currency", ID: "USD"}, recs[0].Subject)
	require.Equal(t, ann, recs[0].Actor)
	require.Equal(t, []admin.Change{{Field: "rate", To: "1"}}, recs[0].Changes)

	for _, code := range []iso4217.Code{"USD", "EUR"} {
		_, err = s.SetBase(t.Context(), writer, code)
		require.ErrorIs(t, err, currency.ErrBaseSet, "it is set once")
		require.ErrorIs(t, err, admin.ErrExists)
	}
	require.Len(t, records(t, b, currency.ActionSetBase), 1, "a refused call leaves no record")

	_, err = s.Base(t.Context(), admin.System("umbrella"))
	require.ErrorIs(t, err, currency.ErrNoBase, "another organization has its own")
	_, err = s.SetBase(t.Context(), admin.System("umbrella"), "EUR")
	require.NoError(t, err)
}

func TestAdd(t *testing.T) {
	s, b := newService(t)
	_, err := s.Add(t.Context(), writer, "EUR", dec("1.08"))
	require.ErrorIs(t, err, currency.ErrNoBase, "a rate is relative to a base")
	_, err = s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)

	eur, err := s.Add(t.Context(), writer, "EUR", dec("1.0800"))
	require.NoError(t, err)
	require.Equal(t, currency.Currency{Status: currency.Active, Code: "EUR", Rate: dec("1.08"), CreatedAt: noon.Truncate(time.Microsecond), CreatedBy: ann}, eur)
	got, err := s.Get(t.Context(), reader, "EUR")
	require.NoError(t, err)
	require.Equal(t, eur, got)
	require.Equal(t, []admin.Change{{Field: "rate", To: "1.08"}}, records(t, b, currency.ActionAdd)[0].Changes)

	for _, code := range []iso4217.Code{"EUR", "USD"} {
		_, err = s.Add(t.Context(), writer, code, dec("2"))
		require.ErrorIs(t, err, admin.ErrExists, "a saved rate is not changed")
		require.EqualError(t, err, fmt.Sprintf("currency %s is in use and its rate is fixed: already exists", code))
	}
	got, err = s.Get(t.Context(), reader, "EUR")
	require.NoError(t, err)
	require.Equal(t, eur, got)
	require.Len(t, records(t, b, currency.ActionAdd), 1)

	_, err = s.Get(t.Context(), admin.System("umbrella"), "EUR")
	require.ErrorIs(t, err, admin.ErrNotFound, "another organization uses its own")
}

func TestArchiveAndRestore(t *testing.T) {
	s, b := newService(t)
	_, err := s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	eur, err := s.Add(t.Context(), writer, "EUR", dec("1.08"))
	require.NoError(t, err)
	_, err = s.Restore(t.Context(), writer, "EUR")
	require.ErrorIs(t, err, currency.ErrNotArchived)
	require.ErrorIs(t, err, admin.ErrState)

	archived, err := s.Archive(t.Context(), writer, "EUR")
	require.NoError(t, err)
	want := eur
	want.Status, want.ArchivedAt, want.ArchivedBy = currency.Archived, noon.Truncate(time.Microsecond), ann
	require.Equal(t, want, archived)
	got, err := s.Get(t.Context(), reader, "EUR")
	require.NoError(t, err)
	require.Equal(t, archived, got)
	require.Equal(t, []admin.Change{{Field: "status", From: "ACTIVE", To: "ARCHIVED"}}, records(t, b, currency.ActionArchive)[0].Changes)
	usd, err := s.Convert(t.Context(), reader, dec("19.99"), "EUR", "USD")
	require.NoError(t, err)
	require.Equal(t, "21.59", usd.String(), "history still converts")
	_, err = s.Archive(t.Context(), writer, "EUR")
	require.ErrorIs(t, err, currency.ErrArchived)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = s.Add(t.Context(), writer, "EUR", dec("2"))
	require.EqualError(t, err, "currency EUR is archived: restore it, with the rate that it has: already exists")
	for status, codes := range map[currency.Status][]iso4217.Code{"": {"EUR", "USD"}, currency.Active: {"USD"}, currency.Archived: {"EUR"}} {
		page, err := s.List(t.Context(), reader, currency.Filter{Status: status}, admin.Query{})
		require.NoError(t, err)
		var found []iso4217.Code
		for _, c := range page.Items {
			found = append(found, c.Code)
		}
		require.Equal(t, codes, found)
	}
	_, err = s.List(t.Context(), reader, currency.Filter{Status: "archived"}, admin.Query{})
	require.EqualError(t, err, `invalid input: /status: "archived" is not a status: use one of ACTIVE, ARCHIVED`)

	restored, err := s.Restore(t.Context(), writer, "EUR")
	require.NoError(t, err)
	require.Equal(t, eur, restored, "with the rate that it had")
	got, err = s.Get(t.Context(), reader, "EUR")
	require.NoError(t, err)
	require.Equal(t, eur, got)
	require.Len(t, records(t, b, currency.ActionRestore), 1)

	_, err = s.Archive(t.Context(), writer, "USD")
	require.ErrorIs(t, err, currency.ErrBaseFixed)
	for _, call := range []func(context.Context, admin.Scope, iso4217.Code) (currency.Currency, error){s.Archive, s.Restore} {
		_, err = call(t.Context(), writer, "GBP")
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = call(t.Context(), admin.System("umbrella"), "EUR")
		require.ErrorIs(t, err, admin.ErrNotFound, "another organization's")
	}
}

func TestAddRefuses(t *testing.T) {
	s, _ := newService(t)
	_, err := s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	for _, tc := range []struct {
		reason  string
		code    iso4217.Code
		rate    decimal.Decimal
		message string
	}{
		{"no such code", "DOL", dec("1"), `/code: "DOL" is not an ISO 4217 currency code: give three capital letters such as EUR`},
		{"lower case", "eur", dec("1"), `/code: "eur" is not an ISO 4217 currency code: write EUR`},
		{"spaces", " EUR ", dec("1"), `/code: " EUR " is not an ISO 4217 currency code: write EUR`},
		{"no code", "", dec("1"), `/code: is required: give an ISO 4217 currency code such as EUR`},
		{"the code for no currency", "XXX", dec("1"), "/code: XXX"},
		{"the code for tests", "XTS", dec("1"), "/code: XTS"},
		{"gold, which has no minor unit to round to", "XAU", dec("4000"), "/code: XAU"},
		{"the drawing right, which has none either", "XDR", dec("1.3"), "/code: XDR"},
		{"zero", "EUR", dec("0"), "/rate: 0 is not a rate: one unit of the currency must be worth more than 0 and less than 1000000000000 units of the base"},
		{"the zero value", "EUR", decimal.Decimal{}, "/rate: 0 is not a rate"},
		{"negative", "EUR", dec("-1.08"), "/rate: -1.08 is not a rate"},
		{"10^12", "EUR", dec("1000000000000"), "/rate: 1000000000000 is not a rate"},
		{"too many digits after the point", "EUR", dec("1.0000000000000000001"), "/rate: 1.0000000000000000001 has 20 digits, 19 after the point: at most 38 and 18 are kept exactly"},
		{"a huge exponent", "EUR", decimal.New(1, 1_000_000_000), "/rate: number with exponent 1000000000"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := s.Add(t.Context(), writer, tc.code, tc.rate)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, "invalid input: "+tc.message)
		})
	}
	_, err = s.Add(t.Context(), writer, "euro", dec("0"))
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 2, "everything that is wrong is reported together")
	require.Equal(t, admin.FieldError{Path: "/code", Code: admin.CodeUnknown, Message: `"euro" is not an ISO 4217 currency code: give three capital letters such as EUR`, Params: map[string]string{"value": "euro"}}, invalid.Fields[0])
	require.Equal(t, "/rate", invalid.Fields[1].Path)
	require.Equal(t, admin.CodeRange, invalid.Fields[1].Code)

	_, err = s.SetBase(t.Context(), admin.System("umbrella"), "XXX")
	require.ErrorIs(t, err, admin.ErrInvalid)
	for _, ok := range []string{"0.000000000000000001", "999999999999.999999999999999999"} {
		_, err = s.Add(t.Context(), writer, map[string]iso4217.Code{"0": "EUR", "9": "GBP"}[ok[:1]], dec(ok), currency.Confirmed)
		require.NoError(t, err, "the limits are in")
	}
}

func TestOnlyOneOfManyConcurrentCallsSetsTheBase(t *testing.T) {
	s, b := newService(t)
	codes := []iso4217.Code{"USD", "EUR", "GBP", "JPY", "CHF", "SEK", "NOK", "DKK"}
	errs := make([]error, len(codes))
	var group sync.WaitGroup
	for i, code := range codes {
		group.Go(func() { _, errs[i] = s.SetBase(t.Context(), writer, code) })
	}
	group.Wait()
	set := 0
	for _, err := range errs {
		if err == nil {
			set++
		} else {
			require.ErrorIs(t, err, currency.ErrBaseSet)
		}
	}
	require.Equal(t, 1, set)
	require.Len(t, records(t, b, currency.ActionSetBase), 1)
}

func TestEveryMethodRequiresItsPermission(t *testing.T) {
	s, _ := newService(t)
	ctx := t.Context()
	methods := map[string]struct {
		needs admin.Permission
		call  func(admin.Scope) error
	}{
		"SetBase": {currency.PermissionWrite, func(sc admin.Scope) error { _, err := s.SetBase(ctx, sc, "USD"); return err }},
		"Add":     {currency.PermissionWrite, func(sc admin.Scope) error { _, err := s.Add(ctx, sc, "EUR", dec("1")); return err }},
		"Archive": {currency.PermissionWrite, func(sc admin.Scope) error { _, err := s.Archive(ctx, sc, "EUR"); return err }},
		"Restore": {currency.PermissionWrite, func(sc admin.Scope) error { _, err := s.Restore(ctx, sc, "EUR"); return err }},
		"Get":     {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Get(ctx, sc, "EUR"); return err }},
		"Base":    {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Base(ctx, sc); return err }},
		"List":    {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.List(ctx, sc, currency.Filter{}, admin.Query{}); return err }},
		"All": {currency.PermissionRead, func(sc admin.Scope) (last error) {
			for _, err := range s.All(ctx, sc, currency.Filter{}) {
				last = err
			}
			return last
		}},
		"AddRate": {currency.PermissionWrite, func(sc admin.Scope) error {
			_, err := s.AddRate(ctx, sc, "EUR", currency.RateInput{Rate: dec("1")})
			return err
		}},
		"Rates":     {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Rates(ctx, sc, "EUR", admin.Query{}); return err }},
		"TableAt":   {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.TableAt(ctx, sc, noon); return err }},
		"ConvertAt": {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.ConvertAt(ctx, sc, dec("1"), "EUR", "USD", noon); return err }},
		"Preview":   {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Preview(ctx, sc, "EUR", dec("1")); return err }},
		"Table":     {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Table(ctx, sc); return err }},
		"Convert":   {currency.PermissionRead, func(sc admin.Scope) error { _, err := s.Convert(ctx, sc, dec("1"), "EUR", "USD"); return err }},
	}
	service := reflect.TypeFor[*currency.Service]()
	for i := range service.NumMethod() {
		if name := service.Method(i).Name; name != "In" { // which does nothing yet
			require.Contains(t, methods, name, "a method without a case")
		}
	}
	every, err := admincenter.DefaultRoles().Permissions(people.Administrator)
	require.NoError(t, err)
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			others := slices.DeleteFunc(every.List(), func(p admin.Permission) bool { return p == m.needs })
			require.ErrorIs(t, m.call(admin.NewScope("acme", ann, admin.Permissions(others...))), admin.ErrForbidden)
			require.ErrorIs(t, m.call(admin.Scope{}), admin.ErrUnauthenticated)
			require.ErrorIs(t, m.call(admin.System("a b")), admin.ErrInvalid)
			err := m.call(admin.NewScope("acme", ann, admin.Permissions(m.needs)))
			require.NotErrorIs(t, err, admin.ErrForbidden, "it requires no other permission")
		})
	}
}

func TestListConvertAndTable(t *testing.T) {
	s, _ := newService(t)
	_, err := s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	for code, rate := range map[iso4217.Code]string{"EUR": "1.08", "JPY": "0.0067", "GBP": "1.27", "CHF": "1.12"} {
		_, err := s.Add(t.Context(), writer, code, dec(rate))
		require.NoError(t, err)
	}
	t.Run("pages in order of code", func(t *testing.T) {
		var codes []iso4217.Code
		q := admin.Query{Limit: 2}
		for {
			page, err := s.List(t.Context(), reader, currency.Filter{}, q)
			require.NoError(t, err)
			for _, c := range page.Items {
				codes = append(codes, c.Code)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(t, []iso4217.Code{"CHF", "EUR", "GBP", "JPY", "USD"}, codes)
		page, err := s.List(t.Context(), reader, currency.Filter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		_, err = s.List(t.Context(), admin.System("umbrella"), currency.Filter{}, admin.Query{After: page.Next})
		require.ErrorIs(t, err, admin.ErrInvalid, "a page of another organization")
	})
	t.Run("converts one amount and many the same way", func(t *testing.T) {
		table, err := s.Table(t.Context(), reader)
		require.NoError(t, err)
		for _, tc := range []struct {
			from, to iso4217.Code
			want     error
		}{
			{"EUR", "USD", nil}, {"USD", "EUR", nil}, {"EUR", "JPY", nil}, {"GBP", "GBP", nil},
			{"SEK", "USD", admin.ErrNotFound}, {"USD", "SEK", admin.ErrNotFound}, {"usd", "EUR", admin.ErrInvalid}, {"EUR", "", admin.ErrInvalid},
		} {
			got, err := s.Convert(t.Context(), reader, dec("19.99"), tc.from, tc.to)
			require.ErrorIs(t, err, tc.want)
			same, again := table.Convert(dec("19.99"), tc.from, tc.to)
			require.Equal(t, err, again)
			require.Equal(t, got, same)
		}
		usd, err := s.Convert(t.Context(), reader, dec("19.99"), "EUR", "USD")
		require.NoError(t, err)
		require.Equal(t, "21.59", usd.String())
	})
	t.Run("does not use another organization's rates", func(t *testing.T) {
		_, err := s.Convert(t.Context(), admin.System("umbrella"), dec("1"), "EUR", "USD")
		require.ErrorIs(t, err, admin.ErrNotFound)
		table, err := s.Table(t.Context(), admin.System("umbrella"))
		require.NoError(t, err)
		_, err = table.Convert(dec("1"), "EUR", "USD")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

// failing is a store that cannot be reached.
type failing struct{ currency.Store }

var errDown = errors.New("down")

func (failing) Create(context.Context, admin.OrgID, currency.Currency, admin.Record) error {
	return errDown
}
func (failing) Get(context.Context, admin.OrgID, iso4217.Code) (currency.Currency, error) {
	return currency.Currency{}, errDown
}
func (failing) Base(context.Context, admin.OrgID) (currency.Currency, error) {
	return currency.Currency{}, errDown
}
func (failing) List(context.Context, admin.OrgID, currency.Filter, admin.Seek[string]) ([]currency.Currency, error) {
	return nil, errDown
}

func TestFailingStoreIsReported(t *testing.T) {
	s, err := currency.NewService(currency.Ports{Currencies: failing{}}, currency.Options{})
	require.NoError(t, err)
	for name, call := range map[string]func() error{
		"SetBase": func() error { _, err := s.SetBase(t.Context(), writer, "USD"); return err },
		"Add":     func() error { _, err := s.Add(t.Context(), writer, "EUR", dec("1")); return err },
		"Base":    func() error { _, err := s.Base(t.Context(), reader); return err },
		"Table":   func() error { _, err := s.Table(t.Context(), reader); return err },
		"Convert": func() error { _, err := s.Convert(t.Context(), reader, dec("1"), "EUR", "USD"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, errDown)
			require.NotErrorIs(t, err, admin.ErrNotFound)
			require.NotErrorIs(t, err, currency.ErrNoBase)
		})
	}
}

func (failing) RatesAt(context.Context, admin.OrgID, time.Time) ([]currency.Valued, error) {
	return nil, errDown
}
func (failing) RateAt(context.Context, admin.OrgID, iso4217.Code, time.Time) (currency.Valued, error) {
	return currency.Valued{}, errDown
}

// The port has no method that could change a saved rate.
func TestStoreCannotChangeARate(t *testing.T) {
	port := reflect.TypeFor[currency.Store]()
	var names []string
	for i := range port.NumMethod() {
		names = append(names, port.Method(i).Name)
	}
	require.Equal(t, []string{"AddRate", "Archive", "Base", "Create", "Get", "List", "RateAt", "Rates", "RatesAt", "Restore"}, names)
	change := regexp.MustCompile(`(?i)set|update|delete|upsert|replace|put|remove|save|change|edit`)
	for _, of := range []reflect.Type{port, reflect.TypeFor[*currency.Service](), reflect.TypeFor[*currency.Currency](), reflect.TypeFor[*currency.Table]()} {
		for i := range of.NumMethod() {
			if name := of.Method(i).Name; name != "SetBase" { // which refuses a second time
				require.NotRegexp(t, change, name, of.String())
			}
		}
	}
}

func TestNewServiceRequiresItsPort(t *testing.T) {
	_, err := currency.NewService(currency.Ports{}, currency.Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "/ports/currencies")
}

func TestInUsesTheStoresOfATransaction(t *testing.T) {
	s, b := newService(t)
	stop := errors.New("stop")
	err := b.InTx(t.Context(), func(stores storage.Stores) error {
		in := s.In(currency.Ports{Currencies: stores.Currencies()})
		usd, err := in.SetBase(t.Context(), writer, "USD")
		require.NoError(t, err)
		require.Equal(t, noon.Truncate(time.Microsecond), usd.CreatedAt, "the clock is the parent's")
		return stop
	})
	require.ErrorIs(t, err, stop)
	_, err = s.Base(t.Context(), reader)
	require.ErrorIs(t, err, currency.ErrNoBase, "it went with the transaction")
}

func TestJSON(t *testing.T) {
	s, _ := newService(t)
	usd, err := s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	eur, err := s.Add(t.Context(), writer, "EUR", dec("1.0800"))
	require.NoError(t, err)
	table, err := s.Table(t.Context(), reader)
	require.NoError(t, err)
	actor, err := json.Marshal(ann)
	require.NoError(t, err)
	unit, _ := iso4217.Lookup("KWD")
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{"the base", usd, `{"code":"USD","status":"ACTIVE","rate":"1","base":true,"createdAt":"2026-03-01T12:00:00.123456Z","createdBy":` + string(actor) + `}`},
		{"another", eur, `{"code":"EUR","status":"ACTIVE","rate":"1.08","base":false,"createdAt":"2026-03-01T12:00:00.123456Z","createdBy":` + string(actor) + `}`},
		{"a table", table, `{"rates":{"EUR":"1.08","USD":"1"}}`},
		{"an empty table", currency.Table{}, `{"rates":{}}`},
		{"a unit", unit, `{"code":"KWD","number":"414","minorUnits":3,"name":"Kuwaiti Dinar"}`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
}
