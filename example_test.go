package admincenter_test

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx := context.Background()
	if err := start(ctx); err != nil {
		fmt.Println(err)
	}
	// Output: USD
}

// start is the README's snippet; TestReadmeSnippet keeps them the same.
func start(ctx context.Context) error {
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	if err != nil {
		return err
	}
	password := admin.NewSecret("seven herons over Lake Vann") // never prints
	// The host creates the tenant and its first administrator ...
	_, _, err = center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Inc.",
		Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: password},
	})
	if err != nil {
		return err
	}
	// ... who signs in, and then acts within her permissions.
	session, err := center.People.SignIn(ctx, "acme", people.SignInInput{Email: "ann@acme.example", Password: password})
	if err != nil {
		return err
	}
	base, err := center.Currencies.SetBase(ctx, session.Scope, "USD")
	// end of the snippet
	fmt.Println(base.Code)
	return err
}
