package token

import (
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Bearer has the fields of a [Token] by which its secret is accepted or refused. A verification reads no others,
// because it happens with every request; [Service.Get] returns the whole token.
type Bearer struct {
	ID          uuid.UUID           `json:"id"`
	UserID      uuid.UUID           `json:"userId,omitzero"`
	Permissions admin.PermissionSet `json:"permissions"`
	Networks    Networks            `json:"networks,omitzero"`
	State       State               `json:"state"`
	ExpiresAt   time.Time           `json:"expiresAt,omitzero"`
	LastUsedAt  time.Time           `json:"lastUsedAt,omitzero"`
}

// Bearer returns the fields by which the token's secret is accepted or refused.
func (t *Token) Bearer() Bearer {
	return Bearer{
		ID: t.ID, UserID: t.UserID, Permissions: t.Permissions, Networks: t.Networks, State: t.State,
		ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt,
	}
}

// RefusedAt is [Token.RefusedAt].
func (b *Bearer) RefusedAt(now time.Time) Reason { return refusedAt(b.State, b.ExpiresAt, now) }

func refusedAt(state State, expires, now time.Time) Reason {
	switch {
	case state == Deleted:
		return ReasonDeleted
	case state != Active:
		return ReasonDeactivated
	case !expires.IsZero() && !now.Before(expires):
		return ReasonExpired
	}
	return ""
}

// IDTexts are the ID and the UserID of a [Bearer] as [uuid.UUID.String] returns them. The zero value is none, and User
// is empty if the UserID is zero.
type IDTexts struct{ ID, User string }

// Texts returns the ids as text.
func (b *Bearer) Texts() IDTexts {
	id, user := texts(b.ID, b.UserID)
	return IDTexts{id, user}
}
