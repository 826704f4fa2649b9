// Package people keeps the people of an organization: profile, users, roles, invitations, passwords
// and sign-in.
//
//	session, err := center.People.SignIn(ctx, "acme", "ann@acme.example", admin.NewSecret(password))
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// the e-mail address or the password is wrong; the error does not say which
//	}
//
// [Service.CreateOrganization] creates an organization with its first [Administrator], who invites
// others by [Service.Invite]. The package handles passwords, but neither web sessions nor mail: a host
// keeps a user's ID and the [Session]'s Epoch in a session of its own and calls [Service.ScopeOf] on
// each request, and it sends the secret of an [Invitation] itself.
//
// A user who has a second factor is asked for it: SignIn fails with a [*SecondFactorRequired], whose ticket
// [Service.CompleteSignIn] takes. Authenticator apps and recovery codes are built in, passkeys a [PasskeyVerifier]
// of the host's.
//
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, or takes one away, requires every
// permission of that role besides its own. An organization always keeps one active Administrator
// ([ErrLastAdministrator]).
package people
