package jsonlogic

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// TestWorkAlongLongDataIsCharged runs what is dear because the event is: each would take seconds.
func TestWorkAlongLongDataIsCharged(t *testing.T) {
	zeros := strings.Repeat("0", 1<<18)
	long := strings.Repeat("x", 1<<20)
	var deep any = 1
	for range 4000 {
		deep = map[string]any{"a": deep}
	}
	path := strings.Repeat("a.", 4000) + "a"
	list := make([]any, 5000)
	for i := range list {
		list[i] = deep
	}
	data := map[string]any{
		"l": list, "zeros": zeros + "1", "number": json.Number("1." + zeros), "blanks": strings.Repeat(" ", 1<<18),
		"a": long + "a", "b": long + "b", "texts": []any{long, long}, "days": "P" + strings.Repeat("9", 1<<18) + "D",
		"decimal": decimal.RequireFromString(strings.Repeat("9", 9000)).Shift(-9000),
	}
	each := func(body string) string { return `{"all":[{"var":"l"},{"!==":["",` + body + `]}]}` }
	for reason, tc := range map[string]struct {
		rule string
		o    Options
	}{
		"reading a text as a number":           {each(`{"+":[{"val":[[2],"zeros"]}]}`), Options{Lenient: true}},
		"reading a text as a float":            {each(`{"+":[{"val":[[2],"zeros"]}]}`), Options{Lenient: true, Numbers: Float64}},
		"reading a number as a float":          {each(`{"+":[{"val":[[2],"number"]}]}`), Options{Lenient: true, Numbers: Float64}},
		"reading a decimal as a float":         {each(`{"+":[{"val":[[2],"decimal"]}]}`), Options{Lenient: true, Numbers: Float64}},
		"blanks around a number":               {each(`{"+":[{"val":[[2],"blanks"]}]}`), Options{Lenient: true}},
		"comparing texts with ==":              {each(`{"==":[{"val":[[2],"a"]},{"val":[[2],"b"]}]}`), Options{Lenient: true}},
		"comparing texts with <":               {each(`{"<":[{"val":[[2],"a"]},{"val":[[2],"b"]}]}`), Options{Lenient: true}},
		"comparing texts with ===":             {each(`{"===":[{"val":[[2],"a"]},{"val":[[2],"b"]}]}`), Options{Lenient: true}},
		"a long path":                          {each(`{"var":"` + path + `"}`), Options{Lenient: true}},
		"a long path in the Togai dialect":     {`{"all":[{"var":"l"},{"==":[{"var":"` + path + `"},1]}]}`, Options{Lenient: true, Dialect: Togai}},
		"absent paths in the Togai dialect":    {`{"map":[{"var":"l"},{"missing":["` + path + `"]}]}`, Options{Lenient: true, Dialect: Togai}},
		"a list with long texts":               {`{"cat":{"var":"texts"}}`, Options{Lenient: true}},
		"a list with long texts of Togai":      {`{"cat":["",{"var":"texts"}]}`, Options{Lenient: true, Dialect: Togai}},
		"a duration with many digits of Togai": {`{"duration.as":[{"var":"days"},"DAYS"]}`, Options{Lenient: true, Dialect: Togai}},
		"a duration to add of Togai":           {`{"date.add":["2024-01-01T00:00:00Z",{"var":"days"}]}`, Options{Lenient: true, Dialect: Togai}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := compiled(t, tc.rule, tc.o).NewMachine()
			_, err := s.Eval(t.Context(), data)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, BudgetExceeded, e.Fault, "%v", err)
			require.LessOrEqual(t, cap(s.c.buf), 128<<10, "the session keeps no text of the data")
		})
	}
}

// TestALongKeyIsNotKeptForEachNodeBelowIt: pointers to 2,000 nodes under a key of 60 kB took 131 MB.
func TestALongKeyIsNotKeptForEachNodeBelowIt(t *testing.T) {
	key := strings.Repeat("k", 60_000)
	rule := `{"` + key + `":[` + strings.Repeat("1,", 1900) + `{"bogus":1}]}`
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Compile([]byte(rule), Options{Lenient: true})
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))

	own := Operator{Eager: func(context.Context, []any) (any, error) { return 1, nil }}
	_, err = Compile([]byte(rule), Options{Operators: map[string]Operator{key: own}})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "/"+key+"/1900", e.Pointer)
}
