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
		`[{"field":"a","from":"b","to":"c"}]`, `[{"field":"a"},{"field":"b","to":"c"}]`, `[{}]`, `[{"field":"a","other":"b"}]`, `[{"Field":"a"}]`, `[`, `[{`,
		`[{"field":"a"}`, `[{"field":"a"},]`, `[{"field":"a"}]]`, `[,]`, `[null]`, `[{"field":"a","to":"\n"}]`, "", " ",
	}
}

func requireReadsAlike(t *testing.T, text string) {
	t.Helper()
	var texts, wantTexts map[string]string
	err, want := readTexts(text, &texts), json.Unmarshal([]byte(text), &wantTexts)
	require.Equal(t, want == nil, err == nil, "%q: %v, %v", text, err, want)
	if want == nil {
		require.Equal(t, wantTexts, texts, text)
	}
	var changes, wantChanges []admin.Change
	err, want = readChanges(text, &changes), json.Unmarshal([]byte(text), &wantChanges)
	require.Equal(t, want == nil, err == nil, "%q: %v, %v", text, err, want)
	if want == nil {
		require.Equal(t, wantChanges, changes, text)
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
