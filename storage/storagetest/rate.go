package storagetest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
)

func testRates(t *testing.T, b storage.Backend, c *ids) {
	t.Run("keeps every digit of a further rate", func(t *testing.T) {
		w := newWorld(t, b, c)
		w.create("EUR", "1")
		for i, rate := range []string{"0.000000000000000001", "999999999999.999999999999999999", "1.08"} {
			want := w.rate("EUR", int64(i)+2, rate, i)
			w.addRate(want)
			got, err := b.Currencies().Rates(t.Context(), w.org, "EUR", page[int64](1))
			require.NoError(t, err)
			require.Equal(t, []currency.Rate{want}, got)
			v, err := b.Currencies().RateAt(t.Context(), w.org, "EUR", want.ValidFrom)
			require.NoError(t, err)
			require.Equal(t, currency.Valued{Currency: w.currency("EUR", "1"), Rate: want.Rate}, v)
		}
	})
	t.Run("pages rates from the last that was saved", func(t *testing.T) { testRatePages(t, newWorld(t, b, c)) })
	t.Run("finds the rate that is valid at an instant", func(t *testing.T) { testRateAt(t, newWorld(t, b, c)) })
	t.Run("refuses a rate whose number is taken and one of the past", func(t *testing.T) {
		testRateRefused(t, newWorld(t, b, c))
	})
	t.Run("keeps one of several rates with one number", func(t *testing.T) { testRatesAtOnce(t, newWorld(t, b, c)) })
}

func (w *world) create(code iso4217.Code, rate string) {
	w.t.Helper()
	require.NoError(w.t, w.b.Currencies().Create(w.t.Context(), w.org, w.currency(code, rate), w.rec("currency.add")))
}

func (w *world) addRate(r currency.Rate) {
	w.t.Helper()
	require.NoError(w.t, w.b.Currencies().AddRate(w.t.Context(), w.org, r, w.rec("currency.add_rate")))
}

func testRatePages(t *testing.T, w *world) {
	for _, code := range []iso4217.Code{"AED", "EUR", "SEK"} {
		w.create(code, "1")
		for number := range int64(5) {
			w.addRate(w.rate(code, number+2, "2", int(5-number))) // each begins before the one that was saved earlier
		}
	}
	var numbers []int64
	for _, r := range pages(t, func(seek admin.Seek[int64]) ([]currency.Rate, error) {
		return w.b.Currencies().Rates(t.Context(), w.org, "EUR", seek)
	}, func(r currency.Rate) int64 { return r.Number }) {
		require.Equal(t, iso4217.Code("EUR"), r.Code)
		numbers = append(numbers, r.Number)
	}
	require.Equal(t, []int64{6, 5, 4, 3, 2}, numbers)
	none, err := w.b.Currencies().Rates(t.Context(), w.org, "CHF", page[int64](10))
	require.NoError(t, err)
	require.Empty(t, none)
}

// testRateAt compares with the definition, over rates that begin at few instants, so that many begin together.
func testRateAt(t *testing.T, w *world) {
	r := rand.New(rand.NewPCG(7, 8))
	codes := []iso4217.Code{"AED", "EUR", "SEK"}
	saved := map[iso4217.Code][]currency.Rate{}
	for _, code := range codes {
		w.create(code, "7")
	}
	require.NoError(t, w.b.Currencies().Archive(t.Context(), w.org, "SEK", w.archival(), w.rec("currency.archive")))
	for i := range 24 {
		code := codes[i%len(codes)]
		rate := w.rate(code, int64(len(saved[code]))+2, fmt.Sprint(i+10), r.IntN(4))
		w.addRate(rate)
		saved[code] = append(saved[code], rate)
		at := epoch.Add(time.Duration(r.IntN(6)-1)*time.Hour + time.Duration(r.IntN(3)-1)*time.Microsecond)
		all, err := w.b.Currencies().RatesAt(t.Context(), w.org, at)
		require.NoError(t, err)
		require.Len(t, all, len(codes))
		for i, code := range codes {
			want := decimal.NewFromInt(7)
			var from time.Time
			for _, s := range saved[code] {
				if !s.ValidFrom.After(at) && !s.ValidFrom.Before(from) {
					want, from = s.Rate, s.ValidFrom
				}
			}
			require.Equal(t, code, all[i].Currency.Code)
			require.Equal(t, want.String(), all[i].Rate.String(), "%s at %s", code, at)
			single, err := w.b.Currencies().RateAt(t.Context(), w.org, code, at)
			require.NoError(t, err)
			require.Equal(t, all[i], single)
			kept, err := w.b.Currencies().Get(t.Context(), w.org, code)
			require.NoError(t, err)
			require.Equal(t, kept, single.Currency, "which stays as it was")
		}
	}
	_, err := w.b.Currencies().RateAt(t.Context(), w.org, "CHF", epoch)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func testRateRefused(t *testing.T, w *world) {
	w.create("EUR", "1")
	first := w.rate("EUR", 2, "1.1", 1)
	w.addRate(first)
	add := func(r currency.Rate) error {
		return w.b.Currencies().AddRate(t.Context(), w.org, r, w.rec("currency.add_rate"))
	}
	require.ErrorIs(t, add(w.rate("EUR", 2, "1.2", 1)), admin.ErrConflict)
	require.ErrorIs(t, add(w.rate("EUR", 2, "1.2", 2)), admin.ErrConflict, "the instant is no part of it")
	past := w.rate("EUR", 3, "1.2", 0)
	past.ValidFrom = past.CreatedAt.Add(-time.Microsecond)
	require.ErrorIs(t, add(past), admin.ErrInvalid)
	require.ErrorIs(t, add(w.rate("EUR", 1, "1.2", 1)), admin.ErrInvalid, "the first is that of the currency")
	require.ErrorIs(t, add(w.rate("CHF", 2, "1.2", 1)), admin.ErrNotFound)
	got, err := w.b.Currencies().Rates(t.Context(), w.org, "EUR", page[int64](10))
	require.NoError(t, err)
	require.Equal(t, []currency.Rate{first}, got, "what was refused changed nothing")
	w.addRate(w.rate("EUR", 3, "1.2", 0))
}

func testRatesAtOnce(t *testing.T, w *world) {
	w.create("EUR", "1")
	const n = 8
	recs := make([]admin.Record, n)
	for i := range recs {
		recs[i] = w.rec("currency.add_rate")
	}
	var won atomic.Int64
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			r := w.rate("EUR", 2, fmt.Sprint(i+10), 1)
			if errs[i] = w.b.Currencies().AddRate(t.Context(), w.org, r, recs[i]); errs[i] == nil {
				won.Add(int64(i) + 10)
			}
		})
	}
	group.Wait()
	failed := 0
	for _, err := range errs {
		if err != nil {
			require.ErrorIs(t, err, admin.ErrConflict)
			failed++
		}
	}
	require.Equal(t, n-1, failed)
	got, err := w.b.Currencies().Rates(t.Context(), w.org, "EUR", page[int64](10))
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, fmt.Sprint(won.Load()), got[0].Rate.String(), "the winner's is there")
}
