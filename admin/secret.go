package admin

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// sealed holds a text that must not be printed by accident. fmt calls no methods on unexported
// fields, so a struct that holds a plain string leaks it; behind a pointer it prints an address.
type sealed struct{ text *string }

func seal(text string) sealed {
	if text == "" {
		return sealed{}
	}
	return sealed{&text}
}

func (s sealed) reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Secret is a text that does not print, log or marshal: an API token's secret, an invitation's.
// Only Reveal gives it away. The zero value holds nothing.
type Secret struct{ sealed }

// NewSecret seals text.
func NewSecret(text string) Secret { return Secret{seal(text)} }

// Reveal returns the text.
func (s Secret) Reveal() string { return s.reveal() }

// IsZero reports whether there is nothing in it.
func (s Secret) IsZero() bool { return s.text == nil }

// PasswordHash is a password's hash in PHC format ($argon2id$…). It does not print, log or marshal.
// The zero value means that there is no password.
type PasswordHash struct{ sealed }

// NewPasswordHash seals a hash in PHC format.
func NewPasswordHash(phc string) PasswordHash { return PasswordHash{seal(phc)} }

// PHC returns the hash for storing.
func (h PasswordHash) PHC() string { return h.reveal() }

// IsZero reports whether there is no password.
func (h PasswordHash) IsZero() bool { return h.text == nil }

// Format writes "[redacted]" whatever the verb.
func (sealed) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is "[redacted]".
func (sealed) String() string { return redacted }

// GoString is "[redacted]".
func (sealed) GoString() string { return redacted }

// MarshalText gives "[redacted]".
func (sealed) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON gives "[redacted]".
func (sealed) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue is "[redacted]".
func (sealed) LogValue() slog.Value { return slog.StringValue(redacted) }
