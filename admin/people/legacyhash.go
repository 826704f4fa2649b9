package people

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// LegacyHash verifies password hashes of another system, which a host has imported as they are. A user's
// hash is replaced by a current one when the user signs in. [Bcrypt], [PBKDF2] and [Scrypt] are built in.
type LegacyHash interface {
	// Recognizes reports whether h is a hash of this kind, well-formed or not.
	Recognizes(h PasswordHash) bool

	// Verify reports whether h is a hash of password. It must do the same work for every h: one with the
	// highest parameters, one with lower ones, the zero h and one that it refuses with [admin.ErrInvalid]
	// because it is malformed or costs more than allowed. The zero h matches nothing.
	Verify(h PasswordHash, password admin.Secret) (bool, error)
}

// errLegacyHash is the error of a hash that cannot be read. It holds nothing of the hash.
func errLegacyHash(kind string) error {
	return fmt.Errorf("password hash is not a well-formed one of %s, or its cost is above the limit: %w",
		kind, admin.ErrInvalid)
}

// legacyBase64 decodes base64 with or without padding, and Passlib's, which has a dot for the plus.
func legacyBase64(text string) ([]byte, error) {
	return base64.RawStdEncoding.Strict().DecodeString(strings.ReplaceAll(strings.TrimRight(text, "="), ".", "+"))
}
