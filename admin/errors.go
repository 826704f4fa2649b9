package admin

import "context"

// The kinds of failure. Every error of this library that a caller may want to tell apart wraps one of
// these, so errors.Is recognises it. Packages declare narrower errors by [NewError].
var (
	// ErrNotFound is returned when there is no such record in the organization. A record of another
	// organization gives the same error with the same text, so ids cannot be probed across tenants.
	ErrNotFound = NewError("not_found", nil, "not found")
	// ErrExists is returned when a record with the key exists already.
	ErrExists = NewError("exists", nil, "already exists")
	// ErrConflict is returned when the record changed since it was read: its Version differs. Read it
	// again and retry.
	ErrConflict = NewError("conflict", nil, "changed meanwhile")
	// ErrInvalid is returned when the input breaks a rule; a [*ValidationError] lists every broken one.
	ErrInvalid = NewError("invalid", nil, "invalid")
	// ErrForbidden is returned when the scope lacks a permission.
	ErrForbidden = NewError("forbidden", nil, "forbidden")
	// ErrUnauthenticated is returned when the Scope is zero, or a presented secret is not valid.
	ErrUnauthenticated = NewError("unauthenticated", nil, "unauthenticated")
	// ErrState is returned when the record is in a state that does not allow the call.
	ErrState = NewError("state", nil, "not allowed in this state")
	// ErrBusy is returned when another caller holds what the call needs, or a limit is exhausted for
	// the moment. Retry later.
	ErrBusy = NewError("busy", nil, "busy")
	// ErrRateLimited is returned after too many attempts; [RetryAfter] gives the wait.
	ErrRateLimited = NewError("rate_limited", nil, "rate limited")
)

// NewError declares an error that a program can tell apart by errors.Is and by [Code]. code is stable,
// in lower_snake_case; kind is one of the kinds of failure above, or an error that wraps one; text says
// what happened, without the kind. Declare such errors as package variables.
func NewError(code string, kind error, text string) error {
	return &codedError{code: code, kind: kind, text: text}
}

// codedError is an error with a code. One with a kind is written as "text: kind".
type codedError struct {
	code string
	kind error // nil for the kinds themselves
	text string
}

func (e *codedError) Error() string {
	if e.kind == nil {
		return e.text
	}
	return e.text + ": " + e.kind.Error()
}

func (e *codedError) Unwrap() error { return e.kind }

// NotFound returns the [ErrNotFound] of a noun, such as "customer", with the code "customer_not_found".
func NotFound(noun string) error { return nounError(noun, ErrNotFound) }

// Exists returns the [ErrExists] of a noun, such as "customer", with the code "customer_exists".
func Exists(noun string) error { return nounError(noun, ErrExists) }

// Conflict returns the [ErrConflict] of a noun, such as "customer", with the code "customer_conflict".
func Conflict(noun string) error { return nounError(noun, ErrConflict) }

// Authorize reports whether an actor may do something in an organization at this moment: nil if it may
// do all of ps, an error that wraps [ErrForbidden] or [ErrNotFound] if not. Services that act for an
// absent actor ask it, before each batch of a job for example.
type Authorize func(ctx context.Context, org OrgID, actor Actor, ps ...Permission) error
