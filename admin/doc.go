// Package admin is the vocabulary of the Admin Center: who acts, what was done, how calls fail and
// how lists page. Every other package of the module builds on it, and it imports none of them.
//
//	page, err := center.Trail.List(ctx, session.Scope, admin.AuditFilter{}, admin.Query{Limit: 20})
//	if errors.Is(err, admin.ErrForbidden) {
//		// the user's role lacks audit.read
//	}
//
// # Who acts
//
// A [Scope] is the answer to "who is this, in which organization, with which permissions". It is
// an argument of every service method, and a method does nothing before it has required its
// [Permission]. Permissions come from a user's role or from an API token; [System] is the host's own
// code.
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
