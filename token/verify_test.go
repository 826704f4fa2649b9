package token_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func TestVerify(t *testing.T) {
	h := newHouse(t)
	made := h.generate(h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite), settings.PermissionRead)
	v, err := h.verify(made)
	require.NoError(t, err)
	require.Equal(t, made.Token.Bearer(), v.Token)
	require.Equal(t, acme, v.Scope.Org())
	require.Equal(t, admin.Actor{Kind: admin.ActorToken, ID: made.Token.ID.String()}, v.Scope.Actor())
	require.NoError(t, v.Scope.Require(settings.PermissionRead))
	require.ErrorIs(t, v.Scope.Require(settings.PermissionWrite), admin.ErrForbidden, "its creator's other permissions are not the token's")
}

func TestVerifyRefuses(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	deleted, off, live := h.generate(scope, settings.PermissionRead), h.generate(scope, settings.PermissionRead), h.generate(scope, settings.PermissionRead)
	require.NoError(t, h.Delete(t.Context(), scope, deleted.Token.ID, token.EndOptions{}))
	_, err := h.Deactivate(t.Context(), scope, off.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	expired, err := h.expiring(scope, start.Add(time.Hour), settings.PermissionRead)
	require.NoError(t, err)
	h.now = start.Add(2 * time.Hour)
	source := rand.NewChaCha8([32]byte{42})
	for _, tc := range []struct {
		reason, secret string
		want           token.Reason
		of             token.Token // if it is known
		finds          int         // how often the storage is asked
	}{
		{"nothing", "", token.ReasonMalformed, token.Token{}, 0},
		{"huge", strings.Repeat("x", 1<<20), token.ReasonMalformed, token.Token{}, 0},
		{"not a token", "Bearer " + live.Secret.Reveal(), token.ReasonMalformed, token.Token{}, 0},
		{"mistyped", strings.Replace(live.Secret.Reveal(), "_live_", "_test_", 1), token.ReasonChecksum, token.Token{}, 0},
		{"of the other environment", secretFrom(t, source, "", token.Test), token.ReasonForeign, token.Token{}, 0},
		{"of another brand", secretFrom(t, source, "acme", ""), token.ReasonForeign, token.Token{}, 0},
		{"of another storage", secretFrom(t, source, "", ""), token.ReasonUnknown, token.Token{}, 1},
		{"deleted", deleted.Secret.Reveal(), token.ReasonDeleted, deleted.Token, 1},
		{"switched off", off.Secret.Reveal(), token.ReasonDeactivated, off.Token, 1},
		{"expired", expired.Secret.Reveal(), token.ReasonExpired, expired.Token, 1},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			*h.store = spy{Store: h.store.Store}
			h.log.Reset()
			v, err := h.Verify(t.Context(), admin.NewSecret(tc.secret))
			requireRefused(t, tc.want, tc.of, err)
			require.Equal(t, token.Verified{}, v)
			require.NoError(t, h.Flush(t.Context()))
			require.Equal(t, tc.finds, h.store.finds)
			require.Zero(t, h.store.touches, "a refused token is not used")
			require.Equal(t, 1, strings.Count(h.log.String(), "TOKEN_REFUSED"))
			require.Contains(t, h.log.String(), "event.reason="+string(tc.want))
			if tc.finds > 0 && tc.want != token.ReasonUnknown {
				require.Contains(t, h.log.String(), tc.of.ID.String(), "an old secret in use is of interest")
			}
			if tc.finds > 0 {
				require.Contains(t, h.log.String(), "event.prefix=adm_live_")
			} else if tc.want == token.ReasonMalformed {
				require.NotContains(t, h.log.String(), "prefix", "the text may be a secret of another kind")
			}
		})
	}
	_, err = h.verify(live)
	require.NoError(t, err)
}

func TestTheStateIsCheckedEveryTime(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	end := start.Add(time.Hour)
	made, err := h.expiring(scope, end, settings.PermissionRead)
	require.NoError(t, err)
	ok := func(reason string) {
		t.Helper()
		_, err := h.verify(made)
		require.NoError(t, err, reason)
	}
	no := func(want token.Reason) {
		t.Helper()
		_, err := h.verify(made)
		require.Equal(t, want, refused(t, err).Reason())
	}
	ok("new")
	_, err = h.Deactivate(t.Context(), scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	no(token.ReasonDeactivated)
	_, err = h.Reactivate(t.Context(), scope, made.Token.ID)
	require.NoError(t, err)
	h.now = end.Add(-time.Nanosecond)
	ok("just before it expires")
	h.now = end
	no(token.ReasonExpired)
	h.now = end.Add(time.Hour)
	no(token.ReasonExpired)
	require.NoError(t, h.Delete(t.Context(), scope, made.Token.ID, token.EndOptions{}))
	h.now = start
	no(token.ReasonDeleted)
	kept, err := h.Get(t.Context(), scope, made.Token.ID)
	require.NoError(t, err, "the tombstone stays")
	require.Equal(t, token.Deleted, kept.State)
}

func TestAFailingStorageIsNotABadToken(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	h.store.fail = errDown
	_, err := h.verify(made)
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, token.ErrBadToken)
	require.NotErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestVerifyDoesNotRelyOnHowTheStorageCompares(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	h.store.found = func(s *token.Stored) { s.Hash.Digest[31] ^= 0x20 } // as a letter's case
	_, err := h.verify(made)
	requireRefused(t, token.ReasonUnknown, token.Token{}, err)
}

func TestLastUsedIsNotedOnceAMinute(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	made := h.generate(scope, settings.PermissionRead)
	for _, tc := range []struct {
		reason  string
		after   time.Duration
		touches int
		want    time.Duration
	}{
		{"first use", 0, 1, 0},
		{"again in the same instant", 0, 1, 0},
		{"too soon", time.Minute - time.Microsecond, 1, 0},
		{"a minute later", time.Minute, 2, time.Minute},
		{"a clock that is behind", 30 * time.Second, 2, time.Minute},
		{"much later", time.Hour, 3, time.Hour},
	} {
		h.now = start.Add(tc.after)
		_, err := h.verify(made)
		require.NoError(t, err, tc.reason)
		kept, err := h.Get(t.Context(), scope, made.Token.ID)
		require.NoError(t, err)
		require.Equal(t, tc.touches, h.store.touches, tc.reason)
		require.Equal(t, start.Add(tc.want), kept.LastUsedAt, tc.reason)
		require.Equal(t, int64(1), kept.Version, "using a token does not change it")
	}
	require.Len(t, h.trail(admin.Subject{Kind: "token"}), 1, "and leaves no record")
}

// requireNoSecret checks that a text has nothing of a secret but its last four characters.
func requireNoSecret(t *testing.T, text string, made token.Generated) {
	t.Helper()
	secret := made.Secret.Reveal()
	body := strings.TrimPrefix(secret, made.Token.Prefix)
	for i := 0; i+8 <= len(body); i++ {
		require.NotContains(t, text, body[i:i+8])
	}
}

func TestOnlyRevealReturnsTheSecret(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	made := h.generate(scope, settings.PermissionRead)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%p"} {
		requireNoSecret(t, fmt.Sprintf(verb, made), made)
		requireNoSecret(t, fmt.Sprintf(verb, &made), made)
		requireNoSecret(t, fmt.Sprintf(verb, []any{made, map[string]token.Generated{"x": made}, struct{ inner any }{made}}), made)
	}
	for _, encode := range []func(any) ([]byte, error){json.Marshal, func(v any) ([]byte, error) { return json.Marshal([]any{v}) }} {
		text, err := encode(made)
		require.NoError(t, err)
		requireNoSecret(t, string(text), made)
		require.NotContains(t, strings.ToLower(string(text)), "secret", "not even that there is one")
	}
	h.options.Logger.Info("made", "token", made, "secret", made.Secret)

	// Everything that the library stores, returns or logs.
	v, err := h.verify(made)
	require.NoError(t, err)
	_, err = h.Deactivate(t.Context(), scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	_, err = h.verify(made)
	page, listErr := h.List(t.Context(), scope, token.Filter{}, admin.Query{})
	require.NoError(t, listErr)
	requireNoSecret(t, fmt.Sprintf("%+v %+v %+v %v %#v", v, page, h.trail(admin.Subject{}), err, err), made)
	_, err = h.Verify(t.Context(), admin.NewSecret(made.Secret.Reveal()+"x"))
	requireNoSecret(t, fmt.Sprintf("%+v %#v", err, err), made)
	requireNoSecret(t, h.log.String(), made)
	require.NotEmpty(t, h.log.String())
}

func TestAuthorize(t *testing.T) {
	h := newHouse(t)
	scope := admin.System(acme)
	made, err := h.expiring(scope, start.Add(time.Hour), customer.PermissionRead, customer.PermissionWrite)
	require.NoError(t, err)
	actor := h.as(made).Actor()
	authorize := func(ps ...admin.Permission) error { return h.Authorize(t.Context(), acme, actor, ps...) }

	require.NoError(t, authorize(customer.PermissionWrite, customer.PermissionRead))
	require.ErrorIs(t, authorize(customer.PermissionWrite, customer.PermissionAccountsWrite), admin.ErrForbidden)

	for reason, tc := range map[string]struct {
		org   admin.OrgID
		actor admin.Actor
		want  error
	}{
		"another organization":       {other, actor, admin.ErrNotFound},
		"no such token":              {acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.Max.String()}, admin.ErrNotFound},
		"not the id of a token":      {acme, admin.Actor{Kind: admin.ActorToken, ID: "x"}, admin.ErrNotFound},
		"a user":                     {acme, admin.Actor{Kind: admin.ActorUser, ID: actor.ID}, admin.ErrForbidden},
		"the host":                   {acme, admin.Actor{Kind: admin.ActorSystem}, admin.ErrForbidden},
		"no actor":                   {acme, admin.Actor{}, admin.ErrForbidden},
		"no organization":            {"", actor, admin.ErrInvalid},
		"not an organization's name": {"a b", actor, admin.ErrInvalid},
	} {
		t.Run(reason, func(t *testing.T) {
			require.ErrorIs(t, h.Authorize(t.Context(), tc.org, tc.actor, customer.PermissionRead), tc.want)
		})
	}

	_, err = h.Deactivate(t.Context(), scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	require.ErrorIs(t, authorize(customer.PermissionRead), admin.ErrForbidden)
	require.ErrorContains(t, authorize(), "deactivated")
	_, err = h.Reactivate(t.Context(), scope, made.Token.ID)
	require.NoError(t, err)
	require.NoError(t, authorize(customer.PermissionRead))
	h.now = start.Add(time.Hour)
	require.ErrorIs(t, authorize(customer.PermissionRead), admin.ErrForbidden)
	require.NoError(t, h.Delete(t.Context(), scope, made.Token.ID, token.EndOptions{}))
	require.ErrorContains(t, authorize(customer.PermissionRead), "deleted")
}

func TestVerifyUnderACancelledContext(t *testing.T) {
	h := newHouse(t)
	made := h.generate(admin.System(acme), settings.PermissionRead)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Verify(ctx, made.Secret)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, token.ErrBadToken)
}

func TestVerifyAllocatesForTheActorOnly(t *testing.T) {
	h := newHouse(t)
	made := h.generate(h.user("ann", token.PermissionWrite, settings.PermissionRead), settings.PermissionRead)
	_, err := h.verify(made)
	require.NoError(t, err)
	require.NoError(t, h.Flush(t.Context()))
	s, err := token.NewService(h.ports(h.backend.Tokens()), h.options)
	require.NoError(t, err)
	ctx := context.Background()
	allocated := testing.AllocsPerRun(100, func() {
		if _, err := s.Verify(ctx, made.Secret); err != nil {
			t.Fatal(err)
		}
	})
	require.LessOrEqual(t, allocated, 1.0)
	v, err := s.Verify(ctx, made.Secret)
	require.NoError(t, err)
	require.Equal(t, made.Token.Actor(), v.Scope.Actor())
	require.Equal(t, made.Token.UserID.String(), v.Scope.User())
}
