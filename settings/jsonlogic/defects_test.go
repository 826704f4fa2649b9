package jsonlogic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// defect is an answer of github.com/diegoholiveira/jsonlogic/v3 v3.9.1 that is not ours.
type defect struct {
	name, rule, data string
	want             string // JSON, or ! and the name of a fault
	float            bool   // only where the rule computes in float64
}

func defects() []defect {
	items := `{"items":[{"qty":5},{"qty":1},{}]}`
	return []defect{
		{name: "D1 data is not run as a rule", rule: `{"if":[true,{"var":"x"}]}`, data: `{"x":{"cat":["pwn","ed"]}}`, want: `{"cat":["pwn","ed"]}`},
		{name: "D2 data does not read other fields", rule: `{"if":[{"var":"ok"},{"var":"props"},null]}`, data: `{"ok":true,"props":{"var":"secret"},"secret":42}`, want: `{"var":"secret"}`},
		{name: "D4 an object with one key is an object", rule: `{"if":[{"var":"ok"},{"var":"props"},null]}`, data: `{"ok":true,"props":{"color":"red"}}`, want: `{"color":"red"}`},
		{name: "D5 nothing outside is spliced into an iteration", rule: `{"filter":[{"var":"items"},{"===":[{"var":"x"},{"var":"y"}]}]}`, data: `{"x":{"var":"secret"},"items":[{"y":1,"secret":1}]}`, want: `[]`},
		{name: "D5 what is outside is not there in an iteration", rule: `{"filter":[{"var":"items"},{"==":[{"var":"x"},{"var":"y"}]}]}`, data: `{"x":{"var":"secret"},"items":[{"y":1,"secret":1}]}`, want: `[]`},
		{name: "D10 filter looks at the element", rule: `{"filter":[{"var":"items"},{"==":[{"var":"status"},"open"]}]}`, data: `{"status":"open","items":[{"status":"closed"},{"status":"open"}]}`, want: `[{"status":"open"}]`},
		{name: "D11 some looks at the element", rule: `{"some":[{"var":"items"},{"==":[{"var":"qty"},5]}]}`, data: `{"qty":1,"items":[{"qty":5}]}`, want: `true`},
		{name: "D11 none looks at the element", rule: `{"none":[{"var":"items"},{"==":[{"var":"qty"},5]}]}`, data: `{"qty":1,"items":[{"qty":5}]}`, want: `false`},
		{name: "D12 a var with a default inside a filter", rule: `{"filter":[{"var":"items"},{">":[{"var":["qty",0]},1]}]}`, data: items, want: `[{"qty":5}]`},
		{name: "D13 a written list is evaluated", rule: `{"map":[[{"var":"a"},2],{"var":""}]}`, data: `{"a":9}`, want: `[9,2]`},
		{name: "D14 reduce takes nulls", rule: `{"reduce":[[1,null,2],{"+":[{"var":"accumulator"},1]},0]}`, want: `3`},
		{name: "D14 reduce keeps no type", rule: `{"reduce":[["a","b"],{"cat":[{"var":"accumulator"},{"var":"current"}]},0]}`, want: `"0ab"`},
		{name: "D14 reduce from a list", rule: `{"reduce":[[1,2],{"merge":[{"var":"accumulator"},{"var":"current"}]},[]]}`, want: `[1,2]`},
		{name: "D14 reduce from an object", rule: `{"reduce":[[1],{"val":["accumulator","a"]},{"preserve":{"a":7}}]}`, want: `7`},
		{name: "D14 reduce from null", rule: `{"reduce":[[1],[{"var":"accumulator"},{"var":"current"}],null]}`, want: `[null,1]`},
		{name: "D14 reduce of what is missing", rule: `{"reduce":[{"var":"no"},{"var":"current"},42]}`, want: `42`},
		{name: "D14 reduce without an initial value", rule: `{"reduce":[[1,2,3],{"+":[{"var":"accumulator"},{"var":"current"}]}]}`, want: `6`},
		{name: "D14 reduce has no third variable", rule: `{"reduce":[[1],{"var":"valueType"},0]}`, want: `null`},
		{name: "D15 text is no number", rule: `{"+":["abc",1]}`, want: `!NaN`},
		{name: "D15 blanks around a number", rule: `{"+":[" 12 ",1]}`, want: `13`},
		{name: "D15 max of text", rule: `{"max":["a",1]}`, want: `!NaN`},
		{name: "D15 division by text", rule: `{"/":[1,"a"]}`, want: `!NaN`},
		{name: "D16 inf", rule: `{"+":["inf",1]}`, want: `!NaN`},
		{name: "D16 Infinity", rule: `{"+":["Infinity",1]}`, want: `!NaN`},
		{name: "D16 underscores", rule: `{"+":["1_000",1]}`, want: `!NaN`},
		{name: "D17 null in arithmetic", rule: `{"+":[null,1]}`, want: `1`},
		{name: "D17 true in arithmetic", rule: `{"+":[true,1]}`, want: `2`},
		{name: "D17 a missing field in arithmetic", rule: `{"+":[{"var":"nope"},1]}`, want: `1`},
		{name: "D17 max of null", rule: `{"max":[null,-1]}`, want: `0`},
		{name: "D18 unary minus", rule: `{"-":1}`, want: `-1`},
		{name: "D18 unary times", rule: `{"*":2}`, want: `2`},
		{name: "D18 unary division", rule: `{"/":2}`, want: `0.5`},
		{name: "D18 min of one", rule: `{"min":5}`, want: `5`},
		{name: "D18 cat of one", rule: `{"cat":1}`, want: `"1"`},
		{name: "D18 and without a list", rule: `{"and":true}`, want: `!Invalid Arguments`},
		{name: "D18 if without a list", rule: `{"if":5}`, want: `!Invalid Arguments`},
		{name: "D18 substr of one", rule: `{"substr":"abc"}`, want: `"abc"`},
		{name: "D19 minus of nothing", rule: `{"-":[]}`, want: `!Invalid Arguments`},
		{name: "D19 division of nothing", rule: `{"/":[]}`, want: `!Invalid Arguments`},
		{name: "D20 division by zero", rule: `{"/":[1,0]}`, want: `!NaN`},
		{name: "D20 remainder by zero", rule: `{"%":[1,0]}`, want: `!NaN`},
		{name: "D20 overflow", rule: `{"*":[1e300,1e300]}`, want: `!NaN`, float: true},
		{name: "D21 null is at least 0", rule: `{">=":[null,0]}`, want: `true`},
		{name: "D21 null equals 0", rule: `{"==":[null,0]}`, want: `true`},
		{name: "D22 a third argument of ==", rule: `{"==":[1,1,2]}`, want: `false`},
		{name: "D22 a fourth argument of <", rule: `{"<":[1,2,3,0]}`, want: `false`},
		{name: "D23 lists are equal", rule: `{"===":[{"var":"a"},{"var":"a"}]}`, data: `{"a":[1]}`, want: `true`},
		{name: "D23 objects are equal", rule: `{"===":[{"var":"a"},{"var":"b"}]}`, data: `{"a":{"x":[1]},"b":{"x":[1.0]}}`, want: `true`},
		{name: "D24 a large number as text", rule: `{"cat":[1e21]}`, want: `"1e+21"`, float: true},
		{name: "D24 minus zero as text", rule: `{"cat":[-0.0]}`, want: `"0"`},
		{name: "D25 cat keeps blanks at the end", rule: `{"cat":["a ",""]}`, want: `"a "`},
		{name: "D25 cat keeps blanks", rule: `{"cat":[" a","b "]}`, want: `" ab "`},
		{name: "D25 cat of a bool", rule: `{"cat":[true,"x"]}`, want: `"truex"`},
		{name: "D25 cat of a list", rule: `{"cat":[{"var":"l"},"x"]}`, data: `{"l":[1,"a",null]}`, want: `"1,a,x"`},
		{name: "D26 0 in texts", rule: `{"in":[0,["x"]]}`, want: `false`},
		{name: "D26 1 in texts", rule: `{"in":[1,["1"]]}`, want: `false`},
		{name: "D26 a number in a text", rule: `{"in":[2,"123"]}`, want: `true`},
		{name: "D26 null in a text", rule: `{"in":[null,"null"]}`, want: `false`},
		{name: "D26 lists in a list", rule: `{"in":["a",[["a"]]]}`, want: `false`},
		{name: "D26 objects in a list", rule: `{"in":[{"var":"o"},[{"var":"o"}]]}`, data: `{"o":{"a":1}}`, want: `true`},
		{name: "D26 nothing", rule: `{"in":[]}`, want: `false`},
		{name: "D27 a length beyond the start", rule: `{"substr":["abc",1,-5]}`, want: `""`},
		{name: "D27 a start beyond the end", rule: `{"substr":["abc",10]}`, want: `""`},
		{name: "D27 a start before the text", rule: `{"substr":["test",-10,1]}`, want: `"t"`},
		{name: "D28 the empty object counts as true", rule: `{"!!":[{}]}`, want: `true`},
		{name: "D28 and of nothing", rule: `{"and":[]}`, want: `false`},
		{name: "D28 or of nothing", rule: `{"or":[]}`, want: `false`},
		{name: "D29 filter of a text", rule: `{"filter":[{"var":"s"},true]}`, data: `{"s":"abc"}`, want: `[]`},
		{name: "D29 all with a constant", rule: `{"all":[[1,2],true]}`, want: `true`},
		{name: "D29 map over an object", rule: `{"map":[{"var":"o"},1]}`, data: `{"o":{"a":1}}`, want: `[]`},
		{name: "D30 var null is the data", rule: `{"var":null}`, data: `{"a":1}`, want: `{"a":1}`},
		{name: "D30 an index with a default", rule: `{"var":[5,"def"]}`, data: `[1]`, want: `"def"`},
		{name: "D30 an index", rule: `{"var":[0]}`, data: `[7]`, want: `7`},
		{name: "D30 var true", rule: `{"var":true}`, data: `{"true":1}`, want: `1`},
		{name: "D31 a name is no index", rule: `{"var":"a.length"}`, data: `{"a":[1,2]}`, want: `null`},
		{name: "D31 an exponent is no index", rule: `{"var":"a.1e0"}`, data: `{"a":[1,2]}`, want: `null`},
		{name: "D31 an empty segment is a key", rule: `{"var":"a..b"}`, data: `{"a":{"b":1,"":{"b":2}}}`, want: `2`},
		{name: "D31 an empty last segment is a key", rule: `{"var":"a."}`, data: `{"a":{"b":1}}`, want: `null`},
		{name: "D32 keys with dots can be read", rule: `{"val":["a.b","c"]}`, data: `{"a.b":{"c":1}}`, want: `1`},
		{name: "D32 an empty text is missing", rule: `{"missing":["a"]}`, data: `{"a":""}`, want: `["a"]`},
		{name: "D32 a list of paths", rule: `{"missing":[["a","b"]]}`, want: `["a","b"]`},
		{name: "D33 a number keeps its digits and compares", rule: `{"==":[{"var":"a"},1.5]}`, data: `{"a":1.5}`, want: `true`},
		{name: "D36 no HTML escapes", rule: `{"cat":["<b>"]}`, want: `"<b>"`},
	}
}

// TestEveryDefectHasATest: what is not in the table has a test of its own, by its number.
func TestEveryDefectHasATest(t *testing.T) {
	has := map[string]bool{}
	for _, own := range []int{3, 6, 7, 8, 9, 34, 35, 37} {
		has[fmt.Sprintf("D%d", own)] = true
	}
	for _, d := range defects() {
		number, _, _ := strings.Cut(d.name, " ")
		has[number] = true
	}
	for n := 1; n <= 37; n++ {
		require.True(t, has[fmt.Sprintf("D%d", n)], "D%d", n)
	}
	require.Len(t, has, 37)
}

func TestDefectsOfV3AreNotOurs(t *testing.T) {
	for _, d := range defects() {
		t.Run(d.name, func(t *testing.T) {
			for _, n := range []Numbers{Decimal, Float64} {
				if !d.float || n == Float64 {
					requireAnswer(t, d.rule, d.data, d.want, Options{Lenient: true, Numbers: n})
				}
			}
		})
	}
}

// requireAnswer evaluates a rule on JSON data. want is JSON, or ! and the name of a fault.
func requireAnswer(t *testing.T, rule, data, want string, o Options) {
	t.Helper()
	r := compiled(t, rule, o)
	got, err := r.Eval(t.Context(), decodeFor(t, []byte(data), o.Numbers))
	if kind, ok := strings.CutPrefix(want, "!"); ok {
		var e *Error
		require.ErrorAs(t, err, &e, "%s: the result is %v", rule, got)
		require.Equal(t, kind, e.Fault.name(), "%v", err)
		return
	}
	require.NoError(t, err, rule)
	require.Equal(t, canonical(decode(t, []byte(want))), canonical(got), rule)
}

// nestedMaps are seven maps in each other, over ten elements each.
func nestedMaps() string {
	nested := `1`
	for range 7 {
		nested = `{"map":[[0,1,2,3,4,5,6,7,8,9],` + nested + `]}`
	}
	return nested
}

func TestD3DataCostsNothingToPassOn(t *testing.T) {
	nested := nestedMaps()
	requireAnswer(t, `{"if":[true,{"var":"props"}]}`, `{"props":`+nested+`}`, nested, Options{Lenient: true, Budget: Budget{Steps: 500}})
}

func TestD9RunAwayRulesStop(t *testing.T) {
	nested := nestedMaps()
	doubling := `{"reduce":[[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],{"cat":[{"var":"accumulator"},{"var":"accumulator"}]},"x"]}`
	for _, n := range []Numbers{Decimal, Float64} {
		requireAnswer(t, nested, ``, `!Budget Exceeded`, Options{Lenient: true, Numbers: n})
		requireAnswer(t, doubling, ``, `!Budget Exceeded`, Options{Lenient: true, Numbers: n})
	}
	deep := strings.Repeat(`{"!":`, 1<<20) + "1" + strings.Repeat(`}`, 1<<20)
	_, err := Compile([]byte(deep), Options{Lenient: true})
	require.Error(t, err)
	var data any = 1
	for range 1 << 20 {
		data = map[string]any{"a": data}
	}
	for _, rule := range []string{`{"var":""}`, `{"===":[{"var":""},{"var":""}]}`, `{"throw":{"var":""}}`, `{"cat":[[{"var":""}]]}`, `{"merge":[{"var":""},[{"var":""}]]}`} {
		_, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), data)
		require.Error(t, err, rule)
	}
}

func TestD6OperatorsBelongToTheirRule(t *testing.T) {
	always := Operator{Eager: func(context.Context, []any) (any, error) { return "mine", nil }}
	mine := compiled(t, `{"==":[1,2]}`, Options{Lenient: true, Operators: map[string]Operator{"==": always}})
	v, err := mine.Eval(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "mine", v)
	requireAnswer(t, `{"==":[1,2]}`, ``, `false`, Options{Lenient: true})
}

func TestD7APanicDoesNotEscape(t *testing.T) {
	for name, o := range map[string]Operator{
		"eager": {Eager: func(context.Context, []any) (any, error) { panic("text") }},
		"lazy":  {Lazy: func(context.Context, Arguments) (any, error) { panic("text") }},
	} {
		r := compiled(t, `{"try":[{"map":[[1],{"x":[1]}]},2]}`, Options{Lenient: true, Operators: map[string]Operator{"x": o}})
		s := r.NewMachine()
		for range 2 {
			_, err := s.Eval(t.Context(), nil)
			var e *Error
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, OperatorPanicked, e.Fault)
			require.Equal(t, "/try/0/map/1", e.Pointer)
			var p *PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "text", p.Value)
			require.Contains(t, string(p.Stack), "TestD7")
			require.NotContains(t, err.Error(), "text")
		}
	}
}

func TestD8ResultsShareNothing(t *testing.T) {
	for _, rule := range []string{`[{"preserve":{"a":1,"b":[2]}},{"var":"x"}]`, `{"map":[{"var":"l"},{"var":""}]}`, `{"filter":[{"var":"l"},true]}`, `{"merge":[{"var":"l"},[[{"var":"x"}]]]}`, `[[1,{"preserve":{"a":1}}]]`} {
		r := compiled(t, rule, Options{Lenient: true})
		data := decode(t, []byte(`{"x":{"y":[1]},"l":[{"z":{}}]}`))
		first, err := r.Eval(t.Context(), data)
		require.NoError(t, err)
		before, _ := json.Marshal(first)
		scribble(first)
		second, err := r.Eval(t.Context(), data)
		require.NoError(t, err)
		after, _ := json.Marshal(second)
		require.Equal(t, string(before), string(after))
		require.Equal(t, decode(t, []byte(`{"x":{"y":[1]},"l":[{"z":{}}]}`)), data)
	}
}

// TestD8OperatorsShareNothing: operators may keep their arguments and change them, and
// give the same value each time.
func TestD8OperatorsShareNothing(t *testing.T) {
	kept := decode(t, []byte(`{"a":[1,{"b":2}]}`))
	ops := map[string]Operator{
		"spoil": {Eager: func(_ context.Context, args []any) (any, error) { scribble(args); return len(args), nil }},
		"late": {Lazy: func(_ context.Context, args Arguments) (any, error) {
			v, err := args.Eval(0)
			scribble(v)
			return 1, err
		}},
		"same": {Eager: func(context.Context, []any) (any, error) { return kept, nil }},
	}
	data := decode(t, []byte(`{"x":{"y":[1]}}`))
	for _, rule := range []string{
		`[{"spoil":[{"var":"x"},{"preserve":{"a":[1]}}]},{"late":{"var":"x"}},{"late":{"preserve":[[1]]}},{"var":"x"},{"preserve":{"a":[1]}}]`,
		`{"same":[]}`, `[{"same":[]}]`, `{"merge":[{"same":[]}]}`, `{"val":[{"same":[]}]}`, `{"throw":{"same":[]}}`, `{"try":[{"throw":{"same":[]}},{"var":""}]}`, `{"throw":{"var":"x"}}`,
	} {
		r := compiled(t, rule, Options{Lenient: true, Operators: ops})
		var before string
		for i := range 3 {
			v, err := r.Eval(t.Context(), data)
			var e *Error
			if errors.As(err, &e) {
				v = e.Value
			}
			out, err := json.Marshal(v)
			require.NoError(t, err)
			if i > 0 {
				require.Equal(t, before, string(out), rule)
			}
			before = string(out)
			scribble(v)
			require.Equal(t, decode(t, []byte(`{"a":[1,{"b":2}]}`)), kept, rule)
			require.Equal(t, decode(t, []byte(`{"x":{"y":[1]}}`)), data, rule)
		}
	}
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
		x["more"] = 1
	}
}

func TestD24DigitsSurvive(t *testing.T) {
	requireAnswer(t, `{"+":[9007199254740993,0]}`, ``, `9007199254740993`, Options{Lenient: true})
	requireAnswer(t, `{"+":[{"var":"n"},0]}`, `{"n":9007199254740993}`, `9007199254740993`, Options{Lenient: true})
	requireAnswer(t, `{"==":[{"+":[0.1,0.2]},0.3]}`, ``, `true`, Options{Lenient: true})
	v, err := compiled(t, `{"+":[{"var":"a"},{"var":"b"}]}`, Options{Lenient: true}).Eval(t.Context(), map[string]any{"a": 0.1, "b": 0.2})
	require.NoError(t, err)
	require.Equal(t, json.Number("0.3"), v)
}

func TestD34ErrorsSayWhatAndWhere(t *testing.T) {
	_, err := compiled(t, `{"if":[true,{"+":[1,{"*":[2,{"var":"s"}]}]}]}`, Options{Lenient: true}).Eval(t.Context(), map[string]any{"s": "secret"})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, NotANumber, e.Fault)
	require.Equal(t, "*", e.Operator)
	require.Equal(t, "/if/1/+/1/*/1", e.Pointer)
	require.NotContains(t, err.Error(), "secret")
}

func TestD35StrictCompilationFindsWhatCannotWork(t *testing.T) {
	for rule, pointer := range map[string]string{
		`{"%":[]}`: "", `{"in":5}`: "", `{"a":1,"b":{"bogus":1}}`: "", `{"if":[1,{"bogus":1}]}`: "/if/1", `{"+":[1,{"~/":1}]}`: "/+/1",
		`{"reduce":[1]}`: "", `{"<":[1]}`: "", `{"and":true}`: "",
	} {
		_, err := Compile([]byte(rule), Options{})
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, pointer, e.Pointer, rule)
		_, err = Compile([]byte(rule), Options{Lenient: true})
		require.NoError(t, err, rule)
	}
	for _, rule := range []string{`{"!":null}`, `null`, `{"missing":{"merge":["a"]}}`, `{"%":{"var":"two"}}`} {
		_, err := Compile([]byte(rule), Options{})
		require.NoError(t, err, rule)
	}
	_, err := Compile([]byte(`{"==":[1,1]} trailing`), Options{Lenient: true})
	var e *Error
	require.True(t, errors.As(err, &e) && e.Fault == InvalidSyntax)
}

func TestD37NothingIsLookedUpWhenARuleRuns(t *testing.T) {
	own := map[string]Operator{"x": {Eager: func(context.Context, []any) (any, error) { return true, nil }}}
	r := compiled(t, `{"and":[{"==":[{"var":"a.b"},1]},{"x":[]}]}`, Options{Lenient: true, Operators: own})
	clear(own)
	v, err := r.Eval(t.Context(), map[string]any{"a": map[string]any{"b": 1}})
	require.NoError(t, err)
	require.Equal(t, true, v)
	v, _, err = r.Trace(t.Context(), map[string]any{"a": map[string]any{"b": 1}})
	require.NoError(t, err)
	require.Equal(t, true, v)

	s := compiled(t, `{"==":[{"var":"a.b"},1]}`, Options{Lenient: true}).NewMachine()
	data := map[string]any{"a": map[string]any{"b": 1.0}}
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = s.Eval(t.Context(), data) }))
}

func TestD20NothingInfiniteComesOut(t *testing.T) {
	r := compiled(t, `{"var":"x"}`, Options{Lenient: true, Numbers: Float64})
	for _, x := range []float64{math.Inf(1), math.NaN()} {
		_, err := r.Eval(t.Context(), map[string]any{"x": x})
		require.Error(t, err)
	}
}
