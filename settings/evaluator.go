package settings

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrRule: an Evaluator cannot compile the rule. The message names the operator or the place.
	ErrRule = fmt.Errorf("rule cannot be compiled: %w", admin.ErrInvalid)
	// ErrEvaluation: a rule has no result on this event: the event is not what the rule takes it
	// for, a number is out of range, or a limit was reached.
	ErrEvaluation = fmt.Errorf("rule cannot be evaluated: %w", admin.ErrInvalid)
	// ErrNotLogic: a setting was to be evaluated that is not a JSON_LOGIC rule.
	ErrNotLogic = fmt.Errorf("not a JSON_LOGIC setting: %w", admin.ErrState)
)

// Evaluator compiles JSON Logic rules. It is safe for concurrent use.
type Evaluator interface {
	// Compile checks a rule and makes it ready to run. It neither keeps nor changes the bytes. A
	// rule that is not JSON, breaks the limits of Logic, or has an operator that does not exist is
	// ErrRule, with the operator and its place in the message. A ctx that has ended is its error.
	Compile(ctx context.Context, rule json.RawMessage) (Program, error)
}

// Program is a compiled rule. It is safe for concurrent use.
type Program interface {
	// Eval runs the rule on an event.
	//
	// The event is decoded JSON: nil, bool, string, numbers, []any and map[string]any of these.
	// Numbers are json.Number, any of Go's integers or floats, or decimal.Decimal. Eval neither
	// keeps nor changes it.
	//
	// The result is nil, bool, string, json.Number, []any or map[string]any of these. Numbers are
	// plain digits with at most one point and no exponent, whatever they were computed in. The
	// result shares nothing with the event or the rule: the caller may change it.
	//
	// What goes wrong in the rule or the event is ErrEvaluation. A ctx that has ended is its error.
	Eval(ctx context.Context, event any) (any, error)
}

// Result is what a rule came to.
type Result struct {
	Value   any     // as Program.Eval gives it
	Setting Setting // the rule, and so the level that it came from
}

// Decimal is the number that the rule came to, every digit of it: round it to what you need. It
// fails with ErrEvaluation where the rule did not come to a number.
func (r Result) Decimal() (decimal.Decimal, error) {
	n, ok := r.Value.(json.Number)
	if !ok {
		return decimal.Decimal{}, fmt.Errorf("rule %s came to %T and not to a number: %w", r.Setting.Key(), r.Value, ErrEvaluation)
	}
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("rule %s came to a number that is not one: %w", r.Setting.Key(), ErrEvaluation)
	}
	return d, nil
}
