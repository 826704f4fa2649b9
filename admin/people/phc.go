package people

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// argon2Params are the cost parameters of an Argon2id hash.
type argon2Params struct {
	memory  uint32 // KiB
	time    uint32
	threads uint8
}

// Limits of a hash. A hash can be imported from another system: without limits it could demand any
// amount of memory and time.
const (
	maxArgon2Memory  = 256 << 10 // KiB
	maxArgon2Time    = 10
	maxArgon2Threads = 4
	minSalt, maxSalt = 8, 64
	minKey, maxKey   = 16, 64
	maxPHC           = 256
	maxArgon2Work    = maxArgon2Memory * maxArgon2Time
)

// work returns what a hash with these parameters costs, in KiB times passes.
func (p argon2Params) work() uint64 { return uint64(p.memory) * uint64(p.time) }

// leastMemory returns the least memory of a hash, in KiB (RFC 9106, 3.1).
func leastMemory(threads uint8) uint32 { return 8 * uint32(threads) }

func (p argon2Params) check(problems *admin.Problems) {
	if p.threads < 1 || p.threads > maxArgon2Threads {
		problems.Add("/threads", admin.CodeRange, "%d threads: use 1 to %d", p.threads, maxArgon2Threads)
	}
	if p.time < 1 || p.time > maxArgon2Time {
		problems.Add("/time", admin.CodeRange, "%d passes: use 1 to %d", p.time, maxArgon2Time)
	}
	if least := leastMemory(p.threads); p.memory < least || p.memory > maxArgon2Memory {
		problems.Add("/memory", admin.CodeRange, "%d KiB: use %d to %d", p.memory, least, maxArgon2Memory)
	}
}

// argon2Hash is a parsed hash.
type argon2Hash struct {
	argon2Params
	salt, key []byte
}

// String returns the hash in the PHC string format: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>, in base64
// without padding (https://github.com/P-H-C/phc-string-format).
func (h argon2Hash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", h.memory, h.time, h.threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key))
}

// parsePHC parses exactly what String returns, within the limits. Its errors wrap [admin.ErrInvalid] and
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
	b64 := base64.RawStdEncoding.Strict()
	if h.salt, err = b64.DecodeString(parts[4]); err != nil || len(h.salt) < minSalt || len(h.salt) > maxSalt {
		return argon2Hash{}, bad
	}
	if h.key, err = b64.DecodeString(parts[5]); err != nil || len(h.key) < minKey || len(h.key) > maxKey {
		return argon2Hash{}, bad
	}
	// Sscanf ignores signs, spaces, leading zeros and trailing text; comparing the written form does not.
	if h.String() != text {
		return argon2Hash{}, bad
	}
	var p admin.Problems
	h.check(&p)
	return h, p.Err()
}
