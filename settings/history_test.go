package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func (o *office) history(id uuid.UUID) []settings.Version {
	o.t.Helper()
	page, err := o.History(o.t.Context(), o.acme, id, admin.Query{})
	require.NoError(o.t, err)
	return page.Items
}

func TestHistoryTellsWhoChangedWhatWhen(t *testing.T) {
	o := newOffice(t, settings.Options{})
	made := o.create(account("eu"), "rate", number(t, "1"))
	o.now = o.now.Add(time.Hour)
	changed, err := o.Update(t.Context(), o.acme, made.ID, 1, number(t, "2"))
	require.NoError(t, err)
	require.Equal(t, []settings.Version{{Setting: changed}, {Setting: made}}, o.history(made.ID))

	o.now = o.now.Add(time.Hour)
	require.NoError(t, o.Delete(t.Context(), o.acme, made.ID, 2))
	last := o.history(made.ID)[0]
	require.True(t, last.Deleted)
	require.Equal(t, o.now, last.Setting.UpdatedAt)
	require.Equal(t, o.acme.Actor(), last.Setting.UpdatedBy)
	require.Equal(t, number(t, "2"), last.Setting.Value)
	require.Equal(t, int64(3), last.Setting.Version)
}

func TestHistoryPages(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rate", number(t, "1"))
	for i := range 5 {
		var err error
		s, err = o.Update(t.Context(), o.acme, s.ID, s.Version, number(t, fmt.Sprint(i)))
		require.NoError(t, err)
	}
	var numbers []int64
	q := admin.Query{Limit: 4}
	for {
		page, err := o.History(t.Context(), o.acme, s.ID, q)
		require.NoError(t, err)
		for _, v := range page.Items {
			numbers = append(numbers, v.Setting.Version)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.Equal(t, []int64{6, 5, 4, 3, 2, 1}, numbers)
}

func TestHistoryIsItsOrganizationsOwn(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rate", number(t, "1"))
	_, err := o.History(t.Context(), o.globex, s.ID, admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = o.History(t.Context(), admin.Scope{}, s.ID, admin.Query{})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
	_, err = o.Restore(t.Context(), o.globex, s.ID, 1, 1)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestRestoreIsANewVersionWithTheOldValue(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "rate", number(t, "1"))
	_, err := o.Update(t.Context(), o.acme, s.ID, 1, value(t, settings.TypeString, "two"))
	require.NoError(t, err)
	back, err := o.Restore(t.Context(), o.acme, s.ID, 2, 1)
	require.NoError(t, err)
	require.Equal(t, number(t, "1"), back.Value)
	require.Equal(t, int64(3), back.Version)
	require.Equal(t, settings.ActionRestore, o.last().Action)
	require.Contains(t, o.last().Changes, admin.Change{Field: "restoredVersion", To: "1"})
	require.Len(t, o.history(s.ID), 3)

	_, err = o.Restore(t.Context(), o.acme, s.ID, 2, 1)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = o.Restore(t.Context(), o.acme, s.ID, 3, 9)
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.ErrorContains(t, err, "no version 9")
	require.NoError(t, o.Delete(t.Context(), o.acme, s.ID, 3))
	_, err = o.Restore(t.Context(), o.acme, s.ID, 4, 1)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestRestoreChecksByTheRulesOfToday(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(account("eu"), "limits", value(t, settings.TypeJSON, `{"a":-1}`))
	s, err := o.UpdateWithSchema(t.Context(), o.acme, s.ID, 1, value(t, settings.TypeJSON, `{"a":1}`), parseSchema(t, `{"properties":{"a":{"minimum":0}}}`))
	require.NoError(t, err)
	_, err = o.Restore(t.Context(), o.acme, s.ID, 2, 1)
	require.Equal(t, []string{"/value/a"}, paths(t, err))

	// A rule whose operator the evaluator of today does not know.
	today := o.over(o.backend.Settings(), settings.Options{Evaluator: knowsNothing{}})
	r := o.create(account("eu"), "rule", rule(t, `{"var":"x"}`))
	r, err = o.Update(t.Context(), o.acme, r.ID, 1, number(t, "1"))
	require.NoError(t, err)
	_, err = today.Restore(t.Context(), o.acme, r.ID, r.Version, 1)
	require.Equal(t, []string{"/value"}, paths(t, err))
}

type knowsNothing struct{}

func (knowsNothing) Compile(context.Context, json.RawMessage) (settings.Program, error) {
	return nil, jsonlogic.ErrRule
}

// paths are those of a validation error.
func paths(t *testing.T, err error) []string {
	t.Helper()
	var invalid *admin.ValidationError
	require.True(t, errors.As(err, &invalid), "%v", err)
	var out []string
	for _, f := range invalid.Fields {
		out = append(out, f.Path)
	}
	return out
}

func TestDiff(t *testing.T) {
	at := func(kind settings.Type, text string) settings.Version {
		return settings.Version{Setting: settings.Setting{Value: value(t, kind, text)}}
	}
	under := func(v settings.Version, schema string) settings.Version {
		v.Setting.Schema = parseSchema(t, schema)
		return v
	}
	doc := func(text string) settings.Version { return at(settings.TypeJSON, text) }
	for _, tc := range []struct {
		reason   string
		from, to settings.Version
		want     []settings.Difference
	}{
		{"the same number", at(settings.TypeNumeric, "1.0"), at(settings.TypeNumeric, "1"), nil},
		{"another number", at(settings.TypeNumeric, "1"), at(settings.TypeNumeric, "2"), []settings.Difference{{"/value", settings.Changed, "1", "2"}}},
		{"another text", at(settings.TypeString, "a"), at(settings.TypeString, ""), []settings.Difference{{"/value", settings.Changed, "a", ""}}},
		{"another type with the same text", at(settings.TypeString, "1"), at(settings.TypeNumeric, "1"), []settings.Difference{{"/dataType", settings.Changed, "STRING", "NUMERIC"}}},
		{
			"a document that was a text", at(settings.TypeString, "x"), doc(`{"a":1}`),
			[]settings.Difference{{"/dataType", settings.Changed, "STRING", "JSON"}, {"/value", settings.Changed, "x", `{"a":1}`}},
		},
		{"the order of keys", doc(`{"a":1,"b":2}`), doc(`{"b":2,"a":1}`), nil},
		{
			"keys changed, added and removed", doc(`{"same":[1,{}],"gone":{"x":1},"n":1.0,"deep":{"t":"<a>"}}`), doc(`{"same":[1,{}],"n":1.00,"new":null,"deep":{"t":"<b>"}}`),
			[]settings.Difference{
				{"/value/deep/t", settings.Changed, `"<a>"`, `"<b>"`},
				{"/value/gone", settings.Removed, `{"x":1}`, ""},
				{"/value/n", settings.Changed, "1.0", "1.00"},
				{"/value/new", settings.Added, "", "null"},
			},
		},
		{"keys that a pointer escapes", doc(`{"a/b~c":1}`), doc(`{"a/b~c":2}`), []settings.Difference{{"/value/a~1b~0c", settings.Changed, "1", "2"}}},
		{
			"an array that grew", doc(`[1,[2]]`), doc(`[1,[3],4,5]`),
			[]settings.Difference{{"/value/1/0", settings.Changed, "2", "3"}, {"/value/2", settings.Added, "", "4"}, {"/value/3", settings.Added, "", "5"}},
		},
		{"an array that shrank", doc(`[1,2]`), doc(`[]`), []settings.Difference{{"/value/0", settings.Removed, "1", ""}, {"/value/1", settings.Removed, "2", ""}}},
		{"another kind of JSON", doc(`{"a":[1]}`), doc(`{"a":{"0":1}}`), []settings.Difference{{"/value/a", settings.Changed, "[1]", `{"0":1}`}}},
		{"a value for an array", doc(`{"a":1}`), doc(`{"a":[1]}`), []settings.Difference{{"/value/a", settings.Changed, "1", "[1]"}}},
		{"null for false", doc(`null`), doc(`false`), []settings.Difference{{"/value", settings.Changed, "null", "false"}}},
		{
			"a rule", at(settings.TypeLogic, `{"*":[{"var":"a"},2]}`), at(settings.TypeLogic, `{"*":[{"var":"a"},3]}`),
			[]settings.Difference{{"/value/*/1", settings.Changed, "2", "3"}},
		},
		{"a schema where there was none", doc(`1`), under(doc(`1`), `true`), []settings.Difference{{"/schema", settings.Added, "", "true"}}},
		{"no schema any more", under(doc(`1`), `true`), doc(`1`), []settings.Difference{{"/schema", settings.Removed, "true", ""}}},
		{"within a schema", under(doc(`1`), `{"minimum":0}`), under(doc(`1`), `{"minimum":1}`), []settings.Difference{{"/schema/minimum", settings.Changed, "0", "1"}}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.want, settings.Diff(tc.from, tc.to))
			require.Len(t, settings.Diff(tc.to, tc.from), len(tc.want))
			require.Empty(t, settings.Diff(tc.from, tc.from))
		})
	}
}

func TestLimitsOnHowMany(t *testing.T) {
	o := newOffice(t, settings.Options{Limits: settings.Limits{PerEntity: 1, PerOrganization: 2}})
	o.create(account("a"), "one", number(t, "1"))
	_, err := o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account("a"), Name: "two", Value: number(t, "1")})
	require.ErrorIs(t, err, settings.ErrTooMany)
	require.ErrorContains(t, err, "ACCOUNT a has 1 settings, the maximum")
	o.create(account("b"), "one", number(t, "1"))
	_, err = o.Create(t.Context(), o.acme, settings.NewSetting{Entity: account("c"), Name: "one", Value: number(t, "1")})
	require.ErrorIs(t, err, settings.ErrTooMany)
	require.ErrorContains(t, err, "the organization has 2 settings, the maximum")
}
