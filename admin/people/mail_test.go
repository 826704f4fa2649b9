package people_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestAMailboxIsNotFloodedOverOrganizations(t *testing.T) {
	h := newHouse(t)
	sent := 0
	for n := range 50 {
		org := admin.OrgID(fmt.Sprint("org-", n))
		_, _, err := h.CreateOrganization(t.Context(), people.NewOrganization{
			ID: org, Name: "Other", Admin: people.NewAdmin{Name: "Eve", Email: "eve@other.example"},
		})
		require.NoError(t, err)
		for range 20 {
			i, _, err := h.Invite(t.Context(), admin.System(org), []string{"victim@x.example", "Victim@X.example"}[sent%2], people.Analyst)
			if err != nil {
				require.ErrorIs(t, err, admin.ErrRateLimited)
				wait, ok := admin.RetryAfter(err)
				require.True(t, ok && wait > 0)
				continue
			}
			sent++
			_, err = h.Revoke(t.Context(), admin.System(org), i.ID, i.Version)
			require.NoError(t, err)
		}
	}
	require.Equal(t, 10, sent, "of 1,000 attempts")
	h.clock.Add(30 * time.Minute)
	h.invite("victim@x.example")
}

func TestAnOrganizationDoesNotFloodMailboxes(t *testing.T) {
	h := newHouse(t, func(o *people.Options) {
		o.Invitations.Pending = 1000
		o.Limits.MailOrganization = people.Rate{Attempts: 20, Every: time.Minute}
	})
	for n := range 20 {
		h.invite(fmt.Sprintf("user%d@x.example", n))
	}
	_, _, err := h.Invite(t.Context(), h.ann.Scope, "another@x.example", people.Analyst)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	_, _, err = h.RequestEmailChange(t.Context(), h.ann.Scope, toNew("anna@acme.example", annsPassword))
	require.ErrorIs(t, err, admin.ErrRateLimited)
	_, err = h.SendPasswordReset(t.Context(), h.ann.Scope, h.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrRateLimited)
	require.NotZero(t, h.forgot("ann@acme.example").To, "what anyone can ask for has a limit of its own")
	_, _, err = h.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "other", Name: "Other", Admin: people.NewAdmin{Name: "Eve", Email: "eve@other.example"},
	})
	require.NoError(t, err)
	_, _, err = h.Invite(t.Context(), admin.System("other"), "another@x.example", people.Analyst)
	require.NoError(t, err, "another organization is not delayed")
	for n := range 19 {
		h.forgot(fmt.Sprintf("user%d@x.example", n))
	}
	_, err = h.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: "another@x.example"})
	require.ErrorIs(t, err, admin.ErrRateLimited)
}

// Whatever writes to an address counts there, so that no method is a way around.
func TestEveryMessageToAnAddressCounts(t *testing.T) {
	one := people.Rate{Attempts: 1, Every: time.Hour}
	for name, send := range map[string]func(t *testing.T, h *house, bob people.Session) error{
		"invite again after revoking": func(t *testing.T, h *house, _ people.Session) error {
			i := h.invite("carl@acme.example")
			_, err := h.Revoke(t.Context(), h.ann.Scope, i.ID, 1)
			require.NoError(t, err)
			_, _, err = h.Invite(t.Context(), h.ann.Scope, "carl@acme.example", people.Analyst)
			return err
		},
		"resend": func(t *testing.T, h *house, _ people.Session) error {
			i := h.invite("carl@acme.example")
			h.clock.Add(2 * time.Minute)
			_, _, err := h.Resend(t.Context(), h.ann.Scope, i.ID, 1)
			return err
		},
		"change to an address that was invited": func(t *testing.T, h *house, bob people.Session) error {
			i := h.invite("carl@acme.example")
			_, err := h.Revoke(t.Context(), h.ann.Scope, i.ID, 1)
			require.NoError(t, err)
			_, _, err = h.RequestEmailChange(t.Context(), bob.Scope, toNew("carl@acme.example", bobsPassword))
			return err
		},
		"reset after a change": func(t *testing.T, h *house, _ people.Session) error {
			h.requestEmail(h.ann, toNew("anna@acme.example", annsPassword))
			_, err := h.SendPasswordReset(t.Context(), admin.System(acme), h.ann.User.ID)
			return err
		},
		"change after a reset": func(t *testing.T, h *house, _ people.Session) error {
			_, err := h.SendPasswordReset(t.Context(), admin.System(acme), h.ann.User.ID)
			require.NoError(t, err)
			_, _, err = h.RequestEmailChange(t.Context(), h.ann.Scope, toNew("anna@acme.example", annsPassword))
			return err
		},
		"forgotten twice": func(t *testing.T, h *house, _ people.Session) error {
			h.forgot("ann@acme.example")
			_, err := h.RequestPasswordReset(t.Context(), acme, people.ResetRequest{Email: "ANN@acme.example"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(o *people.Options) { o.Limits.Mail = one })
			bob := h.join("bob@acme.example", people.Analyst)
			require.ErrorIs(t, send(t, h, bob), admin.ErrRateLimited)
		})
	}
}
