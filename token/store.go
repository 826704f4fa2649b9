package token

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps an organization's tokens and the digests of their secrets. A method that takes an audit
// record commits it together with its write, or neither. Touch and Rehash are bookkeeping of
// verification and leave no record. No method removes a token or changes what it may do.
type Store interface {
	// Create adds t, found by h. If t.CreatedBy is a token, that token must exist and be [Active] when
	// this commits, or Create fails with [ErrCreatorNotActive], before any other error: a token that is
	// being switched off creates nothing. It fails with [admin.ErrExists] if the organization has the
	// id, or if any token of any organization has the digest, deleted ones included.
	Create(ctx context.Context, org admin.OrgID, t Token, h Hash, rec admin.Record) error

	// Get returns the token in any state, or [admin.ErrNotFound].
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Token, error)

	// List returns at most seek.Limit tokens that match f, newest first (descending id), that come
	// after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Token, error)

	// Update replaces the token with what [Token.Updated] makes of it and t, and returns the errors of
	// that, or [admin.ErrNotFound].
	Update(ctx context.Context, org admin.OrgID, t Token, rec admin.Record) error

	// DeactivateBy makes every [Active] token that actor created [Deactivated], those that tokens of
	// actor created in turn, and so on through tokens in any state ([EachCreator]). It sets their
	// UpdatedAt to at, raises their Version by one, and returns their number. The record is kept even
	// if there are none.
	DeactivateBy(ctx context.Context, org admin.OrgID, actor admin.Actor, at time.Time, rec admin.Record) (int, error)

	// ByDigest returns the token, of any organization and in any state, that is found by digest, or
	// [admin.ErrNotFound]. Digests compare byte by byte. It is the only method that crosses organizations: a
	// secret does not say whose it is.
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

// Stored is a token as it is kept, with its organization and the hash that it is found by.
type Stored struct {
	Org   admin.OrgID
	Token Token
	Hash  Hash
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
func (u Use) Notable(t Token) bool {
	return t.LastUsedAt.IsZero() || u.At.Sub(t.LastUsedAt) >= UsedEvery
}

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
