package storagetest_test

import (
	"context"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// customerPort and accountPort change the changes that they get.
type customerPort struct {
	customer.Store
	change func(*customer.Change[customer.Customer])
}

func (s customerPort) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) ([]customer.Outcome[customer.Customer], error) {
	return s.Store.Apply(ctx, org, changed(changes, s.change), rec)
}

type accountPort struct {
	customer.AccountStore
	change func(*customer.Change[customer.Account])
}

func (s accountPort) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Account], rec admin.Record,
) ([]customer.Outcome[customer.Account], error) {
	return s.AccountStore.Apply(ctx, org, changed(changes, s.change), rec)
}

func changed[T customer.Record](changes []customer.Change[T], change func(*customer.Change[T])) []customer.Change[T] {
	out := slices.Clone(changes)
	for i := range out {
		change(&out[i])
	}
	return out
}

// customerFaults are adapters that lose a part of a change.
func customerFaults() []fault {
	customers := func(name, caught string, change func(*customer.Change[customer.Customer])) fault {
		return fault{
			name:      name,
			customers: func(s customer.Store, _ *known) customer.Store { return customerPort{s, change} },
			caught:    caught,
		}
	}
	accounts := func(name, caught string, change func(*customer.Change[customer.Account])) fault {
		return fault{
			name:     name,
			accounts: func(s customer.AccountStore, _ *known) customer.AccountStore { return accountPort{s, change} },
			caught:   caught,
		}
	}
	return []fault{
		customers("Customers.Apply loses the mode", "Customers/leaves what exists alone, unless it is to be updated", func(c *customer.Change[customer.Customer]) {
			c.Mode = customer.ModeUpsert
		}),
		customers("Customers.Apply loses the keys", "Customers/replaces metadata as a whole, or by name", func(c *customer.Change[customer.Customer]) {
			c.Keys = nil
		}),
		customers("Customers.Apply loses the version", "Customers/updates what exists, in the version that was read only", func(c *customer.Change[customer.Customer]) {
			c.Version = 0
		}),
		customers("Customers.Apply loses the accounts", "Customers/archives", func(c *customer.Change[customer.Customer]) {
			c.Accounts = nil
		}),
		customers("Customers.Apply loses the instant", "Customers/creates with every field and metadata", func(c *customer.Change[customer.Customer]) {
			c.At = c.At.AddDate(1, 0, 0)
		}),
		accounts("Accounts.Apply loses the currencies", "Accounts/gives no account a currency that is refused",
			func(c *customer.Change[customer.Account]) { c.Currencies = nil }),
		accounts("Accounts.Apply loses the version", "Accounts/updates metadata by name, in the version that was read only",
			func(c *customer.Change[customer.Account]) { c.Version = 0 }),
		accounts("Accounts.Apply loses the keys", "Accounts/updates metadata by name, in the version that was read only",
			func(c *customer.Change[customer.Account]) { c.Keys = nil }),
		accounts("Accounts.Apply restores what is to stay archived", "Accounts/restores what is archived by a status, unless it is to stay",
			func(c *customer.Change[customer.Account]) { c.KeepArchived = false }),
	}
}
