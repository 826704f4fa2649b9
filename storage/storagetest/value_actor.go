package storagetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// support returns a member of staff with the longest id that there is, who acts for the first user.
func (w *world) support() admin.Actor {
	return admin.Actor{
		Kind: admin.ActorSupport, ID: strings.Repeat("\U0001f418", 49) + "\\'|;", For: w.first.ID.String(),
	}
}

// testActors puts support that acts for a user into every place that keeps an actor.
func testActors(t *testing.T, w *world) {
	ctx, by, b := t.Context(), w.support(), w.b
	rec := func(action admin.Action) admin.Record {
		r := w.rec(action)
		r.Actor = by
		return r
	}
	t.Run("records", func(t *testing.T) {
		r := rec("test.write")
		r.Request = admin.Request{
			Source: strings.Repeat("s", 100), UserAgent: strings.Repeat("é", 250), ID: strings.Repeat("i", 200),
		}
		require.NoError(t, b.Audit().Append(ctx, w.org, r))
		f := admin.AuditFilter{Actor: admin.Actor{Kind: by.Kind, ID: by.ID}}
		got, err := b.Audit().List(ctx, w.org, f, page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Equal(t, []admin.Record{r}, got)
	})
	t.Run("currencies", func(t *testing.T) {
		c := w.currency("USD", "1")
		c.Base, c.CreatedBy = true, by
		require.NoError(t, b.Currencies().Create(ctx, w.org, c, rec("currency.set_base")))
		got, err := b.Currencies().Get(ctx, w.org, c.Code)
		require.NoError(t, err)
		require.Equal(t, c, got)
	})
	t.Run("jobs and their decisions", func(t *testing.T) {
		j := w.job()
		j.CreatedBy, j.Decision = by, job.Decision{Action: job.ActionPause, By: by, At: epoch}
		require.NoError(t, b.Jobs().Create(ctx, w.org, j, nil, rec("job.create")))
		got, err := b.Jobs().Get(ctx, w.org, j.ID)
		require.NoError(t, err)
		require.Equal(t, j, got)
		got.Decision = job.Decision{Action: job.ActionResume, By: by, At: epoch.Add(time.Minute)}
		require.NoError(t, b.Jobs().Update(ctx, w.org, got, rec("job.resume")))
		resumed, err := b.Jobs().Get(ctx, w.org, j.ID)
		require.NoError(t, err)
		require.Equal(t, got.Decision, resumed.Decision)
	})
	t.Run("imports", func(t *testing.T) {
		i := w.imp()
		i.CreatedBy = by
		require.NoError(t, b.Imports().Create(ctx, w.org, i, rec("import.begin")))
		got, err := b.Imports().Get(ctx, w.org, i.ID)
		require.NoError(t, err)
		require.Equal(t, by, got.CreatedBy)
	})
	t.Run("saved mappings", func(t *testing.T) {
		m := w.savedMapping("support")
		m.CreatedBy = by
		require.NoError(t, b.ImportMappings().Create(ctx, w.org, m, 1000, rec("import_mapping.create")))
		require.Equal(t, by, w.getMapping(t, m.ID).CreatedBy)
	})
	t.Run("enrichments", func(t *testing.T) {
		e := w.enrichment("support")
		e.CreatedBy, e.UpdatedBy = by, by
		e = w.putEnrichment(e)
		got, err := b.Enrichments().Get(ctx, w.org, e.EventSchema)
		require.NoError(t, err)
		require.Equal(t, []admin.Actor{by, by}, []admin.Actor{got.CreatedBy, got.UpdatedBy})
		e.UpdatedBy = w.user()
		e = w.putEnrichment(e)
		got, err = b.Enrichments().Get(ctx, w.org, e.EventSchema)
		require.NoError(t, err)
		require.Equal(t, []admin.Actor{by, w.user()}, []admin.Actor{got.CreatedBy, got.UpdatedBy})
	})
	t.Run("event schemas", func(t *testing.T) {
		s := w.schemaOf("support")
		s.CreatedBy, s.UpdatedBy = by, by
		w.putSchema(s)
		got, err := b.EventSchemas().Get(ctx, w.org, s.Name)
		require.NoError(t, err)
		require.Equal(t, []admin.Actor{by, by}, []admin.Actor{got.CreatedBy, got.UpdatedBy})
	})
	t.Run("schedules that were removed", func(t *testing.T) {
		s := w.schedule("support", epoch, time.Time{})
		require.NoError(t, w.add(b, s))
		require.NoError(t, w.replace(b, remove(s), rec("schedule.withdraw")))
		require.Equal(t, by, w.removed("support")[0].RemovedBy)
	})
	testActorsOfSettings(t, w, b)
	t.Run("invitations", func(t *testing.T) {
		i := w.invitation("support")
		i.InvitedBy = by
		sent := sending(i, w.digest("support"), 1000)
		require.NoError(t, b.Invitations().Create(ctx, w.org, sent, rec("invitation.create")))
		got, err := b.Invitations().Get(ctx, w.org, i.ID)
		require.NoError(t, err)
		require.Equal(t, by, got.InvitedBy)
	})
}

func testActorsOfSettings(t *testing.T, w *world, b storage.Backend) {
	ctx, by := t.Context(), w.support()
	t.Run("settings and their versions", func(t *testing.T) {
		s := w.setting(ofAccount("support"), "rate")
		s.CreatedBy, s.UpdatedBy = by, by
		w.createSetting(b, s)
		got, err := b.Settings().Get(ctx, w.org, s.ID)
		require.NoError(t, err)
		require.Equal(t, s, got)
		s.UpdatedBy, s.UpdatedAt = w.user(), epoch.Add(time.Minute)
		require.NoError(t, b.Settings().Update(ctx, w.org, s, w.rec("setting.update")))
		d := deletion(s.ID, 2)
		d.By = by
		require.NoError(t, b.Settings().Delete(ctx, w.org, d, w.rec("setting.delete")))
		versions, err := b.Settings().History(ctx, w.org, s.ID, page[int64](10))
		require.NoError(t, err)
		require.Len(t, versions, 3)
		for _, v := range versions {
			want := map[int64]admin.Actor{1: by, 2: w.user(), 3: by}[v.Setting.Version]
			require.Equal(t, []admin.Actor{by, want}, []admin.Actor{v.Setting.CreatedBy, v.Setting.UpdatedBy})
		}
	})
}
