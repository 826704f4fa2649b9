package jsonschema_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/jsonschema"
)

// usual is the budget of a JSON setting.
var usual = jsonschema.Budget{Steps: 1_000_000, Violations: 100}

// costly are schemas and values of at most 16 KiB and 64 KiB that made a check cost more than its steps.
func costly() map[string][2]string {
	fives := `[` + strings.Repeat("5,", 31_999) + `5]`
	names := `{` + list(5_000, `"k%d":1`) + `}`
	long := strings.Repeat("x", 200)
	ten := func(rule string) string { return `{"items":{"allOf":[` + strings.Repeat(rule+",", 9) + rule + `]}}` }
	return map[string][2]string{
		"ten rules that fail for each item":    {ten(`{"minimum":9}`), fives},
		"ten alternatives that fail":           {`{"items":{"anyOf":[` + strings.Repeat(`{"minimum":9},`, 9) + `{"minimum":9}]}}`, fives},
		"alternatives whose failures are lost": {`{"items":{"anyOf":[` + strings.Repeat(`{"minimum":9},`, 9) + `true]}}`, fives},
		"names that are missing in each item":  {ten(`{"required":["a","b","c"]}`), `[` + strings.Repeat("{},", 20_999) + `{}]`},
		"names that may not be in each item":   {ten(`{"additionalProperties":false}`), `[` + strings.Repeat(`{"a":1,"b":2,"c":3},`, 3_000) + `{}]`},
		"violations in a place that is long": {
			`{"$defs":{"l":{"properties":{"` + long + `":{"$ref":"#/$defs/l"}},"items":{"allOf":[` + strings.Repeat(`{"type":"string"},`, 9) + `{}]}}},"$ref":"#/$defs/l"}`,
			strings.Repeat(`{"`+long+`":`, 60) + `[` + strings.Repeat("5,", 25_000) + `5]` + strings.Repeat(`}`, 60),
		},
		"lost violations in a place that is long": {
			`{"$defs":{"l":{"properties":{"` + long + `":{"$ref":"#/$defs/l"}},"items":{"anyOf":[{"type":"string"},true]}}},"$ref":"#/$defs/l"}`,
			strings.Repeat(`{"`+long+`":`, 60) + `[` + strings.Repeat("5,", 25_000) + `5]` + strings.Repeat(`}`, 60),
		},
		"types that are many words":     {ten(`{"type":[` + strings.Repeat(`"string",`, 100) + `"null"]}`), fives},
		"fractions that may be integer": {`{"items":{"allOf":[` + strings.Repeat(`{"type":"integer"},`, 99) + `{}]}}`, `[` + list(9_000, `%de-300`) + `]`},
		"names sorted for no pattern":   {`{` + doubling(17, 2, `"patternProperties":{}`) + `}`, names},
		"what was evaluated, copied from schema to schema": {
			`{"unevaluatedProperties":false,"allOf":[` + strings.Repeat(`{"$ref":"#/$defs/s0"},`, 50) + `{}],"$defs":{` + chain(200, 1, `"additionalProperties":true`) + `}}`, names,
		},
	}
}

// list writes n of something, distinguished by their number from 1.
func list(n int, format string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i+1)
	}
	return strings.Join(out, ",")
}

// chain is n schemas of which each refers to the next as often as it is wide; the last is a leaf.
func chain(n, wide int, leaf string) string {
	out := ""
	for i := range n {
		out += fmt.Sprintf(`"s%d":{"allOf":[%s]},`, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"$ref":"#/$defs/s%d"},`, i+1), wide), ","))
	}
	return out + fmt.Sprintf(`"s%d":{%s}`, n, leaf)
}

func doubling(n, wide int, leaf string) string {
	return `"$ref":"#/$defs/s0","$defs":{` + chain(n, wide, leaf) + `}`
}

// The steps bound the time, whether a value meets the schema or not. A step takes about a microsecond; the test
// allows ten, as its machine may be busy, and the race detector costs more.
func TestTheBudgetBoundsTimeAndMemory(t *testing.T) {
	for reason, c := range costly() {
		t.Run(reason, func(t *testing.T) {
			require.LessOrEqual(t, len(c[0]), 16<<10)
			require.LessOrEqual(t, len(c[1]), 90<<10)
			schema, value := compile(t, c[0]), decoded(t, c[1])
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			found, _, err := schema.Check(t.Context(), value, usual)
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if err != nil {
				require.True(t, jsonschema.OverBudget(err))
			}
			require.LessOrEqual(t, len(found), usual.Violations)
			size := 0
			for _, v := range found {
				size += len(v.Pointer) + len(v.Message)
			}
			require.Less(t, size, 128<<10, "bytes of the violations")
			if raceDetector {
				return // which allocates and waits for itself
			}
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20), "bytes allocated, most of them freed at once")
			require.Less(t, took, 10*time.Second)
		})
	}
}

func TestViolationsBeyondTheBudgetAreCounted(t *testing.T) {
	schema := compile(t, `{"items":{"type":"string"}}`)
	found, more, err := schema.Check(t.Context(), decoded(t, `[`+strings.Repeat("5,", 499)+`5]`), usual)
	require.NoError(t, err)
	require.Len(t, found, 100)
	require.Equal(t, 400, more)

	t.Run("but not those that an alternative makes up for", func(t *testing.T) {
		schema := compile(t, `{"items":{"anyOf":[{"type":"string"},{"type":"number"}]}}`)
		found, more, err := schema.Check(t.Context(), decoded(t, `[`+strings.Repeat("5,", 499)+`null]`), usual)
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.Zero(t, more)
	})
	t.Run("and the same one of two schemas is listed once", func(t *testing.T) {
		schema := compile(t, `{"items":{"allOf":[{"minimum":9},{"minimum":9}]}}`)
		found, more, err := schema.Check(t.Context(), decoded(t, `[`+strings.Repeat("5,", 99)+`5]`), usual)
		require.NoError(t, err)
		require.Len(t, found, 100)
		require.LessOrEqual(t, more, 1)
	})
	t.Run("and places that are long fill the list sooner", func(t *testing.T) {
		name := strings.Repeat("x", 10_000)
		schema := compile(t, `{"additionalProperties":{"items":{"type":"string"}}}`)
		found, more, err := schema.Check(t.Context(), decoded(t, `{"`+name+`":[1,2,3,4,5,6,7,8,9,10]}`), usual)
		require.NoError(t, err)
		require.Len(t, found, 6)
		require.Equal(t, 4, more)
	})
}

func TestACheckEndsWithItsContext(t *testing.T) {
	schema := compile(t, `{"items":{"minimum":0}}`)
	value := decoded(t, `[`+strings.Repeat("5,", 31_999)+`5]`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	found, _, err := schema.Check(ctx, value, usual)
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, jsonschema.OverBudget(err))
	require.Empty(t, found)
}

func TestLongChecksTakeASlot(t *testing.T) {
	schema := compile(t, `{"items":{"minimum":0}}`)
	long := decoded(t, `[`+strings.Repeat("5,", 31_999)+`5]`)
	budget := usual
	budget.Slots = make(chan struct{}, 1)
	for range 3 {
		_, _, err := schema.Check(t.Context(), long, budget)
		require.NoError(t, err)
		require.Empty(t, budget.Slots, "the slot is given back")
	}
	budget.Slots <- struct{}{} // another check
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, _, err := schema.Check(ctx, long, budget)
		ended <- err
	}()
	_, _, err := schema.Check(t.Context(), decoded(t, `[5]`), budget)
	require.NoError(t, err, "a short check needs none")
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Len(t, budget.Slots, 1, "one that waited in vain gives nothing back")
}
