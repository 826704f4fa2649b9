package token

import (
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// State says whether a token is switched on.
type State string

// The states of a token.
const (
	Active      State = "active"
	Deactivated State = "deactivated" // switched off; can be switched on again
	Deleted     State = "deleted"     // for good; kept so that its secret stays known
)

// known is false for a State that is none of the constants.
func (s State) known() bool { return s == Active || s == Deactivated || s == Deleted }

// Token is an API token without its secret, which is not kept.
type Token struct {
	ID          uuid.UUID
	Name        string // 1 to 100 characters; what it is for
	Permissions admin.PermissionSet
	Prefix      string // what its secret begins with: brand and environment, as "adm_live_"
	Last4       string // the last four characters of its secret
	State       State
	ExpiresAt   time.Time // from this instant on it is refused; zero means never
	LastUsedAt  time.Time // to the minute; zero means not yet
	CreatedAt   time.Time
	CreatedBy   admin.Actor
	UpdatedAt   time.Time // when State last changed
	Version     int64     // 1 when created, +1 with every change of State
}

// Hint is the secret as it may be shown afterwards: "adm_live_…7Qb2".
func (t Token) Hint() string { return t.Prefix + "…" + t.Last4 }

// RefusedAt is why the token is refused at an instant, or empty where it is good.
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

// Updated is the token as Store.Update must leave it: with the State and UpdatedAt of want and the
// next Version. It fails with admin.ErrConflict unless want.Version is the token's, and with
// ErrDeleted for a token that is deleted. Adapters call it between reading and writing.
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
	// State lists the tokens in this state only. Empty means all that are not Deleted: those are
	// listed only when asked for.
	State State
}

// Matches reports whether the filter lets a token through.
func (f Filter) Matches(t Token) bool {
	if f.State == "" {
		return t.State != Deleted
	}
	return t.State == f.State
}

var (
	// ErrBadToken: the secret that was presented is not that of a good token. It has the same text
	// whatever the reason; errors.As gives the *Refusal, for the log.
	ErrBadToken = admin.NewError("token_not_valid", admin.ErrUnauthenticated, "API token is not valid")
	// ErrDeleted: the token is deleted and cannot be switched on or off any more.
	ErrDeleted = admin.NewError("token_deleted", admin.ErrState, "the token is deleted for good")
	// ErrExpired: the token has expired, so switching it on would not make it good again.
	ErrExpired = admin.NewError("token_expired", admin.ErrState, "the token has expired, generate a new one")
)
