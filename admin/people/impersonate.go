package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

const (
	maxStaffID         = 200 // bytes
	maxSupportReason   = 255 // characters
	supportLifetime    = time.Hour
	maxSupportLifetime = 24 * time.Hour
)

// ImpersonateInput is the input of [Service.Impersonate].
type ImpersonateInput struct {
	StaffID string `json:"staffId"` // the host's id of the member of staff; 1 to 200 bytes
	// Reason is why, such as the number of a ticket: 1 to 255 characters. Users of the organization can read it in
	// the audit trail.
	Reason string `json:"reason"`
	// Lifetime is how long support can act for the user, 24 hours at most; 0 means 1 hour.
	Lifetime time.Duration `json:"-"`
}

// Impersonation is a member of the host's staff who acts in the place of a user. The host keeps it in the session of
// that person, which the library does not know, and passes it to [Service.ResumeImpersonation] on each request; it
// ends when the host drops it, and else by itself.
type Impersonation struct {
	// Scope is what the user may do at the moment it is returned. As that of a [Session] it has no end.
	Scope   admin.Scope `json:"-"`
	StaffID string      `json:"staffId"`
	User    User        `json:"user"`
	Epoch   int64       `json:"epoch"`
	Until   time.Time   `json:"until,omitzero"`
}

// Impersonate lets support act in the place of a user: with the user's permissions, under an [admin.Actor] of the kind
// SUPPORT that has both ids. It leaves a record on the user, which has the reason, and an [admin.EventImpersonated].
// Support changes no credentials, second factors, sessions, identities, roles, invitations or tokens, nor the user's
// profile: such calls fail with [admin.ErrSupport].
//
// It is for the host's own code, which decides who is support: it fails with [admin.ErrForbidden] for any scope but
// [admin.System]. It fails with [admin.ErrInvalid], with [admin.ErrNotFound], and with [admin.ErrState] for a
// user who is deactivated and without Ports.Audit.
func (s *Service) Impersonate(
	ctx context.Context, scope admin.Scope, user uuid.UUID, in ImpersonateInput,
) (Impersonation, error) {
	if err := requireHost(scope); err != nil {
		return Impersonation{}, err
	}
	if err := in.check(); err != nil {
		return Impersonation{}, err
	}
	if s.ports.Audit == nil {
		return Impersonation{}, fmt.Errorf("Impersonate needs Ports.Audit, which keeps its record: %w", admin.ErrState)
	}
	m, err := s.ports.Users.Member(ctx, scope.Org(), user)
	if err != nil {
		return Impersonation{}, err
	}
	if m.User.Status != UserActive {
		return Impersonation{}, fmt.Errorf("user %s is deactivated, support acts for active users: %w", user, admin.ErrState)
	}
	if in.Lifetime == 0 {
		in.Lifetime = supportLifetime
	}
	s = s.by(scope)
	i := Impersonation{StaffID: in.StaffID, Until: admin.Instant(s.o.Instant().Add(in.Lifetime))}
	if i, err = s.impersonation(scope.Org(), m, i); err != nil {
		return Impersonation{}, err
	}
	rec := s.userRecord(i.Scope, ActionImpersonate, user, admin.Change{Field: "reason", To: in.Reason, Personal: true},
		admin.Change{Field: "until", To: i.Until.Format(time.RFC3339Nano)})
	if err := s.ports.Audit.Append(ctx, scope.Org(), rec); err != nil {
		return Impersonation{}, err
	}
	s.emit(ctx, admin.Event{
		Kind: admin.EventImpersonated, Org: scope.Org(), UserID: user.String(), StaffID: in.StaffID,
	})
	return i, nil
}

// ResumeImpersonation returns an impersonation with what the user may do now. It is for the host's own code, as
// [Service.Impersonate]. It fails with [ErrSession] from Until on, and if the user is no longer active or their
// password, role or status changed since: [Service.EndSessions] of the user ends it too.
func (s *Service) ResumeImpersonation(
	ctx context.Context, scope admin.Scope, i Impersonation,
) (Impersonation, error) {
	if err := requireHost(scope); err != nil {
		return Impersonation{}, err
	}
	s = s.by(scope)
	m, err := s.ports.Users.Member(ctx, scope.Org(), i.User.ID)
	if err != nil && !errors.Is(err, admin.ErrNotFound) {
		return Impersonation{}, err
	}
	if err != nil || m.User.Status != UserActive || m.Credential.Epoch != i.Epoch || !s.o.Instant().Before(i.Until) {
		e := admin.Event{Kind: admin.EventSessionRefused, Org: scope.Org(), UserID: eventUser(m.User), StaffID: i.StaffID}
		s.emit(ctx, e)
		return Impersonation{}, ErrSession
	}
	return s.impersonation(scope.Org(), m, i)
}

// impersonation returns i with the user and the scope.
func (s *Service) impersonation(org admin.OrgID, m Member, i Impersonation) (Impersonation, error) {
	granted, err := s.permissions(m)
	if err != nil {
		return Impersonation{}, err
	}
	actor := admin.Actor{Kind: admin.ActorSupport, ID: i.StaffID, For: m.User.ID.String()}
	i.User, i.Epoch = m.User, m.Credential.Epoch
	i.Scope = admin.NewScope(org, actor, granted).WithRequest(s.request)
	return i, nil
}

// requireHost fails unless scope is the host's own code.
func requireHost(scope admin.Scope) error {
	if err := scope.Require(); err != nil {
		return err
	}
	if err := scope.RefuseSupport(); err != nil {
		return err
	}
	if _, all := scope.Granted(); !all {
		return fmt.Errorf("%s cannot let support act for a user, only the host's own code can: %w",
			scope.Actor(), admin.ErrForbidden)
	}
	return nil
}

func (in ImpersonateInput) check() error {
	var p admin.Problems
	checkBytes(&p, "/staffId", in.StaffID, maxStaffID)
	p.Text("/reason", in.Reason, 1, maxSupportReason)
	if in.Lifetime < 0 || in.Lifetime > maxSupportLifetime {
		p.Add("/lifetime", admin.CodeRange, "%v is out of range: give up to %v, or 0 for %v", in.Lifetime,
			maxSupportLifetime, supportLifetime)
	}
	return p.Err()
}
