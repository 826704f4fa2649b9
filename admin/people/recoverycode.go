package people

import (
	"fmt"
	"io"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Recovery codes stand in for a second factor that was lost. They are random, so that a digest keeps them: 80 bits
// cannot be tried.
const (
	recoveryCodes    = 10
	recoveryBytes    = 10 // of a code: 16 characters
	recoveryGroup    = 4  // characters between two hyphens
	maxRecoveryInput = 64 // bytes, with all that stands between the characters
)

// newRecoveryCodes makes codes from random: "ABCD-EFGH-IJKL-MNOP", in base32.
func newRecoveryCodes(random io.Reader) ([]admin.Secret, []admin.SecretDigest, error) {
	codes, digests := make([]admin.Secret, recoveryCodes), make([]admin.SecretDigest, recoveryCodes)
	for i := range codes {
		var b [recoveryBytes]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return nil, nil, fmt.Errorf("read randomness for a recovery code: %w", err)
		}
		text := base32Text(b[:])
		digests[i] = admin.NewSecret(text).Digest()
		var groups []string
		for ; len(text) > 0; text = text[recoveryGroup:] {
			groups = append(groups, text[:recoveryGroup])
		}
		codes[i] = admin.NewSecret(strings.Join(groups, "-"))
	}
	return codes, digests, nil
}

// recoveryDigest returns the digest of a code as a user may type it: in small letters, with other spaces or hyphens
// or none. A text that is no code has the digest of nothing.
func recoveryDigest(code admin.Secret) admin.SecretDigest {
	text := code.Reveal()
	if len(text) > maxRecoveryInput {
		return admin.SecretDigest{}
	}
	text = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(text))
	if len(text) != recoveryBytes*8/5 || strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return admin.SecretDigest{}
	}
	return admin.NewSecret(text).Digest()
}
