package currency_test

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage/memory"
)

// newDated returns a service whose clock shows *now, with base USD and EUR at 1.08.
func newDated(t *testing.T) (*currency.Service, *memory.Backend, *time.Time) {
	t.Helper()
	_, b := newService(t)
	now := admin.Instant(noon)
	s, err := currency.NewService(currency.Ports{Currencies: b.Currencies()},
		currency.Options{Runtime: admin.Runtime{Now: func() time.Time { return now }}})
	require.NoError(t, err)
	_, err = s.SetBase(t.Context(), writer, "USD")
	require.NoError(t, err)
	_, err = s.Add(t.Context(), writer, "EUR", dec("1.08"))
	require.NoError(t, err)
	return s, b, &now
}

func addRate(t *testing.T, s *currency.Service, rate string, from time.Time) currency.Rate {
	t.Helper()
	r, err := s.AddRate(t.Context(), writer, "EUR", currency.RateInput{Rate: dec(rate), ValidFrom: from})
	require.NoError(t, err)
	return r
}

func TestAddRate(t *testing.T) {
	s, b, now := newDated(t)
	start := *now
	rateAt := func(at time.Time) string {
		t.Helper()
		table, err := s.TableAt(t.Context(), reader, at)
		require.NoError(t, err)
		rate, err := table.Rate("EUR")
		require.NoError(t, err)
		amount, err := s.ConvertAt(t.Context(), reader, dec("100"), "EUR", "USD", at)
		require.NoError(t, err)
		require.True(t, rate.Shift(2).Equal(amount), "one amount converts as many do")
		return rate.String()
	}
	*now = start.Add(time.Hour)
	second := addRate(t, s, "1.0900", time.Time{})
	require.Equal(t, currency.Rate{Code: "EUR", Number: 2, Rate: dec("1.09"), ValidFrom: *now, CreatedAt: *now, CreatedBy: ann}, second)
	require.Equal(t, "1.08", rateAt(start.AddDate(-100, 0, 0)), "the first is valid from always")
	require.Equal(t, "1.08", rateAt(now.Add(-time.Microsecond)), "yesterday is as it was")
	require.Equal(t, "1.09", rateAt(*now))
	eur, err := s.Get(t.Context(), reader, "EUR")
	require.NoError(t, err)
	require.Equal(t, "1.08", eur.Rate.String(), "what was saved never changes")

	midnight := start.Add(12 * time.Hour)
	addRate(t, s, "1.2", midnight)
	require.Equal(t, "1.2", rateAt(midnight))
	addRate(t, s, "1.1", midnight)
	require.Equal(t, "1.1", rateAt(midnight), "a planned rate is replaced by one with its beginning")
	addRate(t, s, "1.095", time.Time{})
	require.Equal(t, "1.095", rateAt(*now), "of those that begin together the last that was saved")
	require.Equal(t, "1.1", rateAt(midnight), "what is planned stays planned")
	require.Equal(t, "1.095", rateAt(midnight.Add(-time.Nanosecond)))
	*now = midnight.Add(time.Hour)
	usd, err := s.Convert(t.Context(), reader, dec("100"), "EUR", "USD")
	require.NoError(t, err)
	require.Equal(t, "110", usd.String(), "Convert is as of now")

	recs := records(t, b, currency.ActionAddRate)
	require.Len(t, recs, 4)
	first := recs[len(recs)-1] // the trail begins with the last
	require.Equal(t, admin.Subject{Kind: "currency", ID: "EUR"}, first.Subject)
	require.Equal(t, []admin.Change{{Field: "rate", From: "1.08", To: "1.09"}, {Field: "validFrom", To: "2026-03-01T13:00:00.123456Z"}}, first.Changes)

	var listed []string
	q := admin.Query{Limit: 2}
	for {
		page, err := s.Rates(t.Context(), reader, "EUR", q)
		require.NoError(t, err)
		for _, r := range page.Items {
			listed = append(listed, r.Rate.String())
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.Equal(t, []string{"1.095", "1.1", "1.2", "1.09", "1.08"}, listed)
	page, err := s.Rates(t.Context(), reader, "USD", admin.Query{})
	require.NoError(t, err)
	text, err := json.Marshal(page)
	require.NoError(t, err)
	require.JSONEq(t, `{"items":[{"code":"USD","number":1,"rate":"1","createdAt":"2026-03-01T12:00:00.123456Z","createdBy":{"kind":"USER","id":"ann"}}]}`, string(text))
}

func TestAddRateRefuses(t *testing.T) {
	s, _, now := newDated(t)
	_, err := s.Add(t.Context(), writer, "SEK", dec("0.095"))
	require.NoError(t, err)
	_, err = s.Archive(t.Context(), writer, "SEK")
	require.NoError(t, err)
	for _, tc := range []struct {
		reason  string
		code    iso4217.Code
		in      currency.RateInput
		want    error
		message string
	}{
		{"the base", "USD", currency.RateInput{Rate: dec("1")}, currency.ErrBaseFixed, "the base currency stays in use, at a rate of 1"},
		{"a currency that is not in use", "GBP", currency.RateInput{Rate: dec("1")}, admin.ErrNotFound, ""},
		{"an archived currency", "SEK", currency.RateInput{Rate: dec("1")}, currency.ErrArchived, "restore it first"},
		{"a rate that is none", "EUR", currency.RateInput{}, admin.ErrInvalid, "/rate: 0 is not a rate"},
		{"a moment ago", "EUR", currency.RateInput{Rate: dec("1.09"), ValidFrom: now.Add(-time.Microsecond)}, admin.ErrInvalid, "/validFrom: 2026-03-01T12:00:00.123455Z is over"},
		{"the year 10000", "EUR", currency.RateInput{Rate: dec("1.09"), ValidFrom: now.AddDate(8000, 0, 0)}, admin.ErrInvalid, "/validFrom: is in the year 10026"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := s.AddRate(t.Context(), writer, tc.code, tc.in)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.message)
		})
	}
	_, err = s.AddRate(t.Context(), writer, "euro", currency.RateInput{ValidFrom: now.Add(-time.Hour)})
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 3, "all problems at once")
	_, err = s.AddRate(t.Context(), admin.System("umbrella"), "EUR", currency.RateInput{Rate: dec("1")})
	require.ErrorIs(t, err, admin.ErrNotFound, "another organization's")
	_, err = s.TableAt(t.Context(), reader, time.Time{})
	require.ErrorContains(t, err, "/at: is required")
	_, err = s.ConvertAt(t.Context(), reader, dec("1"), "EUR", "USD", time.Time{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = s.Rates(t.Context(), reader, "GBP", admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestConcurrentRatesAreKeptOrRefused(t *testing.T) {
	s, _, _ := newDated(t)
	errs := make([]error, 16)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			_, errs[i] = s.AddRate(t.Context(), writer, "EUR", currency.RateInput{Rate: decimal.New(int64(i)+100, -2)})
		})
	}
	group.Wait()
	kept := 0
	for _, err := range errs {
		if err == nil {
			kept++
			continue
		}
		require.ErrorIs(t, err, admin.ErrConflict)
		require.Equal(t, "exchange_rate_conflict", admin.Code(err))
		require.Contains(t, admin.Message(err), "Another rate of EUR was saved at the same time")
	}
	page, err := s.Rates(t.Context(), reader, "EUR", admin.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, kept+1, "none is lost")
}

// asked is a conversion that was asked for.
type asked struct {
	amount   decimal.Decimal
	from, to iso4217.Code
	at       time.Time
	answer   string
}

// dated is the definition of rates that are valid from an instant, over everything that was saved.
type dated map[iso4217.Code][]currency.Rate

func (d dated) rate(code iso4217.Code, at time.Time) *big.Rat {
	valid := slices.DeleteFunc(slices.Clone(d[code]), func(r currency.Rate) bool { return r.ValidFrom.After(at) })
	last := slices.MaxFunc(valid, func(a, b currency.Rate) int {
		if c := a.ValidFrom.Compare(b.ValidFrom); c != 0 {
			return c
		}
		return int(a.Number - b.Number)
	})
	return last.Rate.Rat()
}

func TestCorrectionsChangeNoConversionOfThePast(t *testing.T) {
	s, _, now := newDated(t)
	r := rand.New(rand.NewPCG(31, 32))
	codes := []iso4217.Code{"EUR", "JPY", "KWD", "CLF", "USD"}
	saved := dated{"USD": {{Number: 1, Rate: decimal.NewFromInt(1)}}, "EUR": {{Number: 1, Rate: dec("1.08")}}}
	for _, code := range codes[1:4] {
		rate := dec("0.5")
		_, err := s.Add(t.Context(), writer, code, rate, currency.Confirmed)
		require.NoError(t, err)
		saved[code] = []currency.Rate{{Number: 1, Rate: rate}}
	}
	start, final := *now, []asked(nil)
	convert := func(table currency.Table, a asked) string {
		got, err := table.Convert(a.amount, a.from, a.to)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid, "a result of too many digits")
			return "too many digits"
		}
		return got.String()
	}
	for checked := 0; checked < currency.RandomCases(); {
		*now = now.Add(time.Duration(r.IntN(3)) * 20 * time.Minute)
		code := codes[r.IntN(4)]
		in := currency.RateInput{Rate: currency.SomeDecimal(r, 6).Abs(), Confirmed: true}
		if in.Rate.IsZero() {
			in.Rate = decimal.New(1, -18)
		}
		if r.IntN(2) == 0 {
			in.ValidFrom = now.Truncate(time.Hour).Add(time.Duration(1+r.IntN(12)) * time.Hour)
		}
		added, err := s.AddRate(t.Context(), writer, code, in)
		require.NoError(t, err)
		saved[code] = append(saved[code], added)

		for range 10 {
			at := now.Add(time.Duration(r.Int64N(int64(13*time.Hour))) - time.Duration(r.Int64N(int64(now.Sub(start)+time.Hour))))
			if r.IntN(3) == 0 {
				at = at.Truncate(20 * time.Minute).Add(start.Sub(start.Truncate(20 * time.Minute)))
			}
			table, err := s.TableAt(t.Context(), reader, at)
			require.NoError(t, err)
			for range 20 {
				a := asked{currency.SomeDecimal(r, 9), codes[r.IntN(5)], codes[r.IntN(5)], at, ""}
				a.answer = convert(table, a)
				checked++
				if a.answer != "too many digits" {
					u, _ := iso4217.Lookup(a.to)
					exact := new(big.Rat).Mul(a.amount.Rat(), new(big.Rat).Quo(saved.rate(a.from, at), saved.rate(a.to, at)))
					if currency.HalfEven(exact, u.MinorUnits).Cmp(dec(a.answer).Rat()) != 0 {
						t.Fatalf("%s %s in %s as of %s: %s", a.amount, a.from, a.to, at, a.answer)
					}
				}
				if at.Before(*now) && r.IntN(20) == 0 {
					final = append(final, a)
				}
			}
		}
		for range 10 { // what was answered once for an instant that is over
			if len(final) == 0 {
				break
			}
			a := final[r.IntN(len(final))]
			table, err := s.TableAt(t.Context(), reader, a.at)
			require.NoError(t, err)
			if got := convert(table, a); got != a.answer {
				t.Fatalf("as of %s: %s, not %s as before", a.at, got, a.answer)
			}
			checked++
		}
	}
	require.Greater(t, len(final), currency.RandomCases()/100)
}
