package jsonlogic

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// Numbers is the arithmetic of a rule.
type Numbers uint8

// The arithmetics.
const (
	// Decimal computes exactly: 0.1 + 0.2 is 0.3, and 1/3 is a fraction, of which three are 1. Only a result that is
	// no decimal is rounded, half up, to 28 significant digits, unless Options.DivisionScale rounds each division.
	Decimal Numbers = iota
	// Float64 computes in float64 as JavaScript does. It is for rules that must give the same results
	// as in a browser, and not for money. The Togai dialect does not have it.
	Float64
)

// Dialect decides what a rule means where JSON Logic engines differ. docs/jsonlogic.md lists the
// differences.
type Dialect uint8

// The dialects.
const (
	// Standard is JSON Logic as the compatibility suites of its community define it, with Togai's
	// operators for dates and durations.
	Standard Dialect = iota
	// Togai gives the results of that product's engine, a fork of json-logic-java, peculiarities
	// included. Its numbers are always Decimal.
	Togai
)

// togaiScale is the number of places that a division keeps in the Togai dialect.
const togaiScale = 4

// maxDivisionScale is the largest Options.DivisionScale.
const maxDivisionScale = 100

// Limits of a rule. Beyond them it is TooLarge.
const (
	MaxBytes = 64 << 10 // bytes of its text
	MaxDepth = 64       // arrays and objects inside each other
	MaxNodes = 2000     // operators, arrays and constants together
)

// Options are how a rule is read and run. The zero value is ready: exact decimals, the standard
// dialect, strict, the default Budget.
type Options struct {
	Numbers Numbers
	Dialect Dialect
	// DivisionScale is the number of places to which each division with Decimal is rounded, half up, from 0 to 100. nil
	// rounds none: a quotient is a fraction until the end. The Togai dialect always keeps 4 places.
	DivisionScale *int
	// Lenient leaves unknown operators and impossible numbers of arguments to the evaluation that
	// reaches them. Otherwise Compile fails with them.
	Lenient bool
	// Operators are the custom operators of this rule, by name. They replace built-in ones of the same
	// name.
	Operators map[string]Operator
	Budget    Budget
}

// Clone returns a copy that shares neither DivisionScale nor Operators with o.
func (o Options) Clone() Options {
	o.Operators = maps.Clone(o.Operators)
	if o.DivisionScale != nil {
		scale := *o.DivisionScale
		o.DivisionScale = &scale
	}
	return o
}

// check refuses options that are out of range.
func (o Options) check() *Error {
	var detail string
	b := o.Budget
	switch {
	case o.Numbers > Float64:
		detail = fmt.Sprintf("there are no numbers %d: use Decimal or Float64", o.Numbers)
	case o.Dialect > Togai:
		detail = fmt.Sprintf("there is no dialect %d: use Standard or Togai", o.Dialect)
	case o.DivisionScale != nil && (*o.DivisionScale < 0 || *o.DivisionScale > maxDivisionScale):
		detail = fmt.Sprintf("the scale of a division must be from 0 to %d", maxDivisionScale)
	case slices.Min([]int{b.Steps, b.Bytes, b.Array, b.Text, b.Digits, b.DataDepth}) < 0:
		detail = "a limit of the budget is negative: leave it 0 for its default"
	default:
		return nil
	}
	return &Error{Fault: InvalidArguments, Detail: detail}
}

// Operator is a custom operator. It has one of the two functions; if both are set, Eager is used. The
// functions must be safe for concurrent use. An error that they return ends the evaluation unless a try
// in the rule catches it; a panic ends it with a [*PanicError]. The Budget does not bound an operator
// while it runs.
type Operator struct {
	// Eager gets the evaluated arguments in the types of a result, and may keep and change them. It
	// returns what [Rule.Eval] accepts as data.
	Eager func(ctx context.Context, args []any) (any, error)
	// Lazy evaluates only the arguments that it needs. It returns what [Rule.Eval] accepts as data.
	Lazy func(ctx context.Context, args Arguments) (any, error)
	// Least and Most bound the number of arguments; Most 0 means any number. The operator is never
	// called with another number. Compile refuses a rule that writes one, unless it is lenient; if only
	// the evaluation can know, as when a single argument is a list, it fails with InvalidArguments.
	Least, Most int
	// WholeData lets a Lazy operator see all the data with [Arguments.Data]. A rule with it may read anything, of which
	// [Rule.Reads] has the empty path.
	WholeData bool
}

// Arguments are the arguments of a lazy [Operator]. They may be used only during its call and on its
// goroutine.
type Arguments struct {
	run   *run
	args  []*node
	whole bool
}

// Data returns the data that the rule is evaluated on, whatever scope the operator is in, if the [Operator] has
// WholeData, and else nil. It is the caller's own: the operator must neither keep nor change it.
func (a Arguments) Data() any {
	if !a.whole {
		return nil
	}
	return a.run.root()
}

// Len returns the number of arguments.
func (a Arguments) Len() int { return len(a.args) }

// Eval evaluates argument i, counted from 0; one that does not exist is nil. If Eval fails, the
// evaluation ends with its error, and what the operator returns is ignored.
func (a Arguments) Eval(i int) (any, error) {
	if i < 0 || i >= len(a.args) {
		return nil, nil
	}
	v := a.run.export(a.args[i].val(a.run), 0)
	if a.run.err != nil {
		return nil, a.run.failure()
	}
	return v, nil
}

// Budget bounds one evaluation, so that no rule and no data can exhaust the process. A zero field means
// its default. An evaluation beyond it fails with BudgetExceeded, which no try catches.
type Budget struct {
	// Steps, 100,000 by default, counts the nodes of the rule once, those of an iterator's body for
	// each element, and the length of what is read, compared, searched or copied: one step for an
	// element or for 64 bytes of text.
	Steps     int
	Bytes     int // of texts, lists and objects made, together; 1 MiB by default
	Array     int // elements of a list that the rule makes; 32,768 by default
	Text      int // bytes of a text that the rule makes; 64 KiB by default
	Digits    int // of a Decimal number, before and after the point together; 1,000 by default, at least 20
	DataDepth int // levels of data that are compared, returned or thrown; 64 by default
}

func (b Budget) orDefault() Budget {
	for _, f := range []struct {
		n    *int
		most int
	}{
		{&b.Steps, 100_000}, {&b.Bytes, 1 << 20}, {&b.Array, 32 << 10}, {&b.Text, 64 << 10},
		{&b.Digits, 1000}, {&b.DataDepth, 64},
	} {
		if *f.n == 0 {
			*f.n = f.most
		}
	}
	b.Digits = min(max(b.Digits, 20), 1_000_000) // what fits an int64 is not checked
	return b
}
