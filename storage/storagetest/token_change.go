package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

func testTokenWithUser(t *testing.T, b storage.Backend, c *ids) {
	w, other := newWorld(t, b, c), newWorld(t, b, c)
	member := w.member(t, "member", people.Developer)
	hers, system := w.token(), w.token()
	hers.UserID = member.ID
	system.UserID, system.CreatedBy = uuid.Nil, admin.Actor{Kind: admin.ActorSystem}
	w.addToken(hers)
	w.addToken(system)
	want := token.UserAccess{ID: member.ID, Active: true, Role: string(people.Developer), Epoch: 1}
	check := func(t *testing.T) {
		t.Helper()
		got, user, err := b.Tokens().WithUser(t.Context(), w.org, hers.ID)
		require.NoError(t, err)
		require.Equal(t, hers, got)
		require.Equal(t, want, user)
		user, err = b.Tokens().User(t.Context(), w.org, member.ID)
		require.NoError(t, err)
		require.Equal(t, want, user)
		found, err := w.findToken(w.hash(hers.ID.String()).Digest)
		require.NoError(t, err)
		user.Epoch = 0
		require.Equal(t, user, found.User, "of a secret, without the epoch")
	}
	t.Run("returns the user who answers for a token", check)
	t.Run("as the user is now", func(t *testing.T) {
		member.Role, member.Status = people.Analyst, people.UserDeactivated
		require.NoError(t, b.Users().UpdateAccess(t.Context(), w.org,
			people.AccessUpdate{User: member, Rules: rules(), KeepTokens: true}, w.rec("user.deactivate")))
		want.Role, want.Active, want.Epoch = string(people.Analyst), false, 2
		check(t)
	})
	t.Run("with the organization's own role", func(t *testing.T) {
		r := people.CustomRole{
			Name: "clerk", Permissions: admin.Permissions(people.PermissionUsersRead),
			CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
		}
		require.NoError(t, b.Roles().Create(t.Context(), w.org, r, 100, w.rec("role.create")))
		member.Role, member.Version = r.Name, 2
		require.NoError(t, w.updateAccess(member, "user.change_role"))
		want.Role, want.Custom, want.Epoch = string(r.Name), r.Permissions, 3
		check(t)
		r.Permissions = admin.Permissions(people.PermissionUsersWrite)
		require.NoError(t,
			b.Roles().Update(t.Context(), w.org, people.RoleUpdate{Role: r, Rules: rules()}, w.rec("role.update")))
		want.Custom = r.Permissions
		check(t)
	})
	t.Run("no user for a token of the system", func(t *testing.T) {
		got, user, err := b.Tokens().WithUser(t.Context(), w.org, system.ID)
		require.NoError(t, err)
		require.Equal(t, system, got)
		require.Zero(t, user)
		found, err := w.findToken(w.hash(system.ID.String()).Digest)
		require.NoError(t, err)
		require.Zero(t, found.User)
	})
	t.Run("of this organization only", func(t *testing.T) {
		_, _, err := b.Tokens().WithUser(t.Context(), other.org, hers.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = b.Tokens().User(t.Context(), other.org, member.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		_, err = b.Tokens().User(t.Context(), w.org, uuid.Nil)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

// testTokenGrant checks that what made a grant right must hold still when it is used.
func testTokenGrant(t *testing.T, b storage.Backend, c *ids) {
	for _, write := range []struct {
		name string
		call func(w *world, g token.Grant) error
	}{
		{"Create", func(w *world, g token.Grant) error { return w.createToken(w.token(), g) }},
		{"Reactivate", func(w *world, g token.Grant) error {
			off := w.token()
			off.State = token.Deactivated
			w.addToken(off)
			err := b.Tokens().Reactivate(t.Context(), w.org, off, g, w.rec("token.reactivate"))
			require.Equal(w.t, err == nil, w.getToken(off.ID).State == token.Active)
			return err
		}},
		{"Rotate", func(w *world, g token.Grant) error {
			r := w.rotation(w.addToken(w.token()))
			r.Grant = g
			err := b.Tokens().Rotate(t.Context(), w.org, r, w.rec("token.rotate"))
			if err != nil {
				require.Zero(w.t, w.getToken(r.Old.ID).RotatedTo)
			}
			return err
		}},
	} {
		t.Run(write.name, func(t *testing.T) {
			w, other := newWorld(t, b, c), newWorld(t, b, c)
			member := w.member(t, "member", people.Developer)
			on, off, gone, foreign := w.token(), w.token(), w.token(), other.addToken(other.token())
			off.State, gone.State = token.Deactivated, token.Deleted
			for _, x := range []token.Token{on, off, gone} {
				w.addToken(x)
			}
			for _, tc := range []struct {
				reason string
				grant  token.Grant
				want   error
			}{
				{"of the system", token.Grant{Limit: 1000}, nil},
				{"of a user", token.Grant{UserID: member.ID, UserEpoch: 1, Limit: 1000}, nil},
				{"of a user whose access changed", token.Grant{UserID: member.ID, UserEpoch: 2, Limit: 1000}, admin.ErrConflict},
				{"of no user", token.Grant{UserID: w.id(), UserEpoch: 1, Limit: 1000}, admin.ErrConflict},
				{"of another organization's", token.Grant{UserID: other.first.ID, UserEpoch: 1, Limit: 1000}, admin.ErrConflict},
				{"of a token", token.Grant{TokenID: on.ID, UserID: w.first.ID, UserEpoch: 1, Limit: 1000}, nil},
				{
					"of a token whose user's access changed",
					token.Grant{TokenID: on.ID, UserID: w.first.ID, UserEpoch: 7, Limit: 1000}, admin.ErrConflict,
				},
				{"of a token that is off", token.Grant{TokenID: off.ID, Limit: 1000}, token.ErrCreatorNotActive},
				{"of a deleted token", token.Grant{TokenID: gone.ID, Limit: 1000}, token.ErrCreatorNotActive},
				{"of no token", token.Grant{TokenID: w.id(), Limit: 1000}, token.ErrCreatorNotActive},
				{"of another organization's token", token.Grant{TokenID: foreign.ID, Limit: 1000}, token.ErrCreatorNotActive},
			} {
				t.Run(tc.reason, func(t *testing.T) { require.ErrorIs(t, write.call(w, tc.grant), tc.want) })
			}
		})
	}
	t.Run("no more tokens are valid than its limit", func(t *testing.T) {
		w := newWorld(t, b, c)
		off, expired, two := w.token(), w.token(), token.Grant{Limit: 2}
		off.State, expired.ExpiresAt = token.Deactivated, epoch
		w.addToken(off)
		w.addToken(expired)
		first := w.addToken(w.token())
		require.NoError(t, w.createToken(w.token(), two), "those that are off or expired do not count")
		require.ErrorIs(t, w.createToken(w.token(), two), token.ErrTooManyTokens)
		require.ErrorIs(t, b.Tokens().Reactivate(t.Context(), w.org, off, two, w.rec("token.reactivate")),
			token.ErrTooManyTokens)
		r := w.rotation(first)
		r.Grant = two
		require.NoError(t, b.Tokens().Rotate(t.Context(), w.org, r, w.rec("token.rotate")), "it takes a place that was taken")
		again := w.rotation(r.New)
		again.Grant = two
		require.ErrorIs(t, b.Tokens().Rotate(t.Context(), w.org, again, w.rec("token.rotate")), token.ErrTooManyTokens)
	})
	t.Run("nor when they are created at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		errs := atOnce(t, 8, func(context.Context, int) error { return w.createToken(w.token(), token.Grant{Limit: 3}) })
		require.Len(t, succeeded(t, errs, token.ErrTooManyTokens), 3)
	})
}

func testTokenRename(t *testing.T, b storage.Backend, c *ids) {
	t.Run("replaces the name of the version that was read, and nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := w.addToken(w.token())
		require.NoError(t, b.Tokens().Touch(t.Context(), w.org, []token.Use{{TokenID: made.ID, At: epoch}}))
		want := w.token()
		want.ID, want.Name, want.UpdatedAt, want.State = made.ID, "é", epoch.Add(time.Second), token.Deactivated
		want.Permissions, want.ExpiresAt = admin.Permissions(people.PermissionUsersWrite), epoch
		require.NoError(t, b.Tokens().Rename(t.Context(), w.org, want, w.rec("token.rename")))
		after := made
		after.Name, after.UpdatedAt, after.LastUsedAt, after.Version = "é", epoch.Add(time.Second), epoch, 2
		require.Equal(t, after, w.getToken(made.ID))
		require.ErrorIs(t, b.Tokens().Rename(t.Context(), w.org, want, w.rec("token.rename")), admin.ErrConflict)
		require.Equal(t, after, w.getToken(made.ID))
	})
	t.Run("refuses what is deleted or missing", func(t *testing.T) {
		w := newWorld(t, b, c)
		gone := w.token()
		gone.State = token.Deleted
		w.addToken(gone)
		require.ErrorIs(t, b.Tokens().Rename(t.Context(), w.org, gone, w.rec("token.rename")), token.ErrDeleted)
		require.ErrorIs(t, b.Tokens().Rename(t.Context(), w.org, w.token(), w.rec("token.rename")), admin.ErrNotFound)
	})
}

func testTokenReactivate(t *testing.T, b storage.Backend, c *ids) {
	reactivate := func(w *world, x token.Token) error {
		return b.Tokens().Reactivate(t.Context(), w.org, x, token.Grant{Limit: 1000}, w.rec("token.reactivate"))
	}
	t.Run("switches on the version that was read, and changes nothing else", func(t *testing.T) {
		w := newWorld(t, b, c)
		off := w.token()
		off.State = token.Deactivated
		w.addToken(off)
		want := off
		want.Name, want.UpdatedAt = "another", epoch.Add(time.Second)
		require.NoError(t, reactivate(w, want))
		off.State, off.UpdatedAt, off.Version = token.Active, epoch.Add(time.Second), 2
		require.Equal(t, off, w.getToken(off.ID))
		require.ErrorIs(t, reactivate(w, want), admin.ErrConflict)
	})
	t.Run("does not bring back what is deleted", func(t *testing.T) {
		w := newWorld(t, b, c)
		gone := w.token()
		gone.State = token.Deleted
		w.addToken(gone)
		require.ErrorIs(t, reactivate(w, gone), token.ErrDeleted)
		require.Equal(t, gone, w.getToken(gone.ID))
		found, err := w.findToken(w.hash(gone.ID.String()).Digest)
		require.NoError(t, err)
		require.Equal(t, gone.Bearer(), found.Token, "its secret is still recognized")
		require.ErrorIs(t, reactivate(w, w.token()), admin.ErrNotFound)
	})
	t.Run("needs the user who answers for the token to be active", func(t *testing.T) {
		w := newWorld(t, b, c)
		member := w.member(t, "member", people.Developer)
		hers := w.token()
		hers.UserID = member.ID
		w.addToken(hers)
		member.Status = people.UserDeactivated
		require.NoError(t, w.updateAccess(member, "user.deactivate"))
		hers = w.getToken(hers.ID)
		require.ErrorIs(t, reactivate(w, hers), token.ErrUserNotActive)
		require.Equal(t, hers, w.getToken(hers.ID))
	})
}

func testTokenRotate(t *testing.T, b storage.Backend, c *ids) {
	t.Run("adds the new token and ends the old one", func(t *testing.T) {
		w := newWorld(t, b, c)
		old := w.addToken(w.token())
		r := w.rotation(old)
		want := r
		want.Old.Name, want.Old.State = "another", token.Deleted
		require.NoError(t, b.Tokens().Rotate(t.Context(), w.org, want, w.rec("token.rotate")))
		r.Old.Version = 2
		require.Equal(t, r.Old, w.getToken(old.ID))
		require.Equal(t, r.New, w.getToken(r.New.ID))
		found, err := w.findToken(r.Hash.Digest)
		require.NoError(t, err)
		require.Equal(t, r.New.Bearer(), found.Token)
	})
	t.Run("changes nothing if it is refused", func(t *testing.T) {
		w := newWorld(t, b, c)
		off, gone, another := w.token(), w.token(), w.addToken(w.token())
		off.State, gone.State = token.Deactivated, token.Deleted
		w.addToken(off)
		w.addToken(gone)
		replaced := w.addToken(w.token())
		first := w.rotation(replaced)
		require.NoError(t, b.Tokens().Rotate(t.Context(), w.org, first, w.rec("token.rotate")))
		stale := w.addToken(w.token())
		stale.Version = 2
		for reason, tc := range map[string]struct {
			old  token.Token
			hash token.Hash
			want error
		}{
			"switched off":       {old: off, want: token.ErrDeactivated},
			"deleted":            {old: gone, want: token.ErrDeleted},
			"already replaced":   {old: replaced, want: token.ErrRotated},
			"of another version": {old: stale, want: admin.ErrConflict},
			"missing":            {old: w.token(), want: admin.ErrNotFound},
			"digest is taken":    {old: another, hash: w.hash(off.ID.String()), want: admin.ErrExists},
		} {
			r := w.rotation(tc.old)
			if tc.hash != (token.Hash{}) {
				r.Hash = tc.hash
			}
			require.ErrorIs(t, b.Tokens().Rotate(t.Context(), w.org, r, w.rec("token.rotate")), tc.want, reason)
			_, err := b.Tokens().Get(t.Context(), w.org, r.New.ID)
			require.ErrorIs(t, err, admin.ErrNotFound, reason)
		}
		require.Equal(t, another, w.getToken(another.ID))
	})
	t.Run("has one winner", func(t *testing.T) {
		w := newWorld(t, b, c)
		old := w.addToken(w.token())
		errs := atOnce(t, 8, func(ctx context.Context, _ int) error {
			return b.Tokens().Rotate(ctx, w.org, w.rotation(old), w.rec("token.rotate"))
		})
		require.Len(t, succeeded(t, errs, token.ErrRotated), 1)
		active, err := b.Tokens().List(t.Context(), w.org, token.Filter{State: token.Active}, epoch, page[uuid.UUID](100))
		require.NoError(t, err)
		require.Len(t, active, 2)
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
	t.Run("those of no other organization", func(t *testing.T) {
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
	require.Equal(t, to, found.Hash)
	require.Equal(t, made.Bearer(), found.Token)
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
