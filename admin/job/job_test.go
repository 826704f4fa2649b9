package job_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

var (
	start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	one   = uuid.MustParse("0195a2b3-0000-7000-8000-000000000001")
	two   = uuid.MustParse("0195a2b3-0000-7000-8000-000000000002")
)

func TestStatusFinal(t *testing.T) {
	for status, want := range map[job.Status]bool{
		job.Scheduled: false, job.WaitingForConfirmation: false, job.Pending: false, job.InProgress: false,
		job.Completed: true, job.Failed: true, job.Cancelled: true,
	} {
		require.Equal(t, want, status.Final(), status)
		require.Equal(t, want, job.Progress{Status: status}.Done(), status)
	}
	for status, want := range map[job.EntryStatus]bool{
		job.EntryPending: false, job.EntryInProgress: false,
		job.EntryCompleted: true, job.EntrySkipped: true, job.EntryFailed: true, job.EntryCancelled: true,
	} {
		require.Equal(t, want, status.Final(), status)
	}
}

func TestCounts(t *testing.T) {
	c := job.Counts{Total: 10, Completed: 1, Skipped: 2, Failed: 3}
	require.Equal(t, int64(6), c.Settled())
	require.Equal(t, int64(4), c.Pending())
	require.Equal(t, job.Counts{Total: 11, Completed: 3, Skipped: 5, Failed: 7}, c.Add(job.Counts{Total: 1, Completed: 2, Skipped: 3, Failed: 4}))
	require.Equal(t, c, c.Add(job.Counts{}))
	require.Zero(t, job.Counts{Completed: 5}.Pending(), "a total that is not known yet makes nothing negative")
}

func TestClaimed(t *testing.T) {
	claim := job.Claim{Owner: one, Now: start, Until: start.Add(time.Minute)}
	held := job.Lease{Attempt: 4, Owner: two, Until: start.Add(time.Second)}
	ended := job.Lease{Attempt: 4, Owner: two, Until: start}
	for _, tc := range []struct {
		reason string
		job    job.Job
		want   error
	}{
		{"pending", job.Job{Status: job.Pending, Version: 3}, nil},
		{"in progress and given up", job.Job{Status: job.InProgress, Lease: job.Lease{Attempt: 4}}, nil},
		{"scheduled for now", job.Job{Status: job.Scheduled, StartAt: start}, nil},
		{"scheduled for later", job.Job{Status: job.Scheduled, StartAt: start.Add(1000)}, job.ErrNotDue},
		{"pending with a start that is to come", job.Job{Status: job.Pending, StartAt: start.Add(1000)}, job.ErrNotDue},
		{"held by another worker", job.Job{Status: job.InProgress, Lease: held}, job.ErrLeased},
		{"held by another worker, which is busy", job.Job{Status: job.InProgress, Lease: held}, admin.ErrBusy},
		{"held by another worker whose lease has ended", job.Job{Status: job.InProgress, Lease: ended}, nil},
		{"held by the same worker", job.Job{Status: job.InProgress, Lease: job.Lease{Attempt: 4, Owner: one, Until: start.Add(time.Second)}}, nil},
		{"waits for confirmation", job.Job{Status: job.WaitingForConfirmation}, admin.ErrState},
		{"completed", job.Job{Status: job.Completed}, admin.ErrState},
		{"failed", job.Job{Status: job.Failed}, admin.ErrState},
		{"cancelled", job.Job{Status: job.Cancelled, StartAt: start.Add(time.Hour)}, admin.ErrState},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := tc.job.Claimed(claim)
			require.ErrorIs(t, err, tc.want)
			want := tc.job
			if err == nil {
				want.Status = job.InProgress
				want.Lease = job.Lease{Attempt: tc.job.Lease.Attempt + 1, Owner: one, Until: claim.Until}
			}
			require.Equal(t, want, got)
		})
	}
}

func TestClaimedTellsTheWait(t *testing.T) {
	claim := job.Claim{Owner: one, Now: start, Until: start.Add(time.Minute)}
	for _, tc := range []struct {
		reason string
		job    job.Job
		want   time.Duration
	}{
		{"until it is due", job.Job{Status: job.Scheduled, StartAt: start.Add(time.Hour)}, time.Hour},
		{"until the lease ends", job.Job{Status: job.InProgress, Lease: job.Lease{Owner: two, Until: start.Add(time.Second)}}, time.Second},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := tc.job.Claimed(claim)
			wait, ok := admin.RetryAfter(err)
			require.True(t, ok)
			require.Equal(t, tc.want, wait)
		})
	}
	_, err := job.Job{Status: job.Completed}.Claimed(claim)
	_, ok := admin.RetryAfter(err)
	require.False(t, ok, "a job that is done is never due")
}

func TestCheckpointCheck(t *testing.T) {
	for status, last := range map[job.Status]bool{job.InProgress: false, job.Completed: true, job.Failed: true} {
		require.NoError(t, job.Checkpoint{Status: status}.Check(last))
		require.ErrorIs(t, job.Checkpoint{Status: status}.Check(!last), admin.ErrInvalid)
	}
	for _, status := range []job.Status{"", job.Cancelled, job.Pending} {
		require.ErrorIs(t, job.Checkpoint{Status: status}.Check(true), admin.ErrInvalid)
		require.ErrorIs(t, job.Checkpoint{Status: status}.Check(false), admin.ErrInvalid)
	}
}

func TestCommitted(t *testing.T) {
	running := job.Job{
		ID: one, Status: job.InProgress, Counts: job.Counts{Total: 9, Completed: 1}, Cursor: "a", Version: 5,
		Lease: job.Lease{Attempt: 2, Owner: one, Until: start},
	}
	cp := job.Checkpoint{ID: one, Attempt: 2, From: "a", Cursor: "b", Counts: job.Counts{Completed: 2, Failed: 1}, Status: job.InProgress, At: start.Add(time.Second)}
	for _, tc := range []struct {
		reason string
		change func(*job.Job, *job.Checkpoint)
		want   func(*job.Job)
	}{
		{"gives the lease back", func(*job.Job, *job.Checkpoint) {}, func(j *job.Job) { j.Lease = job.Lease{Attempt: 2} }},
		{
			"keeps the lease", func(_ *job.Job, cp *job.Checkpoint) { cp.Until = start.Add(time.Minute) },
			func(j *job.Job) { j.Lease.Until = start.Add(time.Minute) },
		},
		{
			"completes", func(_ *job.Job, cp *job.Checkpoint) { cp.Status = job.Completed },
			func(j *job.Job) {
				j.Lease, j.Status, j.SettledAt = job.Lease{Attempt: 2}, job.Completed, cp.At
			},
		},
		{
			"fails", func(_ *job.Job, cp *job.Checkpoint) { cp.Status, cp.Failure = job.Failed, "why" },
			func(j *job.Job) {
				j.Lease, j.Status, j.SettledAt, j.Failure = job.Lease{Attempt: 2}, job.Failed, cp.At, "why"
			},
		},
		{"another attempt", func(_ *job.Job, cp *job.Checkpoint) { cp.Attempt = 1 }, nil},
		{"another cursor", func(j *job.Job, _ *job.Checkpoint) { j.Cursor = "aa" }, nil},
		{"cancelled in between", func(j *job.Job, _ *job.Checkpoint) { j.Status = job.Cancelled }, nil},
		{"completed in between", func(j *job.Job, _ *job.Checkpoint) { j.Status = job.Completed }, nil},
		{"an end of the lease that has passed is no matter", func(j *job.Job, cp *job.Checkpoint) { cp.At = j.Lease.Until.Add(time.Hour) }, func(j *job.Job) {
			j.Lease, j.UpdatedAt = job.Lease{Attempt: 2}, start.Add(time.Hour)
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			j, c := running, cp
			tc.change(&j, &c)
			got, err := j.Committed(c)
			if tc.want == nil {
				require.ErrorIs(t, err, job.ErrLeaseLost)
				require.ErrorIs(t, err, admin.ErrConflict)
				require.Equal(t, j, got, "nothing has changed")
				return
			}
			require.NoError(t, err)
			want := running
			want.Cursor, want.UpdatedAt, want.Version = "b", cp.At, 6
			want.Counts = job.Counts{Total: 9, Completed: 3, Failed: 1}
			tc.want(&want)
			require.Equal(t, want, got)
		})
	}
}

func TestUpdated(t *testing.T) {
	running := job.Job{ID: one, Kind: "k", Status: job.InProgress, Cursor: "a", Version: 5, Counts: job.Counts{Total: 3}, Lease: job.Lease{Attempt: 2, Owner: one, Until: start}}
	want := job.Job{
		ID: one, Kind: "other", Status: job.Cancelled, StartAt: start, UpdatedAt: start.Add(1000), SettledAt: start.Add(2000),
		Failure: "f", Cursor: "ignored", Counts: job.Counts{Total: 99}, Version: 5,
	}
	got, err := running.Updated(want)
	require.NoError(t, err)
	require.Equal(t, job.Job{
		ID: one, Kind: "k", Status: job.Cancelled, StartAt: start, UpdatedAt: start.Add(1000), SettledAt: start.Add(2000),
		Failure: "f", Cursor: "a", Counts: job.Counts{Total: 3}, Version: 6, Lease: job.Lease{Attempt: 3},
	}, got, "what a caller decides is replaced; the work that was done is not")
	want.Version = 4
	got, err = running.Updated(want)
	require.ErrorIs(t, err, admin.ErrConflict)
	require.Equal(t, running, got)
}
