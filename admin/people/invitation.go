package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// InvitationStatus is the status of an invitation.
type InvitationStatus string

// The statuses of an invitation. InvitationExpired is never stored: a pending invitation is expired
// from its ExpiresAt on.
const (
	InvitationPending  InvitationStatus = "PENDING"
	InvitationAccepted InvitationStatus = "ACCEPTED"
	InvitationRevoked  InvitationStatus = "REVOKED"
	InvitationExpired  InvitationStatus = "EXPIRED"
)

// Invitation invites the owner of an e-mail address to become a user. Its secret is not in it:
// [Service.Invite] and [Service.Resend] return it once, and only its digest is kept.
type Invitation struct {
	ID     uuid.UUID        `json:"id"`
	Email  Email            `json:"email"` // where to send the secret, and what the user will sign in with
	Role   Role             `json:"role"`  // what the user will have
	Status InvitationStatus `json:"status"`
	// InvitedBy is the actor that invited or sent the invitation again last. They must still be able
	// to give the role when the invitation is accepted.
	InvitedBy admin.Actor `json:"invitedBy"`
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	SentAt    time.Time   `json:"sentAt,omitzero"`    // when the current secret was made
	ExpiresAt time.Time   `json:"expiresAt,omitzero"` // the secret is invalid from this instant on
	SettledAt time.Time   `json:"settledAt,omitzero"` // when it was accepted or revoked; zero before
	UserID    uuid.UUID   `json:"userId,omitzero"`    // the user who accepted; zero before
	Version   int64       `json:"version"`            // 1 when created, +1 with every change
}

// StatusAt returns the status at an instant: a pending invitation is expired from ExpiresAt on.
func (i Invitation) StatusAt(now time.Time) InvitationStatus {
	if i.Status == InvitationPending && !now.Before(i.ExpiresAt) {
		return InvitationExpired
	}
	return i.Status
}

// next returns the invitation with the next Version. It fails with [admin.ErrConflict] unless version
// is its Version and it is pending; an expired one counts as pending.
func (i Invitation) next(version int64) (Invitation, error) {
	if i.Version != version || i.Status != InvitationPending {
		return Invitation{}, admin.Conflict("invitation")
	}
	i.Version++
	return i, nil
}

// Resent returns the invitation as [InvitationStore].Resend must leave it: with InvitedBy, SentAt and
// ExpiresAt of want and the next Version. It fails with [admin.ErrConflict] unless want.Version is the
// invitation's and it is pending; an expired one counts as pending.
func (i Invitation) Resent(want Invitation) (Invitation, error) {
	next, err := i.next(want.Version)
	if err != nil {
		return Invitation{}, err
	}
	next.InvitedBy, next.SentAt, next.ExpiresAt = want.InvitedBy, want.SentAt, want.ExpiresAt
	return next, nil
}

// Revoked returns the invitation as [InvitationStore].Revoke must leave it: revoked at want.SettledAt,
// with the next Version. It fails as [Invitation.Resent] does.
func (i Invitation) Revoked(want Invitation) (Invitation, error) {
	next, err := i.next(want.Version)
	if err != nil {
		return Invitation{}, err
	}
	next.Status, next.SettledAt = InvitationRevoked, want.SettledAt
	return next, nil
}

// AcceptedBy returns the invitation as [InvitationStore].Accept must leave it: accepted by u when u was
// created, with the next Version. version is that of the invitation that was read. It fails as
// [Invitation.Resent] does.
func (i Invitation) AcceptedBy(u User, version int64) (Invitation, error) {
	next, err := i.next(version)
	if err != nil {
		return Invitation{}, err
	}
	next.Status, next.SettledAt, next.UserID = InvitationAccepted, u.CreatedAt, u.ID
	return next, nil
}

// CheckPendingInvitations fails with [ErrTooManyInvitations] if others, the number of the organization's
// other pending invitations, is limit or more.
func CheckPendingInvitations(others, limit int) error {
	if others >= limit {
		return ErrTooManyInvitations
	}
	return nil
}

var (
	// ErrInvitation is returned for every invitation secret that is not valid: it is wrong, expired,
	// revoked or used, or its inviter may no longer invite. The error does not show which.
	ErrInvitation = admin.NewError("invitation_not_valid", admin.ErrUnauthenticated,
		"this invitation is not valid or no longer valid: ask for a new one")
	// ErrTooManyInvitations is returned when the organization has as many pending invitations as
	// [InvitationRules] allow. Revoke some, or wait until they are accepted or expire.
	ErrTooManyInvitations = admin.NewError("too_many_invitations", admin.ErrState,
		"too many invitations are pending: revoke some first")
	// ErrAlreadyInvited is returned when the e-mail address has a pending invitation, which can be sent
	// again.
	ErrAlreadyInvited = admin.NewError("already_invited", admin.ErrExists,
		"the e-mail address has a pending invitation: send that one again")
)

// InvitationFilter narrows a list of invitations; zero fields do not narrow.
type InvitationFilter struct {
	Status InvitationStatus `json:"status,omitempty"`
}

// check fails with [admin.ErrInvalid] for a status that is none of the constants.
func (f InvitationFilter) check() error {
	var p admin.Problems
	switch f.Status {
	case "", InvitationPending, InvitationAccepted, InvitationRevoked, InvitationExpired:
	default:
		p.Add("/status", admin.CodeUnknown, "%q is not a status of an invitation: use %s, %s, %s or %s, or none for all",
			admin.Clip(string(f.Status)), InvitationPending, InvitationAccepted, InvitationRevoked, InvitationExpired)
	}
	return p.Err()
}

// Acceptance is the input of [InvitationStore].Accept: what it writes, and on which condition.
type Acceptance struct {
	// Invitation is the invitation as it was read. Its Version must still be the same.
	Invitation Invitation
	// InviterEpoch is the Epoch of the inviter's credential when their right to give the role was
	// checked; it must still be the same. It counts only if InvitedBy is a user.
	InviterEpoch int64
	// Custom are the custom roles by which that right was decided.
	Custom []RoleVersion
	// User is the new user; User.CreatedAt is when the invitation was accepted.
	User       User
	Credential Credential
	// Identity, if set, is the new user's.
	Identity *Identity
}

// Sending is the input of [InvitationStore].Create and Resend.
type Sending struct {
	Invitation Invitation
	Digest     admin.SecretDigest // of the secret that is sent
	Limit      int                // of the invitations that are pending, this one included
	// Custom are the custom roles by which the right to send it was decided.
	Custom []RoleVersion
}

// InvitationStore keeps an organization's invitations. In what it returns Status is as stored and
// never [InvitationExpired].
//
// An organization has one pending invitation to an e-mail key at a time. The database itself must
// refuse a second one, unless the first has expired; a unique key over a column that is NULL for
// settled and expired invitations does it on every database.
type InvitationStore interface {
	// Create adds s.Invitation, pending, with the digest of its secret. It locks the organization as
	// UserStore.UpdateAccess does. It fails with the error of [CheckPendingInvitations] at SentAt, which
	// comes first, with [admin.ErrConflict] unless every role of s.Custom exists with its Version; with the
	// error of [AddressUse.Check] for the e-mail key at SentAt, where an expired invitation stays as it is
	// and does not count; and with [admin.ErrExists] if the ID or the digest is taken.
	Create(ctx context.Context, org admin.OrgID, s Sending, rec admin.Record) error

	// Get returns the invitation, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Invitation, error)

	// ByDigest returns the invitation whose current secret has this digest, in any status, or
	// [admin.ErrNotFound].
	ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (Invitation, error)

	// List returns at most seek.Limit invitations whose StatusAt(now) matches f, newest first
	// (descending id), that come after seek.After in that order; the zero seek.After starts at the
	// newest.
	List(
		ctx context.Context, org admin.OrgID, f InvitationFilter, now time.Time, seek admin.Seek[uuid.UUID],
	) ([]Invitation, error)

	// Resend replaces the invitation with what [Invitation.Resent] makes of it and s.Invitation, and its
	// digest, so that the old secret is invalid. It fails with the error of that, with [admin.ErrNotFound],
	// and as Create does, not counting this invitation.
	Resend(ctx context.Context, org admin.OrgID, s Sending, rec admin.Record) error

	// Revoke replaces the invitation with what [Invitation.Revoked] makes of it and i. It locks the
	// organization as UserStore.UpdateAccess does. It fails with the error of that, and with
	// [admin.ErrNotFound].
	Revoke(ctx context.Context, org admin.OrgID, i Invitation, rec admin.Record) error

	// Accept adds a.User with a.Credential and a.Identity, and replaces the invitation with what
	// [Invitation.AcceptedBy] makes of it; all of it or nothing. It locks the organization as
	// UserStore.UpdateAccess does. It fails with the error of AcceptedBy, with [admin.ErrNotFound], with
	// [admin.ErrConflict] if the inviter's Epoch is another or a role of a.Custom does not exist with its
	// Version, and with [admin.ErrExists] if a user has this e-mail key or the identity already, who stays as
	// they are.
	Accept(ctx context.Context, org admin.OrgID, a Acceptance, rec admin.Record) error
}
