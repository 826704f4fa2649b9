package jsonlogic

import (
	"slices"

	"github.com/shopspring/decimal"
)

// Format is what every text of a [Shape] is.
type Format string

// The formats.
const (
	PlainText    Format = ""          // any text
	NumericText  Format = "NUMERIC"   // digits with at most one point, perhaps a minus before them
	DateTimeText Format = "DATE_TIME" // what the operator date takes
	DurationText Format = "DURATION"  // days and below, what duration.as takes
)

// Shape is what is known of a value before there is one. The zero Shape is a value of which nothing is known: what a
// rule does with it is not checked.
type Shape struct {
	// Types are the types that the value may have; none means that nothing is known.
	Types []Type `json:"types,omitempty"`
	// Optional reports that the value may not be there, which a rule reads as null.
	Optional bool `json:"optional,omitempty"`
	// Format is that of a text.
	Format Format `json:"format,omitempty"`
	// Years is how far a date of DateTimeText may be moved and still have a year of four digits.
	Years int `json:"years,omitempty"`
	// Values, if there are any, are the only texts that it may be.
	Values []string `json:"values,omitempty"`
	// Least and Most bound a number; nil is no bound.
	Least *decimal.Decimal `json:"-"`
	Most  *decimal.Decimal `json:"-"`
	// Fields are those of an object, which has no others. An object without Fields may have any.
	Fields map[string]Shape `json:"fields,omitempty"`
	// Elements is what each element of a list is.
	Elements *Shape `json:"elements,omitempty"`
}

// Known reports whether anything is known of the value.
func (s Shape) Known() bool { return len(s.Types) > 0 }

// May reports whether the value may be of a type, which it may if nothing is known of it.
func (s Shape) May(t Type) bool {
	return len(s.Types) == 0 || slices.Contains(s.Types, t) || t == NullType && s.Optional
}

// Analysis is what is known of a rule before it has data.
type Analysis struct {
	// Result is the shape of the results.
	Result Shape `json:"result"`
	// Problems are reads of what the data cannot have, and operators that fail on some data for the type of an
	// operand. They wrap [ErrRule]. A rule without any never fails for a type on data of the shape; it may still divide
	// by zero, exceed its budget, or throw.
	Problems []*Error `json:"problems,omitempty"`
	// Warnings are what is allowed and rarely meant.
	Warnings []Warning `json:"warnings,omitempty"`
	// Missing are the paths that may be missing where the rule reads them, in ascending order: it has no default for them
	// and has not asked whether they are there.
	Missing []string `json:"missing,omitempty"`
	// Unchecked are the paths that were read of which nothing is known, in ascending order.
	Unchecked []string `json:"unchecked,omitempty"`
}

// Warning is a part of a rule that is allowed and rarely meant.
type Warning struct {
	Code     WarningCode `json:"code"`
	Operator string      `json:"operator,omitempty"`
	Pointer  string      `json:"pointer"` // the JSON Pointer to it in the rule
	Message  string      `json:"message"`
}

// WarningCode is what a [Warning] is about.
type WarningCode string

// The codes of warnings.
const (
	// WarnPath is a path with a backslash or ../, which some engines read as an escape or as the scope around.
	WarnPath WarningCode = "PATH_ESCAPE"
	// WarnMissingEqual is == or != on a value that may be missing: null equals 0, false and "".
	WarnMissingEqual WarningCode = "EQUALS_MISSING"
	// WarnMissingZero is arithmetic on a value that may be missing, which is 0 there.
	WarnMissingZero WarningCode = "MISSING_IS_ZERO"
	// WarnTextOrder is a comparison of texts that look like dates or numbers: it is by characters.
	WarnTextOrder WarningCode = "COMPARES_TEXTS"
	// WarnZeroDivisor is a division by what may be 0.
	WarnZeroDivisor WarningCode = "DIVISOR_MAY_BE_ZERO"
	// WarnComputedPath is a path that only the evaluation knows, so that it cannot be checked.
	WarnComputedPath WarningCode = "COMPUTED_PATH"
)

// WarningCodes lists the codes. The caller may change the slice.
func WarningCodes() []WarningCode {
	return []WarningCode{
		WarnPath, WarnMissingEqual, WarnMissingZero, WarnTextOrder, WarnZeroDivisor, WarnComputedPath,
	}
}
