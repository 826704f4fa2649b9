package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// created is the organization that the case of Organizations.Create makes.
func (w *world) created() admin.OrgID { return w.org + ".new" }

func organizationCalls() map[string]call {
	return map[string]call{
		"Organizations.Create": func(
			ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, rec admin.Record,
		) (any, error) {
			o, u, c := w.organization(w.created())
			return nil, s.Organizations().Create(ctx, o, u, c, rec)
		},
		"Organizations.Get": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			o, err := s.Organizations().Get(ctx, org)
			return o, err
		},
		"Organizations.Rename": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Organizations().Rename(ctx, org, w.mark("renamed"), 1, rec)
		},
		"Organizations.SetStatus": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			o := people.Organization{ID: org, Status: people.OrganizationSuspended, StatusAt: rec.At, Version: 1}
			return nil, s.Organizations().SetStatus(ctx, o, rec)
		},
		"Organizations.Deleted": func(
			ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Organizations().Deleted(ctx, w.org, 1)
		},
		"Organizations.Purge": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return s.Organizations().Purge(ctx, gone(org), 1000)
		},
	}
}

func testOrganizations(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(1 << 40) // apart from the organizations of the other topics
	t.Run("returns what was created", func(t *testing.T) {
		w := newWorld(t, b, c)
		o, _, _ := w.organization(w.org)
		got, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, o, got)
	})
	t.Run("refuses a second one with the same id and leaves the first alone", func(t *testing.T) {
		w := newWorld(t, b, c)
		o, u, cred := w.organization(w.org)
		o.Name = "Another"
		rec := w.rec("test.again")
		require.ErrorIs(t, b.Organizations().Create(t.Context(), o, u, cred, rec), admin.ErrExists)
		got, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.NotEqual(t, "Another", got.Name)
		records, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: rec.Action}, page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Empty(t, records)
	})
	t.Run("compares ids byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		upper := admin.OrgID("ORG-" + string(w.org[4:]))
		_, err := b.Organizations().Get(t.Context(), upper)
		require.ErrorIs(t, err, admin.ErrNotFound)
		o, u, cred := w.organization(upper)
		require.NoError(t, b.Organizations().Create(t.Context(), o, u, cred, w.rec("test.upper")))
	})
	t.Run("suspends, reactivates and deletes", func(t *testing.T) { testStatus(t, b, c) })
	t.Run("holds what is of a suspended one", func(t *testing.T) { testSuspended(t, b, c) })
	t.Run("hides a deleted one from every method", func(t *testing.T) { testDeleted(t, b, c) })
	t.Run("purges a deleted one", func(t *testing.T) { testPurge(t, b, c) })
	t.Run("renames only the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.NoError(t, b.Organizations().Rename(t.Context(), w.org, "Two", 1, w.rec("test.rename")))
		require.ErrorIs(t, b.Organizations().Rename(t.Context(), w.org, "Three", 1, w.rec("test.rename")), admin.ErrConflict)
		got, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, "Two", got.Name)
		require.Equal(t, int64(2), got.Version)
	})
}
