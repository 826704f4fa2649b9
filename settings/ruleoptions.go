package settings

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter/internal/jsonlogic"
)

// Numbers is the arithmetic of a rule.
type Numbers uint8

// The arithmetics.
const (
	// ExactNumbers are decimals with all their digits: 0.1 + 0.2 is 0.3. Only a division rounds, half
	// up, to RuleOptions.DivisionScale places.
	ExactNumbers Numbers = iota
	// FloatNumbers are float64, as in JavaScript: for rules that are to answer as they do in a
	// browser, and not for money. The Togai dialect does not have them.
	FloatNumbers
)

// Dialect is whose answers a rule gives where engines differ. docs/jsonlogic.md lists the differences.
type Dialect uint8

// The dialects.
const (
	// StandardDialect is JSON Logic as its community's compatibility suites have it, with Togai's
	// operators for dates and durations.
	StandardDialect Dialect = iota
	// TogaiDialect answers as Togai's own engine does, peculiarities included, for teams that move
	// over with their rules.
	TogaiDialect
)

// DefaultDivisionScale is how many places a division keeps where RuleOptions say nothing; Togai's
// engine keeps as many.
const DefaultDivisionScale = jsonlogic.DivisionScale

// Limits of a rule. Beyond them it is ErrRule.
const (
	MaxRule      = jsonlogic.MaxBytes // bytes of its text
	MaxRuleDepth = jsonlogic.MaxDepth // arrays and objects inside each other
	MaxRuleNodes = jsonlogic.MaxNodes // operators, arrays and constants together
)

// RuleOptions say how rules are read and run. The zero value is ready: exact numbers, the standard
// dialect, strict, the default Budget.
type RuleOptions struct {
	Numbers Numbers
	Dialect Dialect
	// DivisionScale is the number of places that a division keeps, 0 to 100; nil means
	// DefaultDivisionScale. It is for ExactNumbers; the Togai dialect always keeps 4.
	DivisionScale *int
	// Lenient leaves unknown operators and impossible numbers of arguments to the evaluation that
	// reaches them; otherwise they are ErrRule when the rule is compiled. An Engine is never lenient.
	Lenient bool
	// Operators are the host's own, by name. They take the place of built-in ones of the same name,
	// and belong to what these options are given to, not to the process.
	Operators map[string]Operator
	Budget    Budget
}

// Operator is an operator of the host's own. It has one of the two functions; where it has both,
// Eager counts. They must be safe for concurrent use. An error that they return ends the evaluation,
// unless the rule has a try around it; a panic ends it as a *PanicError.
type Operator struct {
	// Eager gets the evaluated arguments, in the types of a result, and may keep and change them. It
	// returns what Rule.Eval takes for data.
	Eager func(ctx context.Context, args []any) (any, error)
	// Lazy evaluates only the arguments that it wants. It returns what Rule.Eval takes for data.
	Lazy func(ctx context.Context, args Arguments) (any, error)
	// Least and Most are how many arguments it takes; Most 0 means any number. It is never called with
	// another number. A rule that writes one is refused, unless the options are Lenient; where the
	// evaluation tells, as of a single argument that comes to the list of them, it is InvalidArguments.
	Least, Most int
}

// Arguments are those of a lazy Operator. They may be used during its call only, on its goroutine.
type Arguments struct{ of jsonlogic.Arguments }

// Len is how many there are.
func (a Arguments) Len() int { return a.of.Len() }

// Eval evaluates argument i, from 0; one that does not exist is nil. An error that it returns ends
// the operator: whatever that returns then, the evaluation has this error.
func (a Arguments) Eval(i int) (any, error) {
	v, err := a.of.Eval(i)
	return v, evaluationError(err)
}

// Budget bounds one evaluation, so that no rule and no event can take the process down. A zero field
// means its default. What exceeds it is a *RuleError of kind BudgetExceeded, which no try catches.
type Budget struct {
	// Steps, 100,000 by default: the nodes of the rule, those of an iterator's body once for each
	// element, and the length of what is read, compared, searched or copied: an element, or 64 bytes
	// of text, a step.
	Steps     int
	Bytes     int // of texts, lists and objects made, together; 1 MiB by default
	Array     int // elements of a list made; 32,768 by default
	Text      int // bytes of a text made; 64 KiB by default
	Digits    int // of a number, before and after the point together; 1,000 by default and at least 20
	DataDepth int // levels of data compared, returned or thrown; 64 by default
}

// check refuses what is out of range, but for the division's scale, which the engine looks at.
func (o RuleOptions) check() error {
	var detail string
	switch {
	case o.Numbers > FloatNumbers:
		detail = fmt.Sprintf("there are no numbers %d: use ExactNumbers or FloatNumbers", o.Numbers)
	case o.Dialect > TogaiDialect:
		detail = fmt.Sprintf("there is no dialect %d: use StandardDialect or TogaiDialect", o.Dialect)
	default:
		return nil
	}
	return &RuleError{Fault: InvalidArguments, Detail: detail, sentinel: ErrRule}
}

func (o RuleOptions) engine() jsonlogic.Options {
	own := make(map[string]jsonlogic.Operator, len(o.Operators))
	for name, op := range o.Operators {
		own[name] = op.engine()
	}
	out := jsonlogic.Options{
		Numbers: jsonlogic.Numbers(o.Numbers), Dialect: jsonlogic.Dialect(o.Dialect),
		Strict: !o.Lenient, Operators: own, Budget: jsonlogic.Budget(o.Budget),
	}
	if o.DivisionScale != nil { // the host may change its own
		scale := *o.DivisionScale
		out.DivisionScale = &scale
	}
	return out
}

func (o Operator) engine() jsonlogic.Operator {
	own := jsonlogic.Operator{Eager: o.Eager, Least: o.Least, Most: o.Most}
	if o.Lazy != nil {
		own.Lazy = func(ctx context.Context, args jsonlogic.Arguments) (any, error) { return o.Lazy(ctx, Arguments{args}) }
	}
	return own
}
