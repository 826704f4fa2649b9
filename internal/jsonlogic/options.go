package jsonlogic

import (
	"context"
	"maps"
)

// Numbers is the arithmetic of a rule.
type Numbers uint8

const (
	// Decimal computes exactly. Only division rounds, to Options.DivisionScale places, half up.
	Decimal Numbers = iota
	// Float64 computes as JavaScript does.
	Float64
)

// Dialect is whose answers a rule gives.
type Dialect uint8

const (
	// Standard is JSON Logic as its community's compatibility suites have it.
	Standard Dialect = iota
	// Togai is that product's engine, a fork of json-logic-java, with its peculiarities. Its
	// numbers are always Decimal.
	Togai
)

// DivisionScale is how many places a division keeps unless Options say otherwise.
const DivisionScale = 4

// Limits of a rule.
const (
	MaxBytes = 64 << 10 // of the rule's text
	MaxDepth = 64       // arrays and objects inside each other
	MaxNodes = 2000     // operators, arrays and constants together
)

// Options say how a rule is read and run. The zero value is ready to use: exact decimals, the
// standard dialect, lenient.
type Options struct {
	Numbers Numbers
	Dialect Dialect
	// DivisionScale is the number of places that a division keeps in Decimal: nil means
	// DivisionScale, and from 0 to 100 are allowed. The Togai dialect always has 4.
	DivisionScale *int
	// Strict makes unknown operators and impossible numbers of arguments errors of Compile.
	// Without it they are errors of the evaluation that reaches them.
	Strict bool
	// Operators of this rule only, by name. They take the place of built-in ones of the same name.
	Operators map[string]Operator
	Budget    Budget
}

// own is a copy that the host does not share.
func (o Options) own() Options {
	o.Operators = maps.Clone(o.Operators)
	if o.DivisionScale != nil {
		scale := *o.DivisionScale
		o.DivisionScale = &scale
	}
	return o
}

// Operator is a custom operator. It has one of the two functions; Eager wins. The functions must be
// safe for concurrent use. A panic of theirs ends the evaluation as a *PanicError.
type Operator struct {
	// Eager gets the evaluated arguments, in the types of a result, and may keep and change them.
	Eager func(ctx context.Context, args []any) (any, error)
	// Lazy evaluates the arguments that it wants.
	Lazy func(ctx context.Context, args Arguments) (any, error)
	// Least and Most are how many arguments it takes; Most 0 means any number. It is never called with
	// another number: that is InvalidArguments, of Compile where Options.Strict and the rule tells.
	Least, Most int
}

// Arguments are the arguments of a lazy operator, to be used during its call only. An error that Eval
// returns ends the operator: whatever it returns then, the evaluation has that error.
type Arguments struct {
	run  *run
	args []*node
}

// Len is how many arguments there are.
func (a Arguments) Len() int { return len(a.args) }

// Eval evaluates argument i, from 0. One that does not exist is nil.
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

// Budget bounds an evaluation. Each zero field means its default.
type Budget struct {
	// Steps, 100,000 by default. A rule costs its number of nodes once, and an iterator the number
	// of nodes of its body for each element; work along a text or list costs its length besides: an
	// element a step, and 64 bytes of what is read, compared, searched or written in the rule.
	Steps int
	Bytes int // texts, lists and objects made, together; 1 MiB
	Array int // elements of a list that the rule makes; 32,768
	Text  int // bytes of a text that the rule makes; 64 KiB
	// Digits of a number, before and after the point together; 1,000, and at least 20. Only Decimal.
	Digits    int
	DataDepth int // levels of data that are compared, returned or thrown; 64
}

func (b Budget) orDefault() Budget {
	for _, f := range []struct {
		n    *int
		most int
	}{{&b.Steps, 100_000}, {&b.Bytes, 1 << 20}, {&b.Array, 32 << 10}, {&b.Text, 64 << 10}, {&b.Digits, 1000}, {&b.DataDepth, 64}} {
		if *f.n <= 0 {
			*f.n = f.most
		}
	}
	b.Digits = min(max(b.Digits, 20), 1_000_000) // what fits an int64 is not looked at
	return b
}
