package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Rate is how many attempts are allowed. Attempts can be used without a wait, and one more is regained after
// each Every.
type Rate struct {
	Attempts int           // from 1 to 1,000,000
	Every    time.Duration // more than 0; regaining all attempts must take less than 100 years
}

const (
	maxAttempts = 1_000_000
	maxRegain   = 100 * 365 * 24 * time.Hour
)

// Check returns nil for a rate within its limits, else [admin.ErrInvalid].
func (r Rate) Check() error {
	if r.Attempts < 1 || r.Attempts > maxAttempts || r.Every <= 0 || r.Every > maxRegain/time.Duration(r.Attempts) {
		return fmt.Errorf("a rate of %d attempts, one regained every %v: give 1 to %d attempts that are regained "+
			"in less than 100 years: %w", r.Attempts, r.Every, maxAttempts, admin.ErrInvalid)
	}
	return nil
}

// Limits are the rates at which a [Service] lets callers try. A field that is zero has the default that is
// given with it; there is no rate without a limit.
type Limits struct {
	// SignIn limits attempts to sign in to one address from one source: 10, one regained every minute. It
	// stops a source that guesses the password of a user, and cannot lock out the user, who has another
	// source. A sign-in that succeeds forgets the attempts.
	SignIn Rate
	// SignInSource limits attempts from one source over all addresses and organizations: 100, one regained
	// every 10 seconds. It stops a source that tries one password on many addresses. It counts sign-ins
	// that succeed as well: raise it where many users share a source. Requests for forgotten passwords have a
	// limit of their own at the same rate.
	SignInSource Rate
	// SignInAddress limits attempts to sign in to one address over all sources: 100 (NIST SP 800-63B-4,
	// 3.2.2), one regained every 15 minutes. It stops guessing that is spread over many sources. It does not
	// hold for a source from which the address has signed in within Trusted, so that its owner gets in.
	SignInAddress Rate
	// Trusted is how long a source from which the right password of an address was given is exempt from
	// SignInAddress: 30 days.
	Trusted time.Duration
	// Password limits how often a user who is signed in gives the current password: 10, one regained every
	// minute.
	Password Rate
	// Factor limits how often a user gives a code of a second factor: 10, one regained every 5 minutes. A right one
	// forgets the attempts.
	Factor Rate
	// Mail limits messages to one address over all organizations: 10, one regained every 30 minutes.
	// Messages that anyone can ask for, without a Scope, have a limit of their own at the same rate: using
	// them up does not hinder invitations.
	Mail Rate
	// MailOrganization limits messages of one organization: 200, one regained every minute. Messages that
	// anyone can ask for have a limit of their own at the same rate, which counts requests for unknown addresses
	// as well, since it must not distinguish them; while it is used up administrators can still send resets.
	MailOrganization Rate
}

// limits returns each rate with its name and its default.
func (l *Limits) limits() []limit {
	return []limit{
		{"signIn", &l.SignIn, Rate{10, time.Minute}},
		{"signInSource", &l.SignInSource, Rate{100, 10 * time.Second}},
		{"signInAddress", &l.SignInAddress, Rate{100, 15 * time.Minute}},
		{"password", &l.Password, Rate{10, time.Minute}},
		{"factor", &l.Factor, Rate{10, 5 * time.Minute}},
		{"mail", &l.Mail, Rate{10, 30 * time.Minute}},
		{"mailOrganization", &l.MailOrganization, Rate{200, time.Minute}},
	}
}

type limit struct {
	name    string
	rate    *Rate
	initial Rate
}

func (l Limits) withDefaults() Limits {
	for _, each := range l.limits() {
		if *each.rate == (Rate{}) {
			*each.rate = each.initial
		}
	}
	if l.Trusted == 0 {
		l.Trusted = 30 * 24 * time.Hour
	}
	return l
}

// check adds to p the rates that are out of their limits; zero ones have defaults.
func (l Limits) check(p *admin.Problems) {
	l = l.withDefaults()
	for _, each := range l.limits() {
		if err := each.rate.Check(); err != nil {
			p.AddError("/limits/"+each.name, admin.CodeRange, err)
		}
	}
	checkNotNegative(p, "/limits/trusted", l.Trusted)
}

// maxSource is the length of the name of a source, in bytes.
const maxSource = 255

// checkSource fails with [admin.ErrInvalid] for the name of a source that is too long.
func checkSource(source string) error {
	var p admin.Problems
	if len(source) > maxSource {
		p.Add("/source", admin.CodeTooLong, "has %d bytes: give at most %d", len(source), maxSource).With("max", maxSource)
	}
	return p.Err()
}

// signInKeys are what one attempt to sign in counts under.
type signInKeys struct{ pair, source, address string }

func newSignInKeys(org admin.OrgID, e Email, source string) signInKeys {
	k := signInKeys{pair: limitKey("signin", string(org), e.Key, source)}
	if source != "" {
		k.source = limitKey("signin-source", source)
		k.address = limitKey("signin-address", string(org), e.Key)
	}
	return k
}

// limitSignIn counts an attempt to sign in. It does the same work for addresses that are no user's.
func (s *Service) limitSignIn(ctx context.Context, k signInKeys) error {
	l := s.o.Limits
	if k.source == "" {
		return s.o.Limiter.Attempt(ctx, k.pair, l.SignIn)
	}
	// The source comes first, so that one over its limit uses up none of another.
	if err := s.o.Limiter.Attempt(ctx, k.source, l.SignInSource); err != nil {
		return err
	}
	if err := s.o.Limiter.Attempt(ctx, k.pair, l.SignIn); err != nil {
		return err
	}
	limited := s.o.Limiter.Attempt(ctx, k.address, l.SignInAddress)
	if !errors.Is(limited, admin.ErrRateLimited) {
		return limited
	}
	trusted, err := s.o.Limiter.Trusts(ctx, k.pair)
	if err != nil {
		return err
	}
	if trusted {
		return nil
	}
	return limited
}

// signedIn notes that an attempt succeeded. The count of the source stays, or an attacker would reset it by
// an account of their own; that of the address does too, for its owner signs in while others guess.
func (s *Service) signedIn(ctx context.Context, k signInKeys) error {
	if err := s.o.Limiter.Reset(ctx, k.pair); err != nil {
		return err
	}
	return s.trustSource(ctx, k)
}

// trustSource notes that the password of an address was given from a source.
func (s *Service) trustSource(ctx context.Context, k signInKeys) error {
	if k.source == "" {
		return nil
	}
	return s.o.Limiter.Trust(ctx, k.pair, s.o.Limits.Trusted)
}
