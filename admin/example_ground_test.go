package admin_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
)

// A service method takes a Scope and does nothing before it has required its permission.
func ExampleScope() {
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	scope := admin.NewScope("acme", ann, admin.Permissions("currencies.read"))

	fmt.Println(scope.Require("currencies.read"))
	fmt.Println(scope.Require("currencies.write"))
	fmt.Println(admin.Scope{}.Require("currencies.read"))
	// Output:
	// <nil>
	// user ann lacks the permission currencies.write: forbidden
	// the scope is empty: authentication is required: unauthenticated
}

// Problems reports everything that is wrong in one error.
func ExampleProblems() {
	var p admin.Problems
	p.Text("/name", "", 1, 255)
	p.ID("/id", " acme")
	err := p.Err()

	var invalid *admin.ValidationError
	if errors.As(err, &invalid) {
		for _, f := range invalid.Fields {
			fmt.Println(f.Path, f.Code, f.Message)
		}
	}
	// Output:
	// /name required is required: give 1 to 255 characters
	// /id format " acme" starts or ends with white space: remove it
}

func ExampleParseDecimal() {
	d, _ := admin.ParseDecimal("-12.50")
	fmt.Println(d)
	_, err := admin.ParseDecimal("1e3")
	fmt.Println(err)
	// Output:
	// -12.5
	// "1e3" is not a decimal number: write digits with at most one point, such as -12.50: invalid
}

// Secrets print, log and marshal as "[redacted]".
func ExampleSecret() {
	s := admin.NewSecret("hunter2")
	fmt.Printf("%v %+v %q\n", s, struct{ Token admin.Secret }{s}, s)
	fmt.Println(s.Reveal())
	// Output:
	// [redacted] {Token:[redacted]} [redacted]
	// hunter2
}

// A list method returns a page, whose Next asks for the one after it.
func ExamplePaginate() {
	cities := []string{"Aarhus", "Bern", "Cork", "Delft", "Essen"}
	list := func(q admin.Query) (admin.Page[string], error) {
		return admin.Paginate("acme", "cities", q, func(seek admin.Seek[string]) ([]string, error) {
			from, found := slices.BinarySearch(cities, seek.After)
			if found {
				from++
			}
			return cities[from:min(len(cities), from+seek.Limit)], nil
		}, func(city string) string { return city })
	}
	page, _ := list(admin.Query{Limit: 2})
	fmt.Println(page.Items)
	page, _ = list(admin.Query{Limit: 2, After: page.Next})
	fmt.Println(page.Items)
	for city, err := range admin.All(list) {
		fmt.Print(city, " ", err, "; ")
	}
	// Output:
	// [Aarhus Bern]
	// [Cork Delft]
	// Aarhus <nil>; Bern <nil>; Cork <nil>; Delft <nil>; Essen <nil>;
}
