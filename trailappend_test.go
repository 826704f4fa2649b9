package admincenter_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// ownRecords are roles of a host whose administrators leave records of the host's.
func ownRecords() people.Roles {
	return admincenter.DefaultRoles().With(people.Administrator, admin.PermissionAuditWrite)
}

func TestHostsAppendRecordsOfTheirOwn(t *testing.T) {
	h := newHouse(t, admincenter.Options{Roles: ownRecords()})
	invoice := admin.Subject{Kind: "invoice", ID: "i-7"}
	scope := h.ann.Scope.WithRequest(someRequest())
	rec, err := h.Trail.Append(t.Context(), scope, "invoice.send", invoice, admin.Change{Field: "to", To: "l@lumen.example"})
	require.NoError(t, err)
	require.Equal(t, admin.Record{
		ID: rec.ID, At: h.now, Actor: scope.Actor(), Action: "invoice.send", Subject: invoice,
		Changes: []admin.Change{{Field: "to", To: "l@lumen.example"}}, Request: someRequest(),
	}, rec)
	require.Equal(t, rec, recorded(t, h.Center)[rec.ID])
	_, err = h.Trail.Append(t.Context(), admin.System(acme), "invoice.send", invoice)
	require.NoError(t, err)

	before, taken := len(recorded(t, h.Center)), errors.New("taken back")
	require.ErrorIs(t, h.InTx(t.Context(), func(in *admincenter.Center) error {
		_, err := in.Trail.Append(t.Context(), scope, "invoice.send", invoice)
		require.NoError(t, err)
		return taken
	}), taken)
	require.Len(t, recorded(t, h.Center), before, "it is part of the transaction")
}

func TestRecordsThatAreNoneOfTheHosts(t *testing.T) {
	h := newHouse(t, admincenter.Options{Roles: ownRecords()})
	before := len(recorded(t, h.Center))
	invoice := admin.Subject{Kind: "invoice", ID: "i-7"}
	for _, c := range []struct {
		reason  string
		scope   admin.Scope
		action  admin.Action
		subject admin.Subject
		change  admin.Change
		want    error
	}{
		{"of the library", h.ann.Scope, "currency.add", invoice, admin.Change{}, admin.ErrInvalid},
		{"of the library, by the host", admin.System(acme), "user.change_role", invoice, admin.Change{}, admin.ErrInvalid},
		{"of a verb that the library may come to have", h.ann.Scope, "token.melt", invoice, admin.Change{}, admin.ErrInvalid},
		{"an event", h.ann.Scope, "event.sign_in", invoice, admin.Change{}, admin.ErrInvalid},
		{"in other letters", h.ann.Scope, "Currency.add", invoice, admin.Change{}, admin.ErrInvalid},
		{"without a verb", h.ann.Scope, "invoice", invoice, admin.Change{}, admin.ErrInvalid},
		{"with a line break", h.ann.Scope, "invoice.send\n", invoice, admin.Change{}, admin.ErrInvalid},
		{"without a subject", h.ann.Scope, "invoice.send", admin.Subject{}, admin.Change{}, admin.ErrInvalid},
		{"of what cannot be seen", h.ann.Scope, "invoice.send", admin.Subject{Kind: "a\u202e"}, admin.Change{}, admin.ErrInvalid},
		{"with a value that cannot be seen", h.ann.Scope, "invoice.send", invoice, admin.Change{Field: "a", To: "\x00"}, admin.ErrInvalid},
		{"by a developer", h.bea.Scope, "invoice.send", invoice, admin.Change{}, admin.ErrForbidden},
		{"by nobody", admin.Scope{}, "invoice.send", invoice, admin.Change{}, admin.ErrUnauthenticated},
		{"in no organization", admin.System("globex"), "invoice.send", invoice, admin.Change{}, admin.ErrNotFound},
	} {
		t.Run(c.reason, func(t *testing.T) {
			rec, err := h.Trail.Append(t.Context(), c.scope, c.action, c.subject, c.change)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, rec)
		})
	}
	require.Len(t, recorded(t, h.Center), before)
}
