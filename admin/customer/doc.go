// Package customer keeps the customers of an organization and their billing accounts.
//
//	c, err := center.Customers.Create(ctx, session.Scope, customer.Customer{
//		ID: "acme", Name: "Acme Ltd", PrimaryEmail: "billing@acme.example",
//	})
//	c, err = center.Customers.Edit(ctx, session.Scope, "acme", c.Version, customer.Edit{Name: customer.Set("Acme Inc.")})
//	page, err := center.Customers.Accounts(ctx, session.Scope, customer.AccountFilter{CustomerID: "acme"}, admin.Query{})
//
// # By hand
//
// [Service] creates, edits, archives, restores, lists and counts customers and accounts. The fields and their
// limits are Togai's; limits that Togai does not state are the constants of this package. An [Edit] changes
// the fields that it gives and no others, and reads JSON as a merge patch (RFC 7396).
//
// An account belongs to one customer. A customer that is archived gets no accounts, and is only archived when its
// accounts are, or together with them.
//
// [Service.Erase] takes all that may be about a person out of an archived customer and its accounts, for good.
//
// # In sets
//
// [Store.Apply] and [AccountStore.Apply] make many [Change]s with few statements, and return an [Outcome] for
// each, with the record as it was and as it is. Imports write through them, and so does Service.
//
// A host with tables of its own implements the two stores together, because customers and accounts refer to each
// other. [Table.Decide] takes every decision: a store looks up what changes name ([IDs], [Owners], [AliasValues],
// [Closing], [Erasing]), passes it as [Known], and writes the records of the outcomes that are Created or Updated.
package customer
