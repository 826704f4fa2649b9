package people

import (
	"crypto/subtle"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"

	"github.com/admincenter/admincenter/admin"
)

// Scrypt is the [LegacyHash] of scrypt (RFC 7914) in PHC format: $scrypt$ln=15,r=8,p=1$salt$key.
type Scrypt struct {
	most  scryptParams
	spent func(work uint64) // counts work in tests; nil otherwise
}

// scryptParams are the cost parameters of scrypt; N is two to the power of ln.
type scryptParams struct{ ln, r, p int }

// Limits of scrypt: 128 * 2^ln * r bytes are at most 256 MiB.
const (
	maxScryptLn = 20
	maxScryptR  = 32
	maxScryptP  = 16
	maxScryptNR = 2 << 20
)

// work returns what a hash costs, in blocks of 128 bytes.
func (s scryptParams) work() uint64 { return uint64(s.r) * uint64(s.p) << s.ln }

func (s scryptParams) ok() bool {
	return s.ln >= 1 && s.ln <= maxScryptLn && s.r >= 1 && s.r <= maxScryptR && s.p >= 1 && s.p <= maxScryptP &&
		s.r<<s.ln <= maxScryptNR
}

// NewScrypt returns a Scrypt for hashes that take no more memory and no more work than these parameters: ln of
// 1 to 20, r of 1 to 32 and p of 1 to 16 that take at most 256 MiB. Give the highest that are stored: every
// verification takes as long. It fails with [admin.ErrInvalid] for others.
func NewScrypt(ln, r, p int) (*Scrypt, error) {
	most := scryptParams{ln: ln, r: r, p: p}
	if !most.ok() {
		return nil, fmt.Errorf("people: scrypt: ln=%d,r=%d,p=%d: use ln of 1 to %d, r of 1 to %d and p of 1 to %d "+
			"that take at most 256 MiB: %w", ln, r, p, maxScryptLn, maxScryptR, maxScryptP, admin.ErrInvalid)
	}
	return &Scrypt{most: most}, nil
}

// Recognizes implements [LegacyHash].
func (s *Scrypt) Recognizes(h PasswordHash) bool { return strings.HasPrefix(h.PHC(), "$scrypt$") }

// Verify implements [LegacyHash].
func (s *Scrypt) Verify(h PasswordHash, password admin.Secret) (bool, error) {
	if h.IsZero() {
		s.key(password, make([]byte, saltLen), s.most, keyLen)
		return false, nil
	}
	params, salt, key, ok := s.parse(h.PHC())
	if !ok {
		s.key(password, make([]byte, saltLen), s.most, keyLen)
		return false, errLegacyHash("scrypt")
	}
	derived := s.key(password, salt, params, len(key))
	more := s.most.work() - params.work()
	for pad := s.most; pad.ln >= 1; pad.ln-- {
		run := uint64(pad.r) << pad.ln
		if pad.p = int(more / run); pad.p > 0 {
			s.key(password, salt, pad, len(key))
			more %= run
		}
	}
	return subtle.ConstantTimeCompare(derived, key) == 1, nil
}

func (s *Scrypt) key(password admin.Secret, salt []byte, p scryptParams, length int) []byte {
	if s.spent != nil {
		s.spent(p.work())
	}
	key, err := scrypt.Key([]byte(password.Reveal()), salt, 1<<p.ln, p.r, p.p, length)
	if err != nil {
		return nil // not with parameters that are ok
	}
	return key
}

func (s *Scrypt) parse(text string) (p scryptParams, salt, key []byte, ok bool) {
	parts := strings.Split(text, "$")
	if len(text) > maxPHC || len(parts) != 5 || !s.Recognizes(NewPasswordHash(text)) {
		return p, nil, nil, false
	}
	_, err := fmt.Sscanf(parts[2], "ln=%d,r=%d,p=%d", &p.ln, &p.r, &p.p)
	if err != nil || fmt.Sprintf("ln=%d,r=%d,p=%d", p.ln, p.r, p.p) != parts[2] || !p.ok() ||
		p.r<<p.ln > s.most.r<<s.most.ln || p.work() > s.most.work() {
		return p, nil, nil, false
	}
	if salt, err = legacyBase64(parts[3]); err != nil || len(salt) < minSalt || len(salt) > maxSalt {
		return p, nil, nil, false
	}
	key, err = legacyBase64(parts[4])
	return p, salt, key, err == nil && len(key) >= minKey && len(key) <= maxKey
}
