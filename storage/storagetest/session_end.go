package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func (s sessionSuite) testEnd(t *testing.T, w *world) {
	k, other := w.begun(t, w.first, "one"), w.begun(t, w.first, "other")
	end := func() error { return s.b.Sessions().End(t.Context(), w.org, k.ID, w.rec("session.end")) }
	require.NoError(t, end())
	require.ErrorIs(t, end(), admin.ErrNotFound)
	s.requireNone(t, w, "one")
	require.NoError(t, s.b.Sessions().Touch(t.Context(), w.org, k.ID, epoch.Add(time.Hour), epoch.Add(time.Hour)))
	require.ErrorIs(t, s.b.Sessions().Replace(t.Context(), w.org, k, w.digest("one"), w.digest("two"),
		w.rec("session.replace")), admin.ErrNotFound)
	s.requireNone(t, w, "one")
	s.requireOwner(t, w, "other", other, 1)
}

func (s sessionSuite) testEndAll(t *testing.T, w *world) {
	member := w.member(t, "member", people.Developer)
	others := w.begun(t, member, "of another user")
	for i := range 3 {
		w.begun(t, w.first, fmt.Sprint("session ", i))
	}
	end := func(id uuid.UUID) error {
		return s.b.Sessions().EndAll(t.Context(), w.org, id, w.rec("user.end_sessions"))
	}
	require.NoError(t, end(w.first.ID))
	for i := range 3 {
		s.requireNone(t, w, fmt.Sprint("session ", i))
	}
	m, err := s.b.Users().Member(t.Context(), w.org, w.first.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, m.Credential.Epoch)
	require.Equal(t, w.first, m.User, "and nothing else of the user changes")
	require.NoError(t, end(w.first.ID), "none are no error: the host may keep some")
	require.ErrorIs(t, end(w.id()), admin.ErrNotFound)
	got, err := s.b.Sessions().Get(t.Context(), w.org, others.ID)
	require.NoError(t, err)
	require.Equal(t, others, got)
}

func (s sessionSuite) testEndOthers(t *testing.T, w *world) {
	member := w.member(t, "member", people.Developer)
	others := w.begun(t, member, "of another user")
	w.begun(t, w.first, "one")
	k := w.begun(t, w.first, "kept")
	w.begun(t, w.first, "three")
	end := func(k people.KeptSession) error {
		return s.b.Sessions().EndOthers(t.Context(), w.org, k, w.rec("user.end_other_sessions"))
	}
	require.NoError(t, end(k))
	s.requireNone(t, w, "one")
	s.requireNone(t, w, "three")
	require.ErrorIs(t, end(k), admin.ErrConflict, "the epoch is another")
	k.Epoch = 2
	s.requireOwner(t, w, "kept", k, 2)
	require.Equal(t, []people.KeptSession{k}, s.list(t, w, bounds(epoch)))

	foreign := others
	foreign.UserID, foreign.Epoch = w.first.ID, 2
	require.NoError(t, end(foreign), "of another user, which is not kept and stays as it is")
	s.requireNone(t, w, "kept")
	got, err := s.b.Sessions().Get(t.Context(), w.org, others.ID)
	require.NoError(t, err)
	require.Equal(t, others, got)
	require.NoError(t, end(people.KeptSession{UserID: w.first.ID, Epoch: 3}), "none is kept")
	require.ErrorIs(t, end(people.KeptSession{UserID: w.id(), Epoch: 3}), admin.ErrNotFound)
}

func (s sessionSuite) testNoRevival(t *testing.T, w *world) {
	k := w.begun(t, w.first, "one")
	c := people.Credential{UserID: w.first.ID, Hash: w.passwordHash("new"), Epoch: 1, ChangedAt: epoch}
	require.NoError(t, s.b.Users().SetPassword(t.Context(), w.org, c, w.rec("user.change_password")))
	require.ErrorIs(t, s.b.Sessions().EndOthers(t.Context(), w.org, k, w.rec("user.end_other_sessions")),
		admin.ErrConflict)
	k.Epoch = 2 // what is asked for is not what the session has
	require.NoError(t, s.b.Sessions().EndOthers(t.Context(), w.org, k, w.rec("user.end_other_sessions")))
	s.requireNone(t, w, "one")
}

func (s sessionSuite) testRaces(t *testing.T) {
	t.Run("keeps the number of a user's sessions when many begin at the same time", func(t *testing.T) {
		w := newWorld(t, s.b, s.c)
		b := bounds(epoch)
		b.PerUser = 5
		errs := atOnce(t, 50, func(ctx context.Context, n int) error {
			name := fmt.Sprint("session ", n)
			return s.b.Sessions().Create(ctx, w.org, w.session(w.first, name), w.digest(name), b, w.rec("session.start"))
		})
		require.Len(t, succeeded(t, errs), 50)
		require.Len(t, s.list(t, w, bounds(epoch)), 5)
	})
	t.Run("replaces a secret for one of many at the same time", func(t *testing.T) {
		w := newWorld(t, s.b, s.c)
		k := w.begun(t, w.first, "old")
		errs := atOnce(t, 6, func(ctx context.Context, n int) error {
			return s.b.Sessions().Replace(ctx, w.org, k, w.digest("old"), w.digest(fmt.Sprint("secret ", n)),
				w.rec("session.replace"))
		})
		winners := succeeded(t, errs, admin.ErrConflict)
		require.Len(t, winners, 1)
		s.requireOwner(t, w, fmt.Sprint("secret ", winners[0]), k, 1)
	})
	t.Run("leaves no session that began beside what ended all", func(t *testing.T) {
		for range 20 {
			w := newWorld(t, s.b, s.c)
			errs := atOnce(t, 4, func(ctx context.Context, n int) error {
				if n == 0 {
					return s.b.Sessions().EndAll(ctx, w.org, w.first.ID, w.rec("user.end_sessions"))
				}
				name := fmt.Sprint("session ", n)
				return s.b.Sessions().Create(ctx, w.org, w.session(w.first, name), w.digest(name), bounds(epoch),
					w.rec("session.start"))
			})
			require.NoError(t, errs[0])
			succeeded(t, errs, admin.ErrConflict)
			require.Empty(t, s.list(t, w, bounds(epoch)))
			for n := range 4 {
				s.requireNone(t, w, fmt.Sprint("session ", n))
			}
		}
	})
	t.Run("does not resume after it was ended", func(t *testing.T) {
		w := newWorld(t, s.b, s.c)
		k := w.begun(t, w.first, "one")
		ended := make(chan struct{})
		errs := atOnce(t, 4, func(ctx context.Context, n int) error {
			if n == 0 {
				defer close(ended)
				return s.b.Sessions().End(ctx, w.org, k.ID, w.rec("session.end"))
			}
			for {
				over := false
				select {
				case <-ended:
					over = true
				default:
				}
				_, err := s.b.Sessions().ByDigest(ctx, w.org, w.digest("one"))
				if over {
					return err
				}
				if touched := s.b.Sessions().Touch(ctx, w.org, k.ID, epoch.Add(time.Hour), epoch.Add(time.Hour)); touched != nil {
					return touched
				}
			}
		})
		require.NoError(t, errs[0])
		for _, err := range errs[1:] {
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
	})
}
