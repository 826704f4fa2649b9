// Package people keeps the people of an organization: profile, users, roles, invitations, passwords,
// second factors, single sign-on, sign-in and sessions.
//
//	session, err := center.People.SignIn(ctx, "acme", people.SignInInput{
//		Email: email, Password: admin.NewSecret(password), Source: address,
//	})
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// the e-mail address or the password is wrong; the error does not show which
//	}
//
// [Service.CreateOrganization] creates an organization with its first [Administrator], who invites
// others by [Service.Invite]. The package sends no mail: a host sends the secret of an [Invitation] and each
// [Mail] itself.
//
// # Sign-in
//
// [Service.SignIn] takes an e-mail address and a password. [Service.SignInIdentity] takes an [Identity] that the
// host has verified, and [Service.SignInVerified] an address that the host has written to.
//
// A user who has a second factor is asked for it: each of them fails with a [*SecondFactorRequired] then, whose
// ticket [Service.CompleteSignIn] takes. Authenticator apps ([Service.BeginTOTP]) and recovery codes are built in;
// passkeys are a [PasskeyVerifier] of the host's.
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
// the password again. To change identities always requires it, and to change second factors or the e-mail address
// that or the password.
//
// # Secrets that are sent
//
// A user's e-mail address is changed by [Service.RequestEmailChange] and confirmed by secrets that are sent to
// both addresses; a forgotten password is replaced by one of [Service.RequestPasswordReset]. Such a secret works
// once, for a while, and only until the user's password, address, role or status changes. An address is in one
// use at a time: a user has it, an invitation was sent to it, or a user is changing to it.
//
// # Directories
//
// A directory such as a SCIM client creates, changes and deactivates users by [Service.Provision],
// [Service.UpdateProvisioned] and [Service.Deprovision], within the permissions of the scope that it has.
//
// # Limits
//
// [Limits] slow down guessing by source and by address, and messages by address and by organization. They need
// the source of an attempt from the host ([SignInInput]), and a [Limiter] that all its processes share.
//
// # Permissions
//
// Users can grant no more than they have: a method that gives a role, takes one away or changes what it may
// do requires every permission of that role besides its own. What a role may do is looked up on each call,
// so that a change of a [CustomRole] has its effect on the next one.
//
// A user administers whose role has [PermissionUsersWrite] and [PermissionRolesWrite], as the
// [Administrator] does. An organization always keeps one active user who administers
// ([ErrLastAdministrator]), also when two demote each other at the same time. Users end their own membership by
// [Service.Deactivate] of themselves, if they may deactivate users.
package people
