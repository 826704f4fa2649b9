package jsonlogic

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random rules: any operator over anything.
type generator struct{ r *rand.Rand }

func (g generator) pick(options ...string) string { return options[g.r.IntN(len(options))] }

func (g generator) leaf() string {
	return g.pick(`0`, `1`, `2`, `-3`, `2.5`, `0.1`, `1e3`, `""`, `"a"`, `"b"`, `"7"`, `" 1.5 "`, `null`, `true`, `false`, `[]`, `[1,2,3]`, `["a","b"]`, `{}`,
		`9007199254740993`, `"2024-05-28T00:00:00Z"`, `"P1D"`, `"HOURS"`,
		`{"var":"a"}`, `{"var":"a.b"}`, `{"var":"n"}`, `{"var":"s"}`, `{"var":"list"}`, `{"var":"items"}`, `{"var":"o.x"}`, `{"var":"o.y"}`, `{"var":""}`, `{"var":["q",5]}`,
		`{"var":"current"}`, `{"var":"accumulator"}`, `{"var":"current.qty"}`, `{"var":"qty"}`, `{"var":"list.1"}`, `{"val":["o","x"]}`, `{"val":[[1],"index"]}`, `{"val":[[2],"n"]}`,
		`{"exists":["o","z"]}`, `{"missing":["a","zz"]}`)
}

// again is what a rule is likely to have twice, so that what is remembered is used: sums with
// something and sums that fail, and the loop that has its own code.
func (g generator) again() string {
	return g.pick(`{"*":[{"var":"n"},{"var":"o.x"}]}`, `{"-":[10,{"var":"n"}]}`, `{"/":[{"var":"n"},{"var":"o.zz"}]}`, `{"+":[{"var":"s"},1]}`,
		`{"+":[{"*":[{"var":"n"},{"var":"o.x"}]},{"var":"a.b"}]}`,
		`{"reduce":[{"map":[{"filter":[{"var":"items"},{">":[{"var":"qty"},6]}]},{"*":[{"var":"qty"},{"var":"price"}]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`,
		`{"reduce":[{"map":[{"var":"list"},{"*":[{"var":""},2]}]},{"+":[{"var":"current"},{"var":"accumulator"}]},{"var":"n"}]}`,
		`{"reduce":[{"map":[{"filter":[{"var":"items"},{"<":[{"var":"qty"},15]}]},{"-":[{"var":"qty"},1]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},{"+":[{"var":"n"},0]}]}`)
}

func (g generator) rule(depth int) string {
	if depth == 0 || g.r.IntN(6) == 0 {
		if g.r.IntN(4) == 0 {
			return g.again()
		}
		return g.leaf()
	}
	args := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = g.rule(depth - 1)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	switch g.r.IntN(14) {
	case 0, 1:
		return fmt.Sprintf(`{%q:%s}`, g.pick("+", "-", "*", "/", "%", "min", "max"), args(1+g.r.IntN(3)))
	case 2, 3:
		return fmt.Sprintf(`{%q:%s}`, g.pick("==", "!=", "===", "!==", "<", "<=", ">", ">="), args(2+g.r.IntN(2)))
	case 4:
		return fmt.Sprintf(`{%q:%s}`, g.pick("if", "?:", "and", "or", "??", "try"), args(g.r.IntN(5)))
	case 5:
		return fmt.Sprintf(`{%q:%s}`, g.pick("map", "filter", "all", "some", "none"), args(2))
	case 6:
		return fmt.Sprintf(`{"reduce":%s}`, args(2+g.r.IntN(2)))
	case 7:
		return fmt.Sprintf(`{"reduce":[{"map":[{"filter":[%s,%s]},%s]},%s,%s]}`, g.pick(`{"var":"items"}`, `{"var":"list"}`, g.rule(depth-1)),
			g.rule(depth-1), g.rule(depth-1), g.rule(depth-1), g.leaf())
	case 8:
		return fmt.Sprintf(`{%q:%s}`, g.pick("cat", "merge", "in", "substr", "!", "!!", "log", "throw"), args(1+g.r.IntN(3)))
	case 9:
		return fmt.Sprintf(`{%q:%s}`, g.pick("+", "-", "*", "/", "cat", "merge", "max", "!", "!!", "??", "throw", "val", "var", "exists", "missing", "preserve", "if", "<", "bogus"), g.rule(depth-1))
	case 10:
		return fmt.Sprintf(`{%q:%s}`, g.pick("date.add", "date.sub", "duration.of", "duration.as", "duration.between", "missing_some"), args(2))
	}
	if g.r.IntN(2) == 0 {
		return fmt.Sprintf(`{%q:%s}`, g.pick("round", "floor", "ceil", "abs", "slice", "split", "starts_with", "ends_with", "upper", "lower",
			"trim", "length", "type", "sort", "fractional", "sem_ver"), args(1+g.r.IntN(3)))
	}
	switch g.r.IntN(3) {
	case 0:
		return fmt.Sprintf(`{"switch":[%s,[[%s,%s],[%s,%s]],%s]}`, g.rule(depth-1), g.leaf(), g.rule(depth-1), g.rule(depth-1), g.leaf(), g.rule(depth-1))
	case 1:
		return fmt.Sprintf(`{"sort":[%s,%s,%s]}`, g.pick(`{"var":"items"}`, `{"var":"list"}`, g.rule(depth-1)), g.leaf(), g.pick(`{"var":"qty"}`, `{"var":""}`, g.rule(depth-1)))
	}
	return args(g.r.IntN(4))
}

const generatedData = `{"a":{"b":4},"n":12,"s":"abc","list":[3,1,2.5,"4",null],"o":{"x":0.1,"y":"0.2"},
	"items":[{"qty":5,"price":1.5},{"qty":12,"price":0.25,"n":1},{"qty":20},{"price":3},"x",7]}`
