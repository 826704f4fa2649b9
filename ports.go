package admincenter

import (
	"context"
	"errors"
	"time"

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
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// ownNouns returns the nouns of the library's actions, which a host cannot append.
func ownNouns() []string {
	return []string{
		"account", "currency", "customer", "enrichment", "event", "event_schema", "import", "import_mapping", "invitation",
		"job", "organization", "plan", "plan_migration", "role", "schedule", "session", "setting", "token", "trail", "user",
	}
}

func peoplePorts(s storage.Stores) people.Ports {
	return people.Ports{
		Organizations: s.Organizations(), Users: s.Users(), Invitations: s.Invitations(), Tickets: s.Tickets(),
		Sessions: s.Sessions(), Identities: s.Identities(), Roles: s.Roles(), Factors: s.Factors(),
		Audit: s.Audit(), TokensOf: tokensOf(s.Tokens()),
	}
}

// tokensOf returns what returns the ids of all tokens that a user answers for.
func tokensOf(s token.Store) func(context.Context, admin.OrgID, uuid.UUID) ([]uuid.UUID, error) {
	const page = 500
	return func(ctx context.Context, org admin.OrgID, user uuid.UUID) (ids []uuid.UUID, err error) {
		for _, state := range []token.State{"", token.Deleted} { // the first has those that are not deleted
			for seek := (admin.Seek[uuid.UUID]{Limit: page}); ; seek.After = ids[len(ids)-1] {
				found, err := s.List(ctx, org, token.Filter{State: state, UserID: user}, time.Time{}, seek)
				if err != nil {
					return nil, err
				}
				for _, t := range found {
					ids = append(ids, t.ID)
				}
				if len(found) < page {
					break
				}
			}
		}
		return ids, nil
	}
}

// peopleProcess returns the ports of people with the transaction in which a change of a directory commits.
func (c *Center) peopleProcess(s storage.Stores) people.Ports {
	p := peoplePorts(s)
	p.KeepEvent = c.keepEvent()
	p.Atomically = atomically(c, peoplePorts)
	return p
}

func logPorts(s storage.Stores) admin.LogPorts { return admin.LogPorts{Log: s.Log()} }

func currencyPorts(s storage.Stores) currency.Ports {
	return currency.Ports{Currencies: s.Currencies()}
}

func (c *Center) customerPorts(s storage.Stores) customer.Ports {
	return customer.Ports{
		Customers: s.Customers(), Accounts: s.Accounts(), Currencies: currency.Uses(s.Currencies()),
		Audit: s.Audit(), Jobs: s.Jobs(),
		ImportedRows: func(
			ctx context.Context, org admin.OrgID, customer string, accounts []string,
		) ([]job.Rows, error) {
			return bulkimport.RowsOf(ctx, bulkimport.Ports{
				Imports: s.Imports(), Jobs: s.Jobs(), Customers: s.Customers(),
				Accounts: s.Accounts(), Blobs: c.o.Blobs,
			}, org, customer, accounts)
		},
	}
}

// customerProcess returns the ports of customers with the transaction in which an erasure commits.
func (c *Center) customerProcess(s storage.Stores) customer.Ports {
	p := c.customerPorts(s)
	p.Atomically = atomically(c, c.customerPorts)
	return p
}

func pricePlanPorts(s storage.Stores) priceplan.Ports {
	return priceplan.Ports{
		Plans: s.Plans(), Schedules: s.Schedules(), Currencies: currency.Uses(s.Currencies()),
	}
}

func (c *Center) tokenPorts(s storage.Stores) token.Ports {
	return token.Ports{Tokens: s.Tokens(), UserPermissions: c.userPermissions, KeepEvent: c.keepEvent()}
}

// userPermissions returns what the role of a user who answers for a token may do.
func (c *Center) userPermissions(u token.UserAccess) (admin.PermissionSet, error) {
	var custom *people.CustomRole
	if u.Custom.Len() > 0 {
		custom = &people.CustomRole{Name: people.Role(u.Role), Permissions: u.Custom}
	}
	return c.People.PermissionsOf(people.Role(u.Role), custom)
}

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
		Guard: enrich.SchemaAwareGuard(s.Enrichments(), s.EventSchemas()),
	}
}

func (c *Center) enrichPorts(s storage.Stores) enrich.Ports {
	return enrich.Ports{Settings: c.Settings, Enrichments: s.Enrichments(), EventSchemas: s.EventSchemas()}
}

func (c *Center) schemaPorts(s storage.Stores) eventschema.Ports {
	p := eventschema.Ports{Schemas: s.EventSchemas()}
	if c.Enrichments != nil { // else its options are wrong, which is reported
		p.Guard = enrich.SchemaGuard(c.Enrichments)
	}
	return p
}

func (c *Center) importPorts(s storage.Stores) bulkimport.Ports {
	p := bulkimport.Ports{
		Imports: s.Imports(), Mappings: s.ImportMappings(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts(),
		Currencies: currency.Uses(s.Currencies()), Authorize: c.Authorize, Announce: c.announce(s), Audit: s.Audit(),
		Blobs: c.o.Blobs,
	}
	p.InUse = func(ctx context.Context, org admin.OrgID, kind string, ids []string) (map[string]string, error) {
		return c.importInUse(ctx, s, org, kind, ids)
	}
	if target := c.o.ImportTarget; target != nil {
		p.Target = func(name bulkimport.TypeName) bulkimport.Target { return target(s, name) }
	}
	return p
}

func (c *Center) migrationPorts(s storage.Stores) planmigration.Ports {
	p := planmigration.Ports{
		Migrations: s.PlanMigrations(), Jobs: s.Jobs(), Plans: s.Plans(), Authorize: c.Authorize,
		Announce: c.announce(s),
	}
	if c.o.Plans != nil {
		p.Plans = c.o.Plans
	}
	if c.o.Schedules != nil {
		p.External = c.o.Schedules
	} else {
		p.Schedules = s.Schedules()
	}
	return p
}

// importProcess returns the ports of imports with the transaction in which each batch commits.
func (c *Center) importProcess(s storage.Stores) bulkimport.Ports {
	p := c.importPorts(s)
	p.Atomically = atomically(c, c.importPorts)
	return p
}

// migrationProcess returns the ports of migrations with the transaction in which each batch commits.
func (c *Center) migrationProcess(s storage.Stores) planmigration.Ports {
	p := c.migrationPorts(s)
	p.Atomically = atomically(c, c.migrationPorts)
	return p
}

func (c *Center) jobPorts(s storage.Stores) job.Ports {
	return job.Ports{Jobs: s.Jobs(), Announce: c.announce(s)}
}

// jobProcess returns the ports of jobs with the transaction in which a decision commits.
func (c *Center) jobProcess(s storage.Stores) job.Ports {
	p := c.jobPorts(s)
	p.Atomically = atomically(c, c.jobPorts)
	return p
}

// announce gives what announces due jobs the stores of the transaction.
func (c *Center) announce(s storage.Stores) job.Announce {
	if c.o.Announce == nil {
		return nil
	}
	return func(ctx context.Context, r job.Ref, at time.Time) error { return c.o.Announce(ctx, s, r, at) }
}

// jobKinds returns the rules of the kinds of job: who may read what a job is about may read the job.
func (c *Center) jobKinds() map[job.Kind]job.Rules {
	kinds := map[job.Kind]job.Rules{planmigration.Kind: {
		Read: []admin.Permission{planmigration.PermissionRead}, Subject: planmigration.SubjectKind,
	}}
	for _, s := range c.Imports.Types() {
		for _, k := range bulkimport.JobKinds(s.Type) {
			kinds[k] = job.Rules{Read: []admin.Permission{s.Read}, Subject: bulkimport.SubjectKind}
		}
	}
	return kinds
}

// atomically gives a process the ports that commit together; nil in a transaction, whose the process's
// ports are already.
func atomically[P any](c *Center, ports func(storage.Stores) P) job.Atomically[P] {
	if c.backend == nil {
		return nil
	}
	return func(ctx context.Context, fn func(P) error) error {
		return c.backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(c.o.Own.Stores(s))) })
	}
}
