package jsonlogicv3_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	v3 "github.com/diegoholiveira/jsonlogic/v3"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
	"github.com/admincenter/admincenter/settings/jsonlogic/jsonlogicv3"
)

func compile(t *testing.T, rule string) settings.Program {
	t.Helper()
	p, err := jsonlogicv3.NewEvaluator().Compile(t.Context(), json.RawMessage(rule))
	require.NoError(t, err)
	return p
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

func TestEvaluatorEvaluates(t *testing.T) {
	data := func(text string) any { return decoded(t, text) }
	for _, tc := range []struct {
		reason string
		rule   string
		event  any
		want   string // JSON
	}{
		{"a constant", `"abc"`, nil, `"abc"`},
		{"an array, element by element", `[1,{"var":"a"}]`, data(`{"a":2}`), `[1,2]`},
		{"a comparison", `{"<":[1,{"var":"a"},10]}`, data(`{"a":2}`), `true`},
		{"floats, as it says", `{"+":[0.1,0.2]}`, nil, `0.30000000000000004`},
		{"a large number without an exponent", `{"*":[1000000000000,1000000000000]}`, nil, `1000000000000000000000000`},
		{"a small one too", `{"/":[1,10000000]}`, nil, `0.0000001`},
		{"minus zero is zero", `{"*":[-1,0]}`, nil, `0`},
		{"the library's int is a number", `{"-":[]}`, nil, `0`},
		{"a field of the event that is not there", `{"var":["a.b",7]}`, data(`{"a":{}}`), `7`},
		{"an object of the event", `{"var":"a"}`, data(`{"a":{"b":[1.5,null,true,"x"],"c":{}}}`), `{"b":[1.5,null,true,"x"],"c":{}}`},
		{"the event with one key", `{"var":""}`, data(`{"a":1}`), `{"a":1}`},
		{"an operator that is spelt with a slash", `{"/":[{"var":"a"},4]}`, data(`{"a":2}`), `0.5`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := compile(t, tc.rule).Eval(t.Context(), tc.event)
			require.NoError(t, err)
			require.Equal(t, data(tc.want), got)
		})
	}
}

func TestEvaluatorTakesNumbersOfEveryType(t *testing.T) {
	p := compile(t, `{"*":[{"var":"n"},2]}`)
	for _, n := range []any{
		int(3), int8(3), int16(3), int32(3), int64(3), uint(3), uint8(3), uint16(3), uint32(3), uint64(3),
		float32(3), float64(3), json.Number("3.0"), decimal.RequireFromString("3.00"),
	} {
		got, err := p.Eval(t.Context(), map[string]any{"n": n})
		require.NoError(t, err, "%T", n)
		require.Equal(t, json.Number("6"), got, "%T", n)
	}
}

func TestEvaluatorDoesNotRunTheEvent(t *testing.T) {
	for _, tc := range []struct {
		reason string
		rule   string
		event  string
		want   string
	}{
		{"an object that is chosen", `{"if":[true,{"var":"x"}]}`, `{"x":{"cat":["pwn","ed"]}}`, `{"cat":["pwn","ed"]}`},
		{"an object that names another field", `{"if":[{"var":"ok"},{"var":"x"},null]}`, `{"ok":true,"x":{"var":"secret"},"secret":42}`, `{"var":"secret"}`},
		{"an object with one harmless key", `{"if":[false,1,{"var":"x"}]}`, `{"x":{"color":"red"}}`, `{"color":"red"}`},
		{"an object that is set on another", `{"set":[{"var":"o"},"k",{"var":"x"}]}`, `{"o":{"a":1},"x":{"var":"secret"},"secret":42}`, `{"a":1,"k":{"var":"secret"}}`},
		{"an object that an iterator compares", `{"filter":[{"var":"items"},{"==":[{"var":"x"},{"var":"y"}]}]}`, `{"x":{"var":"secret"},"items":[{"y":1,"secret":1}]}`, `[]`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := compile(t, tc.rule).Eval(t.Context(), decoded(t, tc.event))
			require.NoError(t, err)
			require.Equal(t, decoded(t, tc.want), got)
		})
	}
}

func TestEvaluatorRefusesToCompile(t *testing.T) {
	long := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }
	for _, tc := range []struct {
		reason string
		rule   string
		says   string
	}{
		{"an operator that does not exist", `{"vat":"a"}`, `operator "vat" at the top does not exist`},
		{"one deep inside, with its place", `{"and":[true,{"/":[1,{"plus":[1,2]}]}]}`, `operator "plus" at /and/1/~1/1 does not exist`},
		{"one in a branch that is hardly ever taken", `{"if":[true,1,{"bogus":1}]}`, `"bogus"`},
		{"an operator without a name", `{"":1}`, `operator ""`},
		{"an object of two keys", `{"if":[true,{"==":[1,1],"!=":[1,2]}]}`, `object at /if/1 has 2 keys`},
		{"an empty object", `{}`, `has 0 keys`},
		{"a key twice", `{"var":"a","var":"b"}`, "twice"},
		{"a number that float64 has not", `{"+":[1,1e400]}`, "1e400 at /+/1 is out of range"},
		{"no JSON", `{"var":`, "not JSON"},
		{"nothing", ``, "not JSON"},
		{"too deep", strings.Repeat(`{"!":`, settings.MaxDepth+1) + "1" + strings.Repeat("}", settings.MaxDepth+1), "deeper than 64"},
		{"too deep for any stack", strings.Repeat(`[`, 5_000_000), "at most 65536"},
		{"too many nodes", long(2000), "more than 2000"},
		{"too many bytes", `"` + strings.Repeat("x", settings.MaxJSON) + `"`, "at most 65536"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := jsonlogicv3.NewEvaluator().Compile(t.Context(), json.RawMessage(tc.rule))
			require.ErrorIs(t, err, jsonlogic.ErrRule)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.says)
		})
	}
	compile(t, long(1999))
	compile(t, strings.Repeat(`{"!":`, settings.MaxDepth)+"1"+strings.Repeat("}", settings.MaxDepth))
}

func TestEvaluatorContainsWhatGoesWrong(t *testing.T) {
	for _, rule := range []string{
		`{"+":[null,1]}`, `{"+":[true,1]}`, `{"+":[{"var":"nope"},1]}`, `{"max":[null,-1]}`, `{"-":1}`, `{"*":2}`, `{"cat":1}`,
		`{"and":true}`, `{"if":5}`, `{"substr":"abc"}`, `{"substr":["abc",1,-5]}`, `{"substr":[]}`, `{"in":["a",[["a"]]]}`, `{"in":[]}`,
		`{"in":[2,"123"]}`, `{"in":[{"var":"o"},[{"var":"o"}]]}`, `{"%":[5]}`, `{"all":[]}`, `{"missing_some":[]}`, `{"cat":["a",true]}`,
		`{"var":true}`, `{"var":[0]}`, `{"filter":[{"var":"s"},true]}`, `{"reduce":[[1],1,null]}`, `{"map":[{"var":"o"},1]}`,
		`{"/":[1,0]}`, `{"/":[0,0]}`, `{"%":[1,0]}`, `{"*":[1e308,10]}`, `[1,{"/":[1,0]}]`,
	} {
		t.Run(rule, func(t *testing.T) {
			var got any
			var err error
			p := compile(t, rule)
			require.NotPanics(t, func() {
				got, err = p.Eval(t.Context(), map[string]any{"o": map[string]any{"a": 1, "b": 2}, "s": "abc"})
			})
			require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Nil(t, got)
		})
	}
}

func TestEvaluatorRunsTheHostsOperators(t *testing.T) {
	// They are the whole process's and cannot be taken away, so their names are this test's own.
	v3.AddOperator("test.panics", func(any, any) any { panic("text") })
	v3.AddOperator("test.struct", func(any, any) any { return struct{}{} })
	v3.AddOperator("test.spoils", func(values, data any) any {
		values.([]any)[0] = "spoilt"
		data.(map[string]any)["a"] = "spoilt"
		return values
	})
	_, err := compile(t, `{"test.panics":[]}`).Eval(t.Context(), nil)
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
	require.ErrorContains(t, err, "panicked")
	_, err = compile(t, `{"test.struct":[]}`).Eval(t.Context(), nil)
	require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
	require.ErrorContains(t, err, "struct {}")

	p, event := compile(t, `{"test.spoils":[[],"b"]}`), map[string]any{"a": "as it was"}
	for range 2 {
		got, err := p.Eval(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, []any{"spoilt", "b"}, got)
		require.Equal(t, map[string]any{"a": "as it was"}, event)
	}
}

func TestEvaluatorRefusesEvents(t *testing.T) {
	deep := any(1)
	for range settings.MaxDepth + 1 {
		deep = []any{deep}
	}
	endless := map[string]any{}
	endless["again"] = endless
	for _, tc := range []struct {
		reason string
		event  any
		says   string
	}{
		{"a struct", struct{ A int }{1}, "is a struct { A int }"},
		{"a time within, with its place", map[string]any{"a/b": []any{1, map[string]any{"t": time.Time{}}}}, "event /a~1b/1/t is a time.Time"},
		{"a slice that JSON does not decode to", map[string]any{"a": []string{"x"}}, "/a is a []string"},
		{"a number that is none", map[string]any{"a": json.Number("1x")}, "/a is a number out of range"},
		{"a number that float64 has not", json.Number("1e400"), "out of range"},
		{"a decimal whose exponent would fill memory", decimal.New(1, math.MaxInt32), "out of range"},
		{"NaN", math.NaN(), "out of range"},
		{"infinity", []any{math.Inf(-1)}, "/0 is a number out of range"},
		{"too deep", deep, "nested deeper than 64"},
		{"endless", endless, "nested deeper than 64"},
		{"too many values", make([]any, 100_001), "too large"},
		{"too much text", strings.Repeat("x", 1<<20+1), "too large"},
		{"too many long keys", map[string]any{strings.Repeat("x", 1<<20+1): nil}, "too large"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := compile(t, `true`).Eval(t.Context(), tc.event)
			require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
			require.ErrorContains(t, err, tc.says)
			require.Less(t, len(err.Error()), 1000)
		})
	}
}

func TestEvaluatorResultsAreTheCallersOwn(t *testing.T) {
	p := compile(t, `[[1,2],{"var":"a"},{"merge":[{"var":"l"},["x"]]}]`)
	event := decoded(t, `{"a":{"b":[1]},"l":[{"c":1}]}`)
	want := decoded(t, `[[1,2],{"b":[1]},[{"c":1},"x"]]`)
	for range 2 {
		got, err := p.Eval(t.Context(), event)
		require.NoError(t, err)
		require.Equal(t, want, got)
		parts := got.([]any)
		parts[0].([]any)[0] = "spoilt"
		parts[1].(map[string]any)["b"].([]any)[0] = "spoilt"
		parts[2].([]any)[0].(map[string]any)["c"] = "spoilt"
	}
	require.Equal(t, decoded(t, `{"a":{"b":[1]},"l":[{"c":1}]}`), event)
}

func TestEvaluatorCopiesTheRule(t *testing.T) {
	raw := json.RawMessage(`{"cat":["a","b"]}`)
	p, err := jsonlogicv3.NewEvaluator().Compile(t.Context(), raw)
	require.NoError(t, err)
	copy(raw[9:], "x")
	got, err := p.Eval(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "ab", got)
}

func TestEvaluatorHonoursTheContext(t *testing.T) {
	p := compile(t, `true`)
	ctx, cancel := context.WithCancel(t.Context())
	v3.AddOperator("test.cancels", func(any, any) any { cancel(); return true })
	during := compile(t, `{"test.cancels":[]}`)
	_, err := during.Eval(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = p.Eval(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = jsonlogicv3.NewEvaluator().Compile(ctx, json.RawMessage(`true`))
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, admin.ErrInvalid)
}

func TestProgramsRunAtOnce(t *testing.T) {
	p := compile(t, `{"reduce":[{"map":[{"var":"l"},{"*":[{"var":""},2]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`)
	event := decoded(t, `{"l":[1,2,3]}`)
	var group sync.WaitGroup
	results := make(chan string, 80)
	for range 8 {
		group.Go(func() {
			for range 10 {
				got, err := p.Eval(t.Context(), event)
				results <- fmt.Sprintf("%v %v", got, err)
			}
		})
	}
	group.Wait()
	close(results)
	for r := range results {
		require.Equal(t, "12 <nil>", r)
	}
}

func FuzzEvaluator(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"if":[{"var":"a"},{"var":"b"},0]}`, `{"a":1,"b":{"var":"a"}}`},
		{`{"substr":["abc",1,-5]}`, `null`},
		{`{"reduce":[{"var":"l"},{"+":[{"var":"current"},{"var":"accumulator"}]},0]}`, `{"l":[1,"2",null]}`},
		{`{"some":[{"var":"l"},{"in":[{"var":""},["a",[1,2]]]}]}`, `{"l":["a",1.5,[]]}`},
		{`{"set":[{"var":""},"k",{"%":[5,0]}]}`, `{"a":{"b":{}}}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, rule, data string) {
		if strings.Contains(rule, "test.") || len(rule) > 120 || len(data) > 200 {
			return // operators of other tests; and the library has no limit on steps
		}
		p, err := jsonlogicv3.NewEvaluator().Compile(t.Context(), json.RawMessage(rule))
		if err != nil {
			require.ErrorIs(t, err, jsonlogic.ErrRule)
			return
		}
		document, err := settings.JSON(json.RawMessage(data))
		if err != nil {
			return
		}
		event := decoded(t, document.Text())
		got, err := p.Eval(t.Context(), event)
		if err != nil {
			require.ErrorIs(t, err, jsonlogic.ErrEvaluation)
		} else {
			raw, err := json.Marshal(got)
			require.NoError(t, err, "a result is JSON")
			require.NotContains(t, string(raw), "not a rule")
		}
		require.Equal(t, decoded(t, document.Text()), event, "the event stays as it was")
	})
}
