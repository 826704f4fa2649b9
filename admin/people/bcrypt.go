package people

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"github.com/admincenter/admincenter/admin"
)

// Bcrypt is the [LegacyHash] of bcrypt: $2a$, $2b$ and $2y$. A password of more than 72 bytes, of which bcrypt
// ignores the rest, matches nothing.
type Bcrypt struct {
	cost  int
	spent func(work uint64) // counts work in tests; nil otherwise
}

const (
	maxBcryptCost     = 16
	maxBcryptPassword = 72 // bytes
	bcryptLen         = 60
	bcryptAlphabet    = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// NewBcrypt returns a Bcrypt for hashes of at most the given cost, 4 to 16. Give the highest cost that is
// stored: every verification takes as long as one of it. It fails with [admin.ErrInvalid] for another cost.
func NewBcrypt(cost int) (*Bcrypt, error) {
	if cost < bcrypt.MinCost || cost > maxBcryptCost {
		return nil, fmt.Errorf("people: bcrypt: cost %d: use %d to %d: %w", cost, bcrypt.MinCost, maxBcryptCost,
			admin.ErrInvalid)
	}
	return &Bcrypt{cost: cost}, nil
}

// Recognizes implements [LegacyHash].
func (b *Bcrypt) Recognizes(h PasswordHash) bool {
	text := h.PHC()
	return strings.HasPrefix(text, "$2a$") || strings.HasPrefix(text, "$2b$") || strings.HasPrefix(text, "$2y$")
}

// Verify implements [LegacyHash].
func (b *Bcrypt) Verify(h PasswordHash, password admin.Secret) (bool, error) {
	text, cost, invalid := h.PHC(), 0, error(nil)
	if !h.IsZero() {
		if cost = bcryptCost(text); cost < bcrypt.MinCost || cost > b.cost || !b.Recognizes(h) {
			cost, invalid = 0, errLegacyHash("bcrypt")
		}
	}
	given := []byte(password.Reveal())
	fits := len(given) <= maxBcryptPassword
	if !fits {
		given = given[:maxBcryptPassword]
	}
	if cost == 0 {
		b.compare(bcryptDecoy(b.cost), b.cost, given)
		return false, invalid
	}
	ok := b.compare(text, cost, given)
	// A cost of one more is twice the work, so one hash of each cost in between makes up for the difference.
	for c := cost; c < b.cost; c++ {
		b.compare(bcryptDecoy(c), c, given)
	}
	return ok && fits, nil
}

func (b *Bcrypt) compare(text string, cost int, password []byte) bool {
	if b.spent != nil {
		b.spent(1 << cost)
	}
	return bcrypt.CompareHashAndPassword([]byte(text), password) == nil
}

// bcryptCost returns the cost of a well-formed hash, or 0.
func bcryptCost(text string) int {
	if len(text) != bcryptLen || text[6] != '$' || strings.Trim(text[7:], bcryptAlphabet) != "" {
		return 0
	}
	n, err := strconv.ParseUint(text[4:6], 10, 8)
	if err != nil {
		return 0
	}
	return int(n)
}

// bcryptDecoy returns a well-formed hash of no known password.
func bcryptDecoy(cost int) string {
	return fmt.Sprintf("$2b$%02d$%s", cost, strings.Repeat(".", bcryptLen-7))
}
