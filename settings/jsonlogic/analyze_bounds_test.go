package jsonlogic

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// No rule makes an analysis panic, and none is without an answer for long, whatever is known of the data.
func TestAnalyzeIsBounded(t *testing.T) {
	nested := func(before, after string, n int) string {
		return strings.Repeat(before, n) + "1" + strings.Repeat(after, n)
	}
	for reason, rule := range map[string]string{
		"reduces within each other":      nested(`{"reduce":[[1,2],`, `,0]}`, 20),
		"reduces whose accumulators are": nested(`{"reduce":[{"var":"a"},{"merge":[{"var":"accumulator"},`, `]},[]]}`, 12),
		"ifs within each other":          nested(`{"if":[{"var":"a"},`, `,{"var":"b"}]}`, 30),
		"maps within each other":         nested(`{"map":[[[1]],`, `]}`, 30),
		"lists within each other":        nested(`[`, `]`, 60),
		"a list of ands":                 `{"and":[` + strings.Repeat(`{"and":[{"var":"a"},{"!":[{"var":"b"}]}]},`, 200) + `1]}`,
		"an if of many arms":             `{"if":[` + strings.Repeat(`{"missing":["a","b"]},1,`, 200) + `1]}`,
	} {
		r, err := Compile([]byte(rule), Options{})
		require.NoError(t, err, reason)
		for _, s := range []Shape{{}, {Types: []Type{ObjectType}, Fields: map[string]Shape{"a": {Types: []Type{ArrayType}}, "b": {}}}} {
			began := time.Now()
			r.Analyze(s)
			require.Less(t, time.Since(began), 10*time.Second, reason)
		}
	}
	deep, err := Compile([]byte(nested(`{"reduce":[[1,2],`, `,0]}`, 20)), Options{})
	require.NoError(t, err)
	found := deep.Analyze(Shape{})
	require.Equal(t, TooLarge, found.Problems[len(found.Problems)-1].Fault)

	data := Shape{Types: []Type{ObjectType}, Fields: map[string]Shape{"n": {Types: []Type{NumberType}}, "list": {Types: []Type{ArrayType}}}}
	for i := range 5_000 {
		g := generator{rand.New(rand.NewPCG(uint64(i), 5))}
		text := g.rule(1 + g.r.IntN(5))
		for _, o := range []Options{{Lenient: true}, {}, {Dialect: Togai}, {Numbers: Float64}} {
			r, err := Compile([]byte(text), o)
			if err != nil {
				continue
			}
			require.NotPanics(t, func() { r.Analyze(data); r.Analyze(Shape{}) }, text)
		}
	}
}
