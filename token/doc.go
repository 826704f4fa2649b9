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
// from which it cannot be computed, and its first and last characters, so that people can tell their
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
// stays as a tombstone, so that its secret is still recognized and can never be issued again. A token
// can also expire. Every verification checks the state and the expiry; nothing is cached.
//
// # Last use
//
// A verification reads once and writes nothing. That a token was used stays in the process until
// [Service.Run] writes it, within seconds, at most once a minute a token. Run it in each process that
// verifies tokens; the worker of the Admin Center does.
//
// # Leaked secrets
//
// [Scan] finds secrets in any text, and [Service.Recognize] tells which of them are known and in force.
//
// # Permissions
//
// The permissions of a token are chosen when it is made, among those of its creator, and never grow. A
// token with [PermissionWrite] may create tokens too, with no more permissions than its own and no later
// expiry.
package token
