package admin_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestCodeAndMessage(t *testing.T) {
	taken := admin.NewError("seat_taken", admin.ErrExists, "the seat is taken")
	narrower := admin.NewError("front_seat_taken", taken, "the front seat is taken")
	var p admin.Problems
	p.Text("/name", "", 1, 255)
	for _, tc := range []struct {
		reason        string
		err           error
		code, message string
	}{
		{"nothing failed", nil, "", ""},
		{"a kind alone", admin.ErrBusy, "busy", "Busy."},
		{"a kind under a message", fmt.Errorf("%q is not a role: use analyst: %w", "x", admin.ErrInvalid), "invalid", `"x" is not a role: use analyst.`},
		{"a noun", admin.NotFound("price plan"), "price_plan_not_found", "Price plan not found."},
		{"a noun that exists", admin.Exists("customer"), "customer_exists", "Customer already exists."},
		{"a noun that changed", admin.Conflict("user"), "user_conflict", "User changed meanwhile."},
		{"a noun under a message", fmt.Errorf("plan basic v3: %w", admin.NotFound("price plan")), "price_plan_not_found", "Plan basic v3: price plan not found."},
		{"a declared error", taken, "seat_taken", "The seat is taken."},
		{"a declared error under a message", fmt.Errorf("row 4: %w", taken), "seat_taken", "Row 4: the seat is taken."},
		{"an error that wraps another declared one", narrower, "front_seat_taken", "The front seat is taken."},
		{"every broken rule", p.Err(), "invalid", "Invalid input: /name: is required: give 1 to 255 characters."},
		{"a declared error among others", errors.Join(errors.New("dial tcp"), taken), "seat_taken", "Dial tcp\nthe seat is taken."},
		{"an error of a driver is not shown", errors.New("pq: password authentication failed"), "internal", "Something went wrong."},
		{"the caller left", fmt.Errorf("query: %w", context.Canceled), "canceled", "The request was canceled."},
		{"the time is over", context.DeadlineExceeded, "deadline_exceeded", "The request took too long."},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			require.Equal(t, tc.code, admin.Code(tc.err))
			require.Equal(t, tc.message, admin.Message(tc.err))
		})
	}
}

func TestDeclaredErrorsWrapTheirKind(t *testing.T) {
	taken := admin.NewError("seat_taken", admin.ErrExists, "the seat is taken")
	require.ErrorIs(t, taken, admin.ErrExists)
	require.EqualError(t, taken, "the seat is taken: already exists")
	require.ErrorIs(t, admin.NotFound("user"), admin.ErrNotFound)
	require.EqualError(t, admin.NotFound("user"), "user: not found")
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
}
