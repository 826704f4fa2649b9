package memory

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

type currencies struct{ access }

func (s currencies) Create(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.currencies.get(string(c.Code)); ok {
			return taken("currency")
		}
		if c.Base {
			if _, ok := t.currencies.find(isBase); ok {
				return taken("base currency")
			}
		}
		c.Status, c.ArchivedAt, c.ArchivedBy = currency.Active, time.Time{}, admin.Actor{}
		t.currencies.put(j, string(c.Code), c)
		return nil
	})
}

func (s currencies) Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (c currency.Currency, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if c, ok = t.currencies.get(string(code)); !ok {
			return missing("currency")
		}
		return nil
	})
	return c, err
}

func (s currencies) Base(ctx context.Context, org admin.OrgID) (c currency.Currency, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		var ok bool
		if c, ok = t.currencies.find(isBase); !ok {
			return missing("base currency")
		}
		return nil
	})
	return c, err
}

func (s currencies) List(
	ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string],
) (out []currency.Currency, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.currencies.ascending(seek.After, seek.Limit, func(c currency.Currency) bool {
			return f.Status == "" || c.Status == f.Status
		})
		return nil
	})
	return out, err
}

func (s currencies) Archive(
	ctx context.Context, org admin.OrgID, code iso4217.Code, a currency.Archival, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		c, ok := t.currencies.get(string(code))
		switch {
		case !ok:
			return missing("currency")
		case c.Status == currency.Archived:
			return taken("archived currency")
		}
		c.Status, c.ArchivedAt, c.ArchivedBy = currency.Archived, a.At, a.By
		t.currencies.put(j, string(code), c)
		return nil
	})
}

func (s currencies) Restore(ctx context.Context, org admin.OrgID, code iso4217.Code, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		c, ok := t.currencies.get(string(code))
		if !ok || c.Status != currency.Archived {
			return missing("archived currency")
		}
		c.Status, c.ArchivedAt, c.ArchivedBy = currency.Active, time.Time{}, admin.Actor{}
		t.currencies.put(j, string(code), c)
		return nil
	})
}

func isBase(c currency.Currency) bool { return c.Base }

// rateKey orders the rates of a currency by when they were saved.
type rateKey struct {
	code   iso4217.Code
	number int64
}

func compareRates(a, b rateKey) int {
	return cmp.Or(strings.Compare(string(a.code), string(b.code)), cmp.Compare(a.number, b.number))
}

func (s currencies) AddRate(ctx context.Context, org admin.OrgID, r currency.Rate, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if r.Number < 2 || r.ValidFrom.Before(r.CreatedAt) {
			return fmt.Errorf("exchange rate %d, valid from before it was created: %w", r.Number, admin.ErrInvalid)
		}
		if _, ok := t.currencies.get(string(r.Code)); !ok {
			return missing("currency")
		}
		key := rateKey{r.Code, r.Number}
		if _, ok := t.rates.get(key); ok {
			return conflict("exchange rate")
		}
		t.rates.put(j, key, r)
		return nil
	})
}

func (s currencies) Rates(
	ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64],
) (out []currency.Rate, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		after := rateKey{code, cmp.Or(seek.After, math.MaxInt64)}
		out = t.rates.descending(after, seek.Limit, func(r currency.Rate) bool { return r.Code == code })
		return nil
	})
	return out, err
}

func (s currencies) RatesAt(ctx context.Context, org admin.OrgID, at time.Time) (out []currency.Valued, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, c := range t.currencies.ascending("", len(t.currencies.rows), nil) {
			out = append(out, t.valued(c, at))
		}
		return nil
	})
	return out, err
}

func (s currencies) RateAt(
	ctx context.Context, org admin.OrgID, code iso4217.Code, at time.Time,
) (v currency.Valued, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		c, ok := t.currencies.get(string(code))
		if !ok {
			return missing("currency")
		}
		v = t.valued(c, at)
		return nil
	})
	return v, err
}

// valued returns a currency with the rate that is valid at an instant: of those in the order in which they were
// saved, the last with the greatest beginning.
func (t *tenant) valued(c currency.Currency, at time.Time) currency.Valued {
	v := currency.Valued{Currency: c, Rate: c.Rate}
	var from time.Time
	key := rateKey{c.Code, 0}
	i, _ := slices.BinarySearchFunc(t.rates.order, key, compareRates)
	for _, key := range t.rates.order[i:] {
		if key.code != c.Code {
			break
		}
		if r := t.rates.rows[key]; !r.ValidFrom.After(at) && !r.ValidFrom.Before(from) {
			v.Rate, from = r.Rate, r.ValidFrom
		}
	}
	return v
}
