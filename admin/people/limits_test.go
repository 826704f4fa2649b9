package people_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

func TestSignInRefusesALongSource(t *testing.T) {
	h := newHouse(t)
	_, err := h.SignIn(t.Context(), acme, from(strings.Repeat("x", 256), "ann@acme.example", annsPassword))
	requireProblem(t, err, "/source", admin.CodeTooLong)
	_, err = h.SignIn(t.Context(), acme, from(strings.Repeat("x", 255), "ann@acme.example", annsPassword))
	require.NoError(t, err)
}
