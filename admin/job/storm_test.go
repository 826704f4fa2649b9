package job_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// storm is what people do to jobs while workers do their batches.
type storm struct {
	*world
	jobs []uuid.UUID
}

const stormEntries = 12

func newStorm(t *testing.T, jobs int) *storm {
	s := &storm{world: newWorld(t)}
	for range jobs {
		s.jobs = append(s.jobs, s.create(stormEntries))
	}
	return s
}

// batch is that of the world, with an effect for each entry. It fails now and then, and waits for confirmation in
// the middle of the job.
func (s *storm) batch(random func(int) int) job.Prepare[storage.Stores] {
	return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		fate := random(10)
		if fate == 0 {
			return nil, job.Fail(errTarget)
		}
		batch, err := s.prepare(ctx, j)
		return func(ctx context.Context, ports storage.Stores) (job.Result, error) {
			res, err := batch(ctx, ports)
			for _, e := range res.Entries {
				res.Effects = append(res.Effects, job.Effect{Seq: e.Seq, Kind: "toy", Ref: fmt.Sprint(e.Seq), Version: 1})
			}
			if res.Then == job.More && fate == 2 {
				res.Then = job.Confirm
			}
			if fate == 1 {
				err = errTarget
			}
			return res, err
		}, err
	}
}

// decide has a person decide something at random.
func (s *storm) decide(random func(int) int) error {
	id, r, scope := s.jobs[random(len(s.jobs))], s.runner, admin.System(acme)
	var err error
	switch random(20) {
	case 0:
		_, err = r.Cancel(s.t.Context(), scope, id)
	case 1:
		_, err = r.Reject(s.t.Context(), scope, id)
	case 2, 3, 4, 5:
		_, err = r.Pause(s.t.Context(), scope, id)
	case 6, 7, 8, 9, 10:
		_, err = r.Resume(s.t.Context(), scope, id)
	case 11, 12, 13, 14:
		_, err = r.Retry(s.t.Context(), scope, id)
	default:
		_, err = r.Confirm(s.t.Context(), scope, id, nil)
	}
	return err
}

// calm lets every job go on that can, to its end.
func (s *storm) calm() {
	s.t.Helper()
	scope := admin.System(acme)
	for _, id := range s.jobs {
		for range 2 * stormEntries {
			j := s.get(id)
			if j.Status == job.Completed || j.Status == job.Cancelled {
				break
			}
			switch {
			case j.Status == job.Paused:
				_, err := s.runner.Resume(s.t.Context(), scope, id)
				require.NoError(s.t, err)
			case j.Status == job.WaitingForConfirmation:
				_, err := s.runner.Confirm(s.t.Context(), scope, id, nil)
				require.NoError(s.t, err)
			case j.Status == job.Failed, j.RetryAt.After(s.clock()):
				_, err := s.runner.Retry(s.t.Context(), scope, id)
				require.NoError(s.t, err)
			}
			s.wait(time.Hour) // past every lease, whose clock it may have been
			_, err := s.stepWith(id, s.batch(func(int) int { return 9 }))
			require.NoError(s.t, err)
		}
	}
}

// requireExact checks that what is stored of the jobs, what happened and what is on record agree.
func (s *storm) requireExact() {
	s.t.Helper()
	ctx := s.t.Context()
	var completed int64
	ends := 0
	for _, id := range s.jobs {
		j := s.get(id)
		require.Contains(s.t, []job.Status{job.Completed, job.Cancelled}, j.Status)
		require.Equal(s.t, j.Status == job.Completed, j.Counts.Completed == stormEntries)
		require.Equal(s.t, j.Counts, job.Counts{Total: stormEntries, Completed: j.Counts.Completed})
		require.Zero(s.t, j.Lease.Worker)
		completed += j.Counts.Completed
		entries, err := s.backend.Jobs().Entries(ctx, acme, id, job.EntryFilter{}, admin.Seek[int64]{Limit: 100})
		require.NoError(s.t, err)
		require.Len(s.t, entries, stormEntries)
		effects, err := s.backend.Jobs().Effects(ctx, acme, id, admin.Seek[int64]{Limit: 100})
		require.NoError(s.t, err)
		require.Len(s.t, effects, int(j.Counts.Completed))
		for i, e := range entries {
			require.Equal(s.t, int64(i+1), e.Seq)
			require.Equal(s.t, e.Seq <= j.Counts.Completed, e.Status == job.EntryCompleted)
		}
		for i, e := range effects {
			require.Equal(s.t, j.Counts.Completed-int64(i), e.Seq)
		}
		if j.Status == job.Completed {
			ends++
		}
	}
	require.Equal(s.t, completed, s.effects(), "each effect happened once")
	require.Equal(s.t, int(completed), s.records("toy.effect"))
	require.Equal(s.t, ends, s.records(job.ActionComplete))
	failed := 0
	for _, line := range s.lines("job ended") {
		if line["status"] == string(job.Failed) {
			failed++
		}
	}
	require.Equal(s.t, failed, s.records(job.ActionFail))
	decided := map[any]int{}
	for _, line := range s.lines("job decided") {
		decided[line["action"]]++
	}
	for _, action := range []admin.Action{job.ActionConfirm, job.ActionReject, job.ActionPause, job.ActionResume, job.ActionRetry, job.ActionCancel} {
		require.Equal(s.t, decided[string(action)], s.records(action), "a record for each decision: %s", action)
	}
}

// refusal reports whether an error is one that is expected of jobs that several work on.
func refusal(err error) bool {
	return err == nil || errors.Is(err, errTarget) || errors.Is(err, admin.ErrState) || errors.Is(err, admin.ErrBusy) ||
		errors.Is(err, admin.ErrConflict)
}

// People who decide at random, between batches and while one is prepared, by clocks that differ, lose nothing and
// do nothing twice.
func TestDecisionsAtRandom(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1)).IntN
			s := newStorm(t, 3)
			batch := s.batch(random)
			meddled := func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
				for range random(3) {
					require.True(t, refusal(s.decide(random)))
				}
				if random(8) == 0 {
					s.wait(job.DefaultLease) // and another worker comes
					_, err := s.stepWith(j.ID, batch)
					require.True(t, refusal(err), "%v", err)
				}
				return batch(ctx, j)
			}
			for range 60 {
				// Processes have clocks and batches of their own.
				s.wait(time.Duration(random(7)-3) * 7 * time.Second)
				s.size = 1 + random(4)
				if err := s.decide(random); !refusal(err) {
					require.NoError(t, err)
				}
				if _, err := s.stepWith(s.jobs[random(len(s.jobs))], meddled); !refusal(err) {
					require.NoError(t, err)
				}
			}
			s.calm()
			s.requireExact()
		})
	}
}

// The same with all at once.
func TestDecisionsAndWorkersAtOnce(t *testing.T) {
	s := newStorm(t, 4)
	var wg sync.WaitGroup
	for n := range uint64(8) {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(n, 2)).IntN
			batch := s.batch(random)
			for range 60 {
				if n%2 == 0 {
					if err := s.decide(random); !refusal(err) {
						t.Error(err)
					}
				}
				if _, err := s.stepWith(s.jobs[random(len(s.jobs))], batch); !refusal(err) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s.calm()
	s.requireExact()
}
