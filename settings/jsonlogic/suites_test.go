package jsonlogic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// folder is where shared test data is, or a skip that says what to set.
func folder(t *testing.T, variable, otherwise string) string {
	t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		dir = otherwise
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test data at %s: set %s", dir, variable)
	}
	return dir
}

// decode reads JSON with the numbers' digits.
func decode(t testing.TB, raw []byte) any {
	t.Helper()
	if len(raw) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v), string(raw))
	return v
}

// decodeFor reads JSON as a host would for the arithmetic.
func decodeFor(t testing.TB, raw []byte, n Numbers) any {
	t.Helper()
	if n == Decimal || len(raw) == 0 {
		return decode(t, raw)
	}
	var v any
	require.NoError(t, json.Unmarshal(raw, &v))
	return v
}

// canonical makes results of both arithmetics and of JSON comparable: numbers by value.
func canonical(v any) any {
	switch x := v.(type) {
	case json.Number:
		return decimal.RequireFromString(x.String()).String()
	case float64:
		return decimal.NewFromFloat(x).String()
	case string:
		return fmt.Sprintf("%q", x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = canonical(x[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k := range x {
			out[k] = canonical(x[k])
		}
		return out
	}
	return v
}

type suiteCase struct {
	Description string
	Rule        json.RawMessage
	Data        json.RawMessage
	Result      json.RawMessage
	Error       json.RawMessage
}

// TestSuites runs the cases of the compatibility suites (github.com/json-logic/compat-tables).
func TestSuites(t *testing.T) {
	dir := folder(t, "JSONLOGIC_SUITES", "../../../shared/data/jsonlogic-suites")
	raw, err := os.ReadFile(filepath.Join(dir, "index.json"))
	require.NoError(t, err)
	var files []string
	require.NoError(t, json.Unmarshal(raw, &files))
	for name, numbers := range map[string]Numbers{"decimal": Decimal, "float": Float64} {
		for build, plain := range map[string]bool{"specialised": false, "plain": true} {
			t.Run(name+" "+build, func(t *testing.T) {
				n := 0
				for _, file := range files {
					n += runSuite(t, filepath.Join(dir, file), numbers, plain)
				}
				t.Logf("%d cases", n)
			})
		}
	}
}

func runSuite(t *testing.T, file string, numbers Numbers, plain bool) int {
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var entries []json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &entries))
	n := 0
	for _, entry := range entries {
		var c suiteCase
		if entry[0] == '"' {
			continue
		}
		require.NoError(t, json.Unmarshal(entry, &c))
		n++
		where := fmt.Sprintf("%s: %s %s %s", filepath.Base(file), c.Description, c.Rule, c.Data)
		s, bad := parse(c.Rule)
		require.Nil(t, bad, where)
		rule, err := compileRule(s, Options{Lenient: true, Numbers: numbers}, plain)
		require.NoError(t, err, where)
		got, err := rule.Eval(t.Context(), decodeFor(t, c.Data, numbers))
		if c.Error != nil {
			var e *Error
			if !errorsAs(err, &e) {
				t.Errorf("%s: got %v %v, want error %s", where, got, err, c.Error)
				continue
			}
			if want := canonical(decode(t, c.Error)); !equal(want, canonical(e.object())) {
				t.Errorf("%s: got error %v, want %s", where, e.object(), c.Error)
			}
			continue
		}
		if err != nil || !equal(canonical(decode(t, c.Result)), canonical(got)) {
			t.Errorf("%s: got %v %v, want %s", where, got, err, c.Result)
		}
	}
	return n
}
