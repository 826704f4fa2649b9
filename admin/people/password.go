package people

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrPassword is returned when the current password, which must be given again, is wrong.
	ErrPassword = admin.NewError("wrong_password", admin.ErrForbidden, "the current password is wrong")
	// ErrNoPassword is returned when the user signs in elsewhere (single sign-on) and has no password
	// to change.
	ErrNoPassword = admin.NewError("no_password", admin.ErrState, "this user signs in without a password")
)

// ChangePassword replaces the password of the user in scope and ends all their sessions: the Epoch
// rises, and [Service.ScopeOf] refuses the old one. It returns the new [Session], so that the host can
// keep the browser signed in that changed the password. Have the host notify the user by mail. The password
// alone does not stand for the second factor: for a user who has one, the Session has that they last
// authenticated when the scope does.
//
// It requires [PermissionProfileWrite] and a user. It fails with [admin.ErrInvalid] for a new password
// that breaks [PasswordRules]; with [ErrPassword], and [admin.ErrRateLimited] after too many wrong ones;
// with [ErrNoPassword]; with [admin.ErrBusy] from hashing or the check against breaches; and with
// [admin.ErrConflict] if the password or the user's access changed meanwhile.
func (s *Service) ChangePassword(
	ctx context.Context, scope admin.Scope, current, replacement admin.Secret,
) (Session, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return Session{}, err
	}
	u, c := m.User, m.Credential
	if c.Hash.IsZero() {
		return Session{}, ErrNoPassword
	}
	// The current password is checked first: the message about sameness would reveal it to a stolen
	// session.
	if err := s.by(scope).reauthenticate(ctx, scope.Org(), c, current); err != nil {
		return Session{}, err
	}
	if replacement.Reveal() == current.Reveal() {
		return Session{}, errSamePassword()
	}
	if c, err = s.replacePassword(ctx, scope.Org(), u, c, replacement); err != nil {
		return Session{}, err
	}
	session, err := s.passwordSession(ctx, scope, m)
	if err != nil {
		return Session{}, err
	}
	rec := s.userRecord(scope, ActionChangePassword, u.ID)
	if err := s.ports.Users.SetPassword(ctx, scope.Org(), c, rec); err != nil {
		return Session{}, err
	}
	session.Epoch++
	return session, nil
}

// passwordSession returns the session of the user in scope who has just given their password.
func (s *Service) passwordSession(ctx context.Context, scope admin.Scope, m Member) (Session, error) {
	session, err := s.by(scope).session(scope.Org(), m)
	if err != nil {
		return Session{}, err
	}
	_, have, err := s.factorsOf(ctx, scope.Org(), m.User.ID)
	if err != nil {
		return Session{}, err
	}
	session.NeedsFactor = s.demandsFactor(m) && !have.Any()
	if have.Any() {
		session.Scope = session.Scope.WithAuthenticatedAt(scope.AuthenticatedAt())
	}
	return session, nil
}

// replacePassword returns the credential with a new password, which must keep the rules.
func (s *Service) replacePassword(
	ctx context.Context, org admin.OrgID, u User, c Credential, replacement admin.Secret,
) (Credential, error) {
	o, err := s.ports.Organizations.Get(ctx, org)
	if err != nil {
		return Credential{}, err
	}
	if err := s.CheckPassword(replacement, o.Name, u.Name, u.Email.Address); err != nil {
		return Credential{}, err
	}
	if c.Hash, err = s.hashNew(ctx, "/password", replacement); err != nil {
		return Credential{}, err
	}
	c.ChangedAt = s.o.Instant()
	return c, nil
}

// errSamePassword returns the problem of a new password that is the current one.
func errSamePassword() error {
	var p admin.Problems
	p.Add("/password", CodeSame, "is the current one: choose another one")
	return p.Err()
}

// reauthenticate checks the password of a user who is signed in, so that an unattended screen or a
// stolen session is not enough for the call.
func (s *Service) reauthenticate(ctx context.Context, org admin.OrgID, c Credential, current admin.Secret) error {
	ok, err := s.verify(ctx, limitKey("password", string(org), c.UserID.String()), c.Hash, current)
	event := admin.Event{Kind: admin.EventPasswordLimited, Org: org, UserID: c.UserID.String()}
	s.emitLimited(ctx, err, event)
	if err == nil && !ok {
		event.Kind = admin.EventPasswordFailed
		s.emit(ctx, event)
		return ErrPassword
	}
	return err
}

// verify compares a password under a limit.
func (s *Service) verify(ctx context.Context, key string, h PasswordHash, password admin.Secret) (bool, error) {
	if err := s.o.Limiter.Attempt(ctx, key, s.o.Limits.Password); err != nil {
		return false, err
	}
	ok, err := s.matches(ctx, h, password)
	if err != nil || !ok {
		return false, err
	}
	return true, s.o.Limiter.Reset(ctx, key)
}

// matches compares a password. A stored hash that is damaged matches nothing, which is logged.
func (s *Service) matches(ctx context.Context, h PasswordHash, password admin.Secret) (bool, error) {
	if len(password.Reveal()) > maxPassword {
		return false, nil // no user's password is that long, so the time reveals nothing
	}
	ok, err := s.o.Hasher.Verify(ctx, h, password)
	if errors.Is(err, admin.ErrInvalid) {
		s.o.Logger.ErrorContext(ctx, "a stored password hash cannot be read", "error", err)
		return false, nil
	}
	return ok && err == nil, err
}
