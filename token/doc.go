// Package token keeps an organization's API tokens: what a program presents instead of a password.
//
//	made, err := tokens.Generate(ctx, scope, token.GenerateInput{
//		Name:        "Nightly import",
//		Permissions: []admin.Permission{customer.PermissionRead, customer.PermissionWrite},
//	})
//	show(made.Secret.Reveal()) // adm_live_…: it cannot be shown again
//
//	verified, err := tokens.Verify(ctx, admin.NewSecret(bearer))
//	if errors.Is(err, token.ErrBadToken) {
//		// answer 401; the reason is for the log only
//	}
//	page, err := imports.List(ctx, verified.Scope, …)
//
// A secret is shown once. The storage keeps a digest of it ([Hasher]), by which it is recognized and
// from which it cannot be computed, and its first and last characters, so that people can recognize their
// tokens apart.
//
// # Format
//
// A secret is a brand, an environment and 38 letters and digits, such as adm_live_ before 32 random
// ones (190 bits) and 6 of a checksum over everything before them. A double click selects all of it,
// secret scanners find it by [Pattern] and confirm it by [Parse], and [Service.Verify] refuses mistyped
// and made-up secrets without reading the storage.
//
// # States
//
// [Service.Deactivate] and [Service.Reactivate] switch a token off and on. [Service.Delete] ends it: it
// stays as a tombstone, so that its secret is still recognized and can never be issued again. Both take along
// the tokens that the token created. A token can also expire. Every verification checks the state and the
// expiry; nothing is cached. [Service.Rotate] puts a token with another secret in the place of an old one, which
// stays valid for an overlap.
//
// # Last use
//
// A verification reads once and writes nothing. That a token was used stays in the process until
// [Service.Run] writes it, within seconds, at most once a minute a token. Run it in each process that
// verifies tokens; the worker of the Admin Center does.
//
// # Leaked secrets
//
// [Scan] finds secrets in any text, and [Service.Recognize] returns which of them are known and in force.
//
// # Permissions
//
// The permissions of a token are chosen when it is made, among those of its creator, and never grow. A
// token with [PermissionWrite] may create tokens too, with no more permissions than its own, no later
// expiry and no other networks.
//
// For each token a user answers: its creator, or the user at the root of the tokens that created each other. At
// every verification a token may do what it was granted and what the role of that user has then, and nothing if
// the user is not active. Creating, rotating and switching on compare in their transaction that the user's access
// is as it was when it was checked, so that no token outlives the deactivation of its user. For the tokens that
// the host's own code creates, in the scope of [admin.System], no user answers: they may do what they were granted.
//
// Actors take away no more than they have: ending a token of another one requires its permissions, or
// [PermissionRevoke].
package token
