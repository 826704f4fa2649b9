package admin

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/admincenter/admincenter/internal/text"
)

// Code returns the stable code of an error for a program, such as "currency_exists": that of the first
// error in its tree that has one, in the order of errors.Is. It is "canceled" or "deadline_exceeded"
// for an error of a context, "internal" for an error without a code, and empty for nil. docs/errors.md
// lists all codes with their HTTP status.
func Code(err error) string {
	if err == nil {
		return ""
	}
	if c := firstCode(err); c != nil {
		return c.code
	}
	return codeInternal
}

// Message returns the sentence of an error for a person: its text without the kind of failure at its
// end, which [Code] gives. What a person must not see is left out: the text of an error without a
// code, such as a database driver's, even if it is joined with one that has a code or wrapped beside
// one. An error that has no code at all yields a general sentence. Characters that cannot be seen, or that change how
// text is shown, are escaped. Message is empty for nil.
func Message(err error) string {
	if err == nil {
		return ""
	}
	c := firstCode(err)
	if c == nil {
		return "Something went wrong."
	}
	if c.code == codeCanceled || c.code == codeDeadline {
		return c.says
	}
	if said := text.Visible(sentence(publicText(err))); said != "" {
		return said
	}
	if c.says != "" {
		return c.says
	}
	return sentence(c.text)
}

// RetryAfter returns how long to wait before a retry, and whether err has one. Errors that wrap
// [ErrRateLimited] do, and those of a job that is not due or that another worker has leased.
func RetryAfter(err error) (time.Duration, bool) {
	var w *waitError
	if !errors.As(err, &w) {
		return 0, false
	}
	return w.wait, true
}

// WithRetryAfter returns err with a wait for [RetryAfter]. A negative wait is none; nil stays nil.
func WithRetryAfter(err error, wait time.Duration) error {
	if err == nil {
		return nil
	}
	return &waitError{err, max(0, wait)}
}

type waitError struct {
	error
	wait time.Duration
}

// Unwrap returns the error that the wait was added to.
func (e *waitError) Unwrap() error { return e.error }

// firstCode returns the first error with a code in err's tree, depth first, or nil.
func firstCode(err error) *codedError {
	if c, ok := err.(*codedError); ok {
		return c
	}
	for _, next := range causes(err) {
		if c := firstCode(next); c != nil {
			return c
		}
	}
	if len(causes(err)) > 0 {
		return nil
	}
	switch {
	case errors.Is(err, context.Canceled):
		return &codedError{code: codeCanceled, says: "The request was canceled."}
	case errors.Is(err, context.DeadlineExceeded):
		return &codedError{code: codeDeadline, says: "The request took too long."}
	}
	return nil
}

// causes returns what err wraps.
func causes(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			return []error{next}
		}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

// isPublic reports whether the text of err may be shown: every error at the end of its tree has a code.
func isPublic(err error) bool {
	next := causes(err)
	if len(next) == 0 {
		return firstCode(err) != nil
	}
	for _, e := range next {
		if !isPublic(e) {
			return false
		}
	}
	return true
}

// publicText returns what of err's text is for a person: without the kinds at its end, and without what is
// not public. It is empty if nothing is left.
func publicText(err error) string {
	if c, ok := err.(*codedError); ok {
		return c.phrase()
	}
	if _, ok := err.(*ValidationError); ok {
		return err.Error()
	}
	next := causes(err)
	switch {
	case len(next) == 0 || firstCode(err) == nil:
		return "" // a context's, or without a code
	case len(next) == 1 && strings.HasSuffix(err.Error(), next[0].Error()):
		return replaceTexts(err.Error(), next)
	case isPublic(err) && !isJoin(err, next):
		return replaceTexts(err.Error(), next)
	}
	return sentences(next)
}

// replaceTexts replaces in text, which was made with the texts of errs in their order, each of these by
// its public text.
func replaceTexts(text string, errs []error) string {
	phrases, last := make([]string, len(errs)), -1
	for i, err := range errs {
		if phrases[i] = strings.TrimRight(publicText(err), " :"); phrases[i] != "" {
			last = i
		}
	}
	var b strings.Builder
	for i, err := range errs {
		before, after, ok := strings.Cut(text, err.Error())
		if !ok {
			break
		}
		if phrases[i] == "" && i < last {
			phrases[i] = strings.ReplaceAll(err.Error(), "\n", "; ") // what comes after a kind refers to it
		}
		b.WriteString(before)
		b.WriteString(phrases[i])
		text = after
	}
	return b.String() + text
}

// sentences joins the public texts of several errors.
func sentences(errs []error) string {
	var out []string
	for _, err := range errs {
		if text := sentence(publicText(err)); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, " ")
}

// isJoin reports whether err is written as errors.Join writes errs: a line each.
func isJoin(err error, errs []error) bool {
	lines := make([]string, len(errs))
	for i, e := range errs {
		lines[i] = e.Error()
	}
	return err.Error() == strings.Join(lines, "\n")
}

// nounError is the error of a kind about a noun.
func nounError(noun string, kind error) error {
	return &codedError{code: strings.ReplaceAll(noun, " ", "_") + "_" + Code(kind), kind: kind, text: noun, noun: true}
}

// phrase is the error's part of a sentence: a kind has none, and a noun needs its kind.
func (e *codedError) phrase() string {
	switch {
	case e.says != "":
		return ""
	case e.noun:
		return e.text + " " + e.kind.Error()
	}
	return e.text
}

// sentence writes text with a full stop, and with a capital letter unless it begins with an identifier.
func sentence(text string) string {
	text = strings.TrimRight(text, " :;,\n")
	if text == "" {
		return ""
	}
	word, _, _ := strings.Cut(text, " ")
	identifier := func(r rune) bool { return r != '-' && !unicode.IsLower(r) }
	if !strings.ContainsFunc(strings.TrimRight(word, ":;,."), identifier) {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	switch last, _ := utf8.DecodeLastRuneInString(text); last {
	case '.', '!', '?', '…':
		return text
	}
	return text + "."
}
