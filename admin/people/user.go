package people

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// UserStatus is the status of a user.
type UserStatus string

// The statuses of a user.
const (
	UserActive      UserStatus = "ACTIVE"
	UserDeactivated UserStatus = "DEACTIVATED" // cannot sign in
	UserErased      UserStatus = "ERASED"      // for good: nothing is about the person any longer
)

// User is a person in one organization. A person who works in two organizations is two users, so a
// change in one organization does not affect the other.
type User struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`  // 1 to 255 characters
	Email     Email      `json:"email"` // unique within the organization, by Key
	Role      Role       `json:"role"`  // none of a user who was erased
	Status    UserStatus `json:"status"`
	CreatedAt time.Time  `json:"createdAt,omitzero"`
	UpdatedAt time.Time  `json:"updatedAt,omitzero"`
	Version   int64      `json:"version"` // 1 when created, +1 with every change
}

// Administers reports whether the user is active and has one of the roles that administer
// ([RoleRules.Administering]). An organization never loses its last such user.
func (u User) Administers(administering []Role) bool {
	return u.Status == UserActive && slices.Contains(administering, u.Role)
}

// AccessUpdated returns the user as [UserStore].UpdateAccess must leave it: with the Role, Status and
// UpdatedAt of want and the next Version. It fails with [admin.ErrConflict] unless want.Version is the
// user's, with [ErrErased] for a user who was erased, and with [ErrLastAdministrator] if no user would be left who
// administers. administering are the roles that do. another reports whether another active user has one of them; it
// is called only if u stops being one.
func (u User) AccessUpdated(want User, administering []Role, another func() (bool, error)) (User, error) {
	if u.Version != want.Version {
		return User{}, admin.Conflict("user")
	}
	if err := u.CheckErased(); err != nil {
		return User{}, err
	}
	next := u
	next.Role, next.Status, next.UpdatedAt = want.Role, want.Status, want.UpdatedAt
	next.Version++
	if u.Administers(administering) && !next.Administers(administering) {
		if ok, err := another(); err != nil {
			return User{}, err
		} else if !ok {
			return User{}, ErrLastAdministrator
		}
	}
	return next, nil
}

// DeactivatedBy reports whether the change to next deactivates the user.
func (u User) DeactivatedBy(next User) bool {
	return u.Status == UserActive && next.Status == UserDeactivated
}

// Credential holds the password hash of a user. It is kept apart from User, so that no list of users
// carries a hash.
type Credential struct {
	UserID uuid.UUID
	// Hash is the password's; the zero Hash means that the user has none (single sign-on).
	Hash PasswordHash
	// Epoch rises whenever sessions must end: when the password, the e-mail address or the role changes and
	// when the user is deactivated. A host keeps it in its session and passes it to [Service.ScopeOf].
	Epoch int64
	// ChangedAt is when the password was set.
	ChangedAt time.Time
}

// ErrLastAdministrator is returned when the organization would be left without an active user who
// administers, one whose role has [PermissionUsersWrite] and [PermissionRolesWrite]: the last one can
// be neither demoted nor deactivated, and their role cannot lose either permission. Make another user
// [Administrator] first.
var ErrLastAdministrator = admin.NewError("last_administrator", admin.ErrState,
	"the organization would be left without an active administrator")

// AccessUpdate is the input of [UserStore].UpdateAccess.
type AccessUpdate struct {
	// User has the Role, Status and UpdatedAt to write and the ID and Version to compare; its other fields
	// are ignored.
	User  User
	Rules RoleRules // by which roles administer
	// Custom are the custom roles by which the right to do this was decided.
	Custom []RoleVersion
	// KeepTokens leaves the state of API tokens alone.
	KeepTokens bool
}

// UserFilter narrows a list of users; zero fields do not narrow.
type UserFilter struct {
	Status UserStatus `json:"status,omitempty"`
	Role   Role       `json:"role,omitempty"`
}

// ProfileUpdate is the input of [UserStore.UpdateProfile]. A part that is nil stays as it is.
type ProfileUpdate struct {
	// User has the Name and UpdatedAt to write and the ID and Version to compare; its other
	// fields are ignored.
	User *User
	// Organization has the Name to write and the Version to compare; its other fields are ignored.
	Organization *Organization
}

// UserStore keeps an organization's users and their credentials. It has no method that adds a user:
// users come with their organization ([OrganizationStore].Create), by an invitation ([InvitationStore].Accept)
// or from a directory ([IdentityStore].Provision), and are never removed, because the audit trail names them: Erase
// leaves one that no longer names a person.
// Their e-mail address is changed by [TicketStore].ChangeEmail, or by a directory ([IdentityStore].Update).
type UserStore interface {
	// Get returns the user, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (User, error)

	// Member returns the user with the credential and the custom role, all as of one moment, or
	// [admin.ErrNotFound].
	Member(ctx context.Context, org admin.OrgID, id uuid.UUID) (Member, error)

	// ByEmail is Member for the user whose Email.Key is key, byte by byte.
	ByEmail(ctx context.Context, org admin.OrgID, key string) (Member, error)

	// Memberships returns the organizations in which the Email.Key of an active user is key, byte by byte, in
	// ascending order of id, at most [MaxMemberships]. It is the only method that looks for a user across
	// organizations.
	Memberships(ctx context.Context, key string) ([]Membership, error)

	// List returns at most seek.Limit users that match f, in ascending order of id, with an id
	// above seek.After.
	List(ctx context.Context, org admin.OrgID, f UserFilter, seek admin.Seek[uuid.UUID]) ([]User, error)

	// UpdateProfile writes both parts of p and the record, or nothing, and raises the Version of each
	// part by one. It fails with [admin.ErrNotFound], and with [admin.ErrConflict] unless the Versions are
	// the stored ones. The organization is written first, so that its errors come first and locks are taken
	// in one order.
	UpdateProfile(ctx context.Context, org admin.OrgID, p ProfileUpdate, rec admin.Record) error

	// UpdateAccess replaces the user with what [User.AccessUpdated] makes of it and a.User, and returns the
	// errors of that, or [admin.ErrNotFound]. It fails with [admin.ErrConflict] unless every role of
	// a.Custom exists with its Version. It raises the credential's Epoch by one. If the user is deactivated by
	// it, it revokes the invitations that are pending at a.User.UpdatedAt and whose InvitedBy is that user,
	// settled at a.User.UpdatedAt, and, unless a.KeepTokens, makes the active API tokens that the user answers
	// for deactivated, updated at a.User.UpdatedAt and with the next Version.
	//
	// It must lock the organization against every other UpdateAccess, every write of a [RoleStore] or a
	// [TicketStore], what token.Store names, every Create, Resend, Revoke and Accept of an [InvitationStore], and
	// every Provision and Update of an [IdentityStore], from its first read to its commit: of two administrators
	// who demote each other at the same time, one fails. What is read under the lock must be the latest, also in a
	// transaction of the host's that has read something before.
	UpdateAccess(ctx context.Context, org admin.OrgID, a AccessUpdate, rec admin.Record) error

	// Erase replaces the user with what [User.Erased] makes of it and e.User, and returns the errors of that, or
	// [admin.ErrNotFound]. It fails with [admin.ErrConflict] unless every role of e.Custom exists with its Version. It
	// clears Hash and ChangedAt of the credential and raises its Epoch by one; removes the user's tickets, sessions,
	// identities, external id, factors, recovery codes and pending sign-ins; makes the active API tokens that the user
	// answers for deactivated, updated at e.User.UpdatedAt and with the next Version; gives all of these tokens
	// token.ErasedName and the next Version; replaces the invitations of e.Invitations with what [Invitation.Erased]
	// makes of them; and takes e.Trail out of the audit trail, as [admin.AuditStore].Erase does, whose demands on rec
	// it has too. It locks as UpdateAccess does. What is committed before it has the lock loses its values; a record
	// that [admin.AuditStore].Append adds later has none.
	Erase(ctx context.Context, org admin.OrgID, e Erasure, rec admin.Record) error

	// SetPassword replaces Hash and ChangedAt of the credential of user c.UserID whose Epoch is
	// c.Epoch, and raises the Epoch by one. It fails with [admin.ErrNotFound], and with
	// [admin.ErrConflict] if the Epoch is another.
	SetPassword(ctx context.Context, org admin.OrgID, c Credential, rec admin.Record) error

	// Rehash replaces the Hash of user id if it still is old, byte by byte, and nothing else: it is
	// the same password in a stronger form. It is bookkeeping and leaves no audit record. It fails with
	// [admin.ErrNotFound], and with [admin.ErrConflict] if the Hash is another.
	Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, old, renewed PasswordHash) error
}
