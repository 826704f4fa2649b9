package storage

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/token"
)

// Stores is every port that an adapter implements, one accessor for each. The contract of a port
// is on its own interface; storagetest checks all of them.
type Stores interface {
	Organizations() people.OrganizationStore
	Users() people.UserStore
	Invitations() people.InvitationStore
	Tickets() people.TicketStore
	Sessions() people.SessionStore
	Identities() people.IdentityStore
	Roles() people.RoleStore
	Factors() people.FactorStore
	Audit() admin.AuditStore
	Log() admin.LogStore
	Jobs() job.Store
	Currencies() currency.Store
	Settings() settings.Store
	EventSchemas() eventschema.Store
	Enrichments() enrich.Store
	Tokens() token.Store
	Imports() bulkimport.Store
	ImportMappings() bulkimport.MappingStore
	Customers() customer.Store
	Accounts() customer.AccountStore
	Plans() priceplan.Store
	Schedules() priceplan.ScheduleStore
	PlanMigrations() planmigration.Store
}

// Backend is a complete storage.
type Backend interface {
	Stores

	// InTx runs fn with stores whose writes commit together when fn returns nil, or not at all. It
	// may run fn again from the start after a serialization failure or a deadlock, so fn must not
	// keep anything from a run that did not commit. Within fn, use only the stores it was given:
	// the Backend itself may wait for fn to end. They are for one goroutine, and of no use once fn
	// has returned. InTx does not nest. Where ctx ends before the commit, nothing is written.
	InTx(ctx context.Context, fn func(Stores) error) error
}
