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
