package admin

import (
	"time"

	"github.com/google/uuid"
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
