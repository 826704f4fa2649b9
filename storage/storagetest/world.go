package storagetest

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// epoch is when the suite's clock starts: an instant with microseconds, to catch adapters that drop them.
var epoch = time.Date(2026, 3, 1, 10, 20, 30, 123456000, time.UTC)

// ids counts, so that ids ascend. They begin with the time and the process as a UUIDv7 does, so that
// runs on one database stay apart.
type ids struct {
	n     atomic.Uint64
	begin sync.Once
	run   uint64
}

func (c *ids) next() uuid.UUID {
	c.begin.Do(func() { c.run = uint64(time.Now().UnixMilli())<<16 | 0x7000 | uint64(os.Getpid())&0xfff })
	n := c.n.Add(1)
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], c.run)
	binary.BigEndian.PutUint64(u[8:], 0x8000_0000_0000_0000|n)
	return u
}

// world is a backend with an organization of its own in it.
type world struct {
	t   *testing.T
	b   storage.Backend
	ids *ids
	org admin.OrgID
	// first is the organization's first user.
	first people.User
	seeds seeds
	// sources is how many migrations were made, each of a version of its own.
	sources int
}

// seeds is what [world.seed] stores in the organization, for cases to refer to.
type seeds struct {
	job      uuid.UUID
	settings settingSeeds
	token    tokenSeeds
	people   peopleSeeds
	tickets  ticketSeeds
	plans    planSeeds
	factors  factorSeeds
	settled  settledSeeds
	cut      admin.Head // up to which the log can be removed
	importSeeds
}

func newWorld(t *testing.T, b storage.Backend, c *ids) *world {
	t.Helper()
	w := &world{t: t, b: b, ids: c}
	// The name marks everything that belongs to this organization.
	w.org = admin.OrgID("org-" + w.id().String())
	o, u, cred := w.organization(w.org)
	w.first = u
	require.NoError(t, b.Organizations().Create(t.Context(), o, u, cred, w.rec("organization.create")))
	return w
}

func (w *world) id() uuid.UUID { return w.ids.next() }

// mark returns a text that contains the organization's id, so that a leak shows whose data it is.
func (w *world) mark(noun string) string { return noun + " of " + string(w.org) }

func (w *world) organization(org admin.OrgID) (people.Organization, people.User, people.Credential) {
	o := people.Organization{
		ID: org, Name: "Company of " + string(org), Status: people.OrganizationActive, StatusAt: epoch, CreatedAt: epoch,
		Version: 1,
	}
	u := people.User{
		ID: w.id(), Name: "First of " + string(org),
		Email: people.Email{Address: "First@Example.com", Key: "first@example.com"},
		Role:  people.Administrator, Status: people.UserActive, CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
	}
	return o, u, people.Credential{
		UserID: u.ID, Hash: people.NewPasswordHash("$argon2id$" + string(org)), Epoch: 1, ChangedAt: epoch,
	}
}

// rec returns a complete audit record with an id of its own.
func (w *world) rec(action admin.Action) admin.Record {
	return admin.Record{
		ID: w.id(), At: epoch, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: action,
		Subject: admin.Subject{Kind: "test", ID: string(w.org)},
		Changes: []admin.Change{{Field: "name", From: "a", To: w.mark("b")}},
	}
}

func (w *world) user() admin.Actor {
	return admin.Actor{Kind: admin.ActorUser, ID: w.first.ID.String()}
}

// seed stores one record of every kind in the organization.
func (w *world) seed() {
	w.t.Helper()
	w.seedCurrencies()
	w.seedLog()
	w.seedJobs()
	w.seedSettings()
	w.seedEnrichments()
	w.seedEventSchemas()
	w.seedTokens()
	w.seedPeople()
	w.seedTickets()
	w.seedFactors()
	w.seedImports()
	w.seedMappings()
	w.seedPlans()
	w.seedDeleted()
	w.seedSettled()
}

// page returns the first page of at most limit items.
func page[K admin.Key](limit int) admin.Seek[K] { return admin.Seek[K]{Limit: limit} }

// pages reads a list to its end, two at a time, and checks that no page is too long.
func pages[T any, K admin.Key](t *testing.T, list func(admin.Seek[K]) ([]T, error), key func(T) K) []T {
	t.Helper()
	var all []T
	seek := page[K](2)
	for range 1000 {
		items, err := list(seek)
		require.NoError(t, err)
		require.LessOrEqual(t, len(items), seek.Limit, "a page is longer than its limit")
		all = append(all, items...)
		if len(items) < seek.Limit {
			return all
		}
		seek.After = key(items[len(items)-1])
	}
	t.Fatal("paging does not end")
	return nil
}

// call calls one port method on an organization, in a way that succeeds on the one that was
// seeded. Methods that need no audit record ignore rec.
type call func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error)

// calls has one call for each port method, named "Accessor.Method".
func calls() map[string]call {
	all := map[string]call{}
	for _, part := range []map[string]call{
		organizationCalls(), auditCalls(), logCalls(), jobCalls(), currencyCalls(),
		settingCalls(),
		enrichmentCalls(), eventSchemaCalls(),
		tokenCalls(),
		userCalls(), erasureCalls(), invitationCalls(), ticketCalls(), sessionCalls(), identityCalls(), roleCalls(),
		factorCalls(),
		retentionCalls(), removalCalls(), importCalls(), importMappingCalls(), customerCalls(),
		accountCalls(),
		planCalls(), scheduleCalls(), migrationCalls(),
	} {
		for name, c := range part {
			if _, ok := all[name]; ok {
				panic(fmt.Sprintf("storagetest: two calls for %s", name))
			}
			all[name] = c
		}
	}
	return all
}

// crossing lists the methods that are meant to look across organizations.
func crossing() map[string]bool {
	return map[string]bool{
		"Jobs.Settled":          true, // finds what is to be removed; returns ids only
		"Imports.ExpiredFiles":  true, // as Jobs.Settled
		"Imports.Removals":      true, // as Jobs.Settled
		"Jobs.Due":              true, // finds work for schedulers; returns ids only
		"Organizations.Create":  true, // makes one
		"Organizations.Deleted": true, // finds what is to be purged; returns ids only
		"Users.Memberships":     true, // for a sign-in page of every organization
		"Tokens.ByDigest":       true, // a presented secret does not name its organization
		"Log.Heads":             true, // for followers of every organization; they have no data of it
		"Log.Unsealed":          true, // finds work for sealers; returns ids only
		"Log.Trimmable":         true, // as Jobs.Settled
	}
}

// bookkeeping lists the methods that change something without an audit record, because no
// user decided anything.
func bookkeeping() map[string]bool {
	return map[string]bool{
		"Factors.Attempt":     true,
		"Factors.Complete":    true,
		"Factors.Pend":        true,
		"Jobs.Claim":          true,
		"Jobs.Commit":         true,
		"Jobs.Release":        true,
		"Jobs.Renew":          true,
		"Organizations.Purge": true,
		"PlanMigrations.Hold": true,
		"Sessions.Touch":      true,
		"Tokens.Rehash":       true,
		"Tokens.Touch":        true,
		"Users.Rehash":        true,
		"Log.Seal":            true,
	}
}
