package memory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type sessions struct{ access }

// session is a session with the digest of its secret.
type session struct {
	people.KeptSession
	digest admin.SecretDigest
}

func (s sessions) Create(
	ctx context.Context, org admin.OrgID, k people.KeptSession, digest admin.SecretDigest, b people.SessionBounds,
	rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		c, ok := t.credentials.get(k.UserID)
		if !ok {
			return missing("user")
		}
		if c.Epoch != k.Epoch {
			return conflict("credential")
		}
		t.endSessions(j, k.UserID, func(o people.KeptSession) bool { return b.Ended(o) || o.Epoch != k.Epoch })
		left := t.sessionsOf(k.UserID)
		for i := 0; i < len(left)+1-b.PerUser && i < len(left); i++ {
			t.sessions.remove(j, left[i].ID)
		}
		if _, ok := t.sessions.find(func(o session) bool { return o.ID == k.ID || o.digest == digest }); ok {
			return taken("session")
		}
		t.sessions.put(j, k.ID, session{k, digest})
		return nil
	})
}

// sessionsOf returns every session of a user, oldest first.
func (t *tenant) sessionsOf(user uuid.UUID) []session {
	return t.sessions.ascending(uuid.Nil, len(t.sessions.order), func(o session) bool { return o.UserID == user })
}

// endSessions removes the sessions of a user that match.
func (t *tenant) endSessions(j *journal, user uuid.UUID, match func(people.KeptSession) bool) {
	for _, o := range t.sessionsOf(user) {
		if match(o.KeptSession) {
			t.sessions.remove(j, o.ID)
		}
	}
}

func (s sessions) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (k people.KeptSession, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.sessions.get(id)
		if !ok {
			return missing("session")
		}
		k = found.KeptSession
		return nil
	})
	return k, err
}

func (s sessions) ByDigest(
	ctx context.Context, org admin.OrgID, digest admin.SecretDigest,
) (o people.SessionOwner, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		found, ok := t.sessions.find(func(o session) bool { return o.digest == digest })
		if !ok {
			return missing("session")
		}
		o.Session = found.KeptSession
		u, _ := t.users.get(found.UserID)
		o.Member = t.member(u)
		return nil
	})
	return o, err
}

func (s sessions) OfUser(
	ctx context.Context, org admin.OrgID, user uuid.UUID, b people.SessionBounds,
) (out []people.KeptSession, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		c, _ := t.credentials.get(user)
		for _, o := range t.sessions.descending(uuid.Nil, b.PerUser, func(o session) bool {
			return o.UserID == user && o.Epoch == c.Epoch && !b.Ended(o.KeptSession)
		}) {
			out = append(out, o.KeptSession)
		}
		return nil
	})
	return out, err
}

func (s sessions) Replace(
	ctx context.Context, org admin.OrgID, k people.KeptSession, old, renewed admin.SecretDigest, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		o, ok := t.sessions.get(k.ID)
		if !ok {
			return missing("session")
		}
		if o.digest != old {
			return conflict("session")
		}
		if _, ok := t.sessions.find(func(o session) bool { return o.ID != k.ID && o.digest == renewed }); ok {
			return taken("session")
		}
		o.digest, o.AuthenticatedAt, o.LastSeenAt = renewed, k.AuthenticatedAt, k.LastSeenAt
		t.sessions.put(j, k.ID, o)
		return nil
	})
}

func (s sessions) Touch(ctx context.Context, org admin.OrgID, id uuid.UUID, at, before time.Time) error {
	return s.hold(ctx, func() error {
		t, ok := s.b.tenants[org]
		if !ok {
			return nil
		}
		return s.b.atomically(func() error {
			if o, ok := t.sessions.get(id); ok && !o.LastSeenAt.After(before) {
				o.LastSeenAt = at
				t.sessions.put(&s.b.journal, id, o)
			}
			return nil
		})
	})
}

func (s sessions) End(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.sessions.get(id); !ok {
			return missing("session")
		}
		t.sessions.remove(j, id)
		return nil
	})
}

func (s sessions) EndAll(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		c, ok := t.credentials.get(user)
		if !ok {
			return missing("user")
		}
		t.raiseEpoch(j, c)
		return nil
	})
}

func (s sessions) EndOthers(ctx context.Context, org admin.OrgID, k people.KeptSession, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		c, ok := t.credentials.get(k.UserID)
		if !ok {
			return missing("user")
		}
		if c.Epoch != k.Epoch {
			return conflict("credential")
		}
		if o, ok := t.sessions.get(k.ID); ok && o.UserID == k.UserID && o.Epoch == c.Epoch {
			o.Epoch++
			t.sessions.put(j, o.ID, o)
		}
		t.raiseEpoch(j, c)
		return nil
	})
}

// raiseEpoch raises the epoch of a credential, and removes the sessions of the user that have another.
func (t *tenant) raiseEpoch(j *journal, c people.Credential) {
	c.Epoch++
	t.credentials.put(j, c.UserID, c)
	t.endSessions(j, c.UserID, func(o people.KeptSession) bool { return o.Epoch != c.Epoch })
}
