package admin_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/memory"
)

// A service method takes a Scope and does nothing before it has required its permission.
func ExampleScope() {
	roles := admin.DefaultRoles()
	analyst, _ := roles.Permissions(admin.Analyst)
	scope := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "ann"}, analyst)

	fmt.Println(scope.Require(admin.CurrenciesRead))
	fmt.Println(scope.Require(admin.CurrenciesWrite))
	fmt.Println(admin.Scope{}.Require(admin.CurrenciesRead))
	// Output:
	// <nil>
	// user ann lacks the permission currencies.write: forbidden
	// nobody is acting: get a Scope from a user, a token or admin.System: unauthenticated
}

// Hosts add permissions and roles of their own; the Administrator gets them too.
func ExampleRoles_With() {
	roles := admin.DefaultRoles().With("billing", admin.CurrenciesRead, "invoices.write")
	billing, _ := roles.Permissions("billing")
	administrator, _ := roles.Permissions(admin.Administrator)
	fmt.Println(billing, administrator.Has("invoices.write"))
	// Output: currencies.read invoices.write true
}

// Problems tells a caller everything that is wrong at once.
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
	// /id format " acme" starts or ends with a blank: remove it
}

// Addresses are kept as they were given and compared by their Key.
func ExampleParseEmail() {
	given, _ := admin.ParseEmail("Ann@MÜNCHEN.example")
	fmt.Println(given, given.Key)
	_, err := admin.ParseEmail("\u212aate@example.com") // begins with the KELVIN SIGN
	fmt.Println(err)
	// Output:
	// Ann@MÜNCHEN.example ann@xn--mnchen-3ya.example
	// "Kate@example.com" is not an e-mail address: before the @ use letters, digits and .!#$%&'*+/=?^_`{|}~-: invalid
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

// Every change leaves a record that tells who did what.
func ExampleTrail() {
	ctx, backend := context.Background(), memory.New()
	runtime := admin.Runtime{}.WithDefaults()
	system := admin.System("acme")
	ann := admin.User{ID: uuid.New(), Name: "Ann", Role: admin.Administrator, Status: admin.UserActive, Version: 1}
	subject := admin.Subject{Kind: "organization", ID: "acme"}
	err := backend.Organizations().Create(ctx, admin.Organization{ID: "acme", Name: "Acme", Version: 1}, ann, admin.Credential{UserID: ann.ID},
		runtime.Record(system, "organization.create", subject))
	if err != nil {
		fmt.Println(err)
		return
	}

	trail := admin.NewTrail(backend.Audit())
	page, err := trail.List(ctx, system, admin.AuditFilter{Subject: subject}, admin.Query{Limit: 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range page.Items {
		fmt.Println(r.Actor, r.Action, r.Subject.ID)
	}
	// Output: system organization.create acme
}
