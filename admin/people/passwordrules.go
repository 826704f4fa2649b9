package people

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// Codes of FieldError for passwords.
const (
	CodeGuessable = "guessable" // made of what guessers try first
	CodeBreached  = "breached"  // known from a breach
	CodeSame      = "same"      // the current one
)

// Lengths of a password. The minimums are those of NIST SP 800-63B-4, 3.1.1.2.
const (
	minPassword    = 15   // characters (Unicode code points)
	minPasswordMFA = 8    // if it is one of two factors
	maxPassword    = 1024 // bytes; longer ones are refused, never cut off
)

// PasswordRules are the rules for new passwords; the zero value is ready. There are no rules on kinds
// of characters, and passwords do not expire: both make people choose worse ones (NIST SP 800-63B-4,
// OWASP ASVS 5.0, 6.2). A password is used exactly as received.
type PasswordRules struct {
	// MFA declares that the host always asks for a second factor: a password then needs 8 characters
	// instead of 15.
	MFA bool
	// Optional lets an invitation be accepted without a password, for hosts with single sign-on
	// ([Service.SignInVerified]).
	Optional bool
	// Words are names that are easy to guess, such as the product's. The user's own name and e-mail
	// address and the company's name are added to them.
	Words []string
	// Breaches, if set, checks each new password.
	Breaches BreachChecker
	// BreachTimeout is how long that may take; 0 means 2 seconds.
	BreachTimeout time.Duration
	// BreachesFailOpen accepts a password if Breaches failed or took too long, and logs that.
	// Otherwise it is refused with [admin.ErrBusy].
	BreachesFailOpen bool
}

// BreachChecker knows passwords from breaches, such as those of haveibeenpwned.com.
type BreachChecker interface {
	// Breached reports whether the password is known. An error is logged and must not hold the password
	// or a digest of it.
	Breached(ctx context.Context, password admin.Secret) (bool, error)
}

// errBreachCheck hides the cause, which is the host's: it is logged.
var errBreachCheck = fmt.Errorf(
	"the password could not be checked against breaches: try again later: %w", admin.ErrBusy)

func (r PasswordRules) least() int {
	if r.MFA {
		return minPasswordMFA
	}
	return minPassword
}

// CheckPassword checks a password against the rules for new ones, as every method that sets one does: it fails
// with [admin.ErrInvalid] and every rule that it breaks. about has the names of the user and the company and
// the e-mail address, which must not be most of it. It does no I/O and costs less than a millisecond, so that a
// host can call it while the user types; only the check against breaches is left to the method.
func (s *Service) CheckPassword(password admin.Secret, about ...string) error {
	var p admin.Problems
	s.o.Passwords.check(&p, "/password", password, s.common, about...)
	return p.Err()
}

// check adds to p the rules that a new password breaks, except that of breaches. about has the names of the
// user and the company. Messages never hold the password.
func (r PasswordRules) check(
	p *admin.Problems, path string, password admin.Secret, common blocklist, about ...string,
) {
	text, least := password.Reveal(), r.least()
	switch {
	case text == "":
		p.Add(path, admin.CodeRequired, "is required: give at least %d characters", least).With("min", least)
		return
	case len(text) > maxPassword:
		p.Add(path, admin.CodeTooLong, "has %d bytes: give at most %d", len(text), maxPassword).
			With("max", maxPassword)
		return // it is not read any further
	case !utf8.ValidString(text):
		p.Add(path, admin.CodeFormat, "is not valid UTF-8")
		return
	}
	n := utf8.RuneCountInString(text)
	if n < least {
		p.Add(path, admin.CodeTooShort, "has %d characters: give at least %d, such as four unrelated words", n, least).
			With("min", least)
	}
	// One that is too short is guessable only if as much of what there is could be guessed.
	enough := (min(n, least) + 1) / 2
	if common.surprises(text, guessWords(append(about, r.Words...)...), enough) < enough {
		p.Add(path, CodeGuessable,
			"is easy to guess: it is a common password, or little more than names, repetitions and runs")
	}
}

// hashNew checks a password that has passed check against breaches, and hashes it.
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
	s.o.Logger.WarnContext(ctx, "the check of a password against breaches failed",
		"error", err, "accepted", rules.BreachesFailOpen)
	if rules.BreachesFailOpen {
		return false, nil
	}
	return false, errBreachCheck
}
