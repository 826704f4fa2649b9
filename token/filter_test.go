package token_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

func TestListNarrows(t *testing.T) {
	h := newHouse(t)
	ann := h.user("ann", token.PermissionRead, token.PermissionWrite, settings.PermissionRead)
	hers := h.generate(ann, token.PermissionWrite, settings.PermissionRead)
	child := h.generate(h.as(hers), settings.PermissionRead)
	soon, err := h.expiring(admin.System(acme), start.Add(time.Hour), settings.PermissionRead)
	require.NoError(t, err)
	h.now = start.Add(30 * time.Minute)
	h.as(child)
	for _, tc := range []struct {
		reason string
		at     time.Duration
		filter token.Filter
		want   []token.Generated
	}{
		{"of a user, with those that their tokens created", 0, token.Filter{UserID: uuid.MustParse(ann.User())}, []token.Generated{child, hers}},
		{"of a user who has none", 0, token.Filter{UserID: uuid.Max}, nil},
		{"that expire soon", 0, token.Filter{ExpiringBefore: start.Add(2 * time.Hour)}, []token.Generated{soon}},
		{"that expire at the very instant", 0, token.Filter{ExpiringBefore: start.Add(time.Hour)}, nil},
		{"that have expired", 2 * time.Hour, token.Filter{ExpiringBefore: start.Add(2 * time.Hour)}, nil},
		{"unused since", time.Hour, token.Filter{UnusedSince: start.Add(30 * time.Minute)}, []token.Generated{soon, hers}},
		{
			"by several filters", 0,
			token.Filter{State: token.Active, UserID: uuid.MustParse(ann.User()), UnusedSince: start.Add(30 * time.Minute)},
			[]token.Generated{hers},
		},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h.now = start.Add(tc.at)
			var want, got []uuid.UUID
			for _, x := range tc.want {
				want = append(want, x.Token.ID)
			}
			for x, err := range h.All(t.Context(), ann, tc.filter) {
				require.NoError(t, err)
				require.True(t, tc.filter.Matches(x, h.now))
				got = append(got, x.ID)
			}
			require.Equal(t, want, got)
		})
	}
	t.Run("a cursor belongs to each of the filters", func(t *testing.T) {
		p, err := h.List(t.Context(), ann, token.Filter{}, admin.Query{Limit: 1})
		require.NoError(t, err)
		for _, f := range []token.Filter{
			{UserID: uuid.MustParse(ann.User())}, {ExpiringBefore: start}, {UnusedSince: start},
		} {
			_, err = h.List(t.Context(), ann, f, admin.Query{Limit: 1, After: p.Next})
			require.ErrorIs(t, err, admin.ErrInvalid)
		}
	})
}
