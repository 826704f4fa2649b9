package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// factorSeeds are the factor of the first user, not confirmed, and that of the member, confirmed, who has recovery
// codes and a pending sign-in too.
type factorSeeds struct{ begun, confirmed people.TOTPFactor }

func (w *world) seedFactors() {
	w.t.Helper()
	w.seeds.factors.begun = w.enrolling(w.t, w.first.ID)
	w.seeds.factors.confirmed = w.confirmed(w.t, w.seeds.people.member.ID)
	w.pending(w.t, w.seeds.people.member.ID, "ticket")
}

// factor returns a factor that is not stored.
func (w *world) factor(user uuid.UUID) people.TOTPFactor {
	f := people.TOTPFactor{ID: w.id(), UserID: user, CreatedAt: epoch}
	f.Sealed = append([]byte{0, 0xff}, w.mark("secret "+f.ID.String())...)
	return f
}

// enrolling stores a factor that is not confirmed.
func (w *world) enrolling(t *testing.T, user uuid.UUID) people.TOTPFactor {
	t.Helper()
	f := w.factor(user)
	require.NoError(t, w.b.Factors().Begin(t.Context(), w.org, f, w.rec("user.begin_totp")))
	return f
}

// confirmed stores a factor with the recovery codes "code 0" to "code 9", at step 10.
func (w *world) confirmed(t *testing.T, user uuid.UUID) people.TOTPFactor {
	t.Helper()
	f := w.enrolling(t, user)
	f.Step, f.ConfirmedAt = 10, epoch.Add(time.Minute)
	require.NoError(t, w.b.Factors().Confirm(t.Context(), w.org, f, w.codes("code"), w.rec("user.confirm_totp")))
	return f
}

// codes returns the digests of ten codes.
func (w *world) codes(name string) []admin.SecretDigest {
	out := make([]admin.SecretDigest, 10)
	for i := range out {
		out[i] = w.digest(fmt.Sprintf("%s %d", name, i))
	}
	return out
}

// pending stores a sign-in that can be completed for ten minutes from epoch, and returns its ticket's digest.
func (w *world) pending(t *testing.T, user uuid.UUID, ticket string) admin.SecretDigest {
	t.Helper()
	p := w.signIn(user)
	require.NoError(t, w.b.Factors().Pend(t.Context(), w.org, p, w.digest(ticket)))
	return w.digest(ticket)
}

func (w *world) signIn(user uuid.UUID) people.PendingSignIn {
	return people.PendingSignIn{
		UserID: user, Epoch: 1, State: append([]byte{0, 0xff}, w.mark("state")...), CreatedAt: epoch,
		ExpiresAt: epoch.Add(10 * time.Minute),
	}
}

// factorsOf is what a user has, as one result.
type factorsOf struct{ people.FactorState }

// Format writes the bytes as text: the suite compares what is stored.
func (s factorsOf) Format(f fmt.State, _ rune) {
	t := s.TOTP
	fmt.Fprintf(f, "%s %s %q %d %s %s %d", t.ID, t.UserID, t.Sealed, t.Step, t.CreatedAt, t.ConfirmedAt, s.RecoveryCodes)
}

type pendingOf struct{ people.PendingSignIn }

// Format writes the bytes as text.
func (p pendingOf) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%s %d %q %d %s %s", p.UserID, p.Epoch, p.State, p.Attempts, p.CreatedAt, p.ExpiresAt)
}

func factorCalls() map[string]call {
	return map[string]call{
		"Factors.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			state, err := s.Factors().Get(ctx, org, w.seeds.people.member.ID)
			return factorsOf{state}, err
		},
		"Factors.Begin": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Factors().Begin(ctx, org, w.factor(w.first.ID), rec)
		},
		"Factors.Confirm": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			f := w.seeds.factors.begun
			f.Step, f.ConfirmedAt = 10, epoch
			return nil, s.Factors().Confirm(ctx, org, f, w.codes("confirmed"), rec)
		},
		"Factors.SetRecoveryCodes": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Factors().SetRecoveryCodes(ctx, org, w.seeds.people.member.ID, w.codes("new")[:3], rec)
		},
		"Factors.Remove": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Factors().Remove(ctx, org, w.seeds.people.member.ID, w.seeds.factors.confirmed.ID, rec)
		},
		"Factors.Reset": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Factors().Reset(ctx, org, w.seeds.people.member.ID, rec)
		},
		"Factors.Pend": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			p := w.signIn(w.seeds.people.member.ID)
			p.CreatedAt, p.ExpiresAt = epoch.Add(time.Hour), epoch.Add(2*time.Hour) // the seeded one is expired then
			return nil, s.Factors().Pend(ctx, org, p, w.digest("another ticket"))
		},
		"Factors.Pending": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			p, err := s.Factors().Pending(ctx, org, w.digest("ticket"))
			return pendingOf{p}, err
		},
		"Factors.Attempt": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return nil, s.Factors().Attempt(ctx, org, w.digest("ticket"), epoch, 5)
		},
		"Factors.Complete": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			c := people.SignInCompletion{Digest: w.digest("ticket"), At: epoch, TOTP: w.seeds.factors.confirmed}
			c.TOTP.Step++
			return nil, s.Factors().Complete(ctx, org, c)
		},
		"Factors.CompleteByCode": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			c := people.SignInCompletion{Digest: w.digest("ticket"), At: epoch}
			return nil, s.Factors().CompleteByCode(ctx, org, c, w.digest("code 3"), rec)
		},
	}
}

func testFactors(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(75 << 40)
	for name, test := range map[string]func(*testing.T, *world){
		"enrolling": testEnrolling, "recovery codes": testRecoveryCodes, "pending sign-ins": testPendingSignIns,
		"completing": testCompleting, "at the same time": testFactorsAtOnce,
	} {
		t.Run(name, func(t *testing.T) { test(t, newWorld(t, b, c)) })
	}
}

// state reads what a user has.
func (w *world) state(t *testing.T, user uuid.UUID) people.FactorState {
	t.Helper()
	s, err := w.b.Factors().Get(t.Context(), w.org, user)
	require.NoError(t, err)
	return s
}

// ann adds a user.
func (w *world) ann(t *testing.T, name string) uuid.UUID {
	t.Helper()
	return w.member(t, name, people.Developer).ID
}

func testEnrolling(t *testing.T, w *world) {
	f := w.b.Factors()
	confirm := func(t *testing.T, want people.TOTPFactor) error {
		t.Helper()
		want.Step, want.ConfirmedAt = 10, epoch.Add(time.Microsecond)
		return f.Confirm(t.Context(), w.org, want, w.codes("code"), w.rec("user.confirm_totp"))
	}
	t.Run("a user begins with nothing", func(t *testing.T) {
		require.Equal(t, people.FactorState{}, w.state(t, w.ann(t, "nothing")))
	})
	t.Run("keeps what was begun, and replaces it until it is confirmed", func(t *testing.T) {
		ann := w.ann(t, "begin")
		first := w.enrolling(t, ann)
		require.Equal(t, people.FactorState{TOTP: first}, w.state(t, ann))
		second := w.enrolling(t, ann)
		require.Equal(t, people.FactorState{TOTP: second}, w.state(t, ann))
		require.ErrorIs(t, confirm(t, first), admin.ErrConflict)
		require.NoError(t, confirm(t, second))
		second.Step, second.ConfirmedAt = 10, epoch.Add(time.Microsecond)
		require.Equal(t, people.FactorState{TOTP: second, RecoveryCodes: 10}, w.state(t, ann))
		require.ErrorIs(t, confirm(t, second), admin.ErrConflict, "it is confirmed already")
		require.ErrorIs(t, f.Begin(t.Context(), w.org, w.factor(ann), w.rec("user.begin_totp")), admin.ErrExists)
		require.Equal(t, people.FactorState{TOTP: second, RecoveryCodes: 10}, w.state(t, ann))
	})
	t.Run("confirms nothing where nothing was begun", func(t *testing.T) {
		require.ErrorIs(t, confirm(t, w.factor(w.ann(t, "confirm"))), admin.ErrConflict)
	})
	t.Run("keeps the largest secret", func(t *testing.T) {
		want := w.factor(w.ann(t, "largest"))
		want.Sealed = make([]byte, 1024)
		require.NoError(t, f.Begin(t.Context(), w.org, want, w.rec("user.begin_totp")))
		require.Equal(t, want, w.state(t, want.UserID).TOTP)
	})
	t.Run("removes the factor that was read, with codes and pending sign-ins, of this user alone", func(t *testing.T) {
		ann, ben := w.ann(t, "remove"), w.ann(t, "stays")
		factor, stays := w.confirmed(t, ann), w.confirmed(t, ben)
		ticket, his := w.pending(t, ann, "removed"), w.pending(t, ben, "stays")
		require.ErrorIs(t, f.Remove(t.Context(), w.org, ann, w.id(), w.rec("user.remove_totp")), admin.ErrConflict)
		require.ErrorIs(t, f.Remove(t.Context(), w.org, ann, stays.ID, w.rec("user.remove_totp")), admin.ErrConflict)
		require.NoError(t, f.Remove(t.Context(), w.org, ann, factor.ID, w.rec("user.remove_totp")))
		require.Equal(t, people.FactorState{}, w.state(t, ann))
		_, err := f.Pending(t.Context(), w.org, ticket)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.ErrorIs(t, f.Remove(t.Context(), w.org, ann, factor.ID, w.rec("user.remove_totp")), admin.ErrConflict)
		require.Equal(t, people.FactorState{TOTP: stays, RecoveryCodes: 10}, w.state(t, ben))
		_, err = f.Pending(t.Context(), w.org, his)
		require.NoError(t, err)
		m, err := w.b.Users().Member(t.Context(), w.org, ann)
		require.NoError(t, err)
		require.Equal(t, int64(1), m.Credential.Epoch, "sessions continue")
	})
	t.Run("resets whatever there is and ends the sessions", func(t *testing.T) {
		ann := w.ann(t, "reset")
		for n := range 2 {
			require.NoError(t, f.Reset(t.Context(), w.org, ann, w.rec("user.reset_factors")), "time %d", n)
			require.Equal(t, people.FactorState{}, w.state(t, ann))
			m, err := w.b.Users().Member(t.Context(), w.org, ann)
			require.NoError(t, err)
			require.Equal(t, int64(2+n), m.Credential.Epoch)
			w.confirmed(t, ann)
		}
	})
	t.Run("knows no user who is not there", func(t *testing.T) {
		nobody := w.id()
		_, err := f.Get(t.Context(), w.org, nobody)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.ErrorIs(t, f.Begin(t.Context(), w.org, w.factor(nobody), w.rec("x.y")), admin.ErrNotFound)
		require.ErrorIs(t, confirm(t, w.factor(nobody)), admin.ErrNotFound)
		require.ErrorIs(t, f.Remove(t.Context(), w.org, nobody, w.id(), w.rec("x.y")), admin.ErrNotFound)
		require.ErrorIs(t, f.Reset(t.Context(), w.org, nobody, w.rec("x.y")), admin.ErrNotFound)
		require.ErrorIs(t, f.SetRecoveryCodes(t.Context(), w.org, nobody, nil, w.rec("x.y")), admin.ErrNotFound)
		require.ErrorIs(t, f.Pend(t.Context(), w.org, w.signIn(nobody), w.digest("nobody")), admin.ErrNotFound)
	})
}

func testRecoveryCodes(t *testing.T, w *world) {
	f := w.b.Factors()
	byCode := func(t *testing.T, user uuid.UUID, code admin.SecretDigest) error {
		t.Helper()
		c := people.SignInCompletion{Digest: w.pending(t, user, w.id().String()), At: epoch}
		return f.CompleteByCode(t.Context(), w.org, c, code, w.rec("user.use_recovery_code"))
	}
	t.Run("each works once, for its user", func(t *testing.T) {
		ann, ben := w.ann(t, "once"), w.ann(t, "other")
		w.confirmed(t, ann)
		require.ErrorIs(t, byCode(t, ben, w.digest("code 0")), admin.ErrConflict)
		for left := 9; left >= 0; left-- {
			code := w.digest(fmt.Sprintf("code %d", left))
			require.NoError(t, byCode(t, ann, code))
			require.Equal(t, left, w.state(t, ann).RecoveryCodes)
			require.ErrorIs(t, byCode(t, ann, code), admin.ErrConflict)
		}
		require.ErrorIs(t, byCode(t, ann, admin.SecretDigest{}), admin.ErrConflict)
	})
	t.Run("new ones replace the old", func(t *testing.T) {
		ann := w.ann(t, "replace")
		w.confirmed(t, ann)
		require.NoError(t, f.SetRecoveryCodes(t.Context(), w.org, ann, w.codes("new")[:4], w.rec("user.codes")))
		require.Equal(t, 4, w.state(t, ann).RecoveryCodes)
		require.ErrorIs(t, byCode(t, ann, w.digest("code 1")), admin.ErrConflict)
		require.NoError(t, byCode(t, ann, w.digest("new 1")))
		require.NoError(t, f.SetRecoveryCodes(t.Context(), w.org, ann, nil, w.rec("user.codes")))
		require.Zero(t, w.state(t, ann).RecoveryCodes)
	})
	t.Run("two users may have the same one", func(t *testing.T) {
		for _, name := range []string{"same", "same too"} {
			user := w.ann(t, name)
			require.NoError(t, f.SetRecoveryCodes(t.Context(), w.org, user, w.codes("same"), w.rec("user.codes")))
			require.NoError(t, byCode(t, user, w.digest("same 1")))
		}
	})
}

func testPendingSignIns(t *testing.T, w *world) {
	f := w.b.Factors()
	get := func(t *testing.T, digest admin.SecretDigest) (people.PendingSignIn, error) {
		t.Helper()
		return f.Pending(t.Context(), w.org, digest)
	}
	t.Run("returns what was kept", func(t *testing.T) {
		p := w.signIn(w.ann(t, "kept"))
		p.Epoch, p.Attempts, p.State = 7, 2, make([]byte, 4096)
		require.NoError(t, f.Pend(t.Context(), w.org, p, w.digest("kept")))
		got, err := get(t, w.digest("kept"))
		require.NoError(t, err)
		require.Equal(t, p, got)
		require.ErrorIs(t, f.Pend(t.Context(), w.org, p, w.digest("kept")), admin.ErrExists)
		p.State = nil
		require.NoError(t, f.Pend(t.Context(), w.org, p, w.digest("without a state")))
		got, err = get(t, w.digest("without a state"))
		require.NoError(t, err)
		require.Equal(t, p, got)
		_, err = get(t, w.digest("nothing"))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("removes those of the user that are expired", func(t *testing.T) {
		ann, ben := w.ann(t, "expired"), w.ann(t, "another")
		hers, his := w.pending(t, ann, "hers"), w.pending(t, ben, "his")
		p := w.signIn(ann)
		for _, tc := range []struct {
			reason string
			at     time.Time
			gone   bool
		}{
			{"at its last microsecond", epoch.Add(10*time.Minute - time.Microsecond), false},
			{"from its end on", epoch.Add(10 * time.Minute), true},
		} {
			p.CreatedAt, p.ExpiresAt = tc.at, tc.at.Add(time.Hour)
			require.NoError(t, f.Pend(t.Context(), w.org, p, w.digest(tc.reason)))
			_, err := get(t, hers)
			require.Equal(t, tc.gone, errors.Is(err, admin.ErrNotFound), tc.reason)
			_, err = get(t, his)
			require.NoError(t, err, tc.reason)
		}
	})
	t.Run("allows so many attempts until it expires", func(t *testing.T) {
		digest := w.pending(t, w.ann(t, "attempts"), "attempts")
		end := epoch.Add(10 * time.Minute)
		attempt := func(at time.Time) error { return f.Attempt(t.Context(), w.org, digest, at, 3) }
		require.ErrorIs(t, attempt(end), admin.ErrNotFound)
		for range 3 {
			require.NoError(t, attempt(end.Add(-time.Microsecond)))
		}
		require.ErrorIs(t, attempt(epoch), admin.ErrNotFound)
		p, err := get(t, digest)
		require.NoError(t, err)
		require.Equal(t, 3, p.Attempts)
		require.ErrorIs(t, f.Attempt(t.Context(), w.org, w.digest("nothing"), epoch, 3), admin.ErrNotFound)
	})
}
