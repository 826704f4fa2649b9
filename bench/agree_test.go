package main

import (
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is timed must have the same result, or the figures compare nothing.

func TestContestantsOfRulesAgree(t *testing.T) {
	for name, data := range map[string]string{"generated data": "", "shared data": dataFolder("ADMINCENTER_DATA", "../../shared/data")} {
		t.Run(name, func(t *testing.T) {
			loads, err := workloads(data)
			require.NoError(t, err)
			for _, w := range loads {
				c, err := w.contest(t.Context())
				require.NoError(t, err)
				require.NoError(t, c.agree())
			}
		})
	}
}

func TestContestantsOfTheSuiteAgree(t *testing.T) {
	cases, err := compatibleCases(dataFolder("JSONLOGIC_SUITES", "../../shared/data/jsonlogic-suites"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no compatible.json: set JSONLOGIC_SUITES to the folder that has it")
	}
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	c, err := compatible(t.Context(), cases)
	require.NoError(t, err)
	require.NoError(t, c.agree())
}

func TestWaysToEnrichAgree(t *testing.T) {
	center, enricher, err := enrichCenter(t.Context())
	require.NoError(t, err)
	v3, err := newObvious(t.Context(), center)
	require.NoError(t, err)
	ours := newStreamWay(t.Context(), enricher)
	c, err := enrichContest(ours, newV3Way(v3))
	require.NoError(t, err)
	require.NoError(t, c.agree())
	require.NoError(t, ours.enrich(8)) // of an account with a price of its own and a customer's discount
	require.True(t, same(map[string]any{
		"attribute": map[string]any{"distance": 5404, "seats": 4, "flag_fall": 2.5, "km": 5.404, "price": 5.9444, "charge": 5.9444},
		"dimension": map[string]any{"class": "car", "city": "Riga", "size": "short"},
	}, ours.last()), "%v", ours.last())
}

func TestADifferentAnswerIsNoContest(t *testing.T) {
	c := contest{name: "c", want: 1.0, contestants: []contestant{closure(func(map[string]any) any { return 2.0 }, nil)}}
	_, err := c.measure()
	require.ErrorContains(t, err, "c.closure: the result is 2 instead of 1")
}

func TestSame(t *testing.T) {
	for reason, c := range map[string]struct {
		a, b any
		want bool
	}{
		"numbers by value":           {json.Number("188"), 188.0, true},
		"floats round":               {json.Number("0.3"), 0.1 + 0.2, true},
		"other numbers":              {1.0, 1.001, false},
		"a number is not its text":   {1.0, "1", false},
		"lists by element":           {[]any{1.0, "a"}, []any{json.Number("1"), "a"}, true},
		"lists of different lengths": {[]any{1.0}, []any{1.0, 2.0}, false},
		"objects by key":             {map[string]any{"a": 1}, map[string]any{"b": 1}, false},
		"nothing is not false":       {nil, false, false},
		"a list is no text":          {"a", []any{"a"}, false},
	} {
		require.Equal(t, c.want, same(c.a, c.b), reason)
		require.Equal(t, c.want, same(c.b, c.a), reason)
	}
}
