package jsonlogic

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
	texts "github.com/admincenter/admincenter/internal/text"
)

var (
	// ErrRule is returned when a rule cannot be compiled. The error is an [*Error] that names the
	// operator or the place.
	ErrRule = admin.NewError("rule_invalid", admin.ErrInvalid, "rule cannot be compiled")
	// ErrEvaluation is returned when a rule has no result on the data: the data does not have the types
	// that the rule expects, a number is out of range, or a limit was reached.
	ErrEvaluation = admin.NewError("rule_evaluation", admin.ErrInvalid, "rule cannot be evaluated")
)

// Fault is what is wrong with a rule, or what went wrong in its evaluation.
type Fault string

// The faults. A try in a rule sees the first three as {"type":"NaN"}, {"type":"Invalid Arguments"} and
// {"type":"Unknown Operator"}.
const (
	// NotANumber means that an operand is not a number or that there is no result: a division by zero,
	// a float64 overflow, or a comparison of a text with a number.
	NotANumber Fault = "NOT_A_NUMBER"
	// InvalidArguments means that an operator got too few arguments or ones that it does not accept, or
	// that an option is out of range.
	InvalidArguments Fault = "INVALID_ARGUMENTS"
	// UnknownOperator means that an object in the rule is not exactly one existing operator.
	UnknownOperator Fault = "UNKNOWN_OPERATOR"
	// Thrown means that the rule used throw; [Error.Value] is what it threw.
	Thrown Fault = "THROWN"
	// OperatorFailed means that a custom operator returned an error, which the Error wraps.
	OperatorFailed Fault = "OPERATOR_FAILED"
	// OperatorPanicked means that a custom operator panicked; the Error wraps a [*PanicError]. A try
	// does not catch it.
	OperatorPanicked Fault = "OPERATOR_PANICKED"
	// InvalidData means that the data holds a Go type that [Rule.Eval] does not accept, or a
	// json.Number that is not a number.
	InvalidData Fault = "INVALID_DATA"
	// WrongResult means that EvalNumber, EvalFloat or EvalText was called and the result has another
	// type.
	WrongResult Fault = "WRONG_RESULT"
	// BudgetExceeded means that the evaluation reached a limit of its [Budget]. A try does not catch it.
	BudgetExceeded Fault = "BUDGET_EXCEEDED"
	// InvalidSyntax means that the rule is not JSON, has a key twice in an object, or is not a rule of
	// the dialect.
	InvalidSyntax Fault = "INVALID_SYNTAX"
	// UnknownPath means that the rule reads a path that the data of its [Shape] cannot have.
	UnknownPath Fault = "UNKNOWN_PATH"
	// TooLarge means that the rule is beyond MaxBytes, MaxDepth or MaxNodes.
	TooLarge Fault = "TOO_LARGE"

	ended Fault = "ENDED" // the context has ended; its own error is returned
)

// name is the fault as a try in a rule sees it, by the JSON Logic community's suites.
func (f Fault) name() string {
	if f == NotANumber {
		return "NaN"
	}
	words := strings.Split(strings.ToLower(string(f)), "_")
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// Error is what is wrong with a rule, and where. It wraps [ErrRule] if the rule cannot be compiled and
// [ErrEvaluation] if it has no result. Its texts may repeat the rule, but never the data.
//
// A custom operator may return one that it made itself, to fail with a Fault of its choice.
type Error struct {
	Fault    Fault
	Operator string // the operator that failed; empty if the fault is not in one
	// Pointer is the JSON Pointer (RFC 6901) in the rule to the operator, or to the operand that is at
	// fault; empty for the whole rule.
	Pointer string
	Detail  string // what was wrong and what would be right
	// Value is what was thrown, in the types of a result. It may hold data of the event, so it does not print or
	// marshal.
	Value any

	sentinel error // ErrRule or ErrEvaluation; nil for one that a custom operator made
	cause    error
}

// GoString is Error, without Value.
func (e *Error) GoString() string { return e.Error() }

// Error is Message followed by the text of the sentinel.
func (e *Error) Error() string {
	message := e.Message()
	if e.sentinel != nil && !errors.Is(e.cause, e.sentinel) { // the cause may have said so
		message += ": " + e.sentinel.Error()
	}
	return message
}

// Message names the operator, its place, and what is wrong. Characters that cannot be seen are escaped.
func (e *Error) Message() string {
	message := e.Detail
	if message == "" {
		message = strings.ToLower(e.Fault.name())
	}
	place := "the top"
	if e.Pointer != "" {
		place = clip(e.Pointer)
	}
	switch {
	case e.Operator != "":
		message = fmt.Sprintf("operator %q at %s: %s", clip(e.Operator), place, message)
	case e.Pointer != "":
		message = "at " + place + ": " + message
	}
	if e.cause != nil && e.Fault != OperatorPanicked {
		message += ": " + e.cause.Error()
	}
	return texts.Visible(message)
}

// Unwrap returns the sentinel and the error of a custom operator.
func (e *Error) Unwrap() []error {
	var all []error
	for _, err := range []error{e.sentinel, e.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// MarshalJSON writes {"fault":"NOT_A_NUMBER","operator":"+","pointer":"/+/1","message":"…"}. It leaves
// out Value, which may hold data of the event.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Fault    Fault  `json:"fault"`
		Operator string `json:"operator,omitempty"`
		Pointer  string `json:"pointer"`
		Message  string `json:"message"`
	}{e.Fault, e.Operator, e.Pointer, e.Message()})
}

// object is the error as a try in a rule sees it: what was thrown, or {"type": the fault's name}.
func (e *Error) object() any {
	if e.Fault == Thrown {
		return e.Value
	}
	return map[string]any{"type": e.Fault.name()}
}

// caught reports whether a try may continue after the error: not after one that ends the evaluation.
func (e *Error) caught() bool {
	return e.Fault != BudgetExceeded && e.Fault != OperatorPanicked && e.Fault != ended
}

// copied is e with a Value of its own, for a caller that may change it.
func (e *Error) copied() *Error {
	out := *e
	if m, ok := e.Value.(map[string]any); ok {
		out.Value = maps.Clone(m)
	}
	return &out
}

// of is a copy of e as it leaves the package.
func (e *Error) of(sentinel error) *Error {
	out := e.copied()
	out.sentinel = sentinel
	return out
}

// PanicError is the panic of a custom operator.
type PanicError struct {
	// Value is what the operator panicked with. It may hold data of the event, so it does not print or marshal.
	Value any    `json:"-"`
	Stack []byte `json:"-"` // of the goroutine, as debug.Stack writes it
}

// GoString is Error, without Value.
func (e *PanicError) GoString() string { return e.Error() }

// Error does not repeat Value.
func (e *PanicError) Error() string { return "a custom operator panicked" }

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
