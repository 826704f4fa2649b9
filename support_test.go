package admincenter_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
)

// supportMay lists the methods of users and tokens that support may call in the place of a user, and why.
func supportMay() map[string]string {
	const reads = "it changes nothing"
	return map[string]string{
		"People.Profile": reads, "People.Organization": reads, "People.User": reads, "People.Users": reads,
		"People.AllUsers": reads, "People.Invitation": reads, "People.Invitations": reads, "People.AllInvitations": reads,
		"People.Identities": reads, "People.UserByEmail": reads, "People.UserByExternalID": reads,
		"People.ProvisionedUsers": reads, "People.Role": reads, "People.Roles": reads, "People.Sessions": reads,
		"People.SessionsOf": reads, "People.Factors": reads,
		"People.RenameOrganization": "a company's name is no credential",
		"Tokens.Recognize":          reads, "Tokens.Get": reads, "Tokens.List": reads, "Tokens.All": reads,
	}
}

func (h *house) impersonate(user people.User) people.Impersonation {
	h.t.Helper()
	i, err := h.People.Impersonate(h.t.Context(), admin.System(acme).WithRequest(someRequest()), user.ID,
		people.ImpersonateInput{StaffID: "staff-7", Reason: "ticket 4711"})
	require.NoError(h.t, err)
	return i
}

// Support cannot get what lasts: whatever Fresh is, and whichever method it calls.
func TestSupportChangesNoCredentials(t *testing.T) {
	for _, fresh := range []time.Duration{0, time.Hour} {
		h := newHouse(t, admincenter.Options{Fresh: fresh})
		ids := seeded(t, h)
		scope := h.impersonate(h.ann.User).Scope
		session := h.ann
		session.Scope = scope
		may, refused := supportMay(), 0
		for _, m := range allMethods(h.Center) {
			if !actsForUsers(m) {
				continue
			}
			allowed := may[m.name] != ""
			delete(may, m.name)
			for _, id := range ids {
				before := recorded(t, h.Center)
				_, err := invoke(m, t.Context(), scope, session, id, int64(1))
				require.Equal(t, !allowed, errors.Is(err, admin.ErrSupport), "%s: %v", m.name, err)
				if !allowed {
					refused++
					require.ErrorIs(t, err, admin.ErrForbidden)
					require.Len(t, recorded(t, h.Center), len(before), m.name)
				}
			}
		}
		require.Empty(t, may, "listed, but no method of users or tokens")
		require.Greater(t, refused, 100)
	}
}

func TestSupportActsInTheTrailUnderBothIDs(t *testing.T) {
	h := newHouse(t, admincenter.Options{KeepEvents: []admin.EventKind{admin.EventImpersonated}})
	i := h.impersonate(h.bea.User)
	by := admin.Actor{Kind: admin.ActorSupport, ID: "staff-7", For: h.bea.User.ID.String()}
	require.Equal(t, by, i.Scope.Actor())
	require.Equal(t, by.For, i.Scope.User())
	require.Equal(t, granted(h.bea.Scope), granted(i.Scope), "what the user may do")
	require.Equal(t, someRequest(), i.Scope.Request())
	require.Equal(t, h.now.Add(time.Hour), i.Until)

	imported := h.upload(i.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	require.Equal(t, by, imported.CreatedBy)
	p, err := h.Imports.Run(t.Context(), i.Scope, imported.ID, nil)
	require.NoError(t, err)
	require.Equal(t, int64(1), p.Counts.Completed, "the job asks what the user may do")
	page, err := h.Trail.List(t.Context(), h.ann.Scope,
		admin.AuditFilter{Actor: admin.Actor{Kind: by.Kind, ID: by.ID}}, admin.Query{})
	require.NoError(t, err)
	require.NotEmpty(t, page.Items)
	for _, r := range page.Items {
		require.Equal(t, by, r.Actor)
		require.Equal(t, someRequest(), r.Request)
	}
	first := page.Items[len(page.Items)-1]
	require.Equal(t, people.ActionImpersonate, first.Action)
	require.Equal(t, admin.Subject{Kind: "user", ID: by.For}, first.Subject)
	require.Equal(t, []admin.Change{{Field: "reason", To: "ticket 4711", Personal: true},
		{Field: "until", To: "2026-03-01T11:00:00Z"}}, first.Changes)
	require.Equal(t, by, keptEvents(t, h, "event.impersonated")[0].Actor)
	for reason, f := range map[string]admin.Actor{
		"both ids": by, "the user": {Kind: by.Kind, For: by.For},
	} {
		found, err := h.Trail.List(t.Context(), h.ann.Scope, admin.AuditFilter{Actor: f}, admin.Query{})
		require.NoError(t, err, reason)
		require.Equal(t, page.Items, found.Items, reason)
	}
	_, err = h.Trail.List(t.Context(), h.ann.Scope, admin.AuditFilter{Actor: admin.Actor{Kind: admin.ActorUser, For: by.For}},
		admin.Query{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorContains(t, err, "/actor/for")

	require.NoError(t, h.Authorize(t.Context(), acme, by))
	h.deactivate(h.bea)
	require.ErrorIs(t, h.Authorize(t.Context(), acme, by), admin.ErrForbidden)
}

func TestImpersonationEnds(t *testing.T) {
	for reason, end := range map[string]func(h *house){
		"at its end":               func(h *house) { h.now = h.now.Add(time.Hour) },
		"when the user is blocked": func(h *house) { h.deactivate(h.bea) },
		"with the user's sessions": func(h *house) {
			require.NoError(t, h.People.EndSessions(t.Context(), h.ann.Scope, h.bea.User.ID))
		},
	} {
		t.Run(reason, func(t *testing.T) {
			h := newHouse(t, admincenter.Options{})
			i := h.impersonate(h.bea.User)
			h.now = h.now.Add(time.Hour - time.Microsecond)
			again, err := h.People.ResumeImpersonation(t.Context(), admin.System(acme), i)
			require.NoError(t, err)
			require.Equal(t, i.Scope.Actor(), again.Scope.Actor())
			require.Zero(t, again.Scope.Request(), "each call is a request of its own")
			end(h)
			_, err = h.People.ResumeImpersonation(t.Context(), admin.System(acme), i)
			require.Equal(t, people.ErrSession, err)
		})
	}
}

func TestOnlyTheHostLetsSupportIn(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	in := people.ImpersonateInput{StaffID: "staff-7", Reason: "ticket 4711"}
	i := h.impersonate(h.bea.User)
	for reason, c := range map[string]struct {
		scope admin.Scope
		want  error
	}{
		"an administrator": {h.ann.Scope, admin.ErrForbidden}, "support itself": {i.Scope, admin.ErrSupport},
		"nobody": {admin.Scope{}, admin.ErrUnauthenticated}, "another organization": {admin.System("globex"), admin.ErrNotFound},
	} {
		_, err := h.People.Impersonate(t.Context(), c.scope, h.bea.User.ID, in)
		require.ErrorIs(t, err, c.want, reason)
		_, err = h.People.ResumeImpersonation(t.Context(), c.scope, i)
		if reason == "another organization" {
			c.want = people.ErrSession
		}
		require.ErrorIs(t, err, c.want, reason)
	}
	system := admin.System(acme)
	_, err := h.People.Impersonate(t.Context(), system, uuid.New(), in)
	require.ErrorIs(t, err, admin.ErrNotFound)
	for path, change := range map[string]func(*people.ImpersonateInput){
		"/staffId":  func(in *people.ImpersonateInput) { in.StaffID = "" },
		"/reason":   func(in *people.ImpersonateInput) { in.Reason = "a\u202eb" },
		"/lifetime": func(in *people.ImpersonateInput) { in.Lifetime = 25 * time.Hour },
	} {
		wrong := in
		change(&wrong)
		_, err := h.People.Impersonate(t.Context(), system, h.bea.User.ID, wrong)
		var invalid *admin.ValidationError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, path, invalid.Fields[0].Path)
	}
	h.deactivate(h.bea)
	_, err = h.People.Impersonate(t.Context(), system, h.bea.User.ID, in)
	require.ErrorIs(t, err, admin.ErrState)
}

// A record of support that does not say who, and for whom, is none.
func TestSupportHasBothIDs(t *testing.T) {
	r := admin.Runtime{}.WithDefaults().Record(admin.System(acme), "test.write", admin.Subject{Kind: "test"})
	for path, a := range map[string]admin.Actor{
		"/actor/id": {Kind: admin.ActorSupport, For: "ann"}, "/actor/for": {Kind: admin.ActorSupport, ID: "staff-7"},
	} {
		r.Actor = a
		err := r.Check()
		require.ErrorIs(t, err, admin.ErrInvalid)
		require.ErrorContains(t, err, path)
	}
	require.Equal(t, "support staff-7 for user ann", admin.Actor{Kind: admin.ActorSupport, ID: "staff-7", For: "ann"}.String())
}
