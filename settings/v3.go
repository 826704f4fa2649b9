package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/diegoholiveira/jsonlogic/v3"

	"github.com/admincenter/admincenter/admin"
)

// maxRuleNodes bounds a rule: operators, arrays and constants together.
const maxRuleNodes = 2000

// V3Evaluator is an Evaluator over github.com/diegoholiveira/jsonlogic/v3. Its answers are that
// library's, with what they bring along:
//
//   - It computes in float64: 0.1 + 0.2 is 0.30000000000000004, and integers beyond 2^53 lose digits.
//   - It has no limit on steps or memory. A rule of a hundred bytes can double a text until memory
//     runs out, and ctx is looked at before and after a run but not during it.
//   - Iterators look a name up in the whole event first and in the item last.
//
// So it is for rules and events that are trusted. What it adds is that rules are checked when they
// are compiled, that nothing which goes wrong inside the library panics or comes out untyped, that
// events may hold the numbers that Program allows and are bounded (100,000 values, 1 MiB of texts and
// keys, nested MaxDepth deep), that results share nothing with rule or event, and that an object which an event carries is not run as a rule (the library does that to objects
// with one key).
//
// The operators are the library's own and those that the host registered with its AddOperator,
// which are the whole process's. To them an object of the event that has one key seems to have a
// second one, which begins with NUL.
type V3Evaluator struct{}

// NewV3Evaluator is a V3Evaluator; it has no state.
func NewV3Evaluator() V3Evaluator { return V3Evaluator{} }

var _ Evaluator = V3Evaluator{}

// Compile checks the rule: the limits of Logic, at most 2,000 nodes, every object one operator that
// exists, numbers within float64. The library would take other objects for constants; here they are
// refused, because they are mostly an operator with a slip.
func (V3Evaluator) Compile(ctx context.Context, rule json.RawMessage) (Program, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	text, err := compactJSON(string(rule))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrRule)
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrRule)
	}
	c := v3Compiler{}
	if tree, err = c.node(tree, ""); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrRule)
	}
	return v3Program{tree}, nil
}

type v3Compiler struct{ nodes int }

// node turns a decoded rule into what the library takes. path is the JSON Pointer to it.
func (c *v3Compiler) node(rule any, path string) (any, error) {
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
			if !v3Knows(op) {
				return nil, fmt.Errorf("operator %q at %s does not exist", admin.Clip(op), place(path))
			}
			var err error
			if r[op], err = c.node(args, path+"/"+pointerEscape(op)); err != nil {
				return nil, err
			}
		}
		return r, nil
	}
	return rule, nil
}

// v3Knows asks the library, which knows what the host registered; it has no function for just that.
func v3Knows(op string) bool { return jsonlogic.ValidateJsonLogic(map[string]any{op: ""}) }

// place is a JSON Pointer for a message; of the whole rule it is empty.
func place(path string) string {
	if path == "" {
		return "the top"
	}
	return admin.Clip(path)
}

// pointerEscape writes a key as a token of a JSON Pointer (RFC 6901).
func pointerEscape(k string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(k)
}

type v3Program struct{ rule any }

// Eval runs the rule on a copy of everything: operators of the host's own may change what they get.
func (p v3Program) Eval(ctx context.Context, event any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in := v3Input{}
	data, err := in.value(event, 0)
	if err != nil {
		return nil, fmt.Errorf("event %w: %w", err, ErrEvaluation)
	}
	return v3Run(ctx, v3Clone(p.rule), data)
}

// v3Run runs a rule on data, both of which the library may change.
func v3Run(ctx context.Context, rule, data any) (any, error) {
	out, err := v3Apply(rule, data)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result, err := v3Output(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrEvaluation)
	}
	return result, nil
}

// v3Apply is ApplyInterface that neither panics nor returns an untyped error. The library recovers
// its own panics and panics again where the panic's value was not an error.
func v3Apply(rule, data any) (out any, err error) {
	defer func() {
		if recover() != nil {
			// What it was is lost: the library's own panic is about its being no error.
			out, err = nil, fmt.Errorf("an operator of the host's panicked: %w", ErrEvaluation)
		}
	}()
	out, err = jsonlogic.ApplyInterface(rule, data)
	if err == nil {
		return out, nil
	}
	why := admin.Clip(err.Error())
	if unsupported := (jsonlogic.ErrInvalidOperator{}); !errors.As(err, &unsupported) {
		// A run-time error of Go's inside an operator: it names no operator and no field.
		why = "an operator was given what it does not take: " + why
	}
	return nil, fmt.Errorf("%s: %w", why, ErrEvaluation)
}

func v3Clone(rule any) any {
	switch r := rule.(type) {
	case []any:
		out := make([]any, len(r))
		for i := range r {
			out[i] = v3Clone(r[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(r))
		for k := range r {
			out[k] = v3Clone(r[k])
		}
		return out
	}
	return rule
}
