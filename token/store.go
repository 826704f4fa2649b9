package token

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps an organization's tokens and the digests of their secrets. Each write that takes an
// audit record commits it together with the rest, or neither. Touch and Rehash are bookkeeping of
// verification and leave no record. Nothing removes a token or changes what it may do.
type Store interface {
	// Create adds t, found by h. An id that the organization has, and a digest that any token of
	// any organization has, deleted ones included, is admin.ErrExists. Where t.CreatedBy is a
	// token, that one must be there and Active when this commits, else admin.ErrForbidden, which
	// comes first: a token that is being switched off leaves nothing behind.
	Create(ctx context.Context, org admin.OrgID, t Token, h Hash, rec admin.Record) error

	// Get returns the token in whatever state, or admin.ErrNotFound.
	Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (Token, error)

	// List returns at most seek.Limit tokens that match, newest first (descending id), that come
	// after seek.After in that order.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[uuid.UUID]) ([]Token, error)

	// Update replaces State and UpdatedAt of the token whose Version is t.Version, raises that by
	// one and leaves the rest. Errors: admin.ErrNotFound, admin.ErrConflict where the Version
	// moved on, ErrDeleted where the token is deleted; see Token.Updated.
	Update(ctx context.Context, org admin.OrgID, t Token, rec admin.Record) error

	// DeactivateBy turns every Active token that actor created into Deactivated, and those that
	// tokens of theirs created, and so on through tokens in any state; sets their UpdatedAt to at
	// and raises their Version. It returns how many they were. The record is kept where they were
	// none, too. Only a token with admin.TokensWrite can have created others.
	DeactivateBy(ctx context.Context, org admin.OrgID, actor admin.Actor, at time.Time, rec admin.Record) (int, error)

	// ByDigest returns the token, of whatever organization and in whatever state, that is found by
	// one of digests, or admin.ErrNotFound. Digests compare byte by byte. There must be 1 to
	// MaxHashes of them, else admin.ErrInvalid. It is the one method that crosses organizations:
	// who presents a secret has not said whose it is.
	ByDigest(ctx context.Context, digests []Digest) (Stored, error)

	// Touch sets LastUsedAt to at unless it is set to an instant after before, in one conditional
	// write; before is not after at. The Version stays. It does nothing where there is nothing to
	// do or no such token.
	Touch(ctx context.Context, org admin.OrgID, id uuid.UUID, at, before time.Time) error

	// Rehash makes a token that is found by from be found by to instead. The Version stays. It
	// does nothing where the token is not found by from (any more), or there is none. A digest
	// that another token has is admin.ErrExists.
	Rehash(ctx context.Context, org admin.OrgID, id uuid.UUID, from, to Hash) error
}

// Stored is a token as it is kept: whose it is and what it is found by.
type Stored struct {
	Org   admin.OrgID
	Token Token
	Hash  Hash
}
