// Package people keeps the people of an organization: profile, users, roles, invitations, passwords,
// sign-in and sessions.
//
//	session, err := center.People.SignIn(ctx, "acme", "ann@acme.example", admin.NewSecret(password))
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// the e-mail address or the password is wrong; the error does not say which
//	}
//
// [Service.CreateOrganization] creates an organization with its first [Administrator], who invites
// others by [Service.Invite]. The package sends no mail: a host sends the secret of an [Invitation] itself.
//
// # Sessions
//
// [Service.KeepSession] keeps a signed-in user's session, with a secret for a cookie, and
// [Service.ResumeSession] returns the user and what they may do now on each request. Sessions are limited in
// number, in time and in idle time ([SessionRules]), listed, and ended one by one or all. A host that has web
// sessions of its own keeps a user's ID and the [Session]'s Epoch in them and calls [Service.ScopeOf].
//
// With Options.Fresh set, what changes credentials, roles, invitations or sessions requires a user who has
// authenticated recently, and otherwise fails with [admin.ErrReauthenticate]: [Service.Reauthenticate] asks for
// the password again.
//
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, or takes one away, requires every
// permission of that role besides its own. An organization always keeps one active Administrator
// ([ErrLastAdministrator]).
package people
