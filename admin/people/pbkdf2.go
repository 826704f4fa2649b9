package people

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// PBKDF2Digest is the hash function of a [PBKDF2].
type PBKDF2Digest string

// The hash functions of PBKDF2.
const (
	PBKDF2SHA256 PBKDF2Digest = "sha256"
	PBKDF2SHA512 PBKDF2Digest = "sha512"
)

// PBKDF2 is the [LegacyHash] of PBKDF2 (RFC 8018) with HMAC-SHA-256 or HMAC-SHA-512, in the forms of
// PHC ($pbkdf2-sha256$i=600000$salt$key), Passlib ($pbkdf2-sha256$29000$salt$key) and Django
// (pbkdf2_sha256$600000$salt$key).
type PBKDF2 struct {
	digest     PBKDF2Digest
	iterations int
	spent      func(work uint64) // counts work in tests; nil otherwise
}

const maxPBKDF2Iterations = 10_000_000

// NewPBKDF2 returns a PBKDF2 for hashes of at most the given number of iterations, 1 to 10,000,000. Give the
// highest number that is stored: every verification takes as long. It fails with [admin.ErrInvalid] for
// another number and for an unknown digest.
func NewPBKDF2(digest PBKDF2Digest, iterations int) (*PBKDF2, error) {
	var p admin.Problems
	if digest != PBKDF2SHA256 && digest != PBKDF2SHA512 {
		p.Add("/digest", admin.CodeUnknown, "%q: use %s or %s", admin.Clip(string(digest)), PBKDF2SHA256, PBKDF2SHA512)
	}
	if iterations < 1 || iterations > maxPBKDF2Iterations {
		p.Add("/iterations", admin.CodeRange, "%d iterations: use 1 to %d", iterations, maxPBKDF2Iterations)
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("people: pbkdf2: %w", err)
	}
	return &PBKDF2{digest: digest, iterations: iterations}, nil
}

// Recognizes implements [LegacyHash].
func (k *PBKDF2) Recognizes(h PasswordHash) bool {
	_, ok := k.trim(h.PHC())
	return ok
}

func (k *PBKDF2) trim(text string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(text, "$pbkdf2-"+string(k.digest)+"$"); ok {
		return rest, true
	}
	return strings.CutPrefix(text, "pbkdf2_"+string(k.digest)+"$")
}

// size returns the length of the digest in bytes. A longer key would cost more.
func (k *PBKDF2) size() int {
	if k.digest == PBKDF2SHA512 {
		return sha512.Size
	}
	return sha256.Size
}

// Verify implements [LegacyHash].
func (k *PBKDF2) Verify(h PasswordHash, password admin.Secret) (bool, error) {
	if h.IsZero() {
		k.key(password, make([]byte, saltLen), k.iterations, keyLen)
		return false, nil
	}
	iterations, salt, key, ok := k.parse(h.PHC())
	if !ok {
		k.key(password, make([]byte, saltLen), k.iterations, keyLen)
		return false, errLegacyHash("pbkdf2")
	}
	derived := k.key(password, salt, iterations, len(key))
	if more := k.iterations - iterations; more > 0 {
		k.key(password, salt, more, len(key))
	}
	return subtle.ConstantTimeCompare(derived, key) == 1, nil
}

func (k *PBKDF2) key(password admin.Secret, salt []byte, iterations, length int) []byte {
	if k.spent != nil {
		k.spent(uint64(iterations))
	}
	digest := sha256.New
	if k.digest == PBKDF2SHA512 {
		digest = sha512.New
	}
	key, err := pbkdf2.Key(digest, password.Reveal(), salt, iterations, length)
	if err != nil {
		return nil // refused by the FIPS 140-3 mode: it matches nothing, as no key is empty
	}
	return key
}

func (k *PBKDF2) parse(text string) (iterations int, salt, key []byte, ok bool) {
	rest, ok := k.trim(text)
	parts := strings.Split(rest, "$")
	if !ok || len(text) > maxPHC || len(parts) != 3 {
		return 0, nil, nil, false
	}
	digits, ok := strings.CutPrefix(parts[0], "i=")
	django := text[0] != '$'
	iterations, err := strconv.Atoi(digits)
	if err != nil || iterations < 1 || iterations > k.iterations || strconv.Itoa(iterations) != digits || django && ok {
		return 0, nil, nil, false
	}
	if salt, err = []byte(parts[1]), nil; !django {
		salt, err = legacyBase64(parts[1])
	}
	if err != nil || len(salt) < minSalt || len(salt) > maxSalt {
		return 0, nil, nil, false
	}
	key, err = legacyBase64(parts[2])
	return iterations, salt, key, err == nil && len(key) >= minKey && len(key) <= k.size()
}
