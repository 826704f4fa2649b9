package settings

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Engine is the Evaluator that a [Service] uses unless its Options name another. It compiles rules
// strictly with package jsonlogic. Its programs are a [Reader], a [Tracer] and a [Forker]. The zero value
// is ready.
type Engine struct{ options jsonlogic.Options }

var _ Evaluator = (*Engine)(nil)

// NewEngine returns an Engine that compiles rules with these options, custom operators included, but never
// leniently. It keeps neither the map of operators nor the pointer to the scale. It fails with
// [jsonlogic.ErrRule] if the options are out of range.
func NewEngine(o jsonlogic.Options) (*Engine, error) {
	o = o.Clone()
	o.Lenient = false
	if _, err := jsonlogic.Compile([]byte("null"), o); err != nil {
		return nil, err
	}
	return &Engine{o}, nil
}

// Compile is [jsonlogic.Compile] with the options of the Engine.
func (e *Engine) Compile(ctx context.Context, rule json.RawMessage) (Program, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := jsonlogic.Compile(rule, e.options)
	if err != nil {
		return nil, err
	}
	if e.options.Numbers == jsonlogic.Float64 {
		return floatProgram{r}, nil
	}
	return program{r}, nil
}

// program is a Rule with the methods of a Program.
type program struct{ *jsonlogic.Rule }

var (
	_ Program = program{}
	_ Reader  = program{}
	_ Tracer  = program{}
	_ Forker  = program{}

	_ Predictor = program{}
	_ Analyzer  = program{}
)

func (p program) Fork() Program { return p.NewMachine() }

// floatProgram is a Rule with float64 numbers, whose results are in plain digits.
type floatProgram struct{ rule *jsonlogic.Rule }

var (
	_ Program = floatProgram{}
	_ Reader  = floatProgram{}
	_ Tracer  = floatProgram{}
	_ Forker  = floatProgram{}

	_ Predictor = floatProgram{}
	_ Analyzer  = floatProgram{}
)

func (p floatProgram) Eval(ctx context.Context, event any) (any, error) {
	v, err := p.rule.Eval(ctx, event)
	return digits(v), thrownDigits(err)
}

func (p floatProgram) Reads() []string { return p.rule.Reads() }

func (p floatProgram) Faults() []*jsonlogic.Error { return p.rule.Faults() }

func (p floatProgram) Analyze(data jsonlogic.Shape) jsonlogic.Analysis { return p.rule.Analyze(data) }

func (p floatProgram) ResultType() jsonlogic.Type { return p.rule.ResultType() }

func (p floatProgram) Constant() (any, bool) {
	v, ok := p.rule.Constant()
	return digits(v), ok
}

func (p floatProgram) Trace(ctx context.Context, event any) (any, jsonlogic.Trace, error) {
	v, t, err := p.rule.Trace(ctx, event)
	for i := range t.Steps {
		t.Steps[i].Value = digits(t.Steps[i].Value)
	}
	return digits(v), t, thrownDigits(err)
}

func (p floatProgram) Fork() Program { return floatMachine{p.rule.NewMachine()} }

// floatMachine is a floatProgram for one goroutine.
type floatMachine struct{ machine *jsonlogic.Machine }

func (m floatMachine) Eval(ctx context.Context, event any) (any, error) {
	v, err := m.machine.Eval(ctx, event)
	return digits(v), thrownDigits(err)
}

// thrownDigits is digits of the value that an error carries.
func thrownDigits(err error) error {
	var e *jsonlogic.Error
	if errors.As(err, &e) {
		e.Value = digits(e.Value)
	}
	return err
}

// digits replaces the float64 in a result by json.Numbers, in place.
func digits(v any) any {
	switch x := v.(type) {
	case float64:
		return json.Number(strconv.FormatFloat(x+0, 'f', -1, 64)) // + 0 makes 0 of -0
	case []any:
		for i := range x {
			x[i] = digits(x[i])
		}
	case map[string]any:
		for k := range x {
			x[k] = digits(x[k])
		}
	}
	return v
}
