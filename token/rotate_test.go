package token_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func (h *house) rotate(scope admin.Scope, old token.Generated, overlap time.Duration) token.Generated {
	h.t.Helper()
	made, err := h.Rotate(h.t.Context(), scope, old.Token.ID, token.RotateInput{Overlap: overlap})
	require.NoError(h.t, err)
	return made
}

func TestRotate(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite, settings.PermissionRead)
	old, err := h.Generate(t.Context(), ann, token.GenerateInput{
		Name: "Import", Permissions: []admin.Permission{token.PermissionWrite, settings.PermissionRead},
		ExpiresAt: start.Add(30 * 24 * time.Hour), Networks: networks("10.0.0.0/8"),
	})
	require.NoError(t, err)
	h.now = start.Add(time.Hour)
	made := h.rotate(ann, old, 24*time.Hour)
	secret := made.Secret.Reveal()
	require.NotEqual(t, old.Secret.Reveal(), secret)
	want := old.Token
	want.ID, want.RotatedFrom, want.Last4 = made.Token.ID, old.Token.ID, secret[len(secret)-4:]
	want.CreatedAt, want.UpdatedAt = h.now, h.now
	require.Equal(t, want, made.Token)
	kept, err := h.Get(t.Context(), admin.System(acme), old.Token.ID)
	require.NoError(t, err)
	want = old.Token
	want.RotatedTo, want.ExpiresAt, want.UpdatedAt, want.Version = made.Token.ID, h.now.Add(24*time.Hour), h.now, 2
	require.Equal(t, want, kept)

	records := h.trail(admin.Subject{Kind: "token", ID: made.Token.ID.String()})
	require.Equal(t, []admin.Action{token.ActionRotate}, actions(records))
	require.Equal(t, []admin.Change{
		{Field: "last4", To: made.Token.Last4}, {Field: "name", To: "Import", Personal: true},
		{Field: "permissions", To: "settings.read tokens.write"}, {Field: "expiresAt", To: "2026-03-31T10:20:30.123456Z"},
		{Field: "networks", To: "10.0.0.0/8"}, {Field: "rotatedFrom", To: old.Token.ID.String()},
		{Field: "overlapUntil", To: "2026-03-02T11:20:30.123456Z"},
	}, records[0].Changes)
	peer := networks("10.0.0.1/32")[0].Addr()
	for _, x := range []token.Generated{old, made} {
		_, err = h.VerifyFrom(t.Context(), x.Secret, peer)
		require.NoError(t, err)
	}
	h.now = kept.ExpiresAt
	_, err = h.VerifyFrom(t.Context(), old.Secret, peer)
	require.Equal(t, token.ReasonExpired, refused(t, err).Reason())
	_, err = h.VerifyFrom(t.Context(), made.Secret, peer)
	require.NoError(t, err)
}

func TestRotateRefuses(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite, settings.PermissionRead)
	bob := h.user("bob", token.PermissionWrite)
	off, gone, replaced, hers := h.generate(ann, settings.PermissionRead), h.generate(ann, settings.PermissionRead),
		h.generate(ann, settings.PermissionRead), h.generate(ann, settings.PermissionRead)
	_, err := h.Deactivate(t.Context(), ann, off.Token.ID, token.EndOptions{})
	require.NoError(t, err)
	require.NoError(t, h.Delete(t.Context(), ann, gone.Token.ID, token.EndOptions{}))
	h.rotate(ann, replaced, time.Hour)
	expired, err := h.expiring(ann, start.Add(time.Minute), settings.PermissionRead)
	require.NoError(t, err)
	h.now = start.Add(time.Minute)
	for _, tc := range []struct {
		reason  string
		scope   admin.Scope
		of      uuid.UUID
		overlap time.Duration
		want    error
	}{
		{"an overlap that is too long", ann, hers.Token.ID, token.MaxOverlap + 1, admin.ErrInvalid},
		{"a negative overlap", ann, hers.Token.ID, -1, admin.ErrInvalid},
		{"switched off", ann, off.Token.ID, 0, token.ErrDeactivated},
		{"deleted", ann, gone.Token.ID, 0, token.ErrDeleted},
		{"replaced already", ann, replaced.Token.ID, 0, token.ErrRotated},
		{"expired", ann, expired.Token.ID, 0, token.ErrExpired},
		{"missing", ann, uuid.Max, 0, admin.ErrNotFound},
		{"of another organization", admin.System(other), hers.Token.ID, 0, admin.ErrNotFound},
		{"another user's, with more than one's own", bob, hers.Token.ID, 0, admin.ErrForbidden},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			made, err := h.Rotate(t.Context(), tc.scope, tc.of, token.RotateInput{Overlap: tc.overlap})
			require.ErrorIs(t, err, tc.want)
			require.Zero(t, made.Token)
			require.True(t, made.Secret.IsZero())
		})
	}
}

func TestRotationIsNeverWiderOrLonger(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
	bob := h.user("bob", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
	made := h.generate(ann, settings.PermissionRead, settings.PermissionWrite)
	soon, err := h.expiring(ann, start.Add(time.Hour), settings.PermissionRead)
	require.NoError(t, err)

	t.Run("what its user may do no longer is left out", func(t *testing.T) {
		demoted := h.user("ann", token.PermissionWrite, settings.PermissionRead)
		made = h.rotate(demoted, made, 0)
		require.Equal(t, "settings.read", made.Token.Permissions.String())
		h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
		require.Equal(t, "settings.read", h.rotate(ann, made, time.Hour).Token.Permissions.String(), "for good")
		nothing := h.user("ann", token.PermissionWrite)
		_, err := h.Rotate(t.Context(), nothing, soon.Token.ID, token.RotateInput{})
		require.ErrorIs(t, err, admin.ErrForbidden)
		h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
	})
	t.Run("an old token that expires before the overlap ends still does", func(t *testing.T) {
		next := h.rotate(ann, soon, token.MaxOverlap)
		require.Equal(t, soon.Token.ExpiresAt, next.Token.ExpiresAt)
		kept, err := h.Get(t.Context(), admin.System(acme), soon.Token.ID)
		require.NoError(t, err)
		require.Equal(t, soon.Token.ExpiresAt, kept.ExpiresAt)
	})
	t.Run("by another user, who answers for the new token", func(t *testing.T) {
		hers := h.generate(ann, settings.PermissionRead)
		his := h.rotate(bob, hers, time.Hour)
		require.Equal(t, bob.User(), his.Token.UserID.String())
		require.Equal(t, bob.Actor(), his.Token.CreatedBy)
		h.user("bob", token.PermissionWrite)
		require.False(t, h.as(his).Can(settings.PermissionRead))
		require.True(t, h.as(hers).Can(settings.PermissionRead))
	})
	t.Run("by a token, which it does not outlive", func(t *testing.T) {
		by, err := h.Generate(t.Context(), ann, token.GenerateInput{
			Name: "x", Permissions: []admin.Permission{token.PermissionWrite, settings.PermissionRead},
			ExpiresAt: start.Add(time.Minute),
		})
		require.NoError(t, err)
		next := h.rotate(h.as(by), h.generate(ann, settings.PermissionRead), 0)
		require.Equal(t, start.Add(time.Minute), next.Token.ExpiresAt)
		require.Equal(t, by.Token.Actor(), next.Token.CreatedBy)
	})
	t.Run("by the system, for the user who answers for the old one", func(t *testing.T) {
		hers := h.generate(ann, settings.PermissionRead, settings.PermissionWrite)
		h.user("ann", token.PermissionWrite, settings.PermissionRead)
		next := h.rotate(admin.System(acme), hers, time.Hour)
		require.Equal(t, ann.User(), next.Token.UserID.String())
		require.Equal(t, admin.ActorSystem, next.Token.CreatedBy.Kind)
		require.Equal(t, "settings.read", next.Token.Permissions.String())
		h.user("ann", token.PermissionWrite)
		require.False(t, h.as(next).Can(settings.PermissionRead))
		_, err := h.Rotate(t.Context(), admin.System(acme), next.Token.ID, token.RotateInput{})
		require.ErrorIs(t, err, admin.ErrForbidden, "nothing is left")
		h.user("ann", token.PermissionWrite, settings.PermissionRead, settings.PermissionWrite)
		h.setStatus(people.UserDeactivated, true)
		_, err = h.Rotate(t.Context(), admin.System(acme), next.Token.ID, token.RotateInput{})
		require.ErrorIs(t, err, token.ErrUserNotActive)
		h.setStatus(people.UserActive, true)
		last := h.rotate(admin.System(acme), next, 0)
		h.setStatus(people.UserDeactivated, false)
		_, err = h.verify(last)
		require.Equal(t, token.ReasonDeactivated, refused(t, err).Reason())
		h.setStatus(people.UserActive, false)

		systems := h.generate(admin.System(acme), settings.PermissionWrite)
		require.Zero(t, h.rotate(admin.System(acme), systems, 0).Token.UserID)
	})
	t.Run("of what has been confined since", func(t *testing.T) {
		hers := h.generate(ann, settings.PermissionRead, settings.PermissionWrite)
		o := h.options
		o.MaxLifetime, o.Grantable = time.Hour, admin.Permissions(settings.PermissionRead)
		next, err := h.service(o).Rotate(t.Context(), ann, hers.Token.ID, token.RotateInput{})
		require.NoError(t, err)
		require.Equal(t, start.Add(time.Hour), next.Token.ExpiresAt)
		require.Equal(t, "settings.read", next.Token.Permissions.String())
	})
}

func TestARotatedTokenStaysInItsTree(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionWrite)
	off := func(x token.Generated, want token.Reason) {
		t.Helper()
		_, err := h.verify(x)
		require.Equal(t, want, refused(t, err).Reason())
	}
	t.Run("one that rotates itself ends with what it was", func(t *testing.T) {
		old := h.generate(ann, token.PermissionWrite)
		next := h.rotate(h.as(old), old, time.Hour)
		later := h.rotate(h.as(next), next, time.Hour)
		_, err := h.Deactivate(t.Context(), ann, old.Token.ID, token.EndOptions{})
		require.NoError(t, err)
		for _, x := range []token.Generated{old, next, later} {
			off(x, token.ReasonDeactivated)
		}
	})
	t.Run("one that a user rotates stays when the old one ends", func(t *testing.T) {
		old := h.generate(ann, token.PermissionWrite)
		child := h.generate(h.as(old), token.PermissionWrite)
		next := h.rotate(ann, old, time.Hour)
		running := h.as(next)
		_, err := h.Deactivate(t.Context(), ann, old.Token.ID, token.EndOptions{KeepChildren: true})
		require.NoError(t, err)
		h.as(next)
		h.as(child)
		_, err = h.Reactivate(t.Context(), running, old.Token.ID)
		require.ErrorIs(t, err, admin.ErrForbidden, "and does not switch that one on again")

		require.NoError(t, h.Delete(t.Context(), ann, next.Token.ID, token.EndOptions{}))
		for _, x := range []token.Generated{old, child, next} {
			off(x, token.ReasonDeleted)
		}
	})
}
