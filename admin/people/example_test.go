package people_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

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
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Tickets: b.Tickets(),
		Sessions: b.Sessions(), Identities: b.Identities(), Roles: b.Roles(), Factors: b.Factors(),
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
	ann, err := service.SignIn(ctx, "acme", people.SignInInput{Email: "ann@acme.example", Password: admin.NewSecret("violin quarry sleet ember")})
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
	bob, err := service.SignIn(ctx, "acme", people.SignInInput{Email: "bob@acme.example", Password: admin.NewSecret("lantern fjord sixpence oak")})
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

// A host keeps the secret of a session in a cookie. Each request resumes the session; what is delicate asks for the
// password again.
func ExampleService_KeepSession() {
	ctx, b := context.Background(), memory.New()
	service, err := people.NewService(ports(b), people.Options{Fresh: time.Nanosecond}) // so short that every such call asks; 15 minutes are usual
	if err != nil {
		fmt.Println(err)
		return
	}
	password := admin.NewSecret("violin quarry sleet ember")
	_, _, err = service.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Ltd", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: password},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// POST /sign-in
	signedIn, err := service.SignIn(ctx, "acme", people.SignInInput{
		Email: "ann@acme.example", Password: password, Source: "192.0.2.7",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, cookie, err := service.KeepSession(ctx, signedIn, people.KeepInput{Label: "Firefox 140", Source: "192.0.2.7"})
	if err != nil {
		fmt.Println(err)
		return
	}

	// GET /sessions
	session, err := service.ResumeSession(ctx, "acme", cookie)
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, err := service.Sessions(ctx, session.Scope)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range kept {
		fmt.Println(k.Label, "from", k.Source, "which is this one:", k.ID == session.ID)
	}

	// POST /invitations
	_, _, err = service.Invite(ctx, session.Scope, "bob@acme.example", people.Developer)
	fmt.Println("Asked for the password:", errors.Is(err, admin.ErrReauthenticate))
	session, cookie, err = service.Reauthenticate(ctx, "acme", cookie, password) // the cookie is another now
	fmt.Println("Authenticated again:", err == nil && !session.Scope.AuthenticatedAt().IsZero())

	// POST /sign-out
	fmt.Println(service.SignOut(ctx, "acme", cookie))
	_, err = service.ResumeSession(ctx, "acme", cookie)
	fmt.Println(err)
	// Output:
	// Firefox 140 from 192.0.2.7 which is this one: true
	// Asked for the password: true
	// Authenticated again: true
	// <nil>
	// the session has ended: sign in again: unauthenticated
}

// Hosts add permissions and roles of their own; the Administrator gets them too.
func ExampleRoles_With() {
	roles := people.DefaultRoles().With("billing", currency.PermissionRead, "invoices.write")
	billing, _ := roles.Permissions("billing")
	administrator, _ := roles.Permissions(people.Administrator)
	fmt.Println(billing, administrator.Has("invoices.write"))
	// Output: currencies.read invoices.write true
}

// Organizations make roles of their own, of what their maker may do.
func ExampleService_CreateRole() {
	ctx, b := context.Background(), memory.New()
	service, err := people.NewService(ports(b), people.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = service.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Ltd", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann, err := service.SignInVerified(ctx, "acme", "ann@acme.example")
	if err != nil {
		fmt.Println(err)
		return
	}
	role, err := service.CreateRole(ctx, ann.Scope, people.NewRole{
		Name: "auditors", DisplayName: "External auditors", Permissions: []admin.Permission{admin.PermissionAuditRead},
	})
	fmt.Println(role.Name, role.Permissions, err)
	_, err = service.CreateRole(ctx, ann.Scope, people.NewRole{Name: "Owner", Permissions: []admin.Permission{"*"}})
	fmt.Println(err)
	// Output:
	// auditors audit.read <nil>
	// invalid input: /name: "Owner" is not the name of a role: use 1 to 50 of a-z 0-9 _ -, a letter first; /permissions/0: "*" is not a permission that a role of the organization's own can have
}

// A user enrolls an authenticator app, and is asked for its code from then on.
func ExampleService_CompleteSignIn() {
	ctx, b := context.Background(), memory.New()
	key := admin.NewSecret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") // of: openssl rand -base64 32
	ring, err := people.NewKeyRing(nil, people.SealingKey{ID: "2026", Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := people.NewService(ports(b), people.Options{Factors: people.FactorOptions{Sealer: ring, Issuer: "Acme Billing"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	password := admin.NewSecret("violin quarry sleet ember")
	_, _, err = service.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Ltd", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: password},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ann, err := service.SignIn(ctx, "acme", people.SignInInput{Email: "ann@acme.example", Password: password})
	if err != nil {
		fmt.Println(err)
		return
	}

	enrollment, err := service.BeginTOTP(ctx, ann.Scope, password)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("show a QR code of", enrollment.URI)
	recovery, err := service.ConfirmTOTP(ctx, ann.Scope, shownByTheApp(enrollment.Secret))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("show once:", len(recovery), "recovery codes")

	_, err = service.SignIn(ctx, "acme", people.SignInInput{Email: "ann@acme.example", Password: password})
	var required *people.SecondFactorRequired
	if !errors.As(err, &required) {
		fmt.Println(err)
		return
	}
	fmt.Println("ask for one of", required.Methods)
	// The ticket goes into a cookie of the browser, and comes back with what the user has typed.
	session, err := service.CompleteSignIn(ctx, "acme", people.CompleteInput{Ticket: required.Ticket, RecoveryCode: recovery[0]})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(session.User.Name, "is signed in")
	// Output:
	// show a QR code of [redacted]
	// show once: 10 recovery codes
	// ask for one of [TOTP RECOVERY_CODE]
	// Ann is signed in
}

// shownByTheApp returns the code that an authenticator app shows now (RFC 6238).
func shownByTheApp(secret admin.Secret) admin.Secret {
	key, _ := base32.StdEncoding.DecodeString(secret.Reveal())
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30)
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fff_ffff
	return admin.NewSecret(fmt.Sprintf("%06d", n%1_000_000))
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

// A directory provisions a user, who signs in by the identity provider.
func ExampleService_Provision() {
	ctx, b := context.Background(), memory.New()
	service, err := people.NewService(ports(b), people.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _, err = service.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme Ltd", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	identity := people.IdentityInput{Issuer: "https://login.acme.example", Subject: "00u1a2b3"}
	scim := admin.System("acme") // or the scope of an API token
	u, created, err := service.Provision(ctx, scim, people.ProvisionInput{
		ExternalID: "e-4711", Name: "Bob", Email: "bob@acme.example", Role: people.Analyst, Active: true, Identity: &identity,
	})
	fmt.Println(u.Name, created, err)

	session, err := service.SignInIdentity(ctx, "acme", people.IdentitySignIn{IdentityInput: identity})
	fmt.Println(session.User.Name, session.User.Role, err)

	fmt.Println(service.Deprovision(ctx, scim, u.ID))
	_, err = service.SignInIdentity(ctx, "acme", people.IdentitySignIn{IdentityInput: identity})
	fmt.Println(err)
	// Output:
	// Bob true <nil>
	// Bob analyst <nil>
	// <nil>
	// no active user signs in with this account: unauthenticated
}
