package jsonlogic

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestEveryOperatorIsAnalyzed(t *testing.T) {
	known := standardAnalyses()
	for op := range standardOperators {
		require.Contains(t, known, op)
	}
}

// shapes makes random shapes, and data that meets them.
type shapes struct{ r *rand.Rand }

var shapeNames = []string{"a", "b", "c", "d", "e"}

func (g shapes) shape(depth int) Shape {
	s := Shape{Optional: g.r.IntN(3) == 0}
	switch g.r.IntN(8 + depth) {
	case 0, 1, 2:
		s.Types = []Type{NumberType}
		if g.r.IntN(2) == 0 {
			low := decimal.New(int64(g.r.IntN(5)-2), 0)
			high := low.Add(decimal.New(int64(g.r.IntN(9)), 0))
			s.Least, s.Most = &low, &high
		}
	case 3:
		s.Types = []Type{StringType}
	case 4:
		s.Types, s.Format = []Type{StringType}, NumericText
	case 5:
		s.Types, s.Format, s.Years = []Type{StringType}, DateTimeText, 1000
	case 6:
		s.Types, s.Values = []Type{StringType}, []string{"1", "pro", "x"}[g.r.IntN(3):]
	case 7:
		s.Types = []Type{BooleanType}
	case 8:
		e := g.shape(depth - 1)
		s.Types, s.Elements = []Type{ArrayType}, &e
	default:
		s.Types, s.Fields = []Type{ObjectType}, g.fields(depth-1)
	}
	return s
}

func (g shapes) fields(depth int) map[string]Shape {
	out := map[string]Shape{}
	for _, n := range shapeNames[:1+g.r.IntN(len(shapeNames))] {
		out[n] = g.shape(depth)
	}
	return out
}

// data is a value of a shape; ok is false if there is none.
func (g shapes) data(s Shape) (v any, ok bool) {
	if s.Optional && g.r.IntN(3) == 0 {
		return nil, false
	}
	switch s.Types[0] {
	case NumberType:
		return json.Number(g.number(s).String()), true
	case BooleanType:
		return g.r.IntN(2) == 0, true
	case ArrayType:
		out := []any{}
		for range g.r.IntN(4) {
			e := *s.Elements
			if v, ok := g.data(e); ok {
				out = append(out, v)
			} else {
				out = append(out, nil)
			}
		}
		return out, true
	case ObjectType:
		out := map[string]any{}
		for n, f := range s.Fields {
			if v, ok := g.data(f); ok {
				out[n] = v
			}
		}
		return out, true
	}
	switch {
	case len(s.Values) > 0:
		return s.Values[g.r.IntN(len(s.Values))], true
	case s.Format == NumericText:
		return g.number(s).String(), true
	case s.Format == DateTimeText:
		return []string{"2024-02-29", "8999-12-31T23:59:59Z", "1000-01-01T00:00:00+18:00", "2024-05-28T16:00:00.5-08:00"}[g.r.IntN(4)], true
	}
	return []string{"", "abc", "7", " 1 ", "2024-02-29", "PT1H", "é", "false"}[g.r.IntN(8)], true
}

func (g shapes) number(s Shape) decimal.Decimal {
	if s.Least != nil {
		span := s.Most.Sub(*s.Least).IntPart()
		return s.Least.Add(decimal.New(g.r.Int64N(span+1), 0))
	}
	return []decimal.Decimal{decimal.Zero, decimal.New(1, 0), decimal.New(-25, -1), decimal.New(1, 12), decimal.New(3, -5)}[g.r.IntN(5)]
}

// typedRule is a random rule over the shape that is likely, not sure, to have the types that its operators want.
func (g shapes) typedRule(s Shape, depth int) string {
	gen := generator{g.r}
	if depth == 0 || g.r.IntN(5) == 0 {
		return g.leaf(s)
	}
	sub := func() string { return g.typedRule(s, depth-1) }
	switch g.r.IntN(22) {
	case 0, 1, 2:
		return fmt.Sprintf(`{%q:[%s,%s]}`, gen.pick("+", "-", "*", "/", "%", "min", "max"), sub(), sub())
	case 3, 4:
		return fmt.Sprintf(`{%q:[%s,%s]}`, gen.pick("==", "!=", "===", "!==", "<", "<=", ">", ">="), sub(), sub())
	case 5:
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, sub(), sub(), sub())
	case 6:
		return fmt.Sprintf(`{%q:[%s,%s]}`, gen.pick("and", "or", "??", "try", "merge", "in", "cat"), sub(), sub())
	case 7:
		return fmt.Sprintf(`{%q:[%s]}`, gen.pick("round", "floor", "ceil", "abs", "!", "!!", "-", "cat", "upper", "trim", "length", "type", "date", "log"), sub())
	case 8:
		return fmt.Sprintf(`{%q:[%s,%s]}`, gen.pick("map", "filter", "all", "some", "none"), sub(), g.inner(s, depth-1))
	case 9:
		return fmt.Sprintf(`{"reduce":[%s,%s,%s]}`, sub(), g.inner(s, depth-1), g.leaf(s))
	case 10:
		return fmt.Sprintf(`{"date.add":[%s,%s]}`, sub(), gen.pick(`"P1M"`, `"P2000Y"`, `"x"`, sub()))
	case 11:
		return fmt.Sprintf(`{"duration.as":[{"duration.between":[%s,%s]},"HOURS"]}`, sub(), sub())
	case 12:
		return fmt.Sprintf(`{"duration.of":[%s,%s]}`, sub(), gen.pick(`"DAYS"`, `"days"`, sub()))
	case 13:
		return fmt.Sprintf(`{"switch":[%s,[[%s,%s]],%s]}`, sub(), g.leaf(s), sub(), sub())
	case 14:
		return fmt.Sprintf(`{"round":[%s,%s]}`, sub(), gen.pick("2", "-1", "200", sub()))
	case 15:
		return fmt.Sprintf(`{"slice":[%s,%s,%s,%s]}`, sub(), gen.pick("0", "null", sub()), gen.pick("2", sub()), gen.pick("1", "-1", "0", sub()))
	case 16:
		return fmt.Sprintf(`{"substr":[%s,%s]}`, sub(), gen.pick("1", sub()))
	case 17:
		path := g.path(s)
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, gen.pick(`{"missing":["`+path+`"]}`, `{"==":[{"var":"`+path+`"},null]}`, `{"!":[{"var":"`+path+`"}]}`),
			sub(), gen.pick(`{"date":{"var":"`+path+`"}}`, `{"floor":{"var":"`+path+`"}}`, `{"length":{"var":"`+path+`"}}`, `{"var":"`+path+`"}`))
	case 18:
		return fmt.Sprintf(`{"sort":[%s,true,%s]}`, sub(), g.inner(s, depth-1))
	case 19:
		return fmt.Sprintf(`{%q:%s}`, gen.pick("+", "max", "cat", "merge", "floor", "in", "date", "upper"), sub())
	case 20:
		return fmt.Sprintf(`{%q:[%s,%s]}`, gen.pick("split", "starts_with", "ends_with", "missing_some"), sub(), sub())
	}
	return fmt.Sprintf(`[%s,%s]`, sub(), sub())
}

// inner is the body of an iteration.
func (g shapes) inner(s Shape, depth int) string {
	gen := generator{g.r}
	return gen.pick(`{"var":""}`, `{"var":"a"}`, `{"+":[{"var":"accumulator"},{"var":"current"}]}`, `{"*":[{"var":""},2]}`,
		`{"*":[{"var":"a"},2]}`, `{"val":[[2],"a"]}`, `{"cat":[{"var":"accumulator"},{"var":"current"}]}`,
		`{"max":[{"var":"accumulator"},{"var":"current.a"}]}`, `{"val":[[1],"index"]}`, `{"merge":[{"var":"accumulator"},[{"var":"current"}]]}`,
		g.typedRule(s, depth))
}

func (g shapes) path(s Shape) string {
	names := slices.Sorted(maps.Keys(s.Fields))
	if len(names) == 0 {
		return "a"
	}
	n := names[g.r.IntN(len(names))]
	f := s.Fields[n]
	switch {
	case f.Fields != nil && g.r.IntN(4) > 0:
		return n + "." + g.path(f)
	case f.Elements != nil && g.r.IntN(3) == 0:
		return n + ".0"
	}
	return n
}

func (g shapes) leaf(s Shape) string {
	gen := generator{g.r}
	if g.r.IntN(3) > 0 {
		path := g.path(s)
		return gen.pick(`{"var":"`+path+`"}`, `{"var":"`+path+`"}`, `{"var":["`+path+`",1]}`, `{"val":["`+strings.ReplaceAll(path, ".", `","`)+`"]}`)
	}
	return gen.pick(`0`, `1`, `2.5`, `"a"`, `"7"`, `""`, `null`, `true`, `[]`, `[1,2]`, `["a","b"]`, `"2024-05-28"`, `"PT2H"`, `"DAYS"`, `{"var":"zzz"}`,
		`{"missing":["a"]}`, `{"throw":"x"}`, `{"var":""}`, `{"var":{"var":"a"}}`)
}

// typeError reports whether an evaluation failed for the type of an operand.
func typeError(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Fault {
	case BudgetExceeded, Thrown, ended:
		return false
	case NotANumber:
		return !strings.Contains(e.Detail, divisionByZero) && !strings.Contains(e.Detail, "out of range")
	}
	return true
}

func meets(v any, s Shape) bool {
	switch x := v.(type) {
	case nil:
		return s.May(NullType)
	case bool:
		return s.May(BooleanType)
	case json.Number:
		d, err := decimal.NewFromString(x.String())
		return err == nil && s.May(NumberType) && (!s.Known() || (s.Least == nil || !d.LessThan(*s.Least)) && (s.Most == nil || !d.GreaterThan(*s.Most)))
	case float64:
		return s.May(NumberType)
	case string:
		return s.May(StringType) && (!s.Known() || s.Format.holds(x) && (len(s.Values) == 0 || slices.Contains(s.Values, x)))
	case []any:
		if !s.May(ArrayType) {
			return false
		}
		for _, e := range x {
			if s.Elements != nil && !meets(e, *s.Elements) {
				return false
			}
		}
		return true
	case map[string]any:
		return s.May(ObjectType)
	}
	return false
}

// The law: a rule without a problem on a shape never fails for a type on data of the shape, and its results are of the
// shape that the analysis has.
func TestRulesWithoutProblemsNeverFailForAType(t *testing.T) {
	rules, accepted, evaluated := 20_000, 0, 0
	if testing.Short() {
		rules = 5_000
	}
	for _, numbers := range []Numbers{Decimal, Float64} {
		for i := range rules {
			g := shapes{rand.New(rand.NewPCG(uint64(i), uint64(numbers)+11))}
			s := Shape{Types: []Type{ObjectType}, Fields: g.fields(2)}
			text := g.typedRule(s, 1+g.r.IntN(4))
			r, err := Compile([]byte(text), Options{Numbers: numbers})
			if err != nil {
				continue
			}
			found := r.Analyze(s)
			if len(found.Problems) > 0 {
				continue
			}
			accepted++
			for range 12 {
				v, _ := g.data(s)
				got, err := r.Eval(t.Context(), v)
				if evaluated++; err != nil {
					require.False(t, typeError(err), "%s\nshape %s\ndata %s\n%v", text, inJSON(s), inJSON(v), err)
					continue
				}
				require.True(t, meets(got, found.Result), "%s\nshape %s\ndata %s\nresult %v\nanalyzed %s", text, inJSON(s), inJSON(v), got, inJSON(found.Result))
			}
		}
	}
	t.Logf("%d rules accepted, %d evaluations", accepted, evaluated)
	require.Greater(t, accepted, rules/5, "the generator makes rules that are accepted")
}

func inJSON(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}
