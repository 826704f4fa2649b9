// Package admin is the ground floor of the Admin Center: who acts, what was done, how calls fail
// and how lists page. Every other package builds on it and none of it knows of any of them.
//
//	session, err := people.SignIn(ctx, "acme", "ann@acme.example", admin.NewSecret(password))
//	if errors.Is(err, admin.ErrUnauthenticated) {
//		// wrong e-mail or password; which of the two is not told
//	}
//	page, err := trail.List(ctx, session.Scope, admin.AuditFilter{}, admin.Query{Limit: 20})
//
// # Who acts
//
// A [Scope] is the answer to "who is this, in which organization, with which permissions". It is
// an argument of every service method, and a method does nothing before it has required its
// [Permission]. Permissions come from a user's [Role] or from an API token; [System] is the host's
// own code.
//
// # Whose organization it is
//
// [People] keeps an organization's people: [People.CreateOrganization] makes it with its first
// Administrator, who invites others. It knows passwords, but no web sessions and no mail: a host
// keeps a user's ID and the [Session]'s Epoch in a session of its own and asks [People.ScopeOf] on
// each request, and sends the secret of an [Invitation] itself.
//
// # What was done
//
// Every change writes a [Record] in the same transaction. [Trail] reads them.
//
// # How calls fail
//
// Errors wrap one of the sentinels here ([ErrNotFound], [ErrConflict], …) under a message that
// names the value and the rule. Bad input is a [*ValidationError] with every broken rule at once.
//
// # How lists page
//
// A list method takes a [Query] and returns a [Page]; the page's Next goes into the next Query.
// Each has a sibling named All that iterates over everything.
package admin
