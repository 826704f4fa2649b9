package currency

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// ErrMixed is returned for two amounts in different currencies: convert one of them first.
var ErrMixed = admin.NewError("mixed_currencies", admin.ErrInvalid, "the amounts are in different currencies")

// Money is an exact amount in a currency. Like a number, it is a value: no method changes it. Its amount is
// within the limits of [admin.CheckDecimal] and may be finer than the minor unit, as 33.335 USD, until
// [Money.Round]; what comes out of those limits is an error and never rounded silently.
//
// The zero Money is no amount in no currency. It is neutral in [Money.Add] and [Money.Sub], so that a sum can
// start with it, it is written as "0", and it is null in JSON. Compare with [Money.Cmp], not with ==.
type Money struct {
	amount decimal.Decimal // canonical
	code   iso4217.Code    // holds money; empty only in the zero Money
}

// NewMoney returns an amount in a currency. It fails with a [*admin.ValidationError] for /amount or /currency:
// an amount out of the range of [admin.CheckDecimal], a code that ISO 4217 does not have, and one that holds no
// money, such as XXX.
func NewMoney(amount decimal.Decimal, code iso4217.Code) (Money, error) {
	var p admin.Problems
	if err := admin.CheckDecimal(amount); err != nil {
		p.AddError("/amount", admin.CodeRange, err)
	}
	iso4217.CheckMoney(&p, "/currency", code)
	if err := p.Err(); err != nil {
		return Money{}, err
	}
	return Money{admin.CanonicalDecimal(amount), code}, nil
}

// ParseMoney reads what a person wrote, "12.50 EUR": an amount as [admin.ParseDecimal] reads it, one space and a
// code in capitals. It refuses thousands separators, and more digits after the point than the minor unit has,
// zeros included: 1.000 EUR is a thousand to some and one to others. [Money.String] writes an amount that is whole
// minor units as ParseMoney reads it. Errors wrap [admin.ErrInvalid].
func ParseMoney(text string) (Money, error) {
	digits, code, found := strings.Cut(text, " ")
	if !found {
		return Money{}, fmt.Errorf("%q is not an amount of money: write the amount, a space and the code of the currency, "+
			"such as 12.50 EUR: %w", admin.Clip(text), admin.ErrInvalid)
	}
	var p admin.Problems
	amount, err := admin.ParseDecimal(digits)
	if err != nil {
		p.AddError("/amount", admin.CodeFormat, err)
	}
	iso4217.CheckMoney(&p, "/currency", iso4217.Code(code))
	if err := p.Err(); err != nil {
		return Money{}, err
	}
	u, err := iso4217.Parse(iso4217.Code(code))
	if err != nil {
		return Money{}, err
	}
	if _, fraction, _ := strings.Cut(digits, "."); len(fraction) > u.MinorUnits {
		p.Add("/amount", admin.CodeFormat, "%s has %d digits after the point: %s has %d at most",
			digits, len(fraction), u.Code, u.MinorUnits).With("max", u.MinorUnits)
		return Money{}, p.Err()
	}
	return Money{admin.CanonicalDecimal(amount), u.Code}, nil
}

// FromMinor returns a number of minor units, such as cents: 1250 in EUR is 12.50 EUR, and in JPY 1250 JPY. It fails
// as [NewMoney] does for a code.
func FromMinor(units int64, code iso4217.Code) (Money, error) {
	m, err := NewMoney(decimal.NewFromInt(units), code)
	if err != nil {
		return Money{}, err
	}
	m.amount = admin.CanonicalDecimal(m.amount.Shift(-m.places()))
	return m, nil
}

// Minor returns the amount as a number of minor units: 12.50 EUR is 1250. It fails with [admin.ErrInvalid] for an
// amount that is not whole minor units, which [Money.Round] makes it, or that does not fit in 64 bits.
func (m Money) Minor() (int64, error) {
	if err := m.checkWhole(); err != nil {
		return 0, err
	}
	units := m.amount.Shift(m.places()).BigInt()
	if !units.IsInt64() {
		return 0, fmt.Errorf("%s is more than 64 bits of minor units hold: %w", m, admin.ErrInvalid)
	}
	return units.Int64(), nil
}

// Amount returns the exact amount, without zeros at the end of its fraction.
func (m Money) Amount() decimal.Decimal { return m.amount }

// Code returns the currency, which is empty for the zero Money.
func (m Money) Code() iso4217.Code { return m.code }

// Sign returns -1, 0 or 1 for an amount below, at or above zero.
func (m Money) Sign() int { return m.amount.Sign() }

// Add returns m + o. It fails with [ErrMixed] for different currencies, and with [admin.ErrInvalid] for a sum out of
// the range of [admin.CheckDecimal].
func (m Money) Add(o Money) (Money, error) {
	code, err := m.common(o)
	if err != nil {
		return Money{}, err
	}
	return exact(m.amount.Add(o.amount), code)
}

// Sub returns m - o. It fails as [Money.Add] does.
func (m Money) Sub(o Money) (Money, error) { return m.Add(o.Neg()) }

// Neg returns -m.
func (m Money) Neg() Money { return Money{m.amount.Neg(), m.code} }

// Mul returns m × factor, exactly. It fails with [admin.ErrInvalid] for a factor or a product out of the range of
// [admin.CheckDecimal]; [Money.MulRound] rounds a product that is too fine.
func (m Money) Mul(factor decimal.Decimal) (Money, error) {
	if err := admin.CheckDecimal(factor); err != nil {
		return Money{}, fmt.Errorf("factor: %w", err)
	}
	return exact(m.amount.Mul(factor), m.code)
}

// MulRound returns m × factor, rounded once from the exact product to minor units: the way to compute a tax or a
// discount. It fails with [admin.ErrInvalid] for a mode that does not exist, and for a factor or a result out of the
// range of [admin.CheckDecimal].
func (m Money) MulRound(factor decimal.Decimal, rounding Rounding) (Money, error) {
	if err := rounding.Check(); err != nil {
		return Money{}, err
	}
	if err := admin.CheckDecimal(factor); err != nil {
		return Money{}, fmt.Errorf("factor: %w", err)
	}
	return exact(rounding.quotient(m.amount.Mul(factor), decimal.NewFromInt(1), m.places()), m.code)
}

// Cmp returns -1, 0 or 1 if m is less than, equal to or more than o. It fails with [ErrMixed] for different
// currencies; the zero Money compares as 0 of the other's currency.
func (m Money) Cmp(o Money) (int, error) {
	if _, err := m.common(o); err != nil {
		return 0, err
	}
	return m.amount.Cmp(o.amount), nil
}

// Round rounds to whole minor units. It fails with [admin.ErrInvalid] for a mode that does not exist, and for an
// amount at the limit of [admin.CheckDecimal] that rounds beyond it.
func (m Money) Round(rounding Rounding) (Money, error) {
	return m.MulRound(decimal.NewFromInt(1), rounding)
}

// String writes the amount with the digits that the minor unit has, or with all digits of an amount that is finer:
// "12.50 EUR", "1250 JPY", "1.500 KWD", "33.335 USD".
func (m Money) String() string {
	if m.code == "" {
		return "0"
	}
	return m.digits() + " " + string(m.code)
}

// digits writes the amount. It does not use decimal's String, which variables of package decimal change.
func (m Money) digits() string { return m.amount.StringFixed(max(m.places(), -m.amount.Exponent())) }

// places is the number of digits after the point of the minor unit.
func (m Money) places() int32 {
	u, _ := iso4217.Lookup(m.code)
	return int32(u.MinorUnits)
}

// checkWhole fails for an amount that is finer than the minor unit.
func (m Money) checkWhole() error {
	if -m.amount.Exponent() > m.places() { // the amount is canonical
		return fmt.Errorf("%s is not a whole number of minor units, which have %d digits after the point: "+
			"round it first: %w", m, m.places(), admin.ErrInvalid)
	}
	return nil
}

// common returns the currency of both.
func (m Money) common(o Money) (iso4217.Code, error) {
	switch {
	case m.code == o.code || o.code == "":
		return m.code, nil
	case m.code == "":
		return o.code, nil
	}
	return "", fmt.Errorf("%s and %s: convert one of them first: %w", m, o, ErrMixed)
}

// exact returns a result of arithmetic.
func exact(amount decimal.Decimal, code iso4217.Code) (Money, error) {
	if err := admin.CheckDecimal(amount); err != nil {
		return Money{}, fmt.Errorf("amount in %s: %w", code, err)
	}
	return Money{admin.CanonicalDecimal(amount), code}, nil
}
