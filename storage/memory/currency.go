package memory

import (
	"context"

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
	ctx context.Context, org admin.OrgID, seek admin.Seek[string],
) (out []currency.Currency, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.currencies.ascending(seek.After, seek.Limit, nil)
		return nil
	})
	return out, err
}

func isBase(c currency.Currency) bool { return c.Base }
