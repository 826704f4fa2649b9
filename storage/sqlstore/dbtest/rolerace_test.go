package dbtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// pair is an organization with two users who administer: Ann, who is Administrator, and Bob by the custom role
// chief.
type pair struct {
	*people.Service
	t        *testing.T
	system   admin.Scope
	ann, bob uuid.UUID
	chief    []admin.Permission
}

func newPair(t *testing.T, b storage.Backend) *pair {
	t.Helper()
	free := people.Rate{Attempts: 1_000_000, Every: time.Millisecond}
	c, err := admincenter.New(b, admincenter.Options{People: people.Options{
		Passwords: people.PasswordRules{Optional: true}, Limits: people.Limits{Mail: free, MailOrganization: free},
	}})
	require.NoError(t, err)
	p := &pair{Service: c.People, t: t, system: admin.System("acme"), chief: admincenter.DefaultRoles().All().List()}
	_, ann, err := p.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	_, err = p.CreateRole(t.Context(), p.system, people.NewRole{Name: "chief", Permissions: p.chief})
	require.NoError(t, err)
	_, secret, err := p.Invite(t.Context(), p.system, "bob@acme.example", "chief")
	require.NoError(t, err)
	bob, err := p.Accept(t.Context(), "acme", secret, people.AcceptInput{Name: "Bob"})
	require.NoError(t, err)
	p.ann, p.bob = ann.ID, bob.ID
	return p
}

// act is something after which one user administers no longer.
type act struct {
	name   string
	target uuid.UUID
	do     func(ctx context.Context, p *pair, scope admin.Scope, target people.User, chief people.RoleInfo) error
}

// pairs returns what Ann and Bob can do at the same time, of which each alone is allowed: demote or deactivate (which is
// leaving, of themselves), or narrow the role.
func (p *pair) pairs() (out [][2]act) {
	demote := func(ctx context.Context, p *pair, scope admin.Scope, u people.User, _ people.RoleInfo) error {
		_, err := p.ChangeRole(ctx, scope, u.ID, u.Version, people.Analyst)
		return err
	}
	deactivate := func(ctx context.Context, p *pair, scope admin.Scope, u people.User, _ people.RoleInfo) error {
		_, err := p.Deactivate(ctx, scope, u.ID, u.Version, people.DeactivateOptions{})
		return err
	}
	narrow := func(ctx context.Context, p *pair, scope admin.Scope, _ people.User, chief people.RoleInfo) error {
		_, err := p.UpdateRole(ctx, scope, "chief", chief.Version,
			people.RoleChange{Permissions: &[]admin.Permission{people.PermissionUsersRead, people.PermissionUsersWrite}})
		return err
	}
	for _, x := range []act{{"demotes Ann", p.ann, demote}, {"deactivates Ann", p.ann, deactivate}} {
		for _, y := range []act{
			{"demotes Bob", p.bob, demote}, {"deactivates Bob", p.bob, deactivate}, {"narrows Bob's role", p.bob, narrow},
		} {
			out = append(out, [2]act{x, y}, [2]act{y, x})
		}
	}
	return out
}

// scope returns the scope of a user now.
func (p *pair) scope(id uuid.UUID) admin.Scope {
	u, err := p.User(p.t.Context(), p.system, id)
	require.NoError(p.t, err)
	s, err := p.SignInVerified(p.t.Context(), "acme", u.Email.Address)
	require.NoError(p.t, err)
	return s.Scope
}

// left counts the active users whose role administers.
func (p *pair) left() int {
	n := 0
	for u, err := range p.AllUsers(p.t.Context(), p.system, people.UserFilter{Status: people.UserActive}) {
		require.NoError(p.t, err)
		r, err := p.Role(p.t.Context(), p.system, u.Role)
		require.NoError(p.t, err)
		if r.Permissions.Has(people.PermissionUsersWrite) && r.Permissions.Has(people.PermissionRolesWrite) {
			n++
		}
	}
	return n
}

// restore has both administer again.
func (p *pair) restore() {
	chief, err := p.Role(p.t.Context(), p.system, "chief")
	require.NoError(p.t, err)
	_, err = p.UpdateRole(p.t.Context(), p.system, "chief", chief.Version, people.RoleChange{Permissions: &p.chief})
	require.NoError(p.t, err)
	for id, role := range map[uuid.UUID]people.Role{p.ann: people.Administrator, p.bob: "chief"} {
		u, err := p.User(p.t.Context(), p.system, id)
		require.NoError(p.t, err)
		if u.Status != people.UserActive {
			u, err = p.Reactivate(p.t.Context(), p.system, id, u.Version)
			require.NoError(p.t, err)
		}
		if u.Role != role {
			_, err = p.ChangeRole(p.t.Context(), p.system, id, u.Version, role)
			require.NoError(p.t, err)
		}
	}
}

// Whatever two who administer do at the same time to each other, to themselves and to a role, one of them is left.
func TestOneWhoAdministersIsLeft(t *testing.T) {
	rounds := atLength(200, 25)
	onMemoryAndEach(t, func(t *testing.T, b storage.Backend) {
		p := newPair(t, b)
		pairs := p.pairs()
		for round := range rounds {
			both := pairs[round%len(pairs)]
			scopes := []admin.Scope{p.scope(p.ann), p.scope(p.bob)}
			chief, err := p.Role(t.Context(), p.system, "chief")
			require.NoError(t, err)
			targets := make([]people.User, 2)
			for i := range both {
				targets[i], err = p.User(t.Context(), p.system, both[i].target)
				require.NoError(t, err)
			}
			errs := together(2, func(i int) error { return both[i].do(t.Context(), p, scopes[i], targets[i], chief) })
			where := fmt.Sprintf("round %d: Ann %s, Bob %s: %v", round, both[0].name, both[1].name, errs)
			require.Equal(t, 1, p.left(), where)
			require.True(t, (errs[0] == nil) != (errs[1] == nil), where)
			require.ErrorIs(t, errors.Join(errs...), people.ErrLastAdministrator, where)
			p.restore()
		}
	})
}

// An invitation is accepted or revoked, and never both.
func TestAnInvitationIsAcceptedOrRevoked(t *testing.T) {
	rounds := atLength(200, 20)
	onMemoryAndEach(t, func(t *testing.T, b storage.Backend) {
		p := newPair(t, b)
		accepted := 0
		for round := range rounds {
			email := fmt.Sprintf("user%d@acme.example", round)
			i, secret, err := p.Invite(t.Context(), p.system, email, people.Analyst)
			require.NoError(t, err)
			errs := together(2, func(n int) error {
				if n == round%2 { // so that each begins as often
					_, err := p.Accept(t.Context(), "acme", secret, people.AcceptInput{Name: "Carl"})
					return err
				}
				_, err := p.Revoke(t.Context(), p.system, i.ID, i.Version)
				return err
			})
			accept, revoke := errs[round%2], errs[1-round%2]
			got, err := p.Invitation(t.Context(), p.system, i.ID)
			require.NoError(t, err)
			_, signIn := p.SignInVerified(t.Context(), "acme", email)
			if accept == nil {
				accepted++
				require.Equal(t, people.InvitationAccepted, got.Status)
				require.NoError(t, signIn)
				require.True(t, errors.Is(revoke, admin.ErrConflict) || errors.Is(revoke, admin.ErrState), "%v", revoke)
				continue
			}
			require.ErrorIs(t, accept, people.ErrInvitation)
			require.NoError(t, revoke)
			require.Equal(t, people.InvitationRevoked, got.Status)
			require.ErrorIs(t, signIn, people.ErrSignIn)
		}
		t.Logf("%d of %d accepted", accepted, rounds)
	})
}
