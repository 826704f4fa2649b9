package jsonlogic

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// operatorCase is a rule with its answer; one that begins with ! is a fault.
type operatorCase struct{ reason, rule, want string }

// requireOperator runs cases with decimals and floats, in both builds.
func requireOperator(t *testing.T, data string, cases []operatorCase) {
	t.Helper()
	for _, tc := range cases {
		for kind, o := range map[string]Options{"decimal": {Lenient: true}, "float": {Lenient: true, Numbers: Float64}} {
			t.Run(tc.reason+", "+kind, func(t *testing.T) {
				requireBuildsAgree(t, []byte(tc.rule), o, decodeFor(t, []byte(data), o.Numbers))
				requireAnswer(t, tc.rule, data, tc.want, o)
			})
		}
	}
}

func TestRounding(t *testing.T) {
	requireOperator(t, `{"price":2.675,"text":" 7.5 ","list":[3.8,-4.2]}`, []operatorCase{
		{"to a whole number, half up", `{"round":2.5}`, `3`},
		{"away from zero", `{"round":-2.5}`, `-3`},
		{"to places", `{"round":[{"var":"price"},2]}`, `2.68`},
		{"no digits more than there are", `{"round":[1.5,4]}`, `1.5`},
		{"to hundreds", `{"round":[1250,-2]}`, `1300`},
		{"half to even", `{"round":[2.5,0,"HALF_EVEN"]}`, `2`},
		{"half to even, up", `{"round":[3.5,0,"HALF_EVEN"]}`, `4`},
		{"above half, to even", `{"round":[2.51,0,"HALF_EVEN"]}`, `3`},
		{"half down", `{"round":[2.5,0,"HALF_DOWN"]}`, `2`},
		{"up", `{"round":[2.01,0,"UP"]}`, `3`},
		{"up, negative", `{"round":[-2.01,0,"UP"]}`, `-3`},
		{"down", `{"round":[-2.99,0,"DOWN"]}`, `-2`},
		{"ceiling", `{"round":[-2.99,1,"CEILING"]}`, `-2.9`},
		{"floor", `{"round":[-2.91,1,"FLOOR"]}`, `-3`},
		{"of a text that is a number", `{"round":{"var":"text"}}`, `8`},
		{"no mode of that name", `{"round":[2.5,0,"up"]}`, `!Invalid Arguments`},
		{"too many places", `{"round":[2.5,101]}`, `!Invalid Arguments`},
		{"null is no number", `{"round":[{"var":"nothing"},2]}`, `!Invalid Arguments`},
		{"nor is a word", `{"round":"x"}`, `!Invalid Arguments`},
		{"nothing", `{"round":[]}`, `!Invalid Arguments`},
		{"floor of a negative one", `{"floor":-5.3}`, `-6`},
		{"ceil of a negative one", `{"ceil":-5.7}`, `-5`},
		{"ceil of a little", `{"ceil":0.0001}`, `1`},
		{"floor of several", `{"floor":[3.8,-4.2]}`, `[3,-5]`},
		{"floor of a list in the data", `{"floor":{"var":"list"}}`, `[3,-5]`},
		{"abs", `{"abs":-3.14}`, `3.14`},
		{"abs of several", `{"abs":[3,-4,0]}`, `[3,4,0]`},
		{"abs of a word among them", `{"abs":[3,"hello"]}`, `!Invalid Arguments`},
		{"abs of nothing", `{"abs":[]}`, `!Invalid Arguments`},
		{"a quotient", `{"round":[{"/":[2,3]},2]}`, `0.67`},
		{"a quotient, down", `{"floor":{"/":[10,3]}}`, `3`},
		{"a negative quotient", `{"ceil":{"/":[-10,3]}}`, `-3`},
	})
	requireAnswer(t, `{"round":[{"/":[1,3]},30]}`, ``, `0.333333333333333333333333333333`, Options{})
	requireAnswer(t, `{"round":[123456789012345678901234567890.5,0]}`, ``, `123456789012345678901234567891`, Options{})
}

func TestRoundingIsThatOfRationals(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	for range 3000 {
		n, d, places := random.Int64N(2_000_001)-1_000_000, 1+random.Int64N(2000), random.IntN(9)-3
		name := []string{"HALF_UP", "HALF_DOWN", "HALF_EVEN", "UP", "DOWN", "CEILING", "FLOOR"}[random.IntN(7)]
		got, err := compiled(t, fmt.Sprintf(`{"round":[{"/":[%d,%d]},%d,%q]}`, n, d, places, name), Options{}).EvalNumber(t.Context(), nil)
		require.NoError(t, err)
		unit := new(big.Rat).SetFrac(big.NewInt(1), big.NewInt(1))
		if places >= 0 {
			unit.SetFrac(big.NewInt(1), tenTo(places))
		} else {
			unit.SetInt(tenTo(-places))
		}
		exact := big.NewRat(n, d)
		off := new(big.Rat).Sub(got.Rat(), exact)
		off.Quo(off, unit)
		sign, size := off.Sign()*exact.Sign(), new(big.Rat).Abs(off)
		half := size.Cmp(big.NewRat(1, 2))
		whole := new(big.Rat).Quo(got.Rat(), unit)
		require.True(t, whole.IsInt(), "%v is a multiple of the unit", got)
		require.Negative(t, size.Cmp(big.NewRat(1, 1)), "%d/%d to %d %s is not %v", n, d, places, name, got)
		switch name {
		case "UP":
			require.GreaterOrEqual(t, sign, 0)
		case "DOWN":
			require.LessOrEqual(t, sign, 0)
		case "CEILING":
			require.GreaterOrEqual(t, off.Sign(), 0)
		case "FLOOR":
			require.LessOrEqual(t, off.Sign(), 0)
		default:
			require.LessOrEqual(t, half, 0)
			if half == 0 {
				switch name {
				case "HALF_UP":
					require.Equal(t, 1, sign)
				case "HALF_DOWN":
					require.Equal(t, -1, sign)
				default:
					require.Zero(t, whole.Num().Bit(0), "even")
				}
			}
		}
	}
}

func TestTextsOfARule(t *testing.T) {
	requireOperator(t, `{"t":"Hello World","e":"","list":["a"],"o":{"a":1},"n":1.50}`, []operatorCase{
		{"upper", `{"upper":{"var":"t"}}`, `"HELLO WORLD"`},
		{"upper, one letter for each", `{"upper":"straße é"}`, `"STRAßE É"`},
		{"upper of what gets longer in bytes", `{"upper":"ɐ"}`, `"Ɐ"`},
		{"lower", `{"lower":[{"var":"t"}]}`, `"hello world"`},
		{"trim", `{"trim":"\t\n x \u00a0"}`, `"x"`},
		{"of null", `{"upper":{"var":"nothing"}}`, `""`},
		{"of a number", `{"upper":1.50}`, `"1.5"`},
		{"of an object", `{"lower":{"var":"o"}}`, `!Invalid Arguments`},
		{"of nothing", `{"trim":[]}`, `!Invalid Arguments`},
		{"of two", `{"trim":["a","b"]}`, `!Invalid Arguments`},
		{"begins", `{"starts_with":[{"var":"t"},"Hello"]}`, `true`},
		{"begins in other capitals", `{"starts_with":[{"var":"t"},"hello"]}`, `false`},
		{"begins with nothing", `{"starts_with":[{"var":"t"},""]}`, `true`},
		{"ends", `{"ends_with":[{"lower":{"var":"t"}},"world"]}`, `true`},
		{"null begins with nothing", `{"starts_with":[{"var":"nothing"},""]}`, `false`},
		{"a list has no beginning", `{"starts_with":[{"var":"o"},"a"]}`, `!Invalid Arguments`},
		{"one text", `{"starts_with":[{"var":"t"}]}`, `!Invalid Arguments`},
		{"split", `{"split":["a,b,,c",","]}`, `["a","b","","c"]`},
		{"split by what is not there", `{"split":["a,b",";"]}`, `["a,b"]`},
		{"split of an empty text", `{"split":[{"var":"e"},","]}`, `[""]`},
		{"split into code points", `{"split":["aé👋",""]}`, `["a","é","👋"]`},
		{"length in code points", `{"length":"👋🌍"}`, `2`},
		{"length of a list", `{"length":{"var":"list"}}`, `1`},
		{"length of a written list", `{"length":[[1,2,3]]}`, `3`},
		{"length of an object", `{"length":{"var":"o"}}`, `1`},
		{"length of null", `{"length":{"var":"nothing"}}`, `!Invalid Arguments`},
		{"length of a number", `{"length":5}`, `!Invalid Arguments`},
		{"type of a number", `{"type":{"var":"n"}}`, `"number"`},
		{"type of a list", `{"type":[[1]]}`, `"array"`},
		{"type of an object", `{"type":{"var":"o"}}`, `"object"`},
		{"type of null", `{"type":null}`, `"null"`},
		{"type of nothing", `{"type":[]}`, `"null"`},
		{"type of a date", `{"type":{"date":"2024-01-31"}}`, `"datetime"`},
	})
}

func TestSlices(t *testing.T) {
	requireOperator(t, `{"a":[1,2,3,4,5],"s":"héllo"}`, []operatorCase{
		{"from and to", `{"slice":[{"var":"a"},1,3]}`, `[2,3]`},
		{"from the end", `{"slice":[{"var":"a"},-3]}`, `[3,4,5]`},
		{"up to the end", `{"slice":[{"var":"a"},1,-1]}`, `[2,3,4]`},
		{"all", `{"slice":[{"var":"a"}]}`, `[1,2,3,4,5]`},
		{"beyond", `{"slice":[{"var":"a"},-10,20]}`, `[1,2,3,4,5]`},
		{"nothing", `{"slice":[{"var":"a"},4,2]}`, `[]`},
		{"by steps", `{"slice":[{"var":"a"},0,5,2]}`, `[1,3,5]`},
		{"backwards", `{"slice":[{"var":"a"},null,null,-1]}`, `[5,4,3,2,1]`},
		{"backwards from", `{"slice":[{"var":"a"},3,0,-2]}`, `[4,2]`},
		{"of a text", `{"slice":[{"var":"s"},1,3]}`, `"él"`},
		{"of a text backwards", `{"slice":[{"var":"s"},null,null,-1]}`, `"olléh"`},
		{"of null", `{"slice":[{"var":"nothing"},0,5]}`, `null`},
		{"of a number", `{"slice":[5,0]}`, `!Invalid Arguments`},
		{"by no steps", `{"slice":[{"var":"a"},0,5,0]}`, `!Invalid Arguments`},
		{"with huge numbers", `{"slice":[{"var":"a"},-1e30,1e30,1e30]}`, `[1]`},
	})
	list := []any{json.Number("0"), json.Number("1"), json.Number("2"), json.Number("3")}
	for from := -6; from <= 6; from++ {
		for to := -6; to <= 6; to++ {
			for _, step := range []int{-3, -2, -1, 1, 2, 3} {
				want := python(list, from, to, step)
				got, err := compiled(t, fmt.Sprintf(`{"slice":[{"var":"l"},%d,%d,%d]}`, from, to, step), Options{}).Eval(t.Context(), map[string]any{"l": list})
				require.NoError(t, err)
				require.Equal(t, want, got, "[%d:%d:%d]", from, to, step)
			}
		}
	}
}

// python is l[from:to:step], by walking.
func python(l []any, from, to, step int) []any {
	at := func(i int) int {
		if i < 0 {
			i += len(l)
		}
		return i
	}
	from, to = at(from), at(to)
	out := []any{}
	if step > 0 {
		for i := max(from, 0); i < to && i < len(l); i += step {
			out = append(out, l[i])
		}
		return out
	}
	for i := min(from, len(l)-1); i > to && i >= 0; i += step {
		out = append(out, l[i])
	}
	return out
}

func TestSorting(t *testing.T) {
	data := `{"n":[3,1.5,"2",null,true,"10",1],"p":[{"n":"b","v":2},{"n":"a"},{"n":"c","v":1},{"n":"d","v":null}],"words":["banana","Apple","cherry"]}`
	requireOperator(t, data, []operatorCase{
		{"numbers", `{"sort":[[3,1,2.5]]}`, `[1,2.5,3]`},
		{"types in order", `{"sort":{"var":"n"}}`, `[null,true,1,1.5,3,"10","2"]`},
		{"descending", `{"sort":[[3,1,2],false]}`, `[3,2,1]`},
		{"descending by name", `{"sort":[[3,1,2],"desc"]}`, `[3,2,1]`},
		{"ascending by any other value", `{"sort":[[3,1,2],"asc"]}`, `[1,2,3]`},
		{"by a field, null first, in their order", `{"sort":[{"var":"p"},true,{"var":"v"}]}`, `[{"n":"a"},{"n":"d","v":null},{"n":"c","v":1},{"n":"b","v":2}]`},
		{"by a computed value", `{"sort":[[1,-5,3],true,{"abs":{"var":""}}]}`, `[1,3,-5]`},
		{"texts by code point", `{"sort":[{"var":"words"}]}`, `["Apple","banana","cherry"]`},
		{"dates", `{"map":[{"sort":[{"map":[["2024-02-01","2024-01-01"],{"date":{"var":""}}]}]},{"cat":{"var":""}}]}`, `["2024-01-01T00:00:00Z","2024-02-01T00:00:00Z"]`},
		{"of null", `{"sort":[{"var":"nothing"}]}`, `null`},
		{"of null alone", `{"sort":null}`, `!Invalid Arguments`},
		{"of a number", `{"sort":123}`, `!Invalid Arguments`},
		{"a list is not changed", `[{"sort":[{"var":"words"},false]},{"var":"words"}]`, `[["cherry","banana","Apple"],["banana","Apple","cherry"]]`},
	})
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var list []any
		for range random.IntN(40) {
			list = append(list, json.Number(fmt.Sprintf("%d.%d", random.IntN(20)-10, random.IntN(10))))
		}
		got, err := compiled(t, `{"sort":{"var":"l"}}`, Options{}).Eval(t.Context(), map[string]any{"l": append([]any{}, list...)})
		require.NoError(t, err)
		sorted := got.([]any)
		require.ElementsMatch(t, canonical(append([]any{}, list...)), canonical(sorted))
		require.True(t, slices.IsSortedFunc(sorted, func(a, b any) int {
			x, _ := new(big.Rat).SetString(string(a.(json.Number)))
			y, _ := new(big.Rat).SetString(string(b.(json.Number)))
			return x.Cmp(y)
		}))
	}
}

func TestSwitch(t *testing.T) {
	requireOperator(t, `{"x":"a","n":1,"z":0,"f":false}`, []operatorCase{
		{"the case that equals", `{"switch":[{"var":"x"},[["b",1],["a",2]],3]}`, `2`},
		{"the first of two", `{"switch":[{"var":"x"},[["a",1],["a",2]],3]}`, `1`},
		{"the rest", `{"switch":[{"var":"n"},[["a",1]],{"cat":["n=",{"var":"n"}]}]}`, `"n=1"`},
		{"null without a rest", `{"switch":[{"var":"n"},[["a",1]]]}`, `null`},
		{"no cases", `{"switch":[{"var":"n"},[],7]}`, `7`},
		{"as === does", `{"switch":[{"var":"z"},[[false,"f"],["","e"],[null,"n"],[0,"z"]]]}`, `"z"`},
		{"null", `{"switch":[{"var":"nothing"},[["","e"],[null,"n"]]]}`, `"n"`},
		{"numbers by value", `{"switch":[1,[[1.0,"one"]]]}`, `"one"`},
		{"a computed case", `{"switch":[3,[[{"+":[1,2]},"three"]]]}`, `"three"`},
		{"nothing else is evaluated", `{"switch":[{"var":"x"},[["c",{"throw":"c"}],["a",1],[{"throw":"d"},2]],{"throw":"e"}]}`, `1`},
		{"its other name", `{"match":[{"var":"x"},[["a",{"match":[1,[[1,"in"]]]}]]]}`, `"in"`},
		{"an error in the value", `{"switch":[{"throw":"v"},[["a",1]]]}`, `!Thrown`},
		{"cases that are no pairs", `{"switch":[{"var":"x"},[["a"]],1]}`, `!Invalid Arguments`},
		{"cases that are not written", `{"switch":[{"var":"x"},{"var":"cases"},1]}`, `!Invalid Arguments`},
	})
	for _, rule := range []string{`{"switch":[1]}`, `{"switch":{"var":"x"}}`, `{"switch":[1,[[1]]]}`, `{"switch":[1,{"var":"x"}]}`, `{"switch":[1,[],2,3]}`} {
		_, err := Compile([]byte(rule), Options{})
		require.ErrorIs(t, err, ErrRule, "%s is refused when it is saved", rule)
	}
}

func TestVersions(t *testing.T) {
	// The order of section 11 of Semantic Versioning 2.0.0.
	ordered := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1", "2.10.0", "99999999999999999999.0.0"}
	for i, a := range ordered {
		for j, b := range ordered {
			for op, want := range map[string]bool{"=": i == j, "!=": i != j, "<": i < j, "<=": i <= j, ">": i > j, ">=": i >= j} {
				requireAnswer(t, fmt.Sprintf(`{"sem_ver":[%q,%q,%q]}`, a, op, "v"+b), ``, fmt.Sprint(want), Options{})
			}
		}
	}
	requireOperator(t, `{}`, []operatorCase{
		{"the same major version", `{"sem_ver":["1.2.3","^","1.5.6"]}`, `true`},
		{"another one", `{"sem_ver":["2.2.3","^","1.2.3"]}`, `false`},
		{"the same minor version", `{"sem_ver":["1.2.3","~","1.2.6"]}`, `true`},
		{"parts that are missing", `{"sem_ver":["v1.2","=","1.2.0"]}`, `true`},
		{"a number", `{"sem_ver":[1.2,"=","1.2"]}`, `true`},
		{"what was built does not count", `{"sem_ver":["1.0.0+a","=","1.0.0+b"]}`, `true`},
		{"no version", `{"sem_ver":["invalid",">","1.0.0"]}`, `null`},
		{"zeros before it", `{"sem_ver":["01.0.0",">","0.0.1"]}`, `null`},
		{"four parts", `{"sem_ver":["1.0.0.0",">","0.0.1"]}`, `null`},
		{"an empty pre-release", `{"sem_ver":["1.0.0-",">","0.0.1"]}`, `null`},
		{"no operator", `{"sem_ver":["1.0.0","==","1.0.0"]}`, `null`},
		{"null", `{"sem_ver":[{"var":"v"},"=","1.0.0"]}`, `null`},
		{"two arguments", `{"sem_ver":["not","enough"]}`, `null`},
	})
}

func TestFractional(t *testing.T) {
	// The hash is MurmurHash3_x86_32: values of its reference implementation.
	for key, want := range map[string]uint32{"": 0, "a": 0x3c2569b2, "abc": 0xb3dd93fa, "test": 0xba6bd213, "Hello, world!": 0xc0363e43, "The quick brown fox jumps over the lazy dog": 0x2e4ff723} {
		require.Equal(t, want, murmur3(key), key)
	}
	requireOperator(t, `{"targetingKey":"foo@foo.com","$flagd":{"flagKey":"headerColor"}}`, []operatorCase{
		{"without a key, the flag's and the target's", `{"fractional":[["red",50],["blue",50]]}`, `"blue"`},
		{"also if the key is null", `{"fractional":[{"var":"email"},["red",50],["blue",50]]}`, `"blue"`},
		{"one result", `{"fractional":["any",["only",100]]}`, `"only"`},
		{"a weight of 1", `{"fractional":["any",["only"]]}`, `"only"`},
		{"weights of 0", `{"fractional":["any",["a",0],["b",0]]}`, `null`},
		{"no results", `{"fractional":["any"]}`, `null`},
		{"nothing", `{"fractional":[]}`, `null`},
		{"a weight that is computed", `{"fractional":["any",["a",{"-":[1,1]}],["b",{"+":[1,1]}]]}`, `"b"`},
		{"a weight that is no number", `{"fractional":["any",["a","x"]]}`, `!Invalid Arguments`},
		{"weights beyond 31 bits", `{"fractional":["any",["a",2147483647],["b",1]]}`, `!Invalid Arguments`},
		{"no pair", `{"fractional":["any","a"]}`, `!Invalid Arguments`},
	})
	requireAnswer(t, `{"fractional":[["red",50],["blue",50]]}`, `{}`, `null`, Options{})
	require.Equal(t, []string{"$flagd.flagKey", "targetingKey"}, compiled(t, `{"fractional":[["red",50],["blue",50]]}`, Options{}).Reads())
	counts := map[string]int{}
	rule := compiled(t, `{"fractional":[{"var":"key"},["a",10],["b",30],["c",60]]}`, Options{})
	for i := range 20_000 {
		got, err := rule.EvalText(t.Context(), map[string]any{"key": fmt.Sprintf("user-%d", i)})
		require.NoError(t, err)
		counts[got]++
	}
	for name, share := range map[string]int{"a": 2000, "b": 6000, "c": 12_000} {
		require.InDelta(t, share, counts[name], 300, name)
	}
}

func TestOperatorsStayWithinTheBudget(t *testing.T) {
	long := strings.Repeat("a,", 30_000)
	list := make([]any, 30_000)
	for i := range list {
		list[i] = json.Number(fmt.Sprint(30_000 - i))
	}
	for _, rule := range []string{`{"split":[{"var":"t"},","]}`, `{"split":[{"var":"t"},""]}`, `{"sort":{"var":"l"}}`, `{"slice":[{"var":"l"},null,null,-1]}`, `{"slice":[{"var":"t"},1]}`, `{"upper":{"var":"t"}}`,
		`{"abs":{"var":"l"}}`, `{"map":[{"var":"l"},{"sort":{"var":"l"}}]}`} {
		_, err := compiled(t, rule, Options{Budget: Budget{Steps: 20_000, Bytes: 100_000, Text: 50_000, Array: 20_000}}).
			Eval(t.Context(), map[string]any{"t": long, "l": list})
		var e *Error
		require.ErrorAs(t, err, &e, rule)
		require.Equal(t, BudgetExceeded, e.Fault, rule)
	}
}

func TestNumbersBeyondWhatCanBeWrittenOut(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		o            Options
		want         string
	}{
		{"a float that is infinite", `{"abs":"1e400"}`, Options{Numbers: Float64}, `!Invalid Arguments`},
		{"the same as a value of the data", `{"abs":{"var":"huge"}}`, Options{Numbers: Float64}, `!Invalid Arguments`},
		{"a float that is as good as 0", `{"round":["1e-2000",2]}`, Options{Numbers: Float64}, `0`},
		{"a decimal of more digits than allowed", `{"round":["1e-2000",2]}`, Options{}, `!Budget Exceeded`},
		{"a position far behind the end", `{"slice":["abc",{"var":"huge"}]}`, Options{Budget: Budget{Digits: 1_000_000}}, `""`},
		{"far before the beginning", `{"slice":["abc",{"-":{"var":"huge"}}]}`, Options{Budget: Budget{Digits: 1_000_000}}, `"abc"`},
		{"a position just above 0", `{"slice":["abc",{"var":"tiny"}]}`, Options{Budget: Budget{Digits: 1_000_000}}, `"abc"`},
		{"rounding many of a million places", `{"map":[{"var":"many"},{"round":[{"val":[[2],"tiny"]},2]}]}`,
			Options{Budget: Budget{Digits: 1_000_000}}, `!Budget Exceeded`},
		{"sorting as many as a list may have", `{"length":[{"sort":{"var":"many"}}]}`, Options{Budget: Budget{Bytes: 1 << 24, Steps: 1 << 22}}, `30000`},
		{"sorting what is missing", `{"sort":{"var":"missing"}}`, Options{}, `null`},
		{"a version with more parts than there are", `{"sem_ver":[{"var":"dots"},"=","1.0.0"]}`, Options{}, `null`},
		{"a version with many identifiers", `{"sem_ver":[{"cat":["1.0.0-a",{"var":"dots"},"a"]},"=","1.0.0"]}`, Options{Budget: Budget{Text: 1 << 22}}, `!Budget Exceeded`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			tc.o.Lenient = true
			dots := strings.Repeat("1.", 200_000)
			data := map[string]any{"huge": json.Number("1e999999"), "tiny": json.Number("1e-999999"), "many": make([]any, 30_000), "dots": dots}
			if tc.o.Numbers == Float64 {
				data["huge"] = "1e400"
			}
			r := compiled(t, tc.rule, tc.o)
			got, err := r.Eval(t.Context(), data)
			if kind, ok := strings.CutPrefix(tc.want, "!"); ok {
				var e *Error
				require.ErrorAs(t, err, &e, "%v", got)
				require.Equal(t, kind, e.Fault.name(), "%v", err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, canonical(decode(t, []byte(tc.want))), canonical(got))
		})
	}
}
