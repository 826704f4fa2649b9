package jsonlogic

import (
	"context"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// exactly is the operator over rationals, the division rounded half up to the scale; nil is an error.
func exactly(op string, a, b *big.Rat, scale int) *big.Rat {
	switch op {
	case "+":
		return new(big.Rat).Add(a, b)
	case "-":
		return new(big.Rat).Sub(a, b)
	case "*":
		return new(big.Rat).Mul(a, b)
	case "min", "max":
		if (a.Cmp(b) < 0) == (op == "min") {
			return a
		}
		return b
	}
	if b.Sign() == 0 {
		return nil
	}
	q := new(big.Rat).Quo(a, b)
	if op == "%" {
		whole := new(big.Int).Quo(q.Num(), q.Denom()) // towards zero
		return new(big.Rat).Sub(a, new(big.Rat).Mul(b, new(big.Rat).SetInt(whole)))
	}
	ten := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	up := new(big.Rat).Mul(q, new(big.Rat).SetInt(ten))
	n, r := new(big.Int).QuoRem(up.Num(), up.Denom(), new(big.Int))
	if r.Abs(r).Lsh(r, 1).Cmp(up.Denom()) >= 0 {
		n.Add(n, big.NewInt(int64(up.Sign())))
	}
	return new(big.Rat).SetFrac(n, ten)
}

// edges are where a number stops to fit, and what is near.
func edges() []string {
	out := []string{"0", "-0", "0.0", "0e5", "0e-30", "1", "-1", "5", "0.5", "-0.5", "0.00005", "0.00004999", "2.5e-5", "-2.5e-5", "3", "7e-1", "1.50", "99999.99995",
		"9223372036854775807", "-9223372036854775808", "9223372036854775808", "9.223372036854775807", "922337203685477580.7", "9223372036854775807e1", "-9223372036854775807e-18",
		"4611686018427387904", "3037000500", "2147483647", "-2147483648", "2147483648", "2147483647e9", "1e9", "1e10", "1e18", "1e19", "1e-18", "1e-19", "1e30", "1e-30", "123456789012345678901234567890.123456789"}
	for _, digits := range []int{18, 19} {
		nines := strings.Repeat("9", digits)
		out = append(out, nines, "-"+nines, nines[:3]+"."+nines[3:], "0."+nines, nines+"e-9", nines+"e9")
	}
	return out
}

func TestDecimalsAreExact(t *testing.T) {
	numbers := edges()
	r := rand.New(rand.NewPCG(11, 12))
	for range 20 {
		x := strconv.FormatInt(r.Int64()>>r.IntN(63), 10)
		if r.IntN(2) == 0 {
			x += "e" + strconv.Itoa(r.IntN(40)-25)
		}
		numbers = append(numbers, x)
	}
	for _, scale := range []int{0, 4, 30} {
		for _, op := range []string{"+", "-", "*", "/", "%", "min", "max"} {
			if scale != 4 && op != "/" {
				continue
			}
			s := compiled(t, `{"`+op+`":[{"var":"a"},{"var":"b"}]}`, Options{Lenient: true, DivisionScale: &scale}).NewMachine()
			for _, a := range numbers {
				for _, b := range numbers {
					x, _ := new(big.Rat).SetString(a)
					y, _ := new(big.Rat).SetString(b)
					want := exactly(op, x, y, scale)
					got, err := s.Eval(context.Background(), map[string]any{"a": json.Number(a), "b": json.Number(b)})
					if want == nil {
						require.Error(t, err)
						continue
					}
					require.NoError(t, err, "%s %s %s", a, op, b)
					text := string(got.(json.Number))
					z, ok := new(big.Rat).SetString(text)
					require.True(t, ok, text)
					if z.Cmp(want) != 0 {
						require.Fail(t, "wrong", "%s %s %s at %d: %s, not %s", a, op, b, scale, text, want)
					}
					if strings.Contains(text, ".") && strings.HasSuffix(text, "0") || strings.HasPrefix(text, "-0") && z.Sign() == 0 || strings.ContainsAny(text, "eE+") {
						require.Fail(t, "not plain", "%s %s %s: %s", a, op, b, text)
					}
				}
			}
		}
	}
	for op, holds := range map[string]func(int) bool{"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 }, "==": func(c int) bool { return c == 0 }, "!==": func(c int) bool { return c != 0 }} {
		s := compiled(t, `{"`+op+`":[{"var":"a"},{"var":"b"}]}`, Options{Lenient: true}).NewMachine()
		for _, a := range numbers {
			for _, b := range numbers {
				x, _ := new(big.Rat).SetString(a)
				y, _ := new(big.Rat).SetString(b)
				is, err := s.EvalTruth(context.Background(), map[string]any{"a": json.Number(a), "b": json.Number(b)})
				if err != nil || is != holds(x.Cmp(y)) {
					require.Fail(t, "wrong", "%s %s %s: %v %v", a, op, b, is, err)
				}
			}
		}
	}
}

// TestComparingWithAConstantIsComparing holds the comparisons with a constant, which have code of
// their own for each Go type of the other side, to those of two variables.
func TestComparingWithAConstantIsComparing(t *testing.T) {
	floats := []float64{0, math.Copysign(0, -1), 0.1, 0.3, 0.1 + 0.2*one, 1, 1.5, 1e15, 1e15 + 1, 9007199254740992, 9007199254740994, 1 << 60, 1e21, 1e22, 1e23, 1e-7, 5e-324, 1.7e308, 123456.78901, 4.35, 1.005}
	texts := edges()
	for _, f := range floats {
		texts = append(texts, strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(f, 'f', -1, 64), strconv.FormatFloat(f, 'e', 20, 64))
	}
	for i, constant := range texts {
		if testing.Short() && i%4 != 0 {
			continue
		}
		for _, op := range []string{"==", "<", ">=", "==="} {
			short := compiled(t, `{"`+op+`":[{"var":"a"},`+constant+`]}`, Options{Lenient: true}).NewMachine()
			turned := compiled(t, `{"`+op+`":[`+constant+`,{"var":"a"}]}`, Options{Lenient: true}).NewMachine()
			long := compiled(t, `{"`+op+`":[{"var":"a"},{"var":"b"}]}`, Options{Lenient: true}).NewMachine()
			for i := range texts {
				all := []any{json.Number(texts[i])}
				if i < len(floats) {
					all = append(all, floats[i], decimal.NewFromFloat(floats[i]), -floats[i])
				}
				for _, v := range all {
					a, errA := short.EvalTruth(t.Context(), map[string]any{"a": v})
					b, errB := long.EvalTruth(t.Context(), map[string]any{"a": v, "b": json.Number(constant)})
					c, errC := turned.EvalTruth(t.Context(), map[string]any{"a": v})
					d, errD := long.EvalTruth(t.Context(), map[string]any{"b": v, "a": json.Number(constant)})
					if a != b || c != d || errA != nil || errB != nil || errC != nil || errD != nil {
						require.Fail(t, "differ", "%v %s %s: %v %v %v %v, %v %v", v, op, constant, a, b, c, d, errA, errB)
					}
				}
			}
		}
	}
}

func TestDigitsOfANumberAreCountedExactly(t *testing.T) {
	nines := strings.Repeat("9", 1000)
	for rule, fits := range map[string]bool{
		`{"+":["1e999",0]}`: true, `{"+":["1e1000",0]}`: false, `{"+":["` + nines + `",0]}`: true, `{"+":["` + nines + `",1]}`: false, `{"-":["-` + nines + `",0]}`: true,
		`{"+":["` + nines[1:] + `",1]}`: true, `{"+":["` + nines + `e1",0]}`: false, `{"+":["` + nines + `e999",0]}`: false, `{"+":["` + nines + `e-1000",0]}`: true,
		`{"+":["9e999","1e998"]}`: true, `{"+":["9e999","9e999"]}`: false, `{"-":["9e999","-9e999"]}`: false, `{"*":["1e500","1e499"]}`: true, `{"*":["1e500","1e500"]}`: false,
		`{"/":[1,"0.` + nines[:900] + `"]}`: true, `{"+":["0.` + nines[:600] + `",1.5]}`: true, `{"<":["0.` + nines[:900] + `",1]}`: true,
		`{"*":["1e-500","1e-500"]}`: true, `{"*":["1e-500","1e-501"]}`: false,
	} {
		_, err := compiled(t, rule, Options{Lenient: true}).Eval(t.Context(), nil)
		require.Equal(t, fits, err == nil, "%.40s %v", rule, err)
	}
	for text, fits := range map[string]bool{nines: true, nines + "9": false, "-" + nines: true, "1e999": true, "1e1000": false, "1e-1000": true, "1e-1001": false} {
		_, err := compiled(t, `{"var":""}`, Options{Lenient: true}).Eval(t.Context(), decimal.RequireFromString(text))
		require.Equal(t, fits, err == nil, "%.40s", text)
		_, err = compiled(t, `{"var":""}`, Options{Lenient: true}).Eval(t.Context(), json.Number(text))
		require.Equal(t, fits, err == nil, "%.40s", text)
	}
}

func TestNumbersFarApartAreCompared(t *testing.T) {
	for _, tc := range []struct{ less, more string }{
		{`1e-900`, `1e900`}, {`-1e900`, `-1e-900`}, {`-1e900`, `1e-900`}, {`0`, `1e-999`}, {`-1e999`, `0`},
		{`9223372036854775807`, `1e19`}, {`1e18`, `9223372036854775807`}, {`99999999999999999999.9`, `1e20`}, {`1e20`, `100000000000000000000.1`},
		{`0.00000000000000000009`, `1e-19`}, {`1e-20`, `0.000000000000000000010000000000000000000001`},
	} {
		requireAnswer(t, `{"<":[{"var":"a"},{"var":"b"}]}`, `{"a":`+tc.less+`,"b":`+tc.more+`}`, `true`, Options{Lenient: true})
		requireAnswer(t, `{"<":[{"var":"b"},{"var":"a"}]}`, `{"a":`+tc.less+`,"b":`+tc.more+`}`, `false`, Options{Lenient: true})
		requireAnswer(t, `{"==":[`+tc.less+`,`+tc.more+`]}`, ``, `false`, Options{Lenient: true})
		requireAnswer(t, `{"max":[`+tc.less+`,`+tc.more+`]}`, ``, tc.more, Options{Lenient: true})
	}
}

func TestNumbersOfTheDataComeOutInPlainDigits(t *testing.T) {
	for text, want := range map[string]string{
		`12`: `12`, `-12.5`: `-12.5`, `0`: `0`, `0.05`: `0.05`, `-0`: `0`, `-0.0`: `0`, `1.50`: `1.5`, `2.0`: `2`, `1e2`: `100`, `1E-2`: `0.01`,
		`1234567890123456789012`: `1234567890123456789012`, `0.1234567890123456789`: `0.1234567890123456789`, `100`: `100`, `0.10`: `0.1`,
	} {
		v, err := compiled(t, `{"filter":[{"var":"l"},true]}`, Options{Lenient: true}).Eval(t.Context(), map[string]any{"l": []any{json.Number(text)}})
		require.NoError(t, err)
		require.Equal(t, []any{json.Number(want)}, v, text)
	}
	for text, want := range map[string]string{ // not as JSON writes them
		`.5`: `0.5`, `5.`: `5`, `+1`: `1`, `01`: `1`, `-01`: `-1`, `-.0`: `0`,
	} {
		v, err := compiled(t, `{"var":"n"}`, Options{Lenient: true}).Eval(t.Context(), map[string]any{"n": json.Number(text)})
		require.NoError(t, err)
		require.Equal(t, json.Number(want), v, text)
	}
	for _, text := range []string{``, `-`, `.`, `1.2.3`, `0x1`, ` 1`, `1_0`, `--1`, `1-`, `1.` + "\x00"} {
		_, err := compiled(t, `{"var":"n"}`, Options{Lenient: true}).Eval(t.Context(), map[string]any{"n": json.Number(text)})
		var e *Error
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, InvalidData, e.Fault, text)
	}
}

func TestZeroIsZeroWhateverItsExponent(t *testing.T) {
	for _, zero := range []any{json.Number("0e1010"), json.Number("-0.000e-99999"), decimal.New(0, 5000), decimal.New(0, -5000)} {
		for _, n := range []Numbers{Decimal, Float64} {
			data := map[string]any{"z": zero}
			for rule, want := range map[string]string{`{"+":[{"var":"z"},1]}`: `1`, `{"==":[{"var":"z"},0]}`: `true`, `{"!!":[{"var":"z"}]}`: `false`, `{"var":"z"}`: `0`} {
				v, err := compiled(t, rule, Options{Lenient: true, Numbers: n}).Eval(t.Context(), data)
				require.NoError(t, err, "%s of %v", rule, zero)
				require.Equal(t, canonical(decode(t, []byte(want))), canonical(v), "%s of %v", rule, zero)
			}
			is, err := compiled(t, `{"var":"z"}`, Options{Lenient: true, Numbers: n}).EvalTruth(t.Context(), data)
			require.NoError(t, err)
			require.False(t, is)
		}
	}
}

func TestANumberBeyondBoundsIsNotFalse(t *testing.T) {
	for _, n := range []Numbers{Decimal, Float64} {
		for _, bad := range []any{json.Number("1e2000"), json.Number("x"), decimal.New(1, 1<<20)} {
			_, err := compiled(t, `{"if":[{"var":"n"},1,2]}`, Options{Lenient: true, Numbers: n}).Eval(t.Context(), map[string]any{"n": bad})
			require.Error(t, err, "%v", bad)
		}
	}
}
