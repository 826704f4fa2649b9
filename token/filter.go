package token

import (
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Filter narrows a list of tokens; zero fields do not narrow.
type Filter struct {
	// State lists the tokens in this state only. Empty means all but the [Deleted] ones.
	State State `json:"state,omitempty"`
	// UserID lists the tokens that this user answers for only.
	UserID uuid.UUID `json:"userId,omitzero"`
	// ExpiringBefore lists only the tokens that have not expired yet and will before this instant.
	ExpiringBefore time.Time `json:"expiringBefore,omitzero"`
	// UnusedSince lists only the tokens that were neither used nor created from this instant on.
	UnusedSince time.Time `json:"unusedSince,omitzero"`
}

// check fails with [admin.ErrInvalid] for a state that is none of the constants.
func (f Filter) check() error {
	var p admin.Problems
	switch f.State {
	case "", Active, Deactivated, Deleted:
	default:
		p.Add("/state", admin.CodeUnknown,
			"%q is not a state of a token: use %s, %s or %s, or none for all that are not deleted",
			admin.Clip(string(f.State)), Active, Deactivated, Deleted)
	}
	return p.Err()
}

// Matches reports whether t passes the filter at an instant.
func (f Filter) Matches(t Token, now time.Time) bool {
	if f.State == "" && t.State == Deleted || f.State != "" && t.State != f.State {
		return false
	}
	if f.UserID != uuid.Nil && t.UserID != f.UserID {
		return false
	}
	if !f.ExpiringBefore.IsZero() &&
		(t.ExpiresAt.IsZero() || !t.ExpiresAt.After(now) || !t.ExpiresAt.Before(f.ExpiringBefore)) {
		return false
	}
	if f.UnusedSince.IsZero() {
		return true
	}
	last := t.LastUsedAt
	if last.IsZero() {
		last = t.CreatedAt
	}
	return last.Before(f.UnusedSince)
}
