package people

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// IdentityInput names an identity that the host has verified: by the signature of an ID token or of a SAML
// assertion, with its audience, its end and its nonce.
type IdentityInput struct {
	Issuer  string `json:"issuer"`  // see [Identity]
	Subject string `json:"subject"` // see [Identity]
}

func (i IdentityInput) check(p *admin.Problems, path string) {
	checkBytes(p, path+"/issuer", i.Issuer, maxIssuer)
	checkBytes(p, path+"/subject", i.Subject, maxSubject)
}

// checkBytes adds to p the problems of a text that other systems made and that has a limit in bytes.
func checkBytes(p *admin.Problems, path, text string, most int) {
	if len(text) > most {
		p.Add(path, admin.CodeTooLong, "has %d bytes: give at most %d", len(text), most).With("max", most)
		return
	}
	p.Text(path, text, 1, most)
}

// of returns the identity as that of a user.
func (i IdentityInput) of(user uuid.UUID, now time.Time) Identity {
	return Identity{UserID: user, Issuer: i.Issuer, Subject: i.Subject, LinkedAt: now}
}

func (i IdentityInput) changes() []admin.Change {
	return []admin.Change{{Field: "issuer", To: i.Issuer}, {Field: "subject", To: i.Subject, Personal: true}}
}

// IdentitySignIn is the input of [Service.SignInIdentity].
type IdentitySignIn struct {
	IdentityInput
	// AuthenticatedAt is when the user authenticated at the issuer: auth_time of OpenID Connect, AuthnInstant of
	// SAML. Zero means that it is not known, and then calls that need a recent authentication are refused.
	AuthenticatedAt time.Time `json:"authenticatedAt,omitzero"`
	// Source is where the sign-in comes from, for its [admin.Event] and for records.
	Source string `json:"-"`
}

// SignInIdentity signs in the user who has an identity. It looks at the issuer and the subject alone: an
// e-mail address is what its owner says it is at many issuers. It fails with [admin.ErrInvalid] for a malformed
// identity, and with [ErrIdentity] if no active user has it. A user who has a second factor is asked for it as in
// [Service.SignIn], unless FactorOptions.TrustIdentities is set.
func (s *Service) SignInIdentity(ctx context.Context, org admin.OrgID, in IdentitySignIn) (Session, error) {
	if err := org.Check(); err != nil {
		return Session{}, err
	}
	var p admin.Problems
	in.check(&p, "")
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	s = s.at(in.Source)
	m, err := s.userOfIdentity(ctx, org, in.IdentityInput)
	if err != nil {
		return Session{}, err
	}
	event := admin.Event{Kind: admin.EventSignIn, Org: org}
	if m.User.Status != UserActive {
		event.Kind, event.UserID, event.Reason = admin.EventSignInFailed, eventUser(m.User), signInReason(m)
		s.emit(ctx, event)
		return Session{}, ErrIdentity
	}
	session, err := s.admitVerified(ctx, org, m, s.o.Factors.TrustIdentities, event)
	if err != nil {
		return Session{}, err
	}
	session.Scope = session.Scope.WithAuthenticatedAt(in.AuthenticatedAt)
	return session, nil
}

// userOfIdentity returns the member who has an identity, or the zero member.
func (s *Service) userOfIdentity(ctx context.Context, org admin.OrgID, in IdentityInput) (Member, error) {
	i, err := s.ports.Identities.BySubject(ctx, org, in.Issuer, in.Subject)
	if errors.Is(err, admin.ErrNotFound) {
		return Member{}, nil
	} else if err != nil {
		return Member{}, err
	}
	return s.ports.Users.Member(ctx, org, i.UserID)
}

// checkFree fails with [ErrIdentityTaken] if a user has an identity.
func (s *Service) checkFree(ctx context.Context, org admin.OrgID, in *IdentityInput) error {
	if in == nil {
		return nil
	}
	_, err := s.ports.Identities.BySubject(ctx, org, in.Issuer, in.Subject)
	switch {
	case err == nil:
		return ErrIdentityTaken
	case errors.Is(err, admin.ErrNotFound):
		return nil
	}
	return err
}

// LinkIdentity lets the user in scope sign in by one more identity, which the host has verified in the same
// browser. A user can have 10.
//
// It requires a user with [PermissionProfileWrite] who authenticated within Options.Fresh, 10 minutes if that
// is 0. It fails with [admin.ErrInvalid], [admin.ErrReauthenticate], [ErrIdentityTaken] and
// [ErrTooManyIdentities].
func (s *Service) LinkIdentity(ctx context.Context, scope admin.Scope, in IdentityInput) (Identity, error) {
	m, err := s.identityUser(ctx, scope, in)
	if err != nil {
		return Identity{}, err
	}
	u := m.User
	i := in.of(u.ID, s.o.Instant())
	rec := s.userRecord(scope, ActionLinkIdentity, u.ID, in.changes()...)
	err = s.ports.Identities.Link(ctx, scope.Org(), i, maxIdentities, rec)
	if errors.Is(err, admin.ErrExists) {
		return Identity{}, ErrIdentityTaken
	} else if err != nil {
		return Identity{}, err
	}
	return i, nil
}

// UnlinkIdentity takes an identity from the user in scope and ends all their sessions. It returns the new
// [Session], as [Service.ChangePassword] does. It requires what [Service.LinkIdentity] does. It fails as that
// does, with [admin.ErrNotFound] if the user does not have the identity, with [ErrLastIdentity], and with
// [admin.ErrConflict] if the user's access changed meanwhile.
func (s *Service) UnlinkIdentity(ctx context.Context, scope admin.Scope, in IdentityInput) (Session, error) {
	m, err := s.identityUser(ctx, scope, in)
	if err != nil {
		return Session{}, err
	}
	u := m.User
	session, err := s.by(scope).session(scope.Org(), m)
	if err != nil {
		return Session{}, err
	}
	if session.NeedsFactor, err = s.needsFactor(ctx, scope.Org(), m); err != nil {
		return Session{}, err
	}
	rec := s.userRecord(scope, ActionUnlinkIdentity, u.ID, in.changes()...)
	err = s.ports.Identities.Unlink(ctx, scope.Org(), in.of(u.ID, time.Time{}), m.Credential.Epoch, rec)
	if err != nil {
		return Session{}, err
	}
	session.Epoch++
	session.Scope = session.Scope.WithAuthenticatedAt(scope.AuthenticatedAt())
	return session, nil
}

// identityUser returns the user in scope if they may change their identities.
func (s *Service) identityUser(ctx context.Context, scope admin.Scope, in IdentityInput) (Member, error) {
	m, err := s.currentUser(ctx, scope, PermissionProfileWrite)
	if err != nil {
		return Member{}, err
	}
	var p admin.Problems
	in.check(&p, "")
	if err := p.Err(); err != nil {
		return Member{}, err
	}
	return m, s.requireProof(scope)
}

// Identities returns the identities of a user, in order of issuer and subject. It requires
// [PermissionUsersRead], or [PermissionProfileRead] for the user in scope. It fails with [admin.ErrNotFound].
func (s *Service) Identities(ctx context.Context, scope admin.Scope, id uuid.UUID) ([]Identity, error) {
	required := PermissionUsersRead
	if owns(scope, id) {
		required = PermissionProfileRead
	}
	if err := scope.Require(required); err != nil {
		return nil, err
	}
	if _, err := s.ports.Users.Get(ctx, scope.Org(), id); err != nil {
		return nil, err
	}
	return s.ports.Identities.OfUser(ctx, scope.Org(), id)
}
