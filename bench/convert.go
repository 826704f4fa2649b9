package main

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/memory"
)

// conversions compares an exact conversion with the obvious line of code, which rounds twice.
func conversions(ctx context.Context) ([]comparison, error) {
	c, err := center(ctx, memory.New(), admincenter.Options{})
	if err != nil {
		return nil, err
	}
	scope := admin.System(org)
	eur, jpy := decimal.RequireFromString("1.0842"), decimal.RequireFromString("0.00662")
	if _, err := c.Currencies.SetBase(ctx, scope, "USD"); err != nil {
		return nil, err
	}
	if _, err := c.Currencies.Add(ctx, scope, "EUR", eur); err != nil {
		return nil, err
	}
	if _, err := c.Currencies.Add(ctx, scope, "JPY", jpy); err != nil {
		return nil, err
	}
	table, err := c.Currencies.Table(ctx, scope)
	if err != nil {
		return nil, err
	}
	amount := decimal.RequireFromString("1999.99")
	return []comparison{{
		name: "currency.convert/decimal",
		ours: func(b *testing.B) {
			for b.Loop() {
				if _, err := table.Convert(amount, "EUR", "JPY"); err != nil {
					b.Fatal(err)
				}
			}
		},
		other: func(b *testing.B) {
			for b.Loop() {
				_ = amount.Mul(eur).Div(jpy).RoundBank(0)
			}
		},
	}}, nil
}
