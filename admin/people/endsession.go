package people

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// SignOut ends the session with a secret. A session that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, org admin.OrgID, secret admin.Secret) error {
	if err := org.Check(); err != nil {
		return err
	}
	if secret.IsZero() || len(secret.Reveal()) > maxSessionSecret {
		return nil
	}
	o, err := s.ports.Sessions.ByDigest(ctx, org, secret.Digest())
	if err == nil {
		scope := s.userScope(org, o.User.ID, admin.PermissionSet{})
		err = s.ports.Sessions.End(ctx, org, o.Session.ID, s.sessionRecord(scope, ActionEndSession, o.Session.ID))
		err = s.sessionsEnded(ctx, org, o.User.ID, err)
	}
	if errors.Is(err, admin.ErrNotFound) {
		return nil
	}
	return err
}

// Sessions returns the sessions of the user in scope that the library keeps and that have not ended, newest
// first. It requires [PermissionProfileRead] and a user.
func (s *Service) Sessions(ctx context.Context, scope admin.Scope) ([]KeptSession, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileRead)
	if err != nil {
		return nil, err
	}
	return s.ports.Sessions.OfUser(ctx, scope.Org(), m.User.ID, s.o.Sessions.at(s.o.Instant()))
}

// SessionsOf is [Service.Sessions] for another user. It requires [PermissionUsersRead] and fails with
// [admin.ErrNotFound].
func (s *Service) SessionsOf(ctx context.Context, scope admin.Scope, user uuid.UUID) ([]KeptSession, error) {
	if err := scope.Require(PermissionUsersRead); err != nil {
		return nil, err
	}
	if _, err := s.ports.Users.Get(ctx, scope.Org(), user); err != nil {
		return nil, err
	}
	return s.ports.Sessions.OfUser(ctx, scope.Org(), user, s.o.Sessions.at(s.o.Instant()))
}

// EndSession ends a session that the library keeps. It requires [PermissionProfileWrite] for a session of the
// user in scope; for another user's, [PermissionUsersWrite] and every permission of that user's role. It
// requires a recent authentication if Options.Fresh is set (OWASP ASVS 5.0, 7.5.2). It fails with
// [admin.ErrNotFound] for a session that has ended or that the caller may not know of.
func (s *Service) EndSession(ctx context.Context, scope admin.Scope, id uuid.UUID) error {
	if err := s.requireEnder(scope); err != nil {
		return err
	}
	k, err := s.ports.Sessions.Get(ctx, scope.Org(), id)
	if err != nil {
		return err
	}
	if !owns(scope, k.UserID) && !scope.Can(PermissionUsersWrite) {
		return admin.NotFound("session")
	}
	if err := s.checkEnder(ctx, scope, k.UserID); err != nil {
		return err
	}
	rec := s.sessionRecord(scope, ActionEndSession, id, admin.Change{Field: "user", From: k.UserID.String()})
	return s.by(scope).sessionsEnded(ctx, scope.Org(), k.UserID, s.ports.Sessions.End(ctx, scope.Org(), id, rec))
}

// sessionsEnded emits the event that sessions of a user ended, unless err is set, which it returns.
func (s *Service) sessionsEnded(ctx context.Context, org admin.OrgID, user uuid.UUID, err error) error {
	if err == nil {
		s.emit(ctx, admin.Event{Kind: admin.EventSessionEnded, Org: org, UserID: user.String()})
	}
	return err
}

// EndSessions ends all sessions of a user: those that the library keeps and, because the Epoch rises, those of
// the host. It requires what [Service.EndSession] does, and fails with [admin.ErrNotFound].
func (s *Service) EndSessions(ctx context.Context, scope admin.Scope, user uuid.UUID) error {
	if err := s.requireEnder(scope); err != nil {
		return err
	}
	if err := s.checkEnder(ctx, scope, user); err != nil {
		return err
	}
	err := s.ports.Sessions.EndAll(ctx, scope.Org(), user, s.userRecord(scope, ActionEndSessions, user))
	return s.by(scope).sessionsEnded(ctx, scope.Org(), user, err)
}

// EndOtherSessions is [Service.EndSessions] for the user of a session, but that session goes on. It returns the
// session with the new Epoch: a host with sessions of its own keeps that in the one that goes on. It requires
// [PermissionProfileWrite], and a recent authentication if Options.Fresh is set. It fails with [ErrSession] if
// the session has ended.
func (s *Service) EndOtherSessions(ctx context.Context, session Session) (Session, error) {
	if err := session.requireUser(); err != nil {
		return Session{}, err
	}
	if err := session.Scope.Require(PermissionProfileWrite); err != nil {
		return Session{}, err
	}
	if err := s.requireFresh(session.Scope); err != nil {
		return Session{}, err
	}
	k := KeptSession{ID: session.ID, UserID: session.User.ID, Epoch: session.Epoch}
	rec := s.userRecord(session.Scope, ActionEndOtherSessions, session.User.ID)
	err := s.ports.Sessions.EndOthers(ctx, session.Scope.Org(), k, rec)
	err = s.by(session.Scope).sessionsEnded(ctx, session.Scope.Org(), k.UserID, err)
	if errors.Is(err, admin.ErrConflict) || errors.Is(err, admin.ErrNotFound) {
		return Session{}, ErrSession
	} else if err != nil {
		return Session{}, err
	}
	session.Epoch++
	return session, nil
}

// requireEnder fails unless scope may end some session.
func (s *Service) requireEnder(scope admin.Scope) error {
	if err := scope.Require(PermissionUsersWrite); err != nil && !scope.Can(PermissionProfileWrite) {
		return err
	}
	return s.requireFresh(scope)
}

// checkEnder fails unless scope may end the sessions of a user.
func (s *Service) checkEnder(ctx context.Context, scope admin.Scope, user uuid.UUID) error {
	if owns(scope, user) && scope.Can(PermissionProfileWrite) {
		return nil
	}
	if err := scope.Require(PermissionUsersWrite); err != nil {
		return err
	}
	_, _, err := s.userWithin(ctx, scope, user)
	return err
}

// owns reports whether scope is a user's own, or that of support in their place.
func owns(scope admin.Scope, user uuid.UUID) bool {
	return actingUser(scope.Actor()) == user.String()
}
