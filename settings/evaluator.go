package settings

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// ErrNotLogic is returned when a setting that is not a JSON_LOGIC rule is evaluated.
var ErrNotLogic = admin.NewError("setting_not_logic", admin.ErrState, "not a JSON_LOGIC setting")

// Evaluator compiles the JSON_LOGIC rules of a [Service]. It must be safe for concurrent use. [Engine] is
// the default.
type Evaluator interface {
	// Compile checks a rule and makes it ready to run. It neither keeps nor changes the bytes. It fails
	// with an error that wraps jsonlogic.ErrRule and names the operator and its place if the rule is not
	// JSON, breaks the limits of Logic, or has an operator that does not exist. If ctx has ended it fails
	// with the error of ctx.
	Compile(ctx context.Context, rule json.RawMessage) (Program, error)
}

// Program is a compiled rule. It must be safe for concurrent use. It may also be a [Reader], a [Tracer],
// a [Forker], a [Predictor] and an [Analyzer].
type Program interface {
	// Eval evaluates the rule on an event.
	//
	// The event is decoded JSON: nil, bool, string, numbers, []any and map[string]any of these. A number
	// is a json.Number, any of Go's integers or floats, or a decimal.Decimal. Eval neither keeps nor
	// changes the event.
	//
	// The result is nil, bool, string, json.Number, []any or map[string]any of these. A number is plain
	// digits with at most one point and no exponent, in every arithmetic. The result shares nothing
	// with the event or the rule, and the caller may change it.
	//
	// If the rule has no result on this event, Eval fails with an error that wraps
	// jsonlogic.ErrEvaluation. If ctx has ended it fails with the error of ctx.
	Eval(ctx context.Context, event any) (any, error)
}

// Reader is a Program that knows what it reads.
type Reader interface {
	// Reads lists the paths of an event that the rule may read, as the operator var writes them, in
	// ascending order, each once. It may list more than an evaluation reads, never less. The empty path
	// stands for the whole event, and for a path that the rule computes.
	Reads() []string
}

// Tracer is a Program that can record how it reached its result.
type Tracer interface {
	// Trace is Eval that keeps a record. If it fails with jsonlogic.ErrEvaluation, the Trace has what was
	// recorded until then.
	Trace(ctx context.Context, event any) (any, jsonlogic.Trace, error)
}

// Forker is a Program that is cheaper when one goroutine evaluates it repeatedly.
type Forker interface {
	// Fork returns the program for one goroutine, with working memory of its own.
	Fork() Program
}

// Predictor is a Program that knows something of its results before there is an event.
type Predictor interface {
	// Faults returns the errors of parts of the rule that fail in every evaluation that reaches them.
	Faults() []*jsonlogic.Error
	// Constant returns the result of a rule that has the same one on every event.
	Constant() (result any, ok bool)
	// ResultType returns the type that every result has, or jsonlogic.AnyType if it depends on the event.
	ResultType() jsonlogic.Type
}

// Analyzer is a Program that can be checked against what its events are.
type Analyzer interface {
	// Analyze finds what of the rule cannot be meant on an event of a shape, and what its results are.
	Analyze(event jsonlogic.Shape) jsonlogic.Analysis
}

// Result is the outcome of a rule.
type Result struct {
	Value   any     `json:"value,omitempty"` // as Program.Eval returns it
	Setting Setting `json:"setting"`         // the rule, and so the level that it came from
}

// Decimal returns the result as a number with every digit: round it as you need. It fails with
// [jsonlogic.ErrEvaluation] if the result is not a number.
func (r Result) Decimal() (decimal.Decimal, error) {
	n, ok := r.Value.(json.Number)
	if !ok {
		return decimal.Decimal{}, fmt.Errorf("rule %s: the result is a %T and not a number: %w",
			r.Setting.Key(), r.Value, jsonlogic.ErrEvaluation)
	}
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		return decimal.Decimal{}, fmt.Errorf("rule %s: the result is not a valid number: %w",
			r.Setting.Key(), jsonlogic.ErrEvaluation)
	}
	return d, nil
}
