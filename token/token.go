package token

import (
	"fmt"
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

// ErasedName is the Name of the tokens of a user who was erased: the names that they gave may be about them.
const ErasedName = "Token of an erased user"

// Token is an API token without its secret, which is not kept.
type Token struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"` // 1 to 100 characters; what the token is for
	// UserID is the user who answers for the token: its creator, or the user at the root of the tokens that
	// created it. It is zero if the host's own code is at the root.
	UserID uuid.UUID `json:"userId,omitzero"`
	// Permissions are what the token was granted. What it may do at a moment is those of them that the role
	// of its user has then.
	Permissions admin.PermissionSet `json:"permissions"`
	Networks    Networks            `json:"networks,omitzero"` // where it may be used from; empty means anywhere
	Prefix      string              `json:"prefix"`            // the secret's beginning, such as "adm_live_"
	Last4       string              `json:"last4"`             // the secret's last four characters
	State       State               `json:"state"`
	ExpiresAt   time.Time           `json:"expiresAt,omitzero"`  // refused from this instant on; zero means never
	LastUsedAt  time.Time           `json:"lastUsedAt,omitzero"` // to the minute; zero means not yet
	CreatedAt   time.Time           `json:"createdAt,omitzero"`
	CreatedBy   admin.Actor         `json:"createdBy"`
	UpdatedAt   time.Time           `json:"updatedAt,omitzero"`   // when it was last changed; use does not change it
	RotatedFrom uuid.UUID           `json:"rotatedFrom,omitzero"` // the token that this one replaces
	RotatedTo   uuid.UUID           `json:"rotatedTo,omitzero"`   // the token that replaces this one
	Version     int64               `json:"version"`
}

// Hint returns the secret as it may be shown after its creation: "adm_live_…7Qb2".
func (t Token) Hint() string { return t.Prefix + "…" + t.Last4 }

// Actor returns the token as the actor that it is when its secret is presented.
func (t Token) Actor() admin.Actor { return admin.Actor{Kind: admin.ActorToken, ID: t.ID.String()} }

// RefusedAt returns the reason why the token is refused at an instant, or empty if it is accepted.
func (t Token) RefusedAt(now time.Time) Reason { return refusedAt(t.State, t.ExpiresAt, now) }

// Renamed returns the token as [Store.Rename] must leave it: with the Name and UpdatedAt of want and the
// next Version. It fails with [admin.ErrConflict] unless want.Version is the token's, and with [ErrDeleted]
// for a deleted token. Adapters call it between reading and writing, as they do its siblings.
func (t Token) Renamed(want Token) (Token, error) {
	if err := t.changeable(want); err != nil {
		return Token{}, err
	}
	t.Name, t.UpdatedAt = want.Name, want.UpdatedAt
	t.Version++
	return t, nil
}

// Reactivated returns the token as [Store.Reactivate] must leave it: [Active], with the UpdatedAt of want
// and the next Version. It fails as [Token.Renamed] does.
func (t Token) Reactivated(want Token) (Token, error) {
	if err := t.changeable(want); err != nil {
		return Token{}, err
	}
	t.State, t.UpdatedAt = Active, want.UpdatedAt
	t.Version++
	return t, nil
}

// Rotated returns the token as [Store.Rotate] must leave the old one: with the ExpiresAt, RotatedTo and
// UpdatedAt of want and the next Version. It fails with [ErrRotated] if another token replaces this one
// already, with [ErrDeactivated] if it is switched off, with [admin.ErrInvalid] if want lives longer, and as
// [Token.Renamed] does.
func (t Token) Rotated(want Token) (Token, error) {
	switch {
	case t.RotatedTo != uuid.Nil:
		return Token{}, ErrRotated
	case t.State == Deactivated:
		return Token{}, ErrDeactivated
	}
	if err := t.changeable(want); err != nil {
		return Token{}, err
	}
	if !t.ExpiresAt.IsZero() && (want.ExpiresAt.IsZero() || want.ExpiresAt.After(t.ExpiresAt)) {
		return Token{}, fmt.Errorf("token that expires at %v: rotation does not let it live longer: %w",
			t.ExpiresAt, admin.ErrInvalid)
	}
	t.ExpiresAt, t.RotatedTo, t.UpdatedAt = want.ExpiresAt, want.RotatedTo, want.UpdatedAt
	t.Version++
	return t, nil
}

func (t Token) changeable(want Token) error {
	switch {
	case t.State == Deleted:
		return ErrDeleted
	case t.Version != want.Version:
		return admin.Conflict("token")
	}
	return nil
}

var (
	// ErrBadToken is returned when a secret was presented that is not that of a valid token. Its text
	// is the same for every reason; errors.As gives the [*Refusal], for the log.
	ErrBadToken = admin.NewError("token_not_valid", admin.ErrUnauthenticated, "API token is not valid")
	// ErrDeleted is returned when a deleted token is changed or switched on or off.
	ErrDeleted = admin.NewError("token_deleted", admin.ErrState, "the token is deleted for good")
	// ErrExpired is returned when an expired token is switched on or rotated, which would not make it valid.
	ErrExpired = admin.NewError("token_expired", admin.ErrState, "the token has expired, generate a new one")
	// ErrCreatorNotActive is returned when a token that is not active creates another.
	ErrCreatorNotActive = admin.NewError("creator_not_active", admin.ErrForbidden,
		"the token that creates another is not active")
	// ErrDeactivated is returned when a token that is switched off is rotated.
	ErrDeactivated = admin.NewError("token_deactivated", admin.ErrState,
		"the token is switched off, reactivate it first")
	// ErrRotated is returned when a token is rotated that another one replaces already. Rotate that one.
	ErrRotated = admin.NewError("token_rotated", admin.ErrState, "another token replaces this one already")
	// ErrUserNotActive is returned when a token is switched on whose user is not active.
	ErrUserNotActive = admin.NewError("token_user_not_active", admin.ErrState,
		"the user who answers for the token is not active, reactivate them first")
	// ErrTooManyTokens is returned when an organization has as many valid tokens as Options.MaxTokens.
	ErrTooManyTokens = admin.NewError("too_many_tokens", admin.ErrState,
		"too many API tokens are valid: delete some first")
)
