package settings_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func marshaled(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

// wireSetting is a setting with every field.
func wireSetting(t *testing.T) settings.Setting {
	return settings.Setting{
		ID: uuid.MustParse("01900000-0000-7000-8000-000000000001"), Entity: account("acme-eu"), Namespace: "USER", Name: "limits",
		Value: value(t, settings.TypeJSON, `{"a":1.0}`), Schema: parseSchema(t, `{"type":"object"}`),
		CreatedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), CreatedBy: admin.Actor{Kind: admin.ActorUser, ID: "ann"},
		UpdatedAt: time.Date(2026, 3, 1, 11, 0, 0, 123456000, time.UTC), UpdatedBy: admin.Actor{Kind: admin.ActorSystem},
		Version: 2,
	}
}

func TestJSONOfRecords(t *testing.T) {
	s := wireSetting(t)
	ann, system := marshaled(t, s.CreatedBy), marshaled(t, s.UpdatedBy)
	setting := `{"id":"01900000-0000-7000-8000-000000000001","entityType":"ACCOUNT","entityId":"acme-eu",` +
		`"namespace":"USER","name":"limits","dataType":"JSON","value":"{\"a\":1.0}","schema":{"type":"object"},` +
		`"createdAt":"2026-03-01T10:00:00Z","createdBy":` + ann + `,` +
		`"updatedAt":"2026-03-01T11:00:00.123456Z","updatedBy":` + system + `,"version":2}`
	bare := settings.Setting{ID: s.ID, Entity: organization, Namespace: "USER", Name: "n", Value: number(t, "12.50"),
		CreatedAt: s.CreatedAt, CreatedBy: s.UpdatedBy, UpdatedAt: s.CreatedAt, UpdatedBy: s.UpdatedBy, Version: 1}
	bareJSON := `{"id":"01900000-0000-7000-8000-000000000001","entityType":"ORGANIZATION","namespace":"USER","name":"n",` +
		`"dataType":"NUMERIC","value":"12.5","createdAt":"2026-03-01T10:00:00Z","createdBy":` + system + `,` +
		`"updatedAt":"2026-03-01T10:00:00Z","updatedBy":` + system + `,"version":1}`
	for reason, tc := range map[string]struct {
		record any
		want   string
	}{
		"a setting":                              {s, setting},
		"a setting without what it may not have": {bare, bareJSON},
		"a version":                              {settings.Version{Setting: bare, Deleted: true}, `{"setting":` + bareJSON + `,"deleted":true}`},
		"what counts and what it hides":          {settings.Resolved{Setting: s, Hidden: []settings.Setting{bare}}, `{"setting":` + setting + `,"hidden":[` + bareJSON + `]}`},
		"what counts alone":                      {settings.Resolved{Setting: bare}, `{"setting":` + bareJSON + `}`},
		"a result":                               {settings.Result{Value: json.Number("1.5"), Setting: bare}, `{"value":1.5,"setting":` + bareJSON + `}`},
		"a value":                                {number(t, "12.5"), `{"dataType":"NUMERIC","value":"12.5"}`},
		"a difference":                           {settings.Difference{Path: "/value/a", Kind: settings.Added, To: "1"}, `{"path":"/value/a","kind":"ADDED","to":"1"}`},
		"a path":                                 {settings.Path{Account: "a", Customer: "c"}, `{"accountId":"a","customerId":"c"}`},
		"a filter":                               {settings.Filter{Entity: account("a"), Type: settings.TypeLogic}, `{"entityType":"ACCOUNT","entityId":"a","dataType":"JSON_LOGIC"}`},
		"the filter of all":                      {settings.Filter{}, `{}`},
		"a key":                                  {s.Key(), `{"entityType":"ACCOUNT","entityId":"acme-eu","namespace":"USER","name":"limits"}`},
		"a reference":                            {settings.Ref{Name: "rate"}, `{"name":"rate"}`},
		"limits":                                 {settings.Limits{PerEntity: 5}, `{"perEntity":5}`},
		"a new setting":                          {settings.NewSetting{Entity: organization, Name: "n", Value: value(t, settings.TypeString, "")}, `{"entityType":"ORGANIZATION","name":"n","dataType":"STRING","value":""}`},
		"who uses a setting":                     {&settings.InUseError{EventSchemas: []string{"trips"}, More: true}, `{"eventSchemas":["trips"],"more":true}`},
		"a deletion":                             {settings.Deletion{ID: s.ID, Version: 1, At: s.CreatedAt, By: s.UpdatedBy}, `{"id":"01900000-0000-7000-8000-000000000001","version":1,"at":"2026-03-01T10:00:00Z","by":` + system + `}`},
	} {
		t.Run(reason, func(t *testing.T) { require.Equal(t, tc.want, marshaled(t, tc.record)) })
	}

	var again settings.Setting
	require.NoError(t, json.Unmarshal([]byte(setting), &again))
	require.Equal(t, s, again)
	var filter settings.Filter
	require.NoError(t, json.Unmarshal([]byte(`{"entityType":"ACCOUNT","dataType":"JSON"}`), &filter))
	require.Equal(t, settings.Filter{Entity: settings.Entity{Kind: settings.Account}, Type: settings.TypeJSON}, filter)
}

func TestJSONOfAnExplanation(t *testing.T) {
	o := newOffice(t, settings.Options{})
	s := o.create(organization, "charge", rule(t, `{"/":[1,{"var":"n"}]}`))
	got, err := o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", map[string]any{"n": json.Number("4")})
	require.NoError(t, err)
	require.Equal(t, `{"resolved":{"setting":`+marshaled(t, s)+`},"value":0.25,"traced":true,"trace":{"steps":[`+
		`{"pointer":"/~1/1","operator":"var","value":4,"index":-1},{"pointer":"","operator":"/","value":0.25,"index":-1}],`+
		`"reads":[{"path":"n","found":true,"value":4}]}}`, marshaled(t, got))

	got, err = o.Explain(t.Context(), o.acme, settings.Path{}, "", "charge", map[string]any{"n": "secret"})
	require.NoError(t, err)
	require.ErrorIs(t, got.Failure, jsonlogic.ErrEvaluation)
	var out struct {
		Value   any
		Failure struct {
			Message string
			Rule    map[string]any
		}
	}
	require.NoError(t, json.Unmarshal([]byte(marshaled(t, got)), &out))
	require.Nil(t, out.Value)
	require.Contains(t, out.Failure.Message, "setting charge of ORGANIZATION in USER: operator")
	require.Equal(t, "NOT_A_NUMBER", out.Failure.Rule["fault"])
	require.Equal(t, "/", out.Failure.Rule["operator"])
	require.NotContains(t, marshaled(t, out.Failure), "secret")
}

func TestNewSettingsAreReadFromJSON(t *testing.T) {
	var n settings.NewSetting
	require.NoError(t, json.Unmarshal([]byte(
		`{"entityType":"ACCOUNT","entityId":"eu","name":"limits","dataType":"JSON","value":"{\"a\": 1.0}","schema":{"type":"object"}}`), &n))
	require.Equal(t, settings.NewSetting{
		Entity: account("eu"), Name: "limits", Value: value(t, settings.TypeJSON, `{"a":1.0}`), Schema: parseSchema(t, `{"type":"object"}`),
	}, n)
	require.NoError(t, json.Unmarshal([]byte(`{"entityType":"ORGANIZATION","name":"n"}`), &n))
	require.True(t, n.Value.IsZero(), "that it is required is for Create to report")
	require.NoError(t, json.Unmarshal([]byte(`{"dataType":"STRING","value":"","schema":null}`), &n))
	require.Equal(t, value(t, settings.TypeString, ""), n.Value)

	for reason, tc := range map[string]struct{ raw, path string }{
		"a type that does not exist":    {`{"dataType":"NUMBER","value":"1"}`, "/dataType"},
		"no type":                       {`{"value":"1"}`, "/dataType"},
		"a number that is none":         {`{"dataType":"NUMERIC","value":"1e3"}`, "/value"},
		"a value that is no text":       {`{"dataType":"NUMERIC","value":1}`, "/value"},
		"a schema that is none":         {`{"schema":[]}`, "/schema"},
		"an id that is no text":         {`{"entityId":5}`, "/entityId"},
		"something else than a setting": {`[]`, ""},
	} {
		t.Run(reason, func(t *testing.T) {
			err := json.Unmarshal([]byte(tc.raw), &n)
			require.Equal(t, []string{tc.path}, paths(t, err))
			require.NotContains(t, err.Error(), "settings.", "no Go names")
			var invalid *admin.ValidationError
			require.True(t, errors.As(err, &invalid))
			require.NotRegexp(t, "invalid$", invalid.Fields[0].Message)
		})
	}
}
