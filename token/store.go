package token

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps an organization's tokens and the digests of their secrets. A method that takes an audit
// record commits it together with its write, or neither. Touch and Rehash are bookkeeping of
// verification and leave no record. No method removes a token or lets it do more or live longer.
//
// Create, Reactivate, Rotate, End, DeactivateBy and people.UserStore.UpdateAccess must exclude each other
// within an organization from their first read to their commit: no token may be missed that is created
// meanwhile, and none be created by a user or a token that is being switched off. What they read must be the
// latest, also in a transaction of the host's that has read something before.
type Store interface {
	// Create adds t, found by h, if g ([Grant]) holds when this commits, or fails with the error of g. It
	// fails with [admin.ErrExists] if the organization has the id, or if any token of any organization has the
	// digest, deleted ones included.
	Create(ctx context.Context, org admin.OrgID, t Token, h Hash, g Grant, rec admin.Record) error

	// Get returns the token in any state, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Token, error)

	// WithUser is Get with the user who answers for the token, both as of one moment; the zero UserAccess
	// if no user does.
	WithUser(ctx context.Context, org admin.OrgID, id uuid.UUID) (Token, UserAccess, error)

	// User returns a user of the organization, or [admin.ErrNotFound].
	User(ctx context.Context, org admin.OrgID, id uuid.UUID) (UserAccess, error)

	// List returns at most seek.Limit tokens that match f at now, newest first (descending id), that come
	// after seek.After in that order. It goes along the tokens of one user and state; ExpiringBefore and
	// UnusedSince are checked one by one.
	List(ctx context.Context, org admin.OrgID, f Filter, now time.Time, seek admin.Seek[uuid.UUID]) ([]Token, error)

	// Rename replaces the token with what [Token.Renamed] makes of it and t, and returns the errors of
	// that, or [admin.ErrNotFound].
	Rename(ctx context.Context, org admin.OrgID, t Token, rec admin.Record) error

	// Reactivate replaces the token with what [Token.Reactivated] makes of it and t, if g holds and if the
	// user who answers for the token, if there is one, is active when this commits. It fails with
	// [admin.ErrNotFound], with the error of g, with that of Reactivated, and with [ErrUserNotActive].
	Reactivate(ctx context.Context, org admin.OrgID, t Token, g Grant, rec admin.Record) error

	// Rotate replaces the token r.Old with what [Token.Rotated] makes of it, and adds r.New, if r.Grant
	// holds when this commits; r.Old does not count against its Limit. It fails with [admin.ErrNotFound], with
	// the error of the Grant, with that of Rotated, and with [admin.ErrExists] as Create does.
	Rotate(ctx context.Context, org admin.OrgID, r Rotation, rec admin.Record) error

	// End ends the tokens that [Ending.Walk] walks to and returns how many changed: if e.State is
	// [Deactivated] those that are [Active], else all that are not [Deleted]. It sets their State and
	// UpdatedAt and raises their Version by one. It fails with [admin.ErrNotFound], with [ErrDeleted] if
	// the token itself is deleted and e.State is not, and with the error of [Ending.Covers]; then nothing
	// changes. If there is nothing to change the record is not kept.
	End(ctx context.Context, org admin.OrgID, e Ending, rec admin.Record) (int, error)

	// DeactivateBy is End with the State [Deactivated] for the tokens that an actor created, those that
	// these created, and so on: for a user all that the user answers for, for the system all that no user
	// answers for, for a token those that [EachCreator] walks to, not itself. e.Token and e.KeepChildren
	// are ignored. The record is kept even if there are none.
	DeactivateBy(ctx context.Context, org admin.OrgID, actor admin.Actor, e Ending, rec admin.Record) (int, error)

	// ByDigest returns the [Bearer] of the token, of any organization and in any state, that is found by digest, or
	// [admin.ErrNotFound]; with it the user who answers for it, as of the same moment. Digests compare byte by
	// byte. It is the only method that crosses organizations: a secret does not say whose it is.
	ByDigest(ctx context.Context, digest admin.SecretDigest) (Stored, error)

	// Touch sets LastUsedAt of each token in uses to the use's At, if [Use.Notable] reports that it is worth
	// noting, in a constant number of statements for up to 64 uses. The Version stays. A token is in uses
	// once at most; those that the organization does not have are left out.
	Touch(ctx context.Context, org admin.OrgID, uses []Use) error

	// Rehash makes a token that is found by from be found by to instead. The Version stays. It does
	// nothing if the token is not found by from, or does not exist. It fails with [admin.ErrExists] if
	// another token has the digest.
	Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, from, to Hash) error
}

// Stored is what [Store.ByDigest] finds: a token's [Bearer], its organization, the hash that it is found by, and the
// user who answers for it, without the Epoch. User has no more than Suspended if no user does.
type Stored struct {
	Org   admin.OrgID
	Token Bearer
	Hash  Hash
	User  UserAccess
	// Texts are the ids of the token and of its user as text, which a storage that has them at hand may give.
	// Without them they are made again with every request.
	Texts IDTexts
}

// UserAccess is what decides what a user may do at a moment.
type UserAccess struct {
	ID     uuid.UUID
	Active bool
	Role   string
	// Custom are the permissions of the organization's own role of that name; empty if there is none.
	Custom admin.PermissionSet
	// Epoch is the credential's: it rises when the password, the role or the status changes.
	Epoch int64
	// Suspended reports whether the organization is suspended, so that none of its tokens is accepted. It is there for
	// a token that no user answers for too.
	Suspended bool
}

// Grant is what the service has seen when it let an actor grant permissions to a token, and which must hold
// still when that commits, so that no token comes from an actor who is being switched off. Adapters fail
// with [ErrCreatorNotActive] unless the token TokenID is [Active], then with [admin.ErrConflict] unless the
// credential of the user UserID has the Epoch UserEpoch, then with the error of [CheckLive].
type Grant struct {
	TokenID   uuid.UUID // the token that acts; zero if none does
	UserID    uuid.UUID // the user who answers for what is done; zero if none does
	UserEpoch int64
	Limit     int // for CheckLive
}

// CheckLive fails with [ErrTooManyTokens] if an organization has limit tokens that are valid: [Active] and
// not expired when the token is updated that shall become one. Adapters call it.
func CheckLive(live, limit int) error {
	if live >= limit {
		return ErrTooManyTokens
	}
	return nil
}

// Rotation is the input of [Store.Rotate].
type Rotation struct {
	Old  Token // with the ExpiresAt, RotatedTo and UpdatedAt to write and the ID and Version to compare
	New  Token
	Hash Hash // of New
	Grant
}

// Ending is the input of [Store.End] and [Store.DeactivateBy].
type Ending struct {
	Token        uuid.UUID
	State        State // Deactivated or Deleted
	At           time.Time
	KeepChildren bool
	// Within, if not nil, are the permissions that the tokens to end must not have more than.
	Within *admin.PermissionSet
}

// Covers fails with [admin.ErrForbidden] if a token that is to be ended has a permission that is not Within.
func (e Ending) Covers(t Token) error {
	if e.Within == nil {
		return nil
	}
	if lacks := e.Within.Missing(t.Permissions); len(lacks) > 0 {
		return fmt.Errorf("token %s may do more: it takes the permission %s or %s to end it: %w",
			t.ID, admin.Permissions(lacks...), PermissionRevoke, admin.ErrForbidden)
	}
	return nil
}

// Ends reports whether the ending changes a token in this state.
func (e Ending) Ends(s State) bool { return s != Deleted && s != e.State }

// Walk calls one with the id of the token, which ends it and returns it; then, unless e.KeepChildren,
// created as [EachCreator] does, which ends the tokens that an actor created and returns them. It goes on
// with the token that this one replaces, which is the same one by another secret, and so on.
func (e Ending) Walk(one func(id uuid.UUID) (Token, error), created func(admin.Actor) ([]Token, error)) error {
	for id := e.Token; ; {
		t, err := one(id)
		if err != nil {
			return err
		}
		if !e.KeepChildren {
			if err := EachCreator(t.Actor(), created); err != nil {
				return err
			}
		}
		if id = t.RotatedFrom; id == uuid.Nil {
			return nil
		}
	}
}

// Use is a use of a token, to be noted by [Store.Touch].
type Use struct {
	TokenID uuid.UUID
	At      time.Time
}

// UsedEvery is the precision of LastUsedAt: a token in constant use costs one write in this time.
const UsedEvery = time.Minute

// Notable reports whether the use is to be noted for t: whether it is at least [UsedEvery] after the last one
// that was. So a clock that is behind does not turn LastUsedAt back.
func (u Use) Notable(t Token) bool { return notable(t.LastUsedAt, u.At) }

func notable(last, now time.Time) bool { return last.IsZero() || now.Sub(last) >= UsedEvery }

// EachCreator calls visit with actor, then with each token descended from it that could create others
// ([PermissionWrite]). visit returns the tokens that creator created, in any state. Adapters implement
// [Store.DeactivateBy] with it.
func EachCreator(actor admin.Actor, visit func(creator admin.Actor) (created []Token, err error)) error {
	for creators := []admin.Actor{actor}; len(creators) > 0; creators = creators[1:] {
		created, err := visit(creators[0])
		if err != nil {
			return err
		}
		for _, t := range created {
			if t.Permissions.Has(PermissionWrite) {
				creators = append(creators, t.Actor())
			}
		}
	}
	return nil
}
