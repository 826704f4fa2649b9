package people

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// ProvisionedUser is a user with the id that a directory has for them.
type ProvisionedUser struct {
	User
	ExternalID string `json:"externalId,omitempty"` // empty if no directory provisions the user
}

// UserByExternalID returns the user whom a directory knows by an id, or [admin.ErrNotFound]: SCIM's filter
// externalId eq. It requires [PermissionUsersRead].
func (s *Service) UserByExternalID(
	ctx context.Context, scope admin.Scope, externalID string,
) (ProvisionedUser, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return ProvisionedUser{}, err
	}
	id, err := s.ports.Identities.ByExternalID(ctx, scope.Org(), externalID)
	if err != nil {
		return ProvisionedUser{}, err
	}
	u, err := s.ports.Users.Get(ctx, scope.Org(), id)
	return ProvisionedUser{User: u, ExternalID: externalID}, err
}

// UserByEmail returns the user who has an e-mail address, or [admin.ErrNotFound]: SCIM's filter userName eq. It
// requires [PermissionUsersRead].
func (s *Service) UserByEmail(ctx context.Context, scope admin.Scope, email string) (ProvisionedUser, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return ProvisionedUser{}, err
	}
	e, err := ParseEmail(email)
	if err != nil {
		return ProvisionedUser{}, admin.NotFound("user") // no user has a malformed address
	}
	m, err := s.ports.Users.ByEmail(ctx, scope.Org(), e.Key)
	if err != nil {
		return ProvisionedUser{}, err
	}
	found, err := s.withExternalIDs(ctx, scope.Org(), []User{m.User})
	if err != nil {
		return ProvisionedUser{}, err
	}
	return found[0], nil
}

// ProvisionedUsers is [Service.Users] with the external ids.
func (s *Service) ProvisionedUsers(
	ctx context.Context, scope admin.Scope, f UserFilter, q admin.Query,
) (admin.Page[ProvisionedUser], error) {
	page, err := s.Users(ctx, scope, f, q)
	if err != nil {
		return admin.Page[ProvisionedUser]{}, err
	}
	items, err := s.withExternalIDs(ctx, scope.Org(), page.Items)
	return admin.Page[ProvisionedUser]{Items: items, Next: page.Next}, err
}

func (s *Service) withExternalIDs(ctx context.Context, org admin.OrgID, us []User) ([]ProvisionedUser, error) {
	ids := make([]uuid.UUID, len(us))
	for i, u := range us {
		ids[i] = u.ID
	}
	external, err := s.ports.Identities.ExternalIDs(ctx, org, ids)
	if err != nil {
		return nil, err
	}
	out := make([]ProvisionedUser, len(us))
	for i, u := range us {
		out[i] = ProvisionedUser{User: u, ExternalID: external[u.ID]}
	}
	return out, nil
}
