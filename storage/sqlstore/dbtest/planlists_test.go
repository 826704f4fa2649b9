package dbtest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// planLimit is how long a page is; a list that goes by its index reads little more.
const planLimit = 20

// planned is one list with one set of filters.
type planned struct {
	method  string   // "Accessor.Method"
	filters []string // the paths of those that are set, such as "Subject.Kind"
	call    func(ctx context.Context, s storage.Stores) (found int, err error)
}

func (p planned) name() string {
	if len(p.filters) == 0 {
		return p.method
	}
	return p.method + " by " + strings.Join(p.filters, " and ")
}

// plannedLists is every method of every port that pages, with every set of its filters. It finds them by
// reflection, so that a new list or filter is among them.
func plannedLists(t *testing.T) (out []planned) {
	t.Helper()
	stores := reflect.TypeFor[storage.Stores]()
	for i := range stores.NumMethod() {
		accessor := stores.Method(i)
		port := accessor.Type.Out(0)
		for k := range port.NumMethod() {
			if m := port.Method(k); pages(m.Type) {
				out = append(out, plannedCalls(t, accessor.Name, m)...)
			}
		}
	}
	return out
}

func pages(method reflect.Type) bool {
	return method.NumIn() > 2 && strings.HasPrefix(method.In(method.NumIn()-1).Name(), "Seek[")
}

func plannedCalls(t *testing.T, accessor string, m reflect.Method) (out []planned) {
	t.Helper()
	name := accessor + "." + m.Name
	type call struct {
		args    []reflect.Value
		filters []string
	}
	calls := []call{{}}
	for i := 1; i < m.Type.NumIn(); i++ { // after the context
		var given []call
		for _, v := range planArguments(t, name, m.Type.In(i)) {
			for _, c := range calls {
				given = append(given, call{append(slices.Clip(c.args), v.value), append(slices.Clip(c.filters), v.filters...)})
			}
		}
		calls = given
	}
	for _, c := range calls {
		out = append(out, planned{name, c.filters, func(ctx context.Context, s storage.Stores) (int, error) {
			port := reflect.ValueOf(s).MethodByName(accessor).Call(nil)[0]
			results := port.MethodByName(m.Name).Call(append([]reflect.Value{reflect.ValueOf(ctx)}, c.args...))
			err, _ := results[1].Interface().(error)
			return results[0].Len(), err
		}})
	}
	return out
}

// planArgument is a value for a parameter, and the filters that are set in it.
type planArgument struct {
	value   reflect.Value
	filters []string
}

// planArguments is what a list is called with: one value for each parameter, and all sets of filters.
func planArguments(t *testing.T, method string, typ reflect.Type) []planArgument {
	t.Helper()
	fixed := map[reflect.Type]any{
		reflect.TypeFor[admin.OrgID]():   planOrg,
		reflect.TypeFor[time.Time]():     noon,
		reflect.TypeFor[string]():        rare,
		reflect.TypeFor[priceplan.Ref](): priceplan.Ref{ID: "p7", Version: 1},
		reflect.TypeFor[uuid.UUID]():     numbered(0),
		reflect.TypeFor[iso4217.Code]():  iso4217.Code("AAA"),

		reflect.TypeFor[bulkimport.TypeName](): bulkimport.TypeName(rare),
	}
	switch method {
	case "Settings.History":
		fixed[reflect.TypeFor[uuid.UUID]()] = numbered(rareFirst)
	case "EventSchemas.History":
		fixed[reflect.TypeFor[string]()] = "s7"
	case "Plans.Versions":
		fixed[reflect.TypeFor[string]()] = "p7"
	}
	switch value, ok := fixed[typ]; {
	case ok:
		return []planArgument{{value: reflect.ValueOf(value)}}
	case strings.HasPrefix(typ.Name(), "Seek["):
		seek := reflect.New(typ).Elem()
		seek.FieldByName("Limit").SetInt(planLimit)
		return []planArgument{{value: seek}}
	}
	require.True(t, strings.HasSuffix(typ.Name(), "Filter"), "%s takes a %s: say what it is called with", method, typ)
	return filterSets(t, typ)
}

// filterSets is a filter with every set of its fields.
func filterSets(t *testing.T, typ reflect.Type) []planArgument {
	t.Helper()
	sets := []planArgument{{value: reflect.New(typ).Elem()}}
	for i := range typ.NumField() {
		field := typ.Field(i)
		for _, set := range slices.Clone(sets) {
			for _, v := range filterValues(t, typ.String()+"."+field.Name, field) {
				with := reflect.New(typ).Elem()
				with.Set(set.value)
				with.Field(i).Set(v.value)
				sets = append(sets, planArgument{with, append(slices.Clip(set.filters), v.filters...)})
			}
		}
	}
	return sets
}

// filterValues is what a field of a filter is set to.
func filterValues(t *testing.T, path string, field reflect.StructField) (out []planArgument) {
	t.Helper()
	values := map[string][]any{
		"admin.AuditFilter.Subject":         {admin.Subject{Kind: rare}, admin.Subject{Kind: rare, ID: rare}},
		"admin.AuditFilter.Actor":           {admin.Actor{Kind: rare}, admin.Actor{Kind: rare, ID: rare}},
		"admin.AuditFilter.From":            {rareFrom},
		"admin.AuditFilter.Until":           {rareUntil},
		"people.InvitationFilter.Status":    {people.InvitationRevoked, people.InvitationPending, people.InvitationExpired},
		"job.EntryFilter.Status":            {job.EntryFailed},
		"job.Filter.Status":                 {job.Failed},
		"planmigration.Filter.Status":       {job.Failed},
		"token.Filter.State":                {"DEACTIVATED"},
		"token.Filter.UserID":               {numbered(rareFirst)},
		"token.Filter.ExpiringBefore":       {noon.Add(time.Hour)},
		"token.Filter.UnusedSince":          {noon.Add(time.Hour)},
		"settings.Filter.Entity":            {settings.Entity{Kind: settings.Customer}, settings.Entity{Kind: settings.Customer, ID: "a7"}},
		"settings.Filter.Type":              {settings.TypeNumeric},
		"customer.AccountFilter.CustomerID": {"c7"},
		"customer.AccountFilter.Status":     {customer.Archived},
		"customer.Filter.Status":            {customer.Archived},
		"job.EntryFilter.Bytes":             {1},
		"currency.Filter.Status":            {currency.Active, currency.Archived},
		"priceplan.PlanFilter.Status":       {priceplan.Archived},
	}[path]
	if values == nil {
		require.Equal(t, reflect.String, field.Type.Kind(), "%s: say what it is filtered by", path)
		values = []any{rare}
	}
	for _, v := range values {
		a := planArgument{value: reflect.ValueOf(v).Convert(field.Type)}
		switch {
		case field.Type.Kind() != reflect.Struct || field.Type == reflect.TypeFor[time.Time]():
			a.filters = []string{field.Name}
		default:
			for k := range field.Type.NumField() {
				if !a.value.Field(k).IsZero() {
					a.filters = append(a.filters, field.Name+"."+field.Type.Field(k).Name)
				}
			}
		}
		out = append(out, a)
	}
	return out
}

// checkedRowByRow are the columns of filters that no index serves, and why. The port's doc says so.
func checkedRowByRow() map[string]string {
	return map[string]string{"actor_kind": "one of three, so that a page is soon full"}
}

// sortedLists are the lists whose order no index gives, and why.
func sortedLists() map[string]string {
	return map[string]string{
		"Schedules.OnPlan":           "the accounts of a page come in order, and then each with its schedules",
		"Invitations.List by Status": "of the pending ones few have not expired, and an index in order of id would pass by the others",
	}
}

// joinedLists are the lists of two tables that PostgreSQL may read whole, and why.
func joinedLists() map[string]string {
	return map[string]string{
		"Currencies.List by Status":     "an organization has less currencies than ISO 4217, which are soon joined whole",
		"PlanMigrations.List by Status": "it joins some thousand migrations by hash, and more by their key; an organization has less",
	}
}

func TestPlannedListsAreAll(t *testing.T) {
	lists := map[string]int{}
	for _, p := range plannedLists(t) {
		lists[p.method]++
	}
	require.GreaterOrEqual(t, len(lists), 16, "%s", slices.Sorted(maps.Keys(lists)))
	require.Equal(t, 3*3*2*2*2, lists["Audit.List"], "every set of filters")
	require.Equal(t, 4, lists["Invitations.List"], "every status that has a statement of its own")
	require.Equal(t, 1, lists["Settings.History"])
}

// requireList looks at how one list is answered. base are the columns that it compares without filters.
func requireList(t *testing.T, e explainer, p planned, base map[string]bool, queries []query) {
	t.Helper()
	for _, q := range queries {
		plan := e.explain(t, q)
		where := fmt.Sprintf("%s\n%s\n%s", p.name(), q.text, plan.text)
		if e.dialect == sqlstore.PostgreSQL && joinedLists()[p.name()] != "" {
			continue
		}
		require.Empty(t, plan.scans, "a whole table is read: %s", where)
		filtered := equalColumns(q.text)
		maps.DeleteFunc(filtered, func(c string, _ bool) bool { return base[c] || checkedRowByRow()[c] != "" })
		if e.guesses || len(filtered) == 0 && len(p.filters) > 0 {
			continue
		}
		// PostgreSQL with statistics may sort, if it knows that few rows match.
		if sortedLists()[p.name()] == "" && (e.dialect != sqlstore.PostgreSQL || len(filtered) == 0) {
			require.False(t, plan.sorts, "an index has the order: %s", where)
		}
		if plan.searched != nil && len(filtered) > 0 {
			maps.DeleteFunc(filtered, func(c string, _ bool) bool { return !plan.searched[c] })
			require.NotEmpty(t, filtered, "no index serves a filter: %s", where)
		}
		require.LessOrEqual(t, plan.examined, 2*(planLimit+rareRows), "more rows are read than match: %s", where)
	}
}
