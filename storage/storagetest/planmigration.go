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

// migration returns one of a source of its own.
func (w *world) migration() planmigration.Migration {
	j := w.job()
	j.Kind, j.StartAt = planmigration.Kind, epoch
	w.sources++
	return planmigration.Migration{
		ID: j.ID, Source: priceplan.Ref{ID: "basic", Version: w.sources}, Target: priceplan.Ref{ID: "pro", Version: 7},
		Mode: planmigration.NextCycleIgnoreOverride, Overrides: planmigration.KeepOverrides, RequireConfirmation: true,
		Zone: "Asia/Kolkata", Job: j, IdempotencyKey: "key of " + j.ID.String(), Digest: "digest", Of: w.id(),
		Holds: true, Follows: planmigration.Retries, Accounts: []string{"A", "a"},
		Policies: planmigration.Policies{
			RetainStartOffsets: true, Intervals: planmigration.KeepIntervals, Late: planmigration.MoveFromNow,
			Replaces: []uuid.UUID{w.id()}, ConfirmBefore: epoch, TwoPersons: true,
		},
	}
}

func migrationCalls() map[string]call {
	return map[string]call{
		"PlanMigrations.Create": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return nil, s.PlanMigrations().Create(ctx, org, w.migration(), rec)
		},
		"PlanMigrations.Get": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			m, err := s.PlanMigrations().Get(ctx, org, w.seeds.plans.migration.ID)
			return m, err
		},
		"PlanMigrations.ByKey": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			m, err := s.PlanMigrations().ByKey(ctx, org, w.seeds.plans.migration.IdempotencyKey)
			return m, err
		},
		"PlanMigrations.Hold": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			return nil, s.PlanMigrations().Hold(ctx, org, w.seeds.plans.yielded)
		},
		"PlanMigrations.List": func(
			ctx context.Context, s storage.Stores, _ *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			ms, err := s.PlanMigrations().List(ctx, org, planmigration.Filter{}, page[uuid.UUID](10))
			return ms, err
		},
	}
}

func testPlanMigrations(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(52 << 40)
	t.Run("creates a migration with its job, or nothing", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.migration()
		require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, m, w.rec("plan_migration.create")))
		got, err := b.PlanMigrations().Get(t.Context(), w.org, m.ID)
		require.NoError(t, err)
		require.Equal(t, m, got)
		j, err := b.Jobs().Get(t.Context(), w.org, m.ID)
		require.NoError(t, err)
		require.Equal(t, m.Job, j)
		es, err := b.Jobs().Entries(t.Context(), w.org, m.ID, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		require.Empty(t, es, "its first batches write them")

		taken := w.migration()
		taken.ID, taken.Job.ID = m.ID, m.ID
		taken.Zone = "UTC"
		require.ErrorIs(t, b.PlanMigrations().Create(t.Context(), w.org, taken, w.rec("plan_migration.create")),
			admin.ErrExists)
		other := w.job()
		require.NoError(t, b.Jobs().Create(t.Context(), w.org, other, nil, w.rec("job.create")))
		_, err = b.PlanMigrations().Get(t.Context(), w.org, other.ID)
		require.ErrorIs(t, err, admin.ErrNotFound, "a job of another kind is no migration")
		taken.ID, taken.Job.ID = other.ID, other.ID
		require.ErrorIs(t, b.PlanMigrations().Create(t.Context(), w.org, taken, w.rec("plan_migration.create")),
			admin.ErrExists)
		_, err = b.PlanMigrations().Get(t.Context(), w.org, other.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
	})
	t.Run("has one migration at a time hold a version of a plan", func(t *testing.T) {
		w := newWorld(t, b, c)
		create := func(change func(*planmigration.Migration)) (planmigration.Migration, error) {
			m := w.migration()
			m.Source.Version = 1
			if change != nil {
				change(&m)
			}
			return m, b.PlanMigrations().Create(t.Context(), w.org, m, w.rec("plan_migration.create"))
		}
		end := func(m planmigration.Migration, status job.Status) {
			j, err := b.Jobs().Get(t.Context(), w.org, m.ID)
			require.NoError(t, err)
			j.Status = status
			require.NoError(t, b.Jobs().Update(t.Context(), w.org, j, w.rec("job.update")))
		}
		hold := func(m planmigration.Migration) error { return b.PlanMigrations().Hold(t.Context(), w.org, m.ID) }
		first, err := create(nil)
		require.NoError(t, err)
		refused, err := create(nil)
		require.ErrorIs(t, err, planmigration.ErrLive)
		require.ErrorContains(t, err, first.ID.String())
		_, err = b.Jobs().Get(t.Context(), w.org, refused.ID)
		require.ErrorIs(t, err, admin.ErrNotFound, "nothing of it is there")
		_, err = create(func(m *planmigration.Migration) { m.Source.Version = 2 })
		require.NoError(t, err, "another version")
		_, err = create(func(m *planmigration.Migration) { m.Source.ID = "Basic" })
		require.NoError(t, err, "another plan")
		require.NoError(t, hold(first), "it has it already")
		holds := func(m planmigration.Migration) bool {
			got, err := b.PlanMigrations().Get(t.Context(), w.org, m.ID)
			require.NoError(t, err)
			return got.Holds
		}
		end(first, job.Failed)
		second, err := create(nil)
		require.NoError(t, err)
		end(first, job.Pending)
		require.ErrorIs(t, hold(first), planmigration.ErrLive)
		require.NoError(t, hold(second))
		require.Equal(t, []bool{false, true}, []bool{holds(first), holds(second)})
		end(second, job.Completed)
		require.NoError(t, hold(first))
		require.Equal(t, []bool{true, false}, []bool{holds(first), holds(second)})
		require.ErrorIs(t, b.PlanMigrations().Hold(t.Context(), w.org, w.id()), admin.ErrNotFound)
	})
	t.Run("has one migration under an idempotency key", func(t *testing.T) {
		w := newWorld(t, b, c)
		m := w.migration()
		m.IdempotencyKey = "é Key"
		require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, m, w.rec("plan_migration.create")))
		got, err := b.PlanMigrations().ByKey(t.Context(), w.org, m.IdempotencyKey)
		require.NoError(t, err)
		require.Equal(t, m, got)
		same := w.migration()
		same.IdempotencyKey = m.IdempotencyKey
		err = b.PlanMigrations().Create(t.Context(), w.org, same, w.rec("plan_migration.create"))
		require.ErrorIs(t, err, admin.ErrExists)
		_, err = b.Jobs().Get(t.Context(), w.org, same.ID)
		require.ErrorIs(t, err, admin.ErrNotFound)
		for _, key := range []string{"", "é key", "é Key "} {
			_, err = b.PlanMigrations().ByKey(t.Context(), w.org, key)
			require.ErrorIs(t, err, admin.ErrNotFound, key)
		}
		for range 2 {
			none := w.migration()
			none.IdempotencyKey = ""
			require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, none, w.rec("plan_migration.create")))
		}
	})
	t.Run("shows the job as it is now, and lists by its status, newest first", func(t *testing.T) {
		w := newWorld(t, b, c)
		made := make([]planmigration.Migration, 5)
		for i := range made {
			m := w.migration()
			require.NoError(t, b.PlanMigrations().Create(t.Context(), w.org, m, w.rec("plan_migration.create")))
			if i%2 == 0 {
				claimed, err := b.Jobs().Claim(t.Context(), w.org, m.ID,
					job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
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
		require.Equal(t, []planmigration.Migration{made[0], made[2], made[4]},
			list(planmigration.Filter{Status: job.InProgress}))
		require.Equal(t, []planmigration.Migration{made[1], made[3]}, list(planmigration.Filter{Status: job.Pending}))
	})
}
