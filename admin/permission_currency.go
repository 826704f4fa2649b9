package admin

// The permissions of this package.
const (
	CurrenciesRead  Permission = "currencies.read"  // list currencies, convert
	CurrenciesWrite Permission = "currencies.write" // set the base, add a currency
)
