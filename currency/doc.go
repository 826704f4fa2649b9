// Package currency keeps an organization's currencies: a base currency, and others with the rate at
// which they convert to it.
//
//	base, err := currencies.SetBase(ctx, scope, "USD")
//	eur, err := currencies.Add(ctx, scope, "EUR", decimal.RequireFromString("1.08"))
//	usd, err := currencies.Convert(ctx, scope, decimal.RequireFromString("19.99"), "EUR", "USD") // 21.59
//
// A saved rate can never be changed: [Service] has no method for it, the [Store] port cannot express
// it, and the SQL schema refuses it. The rates are for reporting amounts in one currency; customers
// are always charged in the currency of their price plan, as in Togai's Admin Center.
//
// [iso4217.Units] lists the codes to choose from. Amounts and rates are exact decimals; [Round] and
// [Table.Convert] round once, to the minor units of the target, ties to even. [Rounding] has the other modes.
package currency
