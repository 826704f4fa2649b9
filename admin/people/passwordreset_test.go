package people_test

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

// forgot asks for a reset.
func (h *house) forgot(email string) people.Mail {
	h.t.Helper()
	m, err := h.RequestPasswordReset(h.t.Context(), acme, people.ResetRequest{Email: email})
	require.NoError(h.t, err)
	return m
}

func TestResetPassword(t *testing.T) {
	h := newHouse(t)
	m := h.forgot("ANN@acme.example")
	require.Equal(t, people.Mail{
		To: h.ann.User.Email, Kind: people.MailPasswordReset, Secret: m.Secret, ExpiresAt: h.clock.Now().Add(time.Hour),
	}, m)
	rec := h.lastRecord()
	require.Equal(t, people.ActionRequestReset, rec.Action)
	require.Equal(t, admin.Subject{Kind: "user", ID: h.ann.User.ID.String()}, rec.Subject)
	require.Equal(t, admin.ActorSystem, rec.Actor.Kind, "who asked is not known")
	sibling := h.forgot("ann@acme.example")
	forNew, _ := h.requestEmail(h.ann, toNew("anna@acme.example", annsPassword))
	h.signIn("ann@acme.example", annsPassword) // nothing has changed yet

	before := len(h.records())
	u, err := h.ResetPassword(t.Context(), acme, m.Secret, newPassword)
	require.NoError(t, err)
	require.Equal(t, h.ann.User, u)
	require.Len(t, h.records(), before+1)
	require.Equal(t, people.ActionResetPassword, h.lastRecord().Action)
	_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
	require.ErrorIs(t, err, people.ErrSession)
	_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	h.signIn("ann@acme.example", newPassword)
	for _, secret := range []admin.Secret{m.Secret, sibling.Secret} {
		_, err = h.ResetPassword(t.Context(), acme, secret, bobsPassword)
		require.Equal(t, people.ErrTicket, err)
	}
	_, err = h.ConfirmEmailChange(t.Context(), acme, forNew)
	require.Equal(t, people.ErrTicket, err)
}

// countingStores counts the calls of the stores that a reset uses.
type countingUsers struct {
	people.UserStore
	n *int
}

func (c countingUsers) ByEmail(
	ctx context.Context, org admin.OrgID, key string,
) (people.Member, error) {
	*c.n++
	return c.UserStore.ByEmail(ctx, org, key)
}

type countingTickets struct {
	people.TicketStore
	n *int
}

func (c countingTickets) Issue(
	ctx context.Context, org admin.OrgID, t people.Ticket, keep int, rec admin.Record,
) error {
	*c.n += 100
	return c.TicketStore.Issue(ctx, org, t, keep, rec)
}

func TestRequestPasswordResetIsTheSameForNobody(t *testing.T) {
	h := newHouse(t, optional)
	gone := h.join("gone@acme.example", people.Analyst).User
	_, err := h.Deactivate(t.Context(), h.ann.Scope, gone.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	h.joinWithout("sso@acme.example")
	h.invite("invited@acme.example")
	n := 0
	p := ports(h.b)
	p.Users, p.Tickets = countingUsers{p.Users, &n}, countingTickets{p.Tickets, &n}
	s := h.In(p)
	for reason, email := range map[string]string{
		"a user": "ann@acme.example", "nobody": "nobody@acme.example", "a deactivated user": "gone@acme.example",
		"a user without a password": "sso@acme.example", "an invited address": "invited@acme.example",
	} {
		t.Run(reason, func(t *testing.T) {
			n = 0
			before := len(h.records())
			m, err := s.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: email})
			require.NoError(t, err)
			require.Equal(t, 101, n, "the same work")
			require.Len(t, h.records(), before+1)
			require.Equal(t, people.ActionRequestReset, h.lastRecord().Action)
			require.Len(t, m.Secret.Reveal(), 43)
			if email == "ann@acme.example" {
				require.Equal(t, "Ann@Acme.example", m.To.Address)
				return
			}
			require.Zero(t, m.To)
			require.Empty(t, h.lastRecord().Subject.ID)
			_, err = h.ResetPassword(t.Context(), acme, m.Secret, newPassword)
			require.Equal(t, people.ErrTicket, err)
		})
	}
	for _, email := range []string{"", "not an address"} {
		require.Zero(t, h.forgot(email).To)
	}
	m, err := h.RequestPasswordReset(t.Context(), "nobody", people.ResetRequest{Email: "ann@acme.example"})
	require.NoError(t, err)
	require.Zero(t, m.To)
	_, err = h.RequestPasswordReset(t.Context(), "no such org!", people.ResetRequest{Email: "ann@acme.example"})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestRequestPasswordResetIsLimitedForKnownAndUnknown(t *testing.T) {
	h := newHouse(t)
	for _, email := range []string{"ann@acme.example", "nobody@acme.example"} {
		for range 10 {
			h.forgot(email)
		}
		_, err := h.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: email})
		require.ErrorIs(t, err, admin.ErrRateLimited)
	}
	_, err := h.SendPasswordReset(t.Context(), admin.System(acme), h.ann.User.ID)
	require.NoError(t, err, "what anyone can use up does not hinder an administrator")
	refused := 0
	for n := range 150 {
		_, err := h.RequestPasswordReset(t.Context(), acme,
			people.ResetRequest{Email: fmt.Sprintf("user%d@acme.example", n), Source: "attacker"})
		if err != nil {
			require.ErrorIs(t, err, admin.ErrRateLimited)
			refused++
		}
	}
	require.Equal(t, 50, refused)
	_, err = h.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Source: string(make([]byte, 256))})
	requireProblem(t, err, "/source", admin.CodeTooLong)
}

func TestResetSecretsAreBounded(t *testing.T) {
	h := newHouse(t)
	var mails []people.Mail
	for range 6 {
		mails = append(mails, h.forgot("ann@acme.example"))
	}
	_, err := h.ResetPassword(t.Context(), acme, mails[0].Secret, newPassword)
	require.Equal(t, people.ErrTicket, err, "the oldest has made room")
	_, err = h.ResetPassword(t.Context(), acme, mails[1].Secret, newPassword)
	require.NoError(t, err)
}

func TestResetPasswordKeepsTheRules(t *testing.T) {
	known := &breaches{known: bobsPassword.Reveal()}
	h := newHouse(t, func(o *people.Options) { o.Passwords.Breaches = known })
	m := h.forgot("ann@acme.example")
	for _, tc := range []struct {
		code     string
		password admin.Secret
	}{
		{admin.CodeRequired, admin.Secret{}},
		{admin.CodeTooShort, admin.NewSecret("mosaic turnip")},
		{people.CodeGuessable, admin.NewSecret("ann@acme.example acme ltd")},
		{people.CodeSame, annsPassword},
		{people.CodeBreached, bobsPassword},
	} {
		_, err := h.ResetPassword(t.Context(), acme, m.Secret, tc.password)
		requireProblem(t, err, "/password", tc.code)
	}
	for range 5 {
		_, err := h.ResetPassword(t.Context(), acme, m.Secret, admin.Secret{})
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	_, err := h.ResetPassword(t.Context(), acme, m.Secret, newPassword)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	h.clock.Add(time.Minute)
	_, err = h.ResetPassword(t.Context(), acme, m.Secret, newPassword)
	require.NoError(t, err, "the secret is valid until a password is set")
}

func TestAnInvalidResetTicketDoesNotRevealWhy(t *testing.T) {
	for _, tc := range []struct {
		reason string
		spoil  func(t *testing.T, h *house, bob people.Session)
	}{
		{"expired", func(_ *testing.T, h *house, _ people.Session) { h.clock.Add(time.Hour) }},
		{"the password changed", func(t *testing.T, h *house, bob people.Session) {
			require.NoError(t, changePassword(t.Context(), h, bob.Scope, bobsPassword, newPassword))
		}},
		{"the e-mail address changed", func(_ *testing.T, h *house, bob people.Session) {
			h.changeEmail(bob, bobsPassword, "robert@acme.example")
		}},
		{"deactivated and active again", func(t *testing.T, h *house, bob people.Session) {
			_, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{})
			require.NoError(t, err)
			_, err = h.Reactivate(t.Context(), h.ann.Scope, bob.User.ID, 2)
			require.NoError(t, err)
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t)
			bob := h.join("bob@acme.example", people.Analyst)
			m := h.forgot("bob@acme.example")
			tc.spoil(t, h, bob)
			for _, secret := range []admin.Secret{m.Secret, admin.NewSecret("wrong"), {}} {
				_, err := h.ResetPassword(t.Context(), acme, secret, admin.NewSecret("x"))
				require.Equal(t, people.ErrTicket, err)
			}
			_, err := h.ResetPassword(t.Context(), "other", m.Secret, newPassword)
			require.Equal(t, people.ErrTicket, err)
		})
	}
}

func TestResetPasswordOvertakenByASibling(t *testing.T) {
	m := &meddlingHasher{PasswordHasher: cheap(t)}
	h := newHouse(t, func(o *people.Options) { o.Hasher = m })
	one, two := h.forgot("ann@acme.example"), h.forgot("ann@acme.example")
	m.meddle = func() {
		_, err := h.ResetPassword(t.Context(), acme, two.Secret, newPassword)
		require.NoError(t, err)
	}
	_, err := h.ResetPassword(t.Context(), acme, one.Secret, bobsPassword)
	require.Equal(t, people.ErrTicket, err)
	h.signIn("ann@acme.example", newPassword)
}

func TestSendPasswordReset(t *testing.T) {
	h := newHouse(t, optional)
	bob := h.join("bob@acme.example", people.Analyst)
	m, err := h.SendPasswordReset(t.Context(), h.ann.Scope, bob.User.ID)
	require.NoError(t, err)
	require.Equal(t, bob.User.Email, m.To)
	require.Equal(t, people.ActionSendReset, h.lastRecord().Action)
	require.Equal(t, h.ann.Scope.Actor(), h.lastRecord().Actor)
	_, err = h.ResetPassword(t.Context(), acme, m.Secret, newPassword)
	require.NoError(t, err)

	strict := newHouse(t, func(o *people.Options) { o.Fresh = time.Minute })
	strict.clock.Add(2 * time.Minute)
	_, err = strict.SendPasswordReset(t.Context(), strict.ann.Scope, strict.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrReauthenticate)
	_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, h.joinWithout("sso@acme.example").User.ID)
	require.ErrorIs(t, err, people.ErrNoPassword)
	only := admin.NewScope(acme, h.ann.Scope.Actor(), admin.Permissions(people.PermissionUsersWrite))
	_, err = h.SendPasswordReset(t.Context(), only, bob.User.ID)
	require.ErrorIs(t, err, admin.ErrForbidden, "it takes what the user's role has")
	_, err = h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, bob.User.ID)
	require.ErrorIs(t, err, admin.ErrState)
	for range 10 {
		_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, h.ann.User.ID)
		require.NoError(t, err)
	}
	_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, h.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrRateLimited)
}

// A client that asks in organizations that do not exist keeps no user from a new password.
func TestResetsInNoOrganizationUseUpNothing(t *testing.T) {
	h := newHouse(t)
	for n := range 30 {
		org := admin.OrgID(fmt.Sprint("none-", n))
		m, err := h.RequestPasswordReset(t.Context(), org, people.ResetRequest{Email: "ann@acme.example"})
		require.NoError(t, err)
		require.Equal(t, people.Mail{Kind: people.MailPasswordReset}, m)
	}
	m, err := h.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: "ann@acme.example"})
	require.NoError(t, err)
	require.Equal(t, h.ann.User.Email, m.To)
}
