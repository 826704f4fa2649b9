package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// Digest is what the trail is verified by: SHA-256 (FIPS 180-4), or HMAC-SHA-256 (RFC 2104) under a key of
// [TrailKeys]. It marshals to "sha256:…" or "hmac-sha256:<key>:…" with 64 hexadecimal digits. The zero Digest is
// none.
type Digest struct {
	Key string // the id of the key; empty for SHA-256
	Sum [sha256.Size]byte
}

const (
	digestPlain = "sha256:"
	digestKeyed = "hmac-sha256:"
)

// IsZero reports whether d is none.
func (d Digest) IsZero() bool { return d == Digest{} }

// String returns the digest as text; none is empty.
func (d Digest) String() string {
	if d.IsZero() {
		return ""
	}
	if d.Key == "" {
		return digestPlain + hex.EncodeToString(d.Sum[:])
	}
	return digestKeyed + d.Key + ":" + hex.EncodeToString(d.Sum[:])
}

// MarshalText implements [encoding.TextMarshaler].
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It fails with [ErrInvalid] for what [Digest.String] does not
// return.
func (d *Digest) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "" {
		*d = Digest{}
		return nil
	}
	var read Digest
	sum, plain := strings.CutPrefix(s, digestPlain)
	if !plain {
		rest, keyed := strings.CutPrefix(s, digestKeyed)
		id, of, cut := strings.Cut(rest, ":")
		if !keyed || !cut || !isTrailKeyID(id) {
			return fmt.Errorf("digest %q: want sha256:… or hmac-sha256:<key>:…: %w", Clip(s), ErrInvalid)
		}
		read.Key, sum = id, of
	}
	n, err := hex.Decode(read.Sum[:], []byte(sum[:min(len(sum), 2*sha256.Size)]))
	if err != nil || n != sha256.Size || len(sum) != 2*sha256.Size {
		return fmt.Errorf("digest %q: want 64 hexadecimal digits at its end: %w", Clip(s), ErrInvalid)
	}
	*d = read
	return nil
}

// Bytes returns the digest as storages keep it: the 32 bytes of the sum and then the id of the key. None is
// empty.
func (d Digest) Bytes() []byte {
	if d.IsZero() {
		return []byte{}
	}
	return append(d.Sum[:], d.Key...)
}

// DigestOf reads what [Digest.Bytes] returned. ok is false for bytes that it does not return.
func DigestOf(b []byte) (d Digest, ok bool) {
	if len(b) == 0 {
		return Digest{}, true
	}
	n := copy(d.Sum[:], b)
	d.Key = string(b[n:])
	if n < len(d.Sum) || d.Key != "" && !isTrailKeyID(d.Key) {
		return Digest{}, false
	}
	return d, true
}

const (
	maxTrailKeyID = 32
	minTrailKey   = 32 // bytes

	trailKeyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-"
)

func isTrailKeyID(id string) bool {
	return id != "" && len(id) <= maxTrailKeyID && strings.Trim(id, trailKeyCharacters) == ""
}

// TrailKey is a key that is kept outside the storage. Write access to the storage alone is not
// enough to forge what is written under it.
type TrailKey struct {
	// ID distinguishes the key from earlier and later ones: 1 to 32 of a-z 0-9 _ -. It is stored.
	ID string
	// Key has at least 32 bytes, all of them random.
	Key Secret
}

// TrailKeys are the keys that the trail is digested under: the current one and those before it. The zero value
// has none, and digests are plain SHA-256: they find what was changed by accident or without knowing of them, and
// with a published [Head] everything.
type TrailKeys struct {
	current string
	keys    map[string]Secret
}

// NewTrailKeys returns keys of which the first digests what is written and all verify. To change the key, put the
// new one first and keep the old. It fails with [ErrInvalid] for ids that are malformed or not distinct, and for
// keys that are too short.
func NewTrailKeys(current TrailKey, older ...TrailKey) (TrailKeys, error) {
	var p Problems
	k := TrailKeys{current: current.ID, keys: map[string]Secret{}}
	for i, key := range append([]TrailKey{current}, older...) {
		path := fmt.Sprintf("/keys/%d", i)
		if !isTrailKeyID(key.ID) {
			p.Add(path+"/id", CodeFormat, "%q is not the id of a key: use 1 to %d of a-z 0-9 _ -",
				Clip(key.ID), maxTrailKeyID)
		}
		if _, twice := k.keys[key.ID]; twice {
			p.Add(path+"/id", CodeDuplicate, "%q is the id of two keys", Clip(key.ID))
		}
		if n := len(key.Key.Reveal()); n < minTrailKey {
			p.Add(path+"/key", CodeTooShort, "has %d bytes: use at least %d random ones", n, minTrailKey).
				With("min", minTrailKey)
		}
		k.keys[key.ID] = key.Key
	}
	if err := p.Err(); err != nil {
		return TrailKeys{}, fmt.Errorf("trail keys: %w", err)
	}
	return k, nil
}

// digest returns the digest of what under the key named. ok is false if there is no such key.
func (k TrailKeys) digest(key string, what []byte) (d Digest, ok bool) {
	if key == "" {
		return Digest{Sum: sha256.Sum256(what)}, true
	}
	secret, ok := k.keys[key]
	if !ok {
		return Digest{}, false
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write(what)
	d.Key = key
	mac.Sum(d.Sum[:0])
	return d, true
}

// canon is bytes that are different for different values: each part has its length before it.
type canon []byte

func (c canon) text(s string) canon {
	return append(binary.AppendUvarint(c, uint64(len(s))), s...)
}

func (c canon) number(n int64) canon { return binary.AppendVarint(c, n) }

func (c canon) digest(d Digest) canon { return append(c.text(d.Key), d.Sum[:]...) }
