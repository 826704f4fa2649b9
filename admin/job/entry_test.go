package job_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// What was pending when a job was cancelled is cancelled, for every filter and page; the store is unchanged.
func TestEntriesOfACancelledJob(t *testing.T) {
	w := newWorld(t)
	id := w.create(9)
	_, err := w.stepWith(id, then(job.Result{Cursor: "4", Entries: []job.Entry{
		{Seq: 1, Status: job.EntryCompleted}, {Seq: 3, Status: job.EntrySkipped, Reason: "why"}, {Seq: 4, Status: job.EntryFailed},
	}, Counts: job.Counts{Completed: 1, Skipped: 1, Failed: 1}}))
	require.NoError(t, err)
	jobs := w.service(map[job.Kind]job.Rules{toy: {}})
	read := func(f job.EntryFilter, limit int) (seqs []int64, statuses map[int64]job.EntryStatus) {
		t.Helper()
		statuses = map[int64]job.EntryStatus{}
		for q := (admin.Query{Limit: limit}); ; {
			page, err := jobs.Entries(t.Context(), admin.System(acme), id, f, q)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Items), limit)
			for _, e := range page.Items {
				seqs, statuses[e.Seq] = append(seqs, e.Seq), e.Status
			}
			if q.After = page.Next; q.After == "" {
				return seqs, statuses
			}
		}
	}
	pending := []int64{2, 5, 6, 7, 8, 9}
	for _, cancelled := range []bool{false, true} {
		open, none := job.EntryPending, job.EntryCancelled
		if cancelled {
			j, err := jobs.Cancel(t.Context(), admin.System(acme), id)
			require.NoError(t, err)
			require.Equal(t, int64(6), j.Counts.Pending())
			open, none = none, open
		}
		for limit := 1; limit <= 10; limit++ {
			seqs, statuses := read(job.EntryFilter{}, limit)
			require.Equal(t, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}, seqs)
			require.Equal(t, map[int64]job.EntryStatus{
				1: job.EntryCompleted, 2: open, 3: job.EntrySkipped, 4: job.EntryFailed, 5: open, 6: open, 7: open, 8: open, 9: open,
			}, statuses)
			seqs, statuses = read(job.EntryFilter{Status: open}, limit)
			require.Equal(t, pending, seqs)
			require.Equal(t, open, statuses[9])
			seqs, _ = read(job.EntryFilter{Status: none}, limit)
			require.Empty(t, seqs)
			seqs, _ = read(job.EntryFilter{Status: job.EntrySkipped}, limit)
			require.Equal(t, []int64{3}, seqs)
		}
	}
	stored, err := w.backend.Jobs().Entries(t.Context(), acme, id, job.EntryFilter{Status: job.EntryPending}, admin.Seek[int64]{Limit: 20})
	require.NoError(t, err)
	require.Len(t, stored, 6)
}

func TestEffectsAreKeptWithTheBatch(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	effects := []job.Effect{{Seq: 1, Kind: "toy", Ref: "a", Version: 1}, {Seq: 2, Kind: "toy", Ref: "b", Before: "{}", Version: 4}}
	_, err := w.stepWith(id, then(job.Result{Cursor: "1", Effects: effects}))
	require.NoError(t, err)
	got, err := w.backend.Jobs().Effects(t.Context(), acme, id, admin.Seek[int64]{Limit: 9})
	require.NoError(t, err)
	require.Equal(t, []job.Effect{effects[1], effects[0]}, got, "the last one first")
}

func TestServiceEffects(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	jobs := w.service(map[job.Kind]job.Rules{toy: {Read: []admin.Permission{readToys}}})
	_, err := w.stepWith(id, then(job.Result{Cursor: "1", Effects: []job.Effect{{Seq: 1}, {Seq: 2}, {Seq: 3}}}))
	require.NoError(t, err)
	for limit := 1; limit <= 4; limit++ {
		var seqs []int64
		for q := (admin.Query{Limit: limit}); ; {
			page, err := jobs.Effects(t.Context(), admin.System(acme), id, q)
			require.NoError(t, err)
			for _, e := range page.Items {
				seqs = append(seqs, e.Seq)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		require.Equal(t, []int64{3, 2, 1}, seqs, "in pages of %d", limit)
	}
	_, err = jobs.Effects(t.Context(), w.ann(), id, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = jobs.Effects(t.Context(), admin.System("umbrella"), id, admin.Query{})
	require.ErrorIs(t, err, admin.ErrNotFound)
}
