package storagetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// currencyPort replaces single methods of a port.
type currencyPort struct {
	currency.Store
	create func(context.Context, admin.OrgID, currency.Currency, admin.Record) error
	get    func(context.Context, admin.OrgID, iso4217.Code) (currency.Currency, error)
	base   func(context.Context, admin.OrgID) (currency.Currency, error)
	list   func(context.Context, admin.OrgID, currency.Filter, admin.Seek[string]) ([]currency.Currency, error)

	archive func(context.Context, admin.OrgID, iso4217.Code, currency.Archival, admin.Record) error
	restore func(context.Context, admin.OrgID, iso4217.Code, admin.Record) error
	addRate func(context.Context, admin.OrgID, currency.Rate, admin.Record) error
	rates   func(context.Context, admin.OrgID, iso4217.Code, admin.Seek[int64]) ([]currency.Rate, error)
	ratesAt func(context.Context, admin.OrgID, time.Time) ([]currency.Valued, error)
	rateAt  func(context.Context, admin.OrgID, iso4217.Code, time.Time) (currency.Valued, error)
}

func (s currencyPort) Create(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
	if s.create == nil {
		return s.Store.Create(ctx, org, c, rec)
	}
	return s.create(ctx, org, c, rec)
}

func (s currencyPort) Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (currency.Currency, error) {
	if s.get == nil {
		return s.Store.Get(ctx, org, code)
	}
	return s.get(ctx, org, code)
}

func (s currencyPort) Base(ctx context.Context, org admin.OrgID) (currency.Currency, error) {
	if s.base == nil {
		return s.Store.Base(ctx, org)
	}
	return s.base(ctx, org)
}

func (s currencyPort) List(ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string]) ([]currency.Currency, error) {
	if s.list == nil {
		return s.Store.List(ctx, org, f, seek)
	}
	return s.list(ctx, org, f, seek)
}

func (s currencyPort) Archive(ctx context.Context, org admin.OrgID, code iso4217.Code, a currency.Archival, rec admin.Record) error {
	if s.archive == nil {
		return s.Store.Archive(ctx, org, code, a, rec)
	}
	return s.archive(ctx, org, code, a, rec)
}

func (s currencyPort) Restore(ctx context.Context, org admin.OrgID, code iso4217.Code, rec admin.Record) error {
	if s.restore == nil {
		return s.Store.Restore(ctx, org, code, rec)
	}
	return s.restore(ctx, org, code, rec)
}

func (s currencyPort) AddRate(ctx context.Context, org admin.OrgID, r currency.Rate, rec admin.Record) error {
	if s.addRate == nil {
		return s.Store.AddRate(ctx, org, r, rec)
	}
	return s.addRate(ctx, org, r, rec)
}

func (s currencyPort) Rates(ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64]) ([]currency.Rate, error) {
	if s.rates == nil {
		return s.Store.Rates(ctx, org, code, seek)
	}
	return s.rates(ctx, org, code, seek)
}

func (s currencyPort) RatesAt(ctx context.Context, org admin.OrgID, at time.Time) ([]currency.Valued, error) {
	if s.ratesAt == nil {
		return s.Store.RatesAt(ctx, org, at)
	}
	return s.ratesAt(ctx, org, at)
}

func (s currencyPort) RateAt(ctx context.Context, org admin.OrgID, code iso4217.Code, at time.Time) (currency.Valued, error) {
	if s.rateAt == nil {
		return s.Store.RateAt(ctx, org, code, at)
	}
	return s.rateAt(ctx, org, code, at)
}

func currencyFaults() []fault {
	port := func(name, caught string, with func(s currency.Store, k *known) currencyPort) fault {
		return fault{
			name: name,
			currencies: func(s currency.Store, k *known) currency.Store {
				p := with(s, k)
				p.Store = s
				return p
			},
			caught: caught,
		}
	}
	create := func(name, caught string, change func(*currency.Currency)) fault {
		return port(name, caught, func(s currency.Store, _ *known) currencyPort {
			return currencyPort{create: func(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
				change(&c)
				return s.Create(ctx, org, c, rec)
			}}
		})
	}
	list := func(name string, change func(*admin.Seek[string]), then func([]currency.Currency)) fault {
		return port(name, "Currencies/pages in order of code", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{list: func(ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string]) ([]currency.Currency, error) {
				change(&seek)
				cs, err := s.List(ctx, org, f, seek)
				then(cs)
				return cs, err
			}}
		})
	}
	addRate := func(name, caught string, add func(s currency.Store, r currency.Rate) (currency.Rate, bool)) fault {
		return port(name, caught, func(s currency.Store, _ *known) currencyPort {
			return currencyPort{addRate: func(ctx context.Context, org admin.OrgID, r currency.Rate, rec admin.Record) error {
				r, quiet := add(s, r)
				if err := s.AddRate(ctx, org, r, rec); !quiet || !errors.Is(err, admin.ErrConflict) {
					return err
				}
				return nil
			}}
		})
	}
	valid := func(name string, at func(time.Time) time.Time) fault {
		return port(name, "Currencies/finds the rate that is valid at an instant", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{
				ratesAt: func(ctx context.Context, org admin.OrgID, t time.Time) ([]currency.Valued, error) {
					return s.RatesAt(ctx, org, at(t))
				},
				rateAt: func(ctx context.Context, org admin.OrgID, code iso4217.Code, t time.Time) (currency.Valued, error) {
					return s.RateAt(ctx, org, code, at(t))
				},
			}
		})
	}
	return []fault{
		create("Currencies.Create loses whom support acts for", "Values/keep support and whom it acts for/currencies",
			func(c *currency.Currency) { c.CreatedBy.For = "" }),
		addRate("Currencies.AddRate rounds a rate", "Currencies/keeps every digit of a further rate", func(_ currency.Store, r currency.Rate) (currency.Rate, bool) {
			r.Rate = r.Rate.Truncate(15)
			return r, false
		}),
		addRate("Currencies.AddRate forgets who did it", "Currencies/keeps every digit of a further rate", func(_ currency.Store, r currency.Rate) (currency.Rate, bool) {
			r.CreatedBy = admin.Actor{Kind: r.CreatedBy.Kind}
			return r, false
		}),
		addRate("Currencies.AddRate says nothing of a number that is taken", "Currencies/refuses a rate whose number is taken and one of the past", func(_ currency.Store, r currency.Rate) (currency.Rate, bool) {
			return r, true
		}),
		addRate("Currencies.AddRate moves a rate out of the past", "Currencies/refuses a rate whose number is taken and one of the past", func(_ currency.Store, r currency.Rate) (currency.Rate, bool) {
			if r.ValidFrom.Before(r.CreatedAt) {
				r.ValidFrom = r.CreatedAt
			}
			return r, false
		}),
		addRate("Currencies.AddRate says nothing of a lost rate", "Currencies/keeps one of several rates with one number", func(_ currency.Store, r currency.Rate) (currency.Rate, bool) {
			return r, r.Rate.GreaterThan(decimal.NewFromInt(9)) && r.ValidFrom.Sub(r.CreatedAt) == time.Hour
		}),
		port("Currencies.Rates has its own order", "Currencies/pages rates from the last that was saved", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{rates: func(ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64]) ([]currency.Rate, error) {
				rs, err := s.Rates(ctx, org, code, seek)
				slices.Reverse(rs)
				return rs, err
			}}
		}),
		port("Currencies.Rates looks into every organization", "Methods/Currencies.Rates/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{rates: func(ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64]) ([]currency.Rate, error) {
				return in(k, org, func(org admin.OrgID) ([]currency.Rate, error) { return s.Rates(ctx, org, code, seek) }, notEmpty)
			}}
		}),
		port("Currencies.RatesAt looks into every organization", "Methods/Currencies.RatesAt/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{ratesAt: func(ctx context.Context, org admin.OrgID, at time.Time) ([]currency.Valued, error) {
				return in(k, org, func(org admin.OrgID) ([]currency.Valued, error) { return s.RatesAt(ctx, org, at) }, notEmpty)
			}}
		}),
		port("Currencies.RateAt looks into every organization", "Methods/Currencies.RateAt/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{rateAt: func(ctx context.Context, org admin.OrgID, code iso4217.Code, at time.Time) (currency.Valued, error) {
				return in(k, org, func(org admin.OrgID) (currency.Valued, error) { return s.RateAt(ctx, org, code, at) }, anything)
			}}
		}),
		valid("Currencies.RatesAt takes no rate for its own instant", func(t time.Time) time.Time { return t.Add(-time.Microsecond) }),
		valid("Currencies.RatesAt has the newest rates", func(t time.Time) time.Time { return t.Add(1000 * time.Hour) }),
		port("Currencies.Get looks into every organization", "Methods/Currencies.Get/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{get: func(ctx context.Context, org admin.OrgID, code iso4217.Code) (currency.Currency, error) {
				return in(k, org, func(org admin.OrgID) (currency.Currency, error) { return s.Get(ctx, org, code) }, anything)
			}}
		}),
		port("Currencies.Base looks into every organization", "Methods/Currencies.Base/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{base: func(ctx context.Context, org admin.OrgID) (currency.Currency, error) {
				return in(k, org, func(org admin.OrgID) (currency.Currency, error) { return s.Base(ctx, org) }, anything)
			}}
		}),
		port("Currencies.List looks into every organization", "Methods/Currencies.List/hides and keeps everything from another organization", func(s currency.Store, k *known) currencyPort {
			return currencyPort{list: func(ctx context.Context, org admin.OrgID, f currency.Filter, seek admin.Seek[string]) ([]currency.Currency, error) {
				return in(k, org, func(org admin.OrgID) ([]currency.Currency, error) { return s.List(ctx, org, f, seek) }, notEmpty)
			}}
		}),
		port("Currencies.Create says nothing of a code that is taken", "Currencies/refuses a code that is taken and keeps the rate", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{create: func(ctx context.Context, org admin.OrgID, c currency.Currency, rec admin.Record) error {
				if err := s.Create(ctx, org, c, rec); !errors.Is(err, admin.ErrExists) {
					return err
				}
				return nil
			}}
		}),
		create("Currencies.Create keeps a second base as another currency", "Currencies/has no base until one is created, and then one only", func(c *currency.Currency) {
			if c.Base && c.Code == "EUR" {
				c.Base = false
			}
		}),
		create("Currencies.Create rounds a rate", "Currencies/keeps every digit of a rate", func(c *currency.Currency) { c.Rate = c.Rate.Truncate(15) }),
		create("Currencies.Create forgets who did it", "Currencies/keeps every digit of a rate", func(c *currency.Currency) { c.CreatedBy = admin.Actor{Kind: c.CreatedBy.Kind} }),
		list("Currencies.List starts again with each page", func(seek *admin.Seek[string]) { seek.After = "" }, func([]currency.Currency) {}),
		list("Currencies.List gives one more than was asked for", func(seek *admin.Seek[string]) { seek.Limit++ }, func([]currency.Currency) {}),
		list("Currencies.List leaves out the first of each page", func(seek *admin.Seek[string]) {
			if seek.After != "" {
				seek.After += "~"
				seek.After = strings.Replace(seek.After, "DKK~", "NOK", 1)
			}
		}, func([]currency.Currency) {}),
		port("Currencies.List takes every status for every other", "Currencies/lists currencies by status", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{list: func(ctx context.Context, org admin.OrgID, _ currency.Filter, seek admin.Seek[string]) ([]currency.Currency, error) {
				return s.List(ctx, org, currency.Filter{}, seek)
			}}
		}),
		port("Currencies.Archive archives again", "Currencies/archives a currency and restores it with its rate", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{archive: func(ctx context.Context, org admin.OrgID, code iso4217.Code, a currency.Archival, rec admin.Record) error {
				if err := s.Archive(ctx, org, code, a, rec); !errors.Is(err, admin.ErrExists) {
					return err
				}
				return nil
			}}
		}),
		port("Currencies.Archive forgets who did it", "Currencies/archives a currency and restores it with its rate", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{archive: func(ctx context.Context, org admin.OrgID, code iso4217.Code, a currency.Archival, rec admin.Record) error {
				a.By = admin.Actor{Kind: a.By.Kind}
				return s.Archive(ctx, org, code, a, rec)
			}}
		}),
		port("Currencies.Restore says nothing of one in use", "Currencies/archives a currency and restores it with its rate", func(s currency.Store, _ *known) currencyPort {
			return currencyPort{restore: func(ctx context.Context, org admin.OrgID, code iso4217.Code, rec admin.Record) error {
				if err := s.Restore(ctx, org, code, rec); !errors.Is(err, admin.ErrNotFound) {
					return err
				}
				return nil
			}}
		}),
		list("Currencies.List has its own order", func(*admin.Seek[string]) {}, slices.Reverse[[]currency.Currency]),
	}
}
