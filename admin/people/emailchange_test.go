package people_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// toNew returns the input of a change to an address.
func toNew(email string, password admin.Secret) people.EmailChangeInput {
	return people.EmailChangeInput{Email: email, CurrentPassword: password}
}

// requestEmail begins a change, and returns the secrets for the new and the old address.
func (h *house) requestEmail(s people.Session, in people.EmailChangeInput) (forNew, forOld admin.Secret) {
	h.t.Helper()
	_, mails, err := h.RequestEmailChange(h.t.Context(), s.Scope, in)
	require.NoError(h.t, err)
	require.Len(h.t, mails, 2)
	return mails[0].Secret, mails[1].Secret
}

// changeEmail changes the address of a user who has a password.
func (h *house) changeEmail(s people.Session, password admin.Secret, email string) {
	h.t.Helper()
	forNew, forOld := h.requestEmail(s, toNew(email, password))
	for _, secret := range []admin.Secret{forNew, forOld} {
		_, err := h.ConfirmEmailChange(h.t.Context(), acme, secret)
		require.NoError(h.t, err)
	}
}

// joinWithout adds a user without a password, who signs in now.
func (h *house) joinWithout(email string) people.Session {
	h.t.Helper()
	_, secret, err := h.Invite(h.t.Context(), admin.System(acme), email, people.Analyst)
	require.NoError(h.t, err)
	_, err = h.Accept(h.t.Context(), acme, secret, people.AcceptInput{Name: "Sue"})
	require.NoError(h.t, err)
	s, err := h.SignInVerified(h.t.Context(), acme, email)
	require.NoError(h.t, err)
	s.Scope = s.Scope.WithAuthenticatedAt(h.clock.Now())
	return s
}

func optional(o *people.Options) { o.Passwords.Optional = true }

func TestEmailIsChangedWhenBothAddressesConfirm(t *testing.T) {
	for _, first := range []string{"the new address first", "the old address first"} {
		t.Run(first, func(t *testing.T) {
			h := newHouse(t)
			change, mails, err := h.RequestEmailChange(t.Context(), h.ann.Scope, toNew("Anna@Acme.example", annsPassword))
			require.NoError(t, err)
			now := h.clock.Now()
			want := people.EmailChange{
				UserID: h.ann.User.ID, From: h.ann.User.Email, To: people.Email{Address: "Anna@Acme.example", Key: "anna@acme.example"},
				AwaitsOld: true, AwaitsNew: true, CreatedAt: now, ExpiresAt: now.Add(24 * time.Hour),
			}
			require.Equal(t, want, change)
			require.Equal(t, []people.Mail{
				{To: want.To, Kind: people.MailEmailConfirm, Secret: mails[0].Secret, ExpiresAt: want.ExpiresAt},
				{To: want.From, Kind: people.MailEmailConfirmOld, Secret: mails[1].Secret, ExpiresAt: want.ExpiresAt},
			}, mails)
			require.NotEqual(t, mails[0].Secret.Reveal(), mails[1].Secret.Reveal())
			changed := admin.Change{Field: "email", From: "Ann@Acme.example", To: "Anna@Acme.example", Personal: true}
			require.Equal(t, []admin.Change{changed}, h.lastRecord().Changes)
			require.Equal(t, people.ActionRequestEmail, h.lastRecord().Action)
			p, err := h.Profile(t.Context(), h.ann.Scope)
			require.NoError(t, err)
			require.Equal(t, h.ann.User.Email, p.Email, "the address stays")
			require.Equal(t, &want, p.PendingEmail)

			one, two := mails[0].Secret, mails[1].Secret
			want.AwaitsNew = false
			if first == "the old address first" {
				one, two = two, one
				want.AwaitsNew, want.AwaitsOld = true, false
			}
			for range 2 { // again is no error, and no record
				change, err = h.ConfirmEmailChange(t.Context(), acme, one)
				require.NoError(t, err)
				require.Equal(t, want, change)
			}
			require.Equal(t, people.ActionConfirmEmail, h.lastRecord().Action)
			h.signIn("ann@acme.example", annsPassword)

			before := len(h.records())
			change, err = h.ConfirmEmailChange(t.Context(), acme, two)
			require.NoError(t, err)
			want.AwaitsNew, want.AwaitsOld, want.Done = false, false, true
			require.Equal(t, want, change)
			require.Len(t, h.records(), before+1)
			require.Equal(t, people.ActionChangeEmail, h.lastRecord().Action)
			require.Equal(t, h.ann.Scope.Actor(), h.lastRecord().Actor)
			_, err = h.ScopeOf(t.Context(), acme, h.ann.User.ID, h.ann.Epoch)
			require.ErrorIs(t, err, people.ErrSession)
			_, err = h.SignIn(t.Context(), acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
			require.ErrorIs(t, err, people.ErrSignIn)
			ann := h.signIn("anna@acme.example", annsPassword)
			require.Equal(t, want.To, ann.User.Email)
			p, err = h.Profile(t.Context(), ann.Scope)
			require.NoError(t, err)
			require.Nil(t, p.PendingEmail)
			for _, secret := range []admin.Secret{one, two} {
				_, err = h.ConfirmEmailChange(t.Context(), acme, secret)
				require.Equal(t, people.ErrTicket, err)
			}
		})
	}
}

func TestRequestEmailChangeRequiresThePasswordAndAnAddress(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Analyst)
	h.invite("carl@acme.example")
	for _, tc := range []struct {
		reason, email string
		password      admin.Secret
		want          error
	}{
		{"a wrong password", "anna@acme.example", bobsPassword, people.ErrPassword},
		{"no password", "anna@acme.example", admin.Secret{}, people.ErrPassword},
		{"another user's", "BOB@acme.example", annsPassword, people.ErrEmailTaken},
		{"an invited one", "carl@ACME.example", annsPassword, people.ErrAlreadyInvited},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, mails, err := h.RequestEmailChange(t.Context(), h.ann.Scope, toNew(tc.email, tc.password))
			require.ErrorIs(t, err, tc.want)
			require.Empty(t, mails)
		})
	}
	for email, code := range map[string]string{
		"": admin.CodeRequired, "nobody": admin.CodeFormat, "Ann@Acme.example": people.CodeSame,
	} {
		_, _, err := h.RequestEmailChange(t.Context(), h.ann.Scope, toNew(email, annsPassword))
		requireProblem(t, err, "/email", code)
	}
	h.requestEmail(h.ann, toNew("ann@acme.example", annsPassword)) // in other letters
	h.requestEmail(bob, toNew("robert@acme.example", bobsPassword))
	_, _, err := h.RequestEmailChange(t.Context(), h.ann.Scope, toNew("robert@acme.example", annsPassword))
	require.EqualError(t, err, "robert@acme.example: a user is changing their e-mail address to this one: already exists")
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "robert@acme.example", people.Analyst)
	require.ErrorIs(t, err, people.ErrEmailPending)
}

// invite invites an address as the host.
func (h *house) invite(email string) people.Invitation {
	h.t.Helper()
	i, _, err := h.Invite(h.t.Context(), admin.System(acme), email, people.Analyst)
	require.NoError(h.t, err)
	return i
}

// No user becomes another by setting an address: the next single sign-on by it is not theirs.
func TestAnAddressIsNobodysBeforeItIsProven(t *testing.T) {
	h := newHouse(t)
	mallory := h.join("mallory@acme.example", people.Analyst)
	forNew, forOld := h.requestEmail(mallory, toNew("ceo@acme.example", bobsPassword))
	_, err := h.ConfirmEmailChange(t.Context(), acme, forOld)
	require.NoError(t, err)
	_, err = h.SignInVerified(t.Context(), acme, "ceo@acme.example")
	require.ErrorIs(t, err, people.ErrSignIn)
	require.NoError(t, h.RefuseEmailChange(t.Context(), acme, forNew), "the owner of the address did not ask for it")
	h.invite("ceo@acme.example")
}

func TestEmailChangeOfAUserWithoutAPassword(t *testing.T) {
	h := newHouse(t, optional)
	sue := h.joinWithout("sue@acme.example")
	for reason, scope := range map[string]admin.Scope{
		"an unknown authentication": admin.NewScope(acme, sue.Scope.Actor(), admin.Permissions(people.PermissionProfileWrite)),
		"an old one":                sue.Scope.WithAuthenticatedAt(h.clock.Now().Add(-11 * time.Minute)),
	} {
		_, _, err := h.RequestEmailChange(t.Context(), scope, toNew("susan@acme.example", admin.Secret{}))
		require.ErrorIs(t, err, admin.ErrReauthenticate, reason)
	}
	change, mails, err := h.RequestEmailChange(t.Context(), sue.Scope, toNew("susan@acme.example", admin.Secret{}))
	require.NoError(t, err)
	require.False(t, change.AwaitsOld)
	require.Equal(t, []people.MailKind{people.MailEmailConfirm, people.MailEmailNotice}, []people.MailKind{mails[0].Kind, mails[1].Kind})
	require.Equal(t, sue.User.Email, mails[1].To, "the old address is notified")
	_, err = h.ConfirmEmailChange(t.Context(), acme, mails[1].Secret)
	require.Equal(t, people.ErrTicket, err, "which only cancels")
	change, err = h.ConfirmEmailChange(t.Context(), acme, mails[0].Secret)
	require.NoError(t, err)
	require.True(t, change.Done)
	_, err = h.SignInVerified(t.Context(), acme, "susan@acme.example")
	require.NoError(t, err)
}

func TestEmailChangeByTheNewAddressAlone(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.EmailChanges = people.EmailChangeRules{NewOnly: true, Lifetime: time.Hour} })
	_, mails, err := h.RequestEmailChange(t.Context(), h.ann.Scope, toNew("anna@acme.example", annsPassword))
	require.NoError(t, err)
	require.Equal(t, people.MailEmailNotice, mails[1].Kind)
	require.Equal(t, h.clock.Now().Add(time.Hour), mails[1].ExpiresAt)
	_, err = h.ConfirmEmailChange(t.Context(), acme, mails[0].Secret)
	require.NoError(t, err)
	h.signIn("anna@acme.example", annsPassword)
}

func TestAnInvalidEmailTicketDoesNotRevealWhy(t *testing.T) {
	for _, tc := range []struct {
		reason string
		spoil  func(t *testing.T, h *house, bob people.Session)
	}{
		{"expired", func(_ *testing.T, h *house, _ people.Session) { h.clock.Add(24 * time.Hour) }},
		{"replaced", func(_ *testing.T, h *house, bob people.Session) {
			h.requestEmail(bob, toNew("rob@acme.example", bobsPassword))
		}},
		{"cancelled by the user", func(t *testing.T, h *house, bob people.Session) {
			require.NoError(t, h.CancelEmailChange(t.Context(), bob.Scope, bob.User.ID))
			require.Equal(t, people.ActionCancelEmail, h.lastRecord().Action)
		}},
		{"cancelled by an administrator", func(t *testing.T, h *house, bob people.Session) {
			require.NoError(t, h.CancelEmailChange(t.Context(), h.ann.Scope, bob.User.ID))
		}},
		{"the password changed", func(t *testing.T, h *house, bob people.Session) {
			require.NoError(t, changePassword(t.Context(), h, bob.Scope, bobsPassword, newPassword))
		}},
		{"the role changed", func(t *testing.T, h *house, bob people.Session) {
			_, err := h.ChangeRole(t.Context(), h.ann.Scope, bob.User.ID, 1, people.Developer)
			require.NoError(t, err)
		}},
		{"deactivated", func(t *testing.T, h *house, bob people.Session) {
			_, err := h.Deactivate(t.Context(), h.ann.Scope, bob.User.ID, 1, people.DeactivateOptions{})
			require.NoError(t, err)
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
			forNew, forOld := h.requestEmail(bob, toNew("robert@acme.example", bobsPassword))
			_, err := h.ConfirmEmailChange(t.Context(), acme, forOld)
			require.NoError(t, err)
			tc.spoil(t, h, bob)
			for _, secret := range []admin.Secret{forNew, forOld, admin.NewSecret("wrong"), {}} {
				_, err := h.ConfirmEmailChange(t.Context(), acme, secret)
				require.Equal(t, people.ErrTicket, err)
				require.Equal(t, people.ErrTicket, h.RefuseEmailChange(t.Context(), acme, secret))
			}
			u, err := h.User(t.Context(), h.ann.Scope, bob.User.ID)
			require.NoError(t, err)
			require.Equal(t, bob.User.Email, u.Email)
			h.invite("robert@acme.example") // is free again
		})
	}
	t.Run("of another organization or kind", func(t *testing.T) {
		h := newHouse(t)
		forNew, _ := h.requestEmail(h.ann, toNew("anna@acme.example", annsPassword))
		_, err := h.ConfirmEmailChange(t.Context(), "other", forNew)
		require.Equal(t, people.ErrTicket, err)
		_, err = h.ResetPassword(t.Context(), acme, forNew, newPassword)
		require.Equal(t, people.ErrTicket, err)
		reset, err := h.SendPasswordReset(t.Context(), admin.System(acme), h.ann.User.ID)
		require.NoError(t, err)
		_, err = h.ConfirmEmailChange(t.Context(), acme, reset.Secret)
		require.Equal(t, people.ErrTicket, err)
		require.Equal(t, people.ErrTicket, h.RefuseEmailChange(t.Context(), acme, reset.Secret))
		_, err = h.ConfirmEmailChange(t.Context(), "no such org!", forNew)
		require.ErrorIs(t, err, admin.ErrInvalid)
	})
}

func TestConfirmEmailChangeOfAnAddressThatIsInUseByNow(t *testing.T) {
	h := newHouse(t)
	forNew, forOld := h.requestEmail(h.ann, toNew("anna@acme.example", annsPassword))
	_, err := h.ConfirmEmailChange(t.Context(), acme, forOld)
	require.NoError(t, err)
	// A storage refuses the invitation; this one was made by other means.
	i := people.Invitation{
		ID: uuid.Must(uuid.NewV7()), Role: people.Analyst, Status: people.InvitationPending, InvitedBy: admin.Actor{Kind: admin.ActorSystem},
		Email:     people.Email{Address: "anna@acme.example", Key: "anna@acme.example"},
		CreatedAt: h.clock.Now(), SentAt: h.clock.Now().Add(48 * time.Hour), ExpiresAt: h.clock.Now().Add(72 * time.Hour), Version: 1,
	}
	rec := admin.Runtime{}.WithDefaults().Record(admin.System(acme), "test.write", admin.Subject{Kind: "test"})
	require.NoError(t, h.b.Invitations().Create(t.Context(), acme, people.Sending{Invitation: i, Digest: admin.NewSecret("x").Digest(), Limit: 10}, rec))
	_, err = h.ConfirmEmailChange(t.Context(), acme, forNew)
	require.ErrorIs(t, err, people.ErrAlreadyInvited)
	h.signIn("ann@acme.example", annsPassword)
}

func TestCancelEmailChange(t *testing.T) {
	h := newHouse(t)
	require.ErrorIs(t, h.CancelEmailChange(t.Context(), h.ann.Scope, h.ann.User.ID), admin.ErrNotFound)
	require.ErrorIs(t, h.CancelEmailChange(t.Context(), h.ann.Scope, uuid.New()), admin.ErrNotFound)
	require.ErrorIs(t, h.CancelEmailChange(t.Context(), admin.Scope{}, h.ann.User.ID), admin.ErrUnauthenticated)
	forNew, forOld := h.requestEmail(h.ann, toNew("anna@acme.example", annsPassword))
	require.NoError(t, h.RefuseEmailChange(t.Context(), acme, forOld))
	require.Equal(t, people.ActionCancelEmail, h.lastRecord().Action)
	require.Equal(t, people.ErrTicket, h.RefuseEmailChange(t.Context(), acme, forNew))
}
