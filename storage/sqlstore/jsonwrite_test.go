package sqlstore

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
)

// The bytes are those of encoding/json, which wrote them before: what is stored does not depend on the version.
func FuzzJSONIsWrittenAsByEncodingJSON(f *testing.F) {
	for _, s := range []string{
		"", "plain", "Zürich", `"\`, "<a>&", "\x00\x1f\x7f\n\r\t\b\f", "\u2028", "\u2029", "\xff", "a\xc3", "�", "😀", "/",
	} {
		f.Add(s, "b", int64(7))
		f.Add("b", s, int64(-1))
	}
	f.Fuzz(func(t *testing.T, key, value string, n int64) {
		texts := map[string]string{key: value, value: key, "m": "n"}
		want, err := json.Marshal(texts)
		require.NoError(t, err)
		require.Equal(t, string(want), string(appendTexts(nil, texts)))
		e := storedEffect{Seq: n, Kind: key, Ref: value, Before: key, Version: n}
		want, err = json.Marshal(e)
		require.NoError(t, err)
		require.Equal(t, string(want), string(appendEffect(nil, e)))
	})
}

func TestEffectsAreWrittenAsByEncodingJSON(t *testing.T) {
	effects := []job.Effect{
		{Seq: 1, Kind: "customer", Ref: "c1", Version: 1}, {Seq: 2, Kind: "account", Ref: `"`, Before: "{}", Version: 3},
	}
	stored := storedEffects{Version: effectsVersion}
	for _, e := range effects {
		stored.Effects = append(stored.Effects, storedEffect(e))
	}
	want, err := json.Marshal(stored)
	require.NoError(t, err)
	got, err := writeEffects(effects)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
	require.Less(t, testing.AllocsPerRun(10, func() {
		_ = appendTexts(make([]byte, 0, 64), map[string]string{"a": strings.Repeat("b", 5)})
	}), 4.0)
}
