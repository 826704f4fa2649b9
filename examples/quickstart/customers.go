package main

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// customers keeps one customer by hand: creates, edits, archives.
func (t *tour) customers(ctx context.Context) error {
	t.tab("Customers")
	customers := t.center.Customers
	c, err := customers.Create(ctx, t.scope, customer.Customer{
		ID: "walk-in", Name: "Walk-in GmbH", PrimaryEmail: "hello@walk-in.example",
		Address: customer.Address{City: "Bonn", Country: "DE"},
	})
	if errors.Is(err, admin.ErrExists) { // this is not the first tour
		if c, err = customers.Get(ctx, t.scope, "walk-in"); err == nil {
			c, err = customers.Restore(ctx, t.scope, c.ID, c.Version)
		}
	}
	if err != nil {
		return err
	}
	c, err = customers.Edit(ctx, t.scope, c.ID, c.Version, customer.Edit{
		Name: customer.Set("Walk-in Ltd"), Address: customer.AddressEdit{City: customer.Set("Dublin"),
			Country: customer.Set("IE")},
	})
	if err != nil {
		return err
	}
	t.say("%s (%s) is at %s, %s; version %d.", c.Name, c.ID, c.City, c.Country, c.Version)
	_, err = customers.Edit(ctx, t.scope, c.ID, c.Version,
		customer.Edit{Name: customer.Set("W"), PrimaryEmail: customer.Set("missing")})
	t.say("An edit that cannot be: %s", admin.Message(err))
	if err := t.account(ctx, c); err != nil {
		return err
	}
	if _, err = customers.Archive(ctx, t.scope, c.ID, c.Version, customer.ArchiveInput{}); !errors.Is(err,
		customer.ErrHasAccounts) {
		return err
	}
	t.say("%s", admin.Message(err))
	if c, err = customers.Archive(ctx, t.scope, c.ID, c.Version, customer.ArchiveInput{Accounts: true}); err != nil {
		return err
	}
	t.say("%s is %s, together with its accounts.", c.Name, c.Status)
	active, err := customers.Count(ctx, t.scope, customer.Filter{Status: customer.Active})
	if err != nil {
		return err
	}
	t.say("%d customers are active; looking for \"WALK\" finds:", active)
	for c, err := range customers.All(ctx, t.scope, customer.Filter{Text: "WALK"}) {
		if err != nil {
			return err
		}
		t.say("  %s  %s  %s", c.ID, c.Name, c.Status)
	}
	return nil
}

// account gives the customer an account, under which usage events may also name it by its meter.
func (t *tour) account(ctx context.Context, c customer.Customer) error {
	a, err := t.center.Customers.CreateAccount(ctx, t.scope, customer.Account{
		ID: c.ID + "-main", Name: c.Name, CustomerID: c.ID, InvoiceCurrency: "EUR", Tags: []string{"Retail"},
		Aliases: []customer.Alias{{Value: "meter-7"}},
	})
	if errors.Is(err, admin.ErrExists) {
		if a, err = t.center.Customers.Account(ctx, t.scope, c.ID+"-main"); err == nil {
			a, err = t.center.Customers.RestoreAccount(ctx, t.scope, a.ID, a.Version)
		}
	}
	if err != nil {
		return err
	}
	t.say("Its account %s has the alias %s and the tags %v.", a.ID, a.Aliases[0].Value, a.Tags)
	return nil
}
