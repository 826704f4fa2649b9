package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func TestSignIn(t *testing.T) {
	h := newHouse(t)
	s, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "ANN@acme.EXAMPLE", Password: annsPassword})
	require.NoError(t, err)
	require.Equal(t, acme, s.Scope.Org())
	require.Equal(t, admin.Actor{Kind: admin.ActorUser, ID: s.User.ID.String()}, s.Scope.Actor())
	require.True(t, s.Scope.Can(people.PermissionUsersWrite))
	require.Equal(t, "Ann", s.User.Name)
	require.Equal(t, int64(1), s.Epoch)
}

func TestSignInDoesNotRevealWhy(t *testing.T) {
	counting := &countingHasher{PasswordHasher: cheap(t)}
	h := newHouse(t, func(o *people.Options) { o.Hasher = counting; o.Passwords.Optional = true })
	gone := h.join("gone@acme.example", people.Analyst).User
	_, err := h.Deactivate(t.Context(), h.ann.Scope, gone.ID, 1)
	require.NoError(t, err)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "sso@acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Sso"})
	require.NoError(t, err)
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "invited@acme.example", people.Analyst)
	require.NoError(t, err)
	old := h.join("old@acme.example", people.Analyst)
	stronger, err := people.NewArgon2id(people.Argon2idOptions{Memory: 16, Time: 1})
	require.NoError(t, err)
	outdated, err := stronger.Hash(t.Context(), bobsPassword)
	require.NoError(t, err)
	require.NoError(t, h.b.Users().Rehash(t.Context(), acme, old.User.ID, h.credential(old).Hash, outdated))
	for _, tc := range []struct {
		reason   string
		org      admin.OrgID
		email    string
		password admin.Secret
	}{
		{"an unknown address", acme, "nobody@acme.example", annsPassword},
		{"an invited address", acme, "invited@acme.example", annsPassword},
		{"a wrong password", acme, "ann@acme.example", bobsPassword},
		{"a wrong password and an outdated hash", acme, "old@acme.example", annsPassword},
		{"no password", acme, "ann@acme.example", admin.Secret{}},
		{"a password in other letters", acme, "ann@acme.example", admin.NewSecret(strings.ToUpper(annsPassword.Reveal()))},
		{"a deactivated user", acme, "gone@acme.example", bobsPassword},
		{"a deactivated user and a wrong password", acme, "gone@acme.example", annsPassword},
		{"a user without a password", acme, "sso@acme.example", admin.Secret{}},
		{"an unknown organization", "nobody", "ann@acme.example", annsPassword},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			before := *counting
			_, err := h.SignIn(t.Context(), tc.org, people.SignInInput{Email: tc.email, Password: tc.password})
			require.ErrorIs(t, err, admin.ErrUnauthenticated)
			require.Equal(t, people.ErrSignIn.Error(), err.Error(), "byte by byte the same")
			require.Equal(t, before.verified+1, counting.verified, "the same work")
			require.Equal(t, before.hashed, counting.hashed)
		})
	}
	t.Run("what cannot be a user's", func(t *testing.T) {
		before := *counting
		_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "no address", Password: annsPassword})
		require.Equal(t, people.ErrSignIn, err)
		_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: admin.NewSecret(strings.Repeat("x", 1025))})
		require.Equal(t, people.ErrSignIn, err)
		require.Equal(t, before, *counting, "costs nothing")
	})
	_, err = h.SignIn(t.Context(), "no such org!", people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestSignInIsLimited(t *testing.T) {
	h := newHouse(t)
	for _, email := range []string{"ann@acme.example", "nobody@acme.example"} {
		t.Run(email, func(t *testing.T) {
			for range 10 {
				_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: email, Password: bobsPassword})
				require.ErrorIs(t, err, people.ErrSignIn)
			}
			_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: email, Password: annsPassword})
			require.ErrorIs(t, err, admin.ErrRateLimited, "the right password does not bypass it")
			require.Contains(t, err.Error(), "try again in")
			_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "other@acme.example", Password: annsPassword})
			require.ErrorIs(t, err, people.ErrSignIn, "other addresses are not delayed")
		})
	}
	h.clock.Add(time.Minute)
	h.signIn("ann@acme.example", annsPassword)
	for range 10 {
		h.signIn("ann@acme.example", annsPassword)
	}
}

func TestSignInReplacesAnOutdatedHash(t *testing.T) {
	h := newHouse(t)
	stronger, err := people.NewArgon2id(people.Argon2idOptions{Memory: 16, Time: 1, Threads: 1})
	require.NoError(t, err)
	counting := &countingHasher{PasswordHasher: stronger}
	p := h.service(people.Options{Hasher: counting})
	hash := func() people.PasswordHash {
		m, err := h.b.Users().Member(t.Context(), acme, h.ann.User.ID)
		require.NoError(t, err)
		return m.Credential.Hash
	}
	require.Contains(t, hash().PHC(), "$m=8,")
	_, err = p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	require.Contains(t, hash().PHC(), "$m=8,", "only with the right password")
	s, err := p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.NoError(t, err)
	require.Contains(t, hash().PHC(), "$m=16,")
	_, err = p.ScopeOf(t.Context(), acme, s.User.ID, h.ann.Epoch)
	require.NoError(t, err, "the sessions continue")
	_, err = p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.NoError(t, err)
	require.Equal(t, 1, counting.hashed, "once is enough")
}

func TestSignInReplacesALegacyHash(t *testing.T) {
	h := newHouse(t)
	bcrypt, err := people.NewBcrypt(5)
	require.NoError(t, err)
	hasher, err := people.NewArgon2id(people.Argon2idOptions{Memory: 8, Time: 1, Legacy: []people.LegacyHash{bcrypt}})
	require.NoError(t, err)
	p := h.service(people.Options{Hasher: hasher})
	imported := people.NewPasswordHash("$2b$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu") // of "password"
	require.NoError(t, h.b.Users().Rehash(t.Context(), acme, h.ann.User.ID, h.credential(h.ann).Hash, imported))
	_, err = p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	require.Equal(t, imported.PHC(), h.credential(h.ann).Hash.PHC())
	for range 2 {
		_, err = p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: admin.NewSecret("password")})
		require.NoError(t, err)
		require.Contains(t, h.credential(h.ann).Hash.PHC(), "$argon2id$")
	}
}

func (h *house) credential(s people.Session) people.Credential {
	h.t.Helper()
	m, err := h.b.Users().Member(h.t.Context(), acme, s.User.ID)
	require.NoError(h.t, err)
	return m.Credential
}

func TestSignInWithADamagedHash(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.b.Users().SetPassword(t.Context(), acme,
		people.Credential{UserID: h.ann.User.ID, Hash: people.NewPasswordHash("$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$a2V5"), Epoch: 1},
		admin.Record{ID: uuid.New(), At: h.clock.Now(), Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "test", Subject: admin.Subject{Kind: "user"}}))
	_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.Equal(t, people.ErrSignIn, err)
}

func TestSignInVerified(t *testing.T) {
	h := newHouse(t)
	s, err := h.SignInVerified(t.Context(), acme, "Ann@acme.example")
	require.NoError(t, err)
	require.Equal(t, h.ann, s)
	for _, email := range []string{"nobody@acme.example", "no address", ""} {
		_, err = h.SignInVerified(t.Context(), acme, email)
		require.Equal(t, people.ErrSignIn, err)
	}
	_, err = h.SignInVerified(t.Context(), "", "ann@acme.example")
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestScopeOf(t *testing.T) {
	h := newHouse(t)
	scope, err := h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.NoError(t, err)
	require.Zero(t, scope.AuthenticatedAt(), "which the host knows")
	require.Equal(t, h.ann.Scope, scope.WithAuthenticatedAt(h.clock.Now()))
	for reason, tc := range map[string]struct {
		org   admin.OrgID
		id    uuid.UUID
		epoch int64
	}{
		"an older epoch":       {acme, h.ann.User.ID, h.ann.Epoch - 1},
		"a newer epoch":        {acme, h.ann.User.ID, h.ann.Epoch + 1},
		"an unknown user":      {acme, uuid.New(), h.ann.Epoch},
		"another organization": {"other", h.ann.User.ID, h.ann.Epoch},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := h.ScopeOf(t.Context(), tc.org, tc.id, tc.epoch)
			require.Equal(t, people.ErrSession, err)
		})
	}
	_, err = h.ScopeOf(t.Context(), "no such org!", h.ann.User.ID, 1)
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestAuthorize(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Developer)
	gone := h.join("gone@acme.example", people.Administrator)
	_, err := h.Deactivate(t.Context(), h.ann.Scope, gone.User.ID, 1)
	require.NoError(t, err)
	for _, tc := range []struct {
		reason string
		actor  admin.Actor
		ok     bool
	}{
		{"a user with the permission", h.ann.Scope.Actor(), true},
		{"the host", admin.Actor{Kind: admin.ActorSystem}, true},
		{"a user without it", bob.Scope.Actor(), false},
		{"a deactivated user", gone.Scope.Actor(), false},
		{"an unknown user", admin.Actor{Kind: admin.ActorUser, ID: uuid.NewString()}, false},
		{"a user that cannot be", admin.Actor{Kind: admin.ActorUser, ID: "x"}, false},
		{"a token, which it does not know", admin.Actor{Kind: admin.ActorToken, ID: h.ann.User.ID.String()}, false},
		{"no actor", admin.Actor{}, false},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := h.Authorize(t.Context(), acme, tc.actor, people.PermissionProfileRead, priceplan.PermissionWrite)
			if tc.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, admin.ErrForbidden, "so that the job fails")
			}
		})
	}
}

func TestErrorsDoNotNameThePassword(t *testing.T) {
	h := newHouse(t)
	for _, err := range []error{
		func() error {
			_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: bobsPassword})
			return err
		}(),
		changePassword(t.Context(), h, h.ann.Scope, bobsPassword, newPassword),
		changePassword(t.Context(), h, h.ann.Scope, annsPassword, admin.NewSecret("Xyzzy-short")),
		changePassword(t.Context(), h, h.ann.Scope, annsPassword, admin.NewSecret("passwordpassword")),
	} {
		require.Error(t, err)
		for _, secret := range []string{annsPassword.Reveal(), bobsPassword.Reveal(), newPassword.Reveal(), "Xyzzy", "passwordpassword"} {
			require.NotContains(t, fmt.Sprintf("%+v %#v", err, err), secret)
		}
	}
}

// downUsers is a store of users that cannot be reached.
type downUsers struct {
	people.UserStore
	err error
}

func (d downUsers) Member(context.Context, admin.OrgID, uuid.UUID) (people.Member, error) {
	return people.Member{}, d.err
}

func (d downUsers) ByEmail(context.Context, admin.OrgID, string) (people.Member, error) {
	return people.Member{}, d.err
}

func TestStorageThatIsDownIsNotAWrongPassword(t *testing.T) {
	h := newHouse(t)
	_, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	down := errors.New("down")
	stores := ports(h.b)
	stores.Users = downUsers{h.b.Users(), down}
	p, err := people.NewService(stores, people.Options{Hasher: cheap(t), Runtime: admin.Runtime{Now: h.clock.Now}})
	require.NoError(t, err)
	for reason, call := range map[string]func() error{
		"sign in": func() error {
			_, err := p.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
			return err
		},
		"verified":      func() error { _, err := p.SignInVerified(t.Context(), acme, "ann@acme.example"); return err },
		"session":       func() error { _, err := p.ScopeOf(t.Context(), acme, h.ann.User.ID, 1); return err },
		"authorization": func() error { return p.Authorize(t.Context(), acme, h.ann.Scope.Actor(), people.PermissionProfileRead) },
		"profile":       func() error { _, err := p.Profile(t.Context(), h.ann.Scope); return err },
		"invitation": func() error {
			_, _, err := p.Invite(t.Context(), h.ann.Scope, "dora@acme.example", people.Analyst)
			return err
		},
		"acceptance": func() error {
			_, err := p.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: newPassword})
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, down)
			require.NotErrorIs(t, err, admin.ErrUnauthenticated)
			require.NotErrorIs(t, err, admin.ErrForbidden)
		})
	}
}
