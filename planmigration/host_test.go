package planmigration_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// host is a billing product in miniature: an organization in Kolkata with plans and accounts.
type host struct {
	t       testing.TB
	b       storage.Backend
	scope   admin.Scope
	now     time.Time
	in      *time.Location
	ids     uint64
	catalog *priceplan.Service
	// ports are what service uses; tests put faults between.
	ports   planmigration.Ports
	options planmigration.Options
}

const kolkata = "Asia/Kolkata"

var (
	basic1 = priceplan.Ref{ID: "basic", Version: 1}
	basic2 = priceplan.Ref{ID: "basic", Version: 2}
	pro    = priceplan.Ref{ID: "pro", Version: 1}
)

func newHost(t testing.TB) *host {
	t.Helper()
	h := &host{t: t, b: memory.New(), scope: admin.System("acme")}
	var err error
	h.in, err = time.LoadLocation(kolkata)
	require.NoError(t, err)
	h.now = time.Date(2026, 3, 10, 15, 30, 0, 0, h.in)
	runtime := admin.Runtime{Now: func() time.Time { return h.now }, NewID: h.id}
	kolkata := func(context.Context, admin.OrgID) (string, error) { return kolkata, nil }
	h.ports = ports(h.b)
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return h.b.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	h.options = planmigration.Options{Runtime: runtime, Zone: kolkata, Batch: 3}
	h.keepSchedules(h.b.Schedules())
	h.organization(h.b)
	h.plan(basic1, "MONTHLY 1", priceplan.Active)
	h.plan(basic2, "MONTHLY 15", priceplan.Active)
	h.plan(pro, "QUARTERLY 1 FIRST", priceplan.Active)
	return h
}

// keepSchedules has the catalog keep its schedules in a store.
func (h *host) keepSchedules(s priceplan.ScheduleStore) {
	h.t.Helper()
	var err error
	h.catalog, err = priceplan.NewService(priceplan.Ports{Plans: h.b.Plans(), Schedules: s},
		priceplan.Options{Runtime: h.options.Runtime, Zone: h.options.Zone})
	require.NoError(h.t, err)
}

// organization creates the organization in a backend.
func (h *host) organization(b storage.Backend) {
	h.t.Helper()
	at := h.options.Instant()
	first := people.User{
		ID: h.id(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, CreatedAt: at, UpdatedAt: at,
		Version: 1,
	}
	require.NoError(h.t, b.Organizations().Create(h.t.Context(),
		people.Organization{ID: "acme", Name: "Acme", CreatedAt: at, Version: 1},
		first, people.Credential{UserID: first.ID},
		h.options.Record(h.scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})))
}

// id counts, so that ids ascend and every run has the same.
func (h *host) id() uuid.UUID {
	h.ids++
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[8:], h.ids)
	u[6], u[8] = 0x70, 0x80
	return u
}

func (h *host) service() *planmigration.Service {
	h.t.Helper()
	s, err := planmigration.NewService(h.ports, h.options)
	require.NoError(h.t, err)
	return s
}

func (h *host) plan(ref priceplan.Ref, c string, status priceplan.Status, currencies ...iso4217.Code) {
	h.t.Helper()
	if currencies == nil {
		currencies = []iso4217.Code{"INR", "USD"}
	}
	n := priceplan.NewPlan{
		Ref: ref, Name: "Plan " + ref.String(), Status: status, Currencies: currencies, Cycle: cycle(h.t, c),
	}
	if status == priceplan.Archived {
		n.Status = priceplan.Active
	}
	p, err := h.catalog.CreatePlan(h.t.Context(), h.scope, n)
	if err == nil && status == priceplan.Archived {
		_, err = h.catalog.ArchivePlan(h.t.Context(), h.scope, ref, p.Version)
	}
	require.NoError(h.t, err)
}

func cycle(t testing.TB, text string) priceplan.Cycle {
	t.Helper()
	c, err := priceplan.ParseCycle(text)
	require.NoError(t, err)
	return c
}

// local reads a wall clock in Kolkata.
func (h *host) local(text string) time.Time {
	h.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, h.in)
	require.NoError(h.t, err)
	return at.UTC()
}

// day is the beginning of a day in Kolkata.
func (h *host) day(date string) time.Time {
	h.t.Helper()
	return h.local(date + " 00:00")
}

// account puts an account on basic v1 since 5 January, unless change says otherwise.
func (h *host) account(id string, change func(*priceplan.Association)) priceplan.Schedule {
	h.t.Helper()
	a := priceplan.Association{AccountID: id, Plan: basic1, From: h.day("2026-01-05"), Currency: "INR"}
	if change != nil {
		change(&a)
	}
	s, err := h.catalog.Associate(h.t.Context(), h.scope, a)
	require.NoError(h.t, err)
	return s
}

// timeline is all of an account's schedules.
func (h *host) timeline(account string) []priceplan.Schedule {
	h.t.Helper()
	tl, err := h.catalog.Timeline(h.t.Context(), h.scope, account, time.Time{})
	require.NoError(h.t, err)
	return tl.Schedules
}

// create creates a migration and lists its accounts.
func (h *host) create(r planmigration.Request) planmigration.Migration {
	h.t.Helper()
	m, err := h.service().Create(h.t.Context(), h.scope, r)
	require.NoError(h.t, err)
	require.Equal(h.t, job.Pending, m.Job.Status)
	for m.Phase() == planmigration.Listing {
		_, err = h.service().Step(h.t.Context(), h.scope, m.ID)
		require.NoError(h.t, err)
		m, err = h.service().Get(h.t.Context(), h.scope, m.ID)
		require.NoError(h.t, err)
	}
	return m
}

// confirm confirms a migration as it is now.
func (h *host) confirm(id uuid.UUID) (planmigration.Migration, error) {
	h.t.Helper()
	m, err := h.service().Get(h.t.Context(), h.scope, id)
	require.NoError(h.t, err)
	return h.service().Confirm(h.t.Context(), h.scope, id, m.Job.Version)
}

// afterFailure lets the time pass after which a batch that failed is tried again.
func (h *host) afterFailure() { h.now = h.now.Add(time.Second) }

// run takes a migration to its end and gives what became of each account.
func (h *host) run(id uuid.UUID) (job.Progress, map[string]planmigration.Entry) {
	h.t.Helper()
	p, err := h.service().Run(h.t.Context(), h.scope, id, nil)
	require.NoError(h.t, err)
	return p, h.entries(id)
}

func (h *host) entries(id uuid.UUID) map[string]planmigration.Entry {
	h.t.Helper()
	out := map[string]planmigration.Entry{}
	for e, err := range h.service().AllEntries(h.t.Context(), h.scope, id, job.EntryFilter{}) {
		require.NoError(h.t, err)
		require.NotContains(h.t, out, e.AccountID)
		out[e.AccountID] = e
	}
	return out
}

// moved is how many accounts' entries the records of batches name.
func (h *host) moved() int {
	h.t.Helper()
	n := 0
	batches := admin.AuditFilter{Action: planmigration.ActionMigrate}
	for r, err := range admin.NewTrail(h.b.Audit()).All(h.t.Context(), h.scope, batches) {
		require.NoError(h.t, err)
		require.Equal(h.t, "entries", r.Changes[1].Field)
		var from, to int
		_, err := fmt.Sscanf(r.Changes[1].To, "%d-%d", &from, &to)
		require.NoError(h.t, err)
		n += to - from + 1
	}
	return n
}

// audited is how many records of an action there are.
func (h *host) audited(action admin.Action) int {
	h.t.Helper()
	n := 0
	for _, err := range admin.NewTrail(h.b.Audit()).All(h.t.Context(), h.scope, admin.AuditFilter{Action: action}) {
		require.NoError(h.t, err)
		n++
	}
	return n
}

// paths lists the fields of a validation error.
func paths(t testing.TB, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, admin.ErrInvalid)
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var out []string
	for _, f := range invalid.Fields {
		require.NotEmpty(t, f.Message)
		out = append(out, f.Path)
	}
	return out
}

// requireWhole checks that schedules are in order without overlaps and cover the same time as
// before, every gap included.
func requireWhole(t testing.TB, before, after []priceplan.Schedule) {
	t.Helper()
	require.Equal(t, covered(t, before), covered(t, after))
}

// covered is the time that schedules cover, as spans that do not touch.
func covered(t testing.TB, all []priceplan.Schedule) [][2]time.Time {
	t.Helper()
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b priceplan.Schedule) int { return a.From.Compare(b.From) })
	var out [][2]time.Time
	for i, s := range all {
		require.True(t, s.Until.IsZero() || s.Until.After(s.From), "a schedule has time: %+v", s)
		if i > 0 {
			require.False(t, all[i-1].Overlaps(s), "%+v overlaps %+v", all[i-1], s)
		}
		if n := len(out); n > 0 && out[n-1][1].Equal(s.From) {
			out[n-1][1] = s.Until
		} else {
			out = append(out, [2]time.Time{s.From, s.Until})
		}
	}
	return out
}
