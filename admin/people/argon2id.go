package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/admincenter/admincenter/admin"
)

// PasswordHasher hashes passwords and compares them. [Argon2id] is the default, and verifies hashes of other
// kinds too ([LegacyHash]).
type PasswordHasher interface {
	// Hash returns a new hash of password, in PHC format.
	Hash(ctx context.Context, password admin.Secret) (PasswordHash, error)

	// Verify reports whether h is a hash of password. Nothing matches the zero h.
	//
	// It must do the same work for every h that can be stored: the zero one, which stands for a user who does
	// not exist, one that Hash made, one with the parameters of years ago and one of another kind. Otherwise the
	// time reveals whether there is such a user. It fails with [admin.ErrInvalid] for an h that it cannot read,
	// after the same work.
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
	// Work is what each verification costs at least, in KiB times passes; 0 means Memory * Time. After these
	// were lowered, set it to the product of the old ones until no hash with them is stored.
	Work uint64
	// Legacy are the other kinds of hash that are stored, at most 4. Each verification does the work of all of
	// them, so remove a kind when the last of its hashes has been replaced.
	Legacy []LegacyHash
	// Slots bound the hashes that are computed concurrently; nil means slots of this Argon2id's own, as
	// many as runtime.GOMAXPROCS. Give one [HashSlots] to every hasher of a process.
	Slots *HashSlots
	// Wait is how long a call waits for a free slot before it fails with [admin.ErrBusy]; 0 means 5
	// seconds.
	Wait time.Duration
	// Rand is the source of salts; nil means crypto/rand.
	Rand io.Reader
}

// Argon2id is a [PasswordHasher] that uses Argon2id (RFC 9106). It is safe for concurrent use.
//
// The work of Verify is counted in memory times passes. If what is stored costs less than Work, the
// difference is spent as well, to within 8 KiB for each thread. So all of these cost the same: a hash with the
// current parameters, one with cheaper ones, a [LegacyHash], one that cannot be read, and no user at all. A hash
// that costs more than Work takes longer, which reveals its user. A change of Threads changes the elapsed time
// of older hashes on an idle machine, though not the work.
type Argon2id struct {
	params argon2Params
	work   uint64
	legacy []LegacyHash
	slots  *HashSlots
	wait   time.Duration
	rand   io.Reader
	spent  func(work uint64) // counts work in tests; nil otherwise
}

var _ PasswordHasher = (*Argon2id)(nil)

const (
	// Lengths of the salt and the key of new hashes, in bytes (RFC 9106, 3.1).
	saltLen = 16
	keyLen  = 32

	maxLegacy = 4
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
	if err := o.check(p); err != nil {
		return nil, fmt.Errorf("people: argon2id: %w", err)
	}
	if o.Slots == nil {
		o.Slots = newHashSlots(runtime.GOMAXPROCS(0))
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Argon2id{
		params: p, work: max(o.Work, p.work()), legacy: slices.Clone(o.Legacy),
		slots: o.Slots, wait: o.Wait, rand: o.Rand,
	}, nil
}

func (o Argon2idOptions) check(params argon2Params) error {
	var p admin.Problems
	params.check(&p)
	if o.Work > maxArgon2Work {
		p.Add("/work", admin.CodeRange, "%d KiB times passes: use at most %d", o.Work, maxArgon2Work)
	}
	if n := len(o.Legacy); n > maxLegacy {
		p.Add("/legacy", admin.CodeTooLong, "has %d kinds of hash: give at most %d", n, maxLegacy).With("max", maxLegacy)
	}
	for i, l := range o.Legacy {
		if l == nil {
			p.Add(fmt.Sprintf("/legacy/%d", i), admin.CodeRequired, "is nil: give a people.LegacyHash or leave it out")
		}
	}
	checkNotNegative(&p, "/wait", o.Wait)
	return p.Err()
}

// Hash implements [PasswordHasher].
func (a *Argon2id) Hash(ctx context.Context, password admin.Secret) (PasswordHash, error) {
	h := argon2Hash{argon2Params: a.params, salt: make([]byte, saltLen)}
	if _, err := io.ReadFull(a.rand, h.salt); err != nil {
		return PasswordHash{}, fmt.Errorf("read randomness for a salt: %w", err)
	}
	if err := a.slots.acquire(ctx, a.wait); err != nil {
		return PasswordHash{}, err
	}
	defer a.slots.release()
	h.key = a.key(h.argon2Params, h.salt, keyLen, password)
	return NewPasswordHash(h.String()), nil
}

// Verify implements [PasswordHasher]. It fails with [admin.ErrInvalid] for a hash of no kind that it knows
// and for one whose parameters are outside the limits of [Argon2idOptions].
func (a *Argon2id) Verify(ctx context.Context, h PasswordHash, password admin.Secret) (bool, error) {
	if err := a.slots.acquire(ctx, a.wait); err != nil {
		return false, err
	}
	defer a.slots.release()
	var (
		matched bool
		known   = h.IsZero()
		invalid error
	)
	// Each kind is asked, also if another one is stored: it does its work for a hash that is not its own too.
	for _, l := range a.legacy {
		own := PasswordHash{}
		if !known && l.Recognizes(h) {
			own, known = h, true
		}
		ok, err := l.Verify(own, password)
		matched, invalid = matched || ok && !own.IsZero() && err == nil, errors.Join(invalid, err)
	}
	own := PasswordHash{}
	if !known {
		own = h
	}
	ok, err := a.verify(own, password)
	return matched || ok, errors.Join(invalid, err)
}

// verify compares a password with an Argon2id hash. It does the same work for every h.
func (a *Argon2id) verify(h PasswordHash, password admin.Secret) (bool, error) {
	stored, invalid := argon2Hash{}, error(nil)
	if !h.IsZero() {
		stored, invalid = parsePHC(h.PHC())
	}
	genuine := !h.IsZero() && invalid == nil
	if !genuine {
		stored = argon2Hash{argon2Params: a.params, salt: make([]byte, saltLen), key: make([]byte, keyLen)}
	}
	key := a.key(stored.argon2Params, stored.salt, len(stored.key), password)
	if cost := stored.work(); cost < a.work {
		a.pad(a.work-cost, password)
	}
	same := subtle.ConstantTimeCompare(key, stored.key) == 1
	return same && genuine, invalid
}

// pad does work, in KiB times passes: passes over the current memory and one over the remainder.
func (a *Argon2id) pad(work uint64, password admin.Secret) {
	p, salt := a.params, make([]byte, saltLen)
	if p.time = uint32(work / uint64(p.memory)); p.time > 0 {
		a.key(p, salt, keyLen, password)
	}
	p.time, p.memory = 1, uint32(work%uint64(p.memory))
	if p.memory >= leastMemory(p.threads) {
		a.key(p, salt, keyLen, password)
	}
}

// Outdated implements [PasswordHasher]: it reports whether h is of another kind or has other parameters
// than a.
func (a *Argon2id) Outdated(h PasswordHash) bool {
	stored, err := parsePHC(h.PHC())
	return err != nil || stored.argon2Params != a.params || len(stored.key) != keyLen || len(stored.salt) != saltLen
}

// key derives a key. The caller has a slot.
func (a *Argon2id) key(p argon2Params, salt []byte, length int, password admin.Secret) []byte {
	if a.spent != nil {
		a.spent(p.work())
	}
	return argon2.IDKey([]byte(password.Reveal()), salt, p.time, p.memory, p.threads, uint32(length))
}
