package currency

// What the tests of this package share with those outside it.
var (
	HalfEven    = halfEven
	SomeDecimal = someDecimal
	RandomCases = randomCases
)
