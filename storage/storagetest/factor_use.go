package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func testCompleting(t *testing.T, w *world) {
	f := w.b.Factors()
	complete := func(c people.SignInCompletion) error { return f.Complete(t.Context(), w.org, c) }
	t.Run("ends the sign-in and takes the step, once", func(t *testing.T) {
		factor := w.confirmed(t, w.ann(t, "step"))
		for _, tc := range []struct {
			reason string
			change func(*people.TOTPFactor)
			ok     bool
		}{
			{"the step that confirmed it", func(*people.TOTPFactor) {}, false},
			{"an earlier step", func(f *people.TOTPFactor) { f.Step-- }, false},
			{"another factor", func(f *people.TOTPFactor) { f.ID, f.Step = w.id(), f.Step+1 }, false},
			{"the next step", func(f *people.TOTPFactor) { f.Step++ }, true},
		} {
			c := people.SignInCompletion{Digest: w.pending(t, factor.UserID, tc.reason), At: epoch, TOTP: factor}
			tc.change(&c.TOTP)
			c.TOTP.Sealed = []byte("sealed again")
			before := w.state(t, factor.UserID)
			if !tc.ok {
				require.ErrorIs(t, complete(c), admin.ErrConflict, tc.reason)
				require.Equal(t, before, w.state(t, factor.UserID), tc.reason)
				_, err := f.Pending(t.Context(), w.org, c.Digest)
				require.NoError(t, err, "%s: it goes on waiting", tc.reason)
				continue
			}
			require.NoError(t, complete(c), tc.reason)
			before.TOTP.Step, before.TOTP.Sealed = c.TOTP.Step, c.TOTP.Sealed
			require.Equal(t, before, w.state(t, factor.UserID), tc.reason)
			require.ErrorIs(t, complete(c), admin.ErrNotFound, "the ticket was used")
		}
	})
	t.Run("takes no code of a factor that is not confirmed, or was never there", func(t *testing.T) {
		factor := w.enrolling(t, w.ann(t, "begun"))
		c := people.SignInCompletion{Digest: w.pending(t, factor.UserID, "begun"), At: epoch, TOTP: factor}
		c.TOTP.Step = 1
		require.ErrorIs(t, complete(c), admin.ErrConflict)
		none := w.factor(w.ann(t, "none"))
		c = people.SignInCompletion{Digest: w.pending(t, none.UserID, "none"), At: epoch, TOTP: none}
		c.TOTP.Step = 1
		require.ErrorIs(t, complete(c), admin.ErrConflict)
	})
	t.Run("needs no factor of its own for a passkey", func(t *testing.T) {
		c := people.SignInCompletion{Digest: w.pending(t, w.ann(t, "passkey"), "passkey"), At: epoch}
		require.NoError(t, complete(c))
		require.ErrorIs(t, complete(c), admin.ErrNotFound)
	})
	t.Run("not when it is expired", func(t *testing.T) {
		c := people.SignInCompletion{Digest: w.pending(t, w.ann(t, "late"), "late"), At: epoch.Add(10 * time.Minute)}
		require.ErrorIs(t, complete(c), admin.ErrNotFound)
		c.At = c.At.Add(-time.Microsecond)
		require.NoError(t, complete(c))
	})
	t.Run("not when the user's password or access changed, by a factor or a code", func(t *testing.T) {
		ann := w.member(t, "changed", people.Developer)
		w.confirmed(t, ann.ID)
		c := people.SignInCompletion{Digest: w.pending(t, ann.ID, "changed"), At: epoch}
		ann.Status = people.UserDeactivated
		require.NoError(t, w.b.Users().UpdateAccess(t.Context(), w.org, access(ann), w.rec("user.deactivate")))
		require.ErrorIs(t, complete(c), admin.ErrConflict)
		require.ErrorIs(t, f.CompleteByCode(t.Context(), w.org, c, w.digest("code 1"), w.rec("user.code")), admin.ErrConflict)
		require.Equal(t, 10, w.state(t, ann.ID).RecoveryCodes)
	})
}

// rounds is how many callers use one thing at the same time, four at a time.
const rounds = 200

func testFactorsAtOnce(t *testing.T, w *world) {
	f := w.b.Factors()
	t.Run("of many sign-ins with one code of an app one succeeds", func(t *testing.T) {
		factor := w.confirmed(t, w.ann(t, "code"))
		errs := w.each(t, factor.UserID, func(ctx context.Context, c people.SignInCompletion) error {
			c.TOTP = factor
			c.TOTP.Step++
			return f.Complete(ctx, w.org, c)
		})
		require.Len(t, succeeded(t, errs, admin.ErrConflict), 1)
	})
	t.Run("of many sign-ins with one recovery code one succeeds", func(t *testing.T) {
		factor := w.confirmed(t, w.ann(t, "recovery"))
		errs := w.each(t, factor.UserID, func(ctx context.Context, c people.SignInCompletion) error {
			return f.CompleteByCode(ctx, w.org, c, w.digest("code 1"), w.rec("user.use_recovery_code"))
		})
		require.Len(t, succeeded(t, errs, admin.ErrConflict), 1)
		require.Equal(t, 9, w.state(t, factor.UserID).RecoveryCodes)
	})
	t.Run("of many that use one ticket one succeeds", func(t *testing.T) {
		c := people.SignInCompletion{Digest: w.pending(t, w.ann(t, "ticket"), "ticket"), At: epoch}
		errs := atOnce(t, 6, func(ctx context.Context, _ int) error { return f.Complete(ctx, w.org, c) })
		require.Len(t, succeeded(t, errs, admin.ErrNotFound), 1)
	})
	t.Run("no more attempts pass than allowed", func(t *testing.T) {
		digest := w.pending(t, w.ann(t, "attempts at once"), "attempts at once")
		errs := atOnce(t, 12, func(ctx context.Context, _ int) error { return f.Attempt(ctx, w.org, digest, epoch, 5) })
		require.Len(t, succeeded(t, errs, admin.ErrNotFound), 5)
	})
	t.Run("a factor that is removed while it is used is used before or not at all", func(t *testing.T) {
		for n := range 5 {
			factor := w.confirmed(t, w.ann(t, fmt.Sprintf("removed %d", n)))
			c := people.SignInCompletion{Digest: w.pending(t, factor.UserID, fmt.Sprint(n)), At: epoch, TOTP: factor}
			c.TOTP.Step++
			errs := atOnce(t, 2, func(ctx context.Context, i int) error {
				if i == 0 {
					return f.Remove(ctx, w.org, factor.UserID, factor.ID, w.rec("user.remove_totp"))
				}
				return f.Complete(ctx, w.org, c)
			})
			require.NoError(t, errs[0])
			succeeded(t, errs, admin.ErrNotFound, admin.ErrConflict)
			require.Equal(t, people.FactorState{}, w.state(t, factor.UserID))
		}
	})
}

// each completes as many sign-ins of a user as there are rounds, each with a ticket of its own, some at a time.
func (w *world) each(
	t *testing.T, user uuid.UUID, complete func(context.Context, people.SignInCompletion) error,
) []error {
	t.Helper()
	digests := make([]admin.SecretDigest, rounds)
	for i := range digests {
		digests[i] = w.pending(t, user, fmt.Sprintf("%s %d", user, i))
	}
	return atOnce(t, rounds, func(ctx context.Context, i int) error {
		return complete(ctx, people.SignInCompletion{Digest: digests[i], At: epoch})
	})
}
