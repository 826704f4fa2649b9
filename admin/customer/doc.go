// Package customer keeps the customers of an organization and their billing accounts.
//
//	c, err := center.Customers.Customer(ctx, session.Scope, "acme")
//	page, err := center.Customers.Accounts(ctx, session.Scope, customer.AccountFilter{CustomerID: c.ID}, admin.Query{})
package customer
