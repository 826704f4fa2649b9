package dbtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

// staff is a Center with two administrators and a developer.
type staff struct {
	*admincenter.Center
	t             *testing.T
	ann, mal, dev people.Session
}

// onEachStaff runs a test with a staff of its own in memory and by each driver of each database.
func onEachStaff(t *testing.T, test func(t *testing.T, s *staff)) {
	t.Run("memory", func(t *testing.T) { test(t, newStaff(t, memory.New())) })
	onEach(t, func(t *testing.T, s server) { test(t, newStaff(t, s.open(t))) })
}

func newStaff(t *testing.T, b storage.Backend) *staff {
	t.Helper()
	createOrganization(t, b, "acme")
	c, err := admincenter.New(b, admincenter.Options{People: people.Options{Passwords: people.PasswordRules{Optional: true}}})
	require.NoError(t, err)
	s := &staff{Center: c, t: t}
	s.ann = s.join("boss@acme.example", people.Administrator)
	s.mal = s.join("mal@acme.example", people.Administrator)
	s.dev = s.join("dev@acme.example", people.Developer)
	return s
}

func (s *staff) join(email string, role people.Role) people.Session {
	s.t.Helper()
	_, secret, err := s.People.Invite(s.t.Context(), admin.System("acme"), email, role)
	require.NoError(s.t, err)
	_, err = s.People.Accept(s.t.Context(), "acme", secret, people.AcceptInput{Name: email})
	require.NoError(s.t, err)
	session, err := s.People.SignInVerified(s.t.Context(), "acme", email)
	require.NoError(s.t, err)
	return session
}

func (s *staff) generate(scope admin.Scope, ps ...admin.Permission) token.Generated {
	s.t.Helper()
	made, err := s.Tokens.Generate(s.t.Context(), scope, token.GenerateInput{Name: "ci", Permissions: ps})
	require.NoError(s.t, err)
	return made
}

// as returns the scope of a token.
func (s *staff) as(made token.Generated) admin.Scope {
	s.t.Helper()
	v, err := s.Tokens.Verify(s.t.Context(), made.Secret)
	require.NoError(s.t, err)
	return v.Scope
}

// refused checks that a secret is refused for a reason.
func (s *staff) refused(made token.Generated, want token.Reason) {
	s.t.Helper()
	_, err := s.Tokens.Verify(s.t.Context(), made.Secret)
	var r *token.Refusal
	require.ErrorAs(s.t, err, &r)
	require.Equal(s.t, want, r.Reason())
}

// all returns every permission that the user of a session has.
func all(session people.Session) []admin.Permission {
	set, _ := session.Scope.Granted()
	return set.List()
}

func TestTokenMayDoNoMoreThanItsUserMayNow(t *testing.T) {
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx := t.Context()
		made := s.generate(s.mal.Scope, all(s.mal)...)
		child := s.generate(s.as(made), all(s.mal)...)
		system := s.generate(admin.System("acme"), people.PermissionUsersWrite)
		before := s.as(made)
		require.Equal(t, s.mal.User.ID.String(), before.User())
		require.NoError(t, before.Require(people.PermissionUsersWrite))

		mal, err := s.People.ChangeRole(ctx, s.ann.Scope, s.mal.User.ID, s.mal.User.Version, people.Analyst)
		require.NoError(t, err)
		for _, x := range []token.Generated{made, child} {
			scope := s.as(x)
			require.NoError(t, scope.Require(people.PermissionUsersRead))
			require.ErrorIs(t, scope.Require(people.PermissionUsersWrite), admin.ErrForbidden)
			require.ErrorIs(t, s.Tokens.Authorize(ctx, "acme", scope.Actor(), people.PermissionUsersWrite), admin.ErrForbidden)
			require.NoError(t, s.Tokens.Authorize(ctx, "acme", scope.Actor(), people.PermissionUsersRead))
			_, err = s.People.ChangeRole(ctx, scope, mal.ID, mal.Version, people.Administrator)
			require.ErrorIs(t, err, admin.ErrForbidden)
			_, err = s.People.Deactivate(ctx, scope, s.ann.User.ID, s.ann.User.Version, people.DeactivateOptions{})
			require.ErrorIs(t, err, admin.ErrForbidden)
		}
		require.NoError(t, s.as(system).Require(people.PermissionUsersWrite), "no user answers for the system's")
		require.Empty(t, s.as(system).User())

		_, err = s.Tokens.Generate(ctx, before, token.GenerateInput{Name: "x", Permissions: []admin.Permission{people.PermissionUsersWrite}})
		require.ErrorIs(t, err, admin.ErrForbidden, "nor through the scope of a request that began before")
		_, err = s.Tokens.Generate(ctx, s.mal.Scope, token.GenerateInput{Name: "x", Permissions: []admin.Permission{people.PermissionUsersWrite}})
		require.ErrorIs(t, err, admin.ErrForbidden)

		_, err = s.People.ChangeRole(ctx, s.ann.Scope, mal.ID, mal.Version, people.Administrator)
		require.NoError(t, err)
		require.NoError(t, s.as(child).Require(people.PermissionUsersWrite), "what they were granted comes back with the role")
	})
}

func TestUsersAreNotChangedThroughTheirOwnTokens(t *testing.T) {
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx := t.Context()
		made := s.generate(s.mal.Scope, all(s.mal)...)
		kept := s.as(s.generate(s.as(made), all(s.mal)...)) // as in a request that goes on
		id, version := s.mal.User.ID, s.mal.User.Version
		_, err := s.People.ChangeRole(ctx, kept, id, version, people.Developer)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = s.People.Deactivate(ctx, kept, id, version, people.DeactivateOptions{})
		require.ErrorIs(t, err, admin.ErrForbidden)

		mal, err := s.People.Deactivate(ctx, s.ann.Scope, id, version, people.DeactivateOptions{KeepTokens: true})
		require.NoError(t, err)
		s.refused(made, token.ReasonUser)
		_, err = s.People.Reactivate(ctx, kept, id, mal.Version)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = s.Tokens.Generate(ctx, kept, token.GenerateInput{Name: "x", Permissions: all(s.dev)})
		require.ErrorIs(t, err, admin.ErrForbidden)
		require.ErrorIs(t, s.Tokens.Authorize(ctx, "acme", kept.Actor()), admin.ErrForbidden)

		mal, err = s.People.Reactivate(ctx, s.ann.Scope, id, mal.Version)
		require.NoError(t, err)
		s.as(made)
		_, err = s.People.Deactivate(ctx, s.ann.Scope, id, mal.Version, people.DeactivateOptions{})
		require.NoError(t, err)
		s.refused(made, token.ReasonDeactivated)
		_, err = s.Tokens.Reactivate(ctx, s.ann.Scope, made.Token.ID)
		require.ErrorIs(t, err, token.ErrUserNotActive)
	})
}

func TestEndingATokenTakesAlongWhatItMade(t *testing.T) {
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx := t.Context()
		leaked := s.generate(s.dev.Scope, token.PermissionWrite, settings.PermissionRead)
		child := s.generate(s.as(leaked), token.PermissionWrite, settings.PermissionRead)
		grandchild := s.generate(s.as(child), token.PermissionWrite, settings.PermissionRead)
		running := s.as(grandchild) // a request that goes on
		_, err := s.Tokens.Deactivate(ctx, s.ann.Scope, leaked.Token.ID, token.EndOptions{})
		require.NoError(t, err)
		for _, x := range []token.Generated{leaked, child, grandchild} {
			s.refused(x, token.ReasonDeactivated)
			_, err = s.Tokens.Reactivate(ctx, running, x.Token.ID)
			require.ErrorIs(t, err, admin.ErrForbidden)
		}

		_, err = s.Tokens.Reactivate(ctx, s.dev.Scope, grandchild.Token.ID)
		require.NoError(t, err, "its user may")
		for _, x := range []token.Generated{leaked, child} {
			_, err = s.Tokens.Reactivate(ctx, s.as(grandchild), x.Token.ID)
			require.ErrorIs(t, err, admin.ErrForbidden, "a token does not switch on what it comes from")
			s.refused(x, token.ReasonDeactivated)
		}
		require.NoError(t, s.Tokens.Delete(ctx, s.ann.Scope, leaked.Token.ID, token.EndOptions{KeepChildren: true}))
		s.refused(leaked, token.ReasonDeleted)
		s.as(grandchild)
		require.NoError(t, s.Tokens.Delete(ctx, s.ann.Scope, leaked.Token.ID, token.EndOptions{}))
		s.refused(grandchild, token.ReasonDeleted)
	})
}

func TestNobodyTakesAwayWhatTheyDoNotHave(t *testing.T) {
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx := t.Context()
		production := s.generate(s.mal.Scope, all(s.mal)...)
		narrow := s.generate(s.dev.Scope, token.PermissionWrite)
		for reason, scope := range map[string]admin.Scope{"a developer": s.dev.Scope, "their token": s.as(narrow)} {
			_, err := s.Tokens.Deactivate(ctx, scope, production.Token.ID, token.EndOptions{})
			require.ErrorIs(t, err, admin.ErrForbidden, reason)
			require.ErrorIs(t, s.Tokens.Delete(ctx, scope, production.Token.ID, token.EndOptions{}), admin.ErrForbidden, reason)
			_, err = s.Tokens.DeactivateBy(ctx, scope, s.mal.Scope.Actor())
			require.ErrorIs(t, err, admin.ErrForbidden, reason)
			_, err = s.Tokens.Rotate(ctx, scope, production.Token.ID, token.RotateInput{})
			require.ErrorIs(t, err, admin.ErrForbidden, reason)
		}
		s.as(production)
		wide := s.generate(s.dev.Scope, all(s.dev)...)
		_, err := s.Tokens.Deactivate(ctx, s.as(narrow), wide.Token.ID, token.EndOptions{})
		require.ErrorIs(t, err, admin.ErrForbidden, "nor does a token with less than another one of its user")
		_, err = s.Tokens.Deactivate(ctx, s.dev.Scope, wide.Token.ID, token.EndOptions{})
		require.NoError(t, err, "it is one's own")
		_, err = s.Tokens.Deactivate(ctx, s.ann.Scope, production.Token.ID, token.EndOptions{})
		require.NoError(t, err, "it takes tokens.revoke or what the token may do")

		clerk := admin.NewScope("acme", s.dev.Scope.Actor(), admin.Permissions(people.PermissionUsersWrite))
		i, _, err := s.People.Invite(ctx, s.ann.Scope, "new@acme.example", people.Administrator)
		require.NoError(t, err)
		_, err = s.People.Revoke(ctx, clerk, i.ID, i.Version)
		require.ErrorIs(t, err, admin.ErrForbidden)
		_, err = s.People.Revoke(ctx, s.ann.Scope, i.ID, i.Version)
		require.NoError(t, err)
	})
}
