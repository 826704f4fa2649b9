package people

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Membership is an organization in which an e-mail address is an active user's.
type Membership struct {
	Org     admin.OrgID `json:"org"`
	Company string      `json:"company"` // the organization's name
	UserID  uuid.UUID   `json:"userId"`
}

// MaxMemberships is the largest number of memberships that are returned for an address.
const MaxMemberships = 100

// Memberships returns the organizations in which an e-mail address is an active user's, in ascending order
// of their ids, at most [MaxMemberships]. It is for a sign-in page that many organizations share: the person
// chooses one of the list, and [Service.SignInVerified] signs them in to it. An address that is malformed or
// that no user has gives an empty list.
//
// It crosses organizations and takes no Scope: the list reveals where a person works. Call it only after the
// person has proved that the address is theirs, by a link that was mailed to it or by single sign-on, and
// never for an address that was merely typed.
func (s *Service) Memberships(ctx context.Context, email string) ([]Membership, error) {
	e, err := ParseEmail(email)
	if err != nil {
		return nil, ctx.Err() // no user has a malformed address
	}
	return s.ports.Users.Memberships(ctx, e.Key)
}
