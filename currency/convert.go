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
	return RoundHalfEven.Round(amount, code)
}

// Table is an organization's rates as they are valid at one instant, to convert many amounts without reading
// them again. Rates never change, so a Table can only lack what was added later. It is immutable and safe for
// concurrent use.
type Table struct {
	rates map[iso4217.Code]decimal.Decimal
}

// MarshalJSON returns the rates by code: {"rates":{"EUR":"1.08","USD":"1"}}.
func (t Table) MarshalJSON() ([]byte, error) {
	rates := make(map[iso4217.Code]string, len(t.rates))
	for code, rate := range t.rates {
		text, err := admin.DecimalText(rate)
		if err != nil {
			return nil, fmt.Errorf("rate of %s: %w", code, err)
		}
		rates[code] = text
	}
	return json.Marshal(map[string]any{"rates": rates})
}

// Convert converts an amount from one currency to another: amount × rate of from ÷ rate of to,
// computed exactly and rounded once, to the minor units of to, ties to even. It fails with
// [admin.ErrNotFound] for a currency that the organization does not use, and with [admin.ErrInvalid]
// for a code that is not in ISO 4217 and for an amount or a result of more digits than are kept
// exactly ([admin.CheckDecimal]).
func (t Table) Convert(amount decimal.Decimal, from, to iso4217.Code) (decimal.Decimal, error) {
	return t.ConvertWith(amount, from, to, RoundHalfEven)
}

// ConvertWith is [Table.Convert] with another rounding mode. It rounds the exact quotient once, in every
// mode. It also fails with [admin.ErrInvalid] for a mode that does not exist.
func (t Table) ConvertWith(
	amount decimal.Decimal, from, to iso4217.Code, rounding Rounding,
) (decimal.Decimal, error) {
	if err := rounding.Check(); err != nil {
		return decimal.Decimal{}, err
	}
	if err := admin.CheckDecimal(amount); err != nil {
		return decimal.Decimal{}, fmt.Errorf("amount: %w", err)
	}
	p, err := t.pair(from, to)
	if err != nil {
		return decimal.Decimal{}, err
	}
	return p.convert(amount, rounding)
}

// pair is two rates to convert between.
type pair struct {
	from, to   iso4217.Code
	have, want decimal.Decimal // the rates
	places     int32           // digits after the point of the minor unit of to
}

func (t Table) pair(from, to iso4217.Code) (pair, error) {
	have, err := t.rate(from)
	if err != nil {
		return pair{}, err
	}
	want, err := t.rate(to)
	if err != nil {
		return pair{}, err
	}
	unit, err := iso4217.Parse(to)
	if err != nil {
		return pair{}, err
	}
	return pair{from, to, have, want, int32(unit.MinorUnits)}, nil
}

// convert converts an amount that was checked.
func (p pair) convert(amount decimal.Decimal, rounding Rounding) (decimal.Decimal, error) {
	result := rounding.quotient(amount.Mul(p.have), p.want, p.places)
	if err := admin.CheckDecimal(result); err != nil {
		return decimal.Decimal{}, fmt.Errorf("%s in %s: %w", p.from, p.to, err)
	}
	return result, nil
}

// Rate returns the number of units of the base currency that one unit of code is worth. It fails as
// [Table.Convert] does for a code.
func (t Table) Rate(code iso4217.Code) (decimal.Decimal, error) { return t.rate(code) }

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
