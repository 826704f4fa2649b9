package admin

import "errors"

// The kinds of failure. Every error of this library that a caller may want to tell apart wraps
// one of these, so errors.Is answers it; domains add narrower sentinels that wrap them in turn.
var (
	// ErrNotFound: no such thing in this organization. A thing of another organization gives the
	// same error with the same text, so that ids cannot be probed across tenants.
	ErrNotFound = errors.New("not found")
	// ErrExists: a thing with this key is already there.
	ErrExists = errors.New("already exists")
	// ErrConflict: the record changed since it was read (its Version moved on). Read it again and
	// decide anew.
	ErrConflict = errors.New("changed by somebody else")
	// ErrInvalid: the input breaks a rule; see *ValidationError for every broken one.
	ErrInvalid = errors.New("invalid")
	// ErrForbidden: the scope lacks a permission.
	ErrForbidden = errors.New("forbidden")
	// ErrUnauthenticated: nobody is acting (the zero Scope), or the presented secret is not good.
	ErrUnauthenticated = errors.New("unauthenticated")
	// ErrState: the thing exists but is in a state that does not allow this.
	ErrState = errors.New("not allowed in this state")
	// ErrBusy: somebody else is at it, or a bounded resource is used up for now; try again later.
	ErrBusy = errors.New("busy")
	// ErrRateLimited: too many attempts; try again later.
	ErrRateLimited = errors.New("rate limited")
)
