package settings

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/admincenter/admincenter/internal/jsonlogic"
)

// Engine is the Evaluator that a Service has where Options name no other: each of its programs is a
// Rule that is compiled strictly. Its programs are a Reader, a Tracer and a Sessioner. The zero value
// is ready.
type Engine struct{ options jsonlogic.Options }

var _ Evaluator = (*Engine)(nil)

// NewEngine is an Engine whose rules have these options, the host's operators included. Options out of
// range are ErrRule. It does not keep the map of operators.
func NewEngine(o RuleOptions) (*Engine, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Lenient = false
	e := &Engine{o.engine()}
	if _, err := jsonlogic.Compile([]byte("null"), e.options); err != nil {
		return nil, ruleError(err, ErrRule)
	}
	return e, nil
}

// Compile is CompileRule.
func (e *Engine) Compile(ctx context.Context, rule json.RawMessage) (Program, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := e.options
	o.Strict = true
	r, err := jsonlogic.Compile(rule, o)
	if err != nil {
		return nil, ruleError(err, ErrRule)
	}
	return program{Rule{r}, o.Numbers == jsonlogic.Float64}, nil
}

// program is a Rule whose results are those of a Program.
type program struct {
	rule   Rule
	floats bool
}

var (
	_ Program   = program{}
	_ Reader    = program{}
	_ Tracer    = program{}
	_ Sessioner = program{}
)

func (p program) Eval(ctx context.Context, event any) (any, error) {
	v, err := p.rule.Eval(ctx, event)
	if p.floats {
		return digits(v), thrownDigits(err)
	}
	return v, err
}

func (p program) Reads() []string { return p.rule.Reads() }

func (p program) Trace(ctx context.Context, event any) (any, Trace, error) {
	v, t, err := p.rule.Trace(ctx, event)
	if !p.floats {
		return v, t, err
	}
	for i := range t.Steps {
		t.Steps[i].Value = digits(t.Steps[i].Value)
	}
	return digits(v), t, thrownDigits(err)
}

func (p program) Session() Program {
	if p.floats {
		return p
	}
	return p.rule.Session()
}

// thrownDigits is digits of what an error carries.
func thrownDigits(err error) error {
	if e := (*RuleError)(nil); errors.As(err, &e) {
		e.Value = digits(e.Value)
	}
	return err
}

// digits makes json.Numbers of the float64 in a result, which it changes.
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
