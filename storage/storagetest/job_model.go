package storagetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// testJobModel does the same to a stored job and to one that Job.Claimed, Committed and Updated take
// forward, in a drawn order that is the same every time, and compares the two after each step:
// adapters that say it in SQL must mean the same.
func testJobModel(t *testing.T, w *world) {
	r := rand.New(rand.NewPCG(1, 2))
	owners := []uuid.UUID{w.id(), w.id()}
	now := epoch
	for range 8 {
		model := w.job()
		if r.IntN(2) == 0 {
			model.Status, model.StartAt = job.Scheduled, now.Add(time.Minute)
		}
		require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, model, nil, w.rec("job.create")))
		for range 25 {
			now = now.Add(time.Duration(r.IntN(40)) * time.Second)
			did, want, err := w.drawnStep(t, r, &model, owners[r.IntN(2)], now)
			for _, kind := range []error{
				nil, job.ErrLeaseLost, job.ErrNotDue, admin.ErrState, admin.ErrBusy, admin.ErrConflict,
			} {
				require.Equal(t, errors.Is(want, kind), errors.Is(err, kind), "%s: want %v, got %v", did, want, err)
			}
			got, err := w.b.Jobs().Get(t.Context(), w.org, model.ID)
			require.NoError(t, err)
			require.Equal(t, model, got, did)
		}
	}
}

// drawnStep does one thing to the stored job and to the model; want is the model's error.
func (w *world) drawnStep(
	t *testing.T, r *rand.Rand, model *job.Job, owner uuid.UUID, now time.Time,
) (did string, want, got error) {
	t.Helper()
	store, next := w.b.Jobs(), *model
	switch r.IntN(7) {
	case 0, 1:
		c := job.Claim{Owner: owner, Now: now, Until: now.Add(time.Minute)}
		next, want = model.Claimed(c)
		_, got = store.Claim(t.Context(), w.org, model.ID, c)
		did = "claim"
	case 2, 3, 4:
		cp := job.Checkpoint{
			ID: model.ID, Attempt: model.Lease.Attempt - int64(r.IntN(8)/7), From: model.Cursor, Cursor: fmt.Sprint(r.IntN(100)),
			Counts: job.Counts{
				Total: int64(r.IntN(3)), Completed: int64(r.IntN(3)), Skipped: int64(r.IntN(3)), Failed: int64(r.IntN(3)),
			},
			Status: job.InProgress, At: now,
		}
		switch r.IntN(12) {
		case 0:
			cp.Status = job.Completed
		case 1:
			cp.Status, cp.Failure = job.Failed, "why"
		case 2:
			cp.From += "x"
		case 3, 4, 5:
			cp.Until = now.Add(time.Minute)
		}
		next, want = model.Committed(cp)
		if cp.Status.Final() {
			got = store.Finish(t.Context(), w.org, cp, w.rec("job.complete"))
		} else {
			got = store.Commit(t.Context(), w.org, cp)
		}
		did = fmt.Sprintf("commit %+v", cp)
	case 5:
		attempt := model.Lease.Attempt - int64(r.IntN(2))
		if attempt == model.Lease.Attempt {
			next.Lease = job.Lease{Attempt: attempt}
		}
		got = store.Release(t.Context(), w.org, model.ID, attempt)
		did = "release"
	case 6:
		ask := *model
		ask.UpdatedAt, ask.Failure, ask.Version = now, fmt.Sprint("asked ", r.IntN(9)), model.Version-int64(r.IntN(4)/3)
		if r.IntN(8) == 0 {
			ask.Status, ask.SettledAt = job.Cancelled, now
		}
		next, want = model.Updated(ask)
		got = store.Update(t.Context(), w.org, ask, w.rec("job.update"))
		did = "update"
	}
	if want == nil {
		*model = next
	}
	return did, want, got
}
