package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// from is an attempt to sign in from a source.
func from(source, email string, password admin.Secret) people.SignInInput {
	return people.SignInInput{Email: email, Password: password, Source: source}
}

func TestSignInFromAnotherSourceIsNotDelayed(t *testing.T) {
	h := newHouse(t)
	for range 10 {
		_, err := h.SignIn(t.Context(), acme, from("attacker", "ann@acme.example", bobsPassword))
		require.ErrorIs(t, err, people.ErrSignIn)
	}
	_, err := h.SignIn(t.Context(), acme, from("attacker", "ann@acme.example", annsPassword))
	require.ErrorIs(t, err, admin.ErrRateLimited)
	_, err = h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.NoError(t, err)
	h.signIn("ann@acme.example", annsPassword) // without a source is another one
}

func TestSignInOfOnePasswordOverManyAddressesIsStopped(t *testing.T) {
	h := newHouse(t)
	attempts := 0
	for n := range 1000 {
		// Signing in to an own account in between does not help.
		_, err := h.SignIn(t.Context(), acme, from("attacker", "ann@acme.example", annsPassword))
		if err == nil {
			_, err = h.SignIn(t.Context(), acme, from("attacker", fmt.Sprintf("user%d@acme.example", n), bobsPassword))
			require.NotErrorIs(t, err, nil)
		}
		if err != nil && !isRateLimited(err) {
			attempts++
		}
	}
	require.Equal(t, 50, attempts)
	_, err := h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.NoError(t, err, "other sources are not delayed")
	h.clock.Add(10 * time.Second)
	_, err = h.SignIn(t.Context(), acme, from("attacker", "ann@acme.example", annsPassword))
	require.NoError(t, err, "one is regained")
}

func isRateLimited(err error) bool {
	_, ok := admin.RetryAfter(err)
	return ok
}

func TestSignInFromManySourcesLocksTheOwnerOutOfNewOnesOnly(t *testing.T) {
	h := newHouse(t)
	_, err := h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.NoError(t, err)
	for _, email := range []string{"ann@acme.example", "nobody@acme.example"} {
		guesses := 0
		for n := range 1000 {
			_, err := h.SignIn(t.Context(), acme, from(fmt.Sprint("bot ", n), email, bobsPassword))
			if !isRateLimited(err) {
				require.ErrorIs(t, err, people.ErrSignIn)
				guesses++
			}
		}
		require.InDelta(t, 100, guesses, 1, email)
	}
	_, err = h.SignIn(t.Context(), acme, from("café", "ann@acme.example", annsPassword))
	require.ErrorIs(t, err, admin.ErrRateLimited)
	for range 3 {
		_, err = h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
		require.NoError(t, err)
	}
	_, err = h.SignIn(t.Context(), acme, from("home", "nobody@acme.example", annsPassword))
	require.ErrorIs(t, err, admin.ErrRateLimited, "the source is trusted for one address")
	for range 10 {
		_, err = h.SignIn(t.Context(), acme, from("home", "ann@acme.example", bobsPassword))
		require.ErrorIs(t, err, people.ErrSignIn)
	}
	_, err = h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.ErrorIs(t, err, admin.ErrRateLimited, "a trusted source has the limit of any source")
	h.clock.Add(31 * 24 * time.Hour)
	_, err = h.SignIn(t.Context(), acme, from("café", "ann@acme.example", annsPassword))
	require.NoError(t, err)
}

// A user with a second factor is no easier to lock out than others.
func TestTheSourceOfAUserWithASecondFactorIsTrusted(t *testing.T) {
	h := guarded(t)
	h.enroll(h.ann, annsPassword)
	_, err := h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.ErrorIs(t, err, people.ErrSecondFactorRequired)
	for n := range 110 {
		_, err = h.SignIn(t.Context(), acme, from(fmt.Sprint("bot ", n), "ann@acme.example", bobsPassword))
		require.Error(t, err)
	}
	require.ErrorIs(t, err, admin.ErrRateLimited)
	_, err = h.SignIn(t.Context(), acme, from("home", "ann@acme.example", annsPassword))
	require.ErrorIs(t, err, people.ErrSecondFactorRequired)
}

func TestSignInRefusesALongSource(t *testing.T) {
	h := newHouse(t)
	_, err := h.SignIn(t.Context(), acme, from(strings.Repeat("x", 256), "ann@acme.example", annsPassword))
	requireProblem(t, err, "/source", admin.CodeTooLong)
	_, err = h.SignIn(t.Context(), acme, from(strings.Repeat("x", 255), "ann@acme.example", annsPassword))
	require.NoError(t, err)
}

// breakingLimiter fails at one of its calls, and notes the keys.
type breakingLimiter struct {
	people.Limiter
	calls, breakAt int
	keys           []string
}

var errDown = errors.New("down")

func (b *breakingLimiter) call(key string) error {
	b.keys = append(b.keys, key)
	b.calls++
	if b.calls == b.breakAt {
		return errDown
	}
	return nil
}

func (b *breakingLimiter) Attempt(ctx context.Context, key string, rate people.Rate) error {
	if err := b.call(key); err != nil {
		return err
	}
	return b.Limiter.Attempt(ctx, key, rate)
}

func (b *breakingLimiter) Reset(ctx context.Context, key string) error {
	if err := b.call(key); err != nil {
		return err
	}
	return b.Limiter.Reset(ctx, key)
}

func (b *breakingLimiter) Trust(ctx context.Context, key string, within time.Duration) error {
	if err := b.call(key); err != nil {
		return err
	}
	return b.Limiter.Trust(ctx, key, within)
}

func (b *breakingLimiter) Trusts(ctx context.Context, key string) (bool, error) {
	if err := b.call(key); err != nil {
		return true, err
	}
	return b.Limiter.Trusts(ctx, key)
}

// A limiter that fails, at whichever call, lets nothing through.
func TestLimiterThatFailsLetsNothingThrough(t *testing.T) {
	for name, call := range map[string]func(h *house, s *people.Service) error{
		"sign in": func(h *house, s *people.Service) error {
			_, err := s.SignIn(h.t.Context(), acme, from("", "ann@acme.example", annsPassword))
			return err
		},
		"sign in from a source": func(h *house, s *people.Service) error {
			_, err := s.SignIn(h.t.Context(), acme, from("home", "ann@acme.example", annsPassword))
			return err
		},
		"sign in again while the address is attacked": func(h *house, s *people.Service) error {
			_, err := s.SignIn(h.t.Context(), acme, from("home", "ann@acme.example", annsPassword))
			if err == nil {
				_, err = s.SignIn(h.t.Context(), acme, from("home", "ann@acme.example", annsPassword))
			}
			return err
		},
		"change the password": func(h *house, s *people.Service) error {
			return changePassword(h.t.Context(), s, h.ann.Scope, annsPassword, newPassword)
		},
		"invite": func(h *house, s *people.Service) error {
			_, _, err := s.Invite(h.t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
			return err
		},
		"change the e-mail address": func(h *house, s *people.Service) error {
			_, _, err := s.RequestEmailChange(h.t.Context(), h.ann.Scope, toNew("anna@acme.example", annsPassword))
			return err
		},
		"request a reset": func(h *house, s *people.Service) error {
			_, err := s.RequestPasswordReset(h.t.Context(), acme, people.ResetRequest{Email: "ann@acme.example", Source: "home"})
			return err
		},
		"send a reset": func(h *house, s *people.Service) error {
			_, err := s.SendPasswordReset(h.t.Context(), h.ann.Scope, h.ann.User.ID)
			return err
		},
		"reset": func(h *house, s *people.Service) error {
			_, err := s.ResetPassword(h.t.Context(), acme, h.forgot("ann@acme.example").Secret, newPassword)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for at := 1; ; at++ {
				h := newHouse(t)
				l := &breakingLimiter{Limiter: newLimiter(t, people.MemoryLimiterOptions{Now: h.clock.Now}), breakAt: at}
				s := h.service(people.Options{
					Runtime: admin.Runtime{Now: h.clock.Now}, Roles: admincenter.DefaultRoles(), Hasher: cheap(t), Limiter: l,
					Limits: people.Limits{SignInAddress: people.Rate{Attempts: 1, Every: time.Hour}},
				})
				err := call(h, s)
				for _, key := range l.keys {
					require.Regexp(t, `^[a-z-]+:[0-9a-f]{64}$`, key, "without personal data")
					require.LessOrEqual(t, len(key), 80)
				}
				if l.calls < at {
					require.NoError(t, err)
					require.Greater(t, at, 1, "no limit at all")
					return
				}
				require.ErrorIs(t, err, errDown, "call %d", at)
			}
		})
	}
}
