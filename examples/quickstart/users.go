package main

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// users invites two people, of whom one accepts, and lists who is active and who is invited.
func (t *tour) users(ctx context.Context) error {
	t.tab("Users")
	secret, err := t.invite(ctx, "bea@acme.example", people.Developer)
	if err != nil {
		return err
	}
	if !secret.IsZero() {
		// The host mails the secret; the invited user then chooses a name and a password.
		_, err := t.center.People.Accept(ctx, org, secret, people.AcceptInput{
			Name: "Bea Lindqvist", Password: admin.NewSecret("green umbrella, platform nine"),
		})
		if err != nil {
			return err
		}
		t.say("bea@acme.example accepted.")
	}
	if _, err := t.invite(ctx, "carl@acme.example", people.Analyst); err != nil {
		return err
	}

	var rows [][]string
	for u, err := range t.center.People.AllUsers(ctx, t.scope, people.UserFilter{Status: people.UserActive}) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{u.Name, u.Email.String(), string(u.Role)})
	}
	t.say("Active")
	t.table("NAME|E-MAIL|ROLE", rows...)

	rows = nil
	for i, err := range t.center.People.AllInvitations(ctx, t.scope, people.InvitationFilter{}) {
		if err != nil {
			return err
		}
		if i.Status == people.InvitationPending || i.Status == people.InvitationExpired {
			rows = append(rows, []string{i.Email.String(), string(i.Role), string(i.Status), day(i.ExpiresAt)})
		}
	}
	t.say("Invited")
	t.table("E-MAIL|ROLE|STATUS|UNTIL", rows...)
	return nil
}

// invite returns the invitation's secret, or nothing where the person was invited before.
func (t *tour) invite(ctx context.Context, email string, role people.Role) (admin.Secret, error) {
	_, secret, err := t.center.People.Invite(ctx, t.scope, email, role)
	if errors.Is(err, admin.ErrExists) {
		return admin.Secret{}, nil
	}
	if err == nil {
		t.say("Invited %s as %s. The secret for the mail prints as %v.", email, role, secret)
	}
	return secret, err
}
