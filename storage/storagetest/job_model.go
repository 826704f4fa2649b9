package storagetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// testJobModel does the same to a stored job and to one that the methods of [job.Job] take forward, in a
// drawn order that is the same every time, and compares the two after each step: adapters that say it in SQL
// must mean the same.
func testJobModel(t *testing.T, w *world) {
	m := &jobModel{world: w, r: rand.New(rand.NewPCG(1, 2)), now: epoch}
	seen := map[job.Status]int{}
	for range 12 {
		m.job = w.job()
		if m.r.IntN(2) == 0 {
			m.job.Status, m.job.StartAt = job.Scheduled, m.now.Add(time.Minute)
		}
		require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, m.job, nil, w.rec("job.create")))
		for range 25 {
			m.now = m.now.Add(time.Duration(m.r.IntN(40)) * time.Second)
			did, want, err := m.step(t)
			for _, kind := range []error{
				nil, job.ErrLeaseLost, job.ErrNotDue, admin.ErrState, admin.ErrBusy, admin.ErrConflict,
			} {
				require.Equal(t, errors.Is(want, kind), errors.Is(err, kind), "%s: want %v, got %v", did, want, err)
			}
			got, err := w.b.Jobs().Get(t.Context(), w.org, m.job.ID)
			require.NoError(t, err)
			require.Equal(t, m.job, got, did)
			seen[got.Status]++
		}
	}
	for _, s := range job.Statuses() {
		require.NotZero(t, seen[s], "no step leads to %s", s)
	}
}

// jobModel is a job as it must be, and what draws the steps.
type jobModel struct {
	*world
	r   *rand.Rand
	now time.Time
	job job.Job
}

// step does one thing to the stored job and to the model; want is the model's error.
func (m *jobModel) step(t *testing.T) (did string, want, got error) {
	t.Helper()
	store, next := m.b.Jobs(), m.job
	switch m.r.IntN(9) {
	case 0, 1, 2:
		c := job.Claim{Worker: fmt.Sprint("worker ", m.r.IntN(2)), Now: m.now, Until: m.later()}
		next, want = m.job.Claimed(c)
		_, got = store.Claim(t.Context(), m.org, m.job.ID, c)
		did = "claim"
	case 3, 4, 5:
		cp := m.checkpoint()
		next, want = m.job.Committed(cp)
		if cp.Status.Final() {
			got = store.Finish(t.Context(), m.org, cp, m.rec("job.complete"))
		} else {
			got = store.Commit(t.Context(), m.org, cp)
		}
		did = fmt.Sprintf("commit %+v", cp)
	case 6:
		attempt := m.attempt()
		next = m.job.Released(attempt)
		got = store.Release(t.Context(), m.org, m.job.ID, attempt)
		did = "release"
	case 7:
		attempt, until := m.attempt(), m.later()
		next, want = m.job.Renewed(attempt, until)
		got = store.Renew(t.Context(), m.org, m.job.ID, attempt, until)
		did = "renew"
	case 8:
		ask := m.decision()
		next, want = m.job.Updated(ask)
		got = store.Update(t.Context(), m.org, ask, m.rec("job.update"))
		did = fmt.Sprintf("update %+v", ask)
	}
	if want == nil {
		m.job = next
	}
	return did, want, got
}

func (m *jobModel) later() time.Time { return m.now.Add(time.Minute) }

// attempt is mostly the one that holds the lease.
func (m *jobModel) attempt() int64 { return m.job.Lease.Attempt - int64(m.r.IntN(4)/3) }

// checkpoint is the outcome of a batch that succeeded, failed, or was done under a lease that was lost.
func (m *jobModel) checkpoint() job.Checkpoint {
	r := m.r
	cp := job.Checkpoint{
		ID: m.job.ID, Attempt: m.job.Lease.Attempt - int64(r.IntN(8)/7), From: m.job.Cursor,
		Cursor: fmt.Sprint(r.IntN(100)), State: fmt.Sprintf(`{"n":%d}`, r.IntN(100)),
		Counts: job.Counts{
			Total: int64(r.IntN(3)), Completed: int64(r.IntN(3)), Skipped: int64(r.IntN(3)), Failed: int64(r.IntN(3)),
		},
		Status: job.InProgress, At: m.now,
	}
	switch r.IntN(16) {
	case 0:
		cp.Status = job.Completed
	case 1:
		cp.Status = job.CompletedWithFailures
	case 2:
		cp.Status, cp.Failure, cp.Failures = job.Failed, "why", m.job.Failures+1
	case 3:
		cp.Status = job.WaitingForConfirmation
	case 4:
		cp.Status = job.Scheduled
	case 5:
		cp.From += "x"
	case 6, 7, 8, 9:
		cp.Until = m.later()
	case 10, 11, 12:
		cp.Cursor, cp.Failure, cp.Failures, cp.RetryAt = cp.From, "why", m.job.Failures+1, m.now.Add(30*time.Second)
	}
	return cp
}

// decision is a change that a person asks for, mostly of the job as it is.
func (m *jobModel) decision() job.Job {
	r, ask := m.r, m.job
	ask.UpdatedAt, ask.Version = m.now, m.job.Version-int64(r.IntN(4)/3)
	ask.Decision = job.Decision{
		Action: job.ActionPause, From: ask.Status, By: admin.Actor{Kind: admin.ActorUser, ID: m.mark("user")}, At: m.now,
	}
	// More often than not it can go on.
	ask.Status = append(job.Statuses(), job.Pending, job.Pending, job.Pending, job.Pending, job.InProgress)[r.IntN(14)]
	ask.StartAt, ask.SettledAt = time.Time{}, time.Time{}
	ask.Failure, ask.Failures, ask.RetryAt = fmt.Sprint("asked ", r.IntN(9)), r.IntN(2), time.Time{}
	switch {
	case ask.Status.Final():
		ask.SettledAt = m.now
	case ask.Status == job.Scheduled:
		ask.StartAt = m.later()
	case r.IntN(4) == 0:
		ask.RetryAt = m.later()
	}
	return ask
}
