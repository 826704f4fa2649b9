package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/admincenter/admincenter/admin"
)

// PasswordHasher hashes passwords and compares them. [Argon2id] is the default; a host that imports
// users with hashes of another kind wraps it, verifies the old kind itself and reports it Outdated, so
// that each is replaced when its user signs in.
type PasswordHasher interface {
	// Hash returns a new hash of password, in PHC format.
	Hash(ctx context.Context, password admin.Secret) (PasswordHash, error)

	// Verify reports whether h is a hash of password. Nothing matches the zero h, which must take as
	// long as a hash that Hash made: otherwise the time would reveal whether a user exists.
	Verify(ctx context.Context, h PasswordHash, password admin.Secret) (bool, error)

	// Outdated reports whether h should be replaced by a new hash of the same password.
	Outdated(h PasswordHash) bool
}

// Argon2idOptions tune an [Argon2id]; the zero value is ready. Memory, Time and Threads of 0 mean the
// parameters of the OWASP Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 thread. One hash then
// takes about 20 ms.
type Argon2idOptions struct {
	Memory  uint32 // KiB, 8 for each thread to 262144
	Time    uint32 // passes, 1 to 10
	Threads uint8  // 1 to 4
	// Concurrent is the maximum number of hashes computed concurrently; 0 means runtime.GOMAXPROCS.
	// More only cost memory: each takes Memory and keeps a processor busy.
	Concurrent int
	// Wait is how long a call waits for a free slot before it fails with [admin.ErrBusy]; 0 means 5
	// seconds.
	Wait time.Duration
	// Rand is the source of salts; nil means crypto/rand.
	Rand io.Reader
}

// Argon2id is a [PasswordHasher] that uses Argon2id (RFC 9106). It is safe for concurrent use.
type Argon2id struct {
	params argon2Params
	slots  chan struct{}
	wait   time.Duration
	rand   io.Reader
}

var _ PasswordHasher = (*Argon2id)(nil)

// Lengths of the salt and the key of new hashes, in bytes (RFC 9106, 3.1).
const (
	saltLen = 16
	keyLen  = 32
)

// NewArgon2id returns an Argon2id. It fails with [admin.ErrInvalid] for options out of range, with every
// problem.
func NewArgon2id(o Argon2idOptions) (*Argon2id, error) {
	p := argon2Params{memory: o.Memory, time: o.Time, threads: o.Threads}
	if p.memory == 0 {
		p.memory = 19 << 10
	}
	if p.time == 0 {
		p.time = 2
	}
	if p.threads == 0 {
		p.threads = 1
	}
	var problems admin.Problems
	p.check(&problems)
	checkNotNegative(&problems, "/concurrent", o.Concurrent)
	checkNotNegative(&problems, "/wait", o.Wait)
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("people: argon2id: %w", err)
	}
	if o.Concurrent == 0 {
		o.Concurrent = runtime.GOMAXPROCS(0)
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Argon2id{params: p, slots: make(chan struct{}, o.Concurrent), wait: o.Wait, rand: o.Rand}, nil
}

// Hash implements [PasswordHasher].
func (a *Argon2id) Hash(ctx context.Context, password admin.Secret) (PasswordHash, error) {
	h := argon2Hash{argon2Params: a.params, salt: make([]byte, saltLen)}
	if _, err := io.ReadFull(a.rand, h.salt); err != nil {
		return PasswordHash{}, fmt.Errorf("read randomness for a salt: %w", err)
	}
	var err error
	if h.key, err = a.key(ctx, h.argon2Params, h.salt, keyLen, password); err != nil {
		return PasswordHash{}, err
	}
	return NewPasswordHash(h.String()), nil
}

// Verify implements [PasswordHasher]. It fails with [admin.ErrInvalid] for a hash that is not Argon2id's
// or whose parameters are outside the limits of [Argon2idOptions], after as long as any other takes.
func (a *Argon2id) Verify(ctx context.Context, h PasswordHash, password admin.Secret) (bool, error) {
	stored, invalid := argon2Hash{}, error(nil)
	if !h.IsZero() {
		stored, invalid = parsePHC(h.PHC())
	}
	genuine := !h.IsZero() && invalid == nil
	if !genuine {
		stored = argon2Hash{argon2Params: a.params, salt: make([]byte, saltLen), key: make([]byte, keyLen)}
	}
	key, err := a.key(ctx, stored.argon2Params, stored.salt, len(stored.key), password)
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(key, stored.key) == 1
	return same && genuine, invalid
}

// Outdated implements [PasswordHasher]: it reports whether h has other parameters than a.
func (a *Argon2id) Outdated(h PasswordHash) bool {
	stored, err := parsePHC(h.PHC())
	return err != nil || stored.argon2Params != a.params || len(stored.key) != keyLen || len(stored.salt) != saltLen
}

// key waits for a free slot and derives the key.
func (a *Argon2id) key(
	ctx context.Context, p argon2Params, salt []byte, length int, password admin.Secret,
) ([]byte, error) {
	if err := a.acquire(ctx); err != nil {
		return nil, err
	}
	defer func() { <-a.slots }()
	return argon2.IDKey([]byte(password.Reveal()), salt, p.time, p.memory, p.threads, uint32(length)), nil
}

func (a *Argon2id) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	wait, cancel := context.WithTimeoutCause(ctx, a.wait, errNoSlot)
	defer cancel()
	select {
	case a.slots <- struct{}{}:
		return nil
	case <-wait.Done():
		return context.Cause(wait)
	}
}

var errNoSlot = fmt.Errorf("too many passwords are being checked: %w", admin.ErrBusy)
