package admincenter

import "github.com/admincenter/admincenter/admin"

// DefaultRoles returns the four roles of Togai's Admin Center with the permissions of every package:
// the Administrator may do everything, the Analyst reads everything, the Developer keeps customers,
// accounts, settings and tokens, and the Product Manager keeps price plans and migrations and reads
// the rest. Every role may read and change its own profile.
func DefaultRoles() admin.Roles {
	reads := []admin.Permission{
		admin.CurrenciesRead, admin.TokensRead, admin.CustomersRead, admin.AccountsRead,
		admin.SettingsRead, admin.PlansRead, admin.MigrationsRead,
	}
	return admin.DefaultRoles().
		With(admin.Administrator, admin.CurrenciesWrite).
		With(admin.Analyst, reads...).
		With(admin.Developer, reads...).
		With(admin.Developer, admin.TokensWrite, admin.CustomersWrite, admin.AccountsWrite, admin.SettingsWrite).
		With(admin.ProductManager, reads...).
		With(admin.ProductManager, admin.PlansWrite, admin.MigrationsWrite)
}
