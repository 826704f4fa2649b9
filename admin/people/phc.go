package people

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// argon2Params are what one Argon2id hash costs.
type argon2Params struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// Limits of a hash. One that was imported is somebody else's input: without limits it could ask
// for any amount of memory and time.
const (
	maxArgon2Memory  = 256 << 10 // KiB
	maxArgon2Time    = 10
	maxArgon2Threads = 4
	minSalt, maxSalt = 8, 64
	minKey, maxKey   = 16, 64
	maxPHC           = 256
)

func (p argon2Params) check() error {
	switch {
	case p.threads < 1 || p.threads > maxArgon2Threads:
		return fmt.Errorf("argon2id with %d threads: use 1 to %d: %w", p.threads, maxArgon2Threads, admin.ErrInvalid)
	case p.time < 1 || p.time > maxArgon2Time:
		return fmt.Errorf("argon2id with %d passes: use 1 to %d: %w", p.time, maxArgon2Time, admin.ErrInvalid)
	case p.memory < 8*uint32(p.threads) || p.memory > maxArgon2Memory:
		return fmt.Errorf("argon2id with %d KiB: use %d to %d: %w", p.memory, 8*p.threads, maxArgon2Memory, admin.ErrInvalid)
	}
	return nil
}

// argon2Hash is a hash taken apart.
type argon2Hash struct {
	argon2Params
	salt, key []byte
}

// String writes the PHC string format: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>, in base64
// without padding (https://github.com/P-H-C/phc-string-format).
func (h argon2Hash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.memory, h.time, h.threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC reads exactly what String writes, within the limits. Its errors wrap ErrInvalid and
// hold nothing of the text.
func parsePHC(text string) (argon2Hash, error) {
	bad := fmt.Errorf("password hash is not one of argon2id in PHC format, version 19: %w", admin.ErrInvalid)
	parts := strings.Split(text, "$")
	if len(text) > maxPHC || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return argon2Hash{}, bad
	}
	var h argon2Hash
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return argon2Hash{}, bad
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil || len(h.salt) < minSalt || len(h.salt) > maxSalt {
		return argon2Hash{}, bad
	}
	if h.key, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil || len(h.key) < minKey || len(h.key) > maxKey {
		return argon2Hash{}, bad
	}
	// Sscanf overlooks signs, blanks, zeros in front and what follows; writing it again does not.
	if h.String() != text {
		return argon2Hash{}, bad
	}
	return h, h.check()
}
