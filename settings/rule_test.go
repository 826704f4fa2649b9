package settings_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings"
)

func compileRule(t testing.TB, rule string, o settings.RuleOptions) *settings.Rule {
	t.Helper()
	r, err := settings.CompileRule(json.RawMessage(rule), o)
	require.NoError(t, err)
	return r
}

// scribble changes everything that can be changed.
func scribble(v any) {
	switch x := v.(type) {
	case []any:
		for i := range x {
			scribble(x[i])
			x[i] = "scribbled"
		}
	case map[string]any:
		for k := range x {
			scribble(x[k])
			x[k] = "scribbled"
		}
		x["more"] = "scribbled"
	}
}
