// Package people keeps the people of an organization: profile, users, roles, invitations, passwords,
// sign-in and sessions.
//
//	session, err := center.People.SignIn(ctx, "acme", people.SignInInput{
//		Email: email, Password: admin.NewSecret(password), Source: address,
//	})
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// the e-mail address or the password is wrong; the error does not say which
//	}
//
// [Service.CreateOrganization] creates an organization with its first [Administrator], who invites
// others by [Service.Invite]. The package sends no mail: a host sends the secret of an [Invitation] and each
// [Mail] itself.
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
// A user who has a second factor is asked for it: SignIn fails with a [*SecondFactorRequired], whose ticket
// [Service.CompleteSignIn] takes. Authenticator apps and recovery codes are built in, passkeys a [PasskeyVerifier]
// of the host's.
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
