package jsonlogicv3_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	v3 "github.com/diegoholiveira/jsonlogic/v3"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// wide is a budget that no generated rule reaches.
var wide = jsonlogic.Budget{Steps: 1 << 30, Bytes: 1 << 30, Array: 1 << 20, Text: 1 << 24}

// canonical makes the results of all engines comparable: numbers by value.
func canonical(v any) any {
	switch x := v.(type) {
	case json.Number:
		return decimal.RequireFromString(x.String()).String()
	case float64:
		return decimal.NewFromFloat(x).String()
	case string:
		return fmt.Sprintf("%q", x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = canonical(x[i])
		}
		return out
	}
	return v
}

// typed makes rules on which every implementation agrees: each operand has the type its operator
// wants, numbers are small integers, and elements have no key that the data around them has.
type typed struct{ r *rand.Rand }

func (g typed) number(depth int, item bool) string {
	if depth == 0 {
		if item {
			return g.pick(`3`, `-2`, `{"var":"qty"}`, `{"var":"price"}`)
		}
		return g.pick(`0`, `1`, `7`, `-4`, `{"var":"n"}`, `{"var":"o.m"}`, `{"var":["none",6]}`)
	}
	a, b := g.number(depth-1, item), g.number(depth-1, item)
	switch g.r.IntN(6) {
	case 0:
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, g.truth(depth-1, item), a, b)
	case 1:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("min", "max"), a, b)
	case 2:
		if item {
			return a
		}
		return fmt.Sprintf(`{"reduce":[{"map":[%s,%s]},{"+":[{"var":"accumulator"},{"var":"current"}]},%d]}`, g.list(depth-1), g.number(depth-1, true), g.r.IntN(9))
	}
	return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("+", "-", "*"), a, b)
}

func (g typed) list(depth int) string {
	if depth <= 0 {
		return `{"var":"items"}`
	}
	return fmt.Sprintf(`{"filter":[{"var":"items"},%s]}`, g.truth(depth-1, true))
}

func (g typed) text(item bool) string {
	if item {
		return g.pick(`"x"`, `{"var":"sku"}`)
	}
	return g.pick(`"x"`, `"sku-1"`, `{"var":"s"}`, `{"cat":["a",{"var":"s"}]}`, `{"substr":[{"var":"s"},1,2]}`)
}

func (g typed) truth(depth int, item bool) string {
	if depth <= 0 {
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("==", "!=", "===", "!=="), g.text(item), g.text(item))
	}
	switch g.r.IntN(5) {
	case 0:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("and", "or"), g.truth(depth-1, item), g.truth(depth-1, item))
	case 1:
		return fmt.Sprintf(`{"!":[%s]}`, g.truth(depth-1, item))
	case 2:
		if !item {
			return fmt.Sprintf(`{%q:[{"var":"items"},%s]}`, g.pick("some", "none", "all"), g.truth(depth-1, true))
		}
		return fmt.Sprintf(`{"in":[%s,["sku-1","x"]]}`, g.text(item))
	}
	return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("<", "<=", ">", ">=", "==", "!="), g.number(depth-1, item), g.number(depth-1, item))
}

func (g typed) pick(options ...string) string { return options[g.r.IntN(len(options))] }

const typedData = `{"n":5,"o":{"m":-3},"s":"sku-2","items":[{"qty":5,"price":2,"sku":"sku-1"},{"qty":1,"price":9,"sku":"sku-2"},{"qty":12,"price":4,"sku":"x"}]}`

func requireOracleAgrees(t *testing.T, rule, on string) {
	t.Helper()
	var tree, data any
	require.NoError(t, json.Unmarshal([]byte(rule), &tree))
	require.NoError(t, json.Unmarshal([]byte(on), &data))
	want, err := v3.ApplyInterface(tree, data)
	require.NoError(t, err, rule)
	for _, n := range []jsonlogic.Numbers{jsonlogic.Decimal, jsonlogic.Float64} {
		r := compileRule(t, rule, jsonlogic.Options{Numbers: n, Budget: wide})
		got, err := r.Eval(t.Context(), data)
		require.NoError(t, err, rule)
		require.Equal(t, canonical(want), canonical(got), rule)
	}
}

func (g typed) rule(depth int) string {
	if g.r.IntN(2) == 0 {
		return g.truth(depth, false)
	}
	return g.number(depth, false)
}

func TestOracleAgrees(t *testing.T) {
	g := typed{rand.New(rand.NewPCG(3, 4))}
	for i := range 2000 {
		requireOracleAgrees(t, g.rule(1+i%4), typedData)
	}
}

// TestOracleAgreesOnPrices runs rules as they are written for prices.
func TestOracleAgreesOnPrices(t *testing.T) {
	const tier = `{"if":[
		{"and":[
			{">=":[{"var":"event.quantity"},100]},
			{"in":[{"var":"event.region"},["us-east-1","us-west-2","eu-west-1"]]},
			{"==":[{"var":"account.plan"},"enterprise"]}]},
		{"cat":["tier-",{"var":"account.plan"},"-",{"var":"event.region"}]},
		{">":[{"*":[{"var":"event.quantity"},{"var":"account.rate"}]},50]},
		{"+":[{"*":[{"var":"event.quantity"},{"var":"account.rate"}]},{"-":[10,{"var":"account.discount"}]}]},
		"standard"]}`
	const event = `{"event":{"quantity":120,"region":"us-west-2","timestamp":"2024-06-15T10:00:00Z"},
		"account":{"plan":"%s","rate":1.5,"discount":2}}`
	for _, tc := range []struct{ rule, data string }{
		{`{"==":[{"var":"a.b"},1]}`, `{"a":{"b":1}}`},
		{tier, fmt.Sprintf(event, "enterprise")},
		{tier, fmt.Sprintf(event, "pro")},
		{`{"reduce":[
			{"map":[{"filter":[{"var":"items"},{">":[{"var":"qty"},10]}]},{"*":[{"var":"qty"},{"var":"price"}]}]},
			{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`,
			`{"items":[{"qty":9,"price":9.5},{"qty":10,"price":10.5},{"qty":11,"price":11.5},{"qty":99,"price":99.5}]}`},
		{`{"and":[
			{">=":[{"var":"event.timestamp"},"2024-01-01T00:00:00Z"]},
			{"<":[{"var":"event.timestamp"},"2025-01-01T00:00:00Z"]},
			{"!=":[{"substr":[{"var":"event.timestamp"},0,4]},"2023"]}]}`, fmt.Sprintf(event, "pro")},
	} {
		requireOracleAgrees(t, tc.rule, tc.data)
	}
}

func FuzzOracle(f *testing.F) {
	f.Add(uint64(1), uint8(2))
	f.Fuzz(func(t *testing.T, seed uint64, depth uint8) {
		requireOracleAgrees(t, typed{rand.New(rand.NewPCG(seed, 9))}.rule(int(depth%5)), typedData)
	})
}
