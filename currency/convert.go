package currency

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Round rounds amount to the minor units of code: 2 digits for EUR, none for JPY, 3 for KWD. A tie
// goes to the even neighbor, so that many roundings do not drift: 0.125 EUR is 0.12 and 0.135 EUR is
// 0.14. It fails with [admin.ErrInvalid] for an unknown code or an amount out of range.
func Round(amount decimal.Decimal, code iso4217.Code) (decimal.Decimal, error) {
	u, err := iso4217.Parse(code)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if err := admin.CheckDecimal(amount); err != nil {
		return decimal.Decimal{}, fmt.Errorf("amount: %w", err)
	}
	return amount.RoundBank(int32(u.MinorUnits)), nil
}

// Table is an organization's rates at one moment, to convert many amounts without reading them
// again. Rates never change, so a Table can only lack currencies that were added later. It is
// immutable and safe for concurrent use.
type Table struct {
	rates map[iso4217.Code]decimal.Decimal
}

// MarshalJSON returns the rates by code: {"rates":{"EUR":"1.08","USD":"1"}}.
func (t Table) MarshalJSON() ([]byte, error) {
	rates := make(map[iso4217.Code]string, len(t.rates))
	for code, rate := range t.rates {
		rates[code] = rate.String()
	}
	return json.Marshal(map[string]any{"rates": rates})
}

// Convert converts an amount from one currency to another: amount × rate of from ÷ rate of to,
// computed exactly and rounded once, to the minor units of to, ties to even. It fails with
// [admin.ErrNotFound] for a currency that the organization does not use, and with [admin.ErrInvalid]
// for a code that is not in ISO 4217 and for an amount or a result of more digits than are kept
// exactly ([admin.CheckDecimal]).
func (t Table) Convert(amount decimal.Decimal, from, to iso4217.Code) (decimal.Decimal, error) {
	if err := admin.CheckDecimal(amount); err != nil {
		return decimal.Decimal{}, fmt.Errorf("amount: %w", err)
	}
	have, err := t.rate(from)
	if err != nil {
		return decimal.Decimal{}, err
	}
	want, err := t.rate(to)
	if err != nil {
		return decimal.Decimal{}, err
	}
	unit, err := iso4217.Parse(to)
	if err != nil {
		return decimal.Decimal{}, err
	}
	result := quotient(amount.Mul(have), want, int32(unit.MinorUnits))
	if err := admin.CheckDecimal(result); err != nil {
		return decimal.Decimal{}, fmt.Errorf("%s in %s: %w", from, to, err)
	}
	return result, nil
}

func (t Table) rate(code iso4217.Code) (decimal.Decimal, error) {
	if r, ok := t.rates[code]; ok {
		return r, nil
	}
	if _, err := iso4217.Parse(code); err != nil {
		return decimal.Decimal{}, err
	}
	return decimal.Decimal{}, fmt.Errorf("currency %s is not in use: add it with its rate first: %w",
		code, admin.ErrNotFound)
}

// quotient returns n/d to the given digits after the point, rounded half to even once, from the exact
// remainder. d must be positive.
func quotient(n, d decimal.Decimal, places int32) decimal.Decimal {
	q, r := n.QuoRem(d, places)
	if r.IsZero() {
		return q
	}
	ulp := decimal.New(1, -places)
	if n.IsNegative() {
		ulp = ulp.Neg()
	}
	// r is n - q·d; a step of one ulp in q is worth ulp·d.
	c := r.Abs().Mul(decimal.NewFromInt(2)).Cmp(ulp.Mul(d).Abs())
	if c > 0 || c == 0 && q.Shift(places).BigInt().Bit(0) == 1 {
		return q.Add(ulp)
	}
	return q
}
