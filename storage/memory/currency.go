package memory

import (
	"context"
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
