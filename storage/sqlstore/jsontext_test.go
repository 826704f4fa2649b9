package sqlstore

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// jsonTexts are texts that are plain, and such as only encoding/json reads or refuses.
func jsonTexts() []string {
	return []string{
		`{}`, `{"a":"b"}`, `{"a":"b","c":"d"}`, `{"a":"","":"b"}`, `{"a":"b","a":"c"}`, `{"a":"é"}`, `{"a":"\u003c"}`, `{"a":"\"b"}`, `{ "a" : "b" }`,
		`{"a":null}`, `{"a":1}`, `{"a":{"b":"c"}}`, `null`, `[]`, `{`, `}`, `{"a"`, `{"a":`, `{"a":"b"`, `{"a":"b",}`, `{,}`, `{"a":"b"}}`, `{"a":"b"} `,
		`{"a","b"}`, `"a"`, "{\"a\":\"b\n\"}", "{\"a\":\"\xff\"}", `{"field":"a"}`,
		`{"v":1,"changes":[{"field":"a","from":"b","to":"c"}]}`, `{"v":1,"changes":[{"field":"a"},{"field":"b","to":"c"}]}`,
		`{"v":1,"changes":[{}]}`, `{"v":1,"changes":[{"field":"a","other":"b"}]}`, `{"v":1,"changes":[{"Field":"a"}]}`, `{"v":1,"changes":[`,
		`{"v":1,"changes":[{`, `{"v":1,"changes":[{"field":"a"}`, `{"v":1,"changes":[{"field":"a"}]`, `{"v":1,"changes":[{"field":"a"},]}`,
		`{"v":1,"changes":[{"field":"a"}]}}`, `{"v":1,"changes":[,]}`, `{"v":1,"changes":[null]}`, `{"v":1,"changes":[]}`,
		`{"v":1,"changes":[{"field":"a","personal":"c3Vt"}]}`, `{"v":1,"changes":[{"field":"a","to":"\n"}]}`, `{"v":2,"changes":[{"field":"a"}]}`, `{"v":1}`, "", " ",
	}
}

func requireReadsAlike(t *testing.T, text string) {
	t.Helper()
	if texts, ok := plainTexts(text); ok {
		var want map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &want), text)
		require.Equal(t, want, texts, text)
	}
	if changes, ok := plainChanges(text); ok {
		var stored storedChanges
		require.NoError(t, json.Unmarshal([]byte(text), &stored), text)
		require.Equal(t, changesVersion, stored.Version)
		require.Equal(t, stored.Changes, changes, text)
	}
}

func TestPlainJSONIsReadHere(t *testing.T) {
	texts, ok := plainTexts(`{"segment":"enterprise","owner":"Zoë"}`)
	require.True(t, ok)
	require.Equal(t, map[string]string{"segment": "enterprise", "owner": "Zoë"}, texts)
	written, err := writeChanges([]admin.Change{{Field: "name", From: "a", To: "b"}, {Field: "email", To: "c", Personal: true}},
		[]admin.Mark{{Change: 1, Sum: []byte("sum")}})
	require.NoError(t, err)
	changes, ok := plainChanges(written)
	require.True(t, ok)
	require.Equal(t, []storedChange{{Field: "name", From: "a", To: "b"}, {Field: "email", Personal: "c3Vt"}}, changes)
	for _, text := range []string{`{"a":"\n"}`, `{"a":1}`, `{ "a":"b"}`, ""} {
		_, ok := plainTexts(text)
		require.False(t, ok, text)
		_, ok = plainChanges(text)
		require.False(t, ok, text)
	}
}

func TestSmallJSONIsReadAsByTheStandardLibrary(t *testing.T) {
	for _, text := range jsonTexts() {
		requireReadsAlike(t, text)
	}
}

func FuzzSmallJSON(f *testing.F) {
	for _, text := range jsonTexts() {
		f.Add(text)
	}
	f.Fuzz(requireReadsAlike)
}
