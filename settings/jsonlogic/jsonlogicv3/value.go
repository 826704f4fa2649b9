package jsonlogicv3

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
)

// Limits of an event for Evaluator, besides settings.MaxDepth levels.
const (
	maxEventNodes = 100_000
	maxEventText  = 1 << 20 // bytes of all its texts and keys together
)

// maxExponent of a decimal in an event is beyond what float64 reaches.
const maxExponent = 1000

// notARule is put beside the only key of an object in an event. The library runs objects with one key
// wherever an expression returns one, and reads objects with more as constants. output removes it.
const notARule = "\x00 data, not a rule"

// input copies an event into the types that the library accepts: float64 for every number.
type input struct {
	nodes, bytes int
	asIs         bool // without notARule
}

func (in *input) value(v any, depth int) (any, error) {
	in.nodes++
	switch v := v.(type) {
	case nil, bool:
		return v, in.limit()
	case string:
		in.bytes += len(v)
		return v, in.limit()
	case []any:
		return in.array(v, depth+1)
	case map[string]any:
		return in.object(v, depth+1)
	}
	f, err := number(v)
	if err == nil {
		err = in.limit()
	}
	return f, err
}

func (in *input) limit() error {
	if in.nodes > maxEventNodes || in.bytes > maxEventText {
		return fmt.Errorf("is too large: at most %d values and %d bytes of text", maxEventNodes, maxEventText)
	}
	return nil
}

var errTooDeep = fmt.Errorf("is nested deeper than %d", settings.MaxDepth)

func (in *input) array(v []any, depth int) (any, error) {
	if depth > settings.MaxDepth {
		return nil, errTooDeep
	}
	out := make([]any, len(v))
	for i := range v {
		var err error
		if out[i], err = in.value(v[i], depth); err != nil {
			return nil, under(strconv.Itoa(i), err)
		}
	}
	return out, in.limit()
}

func (in *input) object(v map[string]any, depth int) (any, error) {
	if depth > settings.MaxDepth {
		return nil, errTooDeep
	}
	out := make(map[string]any, len(v)+1)
	for k := range v {
		in.bytes += len(k)
		var err error
		if out[k], err = in.value(v[k], depth); err != nil {
			return nil, under(k, err)
		}
	}
	if len(out) == 1 && !in.asIs {
		out[notARule] = nil
	}
	return out, in.limit()
}

// misplaced is an error with the JSON Pointer to its place.
type misplaced struct {
	path string
	err  error
}

func (m *misplaced) Error() string { return fmt.Sprintf("%s %v", admin.Clip(m.path), m.err) }
func (m *misplaced) Unwrap() error { return m.err }

// under moves the place of an error below a key.
func under(k string, err error) error {
	inner := &misplaced{err: err}
	errors.As(err, &inner)
	return &misplaced{path: "/" + text.PointerToken(k) + inner.path, err: inner.err}
}

var errOutOfRange = errors.New("is a number out of range")

// number converts a number of any type that Program allows.
func number(v any) (float64, error) {
	var f float64
	switch v := v.(type) {
	case json.Number:
		var err error
		if f, err = v.Float64(); err != nil {
			return 0, errOutOfRange
		}
	case decimal.Decimal:
		// Writing out a larger exponent would cost memory in proportion to it.
		if e := v.Exponent(); e < -maxExponent || e > maxExponent {
			return 0, fmt.Errorf("is a number out of range, with exponent %d", e)
		}
		f = v.InexactFloat64()
	case float64:
		f = v
	case float32:
		f = float64(v)
	case int:
		f = float64(v)
	case int8:
		f = float64(v)
	case int16:
		f = float64(v)
	case int32:
		f = float64(v)
	case int64:
		f = float64(v)
	case uint:
		f = float64(v)
	case uint8:
		f = float64(v)
	case uint16:
		f = float64(v)
	case uint32:
		f = float64(v)
	case uint64:
		f = float64(v)
	default:
		return 0, fmt.Errorf("is a %T: use what JSON decodes to, Go's numbers or decimal.Decimal", v)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, errOutOfRange
	}
	return f, nil
}

// output copies a result of the library into the types that Program promises.
func output(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case int: // the library's result of - and / without arguments
		return json.Number(strconv.Itoa(v)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("the result has the number %v, as of a division by zero or an overflow", v)
		}
		return json.Number(strconv.FormatFloat(v+0, 'f', -1, 64)), nil // + 0 makes 0 of -0
	case []any:
		out := make([]any, len(v))
		for i := range v {
			var err error
			if out[i], err = output(v[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			if k == notARule {
				continue
			}
			var err error
			if out[k], err = output(v[k]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("the result has a %T, which is not JSON", v)
}
