package main

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

const adminEmail = "ann@acme.example"

// passwords are Ann's, by turns: each run changes the one to the other.
func passwords() [2]admin.Secret {
	return [2]admin.Secret{
		admin.NewSecret("seven herons over Lake Vann"),
		admin.NewSecret("a kettle hums at quarter past"),
	}
}

// profile creates the organization on the first run, signs its administrator in, and shows and
// changes her profile.
func (t *tour) profile(ctx context.Context) error {
	t.tab("Profile")
	service := t.center.People
	_, _, err := service.CreateOrganization(ctx, people.NewOrganization{
		ID: org, Name: "Acme",
		Admin: people.NewAdmin{Name: "Ann", Email: adminEmail, Password: passwords()[0]},
	})
	switch {
	case err == nil:
		t.say("Organization %q was created with its first administrator.", org)
	case errors.Is(err, admin.ErrExists):
		t.say("Organization %q is there already.", org)
	default:
		return err
	}

	current, next := passwords()[0], passwords()[1]
	session, err := service.SignIn(ctx, org, people.SignInInput{Email: adminEmail, Password: current})
	if errors.Is(err, admin.ErrUnauthenticated) {
		current, next = next, current
		session, err = service.SignIn(ctx, org, people.SignInInput{Email: adminEmail, Password: current})
	}
	if err != nil {
		return err
	}
	if err := t.keepProfile(ctx, session.Scope); err != nil {
		return err
	}

	renewed, err := service.ChangePassword(ctx, session.Scope, current, next)
	if err != nil {
		return err
	}
	_, err = service.ScopeOf(ctx, org, session.User.ID, session.Epoch)
	t.say("Password changed. The session from before: %v", err)
	if err := t.keepSession(ctx, renewed); err != nil { // this browser stays signed in
		return err
	}
	if err := t.sendSecrets(ctx, next); err != nil {
		return err
	}

	p, err := service.Profile(ctx, t.scope)
	if err != nil {
		return err
	}
	t.table("NAME|E-MAIL|COMPANY|ROLE", []string{p.Name, p.Email.String(), p.Company, string(p.Role)})
	return nil
}

// keepSession puts the secret of a session into a cookie, as it were, and is the next request with it.
func (t *tour) keepSession(ctx context.Context, signedIn people.Session) error {
	service := t.center.People
	_, cookie, err := service.KeepSession(ctx, signedIn, people.KeepInput{Label: "quickstart", Source: "192.0.2.1"})
	if err != nil {
		return err
	}
	session, err := service.ResumeSession(ctx, org, cookie)
	if err != nil {
		return err
	}
	t.scope = session.Scope
	all, err := service.Sessions(ctx, t.scope)
	if err != nil {
		return err
	}
	t.say("Sessions of %s: %d, this one until %s.", session.User.Name, len(all), day(all[0].ExpiresAt))
	return nil
}

// sendSecrets asks for what a host sends by mail, and uses none of it.
func (t *tour) sendSecrets(ctx context.Context, password admin.Secret) error {
	service := t.center.People
	for _, email := range []string{adminEmail, "nobody@acme.example"} {
		m, err := service.RequestPasswordReset(ctx, org, people.ResetRequest{Email: email, Source: "192.0.2.1"})
		if err != nil {
			return err
		}
		t.say("Forgotten password of %s: a message to %q.", email, m.To)
	}
	change, mails, err := service.RequestEmailChange(ctx, t.scope,
		people.EmailChangeInput{Email: "ann.okafor@acme.example", CurrentPassword: password})
	if err != nil {
		return err
	}
	for _, m := range mails {
		t.say("E-mail address to be %s: %s to %s.", change.To, m.Kind, m.To)
	}
	return service.CancelEmailChange(ctx, t.scope, change.UserID)
}

// keepProfile saves the full names of Ann and her company.
func (t *tour) keepProfile(ctx context.Context, scope admin.Scope) error {
	service := t.center.People
	p, err := service.Profile(ctx, scope)
	if err != nil {
		return err
	}
	name, company := "Ann Okafor", "Acme Metering Ltd"
	saved, err := service.UpdateProfile(ctx, scope, people.ProfileChange{
		Name: &name, Company: &company, Version: p.Version, CompanyVersion: p.CompanyVersion,
	})
	if err != nil {
		return err
	}
	if saved.Name != p.Name {
		t.say("Name changed from %q to %q.", p.Name, saved.Name)
	}
	if saved.Company != p.Company {
		t.say("Company name changed from %q to %q.", p.Company, saved.Company)
	}
	return nil
}
