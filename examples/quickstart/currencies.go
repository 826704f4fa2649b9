package main

import (
	"context"
	"errors"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// currencies sets the base currency, adds others, shows that a rate is fixed, and converts.
func (t *tour) currencies(ctx context.Context) error {
	t.tab("Currencies")
	if _, err := t.center.Currencies.SetBase(ctx, t.scope, "USD"); err != nil && !errors.Is(err, currency.ErrBaseSet) {
		return err
	}
	for _, c := range []struct {
		code iso4217.Code
		rate string
	}{{"EUR", "1.0842"}, {"JPY", "0.00662"}, {"KWD", "3.2571"}} {
		_, err := t.center.Currencies.Add(ctx, t.scope, c.code, decimal.RequireFromString(c.rate))
		if err != nil && !errors.Is(err, admin.ErrExists) {
			return err
		}
	}
	var rows [][]string
	for c, err := range t.center.Currencies.All(ctx, t.scope, currency.Filter{}) {
		if err != nil {
			return err
		}
		unit, _ := iso4217.Lookup(c.Code)
		base := ""
		if c.Base {
			base = "base"
		}
		rows = append(rows, []string{string(c.Code), unit.Name, c.Rate.String(), base})
	}
	t.table("CODE|NAME|RATE TO BASE|", rows...)

	_, err := t.center.Currencies.Add(ctx, t.scope, "EUR", decimal.RequireFromString("1.2"))
	t.say("EUR again at another rate: %v", err)
	table, err := t.center.Currencies.Table(ctx, t.scope)
	if err != nil {
		return err
	}
	amount := decimal.RequireFromString("1999.99")
	for _, to := range []iso4217.Code{"USD", "JPY", "KWD"} {
		converted, err := table.Convert(amount, "EUR", to)
		if err != nil {
			return err
		}
		unit, _ := iso4217.Lookup(to)
		t.say("%s EUR = %s %s", amount, converted.StringFixed(int32(unit.MinorUnits)), to)
	}
	return nil
}
