package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

func testTokenUpdate(t *testing.T, b storage.Backend, c *ids) {
	t.Run("replaces the state of the version that was read, and nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := w.addToken(w.token())
		require.NoError(t, b.Tokens().Touch(t.Context(), w.org, []token.Use{{TokenID: made.ID, At: epoch}}))
		want := made
		want.State, want.UpdatedAt = token.Deactivated, epoch.Add(time.Second)
		want.Name, want.Permissions, want.Last4 = "other", admin.Permissions(people.PermissionUsersWrite), "zzzz"
		want.ExpiresAt, want.CreatedBy, want.CreatedAt = epoch, w.user(), epoch.Add(time.Hour)
		require.NoError(t, b.Tokens().Update(t.Context(), w.org, want, w.rec("token.deactivate")))
		after := made
		after.State, after.UpdatedAt, after.LastUsedAt, after.Version = token.Deactivated, epoch.Add(time.Second), epoch, 2
		require.Equal(t, after, w.getToken(made.ID))
		require.ErrorIs(t, b.Tokens().Update(t.Context(), w.org, want, w.rec("token.deactivate")), admin.ErrConflict)
		require.Equal(t, after, w.getToken(made.ID))
	})
	t.Run("does not bring back what is deleted", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := w.addToken(w.token())
		gone := made
		gone.State = token.Deleted
		require.NoError(t, b.Tokens().Update(t.Context(), w.org, gone, w.rec("token.delete")))
		gone.Version = 2
		back := gone
		back.State = token.Active
		require.ErrorIs(t, b.Tokens().Update(t.Context(), w.org, back, w.rec("token.reactivate")), token.ErrDeleted)
		require.Equal(t, gone, w.getToken(made.ID))
		found, err := w.findToken(w.hash(made.ID.String()).Digest)
		require.NoError(t, err)
		require.Equal(t, gone, found.Token, "its secret is still recognized")
	})
	t.Run("finds nothing to update", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.ErrorIs(t, b.Tokens().Update(t.Context(), w.org, w.token(), w.rec("token.delete")), admin.ErrNotFound)
	})
}

func testTokenDeactivateBy(t *testing.T, b storage.Backend, c *ids) {
	at := epoch.Add(time.Hour)
	add := func(w *world, by admin.Actor, state token.State) token.Token {
		x := w.token()
		x.CreatedBy, x.State = by, state
		return w.addToken(x)
	}
	deactivate := func(w *world, by admin.Actor) int {
		n, err := b.Tokens().DeactivateBy(t.Context(), w.org, by, at, w.rec("token.deactivate_by"))
		require.NoError(w.t, err)
		return n
	}
	off := func(x token.Token) token.Token {
		x.State, x.UpdatedAt, x.Version = token.Deactivated, at, x.Version+1
		return x
	}
	t.Run("switches off the active tokens of one actor and no others", func(t *testing.T) {
		w, other := newWorld(t, b, c), newWorld(t, b, c)
		user, another := w.user(), admin.Actor{Kind: admin.ActorUser, ID: w.id().String()}
		mine := []token.Token{add(w, user, token.Active), add(w, user, token.Active)}
		kept := []token.Token{
			add(w, user, token.Deactivated), add(w, user, token.Deleted), add(w, another, token.Active),
			add(w, admin.Actor{Kind: admin.ActorSystem}, token.Active),
			// The same id, but of another kind of actor.
			add(w, admin.Actor{Kind: "other", ID: user.ID}, token.Active),
		}
		foreign := add(other, user, token.Active)
		require.Equal(t, 2, deactivate(w, user))
		for _, x := range mine {
			require.Equal(t, off(x), w.getToken(x.ID))
		}
		for _, x := range kept {
			require.Equal(t, x, w.getToken(x.ID))
		}
		require.Equal(t, foreign, other.getToken(foreign.ID))
		require.Zero(t, deactivate(w, user), "nothing is left to switch off")
		require.Equal(t, off(mine[0]), w.getToken(mine[0].ID))
	})
	t.Run("follows what tokens created, through those that are off or deleted", func(t *testing.T) {
		w := newWorld(t, b, c)
		another := admin.Actor{Kind: admin.ActorUser, ID: w.id().String()}
		mine := add(w, w.user(), token.Active)
		child := add(w, byToken(mine), token.Active)
		grandchild, sibling := add(w, byToken(child), token.Active), add(w, byToken(child), token.Active)
		theirs := add(w, another, token.Active)
		theirChild := add(w, byToken(theirs), token.Active)
		for x, state := range map[uuid.UUID]token.State{mine.ID: token.Deactivated, child.ID: token.Deleted} {
			now := w.getToken(x)
			now.State = state
			require.NoError(t, b.Tokens().Update(t.Context(), w.org, now, w.rec("token.update")))
		}
		require.Equal(t, 2, deactivate(w, w.user()))
		require.Equal(t, off(grandchild), w.getToken(grandchild.ID))
		require.Equal(t, off(sibling), w.getToken(sibling.ID))
		require.Equal(t, token.Deleted, w.getToken(child.ID).State)
		require.Equal(t, theirChild, w.getToken(theirChild.ID))
		require.Equal(t, 1, deactivate(w, byToken(theirs)), "of a token, what it created and not itself")
		require.Equal(t, theirs, w.getToken(theirs.ID))
	})
	t.Run("leaves nothing on that is created meanwhile by what it switches off", func(t *testing.T) {
		w := newWorld(t, b, c)
		parent := add(w, w.user(), token.Active)
		const children = 8
		var group sync.WaitGroup
		failures := make(chan error, children)
		for range children {
			child, rec := w.token(), w.rec("token.generate")
			child.CreatedBy = byToken(parent)
			group.Go(func() {
				failures <- b.Tokens().Create(t.Context(), w.org, child, w.hash(child.ID.String()), rec)
			})
		}
		n := deactivate(w, w.user())
		group.Wait()
		close(failures)
		created := 0
		for err := range failures {
			if err == nil {
				created++
			} else {
				require.ErrorIs(t, err, admin.ErrForbidden)
			}
		}
		require.Equal(t, 1+created, n)
		active, err := b.Tokens().List(t.Context(), w.org, token.Filter{State: token.Active}, page[uuid.UUID](100))
		require.NoError(t, err)
		require.Empty(t, active)
	})
	t.Run("keeps its record where there is nothing to switch off", func(t *testing.T) {
		w := newWorld(t, b, c)
		rec := w.rec("token.deactivate_by")
		n, err := b.Tokens().DeactivateBy(t.Context(), w.org, w.user(), at, rec)
		require.NoError(t, err)
		require.Zero(t, n)
		requireRecorded(t, b, w, rec)
	})
}

func testTokenTouch(t *testing.T, b storage.Backend, c *ids) {
	w, neighbor := newWorld(t, b, c), newWorld(t, b, c)
	touch := func(uses ...token.Use) { require.NoError(t, b.Tokens().Touch(t.Context(), w.org, uses)) }
	t.Run("one", func(t *testing.T) {
		made := w.addToken(w.token())
		for _, tc := range []struct {
			reason   string
			at, want time.Duration
		}{
			{"first use", 0, 0},
			{"used again too soon", time.Minute - time.Microsecond, 0},
			{"used again when it is time", time.Minute, time.Minute},
			{"a clock that is behind does not turn it back", time.Second, time.Minute},
		} {
			touch(token.Use{TokenID: made.ID, At: epoch.Add(tc.at)})
			want := made
			want.LastUsedAt = epoch.Add(tc.want)
			require.Equal(t, want, w.getToken(made.ID), tc.reason)
		}
	})
	for _, n := range []int{2, 8, 9, 64, 65, 150} {
		t.Run(fmt.Sprintf("%d at once, each at its own time", n), func(t *testing.T) {
			var uses []token.Use
			for i := range n {
				made := w.addToken(w.token())
				uses = append(uses, token.Use{TokenID: made.ID, At: epoch.Add(time.Duration(i) * time.Second)})
			}
			aside := w.addToken(w.token())
			touch(slices.Concat(uses, []token.Use{{TokenID: w.id(), At: epoch}})...)
			for _, use := range uses {
				require.Equal(t, use.At, w.getToken(use.TokenID).LastUsedAt)
			}
			require.Equal(t, aside, w.getToken(aside.ID))
		})
	}
	t.Run("none", func(*testing.T) { touch() })
	t.Run("nobody else's", func(t *testing.T) {
		theirs := neighbor.addToken(neighbor.token())
		touch(token.Use{TokenID: theirs.ID, At: epoch})
		require.Equal(t, theirs, neighbor.getToken(theirs.ID))
	})
	t.Run("of an organization that does not exist", func(t *testing.T) {
		require.NoError(t, b.Tokens().Touch(t.Context(), "nobody", []token.Use{{TokenID: w.id(), At: epoch}}))
	})
}

func testTokenRehash(t *testing.T, b storage.Backend, c *ids) {
	w := newWorld(t, b, c)
	made, another := w.addToken(w.token()), w.addToken(w.token())
	from, to := w.hash(made.ID.String()), token.Hash{Key: "hmac-sha256:k2", Digest: w.hash("new").Digest}
	rehash := func(from, to token.Hash) error {
		return b.Tokens().Rehash(t.Context(), w.org, made.ID, from, to)
	}
	stop := errors.New("stop")
	require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
		require.NoError(t, s.Tokens().Rehash(t.Context(), w.org, made.ID, from, to))
		return stop
	}), stop)
	_, err := w.findToken(from.Digest)
	require.NoError(t, err, "a failed transaction leaves it where it was")

	require.NoError(t, rehash(from, to))
	found, err := w.findToken(to.Digest)
	require.NoError(t, err)
	require.Equal(t, token.Stored{Org: w.org, Token: made, Hash: to}, found)
	_, err = w.findToken(from.Digest)
	require.ErrorIs(t, err, admin.ErrNotFound, "the old digest finds nothing")

	require.NoError(t, rehash(from, w.hash("late")), "it has been moved already")
	_, err = w.findToken(w.hash("late").Digest)
	require.ErrorIs(t, err, admin.ErrNotFound)

	require.ErrorIs(t, rehash(to, w.hash(another.ID.String())), admin.ErrExists)
	found, err = w.findToken(to.Digest)
	require.NoError(t, err)
	require.Equal(t, made.ID, found.Token.ID)

	renamed := token.Hash{Key: "hmac-sha256:k3", Digest: to.Digest}
	require.NoError(t, rehash(to, renamed), "the same key under another name")
	found, err = w.findToken(to.Digest)
	require.NoError(t, err)
	require.Equal(t, renamed, found.Hash)

	require.NoError(t, b.Tokens().Rehash(t.Context(), w.org, w.id(), from, to), "no such token")
}
