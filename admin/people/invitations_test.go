package people_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestInvite(t *testing.T) {
	h := newHouse(t)
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "Carl@Acme.example", people.Developer)
	require.NoError(t, err)
	require.Equal(t, people.Invitation{
		ID: i.ID, Email: people.Email{Address: "Carl@Acme.example", Key: "carl@acme.example"}, Role: people.Developer,
		Status: people.InvitationPending, InvitedBy: h.ann.Scope.Actor(), CreatedAt: h.clock.Now(), SentAt: h.clock.Now(),
		ExpiresAt: h.clock.Now().Add(7 * 24 * time.Hour), Version: 1,
	}, i)
	require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, secret.Reveal(), "256 bits, safe in a link")
	stored, err := h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, i, stored)
	rec := h.lastRecord()
	require.Equal(t, people.ActionInvite, rec.Action)
	require.NotContains(t, fmt.Sprintf("%+v", rec), secret.Reveal())
}

func TestInviteRefuses(t *testing.T) {
	h := newHouse(t)
	gone := h.join("gone@acme.example", people.Analyst).User
	_, err := h.Deactivate(t.Context(), h.ann.Scope, gone.ID, 1, people.DeactivateOptions{})
	require.NoError(t, err)
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "pending@acme.example", people.Analyst)
	require.NoError(t, err)
	for _, tc := range []struct {
		reason, email string
		role          people.Role
		scope         admin.Scope
		want          error
	}{
		{"a user", "ANN@acme.example", people.Analyst, h.ann.Scope, admin.ErrExists},
		{"a deactivated user", "gone@acme.example", people.Analyst, h.ann.Scope, admin.ErrExists},
		{"an address with a pending invitation", "Pending@acme.example", people.Analyst, h.ann.Scope, admin.ErrExists},
		{"no address", "", people.Analyst, h.ann.Scope, admin.ErrInvalid},
		{"a bad address", "nobody", people.Analyst, h.ann.Scope, admin.ErrInvalid},
		{"an unknown role", "eve@acme.example", "emperor", h.ann.Scope, admin.ErrInvalid},
		{"an API token's", "eve@acme.example", people.Analyst, token(t, people.Administrator), admin.ErrForbidden},
		{"of an organization that does not exist", "eve@acme.example", people.Analyst, admin.System("nobody"), admin.ErrNotFound},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, secret, err := h.Invite(t.Context(), tc.scope, tc.email, tc.role)
			require.ErrorIs(t, err, tc.want)
			require.True(t, secret.IsZero())
		})
	}
}

func TestInviteReportsEveryProblem(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.Invite(t.Context(), h.ann.Scope, "nobody", "emperor")
	var v *admin.ValidationError
	require.ErrorAs(t, err, &v)
	require.Len(t, v.Fields, 2)
}

func TestInviteHasALimit(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Invitations.Pending = 2 })
	for n := range 2 {
		_, _, err := h.Invite(t.Context(), h.ann.Scope, fmt.Sprintf("user%d@acme.example", n), people.Analyst)
		require.NoError(t, err)
	}
	_, _, err := h.Invite(t.Context(), h.ann.Scope, "user2@acme.example", people.Analyst)
	require.ErrorIs(t, err, people.ErrTooManyInvitations)
	require.ErrorIs(t, err, admin.ErrState)
	h.clock.Add(7 * 24 * time.Hour)
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "user2@acme.example", people.Analyst)
	require.NoError(t, err, "the others have expired")
}

func TestInvitationExpiresAndStaysVisible(t *testing.T) {
	h := newHouse(t, func(o *people.Options) { o.Invitations.Lifetime = time.Hour })
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	list := func(status people.InvitationStatus) (out []people.Invitation) {
		for i, err := range h.AllInvitations(t.Context(), h.ann.Scope, people.InvitationFilter{Status: status}) {
			require.NoError(t, err)
			out = append(out, i)
		}
		return out
	}
	h.clock.Add(time.Hour - time.Microsecond)
	require.Equal(t, []people.Invitation{i}, list(people.InvitationPending))
	require.Empty(t, list(people.InvitationExpired))

	h.clock.Add(time.Microsecond)
	expired := i
	expired.Status = people.InvitationExpired
	require.Empty(t, list(people.InvitationPending))
	require.Equal(t, []people.Invitation{expired}, list(people.InvitationExpired))
	require.Equal(t, []people.Invitation{expired}, list(""))
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.ErrorIs(t, err, people.ErrInvitation)

	again, _, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Developer)
	require.NoError(t, err, "a new one takes its place")
	require.Equal(t, []people.Invitation{again, expired}, list(""))
	_, _, err = h.Resend(t.Context(), h.ann.Scope, i.ID, i.Version)
	require.ErrorIs(t, err, admin.ErrExists)
}

func TestResend(t *testing.T) {
	h := newHouse(t)
	bob := h.join("bob@acme.example", people.Administrator)
	i, old, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	h.clock.Add(time.Minute - time.Microsecond)
	_, _, err = h.Resend(t.Context(), bob.Scope, i.ID, i.Version)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	wait, ok := admin.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, time.Microsecond, wait)

	h.clock.Add(time.Hour)
	sent, renewed, err := h.Resend(t.Context(), bob.Scope, i.ID, i.Version)
	require.NoError(t, err)
	require.Equal(t, bob.Scope.Actor(), sent.InvitedBy, "the sender becomes the inviter")
	require.Equal(t, h.clock.Now().Add(7*24*time.Hour), sent.ExpiresAt)
	require.Equal(t, i.CreatedAt, sent.CreatedAt)
	stored, err := h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, stored, sent)
	require.NotEqual(t, old.Reveal(), renewed.Reveal())
	_, err = h.Accept(t.Context(), acme, old, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.ErrorIs(t, err, people.ErrInvitation, "the old secret is invalid")

	h.clock.Add(time.Hour)
	_, _, err = h.Resend(t.Context(), bob.Scope, i.ID, i.Version)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, _, err = h.Resend(t.Context(), token(t, people.Administrator), i.ID, sent.Version)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, _, err = h.Resend(t.Context(), bob.Scope, uuid.New(), 1)
	require.ErrorIs(t, err, admin.ErrNotFound)

	_, err = h.Accept(t.Context(), acme, renewed, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.NoError(t, err)
	_, _, err = h.Resend(t.Context(), bob.Scope, i.ID, sent.Version+1)
	require.ErrorIs(t, err, admin.ErrState, "it was accepted")
}

func TestResendRevivesAnExpiredInvitation(t *testing.T) {
	h := newHouse(t)
	i, _, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	h.clock.Add(30 * 24 * time.Hour)
	sent, secret, err := h.Resend(t.Context(), h.ann.Scope, i.ID, i.Version)
	require.NoError(t, err)
	require.Equal(t, people.InvitationPending, sent.StatusAt(h.clock.Now()))
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.NoError(t, err)
}

func TestResendToAnAddressThatIsAUsersByNow(t *testing.T) {
	h := newHouse(t)
	i, _, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	h.clock.Add(7 * 24 * time.Hour)
	h.changeEmail(h.ann, annsPassword, "carl@acme.example")
	ann := h.signIn("carl@acme.example", annsPassword)
	_, _, err = h.Resend(t.Context(), ann.Scope, i.ID, i.Version)
	require.ErrorIs(t, err, people.ErrEmailTaken)
}

func TestRevoke(t *testing.T) {
	h := newHouse(t)
	i, secret, err := h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.Revoke(t.Context(), h.ann.Scope, i.ID, 9)
	require.ErrorIs(t, err, admin.ErrConflict)
	revoked, err := h.Revoke(t.Context(), h.ann.Scope, i.ID, i.Version)
	require.NoError(t, err)
	stored, err := h.Invitation(t.Context(), h.ann.Scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, stored, revoked)
	require.Equal(t, people.InvitationRevoked, revoked.Status)
	require.Equal(t, h.clock.Now(), revoked.SettledAt)
	_, err = h.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Carl", Password: newPassword})
	require.ErrorIs(t, err, people.ErrInvitation)
	_, err = h.Revoke(t.Context(), h.ann.Scope, i.ID, revoked.Version)
	require.ErrorIs(t, err, admin.ErrState)
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err, "the address is free again")
}

func TestExistingAddressesHaveTheirOwnCodes(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.Invite(t.Context(), h.ann.Scope, "ann@acme.example", people.Analyst)
	require.ErrorIs(t, err, people.ErrEmailTaken)
	require.Equal(t, "email_taken", admin.Code(err))
	require.Equal(t, "Change or reactivate the user ann@acme.example: a user has this e-mail address.", admin.Message(err))
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.NoError(t, err)
	_, _, err = h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
	require.ErrorIs(t, err, people.ErrAlreadyInvited)
	require.Equal(t, "already_invited", admin.Code(err))
	require.Equal(t, "carl@acme.example: the e-mail address has a pending invitation: send that one again.", admin.Message(err))
}

func TestFiltersRefuseUnknownValues(t *testing.T) {
	h := newHouse(t)
	_, err := h.Users(t.Context(), h.ann.Scope, people.UserFilter{Status: "bogus"}, admin.Query{})
	requireProblem(t, err, "/status", admin.CodeUnknown)
	require.ErrorContains(t, err, `"bogus" is not a status of a user: use ACTIVE, DEACTIVATED or ERASED`)
	_, err = h.Users(t.Context(), h.ann.Scope, people.UserFilter{Role: "emperor"}, admin.Query{})
	requireProblem(t, err, "/role", admin.CodeUnknown)
	require.EqualError(t, err,
		`invalid input: /role: role "emperor" is not known: use one of [administrator analyst developer product_manager] or one of the organization's own`)
	_, err = h.Invitations(t.Context(), h.ann.Scope, people.InvitationFilter{Status: "pending"}, admin.Query{})
	requireProblem(t, err, "/status", admin.CodeUnknown)
	for _, err := range h.AllUsers(t.Context(), h.ann.Scope, people.UserFilter{Status: "bogus"}) {
		requireProblem(t, err, "/status", admin.CodeUnknown)
	}
	for _, err := range h.AllInvitations(t.Context(), h.ann.Scope, people.InvitationFilter{Status: "bogus"}) {
		requireProblem(t, err, "/status", admin.CodeUnknown)
	}
}
