package jsonschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numberProblem is what is wrong with the numbers of a value, if anything: as fractions some would take memory
// without bound, because 1e400000000 is a short text.
func numberProblem(v any, most int) string {
	switch v := v.(type) {
	case json.Number:
		return oneNumberProblem(v.String(), most)
	case []any:
		for _, item := range v {
			if problem := numberProblem(item, most); problem != "" {
				return problem
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if problem := numberProblem(v[name], most); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func oneNumberProblem(n string, most int) string {
	if most == 0 {
		return ""
	}
	if len(n) > most {
		return fmt.Sprintf("number %s has %d characters: at most %d can be checked", clip(n), len(n), most)
	}
	if i := strings.IndexAny(n, "eE"); i >= 0 {
		if e, err := strconv.Atoi(n[i+1:]); err != nil || e > most || e < -most {
			return fmt.Sprintf("number %s: its exponent can be checked from -%d to %d", clip(n), most, most)
		}
	}
	return ""
}

// rat is the exact value of a number that numberProblem allows.
func rat(n json.Number) *big.Rat {
	x, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return new(big.Rat)
	}
	return x
}

// digitsAStep is about how many digits of a number are as much work as one step.
const digitsAStep = 20

// numberSteps is about how much work a number is.
func numberSteps(n json.Number) int {
	digits := len(n)
	if i := strings.IndexAny(n.String(), "eE"); i >= 0 {
		if e, err := strconv.Atoi(n.String()[i+1:]); err == nil {
			digits += max(e, -e)
		}
	}
	return 1 + digits/digitsAStep
}

// typeOf is the JSON type of a value.
func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// canonical writes a value so that two are equal exactly if their texts are: numbers by value, objects by key.
// It returns the number of steps that this costs.
func canonical(b *strings.Builder, v any) (steps int) {
	switch v := v.(type) {
	case json.Number:
		b.WriteString("n" + rat(v).RatString())
		return numberSteps(v)
	case string:
		b.WriteString(strconv.Quote(v))
		return 1 + len(v)/bytesAStep
	case []any:
		b.WriteByte('[')
		for _, item := range v {
			steps += canonical(b, item)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(strconv.Quote(name) + ":")
			steps += 1 + canonical(b, v[name])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	default: // null and booleans
		fmt.Fprint(b, v)
	}
	return steps + 1
}

// bytesAStep is about how many bytes of text are as much work as one step.
const bytesAStep = 32

// key is the canonical text of a value.
func key(v any) (string, int) {
	var b strings.Builder
	steps := canonical(&b, v)
	return b.String(), steps
}

// characters is the length of a text as JSON Schema counts it.
func characters(s string) int { return utf8.RuneCountInString(s) }

// nameList writes names into a message: no more of them than it has room for.
type nameList []string

func (l nameList) String() string {
	var b strings.Builder
	for i, name := range l {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name[:min(len(name), maxMessage)]))
		if b.Len() > maxMessage {
			break
		}
	}
	return b.String()
}
