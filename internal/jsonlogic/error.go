package jsonlogic

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

// Kind says what went wrong. The first four are the names that a rule sees in a try.
type Kind string

// The kinds of errors.
const (
	// NaN: an operand is no number, or a number cannot be computed: a division by zero, a float
	// that overflows, texts and numbers that cannot be compared.
	NaN Kind = "NaN"
	// InvalidArguments: an operator was given too few arguments, or ones it does not take.
	InvalidArguments Kind = "Invalid Arguments"
	// UnknownOperator: an object of the rule is not one operator that exists.
	UnknownOperator Kind = "Unknown Operator"
	// Thrown: the rule said throw; Error.Value is what it threw.
	Thrown Kind = "Thrown"
	// Failed: a custom operator returned an error, which Error.Unwrap gives.
	Failed Kind = "Operator Failed"
	// Panicked: a custom operator panicked; Error.Unwrap gives the *PanicError. No try catches it.
	Panicked Kind = "Operator Panicked"
	// InvalidData: the data holds a Go type that Rule.Eval does not list, or is no number though
	// it says so.
	InvalidData Kind = "Invalid Data"
	// WrongResult: EvalNumber, EvalFloat or EvalText came to something else.
	WrongResult Kind = "Wrong Result"
	// BudgetExceeded: a limit of Budget was reached. No try catches it.
	BudgetExceeded Kind = "Budget Exceeded"
	// Syntax: the rule is not JSON, has a key twice, or is not a rule of the dialect. Compile only.
	Syntax Kind = "Syntax"
	// TooLarge: the rule is beyond MaxBytes, MaxDepth or MaxNodes. Compile only.
	TooLarge Kind = "Too Large"
	// ended is the context's end; Eval returns the context's own error.
	ended Kind = "Ended"
)

// Error is what Compile and the evaluation of a rule return, other than a context's own error.
type Error struct {
	Kind     Kind
	Operator string // the operator that failed; "" where there is none
	Pointer  string // JSON Pointer into the rule: the operator, or its operand that is at fault; "" is the whole rule
	Detail   string // what was wrong and what would be right; it may quote the rule, never the data
	Value    any    // what was thrown, in the types of a result; the caller may change it
	err      error
}

// Error says which operator, where, and what is wrong with it.
func (e *Error) Error() string {
	text := e.Detail
	if text == "" {
		text = strings.ToLower(string(e.Kind))
	}
	place := "the top"
	if e.Pointer != "" {
		place = clip(e.Pointer)
	}
	switch {
	case e.Operator != "":
		text = fmt.Sprintf("operator %q at %s: %s", clip(e.Operator), place, text)
	case e.Pointer != "":
		text = "at " + place + ": " + text
	}
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

// Unwrap is the error of a custom operator.
func (e *Error) Unwrap() error { return e.err }

// Object is the error as a rule's try sees it: what was thrown, or {"type": the kind}.
func (e *Error) Object() any {
	if e.Kind == Thrown {
		return e.Value
	}
	return map[string]any{"type": string(e.Kind)}
}

// caught says whether try may go on after the error: not after those that stop the whole evaluation.
func (e *Error) caught() bool {
	return e.Kind != BudgetExceeded && e.Kind != Panicked && e.Kind != ended
}

// copied is e with a Value of its own, for a caller that may change it.
func (e *Error) copied() *Error {
	out := *e
	if m, ok := e.Value.(map[string]any); ok {
		out.Value = maps.Clone(m)
	}
	return &out
}

const clipped = 120 // bytes of the rule that a message repeats

func clip(s string) string {
	if len(s) <= clipped {
		return s
	}
	end := clipped
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
