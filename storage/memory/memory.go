// Package memory keeps everything in the process: for tests, demonstrations and hosts that need
// nothing to outlive them.
//
//	center, err := admincenter.New(memory.New(), admincenter.Options{})
//
// It keeps every promise of the ports, atomicity and compare-and-swap included, and passes the same
// conformance suite as the databases. One lock guards it all: reads share it, and a transaction holds it
// alone from start to end, so inside InTx use only the stores that it gives.
package memory

import (
	"bytes"
	"context"
	"strings"
	"sync"

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

// Backend is a storage.Backend in memory. It is safe for concurrent use.
type Backend struct {
	stores
	mu      sync.RWMutex
	tenants map[admin.OrgID]*tenant
	// deleted are the organizations that were deleted; nil for those that were purged.
	deleted map[admin.OrgID]*tenant
	journal journal
	depth   int // of atomically
	kinds   kinds
	keys    admin.TrailKeys
	// digests is one index over all organizations, as in a database.
	digests map[admin.SecretDigest]tokenRef
	// blobs is what imports have in bulkimport.Blobs, which outlives their organization.
	blobs map[blobKey]blobRow
}

var _ storage.Backend = (*Backend)(nil)

// tenant is what one organization has. Each is its own set of tables, so that no look-up can cross
// from one organization into another.
type tenant struct {
	organization people.Organization
	users        *table[uuid.UUID, people.User]
	credentials  *table[uuid.UUID, people.Credential]
	invitations  *table[uuid.UUID, invitation]
	tickets      *table[uuid.UUID, people.Ticket]
	sessions     *table[uuid.UUID, session]
	identities   *table[identityKey, people.Identity]
	externalIDs  *table[string, provisioned]
	roles        *table[string, people.CustomRole]
	factors      factorTables
	audit        *table[recordKey, trailRow]
	recorded     *table[uuid.UUID, recordKey]
	log          logTables
	jobs         *table[uuid.UUID, job.Job]
	entries      map[uuid.UUID]*table[int64, job.Entry]
	effects      map[uuid.UUID]*table[int64, job.Effect]
	pruned       map[uuid.UUID]bool // jobs without entries and effects
	fileGone     map[uuid.UUID]bool // imports without a file
	currencies   *table[string, currency.Currency]
	rates        *table[rateKey, currency.Rate]
	settings     settingTables
	schemas      schemaTables
	tokens       *table[uuid.UUID, tokenRow]
	imports      *table[uuid.UUID, bulkimport.Import]
	contents     map[uuid.UUID]*table[int64, []byte]
	mappings     *table[uuid.UUID, bulkimport.SavedMapping]
	customers    *table[string, customer.Customer]
	accounts     *table[string, customer.Account]
	pricing      *planTables
}

func newTenant(o people.Organization) *tenant {
	return &tenant{
		organization: o,
		users:        newTable[uuid.UUID, people.User](compareID),
		credentials:  newTable[uuid.UUID, people.Credential](compareID),
		invitations:  newTable[uuid.UUID, invitation](compareID),
		tickets:      newTable[uuid.UUID, people.Ticket](compareID),
		sessions:     newTable[uuid.UUID, session](compareID),
		identities:   newTable[identityKey, people.Identity](compareIdentities),
		externalIDs:  newTable[string, provisioned](strings.Compare),
		roles:        newTable[string, people.CustomRole](strings.Compare),
		factors:      newFactorTables(),
		audit:        newTable[recordKey, trailRow](compareRecords),
		recorded:     newTable[uuid.UUID, recordKey](compareID),
		log:          newLogTables(),
		jobs:         newTable[uuid.UUID, job.Job](compareID),
		entries:      map[uuid.UUID]*table[int64, job.Entry]{},
		effects:      map[uuid.UUID]*table[int64, job.Effect]{},
		pruned:       map[uuid.UUID]bool{},
		fileGone:     map[uuid.UUID]bool{},
		currencies:   newTable[string, currency.Currency](strings.Compare),
		rates:        newTable[rateKey, currency.Rate](compareRates),
		settings:     newSettingTables(),
		schemas:      newSchemaTables(),
		tokens:       newTable[uuid.UUID, tokenRow](compareID),
		imports:      newTable[uuid.UUID, bulkimport.Import](compareID),
		contents:     map[uuid.UUID]*table[int64, []byte]{},
		mappings:     newTable[uuid.UUID, bulkimport.SavedMapping](compareID),
		customers:    newTable[string, customer.Customer](strings.Compare),
		accounts:     newTable[string, customer.Account](strings.Compare),
		pricing:      newPlanTables(),
	}
}

func compareID(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// New is an empty Backend.
func New() *Backend { return NewKeyed(admin.TrailKeys{}) }

// NewKeyed is an empty Backend whose audit trail is digested under keys.
func NewKeyed(keys admin.TrailKeys) *Backend {
	b := &Backend{
		tenants: map[admin.OrgID]*tenant{}, deleted: map[admin.OrgID]*tenant{},
		blobs: map[blobKey]blobRow{}, kinds: kinds{customer.Customers(), customer.Accounts()}, keys: keys,
	}
	b.stores = stores{access{b: b}}
	return b
}

// InTx runs fn once, with everything to itself, and undoes what it wrote if it fails or if ctx
// has ended by then.
func (b *Backend) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	return access{b: b}.hold(ctx, func() error {
		return b.atomically(func() error {
			if err := fn(stores{access{b: b, locked: true}}); err != nil {
				return err
			}
			return ctx.Err()
		})
	})
}

// atomically undoes what fn wrote if it fails or panics. The lock must be held.
func (b *Backend) atomically(fn func() error) (err error) {
	mark := len(b.journal.undo)
	b.depth++
	done := false
	defer func() {
		b.depth--
		if !done || err != nil {
			b.journal.rollback(mark)
		}
		if b.depth == 0 {
			b.journal.undo = nil // committed or undone; either way it need not be kept
		}
	}()
	err = fn()
	done = true
	return err
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
func (s stores) Customers() customer.Store               { return customers{s.access} }
func (s stores) Accounts() customer.AccountStore         { return accounts{s.access} }
func (s stores) Plans() priceplan.Store                  { return plans{s.access} }
func (s stores) Schedules() priceplan.ScheduleStore      { return schedules{s.access} }
func (s stores) PlanMigrations() planmigration.Store     { return planMigrations{s.access} }

// access is how the ports reach the data.
type access struct {
	b      *Backend
	locked bool // within InTx, which holds the lock already
}

// read runs fn, which changes nothing, on an organization's data. One that does not exist reads as an empty one.
func (a access) read(ctx context.Context, org admin.OrgID, fn func(*tenant) error) error {
	return a.share(ctx, func() error {
		t, ok := a.b.tenants[org]
		if !ok {
			t = newTenant(people.Organization{})
		}
		return fn(t)
	})
}

// write runs fn on an organization's data and adds the audit record, both or neither.
func (a access) write(ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tenant, *journal) error) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return a.change(ctx, org, func(t *tenant, j *journal) error {
		if err := fn(t, j); err != nil {
			return err
		}
		return t.record(j, a.b.keys, rec)
	})
}

// record is write for what may turn out to change nothing, and then is not put on record. An organization
// that does not exist is as an empty one for what is refused with an error.
func (a access) record(
	ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tenant, *journal) (changed bool, err error),
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return a.hold(ctx, func() error {
		return a.b.atomically(func() error {
			t, exists := a.b.tenants[org]
			if !exists {
				t = newTenant(people.Organization{})
			}
			changed, err := fn(t, &a.b.journal)
			switch {
			case err != nil:
				return err
			case !exists:
				return missing("organization")
			case !changed:
				return nil
			}
			return t.record(&a.b.journal, a.b.keys, rec)
		})
	})
}

// change is write for the bookkeeping that leaves no audit record.
func (a access) change(ctx context.Context, org admin.OrgID, fn func(*tenant, *journal) error) error {
	return a.hold(ctx, func() error {
		t, ok := a.b.tenants[org]
		if !ok {
			return missing("organization")
		}
		return a.b.atomically(func() error { return fn(t, &a.b.journal) })
	})
}

// share runs fn, which changes nothing, together with others of its kind. It must not be called within
// itself: a writer that waits between the two would hold up both.
func (a access) share(ctx context.Context, fn func() error) error {
	if !a.locked {
		a.b.mu.RLock()
		defer a.b.mu.RUnlock()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn()
}

// hold runs fn with everything to itself.
func (a access) hold(ctx context.Context, fn func() error) error {
	if !a.locked {
		a.b.mu.Lock()
		defer a.b.mu.Unlock()
	}
	// Asked only now, because ctx may have ended while the lock was waited for.
	if err := ctx.Err(); err != nil {
		return err
	}
	return fn()
}

// missing is the error for what does not exist and for what another organization has: one must not be
// distinguishable from the other.
func missing(noun string) error { return admin.NotFound(noun) }

func taken(noun string) error { return admin.Exists(noun) }

func conflict(noun string) error { return admin.Conflict(noun) }
