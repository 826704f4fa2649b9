package people

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// Codes of FieldError for passwords.
const (
	CodeGuessable = "guessable" // made of what guessers try first
	CodeBreached  = "breached"  // known from a breach
	CodeSame      = "same"      // the one that is to be replaced
)

// Lengths of a password. The least are those of NIST SP 800-63B-4, 3.1.1.2.
const (
	minPassword    = 15   // characters (Unicode code points)
	minPasswordMFA = 8    // where it is one of two factors
	maxPassword    = 1024 // bytes; longer ones are refused, never cut off
)

// PasswordRules say which passwords users may choose; the zero value is ready. There are no rules on
// kinds of characters and passwords do not grow old: both make people choose worse ones (NIST SP
// 800-63B-4, OWASP ASVS 5.0, 6.2). A password is taken exactly as received.
type PasswordRules struct {
	// MFA declares that the host always asks for a second factor: 8 characters are then enough,
	// else it takes 15.
	MFA bool
	// Optional lets somebody accept an invitation without a password, for hosts with single
	// sign-on (People.SignInVerified).
	Optional bool
	// Words are names that everybody would try, such as the product's. The user's own name and
	// e-mail address and the company's name are added to them.
	Words []string
	// Breaches, where set, is asked about each new password.
	Breaches BreachChecker
	// BreachTimeout is how long it may take; 0 means 2 seconds.
	BreachTimeout time.Duration
	// BreachesFailOpen takes a password where Breaches failed or took too long, and logs that.
	// Otherwise it is refused with ErrBusy.
	BreachesFailOpen bool
}

// BreachChecker knows passwords from breaches, such as those of haveibeenpwned.com.
type BreachChecker interface {
	// Breached reports whether the password is known. An error must not hold the password or a
	// digest of it: it is logged.
	Breached(ctx context.Context, password admin.Secret) (bool, error)
}

func (r PasswordRules) least() int {
	if r.MFA {
		return minPasswordMFA
	}
	return minPassword
}

// check reports the first rule that a new password breaks, breaches aside. about is what belongs
// to the user. Messages never hold the password.
func (r PasswordRules) check(p *admin.Problems, path string, password admin.Secret, common blocklist, about ...string) {
	text, least := password.Reveal(), r.least()
	switch n := utf8.RuneCountInString(text); {
	case text == "":
		p.Add(path, admin.CodeRequired, "is required: give at least %d characters", least)
	case len(text) > maxPassword:
		p.Add(path, admin.CodeTooLong, "has %d bytes: give at most %d", len(text), maxPassword)
	case !utf8.ValidString(text):
		p.Add(path, admin.CodeFormat, "is not valid UTF-8")
	case n < least:
		p.Add(path, admin.CodeTooShort, "has %d characters: give at least %d, such as four words that have nothing to do with each other", n, least)
	default:
		if enough := (least + 1) / 2; common.surprises(text, guessWords(append(about, r.Words...)...), enough) < enough {
			p.Add(path, CodeGuessable, "is easy to guess: it is a common password, or little more than names, repetitions and runs")
		}
	}
}

// hashNew asks about breaches and hashes a password that has passed check.
func (s *Service) hashNew(ctx context.Context, path string, password admin.Secret) (PasswordHash, error) {
	if password.IsZero() {
		return PasswordHash{}, nil
	}
	known, err := s.breached(ctx, password)
	if err != nil {
		return PasswordHash{}, err
	}
	if known {
		var p admin.Problems
		p.Add(path, CodeBreached, "is known from a breach: choose another one, and change it wherever else it is used")
		return PasswordHash{}, p.Err()
	}
	return s.o.Hasher.Hash(ctx, password)
}

func (s *Service) breached(ctx context.Context, password admin.Secret) (bool, error) {
	rules := s.o.Passwords
	if rules.Breaches == nil {
		return false, nil
	}
	limited, cancel := context.WithTimeout(ctx, rules.BreachTimeout)
	defer cancel()
	known, err := rules.Breaches.Breached(limited, password)
	switch {
	case err == nil:
		return known, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	s.o.Logger.WarnContext(ctx, "the check of a password against breaches failed", "error", err, "taken", rules.BreachesFailOpen)
	if rules.BreachesFailOpen {
		return false, nil
	}
	return false, errBreachCheck
}
