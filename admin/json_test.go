package admin_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// The names and forms here are what API clients see.
func TestJSON(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC)
	id := uuid.MustParse("0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b")
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	var p admin.Problems
	p.Text("/name", "", 1, 255)
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{
			"a record",
			admin.Record{
				ID: id, At: at, Actor: ann, Action: "user.rename", Subject: admin.Subject{Kind: "user", ID: "bob"},
				Changes: []admin.Change{{Field: "name", From: "Rob", To: "Bob"}, {Field: "phone", To: "1"}},
			},
			`{"id":"0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b","at":"2026-03-01T10:20:30.123456Z","actor":{"kind":"USER","id":"ann"},
				"action":"user.rename","subject":{"kind":"user","id":"bob"},
				"changes":[{"field":"name","from":"Rob","to":"Bob"},{"field":"phone","to":"1"}]}`,
		},
		{
			"a record without changes, of the system",
			admin.Record{ID: id, At: at, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "job.cancel", Subject: admin.Subject{Kind: "job"}},
			`{"id":"0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b","at":"2026-03-01T10:20:30.123456Z","actor":{"kind":"SYSTEM"},
				"action":"job.cancel","subject":{"kind":"job"}}`,
		},
		{"a page", admin.Page[string]{Items: []string{"a"}, Next: "abc"}, `{"items":["a"],"next":"abc"}`},
		{"the last page", admin.Page[string]{Items: []string{"a"}}, `{"items":["a"]}`},
		{"a page without items", admin.Page[string]{}, `{"items":[]}`},
		{"a page in another value", struct{ P *admin.Page[int] }{&admin.Page[int]{}}, `{"P":{"items":[]}}`},
		{"a query", admin.Query{Limit: 20, After: "abc"}, `{"limit":20,"after":"abc"}`},
		{"the zero query", admin.Query{}, `{}`},
		{"a filter", admin.AuditFilter{Actor: ann, Action: "user.rename", From: at}, `{"actor":{"kind":"USER","id":"ann"},"action":"user.rename","from":"2026-03-01T10:20:30.123456Z"}`},
		{"the zero filter", admin.AuditFilter{}, `{}`},
		{"broken rules", p.Err(), `{"fields":[{"path":"/name","code":"required","message":"is required: give 1 to 255 characters","params":{"min":"1","max":"255"}}]}`},
		{"permissions", admin.Permissions("b.read", "a.read"), `["a.read","b.read"]`},
		{"no permissions", admin.PermissionSet{}, `[]`},
		{"a secret", admin.NewSecret("hunter2"), `"[redacted]"`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
}

func TestJSONIsReadBack(t *testing.T) {
	page := admin.Page[admin.Record]{Items: []admin.Record{{ID: uuid.New(), At: admin.Instant(time.Now()), Actor: admin.Actor{Kind: admin.ActorToken, ID: "t"}}}, Next: "n"}
	text, err := json.Marshal(page)
	require.NoError(t, err)
	var again admin.Page[admin.Record]
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, page, again)
}
