package jsonlogic

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuotientsStayExactUntilTheEnd(t *testing.T) {
	for _, tc := range []struct{ reason, rule, want string }{
		{"a price for a million, times two million", `{"*":[{"/":[2.5,1000000]},{"var":"tokens"}]}`, `5`},
		{"three thirds", `{"*":[{"/":[1,3]},3]}`, `1`},
		{"which equal 1 inside a rule too", `{"==":[{"*":[{"/":[1,3]},3]},1]}`, `true`},
		{"and are not above it", `{">":[{"+":[{"/":[1,3]},{"/":[1,3]},{"/":[1,3]}]},1]}`, `false`},
		{"a third is not its digits", `{"==":[{"/":[1,3]},0.3333333333333333333333333333]}`, `false`},
		{"but is itself", `{"===":[{"/":[1,3]},{"/":[2,6]}]}`, `true`},
		{"nor the float next to it", `{"==":[{"/":[1,3]},{"var":"third"}]}`, `false`},
		{"the result is rounded half up", `{"/":[2,3]}`, `0.6666666666666666666666666667`},
		{"away from zero", `{"/":[-2,3]}`, `-0.6666666666666666666666666667`},
		{"once, to 28 significant digits", `{"/":[1,3000000]}`, `0.0000003333333333333333333333333333`},
		{"also above the point", `{"/":[1e30,3]}`, `333333333333333333333333333300`},
		{"up to a power of ten", `{"/":[99999999999999999999999999999,100000000000000000000000000001]}`, `1`},
		{"a decimal stays whole", `{"/":[1,1024]}`, `0.0009765625`},
		{"of any length", `{"/":[1,1099511627776]}`, `0.0000000000009094947017729282379150390625`},
		{"beyond int64", `{"/":[123456789012345678901234567890,8]}`, `15432098626543209862654320986.25`},
		{"the smallest int64", `{"/":[-9223372036854775808,-1]}`, `9223372036854775808`},
		{"the remainder of a fraction", `{"*":[{"%":[{"/":[7,3]},1]},3]}`, `1`},
		{"with the sign of the first", `{"*":[{"%":[{"/":[-7,3]},1]},3]}`, `-1`},
		{"negated", `{"*":[{"-":[{"/":[1,3]}]},3]}`, `-1`},
		{"turned over", `{"/":[{"/":[3,7]}]}`, `2.333333333333333333333333333`},
		{"the larger", `{"max":[{"/":[1,3]},0.33]}`, `0.3333333333333333333333333333`},
		{"the smaller", `{"min":[{"/":[1,3]},{"/":[1,4]}]}`, `0.25`},
		{"as text", `{"cat":["p=",{"/":[1,3]}]}`, `"p=0.3333333333333333333333333333"`},
		{"as an index", `{"substr":["abcdef",{"/":[10,3]}]}`, `"def"`},
		{"which counts as true", `{"if":[{"/":[1,3]},"yes","no"]}`, `"yes"`},
		{"a sum over a list", `{"reduce":[{"map":[[1,2,3,4,5,6,7],{"/":[{"var":""},7]}]},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`, `4`},
		{"found in a list", `{"in":[{"/":[2,6]},[{"/":[1,3]}]]}`, `true`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			data := map[string]any{"tokens": 2_000_000, "third": 1.0 / 3}
			requireBuildsAgree(t, []byte(tc.rule), Options{}, data)
			got, err := compiled(t, tc.rule, Options{}).Eval(t.Context(), data)
			require.NoError(t, err)
			require.Equal(t, decode(t, []byte(tc.want)), got, tc.rule)
		})
	}
}

func TestAFractionOfManyDigitsIsRoundedAndNoError(t *testing.T) {
	// The sum of 1/p over the primes below 2000 has a denominator of 845 digits.
	rule := `{"reduce":[{"var":"primes"},{"+":[{"var":"accumulator"},{"/":[1,{"var":"current"}]}]},0]}`
	var primes []any
	want := new(big.Rat)
	for p := int64(2); p < 2000; p++ {
		if big.NewInt(p).ProbablyPrime(0) {
			primes = append(primes, p)
			want.Add(want, big.NewRat(1, p))
		}
	}
	got, err := compiled(t, rule, Options{}).Eval(t.Context(), map[string]any{"primes": primes})
	require.NoError(t, err)
	near, ok := new(big.Rat).SetString(string(got.(json.Number)))
	require.True(t, ok)
	off := new(big.Rat).Sub(near, want)
	require.Negative(t, off.Abs(off).Cmp(big.NewRat(1, 1e18)), "%v", off.FloatString(40))
	_, err = compiled(t, rule, Options{Budget: Budget{Digits: 20}}).Eval(t.Context(), map[string]any{"primes": primes[:40]})
	require.Error(t, err, "more digits than the budget allows")
}

// TestArithmeticIsThatOfRationals compares random expressions with big.Rat.
func TestArithmeticIsThatOfRationals(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	n := 4000
	if testing.Short() {
		n = 500
	}
	for range n {
		rule, want := randomExpression(random, 4)
		if want == nil {
			continue // a division by zero
		}
		text, err := json.Marshal(rule)
		require.NoError(t, err)
		requireBuildsAgree(t, text, Options{Budget: wide}, nil)
		got, err := compiled(t, string(text), Options{Budget: wide}).EvalNumber(t.Context(), nil)
		require.NoError(t, err, "%s", text)
		near := new(big.Rat).SetFrac(got.Coefficient(), big.NewInt(1))
		near.Mul(near, new(big.Rat).SetFrac(big.NewInt(1), tenTo(max(0, -int(got.Exponent())))))
		near.Mul(near, new(big.Rat).SetInt(tenTo(max(0, int(got.Exponent())))))
		if isDecimal(want) {
			require.Zero(t, near.Cmp(want), "%s is %s and not %v", text, want, got)
			continue
		}
		off := new(big.Rat).Sub(near, want)
		off.Quo(off, want)
		require.LessOrEqual(t, off.Abs(off).Cmp(big.NewRat(5, 1)), 0)
		off.Mul(off, new(big.Rat).SetInt(tenTo(27)))
		require.Negative(t, off.Cmp(big.NewRat(51, 100)), "%s is %s and not %v", text, want, got)
	}
}

func isDecimal(r *big.Rat) bool {
	_, exact := r.FloatPrec()
	return exact
}

// randomExpression returns an expression and its value, which is nil if something is divided by zero.
func randomExpression(r *rand.Rand, depth int) (any, *big.Rat) {
	if depth == 0 || r.IntN(4) == 0 {
		text := fmt.Sprintf("%d", r.IntN(2001)-1000)
		if r.IntN(3) == 0 {
			text = fmt.Sprintf("%d.%03d", r.IntN(100), r.IntN(1000))
		}
		v, _ := new(big.Rat).SetString(text)
		return json.Number(text), v
	}
	a, x := randomExpression(r, depth-1)
	b, y := randomExpression(r, depth-1)
	op := []string{"+", "-", "*", "/", "/", "%", "min", "max"}[r.IntN(8)]
	rule := map[string]any{op: []any{a, b}}
	if x == nil || y == nil || (op == "/" || op == "%") && y.Sign() == 0 {
		return rule, nil
	}
	out := new(big.Rat)
	switch op {
	case "+":
		out.Add(x, y)
	case "-":
		out.Sub(x, y)
	case "*":
		out.Mul(x, y)
	case "/":
		out.Quo(x, y)
	case "%":
		q := new(big.Rat).Quo(x, y)
		whole := new(big.Int).Quo(q.Num(), q.Denom())
		out.Sub(x, new(big.Rat).Mul(y, new(big.Rat).SetInt(whole)))
	case "min":
		if out.Set(x); y.Cmp(x) < 0 {
			out.Set(y)
		}
	case "max":
		if out.Set(x); y.Cmp(x) > 0 {
			out.Set(y)
		}
	}
	return rule, out
}
