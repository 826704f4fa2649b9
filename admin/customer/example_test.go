package customer_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx := context.Background()
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = center.People.CreateOrganization(ctx, people.NewOrganization{ID: "acme", Name: "Acme", Admin: people.NewAdmin{
		Name: "Ann", Email: "ann@acme.example", Password: admin.NewSecret("seven herons over Lake Vann"),
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	scope, customers := admin.System("acme"), center.Customers
	c, err := customers.Create(ctx, scope, customer.Customer{ID: "lumen", Name: "Lumen", PrimaryEmail: "pay@lumen.example"})
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err = customers.Edit(ctx, scope, c.ID, c.Version, customer.Edit{
		Address: customer.AddressEdit{City: customer.Set("Bonn"), Country: customer.Set("DE")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Name, c.City, c.Version)
	_, err = customers.CreateAccount(ctx, scope, customer.Account{
		ID: "lumen-main", Name: "Lumen main", CustomerID: c.ID, InvoiceCurrency: "EUR", Tags: []string{"Retail"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = customers.Archive(ctx, scope, c.ID, c.Version, customer.ArchiveInput{})
	fmt.Println(errors.Is(err, customer.ErrHasAccounts), admin.Message(err))
	c, err = customers.Archive(ctx, scope, c.ID, c.Version, customer.ArchiveInput{Accounts: true})
	fmt.Println(c.Status, err)
	// Output:
	// Lumen Bonn 2
	// true Customer "lumen" has accounts that are not archived: "lumen-main": archive them first, or together with the customer.
	// ARCHIVED <nil>
}

// A store is given many changes at a time, and returns what became of each.
func ExampleChange() {
	kind := customer.Customers()
	given, err := kind.Mask("name")
	if err != nil {
		fmt.Println(err)
		return
	}
	known := customer.Known[customer.Customer]{Records: map[string]customer.Customer{
		"c1": {ID: "c1", Name: "Lumen", PrimaryEmail: "pay@lumen.example", Status: customer.Active, Version: 3},
	}}
	outcomes, err := kind.Decide([]customer.Change[customer.Customer]{
		{Mode: customer.ModeUpsert, Record: customer.Customer{ID: "c1", Name: "Lumen Ltd"}, Given: given},
		{Mode: customer.ModeUpdate, Record: customer.Customer{ID: "c2", Name: "Orbit"}, Given: given},
	}, known)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range outcomes {
		fmt.Println(o.Result, o.Reason, o.Before.Name, o.After.Name, o.After.PrimaryEmail, o.After.Version)
	}
	// Output:
	// UPDATED  Lumen Lumen Ltd pay@lumen.example 4
	// REFUSED not_found    0
}
