package currency

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Audit actions.
const (
	ActionSetBase admin.Action = "currency.set_base"
	ActionAdd     admin.Action = "currency.add"
	ActionAddRate admin.Action = "currency.add_rate"
	ActionArchive admin.Action = "currency.archive"
	ActionRestore admin.Action = "currency.restore"
)

// Ports are the stores of a [Service]. All are required.
type Ports struct {
	Currencies Store
}

// Options of a [Service]; the zero value is ready.
type Options struct {
	admin.Runtime
	// Reference, if set, knows market rates, with which a rate is compared before it is saved.
	Reference Reference
}

// Service keeps the currencies of organizations. It is safe for concurrent use.
type Service struct {
	ports     Ports
	runtime   admin.Runtime
	reference Reference
}

// NewService returns a Service over ports. It fails with [admin.ErrInvalid] if a port is missing.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Currencies == nil {
		p.Add("/ports/currencies", admin.CodeRequired, "is required: give the currency.Store of a storage")
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("currency: %w", err)
	}
	return &Service{ports: ports, runtime: o.WithDefaults(), reference: o.Reference}, nil
}

// In returns the service over other ports, such as those of a transaction, with the same options.
func (s *Service) In(ports Ports) *Service {
	in := *s
	in.ports = ports
	return &in
}

// SetBase sets the organization's base currency. It can be set once: afterwards it fails with
// [ErrBaseSet]. It requires [PermissionWrite].
func (s *Service) SetBase(ctx context.Context, scope admin.Scope, code iso4217.Code) (Currency, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Currency{}, err
	}
	one := decimal.NewFromInt(1)
	if err := check(code, one); err != nil {
		return Currency{}, err
	}
	c := s.currency(scope, code, one)
	c.Base = true
	err := s.ports.Currencies.Create(ctx, scope.Org(), c, s.record(scope, ActionSetBase, c))
	if errors.Is(err, admin.ErrExists) {
		return Currency{}, fmt.Errorf("base currency %s: %w", code, ErrBaseSet)
	}
	if err != nil {
		return Currency{}, err
	}
	return c, nil
}

// Add adds a currency at a rate that can never be changed: one unit of code is worth rate units of
// the base currency. It fails with [ErrNoBase] before [Service.SetBase], with [admin.ErrExists] for a
// currency that is in use, the base included, or archived, and with [admin.ErrInvalid] for a code that is not a
// currency of ISO 4217 or a rate that is not above 0 and below 10^12. A rate that is far off what is expected, such as
// one that was typed the other way round, fails with a [*FarOffError] unless [Confirmed] is given; see
// [Service.Preview]. It requires [PermissionWrite].
func (s *Service) Add(
	ctx context.Context, scope admin.Scope, code iso4217.Code, rate decimal.Decimal, confirmed ...Confirmation,
) (Currency, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Currency{}, err
	}
	if err := check(code, rate); err != nil {
		return Currency{}, err
	}
	base, err := s.base(ctx, scope.Org())
	if err != nil {
		return Currency{}, err
	}
	err = s.confirm(ctx, base.Code, code, rate, nil, slices.Contains(confirmed, Confirmed))
	if errors.Is(err, ErrFarOff) { // which does not matter for one that is there
		if _, found := s.ports.Currencies.Get(ctx, scope.Org(), code); !errors.Is(found, admin.ErrNotFound) {
			err = s.taken(ctx, scope.Org(), code)
		}
	}
	if err != nil {
		return Currency{}, err
	}
	c := s.currency(scope, code, rate)
	err = s.ports.Currencies.Create(ctx, scope.Org(), c, s.record(scope, ActionAdd, c))
	if errors.Is(err, admin.ErrExists) {
		return Currency{}, s.taken(ctx, scope.Org(), code)
	}
	if err != nil {
		return Currency{}, err
	}
	return c, nil
}

// taken returns why a currency cannot be added that there is already.
func (s *Service) taken(ctx context.Context, org admin.OrgID, code iso4217.Code) error {
	c, err := s.ports.Currencies.Get(ctx, org, code)
	switch {
	case err != nil && !errors.Is(err, admin.ErrNotFound):
		return err
	case c.Status == Archived:
		return fmt.Errorf("currency %s is archived: restore it, with the rate that it has: %w", code, admin.ErrExists)
	}
	return fmt.Errorf("currency %s is in use and its rate is fixed: %w", code, admin.ErrExists)
}

// Get returns one currency, archived or not, or [admin.ErrNotFound]. It requires [PermissionRead].
func (s *Service) Get(ctx context.Context, scope admin.Scope, code iso4217.Code) (Currency, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Currency{}, err
	}
	return s.ports.Currencies.Get(ctx, scope.Org(), code)
}

// Base returns the base currency, or [ErrNoBase]. It requires [PermissionRead].
func (s *Service) Base(ctx context.Context, scope admin.Scope) (Currency, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Currency{}, err
	}
	return s.base(ctx, scope.Org())
}

func (s *Service) base(ctx context.Context, org admin.OrgID) (Currency, error) {
	c, err := s.ports.Currencies.Base(ctx, org)
	if errors.Is(err, admin.ErrNotFound) {
		return Currency{}, ErrNoBase
	}
	return c, err
}

// List pages through the currencies that match f, in order of code. The zero Filter is all, archived ones
// too. It fails with [admin.ErrInvalid] for a status that does not exist. It requires [PermissionRead].
func (s *Service) List(
	ctx context.Context, scope admin.Scope, f Filter, q admin.Query,
) (admin.Page[Currency], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Currency]{}, err
	}
	if err := f.check(); err != nil {
		return admin.Page[Currency]{}, err
	}
	return admin.Paginate(scope.Org(), "currencies "+string(f.Status), q,
		func(seek admin.Seek[string]) ([]Currency, error) {
			return s.ports.Currencies.List(ctx, scope.Org(), f, seek)
		},
		func(c Currency) string { return string(c.Code) })
}

// All returns every currency that matches f in order of code. It requires [PermissionRead].
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Currency, error] {
	return admin.All(func(q admin.Query) (admin.Page[Currency], error) { return s.List(ctx, scope, f, q) })
}

// Table returns the rates of all currencies, archived ones too, as they are valid now, to convert many amounts. It
// requires [PermissionRead].
func (s *Service) Table(ctx context.Context, scope admin.Scope) (Table, error) {
	return s.TableAt(ctx, scope, s.runtime.Now())
}

// Convert is [Table.Convert] for a single amount, with the rates that are valid now. It requires [PermissionRead].
func (s *Service) Convert(
	ctx context.Context, scope admin.Scope, amount decimal.Decimal, from, to iso4217.Code,
) (decimal.Decimal, error) {
	return s.ConvertAt(ctx, scope, amount, from, to, s.runtime.Now())
}

func (s *Service) currency(scope admin.Scope, code iso4217.Code, rate decimal.Decimal) Currency {
	return Currency{
		Code: code, Status: Active, Rate: admin.CanonicalDecimal(rate),
		CreatedAt: s.runtime.Instant(), CreatedBy: scope.Actor(),
	}
}

func (s *Service) record(scope admin.Scope, action admin.Action, c Currency) admin.Record {
	return s.runtime.Record(scope, action, subject(c.Code),
		admin.Change{Field: "rate", To: rateText(c.Rate)})
}
