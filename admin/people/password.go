package people

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrPassword: the current password, asked for again, is wrong.
	ErrPassword = admin.NewError("wrong_password", admin.ErrForbidden, "the current password is wrong")
	// ErrNoPassword: the user signs in elsewhere (single sign-on) and has no password to change.
	ErrNoPassword = admin.NewError("no_password", admin.ErrState, "this user signs in without a password")
)

// ChangePassword replaces the acting user's password and ends all their sessions: the Epoch rises,
// and ScopeOf refuses the old one. Have the host write to the user that it happened. It requires
// ProfileWrite, and a user. Errors: ErrInvalid for a new password that breaks PasswordRules,
// ErrPassword, ErrNoPassword, ErrRateLimited after too many wrong ones, ErrBusy from hashing or the
// check against breaches, ErrConflict where the password or the user's access changed meanwhile.
func (s *Service) ChangePassword(ctx context.Context, scope admin.Scope, current, replacement admin.Secret) error {
	u, c, err := s.acting(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return err
	}
	if c.Hash.IsZero() {
		return ErrNoPassword
	}
	o, err := s.organizations.Get(ctx, scope.Org())
	if err != nil {
		return err
	}
	// First who it is, then what is wrong with the new password: a stolen session must not learn
	// by the message about sameness what the current one is.
	if err := s.reauthenticate(ctx, scope.Org(), c, current); err != nil {
		return err
	}
	var p admin.Problems
	if replacement.Reveal() == current.Reveal() {
		p.Add("/password", CodeSame, "is the current one: choose another one")
	} else {
		s.o.Passwords.check(&p, "/password", replacement, s.common, o.Name, u.Name, u.Email.Address)
	}
	if err := p.Err(); err != nil {
		return err
	}
	if c.Hash, err = s.hashNew(ctx, "/password", replacement); err != nil {
		return err
	}
	c.ChangedAt = s.o.Instant()
	return s.users.SetPassword(ctx, scope.Org(), c, s.userRecord(scope, ActionChangePassword, u.ID))
}

// reauthenticate asks for the password of somebody who is signed in already: whoever found an open
// screen must not get further.
func (s *Service) reauthenticate(ctx context.Context, org admin.OrgID, c Credential, current admin.Secret) error {
	ok, err := s.verify(ctx, limitKey("password", org, c.UserID.String()), c.Hash, current)
	if err == nil && !ok {
		return ErrPassword
	}
	return err
}

// verify compares a password under a limit.
func (s *Service) verify(ctx context.Context, key string, h PasswordHash, password admin.Secret) (bool, error) {
	if err := s.o.Limiter.Attempt(ctx, key); err != nil {
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
		return false, nil // never anybody's, so it may be known without any work
	}
	ok, err := s.o.Hasher.Verify(ctx, h, password)
	if errors.Is(err, admin.ErrInvalid) {
		s.o.Logger.ErrorContext(ctx, "a stored password hash cannot be read", "error", err)
		return false, nil
	}
	return ok && err == nil, err
}
