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
// each request, and it sends the secret of an [Invitation] and each [Mail] itself.
//
// # Secrets that are sent
//
// A user's e-mail address is changed by [Service.RequestEmailChange] and confirmed by secrets that are sent to
// both addresses; a forgotten password is set anew by one of [Service.RequestPasswordReset]. Such a secret works
// once, for a while, and only until the user's password, address, role or status changes. An address is in one
// use at a time: a user has it, an invitation was sent to it, or a user is changing to it.
//
// # Limits
//
// [Limits] slow down guessing by source and by address, and messages by address and by organization. They need
// the source of an attempt from the host ([SignInInput]), and a [Limiter] that all its processes share.
//
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, or takes one away, requires every
// permission of that role besides its own. An organization always keeps one active Administrator
// ([ErrLastAdministrator]).
package people
