// Package currency keeps an organization's currencies: a base currency, and others with the rate at
// which they convert to it.
//
//	base, err := currencies.SetBase(ctx, scope, "USD")
//	eur, err := currencies.Add(ctx, scope, "EUR", decimal.RequireFromString("1.08"))
//	usd, err := currencies.Convert(ctx, scope, decimal.RequireFromString("19.99"), "EUR", "USD") // 21.59
//
// A saved rate can never be changed: no method does it, the [Store] port cannot express it, and the
// SQL schema refuses it. The rates are for showing and reporting amounts in one currency; what a
// customer is charged is always reckoned in the currency that their price plan defines, as Togai's
// Admin Center has it.
//
// [Units] is the whole of ISO 4217 to choose from. Amounts and rates are exact decimals; [Round]
// and conversion round once, to the minor units of the target, ties to even.
package currency
