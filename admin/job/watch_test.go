package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// screen is a job.Store of one job of an organization, which counts how often it is read.
type screen struct {
	job.Store
	mu   sync.Mutex
	j    job.Job
	gets int
	err  error
}

func (s *screen) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	switch {
	case ctx.Err() != nil:
		return job.Job{}, ctx.Err()
	case s.err != nil:
		return job.Job{}, s.err
	case org != "acme" || id != s.j.ID:
		return job.Job{}, admin.NotFound("job")
	}
	return s.j, nil
}

// change changes the job, as a batch or a decision does.
func (s *screen) change(fn func(*job.Job)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(&s.j)
	s.j.Version++
}

func (s *screen) settle(n int64) { s.change(func(j *job.Job) { j.Counts.Completed += n }) }

func (s *screen) end(status job.Status) { s.change(func(j *job.Job) { j.Status = status }) }

// read returns how often the job was read since the last call.
func (s *screen) read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.gets
	s.gets = 0
	return n
}

func (s *screen) service(t *testing.T, poll time.Duration) *job.Service {
	t.Helper()
	jobs, err := job.NewService(job.Ports{Jobs: s}, job.Options{
		Poll: poll, Kinds: map[job.Kind]job.Rules{"shown": {Read: []admin.Permission{"shown.read"}, Subject: "shown"}},
	})
	require.NoError(t, err)
	return jobs
}

func newScreen() *screen {
	return &screen{j: job.Job{ID: uuid.UUID{1}, Kind: "shown", Status: job.InProgress, Counts: job.Counts{Total: 1000}, Version: 1}}
}

// seen is what one watcher saw.
type seen struct {
	mu      sync.Mutex
	updates []job.Update
	err     error
	ended   bool
}

// watch watches on a goroutine of its own until ctx ends, or each, unless nil, returns false.
func (s *screen) watch(ctx context.Context, jobs *job.Service, each func(job.Update) bool) *seen {
	w := &seen{}
	go func() {
		for u, err := range jobs.Watch(ctx, admin.System("acme"), s.j.ID) {
			w.mu.Lock()
			if w.err = err; err == nil {
				w.updates = append(w.updates, u)
			}
			w.mu.Unlock()
			if err == nil && each != nil && !each(u) {
				break
			}
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ended = true
	}()
	return w
}

// versions returns the versions that were seen.
func (w *seen) versions() (out []int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.updates {
		out = append(out, u.Job.Version)
	}
	return out
}

func (w *seen) end() (ended bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended, w.err
}

func TestWatchEndsWithTheJob(t *testing.T) {
	for _, final := range []job.Status{job.Completed, job.CompletedWithFailures, job.Failed, job.Cancelled} {
		t.Run(string(final), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScreen()
				w := s.watch(t.Context(), s.service(t, 0), nil)
				synctest.Wait()
				require.Equal(t, []int64{1}, w.versions(), "the job as it is, at once")
				time.Sleep(5 * time.Second)
				synctest.Wait()
				require.Equal(t, []int64{1}, w.versions(), "nothing while nothing changes")
				require.Equal(t, 6, s.read(), "once a second by default")
				s.settle(10)
				time.Sleep(time.Second)
				synctest.Wait()
				require.Equal(t, []int64{1, 2}, w.versions())
				s.end(final)
				time.Sleep(time.Second)
				synctest.Wait()
				require.Equal(t, []int64{1, 2, 3}, w.versions())
				require.Equal(t, final, w.updates[2].Job.Status)
				ended, err := w.end()
				require.True(t, ended)
				require.NoError(t, err)
				s.read()
				time.Sleep(time.Minute)
				require.Zero(t, s.read(), "nothing is read when no caller watches")
			})
		})
	}
}

func TestWatchOfAFinalJob(t *testing.T) {
	s := newScreen()
	s.end(job.Completed)
	var got []job.Update
	for u, err := range s.service(t, 0).Watch(t.Context(), admin.System("acme"), s.j.ID) {
		require.NoError(t, err)
		got = append(got, u)
	}
	require.Equal(t, []job.Update{{Job: s.j}}, got)
}

func TestWatchYieldsWhatIsWorthShowing(t *testing.T) {
	for _, tc := range []struct {
		reason string
		change func(*job.Job) // without a new version
		shown  bool
		hold   job.Hold
	}{
		{"a worker claimed it", func(j *job.Job) { j.Lease = job.Lease{Attempt: 2, Worker: "web-2/7", Until: time.Now().Add(time.Hour)} }, true,
			job.Hold{Reason: job.HoldLease, Worker: "web-2/7"}},
		{"a worker claimed it for the first time", func(j *job.Job) { j.Status = job.InProgress }, true, job.Hold{}},
		{"its lease was renewed", func(j *job.Job) { j.TriedAt = time.Now() }, false, job.Hold{}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScreen()
				s.j.Status = job.Pending
				ctx, cancel := context.WithCancel(t.Context())
				w := s.watch(ctx, s.service(t, 0), nil)
				synctest.Wait()
				s.mu.Lock()
				tc.change(&s.j)
				s.mu.Unlock()
				time.Sleep(time.Second)
				synctest.Wait()
				if tc.shown {
					require.Len(t, w.versions(), 2)
					w.updates[1].Hold.Until = time.Time{}
					require.Equal(t, tc.hold, w.updates[1].Hold)
				} else {
					require.Len(t, w.versions(), 1)
				}
				cancel()
			})
		})
	}
	t.Run("the time for a retry has come", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newScreen()
			s.j.RetryAt = time.Now().Add(10 * time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			w := s.watch(ctx, s.service(t, 0), nil)
			time.Sleep(20 * time.Second)
			synctest.Wait()
			require.Len(t, w.versions(), 2)
			require.Equal(t, job.HoldRetry, w.updates[0].Hold.Reason)
			require.Zero(t, w.updates[1].Hold)
			cancel()
		})
	})
}

func TestAThousandWatchersCostOneReadAPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		jobs := s.service(t, 0)
		all := make([]*seen, 1000)
		for i := range all {
			all[i] = s.watch(t.Context(), jobs, nil)
		}
		synctest.Wait()
		require.Equal(t, 1000, s.read(), "each is authorized by itself, once")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		require.Equal(t, 10, s.read(), "one read a poll while nothing changes")
		for range 10 {
			s.settle(1)
			time.Sleep(time.Second)
			synctest.Wait()
			require.Equal(t, 1, s.read(), "one read a poll while it changes")
		}
		s.end(job.Completed)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, 1, s.read())
		for _, w := range all {
			require.Equal(t, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, w.versions())
			ended, err := w.end()
			require.True(t, ended)
			require.NoError(t, err)
		}
	})
}

func TestWatchersTakeOver(t *testing.T) {
	for _, tc := range []struct {
		reason string
		leave  func(cancel func(), leave chan struct{})
		err    error
	}{
		{"when the context of the one that reads ends", func(cancel func(), _ chan struct{}) { cancel() }, context.Canceled},
		{"when the one that reads has seen enough", func(_ func(), leave chan struct{}) { close(leave) }, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScreen()
				jobs := s.service(t, 0)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				leave := make(chan struct{})
				first := s.watch(ctx, jobs, func(job.Update) bool {
					select {
					case <-leave:
						return false
					default:
						return true
					}
				})
				synctest.Wait()
				other := s.watch(t.Context(), jobs, nil)
				third := s.watch(t.Context(), jobs, nil)
				time.Sleep(3*time.Second + time.Second/2)
				s.read()
				tc.leave(cancel, leave)
				s.settle(1)
				time.Sleep(time.Second)
				synctest.Wait()
				require.Equal(t, 1, s.read(), "at the instant at which the first would have read it")
				require.Equal(t, []int64{1, 2}, other.versions())
				ended, err := first.end()
				require.True(t, ended)
				require.ErrorIs(t, err, tc.err)
				s.settle(1)
				time.Sleep(time.Second)
				s.end(job.Completed)
				time.Sleep(time.Second)
				synctest.Wait()
				require.Equal(t, 2, s.read())
				require.Equal(t, []int64{1, 2, 3, 4}, other.versions())
				require.Equal(t, []int64{1, 2, 3, 4}, third.versions())
			})
		})
	}
}

func TestASlowWatcherGetsTheLatestAndDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		jobs := s.service(t, 0)
		slow := s.watch(t.Context(), jobs, func(job.Update) bool {
			time.Sleep(5*time.Second + 400*time.Millisecond)
			return true
		})
		synctest.Wait()
		quick := s.watch(t.Context(), jobs, nil)
		for range 10 {
			time.Sleep(time.Second / 2)
			s.settle(1)
			time.Sleep(time.Second / 2)
		}
		time.Sleep(time.Second - time.Millisecond)
		synctest.Wait()
		require.Equal(t, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, quick.versions())
		require.Equal(t, []int64{1, 6, 11}, slow.versions())
		s.end(job.Completed)
		time.Sleep(time.Minute)
		require.Equal(t, []int64{1, 6, 11, 12}, slow.versions())
	})
}

func TestWatchFails(t *testing.T) {
	stranger := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "eve"}, admin.PermissionSet{})
	reader := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "bob"}, admin.Permissions("shown.read"))
	s := newScreen()
	jobs := s.service(t, 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		reason string
		ctx    context.Context
		scope  admin.Scope
		id     uuid.UUID
		want   error
	}{
		{"for the zero scope", t.Context(), admin.Scope{}, s.j.ID, admin.ErrUnauthenticated},
		{"without the permissions of the job's kind", t.Context(), stranger, s.j.ID, admin.ErrForbidden},
		{"for another organization's job", t.Context(), admin.System("umbrella"), s.j.ID, admin.ErrNotFound},
		{"for an unknown job", t.Context(), reader, uuid.UUID{2}, admin.ErrNotFound},
		{"when the context has ended before", ended, reader, s.j.ID, context.Canceled},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			n := 0
			for u, err := range jobs.Watch(tc.ctx, tc.scope, tc.id) {
				n++
				require.Zero(t, u)
				require.ErrorIs(t, err, tc.want)
			}
			require.Equal(t, 1, n)
		})
	}
	for _, poll := range []time.Duration{-1, time.Millisecond, 2 * time.Hour} {
		_, err := job.NewService(job.Ports{Jobs: s}, job.Options{Poll: poll})
		require.ErrorIs(t, err, admin.ErrInvalid, "a poll of %s", poll)
	}
}

func TestWatchersAreAuthorizedEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		jobs := s.service(t, 0)
		ctx, cancel := context.WithCancel(t.Context())
		w := s.watch(ctx, jobs, nil)
		synctest.Wait()
		stranger := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: "eve"}, admin.Permissions("other.read"))
		for _, scope := range []admin.Scope{stranger, admin.System("umbrella"), {}} {
			for u, err := range jobs.Watch(t.Context(), scope, s.j.ID) {
				require.Error(t, err, "although another one watches it")
				require.Zero(t, u)
			}
		}
		cancel()
		synctest.Wait()
		_, err := w.end()
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestWatchEndsWithTheErrorOfTheRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		jobs := s.service(t, 0)
		all := make([]*seen, 100)
		for i := range all {
			all[i] = s.watch(t.Context(), jobs, nil)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		s.read()
		s.mu.Lock()
		s.err = errors.New("database is down")
		s.mu.Unlock()
		time.Sleep(time.Minute)
		require.Equal(t, 1, s.read(), "one read for all")
		for _, w := range all {
			ended, err := w.end()
			require.True(t, ended)
			require.EqualError(t, err, "database is down")
			require.Len(t, w.updates, 1)
		}
		s.mu.Lock()
		s.err = nil
		s.mu.Unlock()
		again := s.watch(t.Context(), jobs, nil)
		synctest.Wait()
		require.Equal(t, []int64{1}, again.versions(), "callers who watch from then on begin anew")
		s.end(job.Completed)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []int64{1, 2}, again.versions())
	})
}

func TestAWatcherThatLeavesInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		jobs := s.service(t, 0)
		for range 3 {
			for _, err := range jobs.Watch(t.Context(), admin.System("acme"), s.j.ID) {
				require.NoError(t, err)
				break
			}
		}
		require.Equal(t, 3, s.read())
		time.Sleep(time.Minute)
		require.Zero(t, s.read(), "nothing stays behind")

		require.Panics(t, func() {
			for _, err := range jobs.Watch(t.Context(), admin.System("acme"), s.j.ID) {
				require.NoError(t, err)
				panic("in the loop")
			}
		})
		w := s.watch(t.Context(), jobs, nil)
		s.end(job.Completed)
		time.Sleep(time.Second)
		synctest.Wait()
		ended, err := w.end()
		require.True(t, ended)
		require.NoError(t, err)
	})
}

func TestWatchWithinATransactionIsForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tx := newScreen(), newScreen()
		tx.settle(1) // not committed
		jobs := s.service(t, 0)
		ctx, cancel := context.WithCancel(t.Context())
		inside := tx.watch(ctx, jobs.In(job.Ports{Jobs: tx}), nil)
		outside := s.watch(ctx, jobs, nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, []int64{2}, inside.versions())
		require.Equal(t, []int64{1}, outside.versions())
		cancel()
	})
}

func TestWatchTellsRateAndTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w := s.watch(ctx, s.service(t, 0), nil)
		synctest.Wait()
		require.Zero(t, w.updates[0].Rate, "nothing is known at first")
		require.Zero(t, w.updates[0].Left)
		last := func() job.Update {
			synctest.Wait()
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.updates[len(w.updates)-1]
		}
		for range 10 {
			time.Sleep(time.Second / 2)
			s.settle(20)
			time.Sleep(time.Second / 2)
		}
		require.InDelta(t, 20, last().Rate, 1e-9)
		require.Equal(t, 40*time.Second, last().Left, "800 are left")
		for range 40 {
			time.Sleep(time.Second / 2)
			s.settle(10)
			time.Sleep(time.Second / 2)
		}
		require.InDelta(t, 10, last().Rate, 1e-9, "of the last 30 seconds, not of all")
		require.Equal(t, 40*time.Second, last().Left)
		time.Sleep(10 * time.Second)
		s.change(func(j *job.Job) { j.Failures = 1 })
		time.Sleep(time.Second)
		require.InDelta(t, 20*10/30., last().Rate, 1, "it sinks while nothing is done")
		s.end(job.Paused)
		time.Sleep(time.Second)
		require.Positive(t, last().Rate)
		require.Zero(t, last().Left, "a paused job takes as long as it is paused")
		time.Sleep(time.Minute)
		s.end(job.InProgress)
		time.Sleep(time.Second)
		require.Zero(t, last().Rate)
		require.Zero(t, last().Left, "unknown")
	})
}

func TestRateOfRarePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScreen()
		ctx, cancel := context.WithCancel(t.Context())
		w := s.watch(ctx, s.service(t, 2*time.Minute), nil)
		synctest.Wait()
		for range 3 {
			s.settle(240)
			time.Sleep(2 * time.Minute)
			synctest.Wait()
		}
		require.InDelta(t, 2, w.updates[3].Rate, 1e-9, "since the poll before")
		require.Equal(t, 140*time.Second, w.updates[3].Left)
		cancel()
	})
}

func TestUpdateInJSON(t *testing.T) {
	u := job.Update{
		Job:  job.Job{ID: uuid.UUID{1}, Kind: "shown", Status: job.InProgress, Version: 3},
		Hold: job.Hold{Reason: job.HoldLease, Worker: "web-1/7"}, Rate: 2.5, Left: 90 * time.Second,
	}
	got, err := json.Marshal(u)
	require.NoError(t, err)
	require.JSONEq(t, `{
		"job": {"id": "01000000-0000-0000-0000-000000000000", "kind": "shown", "status": "IN_PROGRESS", "createdBy": {"kind": ""},
			"counts": {"total": 0, "completed": 0, "skipped": 0, "failed": 0}, "version": 3},
		"hold": {"reason": "LEASE", "worker": "web-1/7"}, "rate": 2.5, "leftSeconds": 90}`, string(got))
	var back job.Update
	require.NoError(t, json.Unmarshal(got, &back))
	require.Equal(t, u, back)
	require.Error(t, json.Unmarshal([]byte(`{"job": 1}`), &back))

	got, err = json.Marshal(job.Update{Left: time.Millisecond})
	require.NoError(t, err)
	require.Contains(t, string(got), `"leftSeconds":1`, "a part of a second is not nothing")
	got, err = json.Marshal(job.Update{})
	require.NoError(t, err)
	require.NotContains(t, string(got), "rate")
	require.NotContains(t, string(got), "left")
	require.NotContains(t, string(got), "hold")
}
