// Package token keeps an organization's API tokens: what a program shows instead of a password.
//
//	made, err := tokens.Generate(ctx, scope, token.GenerateInput{
//		Name:        "Nightly import",
//		Permissions: []admin.Permission{admin.CustomersRead, admin.CustomersWrite},
//	})
//	show(made.Secret.Reveal()) // adm_live_…: now or never
//
//	verified, err := tokens.Verify(ctx, secretOfTheRequest)
//	if errors.Is(err, token.ErrBadToken) {
//		// answer 401; why is for the log alone
//	}
//	page, err := imports.List(ctx, verified.Scope, …)
//
// A secret is shown once. What is kept is a digest of it ([Hasher]), with which it can be
// recognised and not written down again, and its first and last characters for people to tell
// their tokens apart.
//
// # Format
//
// A secret is a brand, an environment and 38 letters and digits, such as adm_live_ before 32 random
// ones (190 bits) and 6 of a checksum over all that precedes them. A double click selects all of
// it, secret scanners find it by [Pattern] and prove it by [Parse], and [Service.Verify] refuses
// mistyped and made-up ones before it asks the storage.
//
// # States
//
// A token is switched off and on again with [Service.Deactivate] and [Service.Reactivate], and
// ends with [Service.Delete]: then it stays as a tombstone, so that its secret is recognised where
// it turns up and can never be given out again. A token may also expire. All of it is judged at
// every verification; nothing is cached.
//
// # What a token may do
//
// Its permissions are chosen when it is made, out of those that its creator has, and never grow.
// A token may create tokens too, if it has admin.TokensWrite: with no more permissions than its
// own, and not to outlive it.
package token
