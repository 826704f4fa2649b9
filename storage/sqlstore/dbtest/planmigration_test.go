package dbtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

func planPorts(s storage.Stores) planmigration.Ports {
	return planmigration.Ports{Migrations: s.PlanMigrations(), Jobs: s.Jobs(), Plans: s.Plans(),
		Schedules: s.Schedules()}
}

// movers is an organization with accounts on one version of a plan, to be moved to the next.
type movers struct {
	place    place
	b        storage.Backend
	center   *admincenter.Center
	scope    admin.Scope
	accounts int
}

// negotiated reports which accounts have rate cards of their own: spread over all batches.
func negotiated(account int) bool { return account%7 == 3 }

func newMovers(t *testing.T, s server, accounts, batch int) movers {
	t.Helper()
	m := movers{place: s.place(t), scope: admin.System("acme"), accounts: accounts}
	db, _ := m.place.open(t)
	require.NoError(t, db.Migrate(t.Context()))
	m.b, m.center = db, importCenter(t, db, batch)
	_, _, err := m.center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: m.scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	m.fill(t)
	return m
}

// fill puts the accounts on basic v1.
func (m movers) fill(t *testing.T) {
	t.Helper()
	cycle, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	for version := range 2 {
		_, err := m.center.PricePlans.CreatePlan(t.Context(), m.scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "basic", Version: version + 1}, Name: "Basic", Status: priceplan.Active,
			Currencies: []iso4217.Code{"EUR"}, Cycle: cycle,
		})
		require.NoError(t, err)
	}
	var set []priceplan.Replacement
	for i := range m.accounts {
		s := priceplan.Schedule{
			ID: fmt.Sprintf("schedule %05d", i), AccountID: m.account(i), Plan: priceplan.Ref{ID: "basic", Version: 1},
			From: admin.Instant(time.Now().AddDate(0, -1, 0)), Currency: "EUR",
		}
		if negotiated(i) {
			s.RateCards = "negotiated"
		}
		set = append(set, priceplan.Replacement{AccountID: s.AccountID, Add: []priceplan.Schedule{s}})
		if len(set) == 500 || i == m.accounts-1 {
			results, err := m.b.Schedules().ReplaceAll(t.Context(), m.scope.Org(), set, rec("schedule.associate"))
			require.NoError(t, err)
			for _, r := range results {
				require.NoError(t, r.Err)
			}
			set = nil
		}
	}
}

func (m movers) account(i int) string { return fmt.Sprintf("account %05d", i) }

// plan creates a migration.
func (m movers) plan(t *testing.T, mode planmigration.Mode) uuid.UUID {
	t.Helper()
	created, err := m.center.Migrations.Create(t.Context(), m.scope, planmigration.Request{
		Source: priceplan.Ref{ID: "basic", Version: 1}, Mode: mode,
	})
	require.NoError(t, err)
	return created.ID
}

// create creates a migration and lists its accounts.
func (m movers) create(t *testing.T, mode planmigration.Mode) planmigration.Migration {
	t.Helper()
	id := m.plan(t, mode)
	for {
		created, err := m.center.Migrations.Get(t.Context(), m.scope, id)
		require.NoError(t, err)
		if created.Phase() == planmigration.Moving {
			require.EqualValues(t, m.accounts, created.Job.Counts.Total)
			return created
		}
		_, err = m.center.Migrations.Step(t.Context(), m.scope, id)
		require.NoError(t, err)
	}
}

// movable is how many accounts have no rate cards of their own.
func (m movers) movable() (n int) {
	for i := range m.accounts {
		if !negotiated(i) {
			n++
		}
	}
	return n
}

// requireMoved checks that the first accounts without rate cards were moved, each once, and that those with them were
// left alone when they were listed.
func (m movers) requireMoved(t *testing.T, id uuid.UUID, first int) {
	t.Helper()
	got, err := m.center.Migrations.Get(t.Context(), m.scope, id)
	require.NoError(t, err)
	accounts := make([]string, m.accounts)
	entries := map[string]planmigration.Entry{}
	for e, err := range m.center.Migrations.AllEntries(t.Context(), m.scope, id, job.EntryFilter{}) {
		require.NoError(t, err)
		require.NotContains(t, entries, e.AccountID)
		entries[e.AccountID] = e
	}
	for i := range m.accounts {
		accounts[i] = m.account(i)
	}
	timelines, err := m.b.Schedules().Timelines(t.Context(), m.scope.Org(), accounts, time.Time{})
	require.NoError(t, err)
	want := job.Counts{Total: int64(m.accounts)}
	moved := map[int64]bool{}
	for i, tl := range timelines {
		e := entries[tl.AccountID]
		switch {
		case negotiated(i):
			want.Skipped++
			require.Equal(t, planmigration.ReasonHasOverrides, e.Reason, tl.AccountID)
			require.Len(t, tl.Schedules, 1)
		case len(moved) == first:
			require.Equal(t, job.EntryPending, e.Status, tl.AccountID)
			require.Len(t, tl.Schedules, 1)
		default:
			want.Completed++
			moved[e.Seq] = true
			require.Equal(t, job.EntryCompleted, e.Status, tl.AccountID)
			require.Len(t, tl.Schedules, 2)
			require.Equal(t, []string{e.Old, e.New}, []string{tl.Schedules[0].ID, tl.Schedules[1].ID})
			require.Equal(t, e.At, tl.Schedules[1].From)
			require.Equal(t, tl.Schedules[0].Until, tl.Schedules[1].From)
			require.EqualValues(t, 2, tl.Schedules[0].Version)
		}
	}
	require.Equal(t, want, got.Job.Counts)
	m.requireRecords(t, id, moved)
}

// requireRecords checks that the trail has each entry that was moved in one batch.
func (m movers) requireRecords(t *testing.T, id uuid.UUID, moved map[int64]bool) {
	t.Helper()
	seen := map[int64]bool{}
	for r, err := range m.center.Trail.All(t.Context(), m.scope,
		admin.AuditFilter{Action: planmigration.ActionMigrate}) {
		require.NoError(t, err)
		if r.Subject != (admin.Subject{Kind: "plan_migration", ID: id.String()}) {
			continue
		}
		require.Equal(t, "entries", r.Changes[1].Field)
		var from, to int64
		_, err := fmt.Sscanf(r.Changes[1].To, "%d-%d", &from, &to)
		require.NoError(t, err)
		for seq := from; seq <= to; seq++ {
			require.False(t, seen[seq], "entry %d was moved twice", seq)
			seen[seq] = true
		}
	}
	for seq := range moved {
		require.True(t, seen[seq], seq)
		delete(moved, seq)
	}
}

// Batches fail before and after they were committed, and still each account is moved once.
func TestPlanMigrationResumesExactly(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		const accounts = 250
		m := newMovers(t, s, accounts, 100)
		fault, tries := errors.New("fault"), 0
		service := func(atomically job.Atomically[planmigration.Ports]) *planmigration.Service {
			ports := planPorts(m.b)
			ports.Atomically = atomically
			s, err := planmigration.NewService(ports, planmigration.Options{Batch: 100, Jobs: job.Engine{Retry: atOnce()}})
			require.NoError(t, err)
			return s
		}
		before := service(func(ctx context.Context, fn func(planmigration.Ports) error) error {
			tries++
			return m.b.InTx(ctx, func(s storage.Stores) error {
				err := fn(planPorts(s))
				if tries%3 == 1 {
					return errors.Join(err, fault)
				}
				return err
			})
		})
		after := service(func(ctx context.Context, fn func(planmigration.Ports) error) error {
			return errors.Join(m.b.InTx(ctx, func(s storage.Stores) error { return fn(planPorts(s)) }), fault)
		})
		created := m.create(t, planmigration.NextCycleIgnoreOverride)
		_, err := after.Step(t.Context(), m.scope, created.ID)
		require.NoError(t, err, "it finds that it was committed")
		m.requireMoved(t, created.ID, 100)
		for range 10 {
			p, err := before.Step(t.Context(), m.scope, created.ID)
			if err != nil {
				require.ErrorIs(t, err, fault)
			} else if p.Done() {
				break
			}
		}
		got, err := m.center.Migrations.Get(t.Context(), m.scope, created.ID)
		require.NoError(t, err)
		require.Equal(t, job.Completed, got.Job.Status)
		m.requireMoved(t, created.ID, m.movable())
	})
}

// A migration moves accounts while people agree on other terms with them: none is failed for having been touched at
// the moment, no account gets two schedules at one instant, or none, and each entry has what became of its account.
func TestPlanMigrationAmongEdits(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		const accounts = 120
		m := newMovers(t, s, accounts, 20)
		created := m.create(t, planmigration.Immediate)
		_, err := m.center.Migrations.Create(t.Context(), m.scope, planmigration.Request{
			Source: priceplan.Ref{ID: "basic", Version: 1}, Mode: planmigration.NextCycle,
		})
		require.ErrorIs(t, err, planmigration.ErrLive)
		errs := together(4, func(i int) error {
			if i == 0 {
				_, err := m.center.Migrations.Run(t.Context(), m.scope, created.ID, nil)
				return err
			}
			for n := i; n < accounts; n += 5 {
				account := m.account(accounts - 1 - n)
				tl, err := m.center.PricePlans.Timeline(t.Context(), m.scope, account, time.Now())
				if err != nil {
					return err
				}
				rates := "changed"
				_, err = m.center.PricePlans.ChangeSchedule(t.Context(), m.scope, account, tl.Schedules[0].ID,
					tl.Schedules[0].Version,
					priceplan.ScheduleChanges{RateCards: &rates})
				if err != nil && !errors.Is(err, admin.ErrConflict) && !errors.Is(err, admin.ErrNotFound) {
					return err
				}
			}
			return nil
		})
		for _, err := range errs {
			require.NoError(t, err)
		}
		got, err := m.center.Migrations.Get(t.Context(), m.scope, created.ID)
		require.NoError(t, err)
		require.EqualValues(t, accounts, got.Job.Counts.Settled())
		for reason := range got.Reasons() {
			require.Equal(t, planmigration.ReasonSuperseded, reason, "it has terms that were not in the list")
		}
		for e, err := range m.center.Migrations.AllEntries(t.Context(), m.scope, created.ID, job.EntryFilter{}) {
			require.NoError(t, err)
			tl, err := m.center.PricePlans.Timeline(t.Context(), m.scope, e.AccountID, time.Time{})
			require.NoError(t, err)
			removed, err := m.center.PricePlans.Removed(t.Context(), m.scope, e.AccountID)
			require.NoError(t, err)
			_, there := tl.Find(e.New)
			require.Equal(t, e.Status == job.EntryCompleted, there || len(removed) > 0 && e.New != "")
			for n, s := range tl.Schedules {
				if n > 0 {
					require.Equal(t, tl.Schedules[n-1].Until, s.From, "no gap and no overlap")
				}
			}
			require.True(t, tl.Schedules[len(tl.Schedules)-1].Until.IsZero(), "the account is still on a plan")
		}
	})
}
