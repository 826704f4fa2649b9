package storagetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

func testJobRenewals(t *testing.T, w *world) {
	ctx, store := t.Context(), w.b.Jobs()
	j := w.createJob(t, w.job())
	renew := func(attempt int64, after time.Duration) error {
		return store.Renew(ctx, w.org, j.ID, attempt, epoch.Add(after))
	}
	require.ErrorIs(t, renew(0, time.Hour), job.ErrLeaseLost, "there is none yet")
	claimed, err := store.Claim(ctx, w.org, j.ID, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
	require.NoError(t, err)
	want, err := claimed.Renewed(1, epoch.Add(time.Hour))
	require.NoError(t, err)
	require.NoError(t, renew(1, time.Hour))
	require.NoError(t, renew(1, time.Hour), "again")
	require.ErrorIs(t, renew(0, 2*time.Hour), job.ErrLeaseLost, "another attempt")
	require.ErrorIs(t, renew(2, 2*time.Hour), job.ErrLeaseLost, "another attempt")
	got, err := store.Get(ctx, w.org, j.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = store.Claim(ctx, w.org, j.ID,
		job.Claim{Worker: "v", Now: epoch.Add(30 * time.Minute), Until: epoch.Add(time.Hour)})
	require.ErrorIs(t, err, admin.ErrBusy)

	require.NoError(t, store.Commit(ctx, w.org, job.Checkpoint{
		ID: j.ID, Attempt: 1, Status: job.InProgress, At: epoch, Until: epoch.Add(time.Hour),
	}))
	require.NoError(t, renew(1, 2*time.Hour), "a batch that keeps the lease")
	require.NoError(t, store.Release(ctx, w.org, j.ID, 1))
	require.ErrorIs(t, renew(1, time.Hour), job.ErrLeaseLost, "it was given up")
	_, err = store.Claim(ctx, w.org, j.ID, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
	require.NoError(t, err)
	require.NoError(t, store.Commit(ctx, w.org, job.Checkpoint{ID: j.ID, Attempt: 2, Status: job.Scheduled, At: epoch}))
	require.ErrorIs(t, renew(2, time.Hour), job.ErrLeaseLost, "the job waits")
	require.ErrorIs(t, store.Renew(ctx, w.org, w.id(), 1, epoch), job.ErrLeaseLost, "no such job")
}

// effectsOf is every effect of a job, the last first.
func (w *world) effectsOf(t *testing.T, id uuid.UUID) []job.Effect {
	t.Helper()
	return pages(t, func(seek admin.Seek[int64]) ([]job.Effect, error) {
		return w.b.Jobs().Effects(t.Context(), w.org, id, seek)
	}, func(e job.Effect) int64 { return e.Seq })
}

func testJobEffects(t *testing.T, w *world) {
	ctx, store := t.Context(), w.b.Jobs()
	j, other := w.createJob(t, w.job()), w.createJob(t, w.job())
	for _, id := range []uuid.UUID{j.ID, other.ID} {
		_, err := store.Claim(ctx, w.org, id, job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
		require.NoError(t, err)
	}
	effect := func(seq int64, before string) job.Effect {
		return job.Effect{Seq: seq, Kind: "customer", Ref: w.mark("one"), Before: before, Version: seq * 10}
	}
	batch := job.Checkpoint{
		ID: j.ID, Attempt: 1, Status: job.InProgress, At: epoch,
		Effects: []job.Effect{effect(1, ""), effect(2, `{"name":"é"}`), effect(3, "{}")},
	}
	require.NoError(t, store.Commit(ctx, w.org, batch))
	require.Equal(t, []job.Effect{effect(3, "{}"), effect(2, `{"name":"é"}`), effect(1, "")}, w.effectsOf(t, j.ID))
	batch.Effects = []job.Effect{effect(5, ""), effect(4, "")}
	require.ErrorIs(t, store.Commit(ctx, w.org, batch), admin.ErrInvalid, "they do not ascend")
	batch.Effects = []job.Effect{effect(4, ""), effect(4, "")}
	require.ErrorIs(t, store.Commit(ctx, w.org, batch), admin.ErrInvalid, "two of them have one Seq")
	batch.Effects = []job.Effect{effect(4, ""), effect(5, ""), effect(7, "")}
	batch.Status = job.Completed
	require.NoError(t, store.Finish(ctx, w.org, batch, w.rec("job.complete")))
	all := []job.Effect{
		effect(7, ""), effect(5, ""), effect(4, ""), effect(3, "{}"), effect(2, `{"name":"é"}`), effect(1, ""),
	}
	require.Equal(t, all, w.effectsOf(t, j.ID))
	for after := range int64(10) {
		got, err := store.Effects(ctx, w.org, j.ID, admin.Seek[int64]{Limit: 10, After: after})
		require.NoError(t, err)
		want := slices.DeleteFunc(slices.Clone(all), func(e job.Effect) bool { return after > 0 && e.Seq >= after })
		require.Equal(t, len(want), len(got), after)
		if len(want) > 0 {
			require.Equal(t, want, got, after)
		}
	}
	require.Empty(t, w.effectsOf(t, other.ID), "another job's")
	require.Empty(t, w.effectsOf(t, w.id()), "of no job")
}
