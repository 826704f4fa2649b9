// Package jsonlogicv3 runs rules that were written for github.com/diegoholiveira/jsonlogic/v3, and takes
// along the operators that a host registered with that library.
//
//	own, err := jsonlogicv3.Operators("haversine")
//	engine, err := settings.NewEngine(jsonlogic.Options{Operators: own})
//
// [Operators] keeps the custom operators of a host that uses the library's own engine, which is what most
// hosts should do. [Evaluator] keeps the results of the other engine as well; it is for trusted rules and
// events only.
package jsonlogicv3

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	v3 "github.com/diegoholiveira/jsonlogic/v3"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// maxRuleNodes bounds a rule: operators, arrays and constants together.
const maxRuleNodes = jsonlogic.MaxNodes

// Evaluator is a settings.Evaluator over github.com/diegoholiveira/jsonlogic/v3. Its results are those of
// that library, with these properties:
//
//   - It computes in float64: 0.1 + 0.2 is 0.30000000000000004, and integers beyond 2^53 lose digits.
//   - It has no limit on steps or memory. A rule of a hundred bytes can double a text until memory is
//     exhausted, and ctx is checked before and after an evaluation but not during it.
//   - Iterators look a name up in the whole event first and in the element last.
//
// Use it only for rules and events that are trusted. It adds the following: rules are checked when they are
// compiled; no failure inside the library panics or is returned without a sentinel; events may hold the
// numbers that [settings.Program] allows, and are bounded to 100,000 values, 1 MiB of texts and keys, and
// settings.MaxDepth levels; results share nothing with rule or event; and an object in an event is not run
// as a rule, as the library does with objects of one key.
//
// The operators are those of the library and those that the host registered with its AddOperator, which are
// shared by the whole process. To them an object of the event with one key seems to have a second key,
// which begins with NUL.
type Evaluator struct{}

// NewEvaluator returns an Evaluator. It has no state.
func NewEvaluator() Evaluator { return Evaluator{} }

var _ settings.Evaluator = Evaluator{}

// Compile checks the rule: the limits of settings.Logic, at most jsonlogic.MaxNodes nodes, each object
// exactly one existing operator, numbers within float64. The library would read other objects as constants;
// here they are refused, because most of them are misspelled operators.
func (Evaluator) Compile(ctx context.Context, rule json.RawMessage) (settings.Program, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	checked, err := settings.Logic(rule)
	if err != nil {
		why := strings.TrimSuffix(err.Error(), ": "+admin.ErrInvalid.Error())
		return nil, fmt.Errorf("%s: %w", why, jsonlogic.ErrRule)
	}
	dec := json.NewDecoder(strings.NewReader(checked.Text()))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("%w: %w", err, jsonlogic.ErrRule)
	}
	c := compiler{}
	if tree, err = c.node(tree, ""); err != nil {
		return nil, fmt.Errorf("%w: %w", err, jsonlogic.ErrRule)
	}
	return program{tree}, nil
}

type compiler struct{ nodes int }

// node turns a decoded rule into what the library takes. path is the JSON Pointer to it.
func (c *compiler) node(rule any, path string) (any, error) {
	if c.nodes++; c.nodes > maxRuleNodes {
		return nil, fmt.Errorf("the rule has more than %d operators, arrays and constants", maxRuleNodes)
	}
	switch r := rule.(type) {
	case json.Number:
		f, err := r.Float64()
		if err != nil {
			return nil, fmt.Errorf("number %s at %s is out of range", admin.Clip(r.String()), place(path))
		}
		return f, nil
	case []any:
		for i := range r {
			var err error
			if r[i], err = c.node(r[i], fmt.Sprintf("%s/%d", path, i)); err != nil {
				return nil, err
			}
		}
		return r, nil
	case map[string]any:
		if len(r) != 1 {
			return nil, fmt.Errorf("object at %s has %d keys: a rule's object has one, the operator", place(path), len(r))
		}
		for op, args := range r {
			if !knows(op) {
				return nil, fmt.Errorf("operator %q at %s does not exist", admin.Clip(op), place(path))
			}
			var err error
			if r[op], err = c.node(args, path+"/"+text.PointerToken(op)); err != nil {
				return nil, err
			}
		}
		return r, nil
	}
	return rule, nil
}

// knows reports whether the library or the host registered the operator.
func knows(op string) bool { return v3.ValidateJsonLogic(map[string]any{op: ""}) }

// place is a JSON Pointer for a message; that of the whole rule is empty.
func place(path string) string {
	if path == "" {
		return "the top"
	}
	return text.Visible(admin.Clip(path))
}

type program struct{ rule any }

// Eval evaluates a copy of the rule on a copy of the event, because custom operators may change what they get.
func (p program) Eval(ctx context.Context, event any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in := input{}
	data, err := in.value(event, 0)
	if err != nil {
		return nil, fmt.Errorf("event %w: %w", err, jsonlogic.ErrEvaluation)
	}
	return run(ctx, clone(p.rule), data)
}

// run evaluates a rule on data. The library may change both.
func run(ctx context.Context, rule, data any) (any, error) {
	out, err := apply(rule, data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result, err := output(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, jsonlogic.ErrEvaluation)
	}
	return result, nil
}

// apply is ApplyInterface that neither panics nor returns an error without a sentinel. The library recovers
// its own panics and panics again if the value was not an error.
func apply(rule, data any) (out any, err error) {
	defer func() {
		if recover() != nil {
			// The value is lost: the library's own panic only states that it was not an error.
			out, err = nil, fmt.Errorf("a custom operator panicked: %w", jsonlogic.ErrEvaluation)
		}
	}()
	out, err = v3.ApplyInterface(rule, data)
	if err == nil {
		return out, nil
	}
	why := admin.Clip(err.Error())
	if unsupported := (v3.ErrInvalidOperator{}); !errors.As(err, &unsupported) {
		// A run-time error inside an operator names no operator and no field.
		why = "an operator got arguments that it does not accept: " + why
	}
	return nil, fmt.Errorf("%s: %w", why, jsonlogic.ErrEvaluation)
}

func clone(rule any) any {
	switch r := rule.(type) {
	case []any:
		out := make([]any, len(r))
		for i := range r {
			out[i] = clone(r[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(r))
		for k := range r {
			out[k] = clone(r[k])
		}
		return out
	}
	return rule
}
