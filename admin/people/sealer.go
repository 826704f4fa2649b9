package people

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Sealer encrypts what must be recovered later and cannot be kept as a digest: the shared secrets of
// authenticator apps. [KeyRing] is one; a host with a key management service supplies its own. It must be safe
// for concurrent use.
type Sealer interface {
	// Seal encrypts plain and authenticates it together with bound, which is not encrypted. The result has at
	// most 1,024 bytes for a plain text of 20.
	Seal(ctx context.Context, plain, bound []byte) (sealed []byte, err error)

	// Open returns what was sealed. It must fail if sealed or bound is another than in Seal.
	Open(ctx context.Context, sealed, bound []byte) (plain []byte, err error)

	// Outdated reports whether sealed should be sealed again, because another key is the current one.
	Outdated(sealed []byte) bool
}

// SealingKey is a key of a [KeyRing].
type SealingKey struct {
	// ID names the key in what it sealed: 1 to 32 of the characters A-Z a-z 0-9 _ -.
	ID string
	// Key is 32 random bytes in base64, as "openssl rand -base64 32" prints them.
	Key admin.Secret
}

// KeyRing is a [Sealer] with AES-256-GCM. The first key seals; all of them open. To replace a key, put the new one
// in front: a secret is sealed again when its user next signs in with it, and users who never do keep the old key
// needed. It is safe for concurrent use.
type KeyRing struct {
	random  io.Reader
	current string
	keys    map[string]cipher.AEAD
}

var _ Sealer = (*KeyRing)(nil)

const (
	sealVersion = 1
	maxKeyID    = 32
	keyIDs      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
)

// NewKeyRing returns a KeyRing. random is the source of nonces; nil means crypto/rand. It fails with
// [admin.ErrInvalid] if there is no key, or one is malformed or given twice, with every problem.
func NewKeyRing(random io.Reader, keys ...SealingKey) (*KeyRing, error) {
	if random == nil {
		random = rand.Reader
	}
	r := &KeyRing{random: random, keys: map[string]cipher.AEAD{}}
	var p admin.Problems
	if len(keys) == 0 {
		p.Add("/keys", admin.CodeRequired, "give at least one key")
	}
	for i, k := range keys {
		path := fmt.Sprintf("/keys/%d", i)
		if k.ID == "" || len(k.ID) > maxKeyID || strings.Trim(k.ID, keyIDs) != "" {
			p.Add(path+"/id", admin.CodeFormat, "%q: use 1 to %d of A-Z a-z 0-9 _ -", admin.Clip(k.ID), maxKeyID)
		}
		if r.keys[k.ID] != nil {
			p.Add(path+"/id", admin.CodeDuplicate, "%q is given twice: give each key an id of its own", k.ID)
		}
		aead, ok := newAEAD(k.Key)
		if !ok {
			p.Add(path+"/key", admin.CodeFormat, "is not the base64 of 32 bytes")
			continue
		}
		r.keys[k.ID] = aead
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("people: key ring: %w", err)
	}
	r.current = keys[0].ID
	return r, nil
}

func newAEAD(key admin.Secret) (cipher.AEAD, bool) {
	raw, err := base64.StdEncoding.DecodeString(key.Reveal())
	if err != nil || len(raw) != 32 {
		return nil, false
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return nil, false
	}
	aead, err := cipher.NewGCM(block)
	return aead, err == nil
}

// Seal implements [Sealer]: a byte for the version, the length of the key's id, the id, the nonce and the cipher
// text with its tag.
func (r *KeyRing) Seal(_ context.Context, plain, bound []byte) ([]byte, error) {
	aead := r.keys[r.current]
	head := append([]byte{sealVersion, byte(len(r.current))}, r.current...)
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(r.random, nonce); err != nil {
		return nil, fmt.Errorf("read randomness for a nonce: %w", err)
	}
	return aead.Seal(slices.Concat(head, nonce), nonce, plain, associated(head, bound)), nil
}

// Open implements [Sealer]. It fails with [admin.ErrInvalid].
func (r *KeyRing) Open(_ context.Context, sealed, bound []byte) ([]byte, error) {
	id, rest, ok := splitSealed(sealed)
	aead := r.keys[id]
	if !ok || aead != nil && len(rest) < aead.NonceSize() {
		return nil, fmt.Errorf("what was sealed is damaged: %w", admin.ErrInvalid)
	}
	if aead == nil {
		return nil, fmt.Errorf("the key %q is not in the key ring: %w", id, admin.ErrInvalid)
	}
	head := sealed[:len(sealed)-len(rest)]
	nonce, text := rest[:aead.NonceSize()], rest[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, associated(head, bound))
	if err != nil {
		return nil, fmt.Errorf("what was sealed is damaged, or belongs to another record: %w", admin.ErrInvalid)
	}
	return plain, nil
}

// Outdated implements [Sealer].
func (r *KeyRing) Outdated(sealed []byte) bool {
	id, _, ok := splitSealed(sealed)
	return !ok || id != r.current
}

// splitSealed returns the key's id and what follows it.
func splitSealed(sealed []byte) (id string, rest []byte, ok bool) {
	if len(sealed) < 2 || sealed[0] != sealVersion || len(sealed) < 2+int(sealed[1]) {
		return "", nil, false
	}
	n := 2 + int(sealed[1])
	id = string(sealed[2:n])
	return id, sealed[n:], id != "" && len(id) <= maxKeyID && strings.Trim(id, keyIDs) == ""
}

// associated returns what is authenticated but not encrypted. The head has its own length in it, so that no two
// pairs give the same bytes.
func associated(head, bound []byte) []byte { return slices.Concat(head, bound) }
