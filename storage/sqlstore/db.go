package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"

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

// Options of New; the zero value is ready.
type Options struct {
	// Prefix begins every table's name; empty means DefaultPrefix. It must match
	// ^[a-z][a-z0-9_]{0,20}$.
	Prefix string
	// Retries is how often a transaction that lost against another is run again; 0 means 5, and
	// a negative number never.
	Retries int
	// Prepared is how many statements are kept prepared on each connection of the pool, at most: the
	// first that run often. 0 means 250 on SQLite, 64 on MySQL and none on PostgreSQL, because pgx
	// keeps its own; a negative number means none. See docs/databases.md.
	Prepared int
	// TrailKeys are the keys outside the database under which the audit trail is digested; none means plain SHA-256.
	// Every process needs the same.
	TrailKeys admin.TrailKeys
}

// checkRetries is how often New looks again at a database that was busy: for some seconds.
const checkRetries = 20

// DefaultPrefix begins the names of the tables.
const DefaultPrefix = "admincenter_"

var prefixPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,20}$`)

// DB is a storage.Backend over database/sql. It is safe for concurrent use.
type DB struct {
	stores
	pool       *sql.DB
	dialect    dialect
	prefix     string
	retries    int
	beginWrite string
	texts      []string // of all statements
	prepared   *prepared
	kinds      kinds
	keys       admin.TrailKeys
	slices     bool // the driver takes slices as arrays
	sql        statements
}

// kinds are the descriptions of records whose columns follow from them.
type kinds struct {
	customers *customer.Table[customer.Customer]
	accounts  *customer.Table[customer.Account]
}

var _ storage.Backend = (*DB)(nil)

// check refuses a database that could not be correct.
type check func(ctx context.Context, db *sql.DB) error

// New uses pool, which stays the caller's to close. It fails if the connection is set up so that
// the promises of the ports could not be kept; the error names what to set. It creates nothing: call
// Migrate for that.
func New(ctx context.Context, pool *sql.DB, d Dialect, o Options) (*DB, error) {
	dia, err := dialectOf(d)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if !prefixPattern.MatchString(o.Prefix) {
		return nil, fmt.Errorf("sqlstore: table prefix %q: use 1 to 21 of a-z 0-9 _, a letter first", o.Prefix)
	}
	if o.Retries == 0 {
		o.Retries = 5
	}
	// Many processes may start at the same time, and SQLite does not wait for the one that sets the journal
	// mode of a new file.
	err = patiently(ctx, checkRetries, func() error {
		err := dia.check(ctx, pool)
		if err != nil && dia.classify(err) == retryable {
			return &retry{err}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	if o.Prepared == 0 {
		o.Prepared = dia.prepared
	}
	db := &DB{pool: pool, dialect: dia, prefix: o.Prefix, retries: o.Retries, keys: o.TrailKeys}
	db.slices = dia.arrays && takesSlices(ctx, pool)
	db.beginWrite = db.bind(dia.begin)
	db.kinds = kinds{customers: customer.Customers(), accounts: customer.Accounts()}
	db.sql = newStatements(db)
	db.prepared = newPrepared(pool, o.Prepared, db.texts)
	db.stores = stores{access{db: db}}
	return db, nil
}

// Close closes the statements that are kept prepared on the pool, which stays open and the caller's. It
// is needed only if the pool outlives the DB, and must come after the last call of a port.
func (db *DB) Close() error { return db.prepared.close() }

// bind makes a statement out of a constant text, when the adapter is made. The statement finds nothing of an
// organization that is deleted.
func (db *DB) bind(text string) string { return db.bindAll(alive(text)) }

// bindAll is bind for a statement that looks by itself whether an organization is deleted.
func (db *DB) bindAll(text string) string { return db.keep(db.oneOff(text)) }

// keep has a statement that is made once prepared when it runs often.
func (db *DB) keep(text string) string {
	db.texts = append(db.texts, text)
	return text
}

// once makes a statement that is not worth keeping.
func (db *DB) oneOff(text string) string { return db.dialect.bind(db.prefix, text) }

// InTx runs fn in one transaction, again from the start if it lost against another one.
func (db *DB) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	return db.begin(ctx, func(t *tx) error { return fn(stores{access{db: db, tx: t}}) })
}

// outside runs single statements on the pool.
func (db *DB) outside() *tx { return &tx{db: db, raw: outside{db.prepared}} }

// statements are every query of the adapter, bound to the dialect and the prefix once.
type statements struct {
	audit        auditSQL
	log          logSQL
	trim         trimSQL
	currency     currencySQL
	job          jobSQL
	organization organizationSQL
	setting      settingSQL
	enrichment   enrichmentSQL
	eventSchema  eventSchemaSQL
	token        tokenSQL
	user         userSQL
	invitation   invitationSQL
	ticket       ticketSQL
	session      sessionSQL
	identity     identitySQL
	role         roleSQL
	factor       factorSQL
	erasure      erasureSQL
	imports      importSQL
	mapping      mappingSQL
	customer     customerSQL
	account      accountSQL
	plan         planSQL
	schedule     scheduleSQL
	migration    migrationSQL
}

func newStatements(db *DB) statements {
	return statements{
		audit:        newAuditSQL(db),
		log:          newLogSQL(db),
		trim:         newTrimSQL(db),
		currency:     newCurrencySQL(db),
		job:          newJobSQL(db),
		organization: newOrganizationSQL(db),
		setting:      newSettingSQL(db),
		enrichment:   newEnrichmentSQL(db),
		eventSchema:  newEventSchemaSQL(db),
		token:        newTokenSQL(db),
		user:         newUserSQL(db),
		invitation:   newInvitationSQL(db),
		ticket:       newTicketSQL(db),
		session:      newSessionSQL(db),
		identity:     newIdentitySQL(db),
		role:         newRoleSQL(db),
		factor:       newFactorSQL(db),
		erasure:      newErasureSQL(db),
		imports:      newImportSQL(db),
		mapping:      newMappingSQL(db),
		customer:     newCustomerSQL(db),
		account:      newAccountSQL(db),
		plan:         newPlanSQL(db),
		schedule:     newScheduleSQL(db),
		migration:    newMigrationSQL(db),
	}
}

// stores gives out the ports, inside a transaction or outside.
type stores struct{ access }

func (s stores) Organizations() people.OrganizationStore { return organizations{s.access} }
func (s stores) Users() people.UserStore                 { return users{s.access} }
func (s stores) Invitations() people.InvitationStore     { return invitations{s.access} }
func (s stores) Tickets() people.TicketStore             { return tickets{s.access} }
func (s stores) Sessions() people.SessionStore           { return sessions{s.access} }
func (s stores) Identities() people.IdentityStore        { return identities{s.access} }
func (s stores) Roles() people.RoleStore                 { return roles{s.access} }
func (s stores) Factors() people.FactorStore             { return factors{s.access} }
func (s stores) Audit() admin.AuditStore                 { return audit{s.access} }
func (s stores) Log() admin.LogStore                     { return logs{s.access} }
func (s stores) Jobs() job.Store                         { return jobs{s.access} }
func (s stores) Currencies() currency.Store              { return currencies{s.access} }
func (s stores) Settings() settings.Store                { return settingStore{s.access} }
func (s stores) EventSchemas() eventschema.Store         { return eventSchemas{s.access} }
func (s stores) Enrichments() enrich.Store               { return enrichments{s.access} }
func (s stores) Tokens() token.Store                     { return tokens{s.access} }
func (s stores) Imports() bulkimport.Store               { return imports{s.access} }
func (s stores) ImportMappings() bulkimport.MappingStore { return importMappings{s.access} }
func (s stores) Customers() customer.Store               { return s.access.customers() }
func (s stores) Accounts() customer.AccountStore         { return s.access.accounts() }
func (s stores) Plans() priceplan.Store                  { return plans{s.access} }
func (s stores) Schedules() priceplan.ScheduleStore      { return schedules{s.access} }
func (s stores) PlanMigrations() planmigration.Store     { return planMigrations{s.access} }

// access is how the ports reach the database.
type access struct {
	db *DB
	tx *tx // nil outside InTx
}

// reader is where a port's single queries run.
func (a access) reader() *tx {
	if a.tx != nil {
		return a.tx
	}
	return a.db.outside()
}

// bookkeep runs fn in one transaction: the open one, or its own.
func (a access) bookkeep(ctx context.Context, fn func(*tx) error) error {
	if a.tx != nil {
		return a.tx.nested(ctx, func() error { return fn(a.tx) })
	}
	return a.db.begin(ctx, fn)
}

// write is bookkeep together with an audit record.
func (a access) write(ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tx) error) error {
	return a.record(ctx, org, rec, func(t *tx) (bool, error) { return true, fn(t) })
}

// record is write for what may turn out to change nothing, and then is not put on record.
func (a access) record(
	ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tx) (changed bool, err error),
) error {
	return a.recordSet(ctx, org, 1, rec, fn)
}

// recordSet is record for a write of that many records.
func (a access) recordSet(
	ctx context.Context, org admin.OrgID, records int, rec admin.Record, fn func(*tx) (changed bool, err error),
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	write := func(t *tx) error {
		return t.hopefully(records, func() error {
			changed, err := fn(t)
			switch {
			case err != nil:
				return err
			case !changed:
				return a.exists(ctx, t, org)
			}
			return a.db.sql.audit.insert(ctx, t, org, rec)
		})
	}
	if a.tx != nil && a.tx.hopes(records) {
		return write(a.tx)
	}
	return a.bookkeep(ctx, write)
}

// exists fails with [admin.ErrNotFound] for an organization that does not exist or is deleted: what changed nothing has
// written nothing that would.
func (a access) exists(ctx context.Context, t *tx, org admin.OrgID) error {
	_, err := one(ctx, t, "organization", a.db.sql.organization.get, scanOrganization, org)
	return err
}
