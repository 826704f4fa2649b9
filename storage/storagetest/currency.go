package storagetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
)

func currencyCalls() map[string]call {
	return map[string]call{
		"Currencies.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Currencies().Create(ctx, org, w.currency("GBP", "1.25"), rec)
		},
		"Currencies.Get": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			c, err := s.Currencies().Get(ctx, org, "EUR")
			return c, err
		},
		"Currencies.Base": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			c, err := s.Currencies().Base(ctx, org)
			return c, err
		},
		"Currencies.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			cs, err := s.Currencies().List(ctx, org, currency.Filter{}, page[string](100))
			return cs, err
		},
		"Currencies.Archive": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Currencies().Archive(ctx, org, "EUR", w.archival(), rec)
		},
		"Currencies.Restore": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Currencies().Restore(ctx, org, "SEK", rec)
		},
		"Currencies.AddRate": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Currencies().AddRate(ctx, org, w.rate("EUR", 3, "1.1", 3), rec)
		},
		"Currencies.Rates": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			rs, err := s.Currencies().Rates(ctx, org, "EUR", page[int64](100))
			return rs, err
		},
		"Currencies.RatesAt": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			vs, err := s.Currencies().RatesAt(ctx, org, epoch.Add(5*time.Hour))
			return vs, err
		},
		"Currencies.RateAt": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			v, err := s.Currencies().RateAt(ctx, org, "EUR", epoch.Add(5*time.Hour))
			return v, err
		},
	}
}

func (w *world) currency(code iso4217.Code, rate string) currency.Currency {
	return currency.Currency{
		Code: code, Status: currency.Active, Rate: decimal.RequireFromString(rate), CreatedAt: epoch,
		CreatedBy: admin.Actor{Kind: admin.ActorUser, ID: w.mark("user")},
	}
}

// rate is the rate of a currency from some hours after epoch on.
func (w *world) rate(code iso4217.Code, number int64, rate string, hours int) currency.Rate {
	return currency.Rate{
		Code: code, Number: number, Rate: decimal.RequireFromString(rate), CreatedAt: epoch,
		ValidFrom: epoch.Add(time.Duration(hours) * time.Hour),
		CreatedBy: admin.Actor{Kind: admin.ActorUser, ID: w.mark("corrector")},
	}
}

func (w *world) archival() currency.Archival {
	return currency.Archival{At: epoch.Add(time.Hour), By: admin.Actor{Kind: admin.ActorUser, ID: w.mark("archiver")}}
}

func (w *world) seedCurrencies() {
	w.t.Helper()
	base := w.currency("USD", "1")
	base.Base = true
	require.NoError(w.t, w.b.Currencies().Create(w.t.Context(), w.org, base, w.rec("currency.set_base")))
	require.NoError(w.t, w.b.Currencies().Create(w.t.Context(), w.org, w.currency("EUR", "1.08"), w.rec("currency.add")))
	require.NoError(w.t, w.b.Currencies().Create(w.t.Context(), w.org, w.currency("SEK", "0.095"), w.rec("currency.add")))
	require.NoError(w.t, w.b.Currencies().Archive(w.t.Context(), w.org, "SEK", w.archival(), w.rec("currency.archive")))
	w.addRate(w.rate("EUR", 2, "1.09", 2))
}

func testCurrencies(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(4 << 40)
	t.Run("keeps every digit of a rate", func(t *testing.T) {
		w := newWorld(t, b, c)
		for code, rate := range map[iso4217.Code]string{
			"EUR": "0.000000000000000001", "GBP": "999999999999.999999999999999999",
			"JPY": "0.1", "INR": "123456789012", "CHF": "1.5",
		} {
			want := w.currency(code, rate)
			require.NoError(t, b.Currencies().Create(t.Context(), w.org, want, w.rec("currency.add")))
			got, err := b.Currencies().Get(t.Context(), w.org, code)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
	t.Run("has no base until one is created, and then one only", func(t *testing.T) {
		w := newWorld(t, b, c)
		_, err := b.Currencies().Base(t.Context(), w.org)
		require.ErrorIs(t, err, admin.ErrNotFound)
		base := w.currency("USD", "1")
		base.Base = true
		require.NoError(t, b.Currencies().Create(t.Context(), w.org, base, w.rec("currency.set_base")))
		second := w.currency("EUR", "1")
		second.Base = true
		require.ErrorIs(t, b.Currencies().Create(t.Context(), w.org, second, w.rec("currency.set_base")), admin.ErrExists)
		got, err := b.Currencies().Base(t.Context(), w.org)
		require.NoError(t, err)
		require.Equal(t, base, got)
	})
	t.Run("refuses a code that is taken and keeps the rate", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.seedCurrencies()
		require.ErrorIs(t, b.Currencies().Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")),
			admin.ErrExists)
		got, err := b.Currencies().Get(t.Context(), w.org, "EUR")
		require.NoError(t, err)
		require.Equal(t, "1.08", got.Rate.String())
	})
	t.Run("pages in order of code", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, code := range strings.Fields("SEK AED NOK ZAR DKK") {
			require.NoError(t,
				b.Currencies().Create(t.Context(), w.org, w.currency(iso4217.Code(code), "2"), w.rec("currency.add")))
		}
		var codes []string
		for _, c := range pages(t, func(seek admin.Seek[string]) ([]currency.Currency, error) {
			return b.Currencies().List(t.Context(), w.org, currency.Filter{}, seek)
		}, func(c currency.Currency) string { return string(c.Code) }) {
			codes = append(codes, string(c.Code))
		}
		require.Equal(t, strings.Fields("AED DKK NOK SEK ZAR"), codes)
	})
	t.Run("archives a currency and restores it with its rate", func(t *testing.T) { testArchive(t, newWorld(t, b, c)) })
	t.Run("lists currencies by status", func(t *testing.T) { testCurrencyStatus(t, newWorld(t, b, c)) })
	testRates(t, b, c)
	t.Run("refuses an organization that does not exist", func(t *testing.T) {
		w := newWorld(t, b, c)
		err := b.Currencies().Create(t.Context(), w.org+".none", w.currency("EUR", "1"), w.rec("currency.add"))
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
}

func testArchive(t *testing.T, w *world) {
	s := w.b.Currencies()
	w.seedCurrencies()
	want, err := s.Get(t.Context(), w.org, "EUR")
	require.NoError(t, err)
	require.Equal(t, w.currency("EUR", "1.08"), want)
	require.ErrorIs(t, s.Restore(t.Context(), w.org, "EUR", w.rec("currency.restore")), admin.ErrNotFound, "it is in use")

	require.NoError(t, s.Archive(t.Context(), w.org, "EUR", w.archival(), w.rec("currency.archive")))
	archived := want
	archived.Status, archived.ArchivedAt, archived.ArchivedBy = currency.Archived, w.archival().At, w.archival().By
	got, err := s.Get(t.Context(), w.org, "EUR")
	require.NoError(t, err)
	require.Equal(t, archived, got)
	again := currency.Archival{At: epoch.Add(2 * time.Hour), By: admin.Actor{Kind: admin.ActorSystem}}
	require.ErrorIs(t, s.Archive(t.Context(), w.org, "EUR", again, w.rec("currency.archive")), admin.ErrExists)
	require.ErrorIs(t, s.Create(t.Context(), w.org, w.currency("EUR", "2"), w.rec("currency.add")), admin.ErrExists)
	got, err = s.Get(t.Context(), w.org, "EUR")
	require.NoError(t, err)
	require.Equal(t, archived, got, "what was refused changed nothing")

	require.NoError(t, s.Restore(t.Context(), w.org, "EUR", w.rec("currency.restore")))
	got, err = s.Get(t.Context(), w.org, "EUR")
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NoError(t, s.Archive(t.Context(), w.org, "EUR", again, w.rec("currency.archive")), "as often as needed")

	require.ErrorIs(t, s.Archive(t.Context(), w.org, "CHF", again, w.rec("currency.archive")), admin.ErrNotFound)
	require.ErrorIs(t, s.Restore(t.Context(), w.org, "CHF", w.rec("currency.restore")), admin.ErrNotFound)
	require.ErrorIs(t, s.Archive(t.Context(), w.org, "eur", again, w.rec("currency.archive")), admin.ErrNotFound)
}

func testCurrencyStatus(t *testing.T, w *world) {
	for _, code := range strings.Fields("SEK AED NOK ZAR DKK") {
		require.NoError(t,
			w.b.Currencies().Create(t.Context(), w.org, w.currency(iso4217.Code(code), "2"), w.rec("currency.add")))
	}
	for _, code := range strings.Fields("NOK AED ZAR") {
		require.NoError(t, w.b.Currencies().Archive(t.Context(), w.org, iso4217.Code(code), w.archival(),
			w.rec("currency.archive")))
	}
	for status, want := range map[currency.Status]string{
		"": "AED DKK NOK SEK ZAR", currency.Active: "DKK SEK", currency.Archived: "AED NOK ZAR", "archived": "",
	} {
		var codes []string
		for _, c := range pages(t, func(seek admin.Seek[string]) ([]currency.Currency, error) {
			return w.b.Currencies().List(t.Context(), w.org, currency.Filter{Status: status}, seek)
		}, func(c currency.Currency) string { return string(c.Code) }) {
			codes = append(codes, string(c.Code))
			if status != "" {
				require.Equal(t, status, c.Status)
			}
		}
		require.Equal(t, want, strings.Join(codes, " "), status)
	}
}
