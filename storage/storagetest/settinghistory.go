package storagetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
)

func (w *world) history(id uuid.UUID) []settings.Version {
	w.t.Helper()
	return pages(w.t, func(seek admin.Seek[int64]) ([]settings.Version, error) {
		return w.b.Settings().History(w.t.Context(), w.org, id, seek)
	}, func(v settings.Version) int64 { return v.Setting.Version })
}

func schema(t *testing.T, text string) settings.Schema {
	t.Helper()
	s, err := settings.ParseSchema([]byte(text))
	require.NoError(t, err)
	return s
}

func testSettingHistory(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(31 << 40)

	t.Run("keeps every version, newest first, and the deletion last", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.setting(ofAccount("acme"), "rate")
		s.Value, s.Schema = w.value(settings.TypeJSON, `{"a":1.10}`), schema(t, `{"type":"object"}`)
		w.createSetting(b, s)
		other := w.createSetting(b, w.setting(ofAccount("acme"), "other"))
		want := []settings.Version{{Setting: s}}
		for i := range 4 {
			s.Value = w.value(settings.TypeJSON, fmt.Sprintf(`{"a":%d}`, i))
			s.Schema = schema(t, `{"type":"object","maxProperties":`+fmt.Sprint(i+1)+`}`)
			s.UpdatedAt, s.UpdatedBy = epoch.Add(time.Duration(i)*time.Minute), w.user()
			require.NoError(t, b.Settings().Update(t.Context(), w.org, s, w.rec("setting.update")))
			s.Version++
			want = append([]settings.Version{{Setting: s}}, want...)
		}
		got, err := b.Settings().Get(t.Context(), w.org, s.ID)
		require.NoError(t, err)
		require.Equal(t, s, got)
		require.Equal(t, want, w.history(s.ID))

		d := deletion(s.ID, s.Version)
		require.NoError(t, b.Settings().Delete(t.Context(), w.org, d, w.rec("setting.delete")))
		s.UpdatedAt, s.UpdatedBy = d.At, d.By
		s.Version++
		want = append([]settings.Version{{Setting: s, Deleted: true}}, want...)
		require.Equal(t, want, w.history(s.ID))
		for _, v := range want {
			got, err := b.Settings().Version(t.Context(), w.org, s.ID, v.Setting.Version)
			require.NoError(t, err)
			require.Equal(t, v, got)
		}
		for _, number := range []int64{0, -1, s.Version + 1} {
			_, err := b.Settings().Version(t.Context(), w.org, s.ID, number)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		require.Equal(t, []settings.Version{{Setting: other}}, w.history(other.ID))
		require.Empty(t, w.history(w.id()))
	})
	t.Run("keeps no version of a change that was refused or taken back", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		before := w.history(s.ID)
		late := s
		late.Version = 2
		require.ErrorIs(t, b.Settings().Update(t.Context(), w.org, late, w.rec("setting.update")), admin.ErrConflict)
		require.ErrorIs(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 2), w.rec("setting.delete")),
			admin.ErrConflict)
		stop := errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(tx storage.Stores) error {
			if err := tx.Settings().Update(t.Context(), w.org, s, w.rec("setting.update")); err != nil {
				return err
			}
			return stop
		}), stop)
		require.Equal(t, before, w.history(s.ID))
	})
	t.Run("does not give the id of a deleted setting to another", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.createSetting(b, w.setting(ofAccount("acme"), "rate"))
		require.NoError(t, b.Settings().Delete(t.Context(), w.org, deletion(s.ID, 1), w.rec("setting.delete")))
		before := w.history(s.ID)
		require.ErrorIs(t, b.Settings().Create(t.Context(), w.org, s, roomy(), w.rec("setting.create")), admin.ErrExists)
		require.Equal(t, before, w.history(s.ID))
	})
	t.Run("keeps a JSON Schema of the largest size", func(t *testing.T) {
		w := newWorld(t, b, c)
		s := w.setting(ofAccount("acme"), "rate")
		s.Schema = schema(t, `{"description":"`+strings.Repeat("x", settings.MaxSchema-len(`{"description":""}`))+`"}`)
		w.createSetting(b, s)
		require.Equal(t, []settings.Version{{Setting: s}}, w.history(s.ID))
	})
	t.Run("lets through as many as the limits and no more", func(t *testing.T) {
		w := newWorld(t, b, c)
		limits := settings.Limits{PerEntity: 2, PerOrganization: 3}
		create := func(e settings.Entity, name string) (settings.Setting, error) {
			s := w.setting(e, name)
			return s, b.Settings().Create(t.Context(), w.org, s, limits, w.rec("setting.create"))
		}
		first, err := create(ofAccount("a"), "1")
		require.NoError(t, err)
		_, err = create(ofAccount("a"), "2")
		require.NoError(t, err)
		_, err = create(ofAccount("a"), "3")
		require.ErrorIs(t, err, settings.ErrTooMany)
		_, err = create(ofAccount("a"), "1")
		require.Error(t, err)
		_, err = create(ofAccount("b"), "1")
		require.NoError(t, err)
		_, err = create(ofAccount("c"), "1")
		require.ErrorIs(t, err, settings.ErrTooMany)
		require.NoError(t, b.Settings().Delete(t.Context(), w.org, deletion(first.ID, 1), w.rec("setting.delete")))
		_, err = create(ofAccount("a"), "3")
		require.NoError(t, err)
		all, err := b.Settings().List(t.Context(), w.org, settings.Filter{}, page[uuid.UUID](10))
		require.NoError(t, err)
		require.Len(t, all, 3)
		elsewhere := newWorld(t, b, c)
		other, rec := elsewhere.setting(ofAccount("a"), "1"), elsewhere.rec("setting.create")
		require.NoError(t, b.Settings().Create(t.Context(), elsewhere.org, other, limits, rec),
			"another organization's are not counted")
	})
	t.Run("keeps to the limits when many create concurrently", func(t *testing.T) {
		w := newWorld(t, b, c)
		limits := settings.Limits{PerEntity: 3, PerOrganization: 1000}
		made := make([]error, 8)
		var group sync.WaitGroup
		for i := range made {
			s, rec := w.setting(ofAccount("a"), fmt.Sprint(i)), w.rec("setting.create")
			group.Go(func() {
				made[i] = patient(t.Context(), func() error { return b.Settings().Create(t.Context(), w.org, s, limits, rec) })
			})
		}
		group.Wait()
		through := 0
		for _, err := range made {
			if err == nil {
				through++
				continue
			}
			require.ErrorIs(t, err, settings.ErrTooMany)
		}
		require.Equal(t, 3, through)
	})
}

// patient retries a call that lost to a concurrent one, as a host would.
func patient(ctx context.Context, try func() error) error {
	var err error
	for range 20 {
		if err = try(); err == nil || ctx.Err() != nil || errors.Is(err, admin.ErrState) {
			return err
		}
	}
	return err
}
