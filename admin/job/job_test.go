package job_test

import (
	"math/rand/v2"
	"strings"
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
)

func TestStatuses(t *testing.T) {
	final := []job.Status{job.Completed, job.CompletedWithFailures, job.Failed, job.Cancelled}
	runnable := []job.Status{job.Scheduled, job.Pending, job.InProgress}
	require.Len(t, job.Statuses(), 9)
	for _, s := range job.Statuses() {
		isFinal, isRunnable := s.Final(), s.Runnable()
		if isFinal {
			require.Contains(t, final, s)
		} else {
			require.NotContains(t, final, s)
		}
		if isRunnable {
			require.Contains(t, runnable, s)
		} else {
			require.NotContains(t, runnable, s)
		}
		require.False(t, isFinal && isRunnable)
		require.Equal(t, isFinal, job.Progress{Status: s}.Done())
	}
	require.False(t, job.Status("").Runnable())
	for _, s := range job.EntryStatuses() {
		require.Equal(t, s != job.EntryPending, s.Final(), s)
	}
	require.Len(t, job.EntryStatuses(), 5)
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
	claim := job.Claim{Worker: "this", Now: start, Until: start.Add(time.Minute)}
	held := job.Lease{Attempt: 4, Worker: "other", Until: start.Add(time.Second)}
	ended := job.Lease{Attempt: 4, Worker: "other", Until: start}
	for _, tc := range []struct {
		reason string
		job    job.Job
		want   error
		wait   time.Duration
	}{
		{"pending", job.Job{Status: job.Pending, Version: 3}, nil, 0},
		{"in progress and given up", job.Job{Status: job.InProgress, Lease: job.Lease{Attempt: 4}}, nil, 0},
		{"scheduled for now", job.Job{Status: job.Scheduled, StartAt: start}, nil, 0},
		{"scheduled for later", job.Job{Status: job.Scheduled, StartAt: start.Add(1000)}, job.ErrNotDue, 1000},
		{"pending, whatever its start", job.Job{Status: job.Pending, StartAt: start.Add(1000)}, nil, 0},
		{"in progress, whatever its start", job.Job{Status: job.InProgress, StartAt: start.Add(1000)}, nil, 0},
		{"to be tried again now", job.Job{Status: job.InProgress, RetryAt: start, Failures: 2}, nil, 0},
		{"to be tried again later", job.Job{Status: job.InProgress, RetryAt: start.Add(time.Hour)}, job.ErrNotDue, time.Hour},
		{"to be tried again before its start", job.Job{Status: job.Scheduled, RetryAt: start.Add(1000), StartAt: start.Add(2000)}, job.ErrNotDue, 2000},
		{"to be tried again after its start", job.Job{Status: job.Scheduled, RetryAt: start.Add(3000), StartAt: start.Add(2000)}, job.ErrNotDue, 3000},
		{"held by another worker", job.Job{Status: job.InProgress, Lease: held}, job.ErrLeased, time.Second},
		{"held by another worker, which is busy", job.Job{Status: job.InProgress, Lease: held}, admin.ErrBusy, time.Second},
		{"held by another worker whose lease has ended", job.Job{Status: job.InProgress, Lease: ended}, nil, 0},
		{"held by another goroutine of the same process", job.Job{Status: job.InProgress, Lease: job.Lease{Attempt: 4, Worker: "this", Until: start.Add(1)}}, job.ErrLeased, 1},
		{"waits for confirmation", job.Job{Status: job.WaitingForConfirmation}, admin.ErrState, 0},
		{"paused", job.Job{Status: job.Paused}, admin.ErrState, 0},
		{"completed", job.Job{Status: job.Completed}, admin.ErrState, 0},
		{"completed with failures", job.Job{Status: job.CompletedWithFailures}, admin.ErrState, 0},
		{"failed", job.Job{Status: job.Failed, RetryAt: start.Add(time.Hour)}, admin.ErrState, 0},
		{"cancelled", job.Job{Status: job.Cancelled, StartAt: start.Add(time.Hour)}, admin.ErrState, 0},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := tc.job.Claimed(claim)
			require.ErrorIs(t, err, tc.want)
			wait, ok := admin.RetryAfter(err)
			require.Equal(t, tc.wait > 0, ok, "what is never due has no wait")
			require.Equal(t, tc.wait, wait)
			want := tc.job
			if err == nil {
				want.Status, want.TriedAt = job.InProgress, start
				want.Lease = job.Lease{Attempt: tc.job.Lease.Attempt + 1, Worker: "this", Until: claim.Until}
			} else if tc.wait == 0 {
				require.NotErrorIs(t, err, job.ErrNotDue)
			}
			require.Equal(t, want, got)
		})
	}
}

func TestCheckpointCheck(t *testing.T) {
	last := map[job.Status]bool{
		job.InProgress: false, job.Scheduled: false, job.WaitingForConfirmation: false, job.Paused: false,
		job.Completed: true, job.CompletedWithFailures: true, job.Failed: true,
	}
	for _, status := range append(job.Statuses(), "", "BOGUS") {
		for _, method := range []bool{false, true} {
			err := job.Checkpoint{Status: status}.Check(method)
			if want, ok := last[status]; ok && want == method {
				require.NoError(t, err, status)
			} else {
				require.ErrorIs(t, err, admin.ErrInvalid, status)
				require.ErrorContains(t, err, "use one of ")
			}
			if status != job.InProgress {
				require.ErrorIs(t, job.Checkpoint{Status: status, Until: start}.Check(method), admin.ErrInvalid, status)
			}
		}
	}
	for _, tc := range []struct {
		reason string
		cp     job.Checkpoint
		ok     bool
	}{
		{"a lease that goes on", job.Checkpoint{Status: job.InProgress, Until: start}, true},
		{"a cursor of 1000 bytes", job.Checkpoint{Status: job.InProgress, Cursor: strings.Repeat("c", 1000)}, true},
		{"a cursor of 1001 bytes", job.Checkpoint{Status: job.InProgress, Cursor: strings.Repeat("c", 1001)}, false},
		{"a state of 64 KiB", job.Checkpoint{Status: job.InProgress, State: strings.Repeat("s", 64<<10)}, true},
		{"a state of more", job.Checkpoint{Status: job.InProgress, State: strings.Repeat("s", 64<<10+1)}, false},
		{"effects in order", job.Checkpoint{Status: job.InProgress, Effects: []job.Effect{{Seq: 1}, {Seq: 3}}}, true},
		{"effects out of order", job.Checkpoint{Status: job.InProgress, Effects: []job.Effect{{Seq: 3}, {Seq: 1}}}, false},
		{"two effects with one Seq", job.Checkpoint{Status: job.InProgress, Effects: []job.Effect{{Seq: 1}, {Seq: 1}}}, false},
	} {
		if err := tc.cp.Check(false); tc.ok {
			require.NoError(t, err, tc.reason)
		} else {
			require.ErrorIs(t, err, admin.ErrInvalid, tc.reason)
		}
	}
}

func TestResultThatCannotBeKeptIsAFailure(t *testing.T) {
	w := newWorld(t)
	id := w.create(1)
	_, err := w.stepWith(id, then(job.Result{Cursor: strings.Repeat("c", 1001)}))
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Contains(t, w.get(id).Failure, "use at most 1000")
}

func TestCommitted(t *testing.T) {
	running := job.Job{
		ID: one, Status: job.InProgress, Counts: job.Counts{Total: 9, Completed: 1}, Cursor: "a", State: "x", Version: 5, TriedAt: start,
		Failure: "before", Failures: 2, RetryAt: start, Lease: job.Lease{Attempt: 2, Worker: "this", Until: start},
	}
	cp := job.Checkpoint{
		ID: one, Attempt: 2, From: "a", Cursor: "b", State: "y", Counts: job.Counts{Completed: 2, Failed: 1}, Status: job.InProgress,
		At: start.Add(time.Second),
	}
	for _, tc := range []struct {
		reason string
		change func(*job.Job, *job.Checkpoint)
		want   func(*job.Job)
	}{
		{"gives the lease back", func(*job.Job, *job.Checkpoint) {}, func(*job.Job) {}},
		{
			"keeps the lease", func(_ *job.Job, cp *job.Checkpoint) { cp.Until = start.Add(time.Minute) },
			func(j *job.Job) { j.Lease = job.Lease{Attempt: 2, Worker: "this", Until: start.Add(time.Minute)} },
		},
		{
			"keeps a failure", func(_ *job.Job, cp *job.Checkpoint) {
				cp.Failure, cp.Failures, cp.RetryAt = "why", 3, start.Add(time.Hour)
			},
			func(j *job.Job) { j.Failure, j.Failures, j.RetryAt = "why", 3, start.Add(time.Hour) },
		},
		{
			"completes", func(_ *job.Job, cp *job.Checkpoint) { cp.Status = job.Completed },
			func(j *job.Job) { j.Status, j.SettledAt = job.Completed, cp.At },
		},
		{
			"completes with failures", func(_ *job.Job, cp *job.Checkpoint) { cp.Status = job.CompletedWithFailures },
			func(j *job.Job) { j.Status, j.SettledAt = job.CompletedWithFailures, cp.At },
		},
		{
			"fails", func(_ *job.Job, cp *job.Checkpoint) { cp.Status, cp.Failure, cp.Failures = job.Failed, "why", 15 },
			func(j *job.Job) { j.Status, j.SettledAt, j.Failure, j.Failures = job.Failed, cp.At, "why", 15 },
		},
		{
			"waits for confirmation", func(_ *job.Job, cp *job.Checkpoint) { cp.Status = job.WaitingForConfirmation },
			func(j *job.Job) { j.Status = job.WaitingForConfirmation },
		},
		{
			"waits for its start", func(_ *job.Job, cp *job.Checkpoint) { cp.Status = job.Scheduled },
			func(j *job.Job) { j.Status = job.Scheduled },
		},
		{
			"does not look at the end of the lease", func(j *job.Job, cp *job.Checkpoint) { cp.At = j.Lease.Until.Add(time.Hour) },
			func(j *job.Job) { j.UpdatedAt = start.Add(time.Hour) },
		},
		{"another attempt", func(_ *job.Job, cp *job.Checkpoint) { cp.Attempt = 1 }, nil},
		{"another cursor", func(j *job.Job, _ *job.Checkpoint) { j.Cursor = "aa" }, nil},
		{"paused in between", func(j *job.Job, _ *job.Checkpoint) { j.Status = job.Paused }, nil},
		{"cancelled in between", func(j *job.Job, _ *job.Checkpoint) { j.Status = job.Cancelled }, nil},
		{"completed in between", func(j *job.Job, _ *job.Checkpoint) { j.Status = job.Completed }, nil},
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
			want.Cursor, want.State, want.UpdatedAt, want.Version = "b", "y", cp.At, 6
			want.Failure, want.Failures, want.RetryAt = "", 0, time.Time{}
			want.Counts = job.Counts{Total: 9, Completed: 3, Failed: 1}
			want.Lease = job.Lease{Attempt: 2}
			tc.want(&want)
			require.Equal(t, want, got)
		})
	}
}

func TestUpdated(t *testing.T) {
	running := job.Job{
		ID: one, Kind: "k", Status: job.InProgress, Cursor: "a", State: "s", Version: 5, Counts: job.Counts{Total: 3}, TriedAt: start,
		Lease: job.Lease{Attempt: 2, Worker: "this", Until: start},
	}
	decision := job.Decision{Action: job.ActionCancel, From: job.InProgress, By: admin.Actor{Kind: admin.ActorUser, ID: "ann"}, At: start}
	want := job.Job{
		ID: one, Kind: "other", Status: job.Cancelled, StartAt: start, UpdatedAt: start.Add(1000), SettledAt: start.Add(2000),
		Failure: "f", Failures: 2, RetryAt: start.Add(3000), Decision: decision,
		Cursor: "ignored", State: "ignored", Counts: job.Counts{Total: 99}, Version: 5, TriedAt: start.Add(1),
	}
	got, err := running.Updated(want)
	require.NoError(t, err)
	require.Equal(t, job.Job{
		ID: one, Kind: "k", Status: job.Cancelled, StartAt: start, UpdatedAt: start.Add(1000), SettledAt: start.Add(2000),
		Failure: "f", Failures: 2, RetryAt: start.Add(3000), Decision: decision, TriedAt: start,
		Cursor: "a", State: "s", Counts: job.Counts{Total: 3}, Version: 6, Lease: job.Lease{Attempt: 3},
	}, got, "what a caller decides is replaced; the work that was done is not")
	want.Version = 4
	got, err = running.Updated(want)
	require.ErrorIs(t, err, admin.ErrConflict)
	require.Equal(t, running, got)
}

func TestRenewedAndReleased(t *testing.T) {
	until := start.Add(time.Minute)
	running := job.Job{Status: job.InProgress, Version: 5, Lease: job.Lease{Attempt: 2, Worker: "this", Until: start}}
	got, err := running.Renewed(2, until)
	require.NoError(t, err)
	want := running
	want.Lease.Until = until
	require.Equal(t, want, got)
	for _, tc := range []struct {
		reason  string
		attempt int64
		change  func(*job.Job)
	}{
		{"another attempt", 1, func(*job.Job) {}},
		{"no lease", 2, func(j *job.Job) { j.Lease = job.Lease{Attempt: 2} }},
		{"a job that is paused", 2, func(j *job.Job) { j.Status = job.Paused }},
	} {
		j := running
		tc.change(&j)
		got, err := j.Renewed(tc.attempt, until)
		require.ErrorIs(t, err, job.ErrLeaseLost, tc.reason)
		require.Equal(t, j, got, tc.reason)
	}
	want.Lease = job.Lease{Attempt: 2}
	require.Equal(t, want, running.Released(2))
	require.Equal(t, running, running.Released(1), "another attempt's lease stays")
}

// drawn returns a job in any state, around the instant start.
func drawn(r *rand.Rand) job.Job {
	instant := func() time.Time {
		if r.IntN(3) == 0 {
			return time.Time{}
		}
		return start.Add(time.Duration(r.IntN(7)-3) * time.Minute)
	}
	j := job.Job{
		Status: job.Statuses()[r.IntN(9)], StartAt: instant(), RetryAt: instant(), Version: r.Int64N(9), Cursor: []string{"", "a"}[r.IntN(2)],
		Lease: job.Lease{Attempt: r.Int64N(3)}, Decision: job.Decision{By: admin.Actor{Kind: admin.ActorUser, ID: "ann"}},
	}
	if r.IntN(2) == 0 {
		j.Lease.Worker, j.Lease.Until = "other", instant()
	}
	return j
}

// What a job is due at, what it waits for, and what can be claimed, are three views of the same.
func TestLawsOfAJob(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	claim := job.Claim{Worker: "this", Now: start, Until: start.Add(time.Minute)}
	seen := map[job.HoldReason]int{}
	for range 20000 {
		j := drawn(r)
		claimed, err := j.Claimed(claim)
		at, runnable := j.DueAt()
		hold := j.Hold(start)
		seen[hold.Reason]++

		require.Equal(t, j.Status.Runnable(), runnable, j)
		require.Equal(t, runnable && !at.After(start), err == nil, j)
		require.Equal(t, err == nil || j.Status.Final(), hold == job.Hold{}, j)
		if !runnable {
			require.Zero(t, at)
		}
		if wait, ok := admin.RetryAfter(err); ok {
			require.LessOrEqual(t, wait, at.Sub(start), "waiting as long as an error says is never too long")
			require.Equal(t, start.Add(wait), hold.Until, "the error and the screen say the same")
		}
		if runnable {
			require.Equal(t, hold.Reason == job.HoldLease, hold.Worker != "", j)
			later := claim
			if later.Now = start; at.After(start) {
				later.Now = at
			}
			_, err := j.Claimed(later)
			require.NoError(t, err, "at the instant at which it is due it can be claimed")
			require.Equal(t, job.Hold{}, j.Hold(later.Now))
		}
		byPerson := j.Decision.Action == job.ActionPause && j.Decision.At.Equal(j.UpdatedAt)
		require.Equal(t, hold.Reason == job.HoldPause && byPerson, hold.By != admin.Actor{}, j)
		p := j.Progress(start)
		require.Equal(t, hold, p.Hold)

		// The worker that has claimed can renew, release and commit; the one that had the lease before cannot.
		if err == nil {
			_, err = claimed.Renewed(claimed.Lease.Attempt, start.Add(time.Hour))
			require.NoError(t, err)
			cp := job.Checkpoint{Attempt: claimed.Lease.Attempt, From: j.Cursor, Status: job.InProgress, At: start}
			committed, err := claimed.Committed(cp)
			require.NoError(t, err)
			at, ok := committed.DueAt()
			require.True(t, ok && at.IsZero(), "after a batch the next is due at once")
			_, err = committed.Renewed(claimed.Lease.Attempt, start.Add(time.Hour))
			require.ErrorIs(t, err, job.ErrLeaseLost, "a renewal that is late takes nothing")
			cp.Attempt--
			_, err = claimed.Committed(cp)
			require.ErrorIs(t, err, job.ErrLeaseLost)
			require.True(t, claimed.Released(claimed.Lease.Attempt).Lease.IsZero())
			require.Equal(t, claimed, claimed.Released(claimed.Lease.Attempt-1))
			updated, err := claimed.Updated(claimed)
			require.NoError(t, err)
			_, err = updated.Committed(job.Checkpoint{Attempt: claimed.Lease.Attempt, From: j.Cursor, Status: job.InProgress})
			require.ErrorIs(t, err, job.ErrLeaseLost, "a decision ends the lease")
		}
	}
	require.Len(t, seen, 6, "every reason was drawn")
}
