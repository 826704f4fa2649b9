package admincenter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

// keepingHouse is a house that keeps every kind of event, and what it logs.
func keepingHouse(t *testing.T, perMinute int) (*house, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	o := admincenter.Options{KeepEvents: admin.EventKinds(), KeepEventsPerMinute: perMinute}
	o.Logger = slog.New(slog.NewTextHandler(log, nil))
	return newHouse(t, o), log
}

// keptEvents returns the records of events, oldest first.
func keptEvents(t *testing.T, h *house, action admin.Action) (found []admin.Record) {
	t.Helper()
	for r, err := range h.Trail.All(t.Context(), admin.System(acme), admin.AuditFilter{Action: action}) {
		require.NoError(t, err)
		found = append(found, r)
	}
	slices.Reverse(found)
	return found
}

func (h *house) guess(email string) error {
	_, err := h.People.From(someRequest()).SignIn(h.t.Context(), acme,
		people.SignInInput{Email: email, Password: admin.NewSecret("a guess of the password")})
	return err
}

func TestEventsAreKeptInTheTrail(t *testing.T) {
	h, _ := keepingHouse(t, 0)
	h.now = h.now.Add(time.Hour)
	require.ErrorIs(t, h.guess("ann@acme.example"), people.ErrSignIn)
	require.ErrorIs(t, h.guess("nobody@acme.example"), people.ErrSignIn)
	failed := keptEvents(t, h, "event.sign_in_failed")
	require.Len(t, failed, 2)
	digest := func(address string) string {
		e, err := people.ParseEmail(address)
		require.NoError(t, err)
		return people.AddressDigest(acme, e)
	}
	require.Equal(t, admin.Record{
		ID: failed[0].ID, At: h.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "event.sign_in_failed",
		Subject: admin.Subject{Kind: "user", ID: h.ann.User.ID.String()}, Request: someRequest(),
		Changes: []admin.Change{{Field: "reason", To: "wrong_password"},
			{Field: "address", To: digest("ann@acme.example"), Personal: true}},
	}, failed[0])
	require.Equal(t, admin.Subject{Kind: "organization", ID: "acme"}, failed[1].Subject)
	require.Equal(t, admin.Change{Field: "reason", To: "unknown"}, failed[1].Changes[0])

	signedIn := keptEvents(t, h, "event.sign_in")
	require.Len(t, signedIn, 2, "Ann and Bea")
	require.Equal(t, h.ann.Scope.Actor(), signedIn[0].Actor)

	made, err := h.Tokens.Generate(t.Context(), h.ann.Scope,
		token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	_, err = h.Tokens.Deactivate(t.Context(), h.ann.Scope, made.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	_, err = h.Tokens.Verify(t.Context(), made.Secret)
	require.ErrorIs(t, err, token.ErrBadToken)
	refused := keptEvents(t, h, "event.token_refused")
	require.Len(t, refused, 1)
	require.Equal(t, made.Token.Actor().Subject(), refused[0].Subject)
	require.Equal(t, []admin.Change{{Field: "reason", To: "deactivated"}, {Field: "tokenPrefix", To: "adm_live_"}}, refused[0].Changes)
}

func TestOnlyChosenEventsOfOrganizationsThatExistAreKept(t *testing.T) {
	h := newHouse(t, admincenter.Options{KeepEvents: []admin.EventKind{admin.EventSignInFailed}})
	require.Empty(t, keptEvents(t, h, "event.sign_in"))
	require.Error(t, h.guess("ann@acme.example"))
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 1)
	_, err := h.People.SignIn(t.Context(), "made-up", people.SignInInput{Email: "ann@acme.example"})
	require.ErrorIs(t, err, people.ErrSignIn)
	_, err = admincenter.New(memory.New(), admincenter.Options{KeepEvents: []admin.EventKind{"BOGUS"}, KeepEventsPerMinute: -1})
	require.ErrorContains(t, err, "/keepEvents")
	require.ErrorContains(t, err, "/keepEventsPerMinute")
}

// A client that guesses cannot fill the trail, and what was left out is counted.
func TestKeptEventsAreBounded(t *testing.T) {
	h, log := keepingHouse(t, 3)
	h.now = h.now.Add(time.Hour)
	for i := range 10 {
		require.Error(t, h.guess(fmt.Sprintf("a%d@acme.example", i)))
	}
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 3)
	require.Equal(t, 1, bytes.Count(log.Bytes(), []byte("events are left out of the audit trail")))
	h.now = h.now.Add(time.Minute)
	require.Error(t, h.guess("b@acme.example"))
	require.Error(t, h.guess("c@acme.example"))
	kept := keptEvents(t, h, "event.sign_in_failed")
	require.Len(t, kept, 5)
	require.Contains(t, kept[3].Changes, admin.Change{Field: "omitted", To: "7"})
	require.NotContains(t, fmt.Sprint(kept[4].Changes), "omitted")
	for range 5 {
		h.signIn("ann@acme.example", admin.NewSecret("seven herons over Lake Vann"))
	}
	require.Len(t, keptEvents(t, h, "event.sign_in"), 7, "what takes the right secret has no bound")
}

// Events of a transaction are kept once, however often it runs, and do not take part in it.
func TestEventsOfATransactionAreKeptOnce(t *testing.T) {
	h, _ := keepingHouse(t, 0)
	before := len(keptEvents(t, h, "event.sign_in"))
	guess := func(in *admincenter.Center) {
		t.Helper()
		_, err := in.People.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example"})
		require.ErrorIs(t, err, people.ErrSignIn)
		_, err = in.People.SignInVerified(t.Context(), acme, "ann@acme.example")
		require.NoError(t, err)
	}
	require.NoError(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
		guess(in)
		return in.InTx(t.Context(), func(in *admincenter.Center) error {
			guess(in)
			return nil
		})
	}))
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 2)
	require.Len(t, keptEvents(t, h, "event.sign_in"), before+2)
	taken := errors.New("taken back")
	require.ErrorIs(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
		guess(in)
		return taken
	}), taken)
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 3, "the guess is none that was taken back")
	require.Len(t, keptEvents(t, h, "event.sign_in"), before+2)

	in := h.In(h.Stores())
	guess(in)
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 3)
	in.Committed()
	in.Committed()
	require.Len(t, keptEvents(t, h, "event.sign_in_failed"), 4)
}

// A caller who leaves is recorded as well, and a trail that cannot be written fails no call.
func TestKeepingAnEventFailsNothing(t *testing.T) {
	h, _ := keepingHouse(t, 0)
	h.now = h.now.Add(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	b := &closedTrail{Backend: memory.New(), open: true}
	log := &bytes.Buffer{}
	o := admincenter.Options{KeepEvents: admin.EventKinds()}
	o.Logger = slog.New(slog.NewTextHandler(log, nil))
	o.OnEvent = func(context.Context, admin.Event) { cancel() }
	c, err := admincenter.New(b, o)
	require.NoError(t, err)
	_, _, err = c.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	_, err = c.People.SignInVerified(ctx, acme, "ann@acme.example")
	require.NoError(t, err)
	require.Equal(t, 1, b.appended)
	b.open = false
	_, err = c.People.SignInVerified(t.Context(), acme, "ann@acme.example")
	require.NoError(t, err)
	require.Contains(t, log.String(), "event not kept")
	require.NotContains(t, log.String(), "@acme.example")
	b.open = true
	_, err = c.People.SignInVerified(t.Context(), acme, "ann@acme.example")
	require.NoError(t, err)
	require.Equal(t, 2, b.appended)
	require.Contains(t, b.last.Changes, admin.Change{Field: "omitted", To: "1"})
}

// closedTrail is a storage whose trail cannot always be written.
type closedTrail struct {
	*memory.Backend
	open     bool
	appended int
	last     admin.Record
}

func (b *closedTrail) Audit() admin.AuditStore { return closedAudit{b.Backend.Audit(), b} }

type closedAudit struct {
	admin.AuditStore
	b *closedTrail
}

func (a closedAudit) Append(ctx context.Context, org admin.OrgID, r admin.Record) error {
	if !a.b.open {
		return errors.New("the disk is full")
	}
	a.b.appended++
	a.b.last = r
	return errors.Join(ctx.Err(), a.AuditStore.Append(ctx, org, r))
}
