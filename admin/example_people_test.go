package admin_test

import (
	"context"
	"errors"
	"fmt"

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
