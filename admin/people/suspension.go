package people

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// maxReason is the length of the reason for a change of an organization's status, in characters.
const maxReason = 500

// SuspendOrganization suspends the organization of scope, for a reason of 1 to 500 characters that is put on record.
// version is the organization's.
//
// From its commit on no caller gets in: API tokens do not verify; sign-ins, second factors, sessions, secrets for a new
// password and invitations fail with [admin.ErrSuspended], once what was presented has been found right; and jobs wait.
// A batch of a job that is under way commits, and is the last. Nothing ends or is lost: after
// [Service.ReactivateOrganization] the same sessions, tokens and jobs go on. A Scope that a request has already does
// until the request ends. The host's own code ([admin.System]) goes on reading and writing.
//
// It takes a scope of [admin.System]: a tenant's own users cannot do it. It fails with [admin.ErrForbidden] for any
// other, with [admin.ErrInvalid] for the reason, with [admin.ErrState] unless the organization is active, and with
// [admin.ErrConflict].
func (s *Service) SuspendOrganization(
	ctx context.Context, scope admin.Scope, version int64, reason string,
) (Organization, error) {
	return s.changeStatus(ctx, scope, version, OrganizationSuspended, ActionSuspendOrganization, reason)
}

// ReactivateOrganization makes an organization active that is suspended. It takes and fails as
// [Service.SuspendOrganization] does, and with [admin.ErrState] unless the organization is suspended.
func (s *Service) ReactivateOrganization(
	ctx context.Context, scope admin.Scope, version int64, reason string,
) (Organization, error) {
	return s.changeStatus(ctx, scope, version, OrganizationActive, ActionReactivateOrganization, reason)
}

func (s *Service) changeStatus(
	ctx context.Context, scope admin.Scope, version int64, status OrganizationStatus, action admin.Action, reason string,
) (Organization, error) {
	if err := requireSystem(scope); err != nil {
		return Organization{}, err
	}
	var p admin.Problems
	p.Text("/reason", reason, 1, maxReason)
	if err := p.Err(); err != nil {
		return Organization{}, err
	}
	o, err := s.ports.Organizations.Get(ctx, scope.Org())
	if err != nil {
		return Organization{}, err
	}
	rec := s.organizationRecord(scope, action, admin.Change{Field: "status", From: string(o.Status), To: string(status)},
		admin.Change{Field: "reason", To: reason})
	want := Organization{ID: o.ID, Status: status, StatusAt: rec.At, Version: version}
	next, err := o.StatusChanged(want)
	if err != nil {
		return Organization{}, err
	}
	return next, s.ports.Organizations.SetStatus(ctx, want, rec)
}

// requireSystem fails with [admin.ErrForbidden] unless the host's own code acts in scope.
func requireSystem(scope admin.Scope) error {
	if err := scope.Require(); err != nil {
		return err
	}
	if err := scope.RefuseSupport(); err != nil {
		return err
	}
	if _, all := scope.Granted(); !all {
		return fmt.Errorf("%s cannot change the status of an organization, only the host can, by admin.System: %w",
			scope.Actor(), admin.ErrForbidden)
	}
	return nil
}
