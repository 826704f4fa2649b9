package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/storage"
)

func testTransactions(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(5 << 40)
	t.Run("commit what was written and see it inside", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.NoError(t, b.InTx(t.Context(), func(s storage.Stores) error {
			if err := s.Currencies().Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")); err != nil {
				return err
			}
			_, err := s.Currencies().Get(t.Context(), w.org, "EUR")
			return err
		}))
		_, err := b.Currencies().Get(t.Context(), w.org, "EUR")
		require.NoError(t, err)
	})
	t.Run("take everything back when the function fails", func(t *testing.T) {
		w := newWorld(t, b, c)
		stop := errors.New("stop")
		require.ErrorIs(t, b.InTx(t.Context(), func(s storage.Stores) error {
			require.NoError(t, s.Currencies().Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")))
			require.NoError(t, s.Organizations().Rename(t.Context(), w.org, "Other", 1, w.rec("organization.rename")))
			return stop
		}), stop)
		_, err := b.Currencies().Get(t.Context(), w.org, "EUR")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("take everything back when the function panics", func(t *testing.T) {
		w := newWorld(t, b, c)
		require.Panics(t, func() {
			_ = b.InTx(t.Context(), func(s storage.Stores) error {
				require.NoError(t, s.Currencies().Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")))
				panic("stop")
			})
		})
		_, err := b.Currencies().Get(t.Context(), w.org, "EUR")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("go on after a write that was refused, without any of it", func(t *testing.T) {
		w := newWorld(t, b, c)
		refused := w.rec("currency.again")
		require.NoError(t, b.InTx(t.Context(), func(s storage.Stores) error {
			if err := s.Currencies().Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")); err != nil {
				return err
			}
			err := s.Currencies().Create(t.Context(), w.org, w.currency("EUR", "3"), refused)
			if !errors.Is(err, admin.ErrExists) {
				return fmt.Errorf("want ErrExists, got %w", err)
			}
			return s.Currencies().Create(t.Context(), w.org, w.currency("GBP", "3"), w.rec("currency.add"))
		}))
		got, err := b.Currencies().List(t.Context(), w.org, currency.Filter{}, page[string](10))
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.Equal(t, "2", got[0].Rate.String())
		records, err := b.Audit().List(t.Context(), w.org, admin.AuditFilter{Action: refused.Action},
			page[admin.RecordKey](10))
		require.NoError(t, err)
		require.Empty(t, records, "what was refused leaves no record")
	})
	t.Run("commit nothing when the context ends before they do", func(t *testing.T) {
		w := newWorld(t, b, c)
		ctx, cancel := context.WithCancel(t.Context())
		require.ErrorIs(t, b.InTx(ctx, func(s storage.Stores) error {
			defer cancel()
			return s.Currencies().Create(ctx, w.org, w.currency("EUR", "2"), w.rec("currency.add"))
		}), context.Canceled)
		_, err := b.Currencies().Get(t.Context(), w.org, "EUR")
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("serialize concurrent reads and writes", func(t *testing.T) {
		w := newWorld(t, b, c)
		const workers, each = 8, 5
		var group sync.WaitGroup
		failures := make(chan error, workers*each)
		for range workers {
			group.Go(func() {
				for range each {
					failures <- b.InTx(t.Context(), func(s storage.Stores) error {
						o, err := s.Organizations().Get(t.Context(), w.org)
						if err != nil {
							return err
						}
						return s.Organizations().Rename(t.Context(), w.org, "Name", o.Version, w.rec("organization.rename"))
					})
				}
			})
		}
		group.Wait()
		close(failures)
		renamed := int64(0)
		for err := range failures {
			if err == nil {
				renamed++
			} else {
				require.ErrorIs(t, err, admin.ErrConflict)
			}
		}
		o, err := b.Organizations().Get(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, 1+renamed, o.Version, "every rename that succeeded counts once")
		require.Positive(t, renamed)
	})
}
