// Package people keeps the people of an organization: profile, users, roles, invitations, passwords
// and sign-in.
//
//	session, err := center.People.SignIn(ctx, "acme", people.SignInInput{
//		Email: email, Password: admin.NewSecret(password), Source: address,
//	})
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// the e-mail address or the password is wrong; the error does not say which
//	}
//
// [Service.CreateOrganization] creates an organization with its first [Administrator], who invites
// others by [Service.Invite]. The package handles passwords, but neither web sessions nor mail: a host
// keeps a user's ID and the [Session]'s Epoch in a session of its own and calls [Service.ScopeOf] on
// each request, and it sends the secret of an [Invitation] itself.
//
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, or takes one away, requires every
// permission of that role besides its own. An organization always keeps one active Administrator
// ([ErrLastAdministrator]).
package people
