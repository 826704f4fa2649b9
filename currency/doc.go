// Package currency keeps an organization's currencies: a base currency, and others with the rate at
// which they convert to it.
//
//	base, err := currencies.SetBase(ctx, scope, "USD")
//	eur, err := currencies.Add(ctx, scope, "EUR", decimal.RequireFromString("1.08"))
//	usd, err := currencies.Convert(ctx, scope, decimal.RequireFromString("19.99"), "EUR", "USD") // 21.59
//
// # Rates
//
// A saved rate can never be changed: [Service] has no method for it, the [Store] port cannot express
// it, and the SQL schema refuses it. [Service.AddRate] corrects it from now or a later instant on, and what was
// converted as of an earlier one stays as it is: [Service.TableAt] and [Service.ConvertAt] convert as of an instant.
// [Service.Preview] shows a rate in both directions before it is saved, and one that is far off must be confirmed.
// The rates are for reporting amounts in one currency; customers are always charged in the currency of their price
// plan, as in Togai's Admin Center.
//
// # Archiving
//
// [Service.Archive] takes a currency out of use: price plans, accounts and schedules are refused it, as they are one
// that the organization does not have ([Uses]). What is in it keeps it, it still converts, and it can be restored.
// An organization without a base currency is refused none.
//
// # Amounts
//
// [Money] is an exact amount in a currency. [Money.Allocate], [Money.Split] and [Table.ConvertParts] give parts that
// sum exactly to the whole. [Round] and [Table.Convert] round once, to the minor units of the target, ties to even;
// [Rounding] has the other modes. [iso4217.Units] lists the codes to choose from.
package currency
