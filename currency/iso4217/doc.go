// Package iso4217 is the list of currency codes of ISO 4217.
//
//	unit, ok := iso4217.Lookup("EUR") // Euro, 978, two minor units
//
// [CheckMoney] checks the code of a currency that amounts are in; every record with a currency uses it.
package iso4217
