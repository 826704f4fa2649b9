package people_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// halfway signs Ann in as far as her password goes.
func (h *house) halfway() *people.SecondFactorRequired {
	h.t.Helper()
	s, err := h.SignIn(h.t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(h.t, err, people.ErrSecondFactorRequired)
	require.ErrorIs(h.t, err, admin.ErrUnauthenticated)
	require.Zero(h.t, s)
	var required *people.SecondFactorRequired
	require.ErrorAs(h.t, err, &required)
	return required
}

// complete signs Ann in with her password and what is given.
func (h *house) complete(in people.CompleteInput) (people.Session, error) {
	h.t.Helper()
	in.Ticket = h.halfway().Ticket
	return h.CompleteSignIn(h.t.Context(), acme, in)
}

func TestSignInWithASecondFactor(t *testing.T) {
	h := guarded(t)
	a, codes := h.enroll(h.ann, annsPassword)
	required := h.halfway()
	require.Equal(t, []people.FactorKind{people.FactorTOTP, people.FactorRecoveryCode}, required.Methods)
	require.Equal(t, h.clock.Now().Add(10*time.Minute), required.ExpiresAt)
	require.Nil(t, required.Challenge)

	s, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Code: a.code(0)})
	require.NoError(t, err)
	require.Equal(t, h.ann.User, s.User)
	require.Equal(t, h.ann.Epoch, s.Epoch)
	require.Equal(t, h.clock.Now(), s.Scope.AuthenticatedAt())
	require.NoError(t, s.Scope.Require(people.PermissionUsersWrite))

	s, err = h.complete(people.CompleteInput{RecoveryCode: codes[3]})
	require.NoError(t, err)
	require.Equal(t, h.ann.User, s.User)
	rec := h.lastRecord()
	require.Equal(t, people.ActionUseRecoveryCode, rec.Action)
	require.Equal(t, h.ann.Scope.Actor(), rec.Actor)
	have, err := h.Factors(t.Context(), s.Scope)
	require.NoError(t, err)
	require.Equal(t, 9, have.RecoveryCodes)
}

// All that is wrong gives the same error, and no session.
func TestCompletingASignInIsRefused(t *testing.T) {
	h := guarded(t)
	a, codes := h.enroll(h.ann, annsPassword)
	refused := func(reason string, in people.CompleteInput) {
		t.Helper()
		s, err := h.CompleteSignIn(t.Context(), acme, in)
		require.Equal(t, people.ErrSecondFactor, err, reason)
		require.Zero(t, s, reason)
	}
	ticket := h.halfway().Ticket
	refused("a wrong code", people.CompleteInput{Ticket: ticket, Code: a.wrongCode()})
	refused("what is no code", people.CompleteInput{Ticket: ticket, Code: admin.NewSecret("12345")})
	refused("a code from before the last one", people.CompleteInput{Ticket: ticket, Code: a.code(-1)})
	refused("a code from too far ahead", people.CompleteInput{Ticket: ticket, Code: a.code(2)})
	_, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: ticket, Code: a.code(0)})
	require.NoError(t, err, "the fifth attempt is allowed")
	refused("a used ticket", people.CompleteInput{Ticket: ticket, Code: a.code(1)})
	refused("a used code", people.CompleteInput{Ticket: h.halfway().Ticket, Code: a.code(0)})

	h.clock.Add(time.Hour) // so that the limits are forgotten
	ticket = h.halfway().Ticket
	wrong := admin.NewSecret("AAAA-BBBB-CCCC-DDDD")
	refused("a wrong recovery code", people.CompleteInput{Ticket: ticket, RecoveryCode: wrong})
	refused("what is no recovery code", people.CompleteInput{Ticket: ticket, RecoveryCode: admin.NewSecret("1")})
	_, err = h.complete(people.CompleteInput{RecoveryCode: codes[0]})
	require.NoError(t, err)
	refused("a used recovery code", people.CompleteInput{Ticket: h.halfway().Ticket, RecoveryCode: codes[0]})
	refused("a passkey of a user who has none", people.CompleteInput{Ticket: h.halfway().Ticket, Passkey: []byte("x")})

	h.clock.Add(time.Hour)
	refused("a wrong ticket", people.CompleteInput{Ticket: admin.NewSecret("nothing"), Code: a.code(0)})
	refused("no ticket", people.CompleteInput{Code: a.code(0)})
	late := h.halfway().Ticket
	h.clock.Add(10 * time.Minute)
	refused("an expired ticket", people.CompleteInput{Ticket: late, Code: a.code(0)})
	ticket = h.halfway().Ticket
	s, err := h.CompleteSignIn(t.Context(), "globex", people.CompleteInput{Ticket: ticket, Code: a.code(0)})
	require.Equal(t, people.ErrSecondFactor, err, "the ticket of another organization")
	require.Zero(t, s)
	require.NoError(t, changePassword(t.Context(), h, h.ann.Scope, annsPassword, newPassword))
	refused("a password that changed since", people.CompleteInput{Ticket: ticket, Code: a.code(0)})
}

func TestATicketAllowsFiveAttempts(t *testing.T) {
	h := guarded(t)
	a, codes := h.enroll(h.ann, annsPassword)
	ticket := h.halfway().Ticket
	for range 5 {
		_, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: ticket, Code: a.wrongCode()})
		require.Equal(t, people.ErrSecondFactor, err)
	}
	for _, in := range []people.CompleteInput{
		{Ticket: ticket, Code: a.code(0)}, {Ticket: ticket, RecoveryCode: codes[0]},
	} {
		_, err := h.CompleteSignIn(t.Context(), acme, in)
		require.Equal(t, people.ErrSecondFactor, err)
	}
	_, err := h.complete(people.CompleteInput{RecoveryCode: codes[0]})
	require.NoError(t, err, "it was not used up")
}

// A client that has the password cannot guess codes with one ticket after the other, nor make any number of tickets.
func TestGuessingTheSecondFactorIsLimitedForAUser(t *testing.T) {
	h := guarded(t)
	a, _ := h.enroll(h.ann, annsPassword)
	var last error
	guessed := 0
	for n := 0; n < 100 && !errors.Is(last, admin.ErrRateLimited); n++ {
		ticket := h.halfway().Ticket
		for range 5 {
			_, last = h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: ticket, Code: a.wrongCode()})
			if errors.Is(last, admin.ErrRateLimited) {
				break
			}
			guessed++
		}
	}
	require.ErrorIs(t, last, admin.ErrRateLimited)
	require.Equal(t, 10, guessed)
	tickets := 0
	for last = nil; tickets < 100 && !errors.Is(last, admin.ErrRateLimited); tickets++ {
		_, last = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	}
	require.ErrorIs(t, last, admin.ErrRateLimited)
	// A ticket that is not known counts by itself.
	_, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: admin.NewSecret("x"), Code: a.code(0)})
	require.Equal(t, people.ErrSecondFactor, err)
}

func TestCompleteInputHasOneFactor(t *testing.T) {
	h := guarded(t)
	ticket := admin.NewSecret("ticket")
	for reason, tc := range map[string]struct {
		in         people.CompleteInput
		path, code string
	}{
		"none": {people.CompleteInput{Ticket: ticket}, "/code", admin.CodeRequired},
		"two": {
			people.CompleteInput{Ticket: ticket, Code: ticket, RecoveryCode: ticket}, "/code", admin.CodeDuplicate,
		},
		"a huge passkey": {
			people.CompleteInput{Ticket: ticket, Passkey: make([]byte, 64<<10+1)}, "/passkey", admin.CodeTooLong,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			_, err := h.CompleteSignIn(t.Context(), acme, tc.in)
			requireProblem(t, err, tc.path, tc.code)
		})
	}
	_, err := h.CompleteSignIn(t.Context(), "", people.CompleteInput{Ticket: ticket, Code: ticket})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestOneCodeSignsInOnceAtTheSameTime(t *testing.T) {
	const rounds = 200
	h := guarded(t, func(o *people.Options) { o.Limiter = unlimited{} })
	a, _ := h.enroll(h.ann, annsPassword)
	tickets := make([]admin.Secret, rounds)
	for i := range tickets {
		tickets[i] = h.halfway().Ticket
	}
	code := a.code(0)
	errs := make([]error, rounds)
	var group sync.WaitGroup
	for i, ticket := range tickets {
		group.Go(func() {
			_, errs[i] = h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: ticket, Code: code})
		})
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.Equal(t, people.ErrSecondFactor, err)
	}
	require.Equal(t, 1, won)
}

// unlimited limits nothing.
type unlimited struct{}

func (unlimited) Attempt(context.Context, string, people.Rate) error { return nil }
func (unlimited) Reset(context.Context, string) error                { return nil }
func (unlimited) Trust(context.Context, string, time.Duration) error { return nil }
func (unlimited) Trusts(context.Context, string) (bool, error)       { return true, nil }

func TestSecretsOfAppsAreBoundToTheirUser(t *testing.T) {
	var log bytes.Buffer
	h := guarded(t, func(o *people.Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	bob := h.join("bob@acme.example", people.Developer)
	bobs, _ := h.enroll(bob, bobsPassword)
	h.enroll(h.ann, annsPassword)
	// An attacker who can write to the database copies the sealed secret of a user to another.
	state, err := h.b.Factors().Get(t.Context(), acme, bob.User.ID)
	require.NoError(t, err)
	hers, err := h.b.Factors().Get(t.Context(), acme, h.ann.User.ID)
	require.NoError(t, err)
	moved := state.TOTP
	moved.UserID = h.ann.User.ID
	rec := h.lastRecord()
	rec.ID = uuid.New()
	require.NoError(t, h.b.Factors().Remove(t.Context(), acme, h.ann.User.ID, hers.TOTP.ID, rec))
	rec.ID = uuid.New()
	require.NoError(t, h.b.Factors().Begin(t.Context(), acme, moved, rec))
	_, err = h.complete(people.CompleteInput{Code: bobs.code(0)})
	require.Equal(t, people.ErrSecondFactor, err)
	require.Contains(t, log.String(), "cannot be opened")
}

func TestSecretsAreSealedAgainWithTheCurrentKey(t *testing.T) {
	h := guarded(t)
	a, _ := h.enroll(h.ann, annsPassword)
	both := keyRing(t, sealingKey("2027", 2), sealingKey("2026", 1))
	h.Service = h.service(h.options(both))
	_, err := h.complete(people.CompleteInput{Code: a.code(0)})
	require.NoError(t, err)
	h.clock.Add(30 * time.Second)
	h.Service = h.service(h.options(keyRing(t, sealingKey("2027", 2))))
	_, err = h.complete(people.CompleteInput{Code: a.code(0)})
	require.NoError(t, err, "the old key is no longer needed")

	h.clock.Add(30 * time.Second)
	h.Service = h.service(h.options(nil))
	_, err = h.complete(people.CompleteInput{Code: a.code(0)})
	require.Equal(t, people.ErrSecondFactor, err, "the factor is asked for also where the Sealer was taken away")
}

func (h *house) options(sealer people.Sealer) people.Options {
	return people.Options{
		Runtime: admin.Runtime{Now: h.clock.Now}, Hasher: cheap(h.t), Factors: people.FactorOptions{Sealer: sealer},
	}
}

func TestRequiredFactors(t *testing.T) {
	h := guarded(t, func(o *people.Options) {
		o.Factors.Required = func(u people.User) bool { return u.Role == people.Administrator }
	})
	require.True(t, h.ann.NeedsFactor)
	require.False(t, h.join("bob@acme.example", people.Developer).NeedsFactor)
	a, _ := h.enroll(h.ann, annsPassword)
	s, err := h.complete(people.CompleteInput{Code: a.code(0)})
	require.NoError(t, err)
	require.False(t, s.NeedsFactor)
	text, err := json.Marshal(people.Session{NeedsFactor: true})
	require.NoError(t, err)
	require.Contains(t, string(text), `"needsFactor":true`)
}

func TestWhatTheHostVerifiesIsAskedForASecondFactorUnlessItIsTrusted(t *testing.T) {
	for name, call := range map[string]func(*house) (people.Session, error){
		"identity": func(h *house) (people.Session, error) { return h.signInIdentity(identity("ann")) },
		"address": func(h *house) (people.Session, error) {
			return h.SignInVerified(h.t.Context(), acme, "ann@acme.example")
		},
	} {
		for _, trusted := range []string{"", "identity", "address"} {
			t.Run(name+" where trusted is "+trusted, func(t *testing.T) {
				h := guarded(t, func(o *people.Options) {
					o.Factors.TrustIdentities, o.Factors.TrustVerified = trusted == "identity", trusted == "address"
				})
				h.t = t
				h.link(h.ann, "ann")
				a, _ := h.enroll(h.ann, annsPassword)
				s, err := call(h)
				if trusted == name {
					require.NoError(t, err)
					require.Equal(t, h.ann.User, s.User)
					return
				}
				var required *people.SecondFactorRequired
				require.ErrorAs(t, err, &required)
				require.Zero(t, s)
				_, err = h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Code: a.code(0)})
				require.NoError(t, err)
			})
		}
	}
}

func TestSecondFactorsDoNotLeak(t *testing.T) {
	h := guarded(t)
	e, err := h.BeginTOTP(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	a := app{t, h.clock, e.Secret}
	codes, err := h.ConfirmTOTP(t.Context(), h.ann.Scope, a.code(0))
	require.NoError(t, err)
	required := h.halfway()
	in := people.CompleteInput{Ticket: required.Ticket, Code: a.code(5), RecoveryCode: codes[1]}
	all := fmt.Sprintf("%+v %#v %v %+v %+v %+v %#v", e, e, codes, required, h.records(), in, in)
	for _, v := range []any{e, codes, required, h.records(), in} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		all += string(text)
	}
	for _, s := range []admin.Secret{e.Secret, e.URI, codes[1], required.Ticket, in.Code} {
		require.NotContains(t, all, s.Reveal())
	}
}

func TestAuthenticatingAgainAsksForTheSecondFactor(t *testing.T) {
	var events []admin.EventKind
	h := guarded(t, func(o *people.Options) {
		o.OnEvent = func(_ context.Context, e admin.Event) { events = append(events, e.Kind) }
	})
	_, secret, err := h.KeepSession(t.Context(), h.ann, people.KeepInput{})
	require.NoError(t, err)
	a, _ := h.enroll(h.ann, annsPassword)
	h.clock.Add(time.Hour / 2)
	_, _, err = h.Reauthenticate(t.Context(), acme, secret, annsPassword)
	var required *people.SecondFactorRequired
	require.ErrorAs(t, err, &required)
	events = nil
	_, err = h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Code: a.code(7)})
	require.ErrorIs(t, err, people.ErrSecondFactor)
	s, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Code: a.code(0)})
	require.NoError(t, err)
	require.Equal(t, h.clock.Now(), s.Scope.AuthenticatedAt())
	require.Equal(t, []admin.EventKind{admin.EventSecondFactorFailed, admin.EventSecondFactor}, events)
	old, err := h.ResumeSession(t.Context(), acme, secret)
	require.NoError(t, err)
	require.Equal(t, h.ann.Scope.AuthenticatedAt(), old.Scope.AuthenticatedAt(), "the password alone renews nothing")
}
