package storagetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
)

// settingSeeds are the settings that seed makes.
type settingSeeds struct{ id uuid.UUID }

func (w *world) value(t settings.Type, text string) settings.Value {
	w.t.Helper()
	v, err := settings.ParseValue(t, text)
	require.NoError(w.t, err)
	return v
}

// setting returns a setting that is not stored yet.
func (w *world) setting(e settings.Entity, name string) settings.Setting {
	w.t.Helper()
	return settings.Setting{
		ID: w.id(), Entity: e, Namespace: "USER", Name: name, Value: w.value(settings.TypeString, w.mark("value")),
		CreatedAt: epoch, CreatedBy: w.user(),
		UpdatedAt: epoch.Add(time.Second), UpdatedBy: admin.Actor{Kind: admin.ActorSystem}, Version: 1,
	}
}

// roomy returns limits that no test reaches.
func roomy() settings.Limits { return settings.Limits{PerEntity: 1000, PerOrganization: 1000} }

func deletion(id uuid.UUID, version int64) settings.Deletion {
	return settings.Deletion{ID: id, Version: version, At: epoch.Add(time.Hour), By: admin.Actor{Kind: admin.ActorSystem}}
}

func ofAccount(id string) settings.Entity { return settings.Entity{Kind: settings.Account, ID: id} }

func (w *world) createSetting(b storage.Backend, s settings.Setting) settings.Setting {
	w.t.Helper()
	require.NoError(w.t, b.Settings().Create(w.t.Context(), w.org, s, roomy(), w.rec("setting.create")))
	return s
}

func (w *world) seedSettings() {
	w.t.Helper()
	w.seeds.settings.id = w.createSetting(w.b, w.setting(ofAccount("acme"), "rate")).ID
	w.createSetting(w.b, w.setting(settings.Entity{Kind: settings.Organization}, "rate"))
}

func settingCalls() map[string]call {
	return map[string]call{
		"Settings.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Settings().Create(ctx, org, w.setting(ofAccount("acme"), "limit"), roomy(), rec)
		},
		"Settings.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			v, err := s.Settings().Get(ctx, org, w.seeds.settings.id)
			return v, err
		},
		"Settings.Lookup": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			vs, err := s.Settings().Lookup(ctx, org, rates(ofAccount("acme")))
			return vs, err
		},
		"Settings.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			vs, err := s.Settings().List(ctx, org, settings.Filter{}, page[uuid.UUID](100))
			return vs, err
		},
		"Settings.History": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			vs, err := s.Settings().History(ctx, org, w.seeds.settings.id, page[int64](100))
			return vs, err
		},
		"Settings.Version": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			v, err := s.Settings().Version(ctx, org, w.seeds.settings.id, 1)
			return v, err
		},
		"Settings.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			v := w.setting(ofAccount("acme"), "rate")
			v.ID = w.seeds.settings.id
			return nil, s.Settings().Update(ctx, org, v, rec)
		},
		"Settings.Delete": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Settings().Delete(ctx, org, deletion(w.seeds.settings.id, 1), rec)
		},
	}
}

func testSettings(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(30 << 40)
	get := func(t *testing.T, w *world, id uuid.UUID) settings.Setting {
		t.Helper()
		s, err := b.Settings().Get(t.Context(), w.org, id)
		require.NoError(t, err)
		return s
	}
	list := func(t *testing.T, w *world, f settings.Filter) []settings.Setting {
		t.Helper()
		return pages(t, func(seek admin.Seek[uuid.UUID]) ([]settings.Setting, error) {
			return b.Settings().List(t.Context(), w.org, f, seek)
		}, func(s settings.Setting) uuid.UUID { return s.ID })
	}

	t.Run("returns values of every type unchanged, up to the largest", func(t *testing.T) {
		w := newWorld(t, b, c)
		deep := strings.Repeat("[", settings.MaxDepth) + strings.Repeat("]", settings.MaxDepth)
		for name, v := range map[string]settings.Value{
			"empty":    w.value(settings.TypeString, ""),
			"blanks":   w.value(settings.TypeString, " \ttext\r\nof 2 lines  "),
			"unicode":  w.value(settings.TypeString, "é e\u0301 😀 \\ \" ' % _"),
			"longest":  w.value(settings.TypeString, strings.Repeat("😀", settings.MaxString)),
			"small":    w.value(settings.TypeNumeric, "-0.000000000000000001"),
			"digits":   w.value(settings.TypeNumeric, "12345678901234567890.123456789012345678"),
			"document": w.value(settings.TypeJSON, `{"b":1.10,"a":[12345678901234567890123456789.5,1e400,"é\u0001",null]}`),
			"deep":     w.value(settings.TypeJSON, deep),
			"largest":  w.value(settings.TypeJSON, `"`+strings.Repeat("x", settings.MaxJSON-2)+`"`),
			"rule":     w.value(settings.TypeLogic, `{"*":[{"var":"dependencies.rate"},1.10]}`),
		} {
			want := w.setting(ofAccount("acme"), name)
			want.Value = v
			w.createSetting(b, want)
			require.Equal(t, want, get(t, w, want.ID), name)
		}
	})
	t.Run("refuses a second one of an entity, namespace and name, and an id that is taken", func(t *testing.T) {
		w := newWorld(t, b, c)
		first := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		second := w.setting(ofAccount("acme"), "rate")
		second.Value = w.value(settings.TypeNumeric, "1")
		require.ErrorIs(t, b.Settings().Create(t.Context(), w.org, second, roomy(), w.rec("setting.create")), admin.ErrExists)
		again := w.setting(ofAccount("acme"), "other")
		again.ID = first.ID
		require.ErrorIs(t, b.Settings().Create(t.Context(), w.org, again, roomy(), w.rec("setting.create")), admin.ErrExists)
		require.Equal(t, []settings.Setting{first}, list(t, w, settings.Filter{}))
	})
	t.Run("compares kinds, ids, namespaces and names byte by byte", func(t *testing.T) {
		w := newWorld(t, b, c)
		var made []settings.Setting
		for _, e := range []settings.Entity{
			ofAccount("acme"), ofAccount("ACME"), ofAccount("ácme"), ofAccount("a\u0301cme"), ofAccount("acme%"),
			{Kind: settings.Customer, ID: "acme"}, {Kind: settings.Organization},
		} {
			for _, namespace := range []string{"USER", "user"} {
				for _, name := range []string{"Rate", "rate", "rat_", "r.te"} {
					s := w.setting(e, name)
					s.Namespace = namespace
					made = append(made, w.createSetting(b, s))
				}
			}
		}
		for _, want := range made {
			found, err := b.Settings().Lookup(t.Context(), w.org, []settings.Key{want.Key()})
			require.NoError(t, err)
			require.Equal(t, []settings.Setting{want}, found)
			if want.Entity.ID != "" {
				f := settings.Filter{Entity: want.Entity, Namespace: want.Namespace, Name: want.Name}
				require.Equal(t, []settings.Setting{want}, list(t, w, f))
			}
		}
	})
	t.Run("looks up on the entities that were asked for and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		organization := settings.Entity{Kind: settings.Organization}
		customer := settings.Entity{Kind: settings.Customer, ID: "c"}
		want := []settings.Setting{
			w.createSetting(b, w.setting(ofAccount("a"), "rate")),
			w.createSetting(b, w.setting(customer, "rate")),
			w.createSetting(b, w.setting(organization, "rate")),
		}
		w.createSetting(b, w.setting(ofAccount("c"), "rate"))
		w.createSetting(b, w.setting(settings.Entity{Kind: settings.Customer, ID: "a"}, "rate"))
		w.createSetting(b, w.setting(ofAccount("a"), "other"))
		elsewhere := w.setting(ofAccount("a"), "rate")
		elsewhere.Namespace = "TOGAI"
		w.createSetting(b, elsewhere)
		lookup := func(es ...settings.Entity) []settings.Setting {
			found, err := b.Settings().Lookup(t.Context(), w.org, rates(es...))
			require.NoError(t, err)
			return found
		}
		require.ElementsMatch(t, want, lookup(ofAccount("a"), customer, organization))
		require.ElementsMatch(t, want[1:], lookup(customer, organization))
		require.ElementsMatch(t, want[2:], lookup(organization))
		require.ElementsMatch(t, want,
			lookup(ofAccount("x"), ofAccount("y"), ofAccount("z"), ofAccount("a"), customer, organization))
		require.Empty(t, lookup(ofAccount("x")))
		require.Empty(t, lookup())
	})
	t.Run("looks up many keys together, each whole", func(t *testing.T) {
		w := newWorld(t, b, c)
		var want []settings.Setting
		var keys []settings.Key
		for i := range 50 {
			for _, e := range []settings.Entity{
				ofAccount("a"), {Kind: settings.Customer, ID: "c"}, {Kind: settings.Organization},
			} {
				s := w.setting(e, fmt.Sprint("n", i))
				keys = append(keys, s.Key())
				if i%3 == 0 {
					want = append(want, w.createSetting(b, s))
				}
			}
		}
		// Entity of one and name of another: not one of the keys.
		w.createSetting(b, w.setting(ofAccount("b"), "n0"))
		for _, n := range []int{4, 29, 30, 31, 150} {
			found, err := b.Settings().Lookup(t.Context(), w.org, keys[:n])
			require.NoError(t, err)
			among := slices.DeleteFunc(slices.Clone(want), func(s settings.Setting) bool {
				return !slices.Contains(keys[:n], s.Key())
			})
			require.ElementsMatch(t, among, found)
		}
	})
	t.Run("lists oldest first what matches every part of a filter", func(t *testing.T) {
		w := newWorld(t, b, c)
		var all []settings.Setting
		for i, e := range []settings.Entity{
			ofAccount("a"), ofAccount("b"), {Kind: settings.Organization}, {Kind: settings.AddOn, ID: "a"}, ofAccount("a"),
		} {
			s := w.setting(e, "rate")
			if i == 4 {
				s.Name, s.Namespace, s.Value = "limit", "TOGAI", w.value(settings.TypeNumeric, "5")
			}
			all = append(all, w.createSetting(b, s))
		}
		for _, tc := range []struct {
			reason string
			filter settings.Filter
			want   []settings.Setting
		}{
			{"everything", settings.Filter{}, all},
			{"by kind", settings.Filter{Entity: settings.Entity{Kind: settings.Account}},
				[]settings.Setting{all[0], all[1], all[4]}},
			{"by entity", settings.Filter{Entity: ofAccount("a")}, []settings.Setting{all[0], all[4]}},
			{"by the organization", settings.Filter{Entity: settings.Entity{Kind: settings.Organization}}, all[2:3]},
			{"by namespace", settings.Filter{Namespace: "TOGAI"}, all[4:]},
			{"by name", settings.Filter{Name: "rate"}, all[:4]},
			{"by type", settings.Filter{Type: settings.TypeNumeric}, all[4:]},
			{"by all of them",
				settings.Filter{Entity: ofAccount("a"), Namespace: "TOGAI", Name: "limit", Type: settings.TypeNumeric}, all[4:]},
			{"by an entity and a name that are not together", settings.Filter{Entity: ofAccount("b"), Name: "limit"}, nil},
		} {
			t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, list(t, w, tc.filter)) })
		}
	})
	t.Run("updates the value only, and only of the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		change := w.setting(ofAccount("other"), "other")
		change.ID, change.Namespace, change.CreatedAt = s.ID, "OTHER", epoch.Add(time.Hour)
		change.Value = w.value(settings.TypeNumeric, "7")
		change.UpdatedAt, change.UpdatedBy = epoch.Add(2*time.Hour), w.user()
		require.NoError(t, b.Settings().Update(t.Context(), w.org, change, w.rec("setting.update")))
		s.Value, s.UpdatedAt, s.UpdatedBy, s.Version = change.Value, change.UpdatedAt, change.UpdatedBy, 2
		require.Equal(t, s, get(t, w, s.ID))
		require.ErrorIs(t, b.Settings().Update(t.Context(), w.org, change, w.rec("setting.update")), admin.ErrConflict)
		change.ID = w.id()
		require.ErrorIs(t, b.Settings().Update(t.Context(), w.org, change, w.rec("setting.update")), admin.ErrNotFound)
		require.Equal(t, []settings.Setting{s}, list(t, w, settings.Filter{}))
	})
	t.Run("deletes only the version that was read, and frees the name", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		require.ErrorIs(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 2), w.rec("setting.delete")),
			admin.ErrConflict)
		require.Equal(t, s, get(t, w, s.ID))
		require.NoError(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), w.rec("setting.delete")))
		_, err := b.Settings().Get(t.Context(), w.org, s.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		require.ErrorIs(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), w.rec("setting.delete")),
			admin.ErrNotFound)
		again := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		require.Equal(t, []settings.Setting{again}, list(t, w, settings.Filter{}))
	})
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		err := b.Settings().Create(t.Context(), w.org+".none", w.setting(ofAccount("acme"), "rate"), roomy(),
			w.rec("setting.create"))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

// rates returns the keys of the setting "rate" on entities.
func rates(es ...settings.Entity) []settings.Key {
	out := make([]settings.Key, len(es))
	for i, e := range es {
		out[i] = settings.Key{Entity: e, Namespace: "USER", Name: "rate"}
	}
	return out
}
