package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Identity is an account elsewhere by which a user signs in: single sign-on. It is named by the issuer and the
// subject together, as OpenID Connect Core 1.0 (5.7) requires, and never by an e-mail address, which its owner
// can change at many issuers. Both compare byte by byte.
type Identity struct {
	UserID uuid.UUID `json:"userId"`
	// Issuer is the identity provider: the iss of OpenID Connect, the entity id of SAML. 1 to 512 bytes.
	Issuer string `json:"issuer"`
	// Subject is the account there: the sub of OpenID Connect, a persistent NameID of SAML. 1 to 256 bytes.
	Subject  string    `json:"subject"`
	LinkedAt time.Time `json:"linkedAt,omitzero"`
}

// Lengths of an identity and of an external id, in bytes.
const (
	maxIssuer     = 512
	maxSubject    = 256
	maxExternalID = 256
)

// maxIdentities is the number of identities of one user.
const maxIdentities = 10

var (
	// ErrIdentityTaken is returned when a user of the organization, the same or another one, has the identity.
	ErrIdentityTaken = admin.NewError("identity_taken", admin.ErrExists, "the identity is linked to a user")
	// ErrTooManyIdentities is returned when a user has as many identities as one can have.
	ErrTooManyIdentities = admin.NewError("too_many_identities", admin.ErrState,
		"the user has too many identities: unlink one first")
	// ErrLastIdentity is returned when a user without a password would be left without an identity, and could
	// not sign in any longer.
	ErrLastIdentity = admin.NewError("last_identity", admin.ErrState,
		"the user could not sign in any longer: set a password or link another identity first")
	// ErrExternalIDTaken is returned when another user of the organization has the external id, or the user has
	// another one.
	ErrExternalIDTaken = admin.NewError("external_id_taken", admin.ErrExists, "the external id is in use")
	// ErrEmailNotProvisioned is returned when a directory changes the e-mail address of a user who has a
	// password, or whom no directory provisions: they change and confirm it themselves.
	ErrEmailNotProvisioned = admin.NewError("email_not_provisioned", admin.ErrState,
		"only the user can change this e-mail address")
	// ErrIdentity is returned when no active user of the organization has the identity.
	ErrIdentity = admin.NewError("identity_not_linked", admin.ErrUnauthenticated,
		"no active user signs in with this account")
)

// CheckIdentities fails with [ErrTooManyIdentities] if a user has limit identities or more.
func CheckIdentities(count, limit int) error {
	if count >= limit {
		return ErrTooManyIdentities
	}
	return nil
}

// CheckUnlink fails with [ErrLastIdentity] unless a user can sign in without an identity: by the others, or
// by the password of c.
func CheckUnlink(others int, c Credential) error {
	if others == 0 && c.Hash.IsZero() {
		return ErrLastIdentity
	}
	return nil
}

// CheckProvisionedEmail fails with [ErrEmailNotProvisioned] unless a directory may change the e-mail address of a
// user: they have an external id, and no password, by which they would own the address themselves.
func CheckProvisionedEmail(externalID string, c Credential) error {
	if externalID == "" || !c.Hash.IsZero() {
		return ErrEmailNotProvisioned
	}
	return nil
}

// Provisioning is the input of [IdentityStore].Provision.
type Provisioning struct {
	// User is the new user; User.CreatedAt is when the pending invitations to the address are revoked.
	User       User
	Credential Credential
	ExternalID string
	// Identity, if set, is the user's.
	Identity *Identity
	// Custom are the custom roles by which the right to do this was decided.
	Custom []RoleVersion
}

// IdentityStore keeps the identities by which an organization's users sign in, and the external ids by which
// a directory provisions them.
type IdentityStore interface {
	// Link adds i. It fails with [admin.ErrNotFound] unless the user exists, with [ErrErased], with the error of
	// [CheckIdentities], and with [admin.ErrExists] if a user of the organization has the issuer and subject.
	// It locks the user, so that the limit holds against every other Link.
	Link(ctx context.Context, org admin.OrgID, i Identity, limit int, rec admin.Record) error

	// Unlink removes the identity with the UserID, Issuer and Subject of i and raises the Epoch of the user's
	// credential by one. It fails with [admin.ErrNotFound] if the user has no such identity, with
	// [admin.ErrConflict] unless the Epoch is epoch, and with the error of [CheckUnlink]. It locks the user.
	Unlink(ctx context.Context, org admin.OrgID, i Identity, epoch int64, rec admin.Record) error

	// BySubject returns the identity, or [admin.ErrNotFound].
	BySubject(ctx context.Context, org admin.OrgID, issuer, subject string) (Identity, error)

	// OfUser returns the identities of a user in ascending order of issuer and subject, byte by byte.
	OfUser(ctx context.Context, org admin.OrgID, id uuid.UUID) ([]Identity, error)

	// Provision adds p.User with p.Credential, the ExternalID and the Identity, and revokes the invitation that
	// is pending to the user's e-mail key, settled at User.CreatedAt; all of it or nothing. It locks the
	// organization as UserStore.UpdateAccess does. It fails with [admin.ErrExists] if a user has the e-mail key,
	// the ExternalID or the identity, with [admin.ErrConflict] unless every role of p.Custom exists with its Version,
	// and with [admin.ErrNotFound] if there is no such organization.
	Provision(ctx context.Context, org admin.OrgID, p Provisioning, rec admin.Record) error

	// SetExternalID gives a user who has none an external id. It fails with [admin.ErrNotFound] if there is no
	// such user, with [ErrErased], and with [admin.ErrExists] if the user has one or another user has this one.
	SetExternalID(ctx context.Context, org admin.OrgID, id uuid.UUID, externalID string, rec admin.Record) error

	// ByExternalID returns the id of the user with the external id, byte by byte, or [admin.ErrNotFound].
	ByExternalID(ctx context.Context, org admin.OrgID, externalID string) (uuid.UUID, error)

	// ExternalIDs returns the external ids of those of the users ids, each given once, who have one.
	ExternalIDs(ctx context.Context, org admin.OrgID, ids []uuid.UUID) (map[uuid.UUID]string, error)

	// Update writes the Name, Email and UpdatedAt of u and raises the Version by one. If the Email is another,
	// it raises the Epoch of the credential by one and revokes the invitation that is pending to the new key,
	// settled at u.UpdatedAt. It fails with [admin.ErrNotFound], with [admin.ErrConflict] unless u.Version is the
	// stored one, with the error of [CheckProvisionedEmail] if the Email is another, and with [admin.ErrExists]
	// if another user has the key. It locks the organization as UserStore.UpdateAccess does.
	Update(ctx context.Context, org admin.OrgID, u User, rec admin.Record) error
}
