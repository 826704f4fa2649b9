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
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

// planSeeds is what seedPlans stores in the organization.
type planSeeds struct {
	plan      priceplan.Plan
	draft     priceplan.Plan
	schedule  priceplan.Schedule
	removed   priceplan.Schedule
	migration planmigration.Migration
	yielded   uuid.UUID // a migration whose source another one holds, whose job is final
}

func (w *world) plan(id string, version int) priceplan.Plan {
	return priceplan.Plan{
		Ref: priceplan.Ref{ID: id, Version: version}, Name: w.mark("plan"), Status: priceplan.Active,
		Currencies: []iso4217.Code{"USD", "EUR"}, Cycle: mustCycle(w.t, "MONTHLY LAST"),
		CreatedAt: epoch, UpdatedAt: epoch, Version: 1,
	}
}

// plans is the list of all plans.
func (w *world) plans(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]priceplan.Plan, error) {
	return w.b.Plans().List(ctx, org, priceplan.PlanFilter{}, seek)
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
		require.NoError(w.t, w.b.Plans().Create(w.t.Context(), w.org, p, w.rec("plan.create")))
	}
	s.schedule = w.schedule("account", epoch, time.Time{})
	require.NoError(w.t, w.add(w.b, s.schedule))
	s.removed = w.schedule("former", epoch, time.Time{})
	require.NoError(w.t, w.add(w.b, s.removed))
	require.NoError(w.t, w.replace(w.b, remove(s.removed), w.rec("schedule.withdraw")))
	s.migration = w.migration()
	require.NoError(w.t, w.b.PlanMigrations().Create(w.t.Context(), w.org, s.migration,
		w.rec("plan_migration.create")))
	for i := range 2 {
		m := w.migration()
		m.Source, m.Job.Status = priceplan.Ref{ID: "held", Version: 1}, job.Cancelled
		m.Job.SettledAt = epoch.Add(1000 * time.Hour)
		require.NoError(w.t, w.b.PlanMigrations().Create(w.t.Context(), w.org, m, w.rec("plan_migration.create")))
		if i == 0 {
			s.yielded = m.ID
		}
	}
}

func planCalls() map[string]call {
	return map[string]call{
		"Plans.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.Plans().Create(ctx, org, w.plan("basic", 3), rec)
		},
		"Plans.Update": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			p := w.seeds.plans.draft
			p.Status = priceplan.Active
			return nil, s.Plans().Update(ctx, org, p, rec)
		},
		"Plans.Version": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			p, err := s.Plans().Version(ctx, org, w.seeds.plans.plan.Ref)
			return p, err
		},
		"Plans.Latest": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			p, err := s.Plans().Latest(ctx, org, "basic")
			return p, err
		},
		"Plans.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			ps, err := s.Plans().List(ctx, org, priceplan.PlanFilter{}, page[string](10))
			return ps, err
		},
		"Plans.Versions": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			ps, err := s.Plans().Versions(ctx, org, "basic", page[int64](10))
			return ps, err
		},
	}
}

func testPlans(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(50 << 40)
	t.Run("returns what was created, a version at a time", func(t *testing.T) {
		w := newWorld(t, b, c)
		one, two := w.plan("Basic é", 1), w.plan("Basic é", 1<<31-1)
		two.Description = "What it is for: é"
		two.Anniversary, two.Currencies, two.Cycle = true, []iso4217.Code{"JPY"}, mustCycle(t, "HALF_YEARLY 31 6")
		for _, p := range []priceplan.Plan{one, two} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.create")))
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
		require.ErrorIs(t, b.Plans().Create(t.Context(), w.org, other, w.rec("plan.create")), admin.ErrExists)
		_, err := b.Plans().Version(t.Context(), w.org, priceplan.Ref{ID: "basic é", Version: 1})
		require.ErrorIs(t, err, admin.ErrNotFound, "ids compare byte by byte")
	})
	t.Run("takes the latest from what is active", func(t *testing.T) {
		w := newWorld(t, b, c)
		for version, status := range []priceplan.Status{priceplan.Active, priceplan.Active, priceplan.Archived,
			priceplan.Draft} {
			p := w.plan("p", version+9) // 9, 10, 11, 12: numbers, not texts
			p.Status = status
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.create")))
		}
		draft, old := w.plan("draft", 1), w.plan("old", 1)
		draft.Status, old.Status = priceplan.Draft, priceplan.Archived
		for _, p := range []priceplan.Plan{draft, old} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.create")))
		}
		got, err := b.Plans().Latest(t.Context(), w.org, "p")
		require.NoError(t, err)
		require.Equal(t, 10, got.Ref.Version)
		for _, id := range []string{"draft", "old", "P", "none"} {
			_, err := b.Plans().Latest(t.Context(), w.org, id)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
	})
	t.Run("updates the version that was read", func(t *testing.T) {
		w := newWorld(t, b, c)
		p := w.plan("p", 1)
		for _, p := range []priceplan.Plan{p, w.plan("p", 3)} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.create")))
		}
		update := func(p priceplan.Plan) error {
			rec := w.rec("plan.update")
			rec.At = epoch.Add(time.Hour)
			return b.Plans().Update(t.Context(), w.org, p, rec)
		}
		want := p
		want.Name, want.Description, want.Status = w.mark("other"), "Other", priceplan.Archived
		want.Currencies, want.Cycle, want.Anniversary = []iso4217.Code{"JPY"}, mustCycle(t, "WEEKLY 3"), true
		want.CreatedAt, want.UpdatedAt = epoch.Add(-time.Hour), epoch.Add(-time.Hour)
		require.NoError(t, update(want))
		require.ErrorIs(t, update(want), admin.ErrConflict)
		missing := want
		missing.Ref.Version = 2
		require.ErrorIs(t, update(missing), admin.ErrNotFound)
		got, err := b.Plans().Version(t.Context(), w.org, p.Ref)
		require.NoError(t, err)
		want.CreatedAt, want.UpdatedAt, want.Version = epoch, epoch.Add(time.Hour), 2
		require.Equal(t, want, got)
		other, err := b.Plans().Version(t.Context(), w.org, priceplan.Ref{ID: "p", Version: 3})
		require.NoError(t, err)
		require.Equal(t, int64(1), other.Version)
	})
	t.Run("pages through the versions of a plan, the highest first", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, ref := range []priceplan.Ref{{ID: "p", Version: 10}, {ID: "p", Version: 9}, {ID: "q", Version: 7},
			{ID: "p", Version: 1<<31 - 1}} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, w.plan(ref.ID, ref.Version), w.rec("plan.create")))
		}
		var got []int
		for _, p := range pages(t, func(seek admin.Seek[int64]) ([]priceplan.Plan, error) {
			return b.Plans().Versions(t.Context(), w.org, "p", seek)
		}, func(p priceplan.Plan) int64 { return int64(p.Ref.Version) }) {
			got = append(got, p.Ref.Version)
		}
		require.Equal(t, []int{1<<31 - 1, 10, 9}, got)
	})
	t.Run("lists of each plan the highest version of a status", func(t *testing.T) {
		w := newWorld(t, b, c)
		for id, statuses := range map[string][]priceplan.Status{
			"a": {priceplan.Archived, priceplan.Active, priceplan.Draft}, "b": {priceplan.Active, priceplan.Active},
			"c": {priceplan.Archived}, "d": {priceplan.Draft},
		} {
			for i, status := range statuses {
				p := w.plan(id, i+1)
				p.Status = status
				require.NoError(t, b.Plans().Create(t.Context(), w.org, p, w.rec("plan.create")))
			}
		}
		for status, want := range map[priceplan.Status][]priceplan.Ref{
			priceplan.Draft:    {{ID: "a", Version: 3}, {ID: "d", Version: 1}},
			priceplan.Active:   {{ID: "a", Version: 2}, {ID: "b", Version: 2}},
			priceplan.Archived: {{ID: "a", Version: 1}, {ID: "c", Version: 1}},
			"active":           nil,
		} {
			var got []priceplan.Ref
			for _, p := range pages(t, func(seek admin.Seek[string]) ([]priceplan.Plan, error) {
				return b.Plans().List(t.Context(), w.org, priceplan.PlanFilter{Status: status}, seek)
			}, func(p priceplan.Plan) string { return p.Ref.ID }) {
				got = append(got, p.Ref)
			}
			require.Equal(t, want, got, status)
		}
	})
	t.Run("pages through the highest versions in order of id", func(t *testing.T) {
		w := newWorld(t, b, c)
		want := []priceplan.Ref{{ID: "A", Version: 1}, {ID: "Z", Version: 10}, {ID: "a", Version: 2},
			{ID: "b", Version: 1}, {ID: "é", Version: 3}}
		for _, ref := range []priceplan.Ref{want[4], {ID: "Z", Version: 9}, want[1], want[0], {ID: "a", Version: 1},
			want[3], want[2]} {
			require.NoError(t, b.Plans().Create(t.Context(), w.org, w.plan(ref.ID, ref.Version), w.rec("plan.create")))
		}
		var got []priceplan.Ref
		for _, p := range pages(t, func(seek admin.Seek[string]) ([]priceplan.Plan, error) {
			return w.plans(t.Context(), w.org, seek)
		}, func(p priceplan.Plan) string { return p.Ref.ID }) {
			got = append(got, p.Ref)
		}
		require.Equal(t, want, got)
	})
}
