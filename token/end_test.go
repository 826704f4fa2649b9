package token_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func TestWhoMayEndAToken(t *testing.T) {
	ends := map[string]func(h *house, scope admin.Scope, x token.Token) error{
		"Deactivate": func(h *house, scope admin.Scope, x token.Token) error {
			_, err := h.Deactivate(t.Context(), scope, x.ID, token.EndOptions{})
			return err
		},
		"Delete": func(h *house, scope admin.Scope, x token.Token) error {
			return h.Delete(t.Context(), scope, x.ID, token.EndOptions{})
		},
		"DeactivateBy": func(h *house, scope admin.Scope, x token.Token) error {
			_, err := h.DeactivateBy(t.Context(), scope, x.CreatedBy)
			return err
		},
	}
	wide := []admin.Permission{token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite}
	for _, tc := range []struct {
		reason string
		scope  func(h *house, of token.Generated) admin.Scope
		ok     bool
	}{
		{"its user", func(h *house, _ token.Generated) admin.Scope { return h.user("ann", token.PermissionWrite) }, true},
		{"another user with all that it may do", func(h *house, _ token.Generated) admin.Scope { return h.user("bob", wide...) }, true},
		{"another user with less", func(h *house, _ token.Generated) admin.Scope { return h.user("bob", wide[:2]...) }, false},
		{"one for incidents", func(h *house, _ token.Generated) admin.Scope { return h.user("bob", token.PermissionRevoke) }, true},
		{"one who may only read", func(h *house, _ token.Generated) admin.Scope {
			return h.user("bob", token.PermissionRead, settings.PermissionRead, settings.PermissionWrite)
		}, false},
		{"the system", func(*house, token.Generated) admin.Scope { return admin.System(acme) }, true},
		{"another token of its user, with less", func(h *house, _ token.Generated) admin.Scope {
			return h.as(h.generate(h.user("ann", wide...), token.PermissionWrite))
		}, false},
	} {
		for name, end := range ends {
			t.Run(name+" by "+tc.reason, func(t *testing.T) {
				h := newHouse(t)
				made := h.generate(h.user("ann", wide...), wide...)
				err := end(h, tc.scope(h, made), made.Token)
				kept, getErr := h.Get(t.Context(), admin.System(acme), made.Token.ID)
				require.NoError(t, getErr)
				if tc.ok {
					require.NoError(t, err)
					require.NotEqual(t, token.Active, kept.State)
					return
				}
				require.ErrorIs(t, err, admin.ErrForbidden)
				require.Equal(t, made.Token, kept)
			})
		}
	}
	t.Run("itself and those that it created", func(t *testing.T) {
		h := newHouse(t)
		made := h.generate(h.user("ann", wide...), wide...)
		child := h.generate(h.as(made), wide...)
		h.user("ann", token.PermissionWrite)
		scope := h.as(made)
		require.NoError(t, ends["Delete"](h, scope, child.Token))
		require.NoError(t, ends["Delete"](h, scope, made.Token))
	})
	t.Run("those that one's own token created", func(t *testing.T) {
		h := newHouse(t)
		made := h.generate(h.user("ann", wide...), wide...)
		child := h.generate(h.as(made), wide...)
		require.ErrorIs(t, ends["DeactivateBy"](h, h.user("bob", token.PermissionWrite), child.Token), admin.ErrForbidden)
		require.NoError(t, ends["DeactivateBy"](h, h.user("ann", token.PermissionWrite), child.Token))
		_, err := h.verify(child)
		require.Equal(t, token.ReasonDeactivated, refused(t, err).Reason())
	})
}

func TestATokenSwitchesOnNothingThatItComesFrom(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite)
	root := h.generate(ann, token.PermissionWrite)
	child := h.generate(h.as(root), token.PermissionWrite)
	sibling := h.generate(ann, token.PermissionWrite)
	scope := h.as(h.generate(h.as(child), token.PermissionWrite))
	for _, x := range []token.Generated{root, child, sibling} {
		_, err := h.Deactivate(t.Context(), ann, x.Token.ID, token.EndOptions{KeepChildren: true})
		require.NoError(t, err)
	}
	for _, x := range []token.Generated{root, child} {
		_, err := h.Reactivate(t.Context(), scope, x.Token.ID)
		require.ErrorIs(t, err, admin.ErrForbidden)
		require.ErrorContains(t, err, "comes from the token")
	}
	_, err := h.Reactivate(t.Context(), scope, sibling.Token.ID)
	require.NoError(t, err, "another token of its user it does")
	records := h.trail(admin.Subject{Kind: "token", ID: root.Token.ID.String()})
	require.Equal(t, admin.Change{Field: "children", To: "kept"}, records[len(records)-1].Changes[1])
}
