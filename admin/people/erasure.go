package people

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// ErasedName is the Name of a user who was erased.
const ErasedName = "Erased user"

// ErrErased is returned for a user who was erased: nothing about them can be changed any longer.
var ErrErased = admin.NewError("user_erased", admin.ErrState, "the user was erased, which cannot be undone")

// Erasure is the input of [UserStore].Erase.
type Erasure struct {
	// User has the UpdatedAt to write and the ID and Version to compare; its other fields are ignored.
	User User
	// Custom are the custom roles by which the right to do this was decided.
	Custom []RoleVersion
	// Invitations are the ids of those that lose their address. Unknown ids are ignored.
	Invitations []uuid.UUID
	// Trail is what is taken out of the audit trail. A store looks for it after it has made the writers of the
	// organization wait, so that it finds what was written meanwhile.
	Trail admin.TrailErasure
}

// Erased returns the user as [UserStore].Erase must leave it: with the ID, the CreatedAt, the UpdatedAt of want, the
// next Version, the status [UserErased] and [ErasedName], without a role and without an address: Email has a Key
// that no address has and no other user. It fails with [admin.ErrConflict] unless want.Version is the user's, with
// [ErrErased], and with [admin.ErrState] for an active user, who may be the last administrator.
func (u User) Erased(want User) (User, error) {
	if u.Version != want.Version {
		return User{}, admin.Conflict("user")
	}
	if err := u.checkErasable(); err != nil {
		return User{}, err
	}
	return User{
		ID: u.ID, Name: ErasedName, Email: Email{Key: "erased " + u.ID.String()}, Status: UserErased,
		CreatedAt: u.CreatedAt, UpdatedAt: want.UpdatedAt, Version: u.Version + 1,
	}, nil
}

func (u User) checkErasable() error {
	if u.Status == UserActive {
		return fmt.Errorf("user %s is active, deactivate them first: %w", u.ID, admin.ErrState)
	}
	return u.CheckErased()
}

// CheckErased fails with [ErrErased] if the user was erased.
func (u User) CheckErased() error {
	if u.Status == UserErased {
		return fmt.Errorf("user %s: %w", u.ID, ErrErased)
	}
	return nil
}

// Erased returns the invitation as [UserStore].Erase of want must leave it: without an address, revoked at
// want.UpdatedAt if it was pending, with the next Version.
func (i Invitation) Erased(want User) Invitation {
	if i.Status == InvitationPending {
		i.Status, i.SettledAt = InvitationRevoked, want.UpdatedAt
	}
	i.Email = Email{}
	i.Version++
	return i
}
