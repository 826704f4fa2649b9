package jsonlogic

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// publicCase is a rule of a public project, with the answers of two engines, or a case of an engine's suite, with the
// one that it wants.
type publicCase struct {
	Source, Suite                string
	Rule, Data, Result, Error    json.RawMessage
	JSONLogicJS, JSONLogicEngine json.RawMessage
}

// publicCases reads a file of cases, one a line.
func publicCases(t *testing.T, name string) []publicCase {
	t.Helper()
	file := filepath.Join(folder(t, "ADMINCENTER_DATA", "../../../shared/data"), name)
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var out []publicCase
	lines := bufio.NewScanner(strings.NewReader(string(raw)))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c publicCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		out = append(out, c)
	}
	return out
}

// run returns the result of a case, or its error.
func (c publicCase) run(t *testing.T) (any, *Error) {
	t.Helper()
	rule, err := Compile(c.Rule, Options{Lenient: true})
	var e *Error
	if err != nil {
		require.ErrorAs(t, err, &e)
		return nil, e
	}
	got, err := rule.Eval(t.Context(), decode(t, c.Data))
	if err != nil {
		require.ErrorAs(t, err, &e)
		return nil, e
	}
	return got, nil
}

// choices are what docs/jsonlogic.md lists: where we differ on purpose, by what the error says.
var choices = []string{
	"there is no such operator",
	"an object of a rule has one key",
	"the operands are not both texts, numbers or dates",
	"it needs a list",
}

func TestPublicRulesHaveTheirAnswers(t *testing.T) {
	chosen := map[string]int{}
	cases := publicCases(t, "rules-public.jsonl")
	for _, c := range cases {
		got, bad := c.run(t)
		if bad != nil {
			require.Contains(t, choices, strings.SplitAfterN(bad.Detail, ", and not", 2)[0], "%s: %s on %s: %v", c.Source, c.Rule, c.Data, bad)
			chosen[bad.Detail]++
			continue
		}
		if c.unanswered() {
			chosen["an operator that the others have not"]++
			continue
		}
		require.Contains(t, []any{canonical(decode(t, c.JSONLogicJS)), canonical(decode(t, c.JSONLogicEngine))}, canonical(got),
			"%s: %s on %s", c.Source, c.Rule, c.Data)
	}
	t.Logf("%d cases; errors on purpose: %v", len(cases), chosen)
}

// unanswered reports whether neither engine knows an operator of the rule that we have.
func (c publicCase) unanswered() bool {
	return string(c.JSONLogicJS) == "null" && string(c.JSONLogicEngine) == "null" &&
		(strings.Contains(string(c.Rule), `"date"`) || strings.Contains(string(c.Rule), `"starts_with"`))
}

func TestSuitesOfOtherEngines(t *testing.T) {
	n, chosen := 0, map[string]int{}
	for _, c := range publicCases(t, "rules-suites.jsonl") {
		got, bad := c.run(t)
		if c.Error != nil && bad != nil || c.Error == nil && bad == nil && equal(canonical(decode(t, c.Result)), canonical(got)) {
			n++
			continue
		}
		why := c.choice(bad)
		require.NotEmpty(t, why, "%s %s: %s on %s is %v (%v) and not %s%s", c.Source, c.Suite, c.Rule, c.Data, got, bad, c.Result, c.Error)
		chosen[why]++
	}
	t.Logf("%d cases; others on purpose: %v", n, chosen)
}

// choice returns the row of docs/jsonlogic.md by which a case has another answer here, or nothing.
func (c publicCase) choice(bad *Error) string {
	rule := string(c.Rule)
	has := func(part string) bool { return strings.Contains(rule, part) }
	switch {
	case bad != nil && bad.Fault == UnknownOperator && c.Error == nil, strings.HasPrefix(c.Suite, "datetime/"):
		return "operators of another engine"
	case strings.HasPrefix(c.Suite, "arithmetic/m") && c.Error != nil:
		return "max and min of what is no number"
	case c.Suite == "truthiness.json" && (has(`{}`) || has(`obj`)), c.Suite == "control/if.json" && has(`{}`):
		return "an empty object is true"
	case rule == `{"or": []}`, rule == `{"and": []}`:
		return "and, or of nothing are false"
	case c.Suite == "array/map.json" && c.Data[0] == '{' && !has(`"filter"`) && !strings.HasPrefix(string(c.Result), "[]"),
		c.Suite == "array/reduce.json" && has(`{"map": [{"var": "obj"}`):
		return "map of what is no list"
	case c.Suite == "array/merge.json" && has("null"):
		return "merge keeps null"
	case c.Suite == "array/reduce.json" && has("-9223372036854775808"):
		return "every digit"
	case c.Suite == "val.extra.json" && has("[[1]"), c.Suite == "val.extra.json" && has("[1]"):
		return "the list around, by an index"
	case c.Suite == "additional.json" && strings.Contains(string(c.Error), "Depth"):
		return "depth of data"
	}
	return ""
}
