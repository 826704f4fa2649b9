package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/storage"
)

// manySchemas is a limit that no test reaches.
const manySchemas = 100

// schemaOf returns an event schema that is not stored yet.
func (w *world) schemaOf(name string) eventschema.Schema {
	least, most := decimal.RequireFromString("-0.5"), decimal.RequireFromString("123456789012345678.9")
	return eventschema.Schema{
		Name: name, Description: w.mark("schema"),
		Attributes: []eventschema.Attribute{
			{Name: "z", Type: eventschema.Numeric, Required: true, Unit: "km", Minimum: &least, Maximum: &most},
			{Name: "a", Type: eventschema.Integer, Description: "é", Places: 2},
		},
		Dimensions: []eventschema.Dimension{
			{Name: "plan", Type: eventschema.String, Required: true, MaxLength: 20, Values: []string{"z", "", "a"}},
			{Name: "at", Type: eventschema.DateTime},
		},
		CreatedAt: epoch, CreatedBy: w.user(),
		UpdatedAt: epoch.Add(time.Second), UpdatedBy: admin.Actor{Kind: admin.ActorSystem},
	}
}

func (w *world) putSchema(s eventschema.Schema) eventschema.Schema {
	w.t.Helper()
	version, err := w.b.EventSchemas().Put(w.t.Context(), w.org, s, manySchemas, w.rec("event_schema.put"))
	require.NoError(w.t, err)
	require.Positive(w.t, version)
	s.Version = version
	return s
}

func (w *world) seedEventSchemas() {
	w.t.Helper()
	w.putSchema(w.schemaOf("calls"))
	w.putSchema(w.schemaOf("calls of " + string(w.org)))
}

func schemaDeletion(name string, version int64) eventschema.Deletion {
	return eventschema.Deletion{
		Name: name, Version: version, At: epoch.Add(time.Hour), By: admin.Actor{Kind: admin.ActorSystem},
	}
}

func eventSchemaCalls() map[string]call {
	return map[string]call{
		"EventSchemas.Put": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			v := w.schemaOf("calls")
			v.Version = 1
			version, err := s.EventSchemas().Put(ctx, org, v, manySchemas, rec)
			return version, err
		},
		"EventSchemas.Get": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			v, err := s.EventSchemas().Get(ctx, org, "calls")
			return v, err
		},
		"EventSchemas.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			vs, err := s.EventSchemas().List(ctx, org, page[string](100))
			return vs, err
		},
		"EventSchemas.Delete": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.EventSchemas().Delete(ctx, org, schemaDeletion("calls", 1), rec)
		},
		"EventSchemas.History": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			vs, err := s.EventSchemas().History(ctx, org, "calls", page[int64](100))
			return vs, err
		},
		"EventSchemas.Version": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			v, err := s.EventSchemas().Version(ctx, org, "calls", 1)
			return v, err
		},
	}
}

func (w *world) schemaHistory(name string) []eventschema.Version {
	w.t.Helper()
	return pages(w.t, func(seek admin.Seek[int64]) ([]eventschema.Version, error) {
		return w.b.EventSchemas().History(w.t.Context(), w.org, name, seek)
	}, func(v eventschema.Version) int64 { return v.Schema.Version })
}

func testEventSchemas(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(37 << 40)

	t.Run("returns what was put, in its order, and every version, newest first", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.putSchema(w.schemaOf("trips"))
		require.EqualValues(t, 1, s.Version)
		want := []eventschema.Version{{Schema: s}}
		for i := range 4 {
			s.Description, s.Attributes = fmt.Sprint(i), s.Attributes[:1]
			s.UpdatedAt, s.UpdatedBy = epoch.Add(time.Duration(i)*time.Minute), w.user()
			s = w.putSchema(s)
			require.EqualValues(t, i+2, s.Version)
			want = append([]eventschema.Version{{Schema: s}}, want...)
		}
		got, err := b.EventSchemas().Get(t.Context(), w.org, "trips")
		require.NoError(t, err)
		require.Equal(t, s, got)
		require.Equal(t, want, w.schemaHistory("trips"))
		_, err = b.EventSchemas().Get(t.Context(), w.org, "TRIPS")
		require.ErrorIs(t, err, admin.ErrNotFound, "names compare byte by byte")

		d := schemaDeletion("trips", s.Version)
		require.NoError(t, b.EventSchemas().Delete(t.Context(), w.org, d, w.rec("event_schema.delete")))
		s.UpdatedAt, s.UpdatedBy = d.At, d.By
		s.Version++
		want = append([]eventschema.Version{{Schema: s, Deleted: true}}, want...)
		require.Equal(t, want, w.schemaHistory("trips"))
		for _, v := range want {
			got, err := b.EventSchemas().Version(t.Context(), w.org, "trips", v.Schema.Version)
			require.NoError(t, err)
			require.Equal(t, v, got)
		}
		for _, number := range []int64{0, -1, s.Version + 1} {
			_, err := b.EventSchemas().Version(t.Context(), w.org, "trips", number)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		again := w.putSchema(w.schemaOf("trips"))
		require.Equal(t, s.Version+1, again.Version, "the numbers of a deleted one go on")
		require.Len(t, w.schemaHistory("trips"), 7)
		require.Empty(t, w.schemaHistory("none"))
	})
	t.Run("keeps no version of a change that was refused or taken back", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.putSchema(w.schemaOf("trips"))
		put := func(st storage.Stores, s eventschema.Schema) error {
			_, err := st.EventSchemas().Put(t.Context(), w.org, s, manySchemas, w.rec("event_schema.put"))
			return err
		}
		require.ErrorIs(t, put(b, w.schemaOf("trips")), admin.ErrExists)
		late := s
		late.Version = 2
		require.ErrorIs(t, put(b, late), admin.ErrConflict)
		late.Name = "none"
		require.ErrorIs(t, put(b, late), admin.ErrNotFound)
		drop := func(name string, version int64) error {
			return b.EventSchemas().Delete(t.Context(), w.org, schemaDeletion(name, version), w.rec("event_schema.delete"))
		}
		require.ErrorIs(t, drop("trips", 2), admin.ErrConflict)
		require.ErrorIs(t, drop("none", 1), admin.ErrNotFound)
		stop := errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(tx storage.Stores) error {
			if err := put(tx, s); err != nil {
				return err
			}
			return stop
		}), stop)
		require.Equal(t, []eventschema.Version{{Schema: s}}, w.schemaHistory("trips"))
	})
	t.Run("does not delete a schema that has an enrichment", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.putSchema(w.schemaOf("trips"))
		e := w.putEnrichment(w.enrichment("trips", "rate"))
		w.putEnrichment(w.enrichment("trip", "rate"))
		drop := func() error {
			return b.EventSchemas().Delete(t.Context(), w.org, schemaDeletion("trips", 1), w.rec("event_schema.delete"))
		}
		require.ErrorIs(t, drop(), eventschema.ErrInUse)
		require.Len(t, w.schemaHistory("trips"), 1)
		require.NoError(t, b.Enrichments().Delete(t.Context(), w.org, "trips", e.Version, w.rec("enrichment.delete")))
		require.NoError(t, drop())
	})
	t.Run("pages in order of the name and lets through as many as the limit", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, name := range []string{"b", "a", "B", "c", "é"} {
			w.putSchema(w.schemaOf(name))
		}
		names := pages(t, func(seek admin.Seek[string]) ([]eventschema.Schema, error) {
			return b.EventSchemas().List(t.Context(), w.org, seek)
		}, func(s eventschema.Schema) string { return s.Name })
		var got []string
		for _, s := range names {
			got = append(got, s.Name)
		}
		require.Equal(t, []string{"B", "a", "b", "c", "é"}, got)
		_, err := b.EventSchemas().Put(t.Context(), w.org, w.schemaOf("d"), 5, w.rec("event_schema.put"))
		require.ErrorIs(t, err, eventschema.ErrTooMany)
		require.Empty(t, w.schemaHistory("d"))
	})
	t.Run("gives a name to one of those that create it at once", func(t *testing.T) {
		w := newWorld(t, b, c)
		var done sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			s, rec := w.schemaOf("trips"), w.rec("event_schema.put")
			done.Go(func() {
				errs[i] = patient(t.Context(), func() error {
					_, err := b.EventSchemas().Put(t.Context(), w.org, s, manySchemas, rec)
					return err
				})
			})
		}
		done.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
			} else {
				require.ErrorIs(t, err, admin.ErrExists)
			}
		}
		require.Equal(t, 1, made)
		require.Len(t, w.schemaHistory("trips"), 1)
	})
}
