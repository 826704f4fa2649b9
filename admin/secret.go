package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// sealed holds a text that must not be printed by accident. fmt calls no methods on unexported fields, and
// tools that show values by reflection can be told to call none, so the text is where they do not look: behind
// a function, of which they show the address. The pointer to it makes secrets comparable.
type sealed struct{ text *func() string }

func seal(text string) sealed {
	if text == "" {
		return sealed{}
	}
	reveal := func() string { return text }
	return sealed{&reveal}
}

func (s sealed) reveal() string {
	if s.text == nil {
		return ""
	}
	return (*s.text)()
}

// Secret is a text that does not print, log or marshal: a password, an API token's secret, an
// invitation's. Only [Secret.Reveal] returns it, and it cannot be unmarshaled: use [NewSecret]. The
// zero value is empty. Two secrets are equal by == only if one is a copy of the other; [Secret.Equal] compares
// the texts.
type Secret struct{ sealed }

// NewSecret returns text as a Secret.
func NewSecret(text string) Secret { return Secret{seal(text)} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.reveal() }

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal reports whether the texts are the same, in a time that depends only on their lengths.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.reveal()), []byte(other.reveal())) == 1
}

// SecretDigest is the SHA-256 of a secret that was made at random: storages keep it instead of the
// secret. Passwords are guessable and need a slow hash instead (people.PasswordHash).
type SecretDigest [sha256.Size]byte

// Equal reports whether the digests are the same, in constant time.
func (d SecretDigest) Equal(other SecretDigest) bool {
	return subtle.ConstantTimeCompare(d[:], other[:]) == 1
}

// Digest returns the digest of the text.
func (s Secret) Digest() SecretDigest {
	text := s.reveal()
	var space [128]byte // so that what comes with every request is copied to no heap
	if len(text) > len(space) {
		return sha256.Sum256([]byte(text))
	}
	return sha256.Sum256(space[:copy(space[:], text)])
}

// GenerateSecret makes a secret of 256 bits from random: 43 characters that are safe in a URL.
func GenerateSecret(random io.Reader) (Secret, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return Secret{}, fmt.Errorf("read randomness for a secret: %w", err)
	}
	return NewSecret(base64.RawURLEncoding.EncodeToString(b[:])), nil
}

// Format writes "[redacted]" for every verb.
func (sealed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String returns "[redacted]".
func (sealed) String() string { return redacted }

// GoString returns "[redacted]".
func (sealed) GoString() string { return redacted }

// MarshalText returns "[redacted]".
func (sealed) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON returns "[redacted]".
func (sealed) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue returns "[redacted]".
func (sealed) LogValue() slog.Value { return slog.StringValue(redacted) }
