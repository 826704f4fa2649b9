package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

type currencies struct{ access }

type currencySQL struct {
	insert, get, base, list, active, archived string
	archive, restore                          string
	addRate, rates, ratesAt, rateAt           string
}

func newCurrencySQL(db *DB) currencySQL {
	const (
		columns = `SELECT c.code, c.rate, c.base_slot IS NOT NULL, c.created_at, c.created_by_kind, c.created_by_id,
			a.archived_at, COALESCE(a.archived_by_kind, ''), COALESCE(a.archived_by_id, '') `
		from = `FROM {currencies} c
			LEFT JOIN {archived_currencies} a ON a.org_id = c.org_id AND a.code = c.code `
		joined = columns + from
		page   = `WHERE c.org_id = ? AND c.code > ? `
		// The rate that is valid at an instant: one look along the primary key for each currency.
		valued = columns + `, COALESCE((SELECT r.rate FROM {exchange_rates} r
			WHERE r.org_id = c.org_id AND r.code = c.code AND r.valid_from <= ?
			ORDER BY r.valid_from DESC, r.seq DESC LIMIT 1), c.rate) ` + from
	)
	return currencySQL{
		insert: db.bind(`INSERT INTO {currencies} (org_id, code, rate, base_slot, created_at, created_by_kind, created_by_id)
			VALUES (?, ?, ?, ?, ?, ?, ?)`),
		get:    db.bind(joined + `WHERE c.org_id = ? AND c.code = ?`),
		base:   db.bind(joined + `WHERE c.org_id = ? AND c.base_slot = 1`),
		list:   db.bind(joined + page + `ORDER BY c.code LIMIT ?`),
		active: db.bind(joined + page + `AND a.code IS NULL ORDER BY c.code LIMIT ?`),
		archived: db.bind(columns + `FROM {archived_currencies} a
			JOIN {currencies} c ON c.org_id = a.org_id AND c.code = a.code
			WHERE a.org_id = ? AND a.code > ? ORDER BY a.code LIMIT ?`),
		archive: db.bind(`INSERT INTO {archived_currencies} (org_id, code, archived_at, archived_by_kind, archived_by_id)
			VALUES (?, ?, ?, ?, ?)`),
		addRate: db.bind(`INSERT INTO {exchange_rates} (org_id, code, valid_from, seq, rate, created_at, created_by_kind,
			created_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
		rates: db.bind(`SELECT code, seq, rate, valid_from, created_at, created_by_kind, created_by_id
			FROM {exchange_rates} WHERE org_id = ? AND code = ? AND seq < ? ORDER BY seq DESC LIMIT ?`),
		ratesAt: db.bind(valued + `WHERE c.org_id = ? ORDER BY c.code`),
		rateAt:  db.bind(valued + `WHERE c.org_id = ? AND c.code = ?`),
		restore: db.bind(`DELETE FROM {archived_currencies} WHERE org_id = ? AND code = ?`),
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

func (s currencies) List(
	ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string],
) ([]currency.Currency, error) {
	query := s.db.sql.currency.list
	switch f.Status {
	case "":
	case currency.Active:
		query = s.db.sql.currency.active
	case currency.Archived:
		query = s.db.sql.currency.archived
	default:
		return nil, ctx.Err() // there is no such status
	}
	return rows(ctx, s.reader(), "currency", query, scanCurrency, org, seek.After, seek.Limit)
}

func (s currencies) Archive(
	ctx context.Context, org admin.OrgID, code iso4217.Code, a currency.Archival, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "archived currency", s.db.sql.currency.archive, org, code, at(a.At), a.By.Kind, actorID(a.By))
		return err
	})
}

func (s currencies) Restore(ctx context.Context, org admin.OrgID, code iso4217.Code, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		n, err := t.exec(ctx, "archived currency", s.db.sql.currency.restore, org, code)
		if err == nil && n == 0 {
			return missing("archived currency")
		}
		return err
	})
}

func (s currencies) AddRate(ctx context.Context, org admin.OrgID, r currency.Rate, rec admin.Record) error {
	rate, err := admin.DecimalText(r.Rate)
	if err != nil {
		return fmt.Errorf("rate of %s: %w", r.Code, err)
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		_, err := t.exec(ctx, "exchange rate", s.db.sql.currency.addRate, org, r.Code, at(r.ValidFrom), r.Number, rate,
			at(r.CreatedAt), r.CreatedBy.Kind, actorID(r.CreatedBy))
		if errors.Is(err, admin.ErrExists) { // saved since the caller looked
			return conflict("exchange rate")
		}
		return err
	})
}

func (s currencies) Rates(
	ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64],
) ([]currency.Rate, error) {
	return rows(ctx, s.reader(), "exchange rate", s.db.sql.currency.rates, scanRate,
		org, code, cmp.Or(seek.After, math.MaxInt64), seek.Limit)
}

func (s currencies) RatesAt(ctx context.Context, org admin.OrgID, t time.Time) ([]currency.Valued, error) {
	return rows(ctx, s.reader(), "currency", s.db.sql.currency.ratesAt, scanValued, t.UnixMicro(), org)
}

func (s currencies) RateAt(
	ctx context.Context, org admin.OrgID, code iso4217.Code, t time.Time,
) (currency.Valued, error) {
	return one(ctx, s.reader(), "currency", s.db.sql.currency.rateAt, scanValued, t.UnixMicro(), org, code)
}

func scanRate(scan func(...any) error, r *currency.Rate) error {
	err := scan(&r.Code, &r.Number, &r.Rate, scanAt(&r.ValidFrom), scanAt(&r.CreatedAt), &r.CreatedBy.Kind,
		scanActorID(&r.CreatedBy))
	if err != nil {
		return err
	}
	r.Rate = admin.CanonicalDecimal(r.Rate)
	return nil
}

func scanValued(scan func(...any) error, v *currency.Valued) error {
	if err := scanCurrency(func(into ...any) error { return scan(append(into, &v.Rate)...) }, &v.Currency); err != nil {
		return err
	}
	v.Rate = admin.CanonicalDecimal(v.Rate)
	return nil
}

func scanCurrency(scan func(...any) error, c *currency.Currency) error {
	err := scan(&c.Code, &c.Rate, &c.Base, scanAt(&c.CreatedAt), &c.CreatedBy.Kind, scanActorID(&c.CreatedBy),
		scanAt(&c.ArchivedAt), &c.ArchivedBy.Kind, scanActorID(&c.ArchivedBy))
	if err != nil {
		return err
	}
	c.Rate = admin.CanonicalDecimal(c.Rate)
	c.Status = currency.Active
	if !c.ArchivedAt.IsZero() {
		c.Status = currency.Archived
	}
	return nil
}
