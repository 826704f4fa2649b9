package admin_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/memory"
)

// A company signs up, its first user invites a colleague, and the colleague signs in.
func ExamplePeople() {
	ctx, b := context.Background(), memory.New()
	people := admin.NewPeople(b.Organizations(), b.Users(), b.Invitations(), admin.PeopleOptions{})

	_, _, err := people.CreateOrganization(ctx, admin.NewOrganization{
		ID: "acme", Name: "Acme Ltd",
		Admin: admin.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: admin.NewSecret("violin quarry sleet ember")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann, err := people.SignIn(ctx, "acme", "ann@acme.example", admin.NewSecret("violin quarry sleet ember"))
	if err != nil {
		fmt.Println(err)
		return
	}

	invitation, secret, err := people.Invite(ctx, ann.Scope, "bob@acme.example", admin.Developer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("send to", invitation.Email, "a link with", secret) // secret.Reveal() goes into the link

	_, err = people.Accept(ctx, "acme", secret, admin.AcceptInput{Name: "Bob", Password: admin.NewSecret("lantern fjord sixpence oak")})
	if err != nil {
		fmt.Println(err)
		return
	}
	bob, err := people.SignIn(ctx, "acme", "bob@acme.example", admin.NewSecret("lantern fjord sixpence oak"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bob.User.Name, "is", bob.User.Role)

	_, _, err = people.Invite(ctx, bob.Scope, "carl@acme.example", admin.Analyst)
	fmt.Println("Bob may invite:", !errors.Is(err, admin.ErrForbidden))
	// Output:
	// send to bob@acme.example a link with [redacted]
	// Bob is developer
	// Bob may invite: false
}

// Hosts add permissions and roles of their own; the Administrator gets them too.
func ExampleRoles_With() {
	roles := admin.DefaultRoles().With("billing", admin.CurrenciesRead, "invoices.write")
	billing, _ := roles.Permissions("billing")
	administrator, _ := roles.Permissions(admin.Administrator)
	fmt.Println(billing, administrator.Has("invoices.write"))
	// Output: currencies.read invoices.write true
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
