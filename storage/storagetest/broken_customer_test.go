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

// keptPort reports what is removed and keeps it.
type keptPort struct{ customer.Store }

func (s keptPort) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) ([]customer.Outcome[customer.Customer], error) {
	var rest []customer.Change[customer.Customer]
	kept := map[int]customer.Customer{}
	for i, c := range changes {
		had, err := s.Get(ctx, org, c.Record.ID)
		if c.Mode == customer.ModeRemove && err == nil && had.Version == c.Version {
			kept[i] = had
			continue
		}
		rest = append(rest, c)
	}
	made, err := s.Store.Apply(ctx, org, rest, rec)
	if err != nil {
		return nil, err
	}
	out := make([]customer.Outcome[customer.Customer], 0, len(changes))
	for i := range changes {
		if had, ok := kept[i]; ok {
			out = append(out, customer.Outcome[customer.Customer]{Result: customer.Removed, Before: had})
			continue
		}
		out, made = append(out, made[0]), made[1:]
	}
	return out, nil
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
		{
			name:      "Customers.Apply removes nothing",
			customers: func(s customer.Store, _ *known) customer.Store { return keptPort{s} },
			caught:    "Customers/removes",
		},
		customers("Customers.Apply removes any version", "Customers/removes", func(c *customer.Change[customer.Customer]) {
			if c.Mode == customer.ModeRemove {
				c.Version = 1
			}
		}),
		accounts("Accounts.Apply archives what is to be removed", "Customers/removes",
			func(c *customer.Change[customer.Account]) {
				if status, err := customer.Accounts().Mask("status"); err == nil && c.Mode == customer.ModeRemove {
					c.Mode, c.Given, c.Record.Status = customer.ModeUpdate, status, customer.Archived
				}
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
