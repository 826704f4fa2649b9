// Package admin is the vocabulary of the Admin Center: who acts, what was done, how calls fail and how
// lists page. Every other package of the module builds on it, and it imports none of them. This page
// also has the rules that hold for every service, so that their methods do not repeat them.
//
//	page, err := center.Trail.List(ctx, session.Scope, admin.AuditFilter{}, admin.Query{Limit: 20})
//	if errors.Is(err, admin.ErrForbidden) {
//		// the user's role lacks audit.read
//	}
//
// # Who acts
//
// A [Scope] is one actor in one organization with its permissions. Every service method takes one, and
// requires its [Permission] before it does anything else: the zero Scope fails with
// [ErrUnauthenticated] and a missing permission with [ErrForbidden], without any I/O. Beside an error a
// method returns the zero value. Permissions come from a user's role or from an API token; [System] is
// the host's own code. A package declares the permissions that its methods require, as constants.
//
// Everything belongs to an organization ([OrgID]). Another organization's id and an id that does not
// exist give the same [ErrNotFound].
//
// # What was done
//
// Every change writes a [Record] in the same transaction. [Trail] reads the records, newest first, and
// [AuditStore] appends those of a host's own writes.
//
// # How records change
//
// A record that can change has a Version, which begins at 1 and rises with every change. A change takes
// the version that the caller has read, and fails with [ErrConflict] if the record has another one by
// now: read it again, decide again, retry.
//
// Instants are in UTC and of whole microseconds ([Instant]). Numbers are exact decimals
// ([ParseDecimal]) and never rounded.
//
// # How calls fail
//
// An error wraps one of the kinds of failure here ([ErrNotFound], [ErrConflict], …) under a message that
// names the value and the rule. For bad input it is a [*ValidationError] with every broken rule
// ([Problems]), each under the JSON Pointer of its value. Four functions serve an API:
//
//   - [Code] returns a stable code for a program, such as "customer_not_found";
//   - [Message] returns a sentence for a person, with nothing of a database's own errors in it;
//   - [RetryAfter] returns the wait before a retry;
//   - errors.As finds a [*ValidationError], whose Params are what a translation needs.
//
// # How lists page
//
// A list method takes a [Query] and returns a [Page]; the page's Next goes into the next Query. Pages
// begin after a key and not at a number, so that items which are added or removed meanwhile shift
// nothing. A [Cursor] is valid for its organization, list and filters only. Filters with a zero value
// do not narrow, and refuse values that do not exist with [ErrInvalid]. Each list method has a sibling
// named All that iterates over the whole list.
//
// # How values look in JSON
//
// Records, inputs and results marshal as an API gives them: names in lowerCamelCase, enums in
// UPPER_SNAKE_CASE, decimals as strings, instants as RFC 3339, absent values left out, and secrets
// ([Secret]) never. How a storage keeps a record is its own affair and does not depend on these names.
package admin
