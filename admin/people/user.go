package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// UserStatus says whether a user may sign in.
type UserStatus string

// The statuses of a user.
const (
	UserActive      UserStatus = "active"
	UserDeactivated UserStatus = "deactivated"
)

// User is a person in one organization. Somebody who works in two organizations is two users, so
// nothing that happens in one organization can touch the other.
type User struct {
	ID        uuid.UUID
	Name      string // 1 to 255 characters
	Email     Email  // unique within the organization, by Key
	Role      Role
	Status    UserStatus
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64 // 1 when created, +1 with every change
}

// Administers reports whether the user is an active Administrator. An organization never loses its
// last one.
func (u User) Administers() bool { return u.Role == Administrator && u.Status == UserActive }

// Credential is what a user signs in with. It is kept apart from User, so that no list of users
// carries a hash.
type Credential struct {
	UserID uuid.UUID
	// Hash is the password's; the zero Hash means that the user has none (single sign-on).
	Hash PasswordHash
	// Epoch rises whenever sessions must end: a changed password, a deactivated user, a changed
	// role. A host keeps it in its session and gives it to People.ScopeOf.
	Epoch int64
	// ChangedAt is when the password was set.
	ChangedAt time.Time
}

// ErrLastAdministrator: an organization keeps at least one active Administrator, so the last one
// can be neither demoted nor deactivated. Make somebody else Administrator first.
var ErrLastAdministrator = admin.NewError("last_administrator", admin.ErrState,
	"the organization would be left without an active administrator")

// UserFilter narrows a list of users; zero fields do not narrow.
type UserFilter struct {
	Status UserStatus
	Role   Role
}

// UserStore keeps an organization's users and what they sign in with. It has no method that adds a
// user: they come with their organization (OrganizationStore.Create) or by accepting an invitation
// (InvitationStore.Accept), and are never removed, because the audit trail names them.
type UserStore interface {
	// Get returns the user, or ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (User, error)

	// Credential returns the user together with the credential, both as of one moment, or
	// ErrNotFound.
	Credential(ctx context.Context, org admin.OrgID, id uuid.UUID) (User, Credential, error)

	// ByEmail is Credential for the user whose Email.Key is key, byte by byte.
	ByEmail(ctx context.Context, org admin.OrgID, key string) (User, Credential, error)

	// List returns at most seek.Limit users that match f, in ascending order of id, with an id
	// above seek.After.
	List(ctx context.Context, org admin.OrgID, f UserFilter, seek admin.Seek[uuid.UUID]) ([]User, error)

	// UpdateProfile replaces Name, Email and UpdatedAt of the user whose Version is u.Version, and
	// raises the Version by one; the rest of u is ignored. Errors: ErrNotFound, ErrConflict where
	// the Version moved on, ErrExists where another user has this e-mail key.
	UpdateProfile(ctx context.Context, org admin.OrgID, u User, rec admin.Record) error

	// UpdateAccess replaces Role, Status and UpdatedAt of the user whose Version is u.Version,
	// raises the Version and the credential's Epoch by one, and where the user is deactivated by
	// it, revokes the pending invitations (not expired at u.UpdatedAt) whose InvitedBy is that
	// user, settled at u.UpdatedAt; the rest of u is ignored.
	//
	// It must hold the organization against every other UpdateAccess, Create, Resend and Accept
	// from its first read to its commit: of two Administrators who demote each other at the same
	// time, one fails. Errors: ErrNotFound; ErrConflict where the Version moved on; and
	// ErrLastAdministrator, with nothing changed, where no other active Administrator would be left.
	UpdateAccess(ctx context.Context, org admin.OrgID, u User, rec admin.Record) error

	// SetPassword replaces Hash and ChangedAt of the credential of user c.UserID whose Epoch is
	// c.Epoch, and raises the Epoch by one. Errors: ErrNotFound, and ErrConflict where the Epoch
	// moved on.
	SetPassword(ctx context.Context, org admin.OrgID, c Credential, rec admin.Record) error

	// Rehash replaces the Hash of user id where it still is old, byte by byte, and nothing else:
	// the same password in a stronger form. It is bookkeeping and leaves no audit record. Errors:
	// ErrNotFound, and ErrConflict where the Hash is another one.
	Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, old, renewed PasswordHash) error
}
