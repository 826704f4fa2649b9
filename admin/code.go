package admin

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Codes of errors that are not this library's own.
const (
	codeInternal = "internal"
	codeCanceled = "canceled"
	codeDeadline = "deadline_exceeded"
)

// Code returns the stable code of an error for a program, such as "currency_exists": that of the first
// error in its chain that has one. It is "canceled" or "deadline_exceeded" for an error of a context,
// "internal" for any other error, and empty for nil. docs/errors.md lists them all.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if c := coded(err); c != nil {
		return c.code
	}
	switch {
	case errors.Is(err, context.Canceled):
		return codeCanceled
	case errors.Is(err, context.DeadlineExceeded):
		return codeDeadline
	}
	return codeInternal
}

// Message returns the sentence of an error for a person: its text without the kind of failure at its
// end, which [Code] gives. An error of code "internal" yields a general sentence, because its text may
// hold what a person must not see. Message is empty for nil.
func Message(err error) string {
	switch Code(err) {
	case "":
		return ""
	case codeInternal:
		return "Something went wrong."
	case codeCanceled:
		return "The request was canceled."
	case codeDeadline:
		return "The request took too long."
	}
	c, text := coded(err), err.Error()
	var invalid *ValidationError
	if errors.As(err, &invalid) {
		return sentence(text)
	}
	if before, ok := strings.CutSuffix(text, c.Error()); ok {
		if c.kind != nil {
			return sentence(before + c.sentence())
		}
		if before != "" {
			text = strings.TrimSuffix(before, ": ")
		}
	}
	return sentence(text)
}

// RetryAfter returns how long to wait before a retry, and whether err says so. Errors that wrap
// [ErrRateLimited] and those of a job that is not due do.
func RetryAfter(err error) (time.Duration, bool) {
	var w *waitError
	if !errors.As(err, &w) {
		return 0, false
	}
	return w.wait, true
}

// WithRetryAfter returns err with a wait for [RetryAfter].
func WithRetryAfter(err error, wait time.Duration) error { return &waitError{err, wait} }

type waitError struct {
	error
	wait time.Duration
}

func (e *waitError) Unwrap() error { return e.error }

// coded returns the first error with a code in err's tree, depth first.
func coded(err error) *codedError {
	switch e := err.(type) {
	case *codedError:
		return e
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			return coded(next)
		}
	case interface{ Unwrap() []error }:
		for _, next := range e.Unwrap() {
			if c := coded(next); c != nil {
				return c
			}
		}
	}
	return nil
}

// nounError is the error of a kind about a noun.
func nounError(noun string, kind error) error {
	return &codedError{code: strings.ReplaceAll(noun, " ", "_") + "_" + Code(kind), kind: kind, text: noun}
}

// sentence is the text of an error with a kind. A noun alone needs its kind to be one.
func (e *codedError) sentence() string {
	if e.code != strings.ReplaceAll(e.text, " ", "_")+"_"+Code(e.kind) {
		return e.text
	}
	return e.text + " " + e.kind.Error()
}

// sentence writes text with a capital letter and a full stop.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsPunct(last) && last != '"' && last != ')' {
		return text
	}
	return text + "."
}
