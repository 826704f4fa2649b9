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
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, takes one away or changes what it may
// do requires every permission of that role besides its own. What a role may do is looked up on each call,
// so that a change of a [CustomRole] has its effect on the next one.
//
// A user administers whose role has [PermissionUsersWrite] and [PermissionRolesWrite], as the
// [Administrator] does. An organization always keeps one active user who administers
// ([ErrLastAdministrator]), whatever happens at the same time. Users end their own membership by
// [Service.Deactivate] of themselves, if they may deactivate users.
package people
