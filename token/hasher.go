package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"regexp"

	"github.com/admincenter/admincenter/admin"
)

// Digest is what is kept of a secret.
type Digest [sha256.Size]byte

// Hash is a digest and what it was made with.
type Hash struct {
	Key    string // names algorithm and key, 1 to 64 characters of ASCII; tells digests of an old key apart
	Digest Digest
}

// MaxHashes is how many hashes a Hasher may give of one secret.
const MaxHashes = 2

// Hasher makes the digests that secrets are kept and found by. Secrets have 190 random bits, so a
// fast hash is right; a slow one would only make every request slow.
type Hasher interface {
	// Hashes is one or two hashes of secret. New tokens are kept under the first; the second is
	// another that tokens are found by. The same secret always has the same hashes.
	Hashes(secret string) []Hash
}

// SHA256 is the Hasher that needs no key. Who can read the storage learns no secret; who can write
// to it could put a digest of their own there, which Peppered prevents.
type SHA256 struct{}

// Hashes implements Hasher.
func (SHA256) Hashes(secret string) []Hash {
	return []Hash{{Key: "sha256", Digest: sha256.Sum256([]byte(secret))}}
}

// Pepper is a key that is kept outside the storage.
type Pepper struct {
	// ID tells the key from earlier and later ones: 1 to 32 of a-z 0-9 _ -. It is stored.
	ID string
	// Key has at least 32 bytes, all of them random.
	Key admin.Secret
}

// Peppered is the Hasher that takes HMAC-SHA-256 under a key, so that nobody makes a token by
// writing to the storage. Without the key no token is recognised, so keep it as safe as the storage.
type Peppered struct {
	pepper Pepper
}

var pepperID = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

const minPepper = 32

// NewPeppered hashes under p. It fails with admin.ErrInvalid for a key that is too short or has no
// proper ID.
func NewPeppered(p Pepper) (*Peppered, error) {
	if !pepperID.MatchString(p.ID) {
		return nil, fmt.Errorf("token: pepper id %q: use 1 to 32 of a-z 0-9 _ -: %w", admin.Clip(p.ID), admin.ErrInvalid)
	}
	if n := len(p.Key.Reveal()); n < minPepper {
		return nil, fmt.Errorf("token: pepper %q has %d bytes: use at least %d random ones: %w", p.ID, n, minPepper, admin.ErrInvalid)
	}
	return &Peppered{pepper: p}, nil
}

// Hashes implements Hasher.
func (p *Peppered) Hashes(secret string) []Hash {
	mac := hmac.New(sha256.New, []byte(p.pepper.Key.Reveal()))
	mac.Write([]byte(secret))
	return []Hash{{Key: "hmac-sha256:" + p.pepper.ID, Digest: Digest(mac.Sum(nil))}}
}

// Pair is the Hasher of a change from one Hasher to another: from SHA256 to a pepper, or from one
// pepper to the next. New tokens are kept under Current, and a token that is found by Also moves to
// Current when it is used.
//
// Where several processes run, take three steps, each of them everywhere before the next, or some
// would not know what others made: the old one as Current and the new one as Also; then the other
// way round; then the new one alone. What was not used during the second step is unknown after the
// third.
type Pair struct {
	Current Hasher
	Also    Hasher
}

// Hashes implements Hasher with the first hash of each.
func (p Pair) Hashes(secret string) []Hash {
	var all []Hash
	for _, h := range []Hasher{p.Current, p.Also} {
		var own []Hash
		if h != nil {
			own = h.Hashes(secret)
		}
		if len(own) == 0 {
			return nil // which the service refuses
		}
		all = append(all, own[0])
	}
	return all
}

// maxHashKey is as many characters as storages have room for.
const maxHashKey = 64

// hashes asks the Hasher, which may be the host's own, and holds it to its contract.
func hashes(h Hasher, secret string) ([]Hash, error) {
	all := h.Hashes(secret)
	if len(all) == 0 || len(all) > MaxHashes {
		return nil, fmt.Errorf("token: the Hasher gave %d hashes: it must give 1 to %d: %w", len(all), MaxHashes, admin.ErrInvalid)
	}
	for _, one := range all {
		if one.Key == "" || len(one.Key) > maxHashKey {
			return nil, fmt.Errorf("token: the Hasher's key name has %d characters: it must have 1 to %d: %w", len(one.Key), maxHashKey, admin.ErrInvalid)
		}
	}
	return all, nil
}

// same compares digests in constant time.
func (d Digest) same(other Digest) bool { return subtle.ConstantTimeCompare(d[:], other[:]) == 1 }
