package admin_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// worded is a type that writes its cause in words of its own.
type worded struct{ cause error }

func (w worded) Error() string { return "worded (" + w.cause.Error() + ") at the end" }
func (w worded) Unwrap() error { return w.cause }

// empty is a type that could wrap something and does not.
type empty struct{}

func (empty) Error() string { return "empty" }
func (empty) Unwrap() error { return nil }

func TestCodeAndMessage(t *testing.T) {
	taken := admin.NewError("seat_taken", admin.ErrExists, "the seat is taken")
	narrower := admin.NewError("front_seat_taken", taken, "the front seat is taken")
	lost := admin.NewError("commit_unknown", nil, "the outcome of the commit is unknown")
	driver := errors.New("dial tcp 10.0.0.1")
	var p admin.Problems
	p.Text("/name", "", 1, 255)
	for _, tc := range []struct {
		reason        string
		err           error
		code, message string
	}{
		{"nothing failed", nil, "", ""},
		{"a kind alone", admin.ErrBusy, "busy", "It is busy at the moment: try again later."},
		{"a kind under a message", fmt.Errorf("%q is not a role: use analyst: %w", "x", admin.ErrInvalid), "invalid", `"x" is not a role: use analyst.`},
		{"a kind under messages", fmt.Errorf("row 4: %w", fmt.Errorf("no role: %w", admin.ErrInvalid)), "invalid", "Row 4: no role."},
		{"a noun", admin.NotFound("price plan"), "price_plan_not_found", "Price plan not found."},
		{"a noun that exists", admin.Exists("customer"), "customer_exists", "Customer already exists."},
		{"a noun that changed", admin.Conflict("user"), "user_conflict", "User changed meanwhile."},
		{"a noun under a message", fmt.Errorf("plan basic v3: %w", admin.NotFound("price plan")), "price_plan_not_found", "Plan basic v3: price plan not found."},
		{"a declared error", taken, "seat_taken", "The seat is taken."},
		{"a declared error under a message", fmt.Errorf("row 4: %w", taken), "seat_taken", "Row 4: the seat is taken."},
		{"a declared error before a message", fmt.Errorf("%w (row 4)", taken), "seat_taken", "The seat is taken (row 4)."},
		{"an error that wraps another declared one", narrower, "front_seat_taken", "The front seat is taken."},
		{"a declared error without a kind", fmt.Errorf("%w: %w", lost, driver), "commit_unknown", "The outcome of the commit is unknown."},
		{"every broken rule", p.Err(), "invalid", "Invalid input: /name: is required: give 1 to 255 characters."},
		{"broken rules under a message", fmt.Errorf("row 4: %w", p.Err()), "invalid", "Row 4: invalid input: /name: is required: give 1 to 255 characters."},
		{
			"broken rules beside another error", errors.Join(p.Err(), taken), "invalid",
			"Invalid input: /name: is required: give 1 to 255 characters. The seat is taken.",
		},
		{"an error with a kind beside it", fmt.Errorf("row 4: %w: %w", taken, admin.ErrInvalid), "seat_taken", "Row 4: the seat is taken."},
		{"two kinds", fmt.Errorf("row 4: %w: %w", admin.ErrInvalid, admin.ErrBusy), "invalid", "Row 4."},
		{"a type with words of its own", worded{taken}, "seat_taken", "Worded (the seat is taken) at the end."},
		{"an identifier first", fmt.Errorf("c1: %w", taken), "seat_taken", "c1: the seat is taken."},
		{"a hyphen in the first word", fmt.Errorf("e-mail address of ann: %w", taken), "seat_taken", "E-mail address of ann: the seat is taken."},
		{"no text at all", fmt.Errorf(": %w", admin.ErrState), "state", "This is not possible at the moment."},
		{"a question", fmt.Errorf("who are you? %w", admin.ErrState), "state", "Who are you?"},

		{"an error of a driver", driver, "internal", "Something went wrong."},
		{"an error of a driver under a message", fmt.Errorf("user: %w", driver), "internal", "Something went wrong."},
		{"an error of a driver joined before a declared one", errors.Join(driver, taken), "seat_taken", "The seat is taken."},
		{"an error of a driver joined after a declared one", errors.Join(taken, driver), "seat_taken", "The seat is taken."},
		{"an error of a driver with a kind", fmt.Errorf("user: %w: %w", driver, admin.ErrBusy), "busy", "It is busy at the moment: try again later."},
		{"the same under a message", fmt.Errorf("sign in: %w", fmt.Errorf("%w: %w", driver, taken)), "seat_taken", "Sign in: The seat is taken."},
		{"an error of a driver in a type with words of its own", worded{errors.Join(taken, driver)}, "seat_taken", "The seat is taken."},
		{"a type that wraps nothing", empty{}, "internal", "Something went wrong."},

		{"the caller left", fmt.Errorf("query: %w", context.Canceled), "canceled", "The request was canceled."},
		{"the time is over", context.DeadlineExceeded, "deadline_exceeded", "The request took too long."},
		{"the caller left while it was busy", errors.Join(context.Canceled, admin.ErrBusy), "canceled", "The request was canceled."},
		{"a declared error because the caller left", fmt.Errorf("%w: %w", lost, context.Canceled), "commit_unknown", "The outcome of the commit is unknown."},
		{"a driver that was canceled", errors.Join(driver, context.Canceled), "canceled", "The request was canceled."},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.code, admin.Code(tc.err))
			require.Equal(t, tc.message, admin.Message(tc.err))
		})
	}
}

// errorOf builds an error as a sequence of operations on a stack, so that a fuzzer can draw trees.
func errorOf(script []byte) error {
	kinds := []error{
		admin.ErrNotFound, admin.ErrExists, admin.ErrConflict, admin.ErrInvalid, admin.ErrForbidden, admin.ErrUnauthenticated,
		admin.ErrState, admin.ErrBusy, admin.ErrRateLimited,
	}
	var stack []error
	pop := func() error {
		if len(stack) == 0 {
			return admin.ErrInvalid
		}
		e := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if e == nil {
			return admin.ErrInvalid
		}
		return e
	}
	for _, b := range script {
		kind := kinds[int(b>>4)%len(kinds)]
		switch b & 0xf {
		case 0, 1:
			stack = append(stack, kind)
		case 2:
			stack = append(stack, admin.NewError("made", kind, "it was made"))
		case 3:
			stack = append(stack, admin.NotFound("thing"))
		case 4, 5:
			stack = append(stack, errors.New("SECRET of a driver"))
		case 6:
			stack = append(stack, context.Canceled)
		case 7, 8:
			stack = append(stack, fmt.Errorf("while it ran: %w", pop()))
		case 9:
			stack = append(stack, fmt.Errorf("%w: %w", pop(), pop()))
		case 10:
			stack = append(stack, fmt.Errorf("both: %w: %w", pop(), kind))
		case 11:
			stack = append(stack, errors.Join(pop(), pop()))
		case 12:
			stack = append(stack, admin.WithRetryAfter(pop(), time.Second))
		case 13:
			stack = append(stack, worded{pop()})
		case 14:
			stack = append(stack, &admin.ValidationError{Fields: []admin.FieldError{{Path: "/a", Code: "format", Message: "is odd"}}})
		case 15:
			stack = append(stack, errors.Join(stack...))
		}
	}
	if len(stack) == 0 {
		return nil
	}
	return pop()
}

// The message of every error is a sentence without a kind at its end, and holds nothing of an error
// without a code.
func FuzzMessage(f *testing.F) {
	for _, script := range []string{"\x00\x07", "\x02\x07", "\x04\x00\x09", "\x04\x02\x0b", "\x04\x07\x02\x0b\x0d", "\x0e\x02\x0b\x0f", "\x06\x04\x0b\x0c", "\x30\x7a\x07"} {
		f.Add([]byte(script))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 12 {
			return // a tree that is joined with itself doubles
		}
		err := errorOf(script)
		if err == nil {
			require.Empty(t, admin.Message(err))
			return
		}
		code, message := admin.Code(err), admin.Message(err)
		require.NotEmpty(t, code)
		require.NotContains(t, message, "SECRET")
		require.Equal(t, strings.TrimSpace(message), message)
		first, _ := utf8.DecodeRuneInString(message)
		require.True(t, unicode.IsUpper(first), message)
		require.True(t, strings.HasSuffix(message, "."), message)
		for _, kind := range []error{admin.ErrNotFound, admin.ErrExists, admin.ErrInvalid, admin.ErrBusy} {
			require.False(t, strings.HasSuffix(message, ": "+kind.Error()+"."), message)
		}
		if code == "internal" {
			require.Equal(t, "Something went wrong.", message)
		}
	})
}

func TestDeclaredErrorsWrapTheirKind(t *testing.T) {
	taken := admin.NewError("seat_taken", admin.ErrExists, "the seat is taken")
	require.ErrorIs(t, taken, admin.ErrExists)
	require.EqualError(t, taken, "the seat is taken: already exists")
	require.ErrorIs(t, admin.NotFound("user"), admin.ErrNotFound)
	require.EqualError(t, admin.NotFound("user"), "user: not found")
	require.EqualError(t, admin.NewError("lost", nil, "it is lost"), "it is lost")
}

func TestRetryAfter(t *testing.T) {
	limited := fmt.Errorf("too many attempts: %w", admin.ErrRateLimited)
	_, ok := admin.RetryAfter(limited)
	require.False(t, ok)
	err := fmt.Errorf("sign in: %w", admin.WithRetryAfter(limited, 3*time.Second))
	wait, ok := admin.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, 3*time.Second, wait)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	require.Equal(t, "rate_limited", admin.Code(err))
	require.Equal(t, "Sign in: too many attempts.", admin.Message(err))

	wait, ok = admin.RetryAfter(admin.WithRetryAfter(limited, -time.Second))
	require.True(t, ok)
	require.Zero(t, wait, "what is over is no wait")
	require.NoError(t, admin.WithRetryAfter(nil, time.Second))
}
