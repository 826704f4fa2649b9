package admincenter

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

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
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// Options of New; the zero value is ready.
type Options struct {
	// Runtime is the clock, ids, randomness and logger of every service whose own options leave
	// them out.
	admin.Runtime
	// Roles says what each role may do; the zero value means [DefaultRoles].
	Roles people.Roles

	// The services' own options. What is left out of them is taken from above, and what one domain
	// needs of another is filled in where it is nil.
	People     people.Options
	Tokens     token.Options
	Settings   settings.Options
	Imports    bulkimport.Options
	Migrations planmigration.Options

	// Plans and Schedules are the host's own price plans and account schedules, for migrations, which
	// cannot share the storage's transactions; nil means those of the storage, which Center.PricePlans
	// keeps.
	Plans     priceplan.Plans
	Schedules planmigration.ExternalSchedules
}

// Center is the Admin Center: every service, wired over one storage. It is safe for concurrent use.
type Center struct {
	People      *people.Service        // profile, users, invitations, sign-in
	Trail       *admin.Trail           // what was done
	Currencies  *currency.Service      // base currency and rates
	Tokens      *token.Service         // API tokens
	Imports     *bulkimport.Service    // bulk import
	Customers   *customer.Service      // customers and their accounts
	Migrations  *planmigration.Service // price plan migrations
	PricePlans  *priceplan.Service     // price plans and account schedules in this storage
	Settings    *settings.Service      // settings
	Enrichments *enrich.Service        // what usage events are enriched with
	Jobs        *job.Jobs              // imports and migrations as jobs, and which are due

	backend storage.Backend
	o       Options
}

// New wires every service over backend. It does no I/O. It fails with admin.ErrInvalid for options
// that contradict themselves.
func New(backend storage.Backend, o Options) (*Center, error) {
	if backend == nil {
		return nil, fmt.Errorf("admincenter: a storage.Backend is required: use memory.New or sqlstore.New: %w", admin.ErrInvalid)
	}
	c := &Center{backend: backend}
	c.o = c.complete(o)
	c.Trail = admin.NewTrail(backend.Audit())
	var err error
	c.PricePlans, err = priceplan.NewService(priceplan.Ports{Plans: backend.Plans(), Schedules: backend.Schedules()},
		priceplan.Options{Runtime: c.o.Runtime, Zone: c.o.Migrations.Zone})
	if err != nil {
		return nil, fmt.Errorf("admincenter: %w", err)
	}
	migrations := c.migrationPorts(backend)
	migrations.Atomically = within(backend, c.migrationPorts)
	if c.Migrations, err = planmigration.NewService(migrations, c.o.Migrations); err != nil {
		return nil, fmt.Errorf("admincenter: %w", err)
	}
	if c.People, err = people.NewService(peoplePorts(backend), c.o.People); err != nil {
		return nil, fmt.Errorf("admincenter: people: %w", err)
	}
	if c.Settings, err = settings.NewService(settingPorts(backend), c.o.Settings); err != nil {
		return nil, fmt.Errorf("admincenter: settings: %w", err)
	}
	enrichPorts := enrich.Ports{Settings: c.Settings, Enrichments: backend.Enrichments()}
	if c.Enrichments, err = enrich.NewService(enrichPorts, enrich.Options{Runtime: c.o.Settings.Runtime}); err != nil {
		return nil, fmt.Errorf("admincenter: enrichments: %w", err)
	}
	currencyPorts := currency.Ports{Currencies: backend.Currencies()}
	if c.Currencies, err = currency.NewService(currencyPorts, currency.Options{Runtime: c.o.Runtime}); err != nil {
		return nil, fmt.Errorf("admincenter: currencies: %w", err)
	}
	if c.Tokens, err = token.NewService(token.Ports{Tokens: backend.Tokens()}, c.o.Tokens); err != nil {
		return nil, fmt.Errorf("admincenter: tokens: %w", err)
	}
	customers := customer.Ports{Customers: backend.Customers(), Accounts: backend.Accounts()}
	if c.Customers, err = customer.NewService(customers, customer.Options{Runtime: c.o.Runtime}); err != nil {
		return nil, fmt.Errorf("admincenter: customers: %w", err)
	}
	imports := importPorts(backend)
	imports.Atomically = within(backend, importPorts)
	if c.Imports, err = bulkimport.NewService(imports, c.o.Imports); err != nil {
		return nil, fmt.Errorf("admincenter: imports: %w", err)
	}
	c.Jobs = job.NewJobs(backend.Jobs(), c.o.Runtime, map[job.Kind][]admin.Permission{
		bulkimport.JobKind: importReads(c.Imports.Types()),
		planmigration.Kind: {planmigration.PermissionRead},
	})
	return c, nil
}

// complete fills in what o leaves out.
func (c *Center) complete(o Options) Options {
	if o.Roles.IsZero() {
		o.Roles = DefaultRoles()
	}
	for _, r := range []*admin.Runtime{
		&o.People.Runtime, &o.Tokens.Runtime, &o.Settings.Runtime, &o.Imports.Runtime, &o.Migrations.Runtime,
	} {
		*r = r.Or(o.Runtime)
	}
	if o.People.Roles.IsZero() {
		o.People.Roles = o.Roles
	}
	if o.Tokens.Grantable.Len() == 0 {
		o.Tokens.Grantable = o.Roles.All()
	}
	if o.Tokens.Authorize == nil {
		o.Tokens.Authorize = c.Authorize
	}
	if o.Imports.Authorize == nil {
		o.Imports.Authorize = c.Authorize
	}
	if o.Migrations.Authorize == nil {
		o.Migrations.Authorize = c.Authorize
	}
	return o
}

func peoplePorts(s storage.Stores) people.Ports {
	return people.Ports{Organizations: s.Organizations(), Users: s.Users(), Invitations: s.Invitations()}
}

func importPorts(s storage.Stores) bulkimport.Ports {
	return bulkimport.Ports{Imports: s.Imports(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts()}
}

// importReads is what it takes to see any import's job, which does not say of which type it is.
func importReads(schemas []bulkimport.Schema) []admin.Permission {
	reads := make([]admin.Permission, len(schemas))
	for i, s := range schemas {
		reads[i] = s.Read
	}
	return reads
}

func (c *Center) migrationPorts(s storage.Stores) planmigration.Ports {
	p := planmigration.Ports{Migrations: s.PlanMigrations(), Jobs: s.Jobs(), Plans: s.Plans(), Schedules: s.Schedules()}
	if c.o.Plans != nil {
		p.Plans = c.o.Plans
	}
	if c.o.Schedules != nil {
		p.Schedules, p.External = nil, c.o.Schedules
	}
	return p
}

// within gives a domain the ports that commit together, and nothing of the transaction.
func within[P any](backend storage.Backend, ports func(storage.Stores) P) job.Atomically[P] {
	return func(ctx context.Context, fn func(P) error) error {
		return backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
}

// settingPorts are those of settings; the customer of an account is that of the stored account.
func settingPorts(s storage.Stores) settings.Ports {
	return settings.Ports{
		Settings: s.Settings(),
		CustomerOf: func(ctx context.Context, org admin.OrgID, account string) (string, error) {
			a, err := s.Accounts().Get(ctx, org, account)
			if errors.Is(err, admin.ErrNotFound) {
				return "", nil
			}
			return a.CustomerID, err
		},
	}
}

// Authorize is nil while actor may do all of ps in org: a user who is active and whose role covers
// them, a token that is good and was granted them, or the system. Jobs ask it before each batch
// about whoever created them. Otherwise it fails with admin.ErrForbidden or admin.ErrNotFound.
func (c *Center) Authorize(ctx context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
	if actor.Kind == admin.ActorToken {
		return c.Tokens.Authorize(ctx, org, actor, ps...)
	}
	return c.People.Authorize(ctx, org, actor, ps...)
}

// DeactivateUser is People.Deactivate together with every API token that the user generated, and
// what these generated: both or neither. Use it where the user's tokens should not outlive their
// access. A request of the user's that is under way keeps the scope it began with, but can hand none
// of it on to a token. It requires admin.UsersWrite and admin.TokensWrite.
func (c *Center) DeactivateUser(ctx context.Context, scope admin.Scope, id uuid.UUID, version int64) (people.User, error) {
	if err := scope.Require(people.PermissionUsersWrite, token.PermissionWrite); err != nil {
		return people.User{}, err
	}
	var u people.User
	err := c.backend.InTx(ctx, func(s storage.Stores) (err error) {
		if u, err = c.People.In(peoplePorts(s)).Deactivate(ctx, scope, id, version); err != nil {
			return err
		}
		_, err = c.Tokens.In(token.Ports{Tokens: s.Tokens()}).DeactivateBy(ctx, scope, admin.Actor{Kind: admin.ActorUser, ID: id.String()})
		return err
	})
	if err != nil {
		return people.User{}, err
	}
	return u, nil
}
