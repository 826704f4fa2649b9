package admin

import "context"

// The kinds of failure. Every error of this library that a caller may want to distinguish wraps one of
// these, so errors.Is recognizes it. Packages declare narrower errors by [NewError].
var (
	// ErrNotFound is returned when there is no such record in the organization. A record of another
	// organization gives the same error with the same text, so ids cannot be probed across tenants.
	ErrNotFound = newKind("not_found", "not found", "Not found.")
	// ErrExists is returned when a record with the key exists already.
	ErrExists = newKind("exists", "already exists", "It already exists.")
	// ErrConflict is returned when the record changed since it was read: its Version differs. Read it
	// again and retry.
	ErrConflict = newKind("conflict", "changed meanwhile", "It was changed meanwhile: reload it and try again.")
	// ErrInvalid is returned when the input breaks a rule; a [*ValidationError] lists every broken one.
	ErrInvalid = newKind("invalid", "invalid", "The input is invalid.")
	// ErrForbidden is returned when the scope lacks a permission.
	ErrForbidden = newKind("forbidden", "forbidden", "You do not have the permission for this.")
	// ErrUnauthenticated is returned when the Scope is zero, or a presented secret is not valid.
	ErrUnauthenticated = newKind("unauthenticated", "unauthenticated", "Authentication is required.")
	// ErrState is returned when the record is in a state that does not allow the call.
	ErrState = newKind("state", "not allowed in this state", "This is not possible at the moment.")
	// ErrBusy is returned when another caller holds what the call needs, or a limit is exhausted for
	// the moment. Retry later; [RetryAfter] gives the wait if it is known.
	ErrBusy = newKind("busy", "busy", "It is busy at the moment: try again later.")
	// ErrRateLimited is returned after too many attempts; [RetryAfter] gives the wait.
	ErrRateLimited = newKind("rate_limited", "rate limited", "There were too many attempts: try again later.")
)

// ErrSupport is returned when support that acts for a user calls what only the user may do: change credentials, second
// factors, sessions, identities, roles, invitations or tokens, or the profile.
var ErrSupport = NewError("support_refused", ErrForbidden, "support cannot do this in the place of a user")

// ErrReauthenticate is returned when a call needs a user who authenticated a short time ago, and this one did
// not: ask for the password or the second factor again.
var ErrReauthenticate = NewError("reauthenticate", ErrForbidden, "this needs a fresh authentication")

// ErrSuspended is returned when the organization is suspended: its users cannot sign in, its tokens and sessions are
// refused and its jobs wait, until the host reactivates it.
var ErrSuspended = NewError("organization_suspended", ErrForbidden, "the organization is suspended")

// Codes of errors that this library does not declare.
const (
	codeInternal = "internal"
	codeCanceled = "canceled"
	codeDeadline = "deadline_exceeded"
)

// NewError declares an error that a program can distinguish by errors.Is and by [Code]. code is stable,
// in lower_snake_case; kind is one of the kinds of failure above, or an error that wraps one, or nil
// for a failure that the caller can do nothing about; text is what happened, without the kind.
// Declare such errors as package variables.
func NewError(code string, kind error, text string) error {
	return &codedError{code: code, kind: kind, text: text}
}

// codedError is an error with a code. One with a kind is written as "text: kind".
type codedError struct {
	code string
	kind error // nil for the kinds themselves
	text string
	noun bool   // text is a noun, which needs its kind to be a sentence
	says string // for a person, if neither text nor a message before it is one
}

func newKind(code, text, says string) error {
	return &codedError{code: code, text: text, says: says}
}

// Error returns the text and the kind.
func (e *codedError) Error() string {
	if e.kind == nil {
		return e.text
	}
	return e.text + ": " + e.kind.Error()
}

// Unwrap returns the kind.
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
