package job_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/retry"
	"github.com/admincenter/admincenter/storage"
)

// decision is a method of a Runner by which a person decides about a job.
type decision struct {
	action admin.Action
	make   func(*world, uuid.UUID) (job.Job, error)
}

// ann is who decides.
func (w *world) ann() admin.Scope {
	return admin.NewScope(acme, admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.PermissionSet{})
}

func decisions() []decision {
	return []decision{
		{job.ActionConfirm, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Confirm(w.t.Context(), w.ann(), id, nil)
		}},
		{job.ActionReject, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Reject(w.t.Context(), w.ann(), id)
		}},
		{job.ActionPause, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Pause(w.t.Context(), w.ann(), id)
		}},
		{job.ActionResume, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Resume(w.t.Context(), w.ann(), id)
		}},
		{job.ActionRetry, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Retry(w.t.Context(), w.ann(), id)
		}},
		{job.ActionCancel, func(w *world, id uuid.UUID) (job.Job, error) {
			return w.runner.Cancel(w.t.Context(), w.ann(), id)
		}},
	}
}

const (
	refused job.Status = "refused" // the decision fails with admin.ErrState
	same    job.Status = "same"    // the job is returned as it is
)

// What each decision makes of each status.
func TestDecisions(t *testing.T) {
	table := map[admin.Action]map[job.Status]job.Status{
		job.ActionConfirm: {job.WaitingForConfirmation: job.Pending},
		job.ActionReject:  {job.WaitingForConfirmation: job.Cancelled},
		job.ActionPause: {
			job.Scheduled: job.Paused, job.Pending: job.Paused, job.InProgress: job.Paused, job.Paused: same,
		},
		job.ActionResume: {
			job.Paused: job.Pending, job.Scheduled: same, job.Pending: same, job.InProgress: same,
		},
		job.ActionRetry: {
			job.Failed: job.Pending, job.Scheduled: same, job.Pending: same, job.InProgress: same,
		},
		job.ActionCancel: {
			job.Scheduled: job.Cancelled, job.WaitingForConfirmation: job.Cancelled, job.Pending: job.Cancelled,
			job.InProgress: job.Cancelled, job.Paused: job.Cancelled, job.Cancelled: same,
		},
	}
	for _, d := range decisions() {
		for _, status := range job.Statuses() {
			want, ok := table[d.action][status]
			if !ok {
				want = refused
			}
			t.Run(fmt.Sprintf("%s of a job that is %s", d.action, status), func(t *testing.T) {
				w := newWorld(t)
				w.announce(func() error { return nil })
				id := w.create(2, func(j *job.Job) {
					j.Status, j.Failure = status, "why"
					if status.Final() {
						j.SettledAt = start
					}
				})
				before := w.get(id)
				w.wait(time.Minute)
				got, err := d.make(w, id)
				switch want {
				case refused:
					require.ErrorIs(t, err, admin.ErrState)
					require.ErrorContains(t, err, string(status))
					require.Zero(t, got)
					require.Equal(t, before, w.get(id))
				case same:
					require.NoError(t, err)
					require.Equal(t, before, got)
					require.Equal(t, before, w.get(id))
				default:
					require.NoError(t, err)
					after := before
					after.Status, after.Version, after.UpdatedAt, after.Lease = want, 2, start.Add(time.Minute), job.Lease{Attempt: 1}
					after.Decision = job.Decision{Action: d.action, From: status, By: w.ann().Actor(), At: after.UpdatedAt}
					if after.SettledAt = (time.Time{}); want == job.Cancelled {
						after.SettledAt = after.UpdatedAt
					}
					require.Equal(t, after, got)
					require.Equal(t, after, w.get(id))
				}
				if want == refused || want == same {
					require.Zero(t, w.records(d.action))
					require.Empty(t, w.announced)
					return
				}
				require.Equal(t, 1, w.records(d.action))
				rec := w.lastRecord(d.action)
				require.Equal(t, admin.Subject{Kind: "toy", ID: id.String()}, rec.Subject)
				require.Equal(t, "ann", rec.Actor.ID)
				require.Equal(t, []admin.Change{{Field: "status", From: string(status), To: string(want)}}, rec.Changes)
				if want.Runnable() {
					require.Equal(t, []announcement{{job.Ref{Org: acme, ID: id, Kind: toy}, start.Add(time.Minute)}}, w.announced)
				} else {
					require.Empty(t, w.announced, "it is not due by that")
				}

				// What follows.
				again, err := d.make(w, id)
				switch d.action {
				case job.ActionConfirm, job.ActionReject:
					require.ErrorIs(t, err, admin.ErrState, "once is enough")
				default:
					require.NoError(t, err, "the second caller wanted the same")
					require.Equal(t, got, again)
				}
				require.Equal(t, 1, w.records(d.action))
				p, err := w.step(id)
				switch {
				case want.Runnable():
					require.NoError(t, err)
					require.Equal(t, job.Completed, p.Status)
				case want.Final():
					require.NoError(t, err)
					require.Equal(t, want, p.Status)
					require.Zero(t, w.effects())
				default:
					require.ErrorIs(t, err, admin.ErrState)
					require.Equal(t, job.Hold{Reason: job.HoldPause, By: w.ann().Actor()}, p.Hold)
				}
			})
		}
		t.Run(string(d.action)+" of an unknown job", func(t *testing.T) {
			_, err := d.make(newWorld(t), one)
			require.ErrorIs(t, err, admin.ErrNotFound)
		})
	}
}

func (w *world) lastRecord(action admin.Action) admin.Record {
	w.t.Helper()
	for rec, err := range admin.NewTrail(w.backend.Audit()).All(w.t.Context(), admin.System(acme), admin.AuditFilter{Action: action}) {
		require.NoError(w.t, err)
		return rec
	}
	w.t.Fatalf("no record of %s", action)
	return admin.Record{}
}

func TestConfirmStartsAtItsInstant(t *testing.T) {
	for _, tc := range []struct {
		reason   string
		at       time.Time
		want     job.Status
		announce time.Time
	}{
		{"immediately", time.Time{}, job.Pending, start.Add(time.Minute)},
		{"immediately if the time has come meanwhile", start.Add(time.Minute), job.Pending, start.Add(time.Minute)},
		{"when it is due", start.Add(time.Hour), job.Scheduled, start.Add(time.Hour)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t)
			w.announce(func() error { return nil })
			id := w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.WaitingForConfirmation, tc.at })
			w.wait(time.Minute)
			j, err := w.runner.Confirm(t.Context(), w.ann(), id, nil)
			require.NoError(t, err)
			require.Equal(t, tc.want, j.Status)
			require.Equal(t, tc.at, j.StartAt)
			require.Equal(t, tc.announce, w.announced[0].at)
			w.wait(time.Hour)
			p, err := w.step(id)
			require.NoError(t, err)
			require.True(t, p.Done())
		})
	}
	t.Run("which the package adjusts", func(t *testing.T) {
		w := newWorld(t)
		id := w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.WaitingForConfirmation, start })
		w.wait(time.Minute)
		j, err := w.runner.Confirm(t.Context(), w.ann(), id, func(j *job.Job) error {
			j.StartAt = j.UpdatedAt.Add(time.Hour)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, job.Scheduled, j.Status)
		require.Equal(t, start.Add(time.Hour+time.Minute), j.StartAt)
		require.Equal(t, []admin.Change{
			{Field: "status", From: "WAITING_FOR_CONFIRMATION", To: "SCHEDULED"},
			{Field: "startAt", From: "2026-03-01T10:00:00Z", To: "2026-03-01T11:01:00Z"},
		}, w.lastRecord(job.ActionConfirm).Changes)
	})
}

func TestResumeGoesBackToItsSchedule(t *testing.T) {
	w := newWorld(t)
	w.announce(func() error { return nil })
	id := w.create(1, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) })
	_, err := w.runner.Pause(t.Context(), w.ann(), id)
	require.NoError(t, err)
	w.wait(2 * time.Hour)
	_, err = w.step(id)
	require.ErrorIs(t, err, admin.ErrState, "its start does not end the pause")
	j, err := w.runner.Resume(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, job.Scheduled, j.Status)
	require.Equal(t, job.Decision{Action: job.ActionResume, From: job.Paused, By: w.ann().Actor(), At: w.clock()}, j.Decision)
	require.Equal(t, start.Add(time.Hour), w.announced[0].at)
	_, err = w.step(id)
	require.NoError(t, err)
}

func TestResumeKeepsTheWaitForARetry(t *testing.T) {
	w := newWorld(t)
	w.announce(func() error { return nil })
	id := w.create(1)
	_, err := w.stepWith(id, failing(errTarget))
	require.ErrorIs(t, err, errTarget)
	_, err = w.runner.Pause(t.Context(), w.ann(), id)
	require.NoError(t, err)
	j, err := w.runner.Resume(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, 1, j.Failures)
	require.Equal(t, start.Add(time.Second), w.announced[0].at)
	_, err = w.step(id)
	require.ErrorIs(t, err, job.ErrNotDue)
}

func TestRetryOfAJobThatWaitsForOne(t *testing.T) {
	w := newWorld(t)
	w.announce(func() error { return nil })
	id := w.create(2)
	_, err := w.stepWith(id, failing(errTarget))
	require.ErrorIs(t, err, errTarget)
	j, err := w.runner.Retry(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, job.InProgress, j.Status)
	require.Zero(t, j.RetryAt)
	require.Zero(t, j.Failures)
	require.Equal(t, start, w.announced[0].at)
	require.Equal(t, 1, w.records(job.ActionRetry))
	_, err = w.runner.Retry(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, 1, w.records(job.ActionRetry), "it waits no more")
	_, err = w.step(id)
	require.NoError(t, err, "it is due at once")
}

// An error of Announce takes the decision back.
func TestAnnounceThatFails(t *testing.T) {
	for _, d := range decisions() {
		status := map[admin.Action]job.Status{job.ActionConfirm: job.WaitingForConfirmation, job.ActionResume: job.Paused, job.ActionRetry: job.Failed}[d.action]
		if status == "" {
			continue // it announces nothing: see TestDecisions
		}
		t.Run(string(d.action), func(t *testing.T) {
			w := newWorld(t)
			w.announce(func() error { return errStruck })
			id := w.create(1, func(j *job.Job) { j.Status = status })
			before := w.get(id)
			_, err := d.make(w, id)
			require.ErrorIs(t, err, errStruck)
			require.Equal(t, before, w.get(id))
			require.Zero(t, w.records(d.action))
			require.Len(t, w.announced, 1)
			require.Zero(t, w.records("toy.announce"), "what it wrote is taken back as well")
			w.announce(func() error { return nil })
			_, err = d.make(w, id)
			require.NoError(t, err)
			require.Equal(t, 1, w.records("toy.announce"))
		})
	}
}

func TestDecisionsBetweenBatches(t *testing.T) {
	for _, d := range decisions()[2:] {
		if d.action == job.ActionResume || d.action == job.ActionRetry {
			continue
		}
		t.Run(string(d.action), func(t *testing.T) {
			w := newWorld(t)
			id := w.create(5)
			p, err := w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, func(job.Progress) {
				_, err := d.make(w, id)
				require.NoError(t, err)
			})
			require.ErrorIs(t, err, job.ErrLeaseLost)
			require.Equal(t, int64(2), p.Counts.Completed)
			require.Equal(t, int64(2), w.effects(), "what was done stays done and no more is done")
			require.Equal(t, d.action, w.get(id).Decision.Action)
			w.requireFree(id)
		})
	}
}

func TestDecisionsUnderABatch(t *testing.T) {
	for _, d := range decisions()[2:] {
		t.Run(string(d.action), func(t *testing.T) {
			w := newWorld(t)
			id := w.create(5)
			p, err := w.stepWith(id, func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				_, err := d.make(w, id)
				require.NoError(t, err)
				return w.prepare(ctx, j)
			})
			if d.action == job.ActionResume || d.action == job.ActionRetry {
				require.NoError(t, err, "it goes on anyway")
				require.Equal(t, int64(2), p.Counts.Completed)
				return
			}
			require.ErrorIs(t, err, job.ErrLeaseLost)
			require.Zero(t, w.effects())
			require.Equal(t, d.action, w.get(id).Decision.Action)
			require.Equal(t, job.InProgress, w.get(id).Decision.From)
			require.Zero(t, w.get(id).Failures)
			if d.action == job.ActionPause {
				_, err = w.runner.Resume(t.Context(), w.ann(), id)
				require.NoError(t, err)
				_, err = w.runner.Run(t.Context(), admin.System(acme), id, w.prepare, nil)
				require.NoError(t, err)
				require.Equal(t, int64(5), w.effects(), "it went on where it was")
			}
		})
	}
}

// between steps the job before an Update, at most so often.
func (w *world) between(id uuid.UUID, most int) {
	other := *w.runner
	other.JobsOf = func(s storage.Stores) job.Store { return s.Jobs() }
	other.Engine.Hooks = job.Hooks{}
	w.runner.Atomically = func(ctx context.Context, fn func(storage.Stores) error) error {
		return fn(w.backend) // a database runs another's transaction between the statements of this one
	}
	w.around = before(func(method string) error {
		if method == "Update" && most > 0 {
			most--
			_, err := other.Step(w.t.Context(), admin.System(acme), id, w.prepare)
			require.NoError(w.t, err)
		}
		return nil
	})
}

// What a person decided does not depend on how far the job got meanwhile.
func TestCancelWhileBatchesCommit(t *testing.T) {
	w := newWorld(t)
	id := w.create(9)
	w.between(id, 3)
	j, err := w.runner.Cancel(t.Context(), w.ann(), id)
	require.NoError(t, err)
	require.Equal(t, job.Cancelled, j.Status)
	require.Equal(t, int64(6), j.Counts.Completed)
	require.Equal(t, 1, w.records(job.ActionCancel))
}

func TestCancelGivesUpInTheEnd(t *testing.T) {
	w := newWorld(t)
	w.size = 1
	id := w.create(100)
	w.between(id, 1000)
	_, err := w.runner.Cancel(t.Context(), w.ann(), id)
	require.ErrorIs(t, err, admin.ErrConflict)
	require.Equal(t, int64(retry.Tries), w.get(id).Counts.Completed)
}

func TestPauseOfAJobThatCompletesMeanwhile(t *testing.T) {
	w := newWorld(t)
	id := w.create(2)
	w.between(id, 1)
	_, err := w.runner.Pause(t.Context(), w.ann(), id)
	require.ErrorIs(t, err, admin.ErrState)
	require.ErrorContains(t, err, "COMPLETED")
	w.requireDone(id, 2)
}
