package people

import "github.com/admincenter/admincenter/admin"

// PasswordHash is a password's hash in PHC format ($argon2id$…), or as another system wrote it
// ([LegacyHash]). Like the [admin.Secret] in it, it does not print, log or marshal. The zero value means that the
// user has no password.
type PasswordHash struct{ admin.Secret }

// NewPasswordHash seals a hash.
func NewPasswordHash(phc string) PasswordHash { return PasswordHash{admin.NewSecret(phc)} }

// PHC returns the hash, to store it.
func (h PasswordHash) PHC() string { return h.Reveal() }
