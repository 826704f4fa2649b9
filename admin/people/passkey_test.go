package people_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// passkeys is a host's WebAuthn library as far as this library notices: a response is right if it repeats the
// challenge.
type passkeys struct {
	mu    sync.Mutex
	n     int
	users map[uuid.UUID]bool
	down  error
	state func(challenge string) []byte // nil means the challenge itself
}

func (p *passkeys) Has(_ context.Context, _ admin.OrgID, user uuid.UUID) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.users[user], p.down
}

func (p *passkeys) Begin(context.Context, admin.OrgID, uuid.UUID) (people.PasskeyChallenge, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	challenge := fmt.Sprintf(`"challenge %d"`, p.n)
	state := []byte(challenge)
	if p.state != nil {
		state = p.state(challenge)
	}
	return people.PasskeyChallenge{Options: json.RawMessage(challenge), State: state}, nil
}

func (p *passkeys) Finish(_ context.Context, _ admin.OrgID, _ uuid.UUID, state, response []byte) error {
	if p.down != nil {
		return p.down
	}
	if string(state) != string(response) {
		return fmt.Errorf("signature: %w", admin.ErrUnauthenticated)
	}
	return nil
}

func (p *passkeys) Forget(_ context.Context, _ admin.OrgID, user uuid.UUID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.users, user)
	return p.down
}

func withPasskeys(t *testing.T) (*house, *passkeys) {
	t.Helper()
	p := &passkeys{users: map[uuid.UUID]bool{}}
	h := guarded(t, func(o *people.Options) { o.Factors.Passkeys = p })
	p.users[h.ann.User.ID] = true
	return h, p
}

func TestSignInWithAPasskey(t *testing.T) {
	h, _ := withPasskeys(t)
	required := h.halfway()
	require.Equal(t, []people.FactorKind{people.FactorPasskey}, required.Methods)
	require.JSONEq(t, `"challenge 1"`, string(required.Challenge))
	_, err := h.CompleteSignIn(t.Context(), acme, people.CompleteInput{Ticket: required.Ticket, Passkey: []byte(`"x"`)})
	require.Equal(t, people.ErrSecondFactor, err)
	code := people.CompleteInput{Ticket: required.Ticket, Code: admin.NewSecret("123456")}
	_, err = h.CompleteSignIn(t.Context(), acme, code)
	require.Equal(t, people.ErrSecondFactor, err, "she has no app")
	in := people.CompleteInput{Ticket: required.Ticket, Passkey: required.Challenge}
	s, err := h.CompleteSignIn(t.Context(), acme, in)
	require.NoError(t, err)
	require.Equal(t, h.ann.User, s.User)
	_, err = h.CompleteSignIn(t.Context(), acme, in)
	require.Equal(t, people.ErrSecondFactor, err, "the response cannot be used again")
	in.Ticket = h.halfway().Ticket
	_, err = h.CompleteSignIn(t.Context(), acme, in)
	require.Equal(t, people.ErrSecondFactor, err, "nor for another challenge")
}

func TestAPasskeyResponseSignsInOnceAtTheSameTime(t *testing.T) {
	h, _ := withPasskeys(t)
	required := h.halfway()
	errs := make([]error, 5)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			in := people.CompleteInput{Ticket: required.Ticket, Passkey: required.Challenge}
			_, errs[i] = h.CompleteSignIn(t.Context(), acme, in)
		})
	}
	group.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.Equal(t, people.ErrSecondFactor, err)
		}
	}
	require.Equal(t, 1, won)
}

func TestUsersWithPasskeysHaveRecoveryCodes(t *testing.T) {
	h, p := withPasskeys(t)
	codes, err := h.RegenerateRecoveryCodes(t.Context(), h.ann.Scope, annsPassword)
	require.NoError(t, err)
	have, err := h.Factors(t.Context(), h.ann.Scope)
	require.NoError(t, err)
	require.Equal(t, people.Factors{Passkeys: true, RecoveryCodes: 10}, have)
	_, err = h.complete(people.CompleteInput{RecoveryCode: codes[0]})
	require.NoError(t, err)
	require.NoError(t, h.ResetFactors(t.Context(), admin.System(acme), h.ann.User.ID))
	require.Empty(t, p.users)
	h.signIn("ann@acme.example", annsPassword)
}

// A verifier that fails lets no user in without the second factor.
func TestAFailingPasskeyVerifierFailsTheSignIn(t *testing.T) {
	h, p := withPasskeys(t)
	required := h.halfway()
	p.down = errors.New("down")
	for reason, call := range map[string]func() (people.Session, error){
		"sign-in": func() (people.Session, error) {
			return h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
		},
		"completion": func() (people.Session, error) {
			in := people.CompleteInput{Ticket: required.Ticket, Passkey: required.Challenge}
			return h.CompleteSignIn(t.Context(), acme, in)
		},
		"reset": func() (people.Session, error) {
			return people.Session{}, h.ResetFactors(t.Context(), admin.System(acme), h.ann.User.ID)
		},
	} {
		s, err := call()
		require.ErrorIs(t, err, p.down, reason)
		require.Zero(t, s, reason)
	}
	p.down = nil
	for _, n := range []int{0, 4097} {
		p.state = func(string) []byte { return make([]byte, n) }
		_, err := h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
		require.ErrorContains(t, err, fmt.Sprintf("%d bytes", n))
	}
}
