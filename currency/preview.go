package currency

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// ErrFarOff is returned, as a [*FarOffError], for a rate that is far off what is expected of the currency: it
// cannot be changed once it is saved, so it must be [Confirmed].
var ErrFarOff = admin.NewError("rate_far_off", admin.ErrInvalid, "confirm the rate if it is meant")

// CodeFarOff is the code of a problem with a rate that is far off what is expected and was not confirmed.
const CodeFarOff = "far_off"

// Confirmation is given to [Service.Add] with a rate that is far off.
type Confirmation string

// Confirmed saves a rate however far off it is.
const Confirmed Confirmation = "CONFIRMED"

// Reference returns the market rate of a currency: how many units of base one unit of code is worth. known is false
// if there is none. It only decides whether a rate must be confirmed. An error fails the call that asked.
type Reference func(ctx context.Context, code, base iso4217.Code) (rate decimal.Decimal, known bool, err error)

// Source is what a rate is compared with.
type Source string

// The sources, in the order in which they are asked: the first that knows the currency decides.
const (
	FromReference  Source = "REFERENCE"   // Options.Reference; far off is more than a factor of 2
	FromLatestRate Source = "LATEST_RATE" // the currency's rate that was saved last; more than a factor of 2
	FromMagnitude  Source = "MAGNITUDE"   // orders of magnitude that the library has; more than a factor of 10
)

// factor is how many times larger or smaller than expected a rate may be.
func (s Source) factor() decimal.Decimal {
	if s == FromMagnitude {
		return decimal.NewFromInt(10)
	}
	return decimal.NewFromInt(2)
}

// Preview is what to show before a rate is saved, because it can never be changed.
type Preview struct {
	Code iso4217.Code    `json:"code"`
	Base iso4217.Code    `json:"base"`
	Rate decimal.Decimal `json:"rate"`
	Text string          `json:"text"` // "1 EUR = 1.08 USD"
	// Inverse is how many units of the currency one unit of the base is worth, rounded to 6 significant digits: to
	// look at, not to convert with.
	Inverse     decimal.Decimal `json:"inverse"`
	InverseText string          `json:"inverseText"` // "1 USD = 0.925926 EUR"
	// FarOff is why the rate must be confirmed, or nil.
	FarOff *FarOff `json:"farOff,omitempty"`
}

// FarOff is why a rate is far off.
type FarOff struct {
	Expected decimal.Decimal `json:"expected"` // of the rate, in the order of magnitude
	Source   Source          `json:"source"`
	// InverseFits reports whether the rate would be plausible the other way round, so that it was likely typed as
	// units of the currency for one of the base.
	InverseFits bool   `json:"inverseFits"`
	Message     string `json:"message"`
}

// MarshalJSON writes the numbers as texts, as [Currency.MarshalJSON] does.
func (p Preview) MarshalJSON() ([]byte, error) {
	type plain Preview
	rate, err := admin.DecimalText(p.Rate)
	if err != nil {
		return nil, fmt.Errorf("rate of %s: %w", p.Code, err)
	}
	inverse, err := admin.DecimalText(p.Inverse)
	if err != nil {
		return nil, fmt.Errorf("inverse rate of %s: %w", p.Code, err)
	}
	return json.Marshal(struct {
		plain
		Rate    string `json:"rate"`
		Inverse string `json:"inverse"`
	}{plain(p), rate, inverse})
}

// MarshalJSON writes the number as a text, as [Currency.MarshalJSON] does.
func (f FarOff) MarshalJSON() ([]byte, error) {
	type plain FarOff
	expected, err := admin.DecimalText(f.Expected)
	if err != nil {
		return nil, fmt.Errorf("expected rate: %w", err)
	}
	return json.Marshal(struct {
		plain
		Expected string `json:"expected"`
	}{plain(f), expected})
}

// FarOffError is [ErrFarOff] with what to show before the rate is confirmed. It is a [*admin.ValidationError] for
// /rate too, with the code "far_off" and the parameters rate, expected, inverse and inverseFits.
type FarOffError struct {
	Preview Preview `json:"preview"`
}

// Error returns the message of the preview.
func (e *FarOffError) Error() string {
	message := "the rate is far off"
	if e.Preview.FarOff != nil {
		message = e.Preview.FarOff.Message
	}
	return fmt.Sprintf("%s: %v", message, ErrFarOff)
}

// Unwrap makes errors.Is(err, ErrFarOff) true, and errors.As for a [*admin.ValidationError].
func (e *FarOffError) Unwrap() []error {
	var p admin.Problems
	far := e.Preview.FarOff
	if far == nil {
		return []error{ErrFarOff}
	}
	p.Add("/rate", CodeFarOff, "%s", far.Message).With("rate", rateText(e.Preview.Rate)).
		With("expected", rateText(far.Expected)).With("inverse", rateText(e.Preview.Inverse)).
		With("inverseFits", far.InverseFits)
	return []error{ErrFarOff, p.Err()}
}

// Preview returns what to show of a rate before [Service.Add] or [Service.AddRate] saves it: both directions, and
// whether it is so far off that it must be confirmed. It saves nothing. It fails with [ErrNoBase], with [ErrBaseFixed]
// for the base, and with a [*admin.ValidationError] for a code or a rate that could not be saved. It requires
// [PermissionRead].
func (s *Service) Preview(
	ctx context.Context, scope admin.Scope, code iso4217.Code, rate decimal.Decimal,
) (Preview, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Preview{}, err
	}
	if err := check(code, rate); err != nil {
		return Preview{}, err
	}
	base, err := s.base(ctx, scope.Org())
	if err != nil {
		return Preview{}, err
	}
	if code == base.Code {
		return Preview{}, fmt.Errorf("currency %s has no other rate: %w", code, ErrBaseFixed)
	}
	var last *Rate
	c, err := s.ports.Currencies.Get(ctx, scope.Org(), code)
	switch {
	case err == nil:
		r, err := s.latest(ctx, scope.Org(), c)
		if err != nil {
			return Preview{}, err
		}
		last = &r
	case !errors.Is(err, admin.ErrNotFound):
		return Preview{}, err
	}
	return s.preview(ctx, base.Code, code, rate, last)
}

// preview compares a rate that was checked. last is the currency's own, if there is one.
func (s *Service) preview(
	ctx context.Context, base, code iso4217.Code, rate decimal.Decimal, last *Rate,
) (Preview, error) {
	p := Preview{Code: code, Base: base, Rate: admin.CanonicalDecimal(rate), Inverse: inverse(rate)}
	p.Text = fmt.Sprintf("1 %s = %s %s", code, rateText(p.Rate), base)
	p.InverseText = fmt.Sprintf("1 %s = %s %s", base, rateText(p.Inverse), code)
	expected, source, err := s.expected(ctx, base, code, last)
	if err != nil || source == "" || !far(rate, expected, source.factor()) {
		return p, err
	}
	p.FarOff = &FarOff{Expected: expected, Source: source}
	message := fmt.Sprintf("%s is far off: about 1 %s = %s %s is expected", p.Text, code, rateText(expected), base)
	// 1 ÷ rate is not far off expected: the same with all of it multiplied by rate.
	if !far(decimal.NewFromInt(1), expected.Mul(rate), source.factor()) {
		p.FarOff.InverseFits = true
		message += fmt.Sprintf(". The inverse would fit: 1 %s = %s %s is a rate of %s",
			base, rateText(p.Rate), code, rateText(p.Inverse))
	}
	p.FarOff.Message = message
	return p, nil
}

// expected returns the rate to compare with, and no source if nothing is known.
func (s *Service) expected(
	ctx context.Context, base, code iso4217.Code, last *Rate,
) (decimal.Decimal, Source, error) {
	if s.reference != nil {
		rate, known, err := s.reference(ctx, code, base)
		if err != nil {
			return decimal.Decimal{}, "", fmt.Errorf("reference rate of %s in %s: %w", code, base, err)
		}
		if known {
			if err := check(code, rate); err != nil {
				return decimal.Decimal{}, "", fmt.Errorf("reference rate of %s in %s is no rate", code, base)
			}
			return admin.CanonicalDecimal(rate), FromReference, nil
		}
	}
	if last != nil {
		return last.Rate, FromLatestRate, nil
	}
	if rate, ok := magnitude(code, base); ok {
		return rate, FromMagnitude, nil
	}
	return decimal.Decimal{}, "", nil
}

// far reports whether a is more than factor times b, or less than b by more than that.
func far(a, b, factor decimal.Decimal) bool {
	return a.GreaterThan(b.Mul(factor)) || a.Mul(factor).LessThan(b)
}

// inverseDigits is how many significant digits an inverse is shown with.
const inverseDigits = 6

// inverse returns 1 ÷ rate for people to look at.
func inverse(rate decimal.Decimal) decimal.Decimal {
	// A rate is below 10^12, so that its inverse has its first digit within 12 after the point.
	q := decimal.NewFromInt(1).DivRound(rate, 12+2*inverseDigits)
	whole := int32(q.NumDigits()) + q.Exponent() // digits before the point, or minus zeros after it
	return admin.CanonicalDecimal(q.Round(inverseDigits - whole))
}

// confirm fails with a [*FarOffError] for a rate that is far off, unless it is confirmed.
func (s *Service) confirm(
	ctx context.Context, base, code iso4217.Code, rate decimal.Decimal, last *Rate, confirmed bool,
) error {
	if confirmed {
		return nil
	}
	p, err := s.preview(ctx, base, code, rate, last)
	if err != nil {
		return err
	}
	if p.FarOff != nil {
		return &FarOffError{Preview: p}
	}
	return nil
}
