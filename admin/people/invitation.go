package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// InvitationStatus says what has become of an invitation.
type InvitationStatus string

// The statuses of an invitation. Expired is never stored: it is what pending has become at a
// certain time.
const (
	InvitationPending  InvitationStatus = "pending"
	InvitationAccepted InvitationStatus = "accepted"
	InvitationRevoked  InvitationStatus = "revoked"
	InvitationExpired  InvitationStatus = "expired"
)

// Invitation asks somebody to become a user. Its secret is not in it: People.Invite and
// People.Resend give it away once, and only its digest is kept.
type Invitation struct {
	ID     uuid.UUID
	Email  Email // where the secret is to be sent, and what the user will sign in with
	Role   Role  // what the user will have
	Status InvitationStatus
	// InvitedBy answers for the role: who invited, or whoever sent it again last. They must still
	// be able to give the role when the invitation is accepted.
	InvitedBy admin.Actor
	CreatedAt time.Time
	SentAt    time.Time // when the current secret was made
	ExpiresAt time.Time // from here on the secret is no good
	SettledAt time.Time // when it was accepted or revoked; zero before
	UserID    uuid.UUID // who accepted; zero before
	Version   int64     // 1 when created, +1 with every change
}

// StatusAt is the status at an instant: a pending invitation is expired from ExpiresAt on.
func (i Invitation) StatusAt(now time.Time) InvitationStatus {
	if i.Status == InvitationPending && !now.Before(i.ExpiresAt) {
		return InvitationExpired
	}
	return i.Status
}

var (
	// ErrInvitation is all that somebody with a bad invitation secret learns: it may be wrong,
	// expired, revoked, used, or from somebody who may no longer invite.
	ErrInvitation = admin.NewError("invitation_not_valid", admin.ErrUnauthenticated, "this invitation is not valid, or not any more: ask for a new one")
	// ErrTooManyInvitations: the organization has as many pending invitations as it may. Revoke
	// some, or wait until they are accepted or expire.
	ErrTooManyInvitations = admin.NewError("too_many_invitations", admin.ErrState, "too many invitations are pending: revoke some first")
)

// InvitationFilter narrows a list of invitations; zero fields do not narrow.
type InvitationFilter struct {
	Status InvitationStatus
}

// Acceptance is what accepting an invitation writes, and on what condition.
type Acceptance struct {
	// Invitation is the invitation as it was read. Its Version must still be the same.
	Invitation Invitation
	// InviterEpoch is the Epoch of the inviter's credential when their right to give the role was
	// checked; it must still be the same. It counts only where InvitedBy is a user.
	InviterEpoch int64
	// User is who comes to be; User.CreatedAt is when.
	User       User
	Credential Credential
}

// InvitationStore keeps an organization's invitations. In what it returns Status is as stored and
// never InvitationExpired.
//
// An organization has one pending invitation to an e-mail key at a time. The database itself must
// refuse a second one, expired ones aside; a unique key over a column that is NULL for all but
// these does it everywhere.
type InvitationStore interface {
	// Create adds i, pending, with the digest of its secret. It holds the organization as
	// UserStore.UpdateAccess does. Errors: ErrExists where i.ID is taken, the digest is, or an
	// invitation to this e-mail key is pending at i.SentAt (an expired one stays as it is and is
	// no obstacle); ErrTooManyInvitations, which comes first, where the organization has limit or
	// more at i.SentAt.
	Create(ctx context.Context, org admin.OrgID, i Invitation, digest admin.SecretDigest, limit int, rec admin.Record) error

	// Get returns the invitation, or ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Invitation, error)

	// ByDigest returns the invitation whose current secret has this digest, whatever its status,
	// or ErrNotFound.
	ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (Invitation, error)

	// List returns at most seek.Limit invitations whose StatusAt(now) matches f, newest first
	// (descending id), that come after seek.After in that order; the zero seek.After starts at the
	// newest.
	List(ctx context.Context, org admin.OrgID, f InvitationFilter, now time.Time, seek admin.Seek[uuid.UUID]) ([]Invitation, error)

	// Resend replaces digest, InvitedBy, SentAt and ExpiresAt of the invitation whose Version is
	// i.Version, and raises the Version by one; the rest of i is ignored. The old digest is good
	// for nothing afterwards. Errors: ErrNotFound; ErrConflict where the Version moved on or it is
	// not pending (expired counts as pending here); ErrExists and ErrTooManyInvitations as in
	// Create, this invitation itself aside.
	Resend(ctx context.Context, org admin.OrgID, i Invitation, digest admin.SecretDigest, limit int, rec admin.Record) error

	// Revoke sets Status to revoked and SettledAt to i.SettledAt in the invitation whose Version
	// is i.Version, and raises the Version by one. Errors: ErrNotFound, and ErrConflict where the
	// Version moved on or it is not pending (expired counts as pending here).
	Revoke(ctx context.Context, org admin.OrgID, i Invitation, rec admin.Record) error

	// Accept adds a.User with a.Credential, and sets Status to accepted, SettledAt to
	// a.User.CreatedAt and UserID to a.User.ID in the invitation, whose Version rises by one; all
	// of it or nothing. It holds the organization as UserStore.UpdateAccess does. Errors:
	// ErrNotFound; ErrConflict where the invitation's Version or the inviter's Epoch moved on, or
	// the invitation is not pending; ErrExists where a user has this e-mail key already, who stays
	// untouched.
	Accept(ctx context.Context, org admin.OrgID, a Acceptance, rec admin.Record) error
}
