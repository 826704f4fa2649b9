package admincenter

import (
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/token"
)

// DefaultRoles returns the four roles of Togai's Admin Center with the permissions of every package:
// the Administrator may do everything, the Analyst reads everything, the Developer keeps customers,
// accounts, settings, event schemas and tokens, and the Product Manager keeps price plans and migrations and reads
// the rest. Every role may read and change its own profile.
func DefaultRoles() people.Roles {
	reads := []admin.Permission{
		currency.PermissionRead, token.PermissionRead, customer.PermissionRead, customer.PermissionAccountsRead,
		settings.PermissionRead, eventschema.PermissionRead, priceplan.PermissionRead, planmigration.PermissionRead,
	}
	return people.DefaultRoles().
		With(people.Administrator, currency.PermissionWrite, job.PermissionWrite, token.PermissionRevoke).
		With(people.Analyst, reads...).
		With(people.Developer, reads...).
		With(people.Developer, token.PermissionWrite, settings.PermissionWrite, eventschema.PermissionWrite).
		With(people.Developer, customer.PermissionWrite, customer.PermissionAccountsWrite).
		With(people.ProductManager, reads...).
		With(people.ProductManager, priceplan.PermissionWrite, planmigration.PermissionWrite)
}
