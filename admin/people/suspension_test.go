package people_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// suspend suspends the organization and returns it.
func (h *house) suspend() people.Organization {
	h.t.Helper()
	o, err := h.Organization(h.t.Context(), admin.System(acme))
	require.NoError(h.t, err)
	o, err = h.SuspendOrganization(h.t.Context(), admin.System(acme), o.Version, "unpaid")
	require.NoError(h.t, err)
	return o
}

// door is a way into an organization.
type door struct {
	reason string
	open   func() error
	shut   error // what it fails with for one who has no right to come in
	wrong  func() error
}

// doors are every way by which a user comes in.
func (w *watched) doors() []door {
	t, ctx := w.t, w.t.Context()
	bob := w.join("bob@acme.example", people.Analyst)
	w.link(bob, "bob")
	_, session, err := w.KeepSession(ctx, bob, people.KeepInput{})
	require.NoError(t, err)
	_, invited, err := w.Invite(ctx, admin.System(acme), "new@acme.example", people.Analyst)
	require.NoError(t, err)
	reset := w.forgot("ann@acme.example").Secret
	app, _ := w.enroll(w.ann, annsPassword)
	annEpoch := func() int64 {
		m, err := w.b.Users().Member(ctx, acme, w.ann.User.ID)
		require.NoError(t, err)
		return m.Credential.Epoch
	}()
	ticket := w.halfway().Ticket
	wrong := admin.NewSecret("a wrong password")
	signIn := func(email string, password admin.Secret) error {
		_, err := w.SignIn(ctx, acme, people.SignInInput{Email: email, Password: password})
		return err
	}
	resume := func(secret admin.Secret) error { _, err := w.ResumeSession(ctx, acme, secret); return err }
	accept := func(secret admin.Secret) error {
		_, err := w.Accept(ctx, acme, secret, people.AcceptInput{Name: "New", Password: bobsPassword})
		return err
	}
	setPassword := func(secret admin.Secret) error {
		_, err := w.ResetPassword(ctx, acme, secret, admin.NewSecret("eleven owls over Lake Vann"))
		return err
	}
	identified := func(subject string) error { _, err := w.signInIdentity(identity(subject)); return err }
	verified := func(email string) error { _, err := w.SignInVerified(ctx, acme, email); return err }
	scope := func(epoch int64) error { _, err := w.ScopeOf(ctx, acme, bob.User.ID, epoch); return err }
	complete := func(ticket admin.Secret) error {
		_, err := w.CompleteSignIn(ctx, acme, people.CompleteInput{Ticket: ticket, Code: app.code(0)})
		return err
	}
	again := func(secret, password admin.Secret) error {
		_, _, err := w.Reauthenticate(ctx, acme, secret, password)
		return err
	}
	return []door{
		{"a password", func() error { return signIn("bob@acme.example", bobsPassword) }, people.ErrSignIn,
			func() error { return signIn("bob@acme.example", wrong) }},
		{"a password of a user with a second factor", func() error { return signIn("ann@acme.example", annsPassword) }, people.ErrSignIn,
			func() error { return signIn("nobody@acme.example", annsPassword) }},
		{"a link", func() error { return verified("bob@acme.example") }, people.ErrSignIn, func() error { return verified("nobody@acme.example") }},
		{"single sign-on", func() error { return identified("bob") }, people.ErrIdentity, func() error { return identified("nobody") }},
		{"a session of the library's", func() error { return resume(session) }, people.ErrSession, func() error { return resume(wrong) }},
		{"a password for a session", func() error { return again(session, bobsPassword) }, people.ErrSession,
			func() error { return again(wrong, bobsPassword) }},
		{"a session of the host's", func() error { return scope(bob.Epoch) }, people.ErrSession, func() error { return scope(bob.Epoch + 1) }},
		{"a second factor", func() error { return complete(ticket) }, people.ErrSecondFactor, func() error { return complete(wrong) }},
		{"an invitation", func() error { return accept(invited) }, people.ErrInvitation, func() error { return accept(wrong) }},
		{"a job of a user", func() error { return w.Authorize(ctx, acme, w.ann.Scope.Actor()) }, admin.ErrForbidden, func() error {
			return w.Authorize(ctx, acme, admin.Actor{Kind: admin.ActorUser, ID: w.newID()})
		}},
		{"a job of the system", func() error { return w.Authorize(ctx, acme, admin.Actor{Kind: admin.ActorSystem}) }, admin.ErrNotFound, func() error {
			return w.Authorize(ctx, "umbrella", admin.Actor{Kind: admin.ActorSystem})
		}},
		{"a session of the host's of another user", func() error {
			_, err := w.ScopeOf(ctx, acme, w.ann.User.ID, annEpoch)
			return err
		}, people.ErrSession, func() error { return scope(99) }},
		{"a reset", func() error { return setPassword(reset) }, people.ErrTicket, func() error { return setPassword(wrong) }},
	}
}

func (h *house) newID() string { return admin.Runtime{}.WithDefaults().NewID().String() }

func TestNobodyGetsIntoASuspendedOrganization(t *testing.T) {
	w := newWatched(t, func(o *people.Options) { o.Factors.Sealer = keyRing(t, sealingKey("2026", 1)) })
	doors := w.doors()
	o := w.suspend()
	w.take()
	for _, d := range doors {
		t.Run(d.reason, func(t *testing.T) {
			w.t = t
			err := d.open()
			require.ErrorIs(t, err, admin.ErrSuspended)
			require.ErrorIs(t, err, admin.ErrForbidden)
			require.Equal(t, "organization_suspended", admin.Code(err))
			for _, e := range w.take() {
				require.Equal(t, people.ReasonSuspended, e.Reason, "%+v", e)
			}
			err = d.wrong()
			require.ErrorIs(t, err, d.shut, "who could not come in does not learn of it")
			require.NotErrorIs(t, err, admin.ErrSuspended)
			w.take()
		})
	}
	w.t = t
	m := w.forgot("bob@acme.example")
	require.Zero(t, m.To, "no secret is made for a password")

	_, err := w.ReactivateOrganization(t.Context(), admin.System(acme), o.Version, "paid")
	require.NoError(t, err)
	for _, d := range doors {
		if err := d.open(); err != nil {
			require.ErrorIs(t, err, people.ErrSecondFactorRequired, d.reason)
		}
	}
}

func TestOnlyTheHostChangesTheStatusOfAnOrganization(t *testing.T) {
	h := newHouse(t)
	system := admin.System(acme)
	forged := admin.NewScope(acme, admin.Actor{Kind: admin.ActorSystem}, people.DefaultRoles().All())
	for reason, tc := range map[string]struct {
		scope   admin.Scope
		version int64
		reason  string
		want    error
	}{
		"an administrator":      {h.ann.Scope, 1, "unpaid", admin.ErrForbidden},
		"a scope like system's": {forged, 1, "unpaid", admin.ErrForbidden},
		"nobody":                {admin.Scope{}, 1, "unpaid", admin.ErrUnauthenticated},
		"no reason":             {system, 1, "", admin.ErrInvalid},
		"a long reason":         {system, 1, strings.Repeat("a", 501), admin.ErrInvalid},
		"another version":       {system, 2, "unpaid", admin.ErrConflict},
		"no organization":       {admin.System("umbrella"), 1, "unpaid", admin.ErrNotFound},
	} {
		t.Run(reason, func(t *testing.T) {
			before := h.records()
			_, err := h.SuspendOrganization(t.Context(), tc.scope, tc.version, tc.reason)
			require.ErrorIs(t, err, tc.want)
			_, err = h.ReactivateOrganization(t.Context(), tc.scope, tc.version, tc.reason)
			require.ErrorIs(t, err, tc.want)
			require.ErrorIs(t, h.DeleteOrganization(t.Context(), tc.scope, tc.version, tc.reason), tc.want)
			require.Equal(t, before, h.records())
		})
	}
	_, err := h.ReactivateOrganization(t.Context(), system, 1, "paid")
	require.ErrorIs(t, err, admin.ErrState, "it is active")
	require.ErrorIs(t, h.DeleteOrganization(t.Context(), system, 1, "left"), admin.ErrState, "it is not suspended")

	o, err := h.SuspendOrganization(t.Context(), system, 1, "unpaid")
	require.NoError(t, err)
	require.Equal(t, people.OrganizationSuspended, o.Status)
	require.Equal(t, int64(2), o.Version)
	rec := h.lastRecord()
	require.Equal(t, people.ActionSuspendOrganization, rec.Action)
	require.Equal(t, rec.At, o.StatusAt)
	require.Equal(t, []admin.Change{{Field: "status", From: "ACTIVE", To: "SUSPENDED"}, {Field: "reason", To: "unpaid"}}, rec.Changes)
	stored, err := h.Organization(t.Context(), system)
	require.NoError(t, err, "the host goes on reading")
	require.Equal(t, o, stored)
	_, err = h.RenameOrganization(t.Context(), system, 2, "Acme Inc")
	require.NoError(t, err, "and writing")
}

func TestDeleteOrganization(t *testing.T) {
	h := newHouse(t)
	ctx, system := t.Context(), admin.System(acme)
	o := h.suspend()
	require.ErrorIs(t, h.DeleteOrganization(ctx, h.ann.Scope, o.Version, "left"), admin.ErrForbidden)
	require.NoError(t, h.DeleteOrganization(ctx, system, o.Version, "left"))

	_, err := h.Organization(ctx, system)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.Users(ctx, h.ann.Scope, people.UserFilter{}, admin.Query{})
	require.NoError(t, err, "as of one that never was")
	_, err = h.User(ctx, h.ann.Scope, h.ann.User.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.SignIn(ctx, acme, people.SignInInput{Email: "ann@acme.example", Password: annsPassword})
	require.ErrorIs(t, err, people.ErrSignIn)
	_, err = h.ScopeOf(ctx, acme, h.ann.User.ID, h.ann.Epoch)
	require.ErrorIs(t, err, people.ErrSession)
	list, err := h.Memberships(ctx, "ann@acme.example")
	require.NoError(t, err)
	require.Empty(t, list)
	again := func() error {
		_, _, err := h.CreateOrganization(ctx, people.NewOrganization{
			ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Eve", Email: "eve@acme.example", Password: bobsPassword},
		})
		return err
	}
	require.ErrorIs(t, again(), admin.ErrExists)
	for _, limit := range []int{-1, 0, people.MaxPurge + 1} {
		_, err := h.PurgeDeleted(ctx, limit)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
	for more := true; more; {
		more, err = h.PurgeDeleted(ctx, 10)
		require.NoError(t, err)
	}
	require.ErrorIs(t, again(), admin.ErrExists, "no organization gets the id again")
}
