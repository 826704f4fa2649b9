package token_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

// A token is generated, its secret is shown once, and a request that presents it acts with the
// token's permissions until the token is switched off.
func Example() {
	ctx := context.Background()
	backend := memory.New()
	ann := createOrganization(ctx, backend, "acme")

	tokens, err := token.NewService(token.Ports{
		Tokens: backend.Tokens(),
		// The admincenter.Center gives the permissions of its roles here.
		UserPermissions: func(token.UserAccess) (admin.PermissionSet, error) {
			granted, _ := ann.Granted()
			return granted, nil
		},
	}, token.Options{Environment: token.Test})
	if err != nil {
		log.Fatal(err)
	}
	made, err := tokens.Generate(ctx, ann, token.GenerateInput{
		Name:        "Nightly import",
		Permissions: []admin.Permission{customer.PermissionRead, customer.PermissionWrite},
	})
	if err != nil {
		log.Fatal(err)
	}
	secret := made.Secret.Reveal() // show it now: it cannot be read again
	fmt.Println("prints as", made.Secret, "and begins with", secret[:9])

	verified, err := tokens.Verify(ctx, admin.NewSecret(secret))
	if err != nil {
		log.Fatal(err)
	}
	granted, _ := verified.Scope.Granted()
	fmt.Println("acts in", verified.Scope.Org(), "with", granted)
	fmt.Println("may read users:", verified.Scope.Can(people.PermissionUsersRead))

	if _, err := tokens.Deactivate(ctx, ann, made.Token.ID, token.EndOptions{}); err != nil {
		log.Fatal(err)
	}
	_, err = tokens.Verify(ctx, admin.NewSecret(secret))
	fmt.Println("the request is answered:", err)
	var refusal *token.Refusal
	if errors.As(err, &refusal) {
		fmt.Println("the log has the reason:", refusal.Reason())
	}

	// Output:
	// prints as [redacted] and begins with adm_test_
	// acts in acme with customers.read customers.write
	// may read users: false
	// the request is answered: API token is not valid: unauthenticated
	// the log has the reason: deactivated
}

// createOrganization creates an organization and returns the scope of its first user.
func createOrganization(ctx context.Context, backend *memory.Backend, org admin.OrgID) admin.Scope {
	runtime := admin.Runtime{}.WithDefaults()
	first := people.User{ID: uuid.Must(uuid.NewV7()), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := runtime.Record(admin.System(org), "organization.create", admin.Subject{Kind: "organization", ID: string(org)})
	err := backend.Organizations().Create(ctx, people.Organization{ID: org, Name: "Acme", CreatedAt: runtime.Instant(), Version: 1},
		first, people.Credential{UserID: first.ID}, rec)
	if err != nil {
		log.Fatal(err)
	}
	permissions := admin.Permissions(token.PermissionRead, token.PermissionWrite, customer.PermissionRead, customer.PermissionWrite)
	return admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: first.ID.String()}, permissions)
}
