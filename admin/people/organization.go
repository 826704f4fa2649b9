package people

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// OrganizationStatus is the status of an organization.
type OrganizationStatus string

// The statuses of an organization. It goes from one to the next and back, but never back from the last, and never to
// the last but from the one before.
const (
	OrganizationActive OrganizationStatus = "ACTIVE"
	// OrganizationSuspended is refused wherever a user or a token asks to be let in: see [Service.SuspendOrganization].
	OrganizationSuspended OrganizationStatus = "SUSPENDED"
	// OrganizationDeleted is for every call as if there were none, but for the id, which stays taken: see
	// [Service.DeleteOrganization].
	OrganizationDeleted OrganizationStatus = "DELETED"
)

// Organization is a tenant of the host: the company that the Admin Center belongs to.
type Organization struct {
	ID        admin.OrgID        `json:"id"`
	Name      string             `json:"name"` // the company name, 1 to 255 characters
	Status    OrganizationStatus `json:"status"`
	StatusAt  time.Time          `json:"statusAt,omitzero"` // since when it has the Status
	CreatedAt time.Time          `json:"createdAt,omitzero"`
	Version   int64              `json:"version"` // 1 when created, +1 with every change
}

// Created returns the organization as [OrganizationStore].Create must leave it: active since its CreatedAt.
func (o Organization) Created() Organization {
	o.Status, o.StatusAt = OrganizationActive, o.CreatedAt
	return o
}

// StatusChanged returns the organization as [OrganizationStore].SetStatus must leave it: with the Status and StatusAt
// of want and the next Version, and without a name if it is deleted. It fails with [admin.ErrConflict] unless
// want.Version is the organization's, and with [admin.ErrState] if it cannot have that status after its own.
func (o Organization) StatusChanged(want Organization) (Organization, error) {
	if o.Version != want.Version {
		return Organization{}, admin.Conflict("organization")
	}
	var from OrganizationStatus
	switch want.Status {
	case OrganizationSuspended:
		from = OrganizationActive
	case OrganizationActive, OrganizationDeleted:
		from = OrganizationSuspended
	}
	if o.Status != from {
		return Organization{}, fmt.Errorf("the organization is %s, and can become %s only if it is %s: %w",
			o.Status, admin.Clip(string(want.Status)), from, admin.ErrState)
	}
	o.Status, o.StatusAt = want.Status, want.StatusAt
	o.Version++
	if o.Status == OrganizationDeleted {
		o.Name = ""
	}
	return o, nil
}

// OrganizationStore keeps the organizations. For every method of every store, but Create, Deleted and Purge of this
// one, an organization that is deleted is one that does not exist, from the commit of its deletion on.
type OrganizationStore interface {
	// Create adds the organization, its first user, that user's credential and the audit record
	// together, or none of them. It is kept as [Organization.Created] returns it. It fails with [admin.ErrExists] if the
	// id is taken, also by an organization that is deleted.
	Create(ctx context.Context, o Organization, first User, c Credential, rec admin.Record) error

	// Get returns the organization, or [admin.ErrNotFound].
	Get(ctx context.Context, id admin.OrgID) (Organization, error)

	// Rename replaces the name of the organization whose Version is version, and raises the Version by
	// one. It fails with [admin.ErrNotFound] and [admin.ErrConflict].
	Rename(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error

	// SetStatus replaces the organization with ID o.ID by what [Organization.StatusChanged] makes of it and o, and
	// returns the errors of that, or [admin.ErrNotFound]. The record of a deletion has [ActionDeleteOrganization] and
	// the instant o.StatusAt, and is written first: a database can refuse that an organization is deleted without one.
	SetStatus(ctx context.Context, o Organization, rec admin.Record) error

	// Deleted returns organizations that are deleted and may have rows left, with an id above after, in ascending
	// order of id (by bytes), at most limit. It crosses organizations.
	Deleted(ctx context.Context, after admin.OrgID, limit int) ([]admin.OrgID, error)

	// Purge removes at most limit rows of an organization that is deleted, in one transaction, and reports whether
	// there may be more. When it reports that there are none, only the organization itself is left, without its name,
	// and Deleted does not return it any more. An organization that is not deleted gives [admin.ErrNotFound].
	Purge(ctx context.Context, id admin.OrgID, limit int) (more bool, err error)
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
	rec := s.organizationRecord(scope, ActionRenameOrganization, admin.Change{Field: "name", From: o.Name, To: name})
	if err := s.ports.Organizations.Rename(ctx, o.ID, name, version, rec); err != nil {
		return Organization{}, err
	}
	o.Name, o.Version = name, version+1
	return o, nil
}

// organizationRecord returns the audit record of an action on the organization of scope.
func (s *Service) organizationRecord(
	scope admin.Scope, action admin.Action, changes ...admin.Change,
) admin.Record {
	subject := admin.Subject{Kind: subjectOrganization, ID: string(scope.Org())}
	return s.o.Record(scope, action, subject, changes...)
}
