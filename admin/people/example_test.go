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
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Factors: b.Factors(),
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

// A user enrolls an authenticator app, and is asked for its code from then on.
func ExampleService_CompleteSignIn() {
	ctx, b := context.Background(), memory.New()
	key := admin.NewSecret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") // of: openssl rand -base64 32
	ring, err := people.NewKeyRing(nil, people.SealingKey{ID: "2026", Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := people.NewService(people.Ports{
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Factors: b.Factors(),
	}, people.Options{Factors: people.FactorOptions{Sealer: ring, Issuer: "Acme Billing"}})
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
	ann, err := service.SignIn(ctx, "acme", "ann@acme.example", password)
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

	_, err = service.SignIn(ctx, "acme", "ann@acme.example", password)
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
