package iso4217_test

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func ExampleLookup() {
	unit, ok := iso4217.Lookup("KWD")
	fmt.Println(unit.Name, unit.MinorUnits, ok)
	// Output: Kuwaiti Dinar 3 true
}

// A record with a currency reports a wrong code together with its other problems.
func ExampleCheckMoney() {
	var p admin.Problems
	iso4217.CheckMoney(&p, "/currency", "eur")
	fmt.Println(p.Err())
	// Output: invalid input: /currency: "eur" is not an ISO 4217 currency code: write EUR
}
