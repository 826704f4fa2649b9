package storagetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// savedMapping returns a saved mapping with a value in every field.
func (w *world) savedMapping(name string) bulkimport.SavedMapping {
	i := w.imp()
	i.Settings.CustomersFrom, i.Settings.HeaderConfirmed = uuid.Nil, false
	return bulkimport.SavedMapping{
		ID: w.id(), Type: bulkimport.CustomersType, Name: name, Headers: []string{"id", "Ünïcode \"quoted\"\n", ""},
		Mapping: i.Mapping, Settings: i.Settings, CreatedAt: epoch, CreatedBy: w.user(),
		UpdatedAt: epoch.Add(time.Microsecond), Version: 1,
	}
}

func (w *world) saveMapping(t *testing.T, m bulkimport.SavedMapping) bulkimport.SavedMapping {
	t.Helper()
	require.NoError(t, w.b.ImportMappings().Create(t.Context(), w.org, m, 1000, w.rec("import_mapping.create")))
	return m
}

func (w *world) getMapping(t *testing.T, id uuid.UUID) bulkimport.SavedMapping {
	t.Helper()
	m, err := w.b.ImportMappings().Get(t.Context(), w.org, id)
	require.NoError(t, err)
	return m
}

func (w *world) seedMappings() {
	w.seeds.mapping = w.saveMapping(w.t, w.savedMapping(w.mark("monthly"))).ID
}

func importMappingCalls() map[string]call {
	return map[string]call{
		"ImportMappings.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.ImportMappings().Create(ctx, org, w.savedMapping(w.mark("weekly")), 1000, rec)
		},
		"ImportMappings.Get": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			m, err := s.ImportMappings().Get(ctx, org, w.seeds.mapping)
			return m, err
		},
		"ImportMappings.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			ms, err := s.ImportMappings().List(ctx, org, bulkimport.CustomersType, page[string](10))
			return ms, err
		},
		"ImportMappings.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			m := w.savedMapping(w.mark("yearly"))
			m.ID = w.seeds.mapping
			return nil, s.ImportMappings().Update(ctx, org, m, rec)
		},
		"ImportMappings.Delete": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.ImportMappings().Delete(ctx, org, w.seeds.mapping, 1, rec)
		},
	}
}

func testImportMappings(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(41 << 40)
	create := func(w *world, m bulkimport.SavedMapping, limit int) error {
		return b.ImportMappings().Create(t.Context(), w.org, m, limit, w.rec("import_mapping.create"))
	}
	update := func(w *world, m bulkimport.SavedMapping) error {
		return b.ImportMappings().Update(t.Context(), w.org, m, w.rec("import_mapping.replace"))
	}
	remove := func(w *world, id uuid.UUID, version int64) error {
		return b.ImportMappings().Delete(t.Context(), w.org, id, version, w.rec("import_mapping.delete"))
	}

	t.Run("returns what was created", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.saveMapping(t, w.savedMapping("Salesforce export, monthly"))
		require.Equal(t, m, w.getMapping(t, m.ID))
		bare := bulkimport.SavedMapping{ID: w.id(), Type: "things", Name: "b", CreatedAt: epoch, UpdatedAt: epoch, Version: 1}
		bare.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
		require.Equal(t, w.saveMapping(t, bare), w.getMapping(t, bare.ID))
		_, err := b.ImportMappings().Get(t.Context(), w.org, w.id())
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("keeps the longest name, and as much as can be saved", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, name := range []string{strings.Repeat("\U0001f418", 100), strings.Repeat("\ufdfa", 100)} {
			m := w.savedMapping(name)
			m.Headers = append(m.Headers, strings.Repeat("é", 64<<10))
			require.Equal(t, w.saveMapping(t, m), w.getMapping(t, m.ID))
		}
	})
	t.Run("refuses an id and a name that are taken, regardless of capitals, accents and blanks", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.saveMapping(t, w.savedMapping("Büro, monthly"))
		for _, name := range []string{"Büro, monthly", "buro, MONTHLY", " Büro,  monthly"} {
			require.ErrorIs(t, create(w, w.savedMapping(name), 1000), admin.ErrExists, name)
		}
		same := w.savedMapping("another")
		same.ID = m.ID
		require.ErrorIs(t, create(w, same, 1000), admin.ErrExists)
		require.Equal(t, m, w.getMapping(t, m.ID))
		accounts := w.savedMapping(m.Name)
		accounts.Type = bulkimport.AccountsType
		w.saveMapping(t, accounts)
		newWorld(t, b, c).saveMapping(t, m)
	})
	t.Run("has at most limit of a type, also when many are created at the same time", func(t *testing.T) {
		w := newWorld(t, b, c)
		accounts := w.savedMapping("accounts")
		accounts.Type = bulkimport.AccountsType
		w.saveMapping(t, accounts)
		all := make([]bulkimport.SavedMapping, 6)
		for n := range all {
			all[n] = w.savedMapping(fmt.Sprintf("m%d", n))
		}
		errs := atOnce(t, len(all), func(ctx context.Context, n int) error {
			return b.ImportMappings().Create(ctx, w.org, all[n], 3, w.rec("import_mapping.create"))
		})
		require.Len(t, succeeded(t, errs, bulkimport.ErrTooManyMappings), 3)
		require.ErrorIs(t, create(w, all[0], 3), bulkimport.ErrTooManyMappings, "which comes before that it exists")
	})
	t.Run("lists those of a type in order of the name", func(t *testing.T) {
		w := newWorld(t, b, c)
		var want []bulkimport.SavedMapping
		for _, name := range []string{"A", "a b", "Ab", "b", "Éa"} {
			want = append(want, w.savedMapping(name))
		}
		for _, i := range []int{3, 0, 4, 1, 2} {
			w.saveMapping(t, want[i])
		}
		accounts := w.savedMapping("a")
		accounts.Type = bulkimport.AccountsType
		w.saveMapping(t, accounts)
		require.Equal(t, want, pages(t, func(seek admin.Seek[string]) ([]bulkimport.SavedMapping, error) {
			return b.ImportMappings().List(t.Context(), w.org, bulkimport.CustomersType, seek)
		}, bulkimport.SavedMapping.NameKey))
	})
	t.Run("replaces the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.saveMapping(t, w.savedMapping("monthly"))
		other := w.saveMapping(t, w.savedMapping("weekly"))
		asked := m
		asked.Name, asked.Headers = "Monthly", []string{"x"}
		asked.Mapping = bulkimport.Mapping{"id": bulkimport.FromColumn(0)}
		asked.Settings, asked.UpdatedAt = bulkimport.Settings{Mode: bulkimport.Update}, epoch.Add(time.Hour)
		want := asked
		want.Version = 2
		asked.Type, asked.CreatedAt = bulkimport.AccountsType, epoch.Add(time.Hour)
		asked.CreatedBy = admin.Actor{Kind: admin.ActorSystem}
		require.NoError(t, update(w, asked), "its own name is not taken")
		require.Equal(t, want, w.getMapping(t, m.ID))

		require.ErrorIs(t, update(w, asked), admin.ErrConflict)
		want.Name = "WEEKLY"
		require.ErrorIs(t, update(w, want), admin.ErrExists)
		require.Equal(t, other, w.getMapping(t, other.ID))
		require.Equal(t, "Monthly", w.getMapping(t, m.ID).Name)
		want.ID = w.id()
		require.ErrorIs(t, update(w, want), admin.ErrNotFound)
	})
	t.Run("deletes the version that was read, and its name is free", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.saveMapping(t, w.savedMapping("monthly"))
		require.ErrorIs(t, remove(w, m.ID, 2), admin.ErrConflict)
		require.Equal(t, m, w.getMapping(t, m.ID))
		require.NoError(t, remove(w, m.ID, 1))
		require.ErrorIs(t, remove(w, m.ID, 1), admin.ErrNotFound)
		w.saveMapping(t, w.savedMapping("monthly"))
	})
}
