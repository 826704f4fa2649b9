package people

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// KeptSession is a session of a user that the library keeps, for one browser or device. Its secret is 256
// random bits, which [Service.KeepSession] returns once: the host puts it in a cookie.
type KeptSession struct {
	ID     uuid.UUID `json:"id"`
	UserID uuid.UUID `json:"userId"`
	// Label is what the user knows the session by, such as the browser's User-Agent; Source is where it
	// began, such as a network address.
	Label  string `json:"label,omitempty"`
	Source string `json:"source,omitempty"`

	CreatedAt time.Time `json:"createdAt,omitzero"`
	// AuthenticatedAt is when the user last proved who they are; zero if the host did not know.
	AuthenticatedAt time.Time `json:"authenticatedAt,omitzero"`
	// LastSeenAt is when the session was last used. It is written once a minute at most, and more often
	// if SessionRules.Idle is below 4 minutes.
	LastSeenAt time.Time `json:"lastSeenAt,omitzero"`
	// ExpiresAt is when the session ends, however much it is used.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
	// Epoch is the credential's when the session began: it ends when that rises.
	Epoch int64 `json:"-"`
}

// SessionRules limit sessions that the library keeps; the zero value is ready. The defaults are those of
// NIST SP 800-63B-4, 2.2.3 (AAL2). OWASP ASVS 5.0, 7.3, asks for both limits to be set and documented, and the
// OWASP Session Management Cheat Sheet suggests 15 to 30 minutes idle where the risk is low and 2 to 5
// where it is high.
type SessionRules struct {
	// Idle is how long a session lasts without being used; 0 means 1 hour.
	Idle time.Duration
	// Lifetime is how long a session lasts at most; 0 means 24 hours. Neither use nor authenticating again
	// extends it.
	Lifetime time.Duration
	// PerUser is the number of sessions that a user can have at the same time, at most 1,000; 0 means 20.
	// One more ends the oldest.
	PerUser int
}

// maxSessions is the largest SessionRules.PerUser, because a list of sessions has no pages.
const maxSessions = 1000

func (r SessionRules) check(p *admin.Problems) {
	checkNotNegative(p, "/sessions/idle", r.Idle)
	checkNotNegative(p, "/sessions/lifetime", r.Lifetime)
	if r.PerUser < 0 || r.PerUser > maxSessions {
		p.Add("/sessions/perUser", admin.CodeRange, "%d is not in 1 to %d: give such a number, or 0 for the default",
			r.PerUser, maxSessions)
	}
}

func (r SessionRules) withDefaults() SessionRules {
	if r.Idle == 0 {
		r.Idle = time.Hour
	}
	if r.Lifetime == 0 {
		r.Lifetime = 24 * time.Hour
	}
	if r.PerUser == 0 {
		r.PerUser = 20
	}
	return r
}

// noting returns how much later than LastSeenAt a use must be to be noted.
func (r SessionRules) noting() time.Duration { return min(time.Minute, r.Idle/4) }

// at returns the bounds at an instant.
func (r SessionRules) at(now time.Time) SessionBounds {
	return SessionBounds{Now: now, SeenAfter: admin.Instant(now.Add(-r.Idle)), PerUser: r.PerUser}
}

// SessionBounds are what decides at one instant which sessions have ended.
type SessionBounds struct {
	// Now ends those whose ExpiresAt is not after it.
	Now time.Time
	// SeenAfter ends those whose LastSeenAt is not after it.
	SeenAfter time.Time
	// PerUser is the number that a user can have.
	PerUser int
}

// Ended reports whether the session has expired or was idle for too long.
func (b SessionBounds) Ended(k KeptSession) bool {
	return !k.ExpiresAt.After(b.Now) || !k.LastSeenAt.After(b.SeenAfter)
}

// SessionOwner is a session with the [Member] that it is of, all as of one moment.
type SessionOwner struct {
	Session KeptSession
	Member
}

// SessionStore keeps sessions, by the digests of their secrets. What has ended is removed: the audit trail
// has when a session began and who ended it. Sessions that expired are removed by the next Create for their
// user.
type SessionStore interface {
	// Create adds a session. It removes the user's sessions that have ended by b or have another Epoch, and
	// then as many of the oldest, by ID, as leaves b.PerUser with the new one. It fails with
	// [admin.ErrNotFound] if there is no such user, with [admin.ErrConflict] unless the Epoch is that of the
	// user's credential, and with [admin.ErrExists] if the id or the digest is taken.
	//
	// It must lock the credential from its first read to its commit, against other calls of Create for the
	// user and against all that raises the Epoch: no session begins after what ended them all.
	Create(
		ctx context.Context, org admin.OrgID, k KeptSession, digest admin.SecretDigest, b SessionBounds, rec admin.Record,
	) error

	// Get returns a session, ended or not, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (KeptSession, error)

	// ByDigest returns the session whose secret has the digest, ended or not, or [admin.ErrNotFound].
	ByDigest(ctx context.Context, org admin.OrgID, digest admin.SecretDigest) (SessionOwner, error)

	// OfUser returns the sessions of a user that have not ended by b and have the Epoch of the user's
	// credential, in descending order of ID, at most b.PerUser.
	OfUser(ctx context.Context, org admin.OrgID, user uuid.UUID, b SessionBounds) ([]KeptSession, error)

	// Replace gives the session k.ID, whose secret has the digest old, the digest renewed and the
	// AuthenticatedAt and LastSeenAt of k. It fails with [admin.ErrNotFound], with [admin.ErrConflict] if the
	// digest is another, and with [admin.ErrExists] if renewed is taken.
	Replace(
		ctx context.Context, org admin.OrgID, k KeptSession, old, renewed admin.SecretDigest, rec admin.Record,
	) error

	// Touch sets LastSeenAt to at, if it is not after before. It is bookkeeping and leaves no audit record;
	// without such a session it does nothing.
	Touch(ctx context.Context, org admin.OrgID, id uuid.UUID, at, before time.Time) error

	// End removes a session, or fails with [admin.ErrNotFound].
	End(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error

	// EndAll removes all sessions of a user and raises the credential's Epoch by one, which ends sessions
	// that the host keeps. It fails with [admin.ErrNotFound] if there is no such user. It locks as Create
	// does.
	EndAll(ctx context.Context, org admin.OrgID, user uuid.UUID, rec admin.Record) error

	// EndOthers is EndAll for k.UserID, but keeps the session k.ID, if it exists and has k.Epoch, and gives
	// it the new Epoch. It fails with [admin.ErrConflict] unless the credential's Epoch is k.Epoch.
	EndOthers(ctx context.Context, org admin.OrgID, k KeptSession, rec admin.Record) error
}
