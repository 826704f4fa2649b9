package settings

import (
	"context"
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/internal/jsonlogic"
)

// Rule is a compiled JSON Logic rule. It never changes and is safe for concurrent use.
//
// Event data is only ever data to it and never run. Each evaluation is bounded by a Budget, looks at
// its context while it loops, and does not panic. docs/jsonlogic.md has the operators and what they
// mean.
type Rule struct{ of *jsonlogic.Rule }

// CompileRule compiles a rule. It does not keep raw.
//
// What is wrong with the rule is a *RuleError that wraps ErrRule and names operator and place: what is
// not JSON or has a key twice; what is beyond MaxRule, MaxRuleDepth or MaxRuleNodes; and, unless o is
// Lenient, an operator that does not exist or cannot take so many arguments. Options out of range are
// one too.
func CompileRule(raw json.RawMessage, o RuleOptions) (*Rule, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	r, err := jsonlogic.Compile(raw, o.engine())
	if err != nil {
		return nil, ruleError(err, ErrRule)
	}
	return &Rule{r}, nil
}

// Eval runs the rule.
//
// The data is decoded JSON: nil, bool, string, numbers, []any and map[string]any; numbers are
// json.Number, any of Go's integers or floats, or decimal.Decimal, and a float64 is taken for its
// shortest decimal. Maps from string to string, bool, int, float64, json.Number or decimal.Decimal,
// slices of the usual of these, and time.Time, which is its RFC 3339 text, will do too. Eval neither
// keeps nor changes the data.
//
// The result is nil, bool, string, a number, []any or map[string]any of these, and shares nothing
// with rule and data: the caller may change it. A number is a json.Number in plain digits without
// zeros at its end (the Togai dialect keeps those), or under FloatNumbers a float64.
//
// Where there is no result that is a *RuleError, which wraps ErrEvaluation. A ctx that has ended is
// its own error.
func (r *Rule) Eval(ctx context.Context, data any) (any, error) {
	v, err := r.of.Eval(ctx, data)
	return v, evaluationError(err)
}

// EvalNumber is Eval for a rule that comes to a number, without boxing it; otherwise it fails with
// WrongResult.
func (r *Rule) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	v, err := r.of.EvalNumber(ctx, data)
	return v, evaluationError(err)
}

// EvalFloat is EvalNumber that gives the float64 nearest to the number, and fails with NotANumber
// where that is beyond the largest.
func (r *Rule) EvalFloat(ctx context.Context, data any) (float64, error) {
	v, err := r.of.EvalFloat(ctx, data)
	return v, evaluationError(err)
}

// EvalText is Eval for a rule that comes to a text, without boxing it; otherwise it fails with
// WrongResult.
func (r *Rule) EvalText(ctx context.Context, data any) (string, error) {
	v, err := r.of.EvalText(ctx, data)
	return v, evaluationError(err)
}

// EvalTruth tells whether what the rule comes to counts as true: all but null, false, 0, "" and [].
func (r *Rule) EvalTruth(ctx context.Context, data any) (bool, error) {
	v, err := r.of.EvalTruth(ctx, data)
	return v, evaluationError(err)
}

// Reads lists the paths that the rule may read, as Reader says. What it reads of the elements of a
// list is part of the list's path.
func (r *Rule) Reads() []string { return r.of.Reads() }

// Trace runs the rule like Eval and keeps a record. It is much slower, and its record counts towards
// the Budget. Where there is no result, the Trace has what was recorded until then.
func (r *Rule) Trace(ctx context.Context, data any) (any, Trace, error) {
	t, err := r.of.Trace(ctx, data)
	if err != nil {
		return nil, Trace{}, err
	}
	out := Trace{Truncated: t.Truncated, Steps: make([]Step, len(t.Steps)), Reads: make([]Read, len(t.Reads))}
	for i, s := range t.Steps {
		out.Steps[i] = Step(s)
	}
	for i, read := range t.Reads {
		out.Reads[i] = Read(read)
	}
	return t.Result, out, evaluationError(t.Err)
}

// Session is the rule for one goroutine that evaluates it over and over: it has its working memory at
// hand, which costs a Rule some nanoseconds to find each time.
func (r *Rule) Session() *RuleSession { return &RuleSession{r.of.NewSession()} }

// RuleSession evaluates a Rule on one goroutine. It may keep the data of an evaluation alive until
// the next one, but does not look at it again.
type RuleSession struct{ of *jsonlogic.Session }

// Eval is Rule.Eval.
func (s *RuleSession) Eval(ctx context.Context, data any) (any, error) {
	v, err := s.of.Eval(ctx, data)
	return v, evaluationError(err)
}

// EvalNumber is Rule.EvalNumber.
func (s *RuleSession) EvalNumber(ctx context.Context, data any) (decimal.Decimal, error) {
	v, err := s.of.EvalNumber(ctx, data)
	return v, evaluationError(err)
}

// EvalFloat is Rule.EvalFloat.
func (s *RuleSession) EvalFloat(ctx context.Context, data any) (float64, error) {
	v, err := s.of.EvalFloat(ctx, data)
	return v, evaluationError(err)
}

// EvalText is Rule.EvalText.
func (s *RuleSession) EvalText(ctx context.Context, data any) (string, error) {
	v, err := s.of.EvalText(ctx, data)
	return v, evaluationError(err)
}

// EvalTruth is Rule.EvalTruth.
func (s *RuleSession) EvalTruth(ctx context.Context, data any) (bool, error) {
	v, err := s.of.EvalTruth(ctx, data)
	return v, evaluationError(err)
}
