package settings

import (
	"errors"

	"github.com/admincenter/admincenter/internal/jsonlogic"
)

// Fault says what is wrong with a rule, or went wrong in it.
type Fault string

// The faults. A rule's try sees the first three by these names, as {"type":"NaN"}.
const (
	// NotANumber: an operand is no number, or there is no result: a division by zero, a float64 that
	// overflows, a text and a number that cannot be compared.
	NotANumber Fault = Fault(jsonlogic.NaN)
	// InvalidArguments: too few arguments for the operator, or ones that it does not take.
	InvalidArguments Fault = Fault(jsonlogic.InvalidArguments)
	// UnknownOperator: an object of the rule is not one operator that exists.
	UnknownOperator Fault = Fault(jsonlogic.UnknownOperator)
	// Thrown: the rule said throw; RuleError.Value is what.
	Thrown Fault = Fault(jsonlogic.Thrown)
	// OperatorFailed: an Operator of the host's returned an error, which the RuleError wraps.
	OperatorFailed Fault = Fault(jsonlogic.Failed)
	// OperatorPanicked: an Operator of the host's panicked; the RuleError wraps a *PanicError.
	OperatorPanicked Fault = Fault(jsonlogic.Panicked)
	// InvalidData: the event holds a Go type that Rule.Eval does not take.
	InvalidData Fault = Fault(jsonlogic.InvalidData)
	// WrongResult: EvalNumber, EvalFloat or EvalText, and the rule came to something else.
	WrongResult Fault = Fault(jsonlogic.WrongResult)
	// BudgetExceeded: the Budget is used up.
	BudgetExceeded Fault = Fault(jsonlogic.BudgetExceeded)
	// InvalidSyntax: the rule is not JSON, has a key twice, or is no rule of the dialect.
	InvalidSyntax Fault = Fault(jsonlogic.Syntax)
	// TooLarge: the rule is beyond MaxRule, MaxRuleDepth or MaxRuleNodes.
	TooLarge Fault = Fault(jsonlogic.TooLarge)
)

// RuleError is what is wrong with a rule, and where. It wraps ErrRule where the rule cannot be
// compiled, and ErrEvaluation where it has no result on an event.
type RuleError struct {
	Fault    Fault
	Operator string // the operator that failed; empty where there is none
	Pointer  string // the JSON Pointer (RFC 6901) of it, or of its operand that is at fault, within the rule; of the whole it is empty
	Detail   string // what was wrong and what would be right; it may repeat the rule, never the event
	Value    any    // what was thrown, in the types of a result; it may hold the event's data

	sentinel, cause error
}

// Error names the fault, the operator, the place and the detail.
func (e *RuleError) Error() string {
	own := jsonlogic.Error{Kind: jsonlogic.Kind(e.Fault), Operator: e.Operator, Pointer: e.Pointer, Detail: e.Detail}
	text := own.Error()
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	if e.sentinel != nil && !errors.Is(e.cause, e.sentinel) { // the operator's error may have said so
		text += ": " + e.sentinel.Error()
	}
	return text
}

// Unwrap is the sentinel, and what an Operator of the host's returned.
func (e *RuleError) Unwrap() []error {
	var all []error
	for _, err := range []error{e.sentinel, e.cause} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// PanicError is what an Operator of the host's panicked with. Its message does not repeat that,
// because it may hold the event's data.
type PanicError struct {
	Value any
	Stack []byte // as debug.Stack writes it
}

// Error says whose fault it is.
func (e *PanicError) Error() string { return "the operator is the host's and has to be mended there" }

// evaluationError is an error of the engine's as this package has them; others, such as a context's,
// stay what they are.
func evaluationError(err error) error {
	if err == nil {
		return nil
	}
	return ruleError(err, ErrEvaluation)
}

func ruleError(err, sentinel error) error {
	if err == nil {
		return nil
	}
	var own *jsonlogic.Error
	if !errors.As(err, &own) {
		return err
	}
	out := &RuleError{Fault: Fault(own.Kind), Operator: own.Operator, Pointer: own.Pointer, Detail: own.Detail, Value: own.Value, sentinel: sentinel, cause: own.Unwrap()}
	if p := (*jsonlogic.PanicError)(nil); errors.As(err, &p) {
		out.cause = &PanicError{p.Value, p.Stack}
	}
	return out
}
