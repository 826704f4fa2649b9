package jsonlogic_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func compileRule(t testing.TB, rule string, o jsonlogic.Options) *jsonlogic.Rule {
	t.Helper()
	r, err := jsonlogic.Compile(json.RawMessage(rule), o)
	require.NoError(t, err)
	return r
}

// everyKind are options that make a difference to every rule.
func everyKind() map[string]jsonlogic.Options {
	return map[string]jsonlogic.Options{
		"exact": {}, "float": {Numbers: jsonlogic.Float64}, "Togai": {Dialect: jsonlogic.Togai}, "lenient": {Lenient: true},
	}
}

// nested is a document of arrays within each other.
func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

// decoded reads JSON with every digit.
func decoded(t *testing.T, text string) any {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	return v
}
