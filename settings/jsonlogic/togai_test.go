package jsonlogic

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTogaiFixtures compares with recorded answers of that engine.
func TestTogaiFixtures(t *testing.T) {
	dir := folder(t, "ADMINCENTER_DATA", "../../../shared/data")
	f, err := os.Open(filepath.Join(dir, "togai-jsonlogic.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	all, same := 0, 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			Group      string
			Rule, Data json.RawMessage
			Java       string
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		all++
		got := togaiAnswer(t, c.Rule, decode(t, c.Data))
		want := printed(c.Java)
		if got == want {
			same++
			continue
		}
		if !togaiDiffers[string(c.Rule)] {
			t.Errorf("%s %s %s: got %s, want %s", c.Group, c.Rule, c.Data, got, want)
		}
	}
	require.NoError(t, lines.Err())
	t.Logf("%d of %d", same, all)
}

// togaiDiffers are the rules that have another result here: Java's pattern lets a duration end in
// a lower-case t with nothing after it, though not in a T.
var togaiDiffers = map[string]bool{
	`{"duration.as":["p36dt","MILLIS"]}`: true,
}

// togaiAnswer is a result as JSON with sorted keys, or "error".
func togaiAnswer(t *testing.T, rule []byte, data any) string {
	t.Helper()
	r, err := Compile(rule, Options{Lenient: true, Dialect: Togai})
	if err != nil {
		return "error"
	}
	v, err := r.Eval(t.Context(), data)
	if err != nil {
		return "error"
	}
	out, err := json.Marshal(v)
	require.NoError(t, err)
	return string(out)
}

var javaValue = regexp.MustCompile(`(BigDecimal|OffsetDateTime)\(([^)]*)\)`)
var javaKey = regexp.MustCompile(`([{,])([a-z.]+):`)

// printed makes JSON of what the recording has: BigDecimal(x) is the plain number with its scale,
// OffsetDateTime(x) its text, and what begins with ERR or UNCHECKED an error.
func printed(java string) string {
	if strings.HasPrefix(java, "ERR ") || strings.HasPrefix(java, "UNCHECKED ") {
		return "error"
	}
	out := javaValue.ReplaceAllStringFunc(java, func(v string) string {
		m := javaValue.FindStringSubmatch(v)
		if m[1] == "OffsetDateTime" {
			return fmt.Sprintf("%q", m[2])
		}
		x, how := parseNum(m[2], 10_000)
		if how != numOK {
			return v
		}
		return string(x.plain(nil, false))
	})
	if strings.HasPrefix(out, "{") {
		out = javaKey.ReplaceAllString(out, `$1"$2":`)
	}
	return out
}

func TestTogaisRemainderHasTheScaleOfBigDecimal(t *testing.T) {
	for _, tc := range []struct{ reason, rule, want string }{
		{"the dividend's, if the quotient is 0", `{"%":[72e0,85.50913]}`, "72"},
		{"also with an exponent", `{"%":[5e1,85.5]}`, "50"},
		{"the divisor's, if it is longer", `{"%":[225,-29.22310]}`, "20.43830"},
		{"less the zeros of the quotient", `{"%":[72,7.15]}`, "0.5"},
		{"as far as the dividend has none", `{"%":[72.0,7.15]}`, "0.5"},
		{"the dividend's, if it is longer", `{"%":[1.00,0.3]}`, "0.10"},
		{"of zero", `{"%":[0,1.25]}`, "0"},
		{"none left", `{"%":[75,2.5]}`, "0"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := compiled(t, tc.rule, Options{Dialect: Togai}).Eval(t.Context(), nil)
			require.NoError(t, err)
			require.Equal(t, json.Number(tc.want), got)
		})
	}
}
