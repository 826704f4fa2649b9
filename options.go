package admincenter

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// Options of [New]; the zero value is ready.
type Options struct {
	// Runtime is the clock, ids, randomness and logger of every service whose own options leave them out.
	admin.Runtime
	// Roles are what each role may do; the zero value means [DefaultRoles].
	Roles people.Roles

	// Fresh is how long ago a user may last have authenticated when they change credentials, roles,
	// invitations, sessions or tokens: later calls fail with [admin.ErrReauthenticate]. 0 means that it does
	// not matter, except where people.Options.Fresh says otherwise. See [people.Service.Reauthenticate].
	Fresh time.Duration

	// KeepEvents are the kinds of event that are kept in the audit trail besides being handed to OnEvent: as records with
	// the action of the kind ([admin.EventKind.Action]), of events whose organization is known. A record costs the
	// call one insert; what cannot be written is logged and does not fail it. In a transaction they are written
	// after its end ([Center.InTx], or Committed of what [Center.In] returned).
	KeepEvents []admin.EventKind
	// KeepEventsPerMinute bounds the records of one kind and organization in a minute, in each process, of events
	// that anyone can cause: 60 if it is 0. The next record after that has how many were left out ("omitted").
	KeepEventsPerMinute int

	// The services' own options. A field that is zero is taken from above.
	Log        admin.LogOptions
	People     people.Options
	Currencies currency.Options
	Tokens     token.Options
	Settings   settings.Options
	Imports    bulkimport.Options
	Migrations planmigration.Options

	// Jobs is how imports and migrations are run and tried again; see [Center.Worker] too.
	Jobs job.Engine
	// Announce, if set, is called within the transaction by which a job becomes due, with its stores, so
	// that a queue's own insert (by sqlstore.TxOf) commits with it; see [job.Announce].
	Announce func(ctx context.Context, s storage.Stores, r job.Ref, at time.Time) error

	// Retention is how long what jobs and imports leave, and audit records, are kept; the zero value keeps them for ever.
	Retention Retention

	// Own are the host's own tables of customers, accounts, price plans and schedules, which take part in
	// the storage's transactions.
	Own storage.Own
	// ImportTarget returns where the rows of a host's own import type go, for the stores of a transaction;
	// it returns nil for a type that goes elsewhere. See [bulkimport.Ports].
	ImportTarget func(storage.Stores, bulkimport.TypeName) bulkimport.Target
	// ImportInUse, if set, returns which customers or accounts the host's own records refer to, for the stores of a
	// transaction, besides the settings and schedules that the library knows: the undo of an import leaves these. See
	// [bulkimport.InUse].
	ImportInUse func(
		ctx context.Context, s storage.Stores, org admin.OrgID, kind string, ids []string,
	) (map[string]string, error)
	// Blobs, if set, is where the files of imports are kept, in place of the database: in a directory (package dirblobs),
	// in an object store. [Center.Tidy] removes from it what is not kept any longer. See [bulkimport.Blobs].
	Blobs bulkimport.Blobs
	// Plans are a host's own price plans for migrations, which only read them, outside of any transaction of
	// the library's: they can be another service's. nil means those of the storage.
	Plans priceplan.Plans
	// Schedules are account schedules that cannot take part in the storage's transactions, such as those
	// of an HTTP API; migrations call them outside of any. See [planmigration.ExternalSchedules].
	Schedules planmigration.ExternalSchedules
}

// complete fills in the fields of the services' options that are zero.
func (o Options) complete() Options {
	if o.Roles.IsZero() {
		o.Roles = DefaultRoles()
	}
	for _, r := range []*admin.Runtime{
		&o.Log.Runtime, &o.People.Runtime, &o.Currencies.Runtime, &o.Tokens.Runtime, &o.Settings.Runtime,
		&o.Imports.Runtime, &o.Migrations.Runtime,
	} {
		*r = r.Or(o.Runtime)
	}
	o.Imports.Jobs = o.Imports.Jobs.Or(o.Jobs)
	o.Migrations.Jobs = o.Migrations.Jobs.Or(o.Jobs)
	if o.People.Roles.IsZero() {
		o.People.Roles = o.Roles
	}
	if o.People.Fresh == 0 {
		o.People.Fresh = o.Fresh
	}
	if o.Tokens.Fresh == 0 {
		o.Tokens.Fresh = o.Fresh
	}
	if o.People.CustomRoles.Allowed.Len() == 0 {
		o.People.CustomRoles.Allowed = o.People.Roles.All()
	}
	if o.Tokens.Grantable.Len() == 0 {
		o.Tokens.Grantable = o.Roles.All()
	}
	return o
}
