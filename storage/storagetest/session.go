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
	"github.com/admincenter/admincenter/storage"
)

// session returns a session of a user that begins at epoch, for a day.
func (w *world) session(u people.User, name string) people.KeptSession {
	return people.KeptSession{
		ID: w.id(), UserID: u.ID, Label: w.mark(name), Source: "2001:db8::1", CreatedAt: epoch,
		AuthenticatedAt: epoch.Add(-time.Second), LastSeenAt: epoch, ExpiresAt: epoch.Add(24 * time.Hour), Epoch: 1,
	}
}

// bounds are those at an instant: an hour idle, and 100 sessions.
func bounds(now time.Time) people.SessionBounds {
	return people.SessionBounds{Now: now, SeenAfter: now.Add(-time.Hour), PerUser: 100}
}

// begun creates a session.
func (w *world) begun(t *testing.T, u people.User, name string) people.KeptSession {
	t.Helper()
	k := w.session(u, name)
	err := w.b.Sessions().Create(t.Context(), w.org, k, w.digest(name), bounds(epoch), w.rec("session.start"))
	require.NoError(t, err)
	return k
}

func sessionCalls() map[string]call {
	return map[string]call{
		"Sessions.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			k := w.session(w.seeds.people.member, "another session")
			return nil, s.Sessions().Create(ctx, org, k, w.digest("another session"), bounds(epoch), rec)
		},
		"Sessions.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			return s.Sessions().Get(ctx, org, w.seeds.people.session.ID)
		},
		"Sessions.ByDigest": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			o, err := s.Sessions().ByDigest(ctx, org, w.digest("session"))
			return fmt.Sprint(o.Session, revealed(o.Member)), err
		},
		"Sessions.OfUser": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Sessions().OfUser(ctx, org, w.seeds.people.member.ID, bounds(epoch))
		},
		"Sessions.Replace": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			k := w.seeds.people.session
			k.AuthenticatedAt = epoch.Add(time.Minute)
			return nil, s.Sessions().Replace(ctx, org, k, w.digest("session"), w.digest("replaced"), rec)
		},
		"Sessions.Touch": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return nil, s.Sessions().Touch(ctx, org, w.seeds.people.session.ID, epoch.Add(time.Minute), epoch)
		},
		"Sessions.End": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Sessions().End(ctx, org, w.seeds.people.session.ID, rec)
		},
		"Sessions.EndAll": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Sessions().EndAll(ctx, org, w.seeds.people.member.ID, rec)
		},
		"Sessions.EndOthers": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Sessions().EndOthers(ctx, org, w.seeds.people.session, rec)
		},
	}
}

// sessionSuite is the port with what its cases share.
type sessionSuite struct {
	b storage.Backend
	c *ids
}

func testSessions(t *testing.T, open Open) {
	s := sessionSuite{open(t), &ids{}}
	s.c.n.Store(12 << 40)
	for _, tc := range []struct {
		reason string
		test   func(*testing.T, *world)
	}{
		{"returns what was created, by id, by digest and by user", s.testReturns},
		{"refuses an id or a digest that is taken", s.testTaken},
		{"begins none at another epoch than the credential's", s.testEpoch},
		{"removes what has ended when the user begins another", s.testPurge},
		{"ends the oldest beyond the number of a user", s.testOldest},
		{"lists what has not ended at an instant, newest first", s.testList},
		{"replaces the secret once", s.testReplace},
		{"notes a use that is later than an instant", s.testTouch},
		{"is ended once", s.testEnd},
		{"ends all of a user and raises the epoch", s.testEndAll},
		{"ends the others and keeps one at the new epoch", s.testEndOthers},
		{"revives no session that has ended by the epoch", s.testNoRevival},
	} {
		t.Run(tc.reason, func(t *testing.T) { tc.test(t, newWorld(t, s.b, s.c)) })
	}
	t.Run("Races", func(t *testing.T) { s.testRaces(t) })
}

// requireOwner checks that a digest is that of a session of the first user, whose credential has an epoch.
func (s sessionSuite) requireOwner(t *testing.T, w *world, secret string, k people.KeptSession, epoch int64) {
	t.Helper()
	o, err := s.b.Sessions().ByDigest(t.Context(), w.org, w.digest(secret))
	require.NoError(t, err)
	require.Equal(t, k, o.Session)
	m, err := s.b.Users().Member(t.Context(), w.org, w.first.ID)
	require.NoError(t, err)
	require.Equal(t, revealed(m), revealed(o.Member))
	require.Equal(t, epoch, o.Credential.Epoch)
}

func (s sessionSuite) requireNone(t *testing.T, w *world, secret string) {
	t.Helper()
	_, err := s.b.Sessions().ByDigest(t.Context(), w.org, w.digest(secret))
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func (s sessionSuite) list(t *testing.T, w *world, b people.SessionBounds) []people.KeptSession {
	t.Helper()
	ks, err := s.b.Sessions().OfUser(t.Context(), w.org, w.first.ID, b)
	require.NoError(t, err)
	return ks
}

func (s sessionSuite) testReturns(t *testing.T, w *world) {
	k := w.begun(t, w.first, "Zoë")
	got, err := s.b.Sessions().Get(t.Context(), w.org, k.ID)
	require.NoError(t, err)
	require.Equal(t, k, got)
	s.requireOwner(t, w, "Zoë", k, 1)
	require.Equal(t, []people.KeptSession{k}, s.list(t, w, bounds(epoch)))

	unknown := w.session(w.first, "unknown")
	unknown.AuthenticatedAt, unknown.Source, unknown.Label = time.Time{}, "", ""
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, unknown, w.digest("unknown"), bounds(epoch),
		w.rec("session.start")))
	s.requireOwner(t, w, "unknown", unknown, 1)

	s.requireNone(t, w, "nothing")
	_, err = s.b.Sessions().Get(t.Context(), w.org, w.id())
	require.ErrorIs(t, err, admin.ErrNotFound)
	none, err := s.b.Sessions().OfUser(t.Context(), w.org, w.id(), bounds(epoch))
	require.NoError(t, err)
	require.Empty(t, none)
}

func (s sessionSuite) testTaken(t *testing.T, w *world) {
	k := w.begun(t, w.first, "one")
	again := w.session(w.first, "two")
	create := func(secret string) error {
		return s.b.Sessions().Create(t.Context(), w.org, again, w.digest(secret), bounds(epoch), w.rec("session.start"))
	}
	require.ErrorIs(t, create("one"), admin.ErrExists)
	again.ID = k.ID
	require.ErrorIs(t, create("two"), admin.ErrExists)
	s.requireOwner(t, w, "one", k, 1)
}

func (s sessionSuite) testEpoch(t *testing.T, w *world) {
	k := w.session(w.first, "one")
	create := func() error {
		return s.b.Sessions().Create(t.Context(), w.org, k, w.digest("one"), bounds(epoch), w.rec("session.start"))
	}
	for _, epoch := range []int64{0, 2} {
		k.Epoch = epoch
		require.ErrorIs(t, create(), admin.ErrConflict)
	}
	k.Epoch, k.UserID = 1, w.id()
	require.ErrorIs(t, create(), admin.ErrNotFound)
	s.requireNone(t, w, "one")
}

func (s sessionSuite) testPurge(t *testing.T, w *world) {
	member := w.member(t, "member", people.Developer)
	begun := func(name string, change func(*people.KeptSession)) people.KeptSession {
		k := w.session(w.first, name)
		change(&k)
		require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, k, w.digest(name), bounds(epoch.Add(-time.Hour)),
			w.rec("session.start")))
		return k
	}
	now := epoch.Add(30 * time.Minute)
	begun("expired", func(k *people.KeptSession) { k.ExpiresAt = now })
	begun("idle", func(k *people.KeptSession) { k.LastSeenAt = now.Add(-time.Hour) })
	live := begun("live", func(k *people.KeptSession) {
		k.ExpiresAt, k.LastSeenAt = now.Add(time.Microsecond), now.Add(time.Microsecond-time.Hour)
	})
	others := w.begun(t, member, "of another user")
	k := w.session(w.first, "new")
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, k, w.digest("new"), bounds(now), w.rec("session.start")))
	s.requireNone(t, w, "expired")
	s.requireNone(t, w, "idle")
	s.requireOwner(t, w, "live", live, 1)
	got, err := s.b.Sessions().Get(t.Context(), w.org, others.ID)
	require.NoError(t, err)
	require.Equal(t, others, got)

	c := people.Credential{UserID: w.first.ID, Hash: w.passwordHash("new"), Epoch: 1, ChangedAt: epoch}
	require.NoError(t, s.b.Users().SetPassword(t.Context(), w.org, c, w.rec("user.change_password")))
	require.Empty(t, s.list(t, w, bounds(now)), "the epoch has ended them")
	s.requireOwner(t, w, "new", k, 2)
	next := w.session(w.first, "next")
	next.Epoch = 2
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, next, w.digest("next"), bounds(now),
		w.rec("session.start")))
	s.requireNone(t, w, "new")
	s.requireOwner(t, w, "next", next, 2)
}

func (s sessionSuite) testOldest(t *testing.T, w *world) {
	member := w.member(t, "member", people.Developer)
	others := w.begun(t, member, "of another user")
	var made []people.KeptSession
	for i := range 5 {
		made = append(made, w.begun(t, w.first, fmt.Sprint("session ", i)))
	}
	b := bounds(epoch)
	b.PerUser = 3
	k := w.session(w.first, "new")
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, k, w.digest("new"), b, w.rec("session.start")))
	require.Equal(t, []people.KeptSession{k, made[4], made[3]}, s.list(t, w, bounds(epoch)))
	_, err := s.b.Sessions().Get(t.Context(), w.org, others.ID)
	require.NoError(t, err)
	b.PerUser = 1
	last := w.session(w.first, "last")
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, last, w.digest("last"), b, w.rec("session.start")))
	require.Equal(t, []people.KeptSession{last}, s.list(t, w, bounds(epoch)))
}

func (s sessionSuite) testList(t *testing.T, w *world) {
	long, short := w.begun(t, w.first, "long"), w.session(w.first, "short")
	short.ExpiresAt, short.LastSeenAt = epoch.Add(time.Hour), epoch.Add(30*time.Minute)
	require.NoError(t, s.b.Sessions().Create(t.Context(), w.org, short, w.digest("short"), bounds(epoch),
		w.rec("session.start")))
	at := func(now, seen time.Duration, perUser int) people.SessionBounds {
		return people.SessionBounds{Now: epoch.Add(now), SeenAfter: epoch.Add(seen), PerUser: perUser}
	}
	for _, tc := range []struct {
		reason string
		bounds people.SessionBounds
		want   []people.KeptSession
	}{
		{"all", at(0, -time.Hour, 100), []people.KeptSession{short, long}},
		{"as many as asked for", at(0, -time.Hour, 1), []people.KeptSession{short}},
		{"just before one expires", at(time.Hour-time.Microsecond, -time.Hour, 100), []people.KeptSession{short, long}},
		{"when one expires", at(time.Hour, -time.Hour, 100), []people.KeptSession{long}},
		{"just before one is idle for too long", at(0, -time.Microsecond, 100), []people.KeptSession{short, long}},
		{"when one is idle for too long", at(0, 0, 100), []people.KeptSession{short}},
		{"when all have ended", at(time.Hour, 0, 100), nil},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, s.list(t, w, tc.bounds)) })
	}
}

func (s sessionSuite) testReplace(t *testing.T, w *world) {
	k, other := w.begun(t, w.first, "old"), w.begun(t, w.first, "other")
	replace := func(k people.KeptSession, old, renewed string) error {
		return s.b.Sessions().Replace(t.Context(), w.org, k, w.digest(old), w.digest(renewed), w.rec("session.replace"))
	}
	require.ErrorIs(t, replace(k, "old", "other"), admin.ErrExists)
	s.requireOwner(t, w, "old", k, 1)
	asked := k
	asked.AuthenticatedAt, asked.LastSeenAt = epoch.Add(time.Minute), epoch.Add(2*time.Minute)
	asked.UserID, asked.Label, asked.ExpiresAt, asked.Epoch = w.id(), "other", epoch.Add(1000*time.Hour), 7
	require.NoError(t, replace(asked, "old", "renewed"))
	k.AuthenticatedAt, k.LastSeenAt = asked.AuthenticatedAt, asked.LastSeenAt
	s.requireOwner(t, w, "renewed", k, 1)
	s.requireNone(t, w, "old")
	require.ErrorIs(t, replace(k, "old", "again"), admin.ErrConflict)
	k.ID = w.id()
	require.ErrorIs(t, replace(k, "renewed", "again"), admin.ErrNotFound)
	s.requireOwner(t, w, "other", other, 1)
}

func (s sessionSuite) testTouch(t *testing.T, w *world) {
	k, other := w.begun(t, w.first, "one"), w.begun(t, w.first, "other")
	touch := func(id uuid.UUID, at, before time.Time) {
		t.Helper()
		require.NoError(t, s.b.Sessions().Touch(t.Context(), w.org, id, at, before))
	}
	touch(k.ID, epoch.Add(time.Minute), epoch.Add(-time.Microsecond))
	s.requireOwner(t, w, "one", k, 1)
	touch(k.ID, epoch.Add(time.Minute), epoch)
	k.LastSeenAt = epoch.Add(time.Minute)
	s.requireOwner(t, w, "one", k, 1)
	touch(w.id(), epoch.Add(time.Hour), epoch.Add(time.Hour))
	s.requireOwner(t, w, "other", other, 1)
}
