package people_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/storage/memory"
)

// A company signs up, its first user invites a colleague, and the colleague signs in.
func ExampleService() {
	ctx, b := context.Background(), memory.New()
	service, err := people.NewService(people.Ports{
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Roles: b.Roles(),
	}, people.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}

	_, _, err = service.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Ltd",
		Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: admin.NewSecret("violin quarry sleet ember")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann, err := service.SignIn(ctx, "acme", "ann@acme.example", admin.NewSecret("violin quarry sleet ember"))
	if err != nil {
		fmt.Println(err)
		return
	}

	invitation, secret, err := service.Invite(ctx, ann.Scope, "bob@acme.example", people.Developer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("send to", invitation.Email, "a link with", secret) // secret.Reveal() goes into the link

	_, err = service.Accept(ctx, "acme", secret, people.AcceptInput{Name: "Bob", Password: admin.NewSecret("lantern fjord sixpence oak")})
	if err != nil {
		fmt.Println(err)
		return
	}
	bob, err := service.SignIn(ctx, "acme", "bob@acme.example", admin.NewSecret("lantern fjord sixpence oak"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bob.User.Name, "is", bob.User.Role)

	_, _, err = service.Invite(ctx, bob.Scope, "carl@acme.example", people.Analyst)
	fmt.Println("Bob may invite:", !errors.Is(err, admin.ErrForbidden))
	// Output:
	// send to bob@acme.example a link with [redacted]
	// Bob is developer
	// Bob may invite: false
}

// Hosts add permissions and roles of their own; the Administrator gets them too.
func ExampleRoles_With() {
	roles := people.DefaultRoles().With("billing", currency.PermissionRead, "invoices.write")
	billing, _ := roles.Permissions("billing")
	administrator, _ := roles.Permissions(people.Administrator)
	fmt.Println(billing, administrator.Has("invoices.write"))
	// Output: currencies.read invoices.write true
}

// Addresses are kept as they were given and compared by their Key.
func ExampleParseEmail() {
	given, _ := people.ParseEmail("Ann@MÜNCHEN.example")
	fmt.Println(given, given.Key)
	_, err := people.ParseEmail("\u212aate@example.com") // begins with the KELVIN SIGN
	fmt.Println(err)
	// Output:
	// Ann@MÜNCHEN.example ann@xn--mnchen-3ya.example
	// "Kate@example.com" is not an e-mail address: before the @ use letters, digits and .!#$%&'*+/=?^_`{|}~-: invalid
}

// Every change leaves a record of who did what.
func ExampleTrail() {
	ctx, backend := context.Background(), memory.New()
	runtime := admin.Runtime{}.WithDefaults()
	system := admin.System("acme")
	ann := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	subject := admin.Subject{Kind: "organization", ID: "acme"}
	err := backend.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme", Version: 1}, ann, people.Credential{UserID: ann.ID},
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
