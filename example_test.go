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

// A host keeps what it does itself in the same trail.
func Example_ownRecords() {
	ctx := context.Background()
	// Whose calls of the host's own leave records needs a permission for it.
	roles := admincenter.DefaultRoles().With(people.Administrator, admin.PermissionAuditWrite)
	center, err := admincenter.New(memory.New(), admincenter.Options{Roles: roles})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Inc.", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := center.People.From(admin.Request{Source: "192.0.2.7"}).SignInVerified(ctx, "acme", "ann@acme.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	// In the transaction of the host's own write, center.InTx or center.In, the record commits with that.
	invoice := admin.Subject{Kind: "invoice", ID: "i-7"}
	sent, err := center.Trail.Append(ctx, session.Scope, "invoice.send", invoice, admin.Change{Field: "to", To: "l@lumen.example"})
	fmt.Println(sent.Action, sent.Subject.ID, sent.Actor.Kind, sent.Request.Source, err)
	_, err = center.Trail.Append(ctx, session.Scope, "currency.add", invoice)
	fmt.Println(admin.Message(err))
	// Output:
	// invoice.send i-7 USER 192.0.2.7 <nil>
	// Audit record: invalid input: /action: "currency.add" is of a noun that the library writes: use one of your own.
}
