package people

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Organization is a tenant of the host: the company that the Admin Center belongs to.
type Organization struct {
	ID        admin.OrgID `json:"id"`
	Name      string      `json:"name"` // the company name, 1 to 255 characters
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	Version   int64       `json:"version"` // 1 when created, +1 with every change
}

// OrganizationStore keeps the organizations.
type OrganizationStore interface {
	// Create adds the organization, its first user, that user's credential and the audit record
	// together, or none of them. It fails with [admin.ErrExists] if the id is taken.
	Create(ctx context.Context, o Organization, first User, c Credential, rec admin.Record) error

	// Get returns the organization, or [admin.ErrNotFound].
	Get(ctx context.Context, id admin.OrgID) (Organization, error)

	// Rename replaces the name of the organization whose Version is version, and raises the Version by
	// one. It fails with [admin.ErrNotFound] and [admin.ErrConflict].
	Rename(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error
}

// Organization returns the organization of the scope. It requires [PermissionProfileRead].
func (s *Service) Organization(ctx context.Context, scope admin.Scope) (Organization, error) {
	if err := scope.Require(PermissionProfileRead); err != nil {
		return Organization{}, err
	}
	return s.ports.Organizations.Get(ctx, scope.Org())
}

// RenameOrganization changes the company name, 1 to 255 characters, for the host's own code and API
// tokens; users save it together with their profile by [Service.UpdateProfile]. version is the
// organization's. It requires [PermissionOrganizationWrite].
func (s *Service) RenameOrganization(
	ctx context.Context, scope admin.Scope, version int64, name string,
) (Organization, error) {
	if err := scope.Require(PermissionOrganizationWrite); err != nil {
		return Organization{}, err
	}
	var p admin.Problems
	p.Text("/name", name, 1, maxName)
	if err := p.Err(); err != nil {
		return Organization{}, err
	}
	o, err := s.ports.Organizations.Get(ctx, scope.Org())
	if err != nil {
		return Organization{}, err
	}
	rec := s.o.Record(scope, ActionRenameOrganization,
		admin.Subject{Kind: subjectOrganization, ID: string(o.ID)},
		admin.Change{Field: "name", From: o.Name, To: name})
	if err := s.ports.Organizations.Rename(ctx, o.ID, name, version, rec); err != nil {
		return Organization{}, err
	}
	o.Name, o.Version = name, version+1
	return o, nil
}
