package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage"
)

// manyEnrichments is a limit that no test reaches.
const manyEnrichments = 100

// enrichment returns an enrichment of an event schema that is not stored yet, with dependencies on
// settings of these names.
func (w *world) enrichment(eventSchema string, dependencies ...string) enrich.Enrichment {
	e := enrich.Enrichment{
		EventSchema: eventSchema,
		Fields: []enrich.Field{
			{Name: "z", Type: enrich.Dimension, Source: enrich.FromValue, Value: w.mark("value"), Order: 1},
			{Name: "a", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"+":[1.10,{"var":"attribute.é\u0001"}]}`,
				Order: 2, Missing: enrich.MissingDefault, Default: "1.50"},
		},
		Cases: []enrich.Case{
			{Name: "z", Event: enrich.Event{Account: "a", Customer: "c", Time: epoch, Attributes: enrich.Attributes{"x": "1.50"},
				Dimensions: map[string]string{"d": ""}}, Attributes: enrich.Attributes{"a": "2"}, Fails: []string{"z", "a"}},
			{Name: "a", Dimensions: map[string]string{"z": w.mark("value")}},
		},
		CreatedAt: epoch, CreatedBy: w.user(),
		UpdatedAt: epoch.Add(time.Second), UpdatedBy: admin.Actor{Kind: admin.ActorSystem},
	}
	for i, name := range dependencies {
		e.Dependencies = append(e.Dependencies,
			enrich.Dependency{Name: fmt.Sprintf("d%d", i), Namespace: "USER", Setting: name, Optional: i%2 == 1,
				Type: []settings.Type{"", settings.TypeNumeric}[i%2]})
	}
	return e
}

func (w *world) putEnrichment(e enrich.Enrichment) enrich.Enrichment {
	w.t.Helper()
	require.NoError(w.t, w.b.Enrichments().Put(w.t.Context(), w.org, e, manyEnrichments, w.rec("enrichment.put")))
	e.Version++
	return e
}

// seedEnrichments makes one that depends on a setting which the seeded settings are not, so that
// these can be deleted.
func (w *world) seedEnrichments() {
	w.t.Helper()
	w.putEnrichment(w.enrichment("trips", "factor"))
	w.putEnrichment(w.enrichment("trips of "+string(w.org), "factor"))
}

func enrichmentCalls() map[string]call {
	return map[string]call{
		"Enrichments.Put": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			e := w.enrichment("trips", "rate", "factor")
			e.Version = 1
			return nil, s.Enrichments().Put(ctx, org, e, manyEnrichments, rec)
		},
		"Enrichments.Get": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			e, err := s.Enrichments().Get(ctx, org, "trips")
			return e, err
		},
		"Enrichments.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			es, err := s.Enrichments().List(ctx, org, page[string](100))
			return es, err
		},
		"Enrichments.Delete": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Enrichments().Delete(ctx, org, "trips", 1, rec)
		},
		"Enrichments.Users": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			users, err := s.Enrichments().Users(ctx, org, "USER", "factor", page[string](100))
			return users, err
		},
	}
}

func testEnrichments(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(32 << 40)
	get := func(w *world, eventSchema string) enrich.Enrichment {
		w.t.Helper()
		e, err := b.Enrichments().Get(w.t.Context(), w.org, eventSchema)
		require.NoError(w.t, err)
		return e
	}
	users := func(w *world, namespace, name string) []string {
		w.t.Helper()
		return pages(w.t, func(seek admin.Seek[string]) ([]string, error) {
			return b.Enrichments().Users(w.t.Context(), w.org, namespace, name, seek)
		}, func(s string) string { return s })
	}

	t.Run("returns what was put, dependencies and fields in their order", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := w.putEnrichment(w.enrichment("trips", "rate", "factor", "rate"))
		require.Equal(t, want, get(w, "trips"))
		bare := w.putEnrichment(w.enrichment("calls"))
		require.Equal(t, bare, get(w, "calls"))
		list, err := b.Enrichments().List(t.Context(), w.org, page[string](10))
		require.NoError(t, err)
		require.Equal(t, []enrich.Enrichment{bare, want}, list)
		_, err = b.Enrichments().Get(t.Context(), w.org, "TRIPS")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("replaces only the version that was read, and not how it began", func(t *testing.T) {
		w := newWorld(t, b, c)
		first := w.putEnrichment(w.enrichment("trips", "rate"))
		err := b.Enrichments().Put(t.Context(), w.org, w.enrichment("trips"), manyEnrichments, w.rec("enrichment.put"))
		require.ErrorIs(t, err, admin.ErrExists)
		next := w.enrichment("trips", "factor")
		next.Version, next.CreatedAt, next.CreatedBy = 1, epoch.Add(time.Hour), admin.Actor{Kind: admin.ActorSystem}
		next.UpdatedAt, next.UpdatedBy, next.Fields = epoch.Add(2*time.Hour), w.user(), next.Fields[:1]
		require.NoError(t, b.Enrichments().Put(t.Context(), w.org, next, 0, w.rec("enrichment.put")),
			"replacing one adds none")
		next.CreatedAt, next.CreatedBy, next.Version = first.CreatedAt, first.CreatedBy, 2
		require.Equal(t, next, get(w, "trips"))
		require.Empty(t, users(w, "USER", "rate"))
		require.Equal(t, []string{"trips"}, users(w, "USER", "factor"))
		stale := next
		stale.Version = 1
		require.ErrorIs(t, b.Enrichments().Put(t.Context(), w.org, stale, manyEnrichments, w.rec("enrichment.put")),
			admin.ErrConflict)
		stale.EventSchema = "none"
		require.ErrorIs(t, b.Enrichments().Put(t.Context(), w.org, stale, manyEnrichments, w.rec("enrichment.put")),
			admin.ErrNotFound)
		require.Equal(t, next, get(w, "trips"))
	})
	t.Run("deletes only the version that was read, and what it depended on with it", func(t *testing.T) {
		w := newWorld(t, b, c)
		e := w.putEnrichment(w.enrichment("trips", "rate"))
		require.ErrorIs(t, b.Enrichments().Delete(t.Context(), w.org, "trips", 2, w.rec("enrichment.delete")),
			admin.ErrConflict)
		require.Equal(t, e, get(w, "trips"))
		require.Equal(t, []string{"trips"}, users(w, "USER", "rate"))
		require.NoError(t, b.Enrichments().Delete(t.Context(), w.org, "trips", 1, w.rec("enrichment.delete")))
		require.Empty(t, users(w, "USER", "rate"))
		require.ErrorIs(t, b.Enrichments().Delete(t.Context(), w.org, "trips", 1, w.rec("enrichment.delete")),
			admin.ErrNotFound)
		w.putEnrichment(w.enrichment("trips", "rate"))
	})
	t.Run("finds users by namespace and name, byte by byte, in order", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, s := range []string{"b", "a", "é", "B", "a b", "aa"} {
			w.putEnrichment(w.enrichment(s, "rate", "x"))
		}
		w.putEnrichment(w.enrichment("other", "Rate", "rat_"))
		require.Equal(t, []string{"B", "a", "a b", "aa", "b", "é"}, users(w, "USER", "rate"))
		require.Equal(t, []string{"other"}, users(w, "USER", "Rate"))
		require.Empty(t, users(w, "user", "rate"))
		require.Empty(t, users(w, "USER", "rate "))
		names := pages(t, func(seek admin.Seek[string]) ([]enrich.Enrichment, error) {
			return b.Enrichments().List(t.Context(), w.org, seek)
		}, func(e enrich.Enrichment) string { return e.EventSchema })
		require.Len(t, names, 7)
		require.Equal(t, "B", names[0].EventSchema)
		require.Equal(t, "é", names[6].EventSchema)
	})
	t.Run("adds as many as there may be and no more", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.NoError(t, b.Enrichments().Put(t.Context(), w.org, w.enrichment("a"), 2, w.rec("enrichment.put")))
		require.NoError(t, b.Enrichments().Put(t.Context(), w.org, w.enrichment("b"), 2, w.rec("enrichment.put")))
		require.ErrorIs(t, b.Enrichments().Put(t.Context(), w.org, w.enrichment("c"), 2, w.rec("enrichment.put")),
			enrich.ErrTooMany)
	})
	t.Run("keeps a setting that is in use, unless asked to delete it all the same", func(t *testing.T) {
		w := newWorld(t, b, c)
		used := []settings.Setting{
			w.createSetting(b, w.setting(ofAccount("a"), "rate")),
			w.createSetting(b, w.setting(settings.Entity{Kind: settings.Customer, ID: "c"}, "rate")),
			w.createSetting(b, w.setting(settings.Entity{Kind: settings.Organization}, "rate")),
		}
		free := []settings.Setting{
			w.createSetting(b, w.setting(settings.Entity{Kind: settings.PricePlan, ID: "p"}, "rate")),
			w.createSetting(b, w.setting(ofAccount("a"), "Rate")),
		}
		for i := range settings.MaxUsersNamed + 1 {
			w.putEnrichment(w.enrichment(fmt.Sprintf("s%02d", i), "rate"))
		}
		for _, s := range used {
			err := b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), w.rec("setting.delete"))
			require.ErrorIs(t, err, settings.ErrInUse)
			var inUse *settings.InUseError
			require.ErrorAs(t, err, &inUse)
			require.Len(t, inUse.EventSchemas, settings.MaxUsersNamed)
			require.Equal(t, "s00", inUse.EventSchemas[0])
			require.True(t, inUse.More)
			require.Equal(t, []settings.Version{{Setting: s}}, w.history(s.ID))
			require.ErrorIs(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 2), w.rec("setting.delete")),
				admin.ErrConflict)
		}
		for _, s := range free {
			require.NoError(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), w.rec("setting.delete")))
		}
		for _, s := range used {
			d := deletion(s.ID, 1)
			d.InUse = true
			require.NoError(t, b.Settings().Delete(t.Context(), w.org, d, w.rec("setting.delete")))
		}
	})
	t.Run("lets a deletion and a new use happen one after the other", func(t *testing.T) {
		w := newWorld(t, b, c)
		for i := range 6 {
			name := fmt.Sprintf("rate%d", i)
			s := w.createSetting(b, w.setting(ofAccount("a"), name))
			e, put, del := w.enrichment(name, name), w.rec("enrichment.put"), w.rec("setting.delete")
			var deleted error
			var group sync.WaitGroup
			group.Go(func() {
				_ = patient(t.Context(), func() error { return b.Enrichments().Put(t.Context(), w.org, e, manyEnrichments, put) })
			})
			group.Go(func() {
				deleted = patient(t.Context(), func() error {
					return b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), del)
				})
			})
			group.Wait()
			require.Equal(t, []string{name}, users(w, "USER", name))
			_, err := b.Settings().Get(t.Context(), w.org, s.ID)
			if deleted == nil {
				require.ErrorIs(t, err, admin.ErrNotFound)
			} else {
				require.ErrorIs(t, deleted, settings.ErrInUse)
				require.NoError(t, err)
			}
		}
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		err := b.Enrichments().Put(t.Context(), w.org+".none", w.enrichment("trips", "rate"), manyEnrichments,
			w.rec("enrichment.put"))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}
