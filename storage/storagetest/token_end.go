package storagetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// ended returns a token as an ending leaves it that changes it.
func ended(x token.Token, e token.Ending) token.Token {
	x.State, x.UpdatedAt = e.State, e.At
	x.Version++
	return x
}

func testTokenEnd(t *testing.T, b storage.Backend, c *ids) {
	end := func(w *world, e token.Ending) int {
		n, err := b.Tokens().End(t.Context(), w.org, e, w.rec("token.end"))
		require.NoError(w.t, err)
		return n
	}
	for _, state := range []token.State{token.Deactivated, token.Deleted} {
		t.Run("takes along what the token created, to "+string(state), func(t *testing.T) {
			w := newWorld(t, b, c)
			root := w.addToken(w.token())
			child := w.addToken(w.child(root))
			off := w.child(root)
			off.State = token.Deactivated
			off = w.addToken(off)
			grandchild := w.token()
			grandchild.CreatedBy = byToken(off)
			require.NoError(t, w.createToken(grandchild, token.Grant{Limit: 1000}))
			others := []token.Token{w.addToken(w.token())}
			e := w.ending(root, state)
			tree := []token.Token{root, child, grandchild}
			if state == token.Deleted {
				tree = append(tree, off)
			} else {
				others = append(others, off)
			}
			require.Equal(t, len(tree), end(w, e))
			for _, x := range tree {
				require.Equal(t, ended(x, e), w.getToken(x.ID))
			}
			for _, x := range others {
				require.Equal(t, x, w.getToken(x.ID))
			}
			require.Zero(t, end(w, e), "nothing is left")
		})
	}
	t.Run("leaves alone what the token created if that is asked for", func(t *testing.T) {
		w := newWorld(t, b, c)
		root := w.addToken(w.token())
		child := w.addToken(w.child(root))
		e := w.ending(root, token.Deactivated)
		e.KeepChildren = true
		require.Equal(t, 1, end(w, e))
		require.Equal(t, ended(root, e), w.getToken(root.ID))
		require.Equal(t, child, w.getToken(child.ID))
		e.KeepChildren = false
		require.Equal(t, 1, end(w, e), "and takes it along when that is asked for later")
		require.Equal(t, ended(child, e), w.getToken(child.ID))
	})
	t.Run("takes along the token that it replaces, and not the one that replaces it", func(t *testing.T) {
		for _, keep := range []bool{false, true} {
			w := newWorld(t, b, c)
			old := w.addToken(w.token())
			child := w.addToken(w.child(old))
			r := w.rotation(old)
			require.NoError(t, b.Tokens().Rotate(t.Context(), w.org, r, w.rec("token.rotate")))
			r.Old.Version = 2
			e := w.ending(old, token.Deactivated)
			e.KeepChildren = true
			require.Equal(t, 1, end(w, e))
			require.Equal(t, r.New, w.getToken(r.New.ID))
			e = w.ending(r.New, token.Deleted)
			e.KeepChildren = keep
			if keep {
				require.Equal(t, 2, end(w, e))
				require.Equal(t, child, w.getToken(child.ID))
			} else {
				require.Equal(t, 3, end(w, e))
			}
			require.Equal(t, token.Deleted, w.getToken(old.ID).State)
			require.Equal(t, token.Deleted, w.getToken(r.New.ID).State)
		}
	})
	t.Run("ends nothing if a token may do more than it must", func(t *testing.T) {
		w := newWorld(t, b, c)
		root := w.addToken(w.token())
		child := w.addToken(w.child(root))
		e := w.ending(root, token.Deleted)
		for _, set := range []admin.PermissionSet{{}, admin.Permissions(token.PermissionWrite)} {
			e.Within = &set
			n, err := b.Tokens().End(t.Context(), w.org, e, w.rec("token.delete"))
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.Zero(t, n)
			n, err = b.Tokens().DeactivateBy(t.Context(), w.org, w.user(), e, w.rec("token.deactivate_by"))
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.Zero(t, n)
		}
		require.Equal(t, root, w.getToken(root.ID))
		require.Equal(t, child, w.getToken(child.ID))
		all := root.Permissions.With(people.PermissionUsersRead)
		e.Within = &all
		require.Equal(t, 2, end(w, e))
	})
	t.Run("refuses what is missing, and to switch off what is deleted", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		gone := w.token()
		gone.State = token.Deleted
		w.addToken(gone)
		require.Zero(t, end(w, w.ending(gone, token.Deleted)))
		for reason, tc := range map[string]struct {
			org  *world
			of   token.Token
			want error
		}{
			"missing":                     {w, w.token(), admin.ErrNotFound},
			"another organization's":      {other, gone, admin.ErrNotFound},
			"deleted, to be switched off": {w, gone, token.ErrDeleted},
		} {
			_, err := b.Tokens().End(t.Context(), tc.org.org, w.ending(tc.of, token.Deactivated), tc.org.rec("token.end"))
			require.ErrorIs(t, err, tc.want, reason)
		}
		require.Equal(t, gone, w.getToken(gone.ID))
	})
	t.Run("leaves nothing on that is created meanwhile by what it ends", func(t *testing.T) {
		w := newWorld(t, b, c)
		root := w.addToken(w.token())
		created, n := besideChildren(w, root, func() int { return end(w, w.ending(root, token.Deactivated)) })
		require.Equal(t, 1+created, n)
		requireNoneActive(w)
	})
}

// besideChildren creates children of a token while end runs, and returns how many were created and what end
// returned.
func besideChildren(w *world, parent token.Token, end func() int) (created, n int) {
	w.t.Helper()
	const children = 8
	var group sync.WaitGroup
	failures := make(chan error, children)
	for range children {
		child := w.child(parent)
		group.Go(func() { failures <- w.createToken(child, w.grant(child)) })
	}
	n = end()
	group.Wait()
	close(failures)
	for err := range failures {
		if err == nil {
			created++
		} else {
			require.ErrorIs(w.t, err, admin.ErrForbidden)
		}
	}
	return created, n
}

func requireNoneActive(w *world) {
	w.t.Helper()
	active, err := w.b.Tokens().List(w.t.Context(), w.org, token.Filter{State: token.Active}, epoch, page[uuid.UUID](100))
	require.NoError(w.t, err)
	require.Empty(w.t, active)
}

func testTokenDeactivateBy(t *testing.T, b storage.Backend, c *ids) {
	e := token.Ending{State: token.Deactivated, At: epoch.Add(time.Hour)}
	deactivate := func(w *world, by admin.Actor) int {
		n, err := b.Tokens().DeactivateBy(t.Context(), w.org, by, e, w.rec("token.deactivate_by"))
		require.NoError(w.t, err)
		return n
	}
	// add creates a token of a user, or of the system if there is none.
	add := func(w *world, of uuid.UUID, state token.State) token.Token {
		x := w.token()
		x.UserID, x.CreatedBy, x.State = of, admin.Actor{Kind: admin.ActorUser, ID: of.String()}, state
		if of == uuid.Nil {
			x.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
		}
		return w.addToken(x)
	}
	setUp := func(w *world) (hers, kept []token.Token, member people.User) {
		member = w.member(w.t, "member", people.Developer)
		root := add(w, member.ID, token.Active)
		child := w.addToken(w.child(root))
		hers = []token.Token{root, child, w.addToken(w.child(child))}
		system := add(w, uuid.Nil, token.Active)
		kept = []token.Token{
			add(w, member.ID, token.Deactivated), add(w, member.ID, token.Deleted), add(w, w.first.ID, token.Active),
			system, w.addToken(w.child(system)),
		}
		return hers, kept, member
	}
	check := func(w *world, off, kept []token.Token) {
		w.t.Helper()
		for _, x := range off {
			require.Equal(w.t, ended(x, e), w.getToken(x.ID))
		}
		for _, x := range kept {
			require.Equal(w.t, x, w.getToken(x.ID))
		}
	}
	t.Run("switches off the active tokens that a user answers for and no others", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		hers, kept, member := setUp(w)
		by := admin.Actor{Kind: admin.ActorUser, ID: member.ID.String()}
		require.Zero(t, deactivate(other, by))
		require.Equal(t, 3, deactivate(w, by))
		check(w, hers, kept)
		require.Zero(t, deactivate(w, by), "nothing is left to switch off")
		for _, nobody := range []admin.Actor{
			{Kind: "other", ID: w.first.ID.String()}, {Kind: admin.ActorUser, ID: "first"}, {Kind: admin.ActorUser},
		} {
			require.Zero(t, deactivate(w, nobody))
		}
		check(w, hers, kept)
	})
	t.Run("or that the system answers for", func(t *testing.T) {
		w := newWorld(t, b, c)
		hers, kept, _ := setUp(w)
		require.Equal(t, 2, deactivate(w, admin.Actor{Kind: admin.ActorSystem}))
		check(w, kept[3:], append(hers, kept[:3]...))
	})
	t.Run("or that a token created, through those that are off or deleted, and not itself", func(t *testing.T) {
		w := newWorld(t, b, c)
		root := w.addToken(w.token())
		off := w.addToken(w.child(root))
		gone := w.addToken(w.child(off))
		leaf, narrow := w.child(gone), w.child(gone)
		narrow.Permissions = admin.Permissions(customer.PermissionRead)
		w.addToken(leaf)
		w.addToken(narrow)
		for x, state := range map[uuid.UUID]token.State{off.ID: token.Deactivated, gone.ID: token.Deleted} {
			_, err := b.Tokens().End(t.Context(), w.org,
				token.Ending{Token: x, State: state, At: epoch, KeepChildren: true}, w.rec("token.end"))
			require.NoError(t, err)
		}
		require.Equal(t, 2, deactivate(w, byToken(root)))
		check(w, []token.Token{leaf, narrow}, []token.Token{root})
		require.Equal(t, token.Deleted, w.getToken(gone.ID).State)
	})
	t.Run("leaves nothing on that is created meanwhile by what it switches off", func(t *testing.T) {
		w := newWorld(t, b, c)
		root := w.addToken(w.token())
		created, n := besideChildren(w, root, func() int { return deactivate(w, w.user()) })
		require.Equal(t, 1+created, n)
		requireNoneActive(w)
	})
	t.Run("keeps its record if there is nothing to switch off", func(t *testing.T) {
		w := newWorld(t, b, c)
		rec := w.rec("token.deactivate_by")
		n, err := b.Tokens().DeactivateBy(t.Context(), w.org, w.user(), e, rec)
		require.NoError(t, err)
		require.Zero(t, n)
		requireRecorded(t, b, w, rec)
	})
	t.Run("happens when the user is deactivated, unless the tokens are kept", func(t *testing.T) {
		for _, keep := range []bool{false, true} {
			w := newWorld(t, b, c)
			hers, kept, member := setUp(w)
			member.Status, member.UpdatedAt = people.UserDeactivated, e.At
			require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org,
				people.AccessUpdate{User: member, KeepTokens: keep}, w.rec("user.deactivate")))
			if keep {
				check(w, nil, append(hers, kept...))
			} else {
				check(w, hers, kept)
			}
		}
	})
	t.Run("does not happen when the user's role changes", func(t *testing.T) {
		w := newWorld(t, b, c)
		hers, kept, member := setUp(w)
		member.Role = people.Analyst
		require.NoError(t, w.updateAccess(member, "user.change_role"))
		check(w, nil, append(hers, kept...))
	})
}
