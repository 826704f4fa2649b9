package storage

import (
	"context"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Own replaces ports of a Backend by a host's own, for a host that keeps these records in tables of its
// own. Each field is called with the stores of a transaction, or of the backend outside one, and returns
// the port that works there; nil keeps the backend's. The host's writes and the library's then commit
// together: sqlstore.TxOf gives the transaction that the stores write in.
//
//	own := storage.Own{Customers: func(s storage.Stores) customer.Store {
//		return ownCustomers{db: db, pool: pool, stores: s}
//	}}
//	center, err := admincenter.New(db, admincenter.Options{Own: own})
//
// A port adds the audit record of each write by Stores.Audit().Append. Outside a transaction it writes in
// one that it begins by Backend.InTx, so that the record commits with the rest. In a transaction it must
// not use another connection: the transaction holds locks, and with as many callers as connections each
// would wait for the others. The suite of storagetest checks a port that is replaced: storagetest.Customers
// and its siblings. examples/owntables is a whole host with such ports.
type Own struct {
	Customers func(Stores) customer.Store
	Accounts  func(Stores) customer.AccountStore
	Plans     func(Stores) priceplan.Store
	Schedules func(Stores) priceplan.ScheduleStore
}

// Stores returns s with the ports replaced, for stores over a host's transaction for example.
func (o Own) Stores(s Stores) Stores { return ownStores{s, o} }

// Backend returns b with the ports replaced, inside its transactions and outside.
func (o Own) Backend(b Backend) Backend { return ownBackend{ownStores{b, o}, b} }

type ownBackend struct {
	ownStores
	backend Backend
}

func (b ownBackend) InTx(ctx context.Context, fn func(Stores) error) error {
	return b.backend.InTx(ctx, func(s Stores) error { return fn(b.own.Stores(s)) })
}

type ownStores struct {
	Stores
	own Own
}

// Unwrap returns the stores in which ports were replaced.
func (s ownStores) Unwrap() Stores { return s.Stores }

func (s ownStores) Customers() customer.Store {
	return port(s, s.own.Customers, Stores.Customers)
}

func (s ownStores) Accounts() customer.AccountStore {
	return port(s, s.own.Accounts, Stores.Accounts)
}

func (s ownStores) Plans() priceplan.Store { return port(s, s.own.Plans, Stores.Plans) }

func (s ownStores) Schedules() priceplan.ScheduleStore {
	return port(s, s.own.Schedules, Stores.Schedules)
}

// port returns the host's port over the backend's stores, or the backend's if the host has none.
func port[P any](s ownStores, own, backend func(Stores) P) P {
	if own == nil {
		return backend(s.Stores)
	}
	return own(s.Stores)
}
