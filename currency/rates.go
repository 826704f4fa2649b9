package currency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// AddRate corrects the rate of a currency from an instant on: what was converted as of an earlier instant stays as it
// is. A rate that is planned is replaced by another one with its ValidFrom.
//
// A rate is saved after the clock was read for it. So the answer for an instant T is final as soon as every call that
// began at or before T has ended: for a call by itself after some milliseconds, for one within a transaction of the
// host when that has committed, and between processes after the difference of their clocks. Until then a rate that is
// valid from "now" can still change conversions as of the moments since its call began, and no earlier ones. A host
// that must never see that converts as of a while ago, or plans its rates ahead, such as for midnight.
//
// It fails with [admin.ErrNotFound] for a currency that the organization does not have, with [ErrArchived], with
// [ErrBaseFixed] for the base, with a [*admin.ValidationError] for a rate as [Service.Add] does and for a ValidFrom in
// the past, with a [*FarOffError] for a rate that is far off unless it is Confirmed, and with [admin.ErrConflict] if
// another rate was saved meanwhile: look at that first. It requires [PermissionWrite].
func (s *Service) AddRate(
	ctx context.Context, scope admin.Scope, code iso4217.Code, in RateInput,
) (Rate, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Rate{}, err
	}
	if err := s.checkRateInput(code, in); err != nil {
		return Rate{}, err
	}
	c, err := s.ports.Currencies.Get(ctx, scope.Org(), code)
	switch {
	case err != nil:
		return Rate{}, err
	case c.Base:
		return Rate{}, fmt.Errorf("currency %s has no other rate: %w", code, ErrBaseFixed)
	case c.Status == Archived:
		return Rate{}, fmt.Errorf("currency %s: %w", code, ErrArchived)
	}
	last, err := s.latest(ctx, scope.Org(), c)
	if err != nil {
		return Rate{}, err
	}
	base, err := s.base(ctx, scope.Org())
	if err != nil {
		return Rate{}, err
	}
	if err := s.confirm(ctx, base.Code, code, in.Rate, &last, in.Confirmed); err != nil {
		return Rate{}, err
	}
	// The clock is read as late as possible: what is converted as of later than that may change.
	r := Rate{
		Code: code, Number: last.Number + 1, Rate: admin.CanonicalDecimal(in.Rate),
		ValidFrom: admin.Instant(in.ValidFrom), CreatedAt: s.runtime.Instant(), CreatedBy: scope.Actor(),
	}
	if in.ValidFrom.IsZero() {
		r.ValidFrom = r.CreatedAt
	}
	if r.ValidFrom.Before(r.CreatedAt) {
		var p admin.Problems
		addPast(&p, r.ValidFrom, r.CreatedAt)
		return Rate{}, p.Err()
	}
	err = s.ports.Currencies.AddRate(ctx, scope.Org(), r, s.rateRecord(scope, last, r))
	if errors.Is(err, admin.ErrConflict) {
		return Rate{}, fmt.Errorf("another rate of %s was saved at the same time: look at it and try again: %w", code, err)
	}
	if err != nil {
		return Rate{}, err
	}
	return r, nil
}

func (s *Service) checkRateInput(code iso4217.Code, in RateInput) error {
	p := checkRate(code, in.Rate)
	if !in.ValidFrom.IsZero() {
		from := checkInstant(&p, "/validFrom", in.ValidFrom)
		if now := s.runtime.Instant(); from.Before(now) {
			addPast(&p, from, now)
		}
	}
	return p.Err()
}

func addPast(p *admin.Problems, from, now time.Time) {
	p.Add("/validFrom", admin.CodeRange, "%s is over: a rate is valid from now, %s, or later, and changes nothing before",
		from.Format(time.RFC3339Nano), now.Format(time.RFC3339Nano)).With("min", now.Format(time.RFC3339Nano))
}

// latest returns the rate of a currency that was saved last.
func (s *Service) latest(ctx context.Context, org admin.OrgID, c Currency) (Rate, error) {
	found, err := s.ports.Currencies.Rates(ctx, org, c.Code, admin.Seek[int64]{Limit: 1})
	if err != nil {
		return Rate{}, err
	}
	if len(found) == 0 {
		return c.first(), nil
	}
	return found[0], nil
}

// first returns the rate that a currency was added with.
func (c Currency) first() Rate {
	return Rate{Code: c.Code, Number: 1, Rate: c.Rate, CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy}
}

// Rates pages through the rates of a currency, the one that was saved last first, and at the end the one that the
// currency was added with. It fails with [admin.ErrNotFound] for a currency that the organization does not have. It
// requires [PermissionRead].
func (s *Service) Rates(
	ctx context.Context, scope admin.Scope, code iso4217.Code, q admin.Query,
) (admin.Page[Rate], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Rate]{}, err
	}
	c, err := s.ports.Currencies.Get(ctx, scope.Org(), code)
	if err != nil {
		return admin.Page[Rate]{}, err
	}
	return admin.Paginate(scope.Org(), "rates of "+string(code), q,
		func(seek admin.Seek[int64]) ([]Rate, error) {
			found, err := s.ports.Currencies.Rates(ctx, scope.Org(), code, seek)
			if err == nil && len(found) < seek.Limit {
				found = append(found, c.first())
			}
			return found, err
		},
		func(r Rate) int64 { return r.Number })
}

// TableAt returns the rates of all currencies, archived ones too, as they are valid at an instant: to convert what
// happened then. The first rate of a currency is valid from always, also before it was added. It fails with a
// [*admin.ValidationError] for the zero instant. See [Service.AddRate] on when the answer is final. It requires
// [PermissionRead].
func (s *Service) TableAt(ctx context.Context, scope admin.Scope, at time.Time) (Table, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Table{}, err
	}
	var p admin.Problems
	at = checkInstant(&p, "/at", at)
	if err := p.Err(); err != nil {
		return Table{}, err
	}
	found, err := s.ports.Currencies.RatesAt(ctx, scope.Org(), at)
	if err != nil {
		return Table{}, err
	}
	t := Table{rates: make(map[iso4217.Code]decimal.Decimal, len(found))}
	for _, v := range found {
		t.rates[v.Currency.Code] = v.Rate
	}
	return t, nil
}

// ConvertAt is [Table.Convert] for a single amount, with the rates that are valid at an instant. It reads the two
// currencies only. It requires [PermissionRead].
func (s *Service) ConvertAt(
	ctx context.Context, scope admin.Scope, amount decimal.Decimal, from, to iso4217.Code, at time.Time,
) (decimal.Decimal, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return decimal.Decimal{}, err
	}
	var p admin.Problems
	at = checkInstant(&p, "/at", at)
	if err := p.Err(); err != nil {
		return decimal.Decimal{}, err
	}
	t := Table{rates: map[iso4217.Code]decimal.Decimal{}}
	for _, code := range []iso4217.Code{from, to} {
		v, err := s.ports.Currencies.RateAt(ctx, scope.Org(), code, at)
		if errors.Is(err, admin.ErrNotFound) {
			continue // Table.Convert fails and names the code
		} else if err != nil {
			return decimal.Decimal{}, err
		}
		t.rates[code] = v.Rate
	}
	return t.Convert(amount, from, to)
}

func (s *Service) rateRecord(scope admin.Scope, last, r Rate) admin.Record {
	return s.runtime.Record(scope, ActionAddRate, subject(r.Code),
		admin.Change{Field: "rate", From: rateText(last.Rate), To: rateText(r.Rate)},
		admin.Change{Field: "validFrom", To: r.ValidFrom.Format(time.RFC3339Nano)})
}

// rateText writes a rate that was checked.
func rateText(rate decimal.Decimal) string {
	text, err := admin.DecimalText(rate)
	if err != nil {
		return rate.String()
	}
	return text
}
