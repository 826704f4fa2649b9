package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Hash is a digest of a secret and the key of the [Hasher] that made it.
type Hash struct {
	Key    string // Hasher.Key; it distinguishes digests of an old key
	Digest admin.SecretDigest
}

// MaxHashers is the greatest number of hashers in [Options].
const MaxHashers = 2

// Hasher makes the digests that secrets are kept and found by. Secrets have 190 random bits, so a fast
// hash is right; a slow one would only make every request slow.
type Hasher interface {
	// Key names the algorithm and its key. It has 1 to 64 characters of ASCII from ! to ~ and never changes.
	Key() string
	// Digest returns the digest of secret, which is the same at every call.
	Digest(secret admin.Secret) admin.SecretDigest
}

// SHA256 is the [Hasher] that needs no key. Read access to the storage reveals no secret; write access
// lets someone insert a digest of their own, which [Peppered] prevents.
type SHA256 struct{}

// Key implements [Hasher].
func (SHA256) Key() string { return "sha256" }

// Digest implements [Hasher].
func (SHA256) Digest(secret admin.Secret) admin.SecretDigest { return secret.Digest() }

// Pepper is a key that is kept outside the storage.
type Pepper struct {
	// ID distinguishes the key from earlier and later ones: 1 to 32 of a-z 0-9 _ -. It is stored.
	ID string
	// Key has at least 32 bytes, all of them random.
	Key admin.Secret
}

// Peppered is the [Hasher] that takes HMAC-SHA-256 under a key, so that no token can be made by writing
// to the storage. Without the key no token is recognized, so keep it as safe as the storage.
type Peppered struct {
	key    string // as stored
	secret admin.Secret
}

const (
	minPepper   = 32 // bytes
	maxPepperID = 32

	pepperCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-"
)

// NewPeppered returns a Peppered that hashes under p. It fails with [admin.ErrInvalid] for a malformed
// ID and a key that is too short.
func NewPeppered(p Pepper) (*Peppered, error) {
	var problems admin.Problems
	if p.ID == "" || len(p.ID) > maxPepperID || strings.Trim(p.ID, pepperCharacters) != "" {
		problems.Add("/id", admin.CodeFormat, "%q is not the id of a pepper: use 1 to 32 of a-z 0-9 _ -", admin.Clip(p.ID))
	}
	if n := len(p.Key.Reveal()); n < minPepper {
		problems.Add("/key", admin.CodeTooShort, "has %d bytes: use at least %d random ones", n, minPepper).
			With("min", minPepper)
	}
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("token: pepper: %w", err)
	}
	return &Peppered{key: "hmac-sha256:" + p.ID, secret: p.Key}, nil
}

// Key implements [Hasher].
func (p *Peppered) Key() string { return p.key }

// Digest implements [Hasher].
func (p *Peppered) Digest(secret admin.Secret) admin.SecretDigest {
	mac := hmac.New(sha256.New, []byte(p.secret.Reveal()))
	mac.Write([]byte(secret.Reveal()))
	return admin.SecretDigest(mac.Sum(nil))
}

// maxHashKey is the length of a key's name that storages have room for, in bytes.
const maxHashKey = 64

func notInKey(r rune) bool { return r <= ' ' || r > '~' }

// checkHashers adds to p the problems of the hashers of [Options].
func checkHashers(p *admin.Problems, hashers []Hasher) {
	if n := len(hashers); n > MaxHashers {
		p.Add("/hashers", admin.CodeTooLong, "has %d hashers: give at most %d", n, MaxHashers).With("max", MaxHashers)
	}
	seen := map[string]bool{}
	for i, h := range hashers {
		path := fmt.Sprintf("/hashers/%d", i)
		if h == nil {
			p.Add(path, admin.CodeRequired, "is nil: give a token.Hasher or leave it out")
			continue
		}
		key := h.Key()
		switch {
		case key == "" || len(key) > maxHashKey || strings.ContainsFunc(key, notInKey):
			p.Add(path, admin.CodeFormat, "has a key of %d bytes: Hasher.Key must return 1 to %d of ASCII, without blanks",
				len(key), maxHashKey)
		case seen[key]:
			p.Add(path, admin.CodeDuplicate, "has the key %q of another hasher: give each its own", key)
		}
		seen[key] = true
	}
}

// hash returns the hash that h makes of secret.
func hash(h Hasher, secret admin.Secret) Hash { return Hash{Key: h.Key(), Digest: h.Digest(secret)} }
