package currency

// What the tests of this package share with those outside it.
var (
	HalfEven    = halfEven
	SomeDecimal = someDecimal
)

// RandomCases is how many random cases a law is checked on.
const RandomCases = randomCases
