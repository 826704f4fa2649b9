package token

import (
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// State is the state of a token.
type State string

// The states of a token.
const (
	Active      State = "ACTIVE"
	Deactivated State = "DEACTIVATED" // switched off; can be switched on again
	Deleted     State = "DELETED"     // ended for good; kept so that its secret is still recognized
)

// Token is an API token without its secret, which is not kept.
type Token struct {
	ID          uuid.UUID           `json:"id"`
	Name        string              `json:"name"` // 1 to 100 characters; what the token is for
	Permissions admin.PermissionSet `json:"permissions"`
	Prefix      string              `json:"prefix"` // the secret's beginning, such as "adm_live_"
	Last4       string              `json:"last4"`  // the secret's last four characters
	State       State               `json:"state"`
	ExpiresAt   time.Time           `json:"expiresAt,omitzero"`  // refused from this instant on; zero means never
	LastUsedAt  time.Time           `json:"lastUsedAt,omitzero"` // to the minute; zero means not yet
	CreatedAt   time.Time           `json:"createdAt,omitzero"`
	CreatedBy   admin.Actor         `json:"createdBy"`
	UpdatedAt   time.Time           `json:"updatedAt,omitzero"` // when State last changed
	Version     int64               `json:"version"`
}

// Hint returns the secret as it may be shown after its creation: "adm_live_…7Qb2".
func (t Token) Hint() string { return t.Prefix + "…" + t.Last4 }

// Actor returns the token as the actor that it is when its secret is presented.
func (t Token) Actor() admin.Actor { return admin.Actor{Kind: admin.ActorToken, ID: t.ID.String()} }

// RefusedAt returns the reason why the token is refused at an instant, or empty if it is accepted.
func (t Token) RefusedAt(now time.Time) Reason {
	switch {
	case t.State == Deleted:
		return ReasonDeleted
	case t.State != Active:
		return ReasonDeactivated
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return ReasonExpired
	}
	return ""
}

// Updated returns the token as [Store.Update] must leave it: with the State and UpdatedAt of want and
// the next Version. It fails with [admin.ErrConflict] unless want.Version is the token's, and with
// [ErrDeleted] for a deleted token. Adapters call it between reading and writing.
func (t Token) Updated(want Token) (Token, error) {
	if t.Version != want.Version {
		return Token{}, admin.Conflict("token")
	}
	if t.State == Deleted {
		return Token{}, ErrDeleted
	}
	t.State, t.UpdatedAt = want.State, want.UpdatedAt
	t.Version++
	return t, nil
}

// Filter narrows a list of tokens.
type Filter struct {
	// State lists the tokens in this state only. Empty means all but the [Deleted] ones.
	State State `json:"state,omitempty"`
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

// Matches reports whether t passes the filter.
func (f Filter) Matches(t Token) bool {
	if f.State == "" {
		return t.State != Deleted
	}
	return t.State == f.State
}

var (
	// ErrBadToken is returned when a secret was presented that is not that of a valid token. Its text
	// is the same for every reason; errors.As gives the [*Refusal], for the log.
	ErrBadToken = admin.NewError("token_not_valid", admin.ErrUnauthenticated, "API token is not valid")
	// ErrDeleted is returned when a deleted token is switched on or off.
	ErrDeleted = admin.NewError("token_deleted", admin.ErrState, "the token is deleted for good")
	// ErrExpired is returned when an expired token is switched on, which would not make it valid.
	ErrExpired = admin.NewError("token_expired", admin.ErrState, "the token has expired, generate a new one")
	// ErrCreatorNotActive is returned when a token that is not active creates another.
	ErrCreatorNotActive = admin.NewError("creator_not_active", admin.ErrForbidden,
		"the token that creates another is not active")
)
