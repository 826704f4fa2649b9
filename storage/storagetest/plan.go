package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

// planSeeds is what seedPlans put into the organization.
type planSeeds struct {
	plan      priceplan.Plan
	draft     priceplan.Plan
	schedule  priceplan.Schedule
	migration planmigration.Migration
}

func (w *world) plan(id string, version int) priceplan.Plan {
	return priceplan.Plan{
		Ref: priceplan.Ref{ID: id, Version: version}, Name: w.mark("plan"), Status: priceplan.Active,
		Currencies: []string{"USD", "EUR"}, Cycle: mustCycle(w.t, "MONTHLY LAST"),
	}
}

func mustCycle(t *testing.T, text string) priceplan.Cycle {
	t.Helper()
	c, err := priceplan.ParseCycle(text)
	require.NoError(t, err)
	return c
}

func (w *world) seedPlans() {
	w.t.Helper()
	s := &w.seeds.plans
	s.plan, s.draft = w.plan("basic", 1), w.plan("basic", 2)
	s.draft.Status = priceplan.Draft
	for _, p := range []priceplan.Plan{s.plan, s.draft} {
		require.NoError(w.t, w.b.Plans().Create(w.t.Context(), w.org, p, w.rec("plan.add")))
	}
	s.schedule = w.schedule("account", epoch, time.Time{})
	require.NoError(w.t, w.b.Schedules().Create(w.t.Context(), w.org, s.schedule, w.rec("schedule.associate")))
	s.migration = w.migration()
	require.NoError(w.t, w.b.PlanMigrations().Create(w.t.Context(), w.org, s.migration, w.entries(), w.rec("plan_migration.create")))
}

func planCalls() map[string]call {
	return map[string]call{
		"Plans.Create": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Plans().Create(ctx, org, w.plan("basic", 3), rec)
		},
		"Plans.SetStatus": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Plans().SetStatus(ctx, org, w.seeds.plans.draft.Ref, priceplan.Draft, priceplan.Active, rec)
		},
		"Plans.Version": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			p, err := s.Plans().Version(ctx, org, w.seeds.plans.plan.Ref)
			return p, err
		},
		"Plans.Latest": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			p, err := s.Plans().Latest(ctx, org, "basic")
			return p, err
		},
		"Plans.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			ps, err := s.Plans().List(ctx, org, page[string](10))
			return ps, err
		},
	}
}

func testPlans(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(50 << 40)
	t.Run("gives back what was created, a version at a time", func(t *testing.T) {
		w := newWorld(t, b, c)
		one, two := w.plan("Basic é", 1), w.plan("Basic é", 1<<31-1)
		two.Anniversary, two.Currencies, two.Cycle = true, []string{"JPY"}, mustCycle(t, "HALF_YEARLY 31 6")
		for _, p := range []priceplan.Plan{one, two} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.add")))
			got, err := b.Plans().Version(t.Context(), w.org, p.Ref)
			require.NoError(t, err)
			require.Equal(t, p, got)
			got.Currencies[0] = "XXX"
			again, err := b.Plans().Version(t.Context(), w.org, p.Ref)
			require.NoError(t, err)
			require.Equal(t, p, again, "what a caller does with a plan stays with the caller")
		}
		other := w.plan("Basic é", 1)
		other.Name = "Another"
		require.ErrorIs(t, b.Plans().Create(t.Context(), w.org, other, w.rec("plan.add")), admin.ErrExists)
		_, err := b.Plans().Version(t.Context(), w.org, priceplan.Ref{ID: "basic é", Version: 1})
		require.ErrorIs(t, err, admin.ErrNotFound, "ids compare byte by byte")
	})
	t.Run("takes the latest from what is no draft", func(t *testing.T) {
		w := newWorld(t, b, c)
		for version, status := range []priceplan.Status{priceplan.Active, priceplan.Archived, priceplan.Draft} {
			p := w.plan("p", version+9) // 9, 10, 11: numbers, not texts
			p.Status = status
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.add")))
		}
		draft := w.plan("draft", 1)
		draft.Status = priceplan.Draft
		require.NoError(t, b.Plans().Create(t.Context(), w.org, draft, w.rec("plan.add")))
		got, err := b.Plans().Latest(t.Context(), w.org, "p")
		require.NoError(t, err)
		require.Equal(t, 10, got.Ref.Version)
		for _, id := range []string{"draft", "P", "none"} {
			_, err := b.Plans().Latest(t.Context(), w.org, id)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
	})
	t.Run("changes a status only from what it was thought to be", func(t *testing.T) {
		w := newWorld(t, b, c)
		p := w.plan("p", 1)
		require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.add")))
		set := func(ref priceplan.Ref, from, to priceplan.Status) error {
			return b.Plans().SetStatus(t.Context(), w.org, ref, from, to, w.rec("plan.status"))
		}
		require.ErrorIs(t, set(p.Ref, priceplan.Draft, priceplan.Archived), admin.ErrConflict)
		require.NoError(t, set(p.Ref, priceplan.Active, priceplan.Archived))
		require.ErrorIs(t, set(priceplan.Ref{ID: "p", Version: 2}, priceplan.Active, priceplan.Archived), admin.ErrNotFound)
		got, err := b.Plans().Version(t.Context(), w.org, p.Ref)
		require.NoError(t, err)
		require.Equal(t, priceplan.Archived, got.Status)
	})
	t.Run("pages through the highest versions in order of id", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := []priceplan.Ref{{ID: "A", Version: 1}, {ID: "Z", Version: 10}, {ID: "a", Version: 2}, {ID: "b", Version: 1}, {ID: "é", Version: 3}}
		for _, ref := range []priceplan.Ref{want[4], {ID: "Z", Version: 9}, want[1], want[0], {ID: "a", Version: 1}, want[3], want[2]} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, w.plan(ref.ID, ref.Version), w.rec("plan.add")))
		}
		var got []priceplan.Ref
		for _, p := range pages(t, func(seek admin.Seek[string]) ([]priceplan.Plan, error) {
			return b.Plans().List(t.Context(), w.org, seek)
		}, func(p priceplan.Plan) string { return p.Ref.ID }) {
			got = append(got, p.Ref)
		}
		require.Equal(t, want, got)
	})
}

func (w *world) migration() planmigration.Migration {
	j := w.job()
	j.Kind, j.StartAt = planmigration.Kind, epoch
	return planmigration.Migration{
		ID: j.ID, Source: priceplan.Ref{ID: "basic", Version: 1}, Target: priceplan.Ref{ID: "pro", Version: 7},
		Mode: planmigration.NextCycleIgnoreOverride, Overrides: planmigration.KeepOverrides, RequireConfirmation: true,
		Zone: "Asia/Kolkata", Job: j,
	}
}

func migrationCalls() map[string]call {
	return map[string]call{
		"PlanMigrations.Create": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.PlanMigrations().Create(ctx, org, w.migration(), w.entries(), rec)
		},
		"PlanMigrations.Get": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record) (any, error) {
			m, err := s.PlanMigrations().Get(ctx, org, w.seeds.plans.migration.ID)
			return m, err
		},
		"PlanMigrations.List": func(ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record) (any, error) {
			ms, err := s.PlanMigrations().List(ctx, org, planmigration.Filter{}, page[uuid.UUID](10))
			return ms, err
		},
	}
}

func testPlanMigrations(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(52 << 40)
	t.Run("creates a migration with its job and entries, or nothing", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.migration()
		require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, m, w.entries(), w.rec("plan_migration.create")))
		got, err := b.PlanMigrations().Get(t.Context(), w.org, m.ID)
		require.NoError(t, err)
		require.Equal(t, m, got)
		j, err := b.Jobs().Get(t.Context(), w.org, m.ID)
		require.NoError(t, err)
		require.Equal(t, m.Job, j)
		es, err := b.Jobs().Entries(t.Context(), w.org, m.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Equal(t, w.entries(), es)

		taken := w.migration()
		taken.ID, taken.Job.ID = m.ID, m.ID
		taken.Zone = "UTC"
		require.ErrorIs(t, b.PlanMigrations().Create(t.Context(), w.org, taken, nil, w.rec("plan_migration.create")), admin.ErrExists)
		other := w.job()
		require.NoError(t, b.Jobs().Create(t.Context(), w.org, other, nil, w.rec("job.create")))
		_, err = b.PlanMigrations().Get(t.Context(), w.org, other.ID)
		require.ErrorIs(t, err, admin.ErrNotFound, "a job of another kind is no migration")
		taken.ID, taken.Job.ID = other.ID, other.ID
		require.ErrorIs(t, b.PlanMigrations().Create(t.Context(), w.org, taken, nil, w.rec("plan_migration.create")), admin.ErrExists)
		_, err = b.PlanMigrations().Get(t.Context(), w.org, other.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("shows the job as it is now, and lists by its status, newest first", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := make([]planmigration.Migration, 5)
		for i := range made {
			m := w.migration()
			require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, m, nil, w.rec("plan_migration.create")))
			if i%2 == 0 {
				claimed, err := b.Jobs().Claim(t.Context(), w.org, m.ID, job.Claim{Owner: w.id(), Now: epoch, Until: epoch.Add(time.Minute)})
				require.NoError(t, err)
				m.Job = claimed
			}
			made[len(made)-1-i] = m
		}
		list := func(f planmigration.Filter) []planmigration.Migration {
			return pages(t, func(seek admin.Seek[uuid.UUID]) ([]planmigration.Migration, error) {
				return b.PlanMigrations().List(t.Context(), w.org, f, seek)
			}, func(m planmigration.Migration) uuid.UUID { return m.ID })
		}
		require.Equal(t, made, list(planmigration.Filter{}))
		require.Equal(t, []planmigration.Migration{made[0], made[2], made[4]}, list(planmigration.Filter{Status: job.InProgress}))
		require.Equal(t, []planmigration.Migration{made[1], made[3]}, list(planmigration.Filter{Status: job.Pending}))
	})
}
