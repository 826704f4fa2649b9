package sqlstore

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

type currencies struct{ access }

type currencySQL struct{ insert, get, base, list string }

func newCurrencySQL(db *DB) currencySQL {
	const columns = `SELECT code, rate, base_slot IS NOT NULL, created_at, created_by_kind, created_by_id
		FROM {currencies} `
	return currencySQL{
		insert: db.bind(`INSERT INTO {currencies} (org_id, code, rate, base_slot, created_at, created_by_kind, created_by_id)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		get:  db.bind(columns + `WHERE org_id = ? AND code = ?`),
		base: db.bind(columns + `WHERE org_id = ? AND base_slot = 1`),
		list: db.bind(columns + `WHERE org_id = ? AND code > ? ORDER BY code LIMIT ?`),
	}
}

func (s currencies) Create(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
	// A unique key over a column that is NULL for all others allows one base currency on every
	// database; partial indexes do not exist on all of them.
	var slot any
	if c.Base {
		slot = 1
	}
	rate, err := admin.DecimalText(c.Rate) // no variable of package decimal changes what is stored
	if err != nil {
		return fmt.Errorf("rate of %s: %w", c.Code, err)
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "currency", s.db.sql.currency.insert, org, c.Code, rate, slot,
			at(c.CreatedAt), c.CreatedBy.Kind, actorID(c.CreatedBy))
		return err
	})
}

func (s currencies) Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (currency.Currency, error) {
	return one(ctx, s.reader(), "currency", s.db.sql.currency.get, scanCurrency, org, code)
}

func (s currencies) Base(ctx context.Context, org admin.OrgID) (currency.Currency, error) {
	return one(ctx, s.reader(), "base currency", s.db.sql.currency.base, scanCurrency, org)
}

func (s currencies) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]currency.Currency, error) {
	return rows(ctx, s.reader(), "currency", s.db.sql.currency.list, scanCurrency, org, seek.After, seek.Limit)
}

func scanCurrency(scan func(...any) error, c *currency.Currency) error {
	err := scan(&c.Code, &c.Rate, &c.Base, scanAt(&c.CreatedAt), &c.CreatedBy.Kind, scanActorID(&c.CreatedBy))
	if err != nil {
		return err
	}
	c.Rate = admin.CanonicalDecimal(c.Rate)
	return nil
}
