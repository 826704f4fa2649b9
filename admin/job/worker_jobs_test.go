package job_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// yard has jobs of a kind that only takes time, in a memory storage.
type yard struct {
	t       *testing.T
	backend *memory.Backend
	runner  *job.Runner[storage.Stores]
	jobs    *job.Service

	mu    sync.Mutex
	tasks map[uuid.UUID]*task
	orgs  map[admin.OrgID]bool
	asked time.Time // when due jobs were read last
	began []begun   // steps, in order
}

// task is what a job of a yard does.
type task struct {
	job.Ref
	batches int                   // to be done
	took    func() time.Duration  // by a batch
	fail    func(batch int) error // what comes of the n-th try, from 0 on
	locked  func(try int) error   // what comes of the n-th step, before the claim
	tries   int                   // batches so far
	steps   int                   // so far
	free    []span                // while it was due and not stepped
	since   time.Time             // from when on it is due, unless it is stepped or has ended
	idle    bool                  // whether it is not stepped and has not ended
}

type span struct{ from, to time.Time }

type begun struct {
	*task
	at    time.Time
	asked time.Time // when the list of due jobs that it comes from was read
}

func newYard(t *testing.T) *yard {
	y := &yard{t: t, backend: memory.New(), tasks: map[uuid.UUID]*task{}, orgs: map[admin.OrgID]bool{}}
	y.runner = &job.Runner[storage.Stores]{
		Ports:      y.backend,
		Atomically: y.backend.InTx,
		JobsOf:     func(s storage.Stores) job.Store { return s.Jobs() },
		Subject:    func(j job.Job) admin.Subject { return admin.Subject{Kind: "yard", ID: j.ID.String()} },
		Runtime:    admin.Runtime{}.WithDefaults(),
		Engine:     job.Engine{Worker: "yard"}.WithDefaults(),
	}
	var err error
	y.jobs, err = job.NewService(job.Ports{Jobs: y.backend.Jobs()}, job.Options{Kinds: map[job.Kind]job.Rules{"yard": {Subject: "yard"}}})
	require.NoError(t, err)
	return y
}

func (y *yard) record(org admin.OrgID) admin.Record {
	return y.runner.Runtime.Record(admin.System(org), "yard.create", admin.Subject{Kind: "yard"})
}

// create makes a job of a number of batches.
func (y *yard) create(org admin.OrgID, batches int, took func() time.Duration) *task {
	y.t.Helper()
	if !y.orgs[org] {
		y.orgs[org] = true
		u := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
		require.NoError(y.t, y.backend.Organizations().Create(y.t.Context(), people.Organization{ID: org, Name: "A", Version: 1},
			u, people.Credential{UserID: u.ID}, y.record(org)))
	}
	now := y.runner.Runtime.Instant()
	j := job.Job{
		ID: y.runner.Runtime.NewID(), Kind: "yard", Status: job.Pending, CreatedAt: now, UpdatedAt: now,
		CreatedBy: admin.Actor{Kind: admin.ActorSystem}, Counts: job.Counts{Total: int64(batches)}, Version: 1,
	}
	require.NoError(y.t, y.backend.Jobs().Create(y.t.Context(), org, j, nil, y.record(org)))
	task := &task{
		Ref: job.Ref{Org: org, ID: j.ID, Kind: "yard"}, batches: batches, took: took, since: time.Now(), idle: true,
		fail: func(int) error { return nil }, locked: func(int) error { return nil },
	}
	y.tasks[j.ID] = task
	return task
}

func (y *yard) get(k *task) job.Job {
	y.t.Helper()
	j, err := y.backend.Jobs().Get(y.t.Context(), k.Org, k.ID)
	require.NoError(y.t, err)
	return j
}

func (y *yard) prepare(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
	y.mu.Lock()
	k := y.tasks[j.ID]
	try := k.tries
	k.tries++
	y.mu.Unlock()
	select {
	case <-time.After(k.took()):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := k.fail(try); err != nil {
		return nil, err
	}
	return func(context.Context, storage.Stores) (job.Result, error) {
		res := job.Result{Cursor: fmt.Sprint(j.Counts.Completed + 1), Counts: job.Counts{Completed: 1}}
		if j.Counts.Completed+1 == j.Counts.Total {
			res.Then = job.Done
		}
		return res, nil
	}, nil
}

// due is the port of the yard's workers.
func (y *yard) due(ctx context.Context, limit int) ([]job.Ref, error) {
	y.mu.Lock()
	y.asked = time.Now()
	y.mu.Unlock()
	return y.jobs.Due(ctx, limit)
}

// step is the port of the yard's workers.
func (y *yard) step(ctx context.Context, r job.Ref) (job.Progress, error) {
	y.mu.Lock()
	k := y.tasks[r.ID]
	k.idle = false
	k.free = append(k.free, span{k.since, time.Now()})
	y.began = append(y.began, begun{k, time.Now(), y.asked})
	step := k.steps
	k.steps++
	y.mu.Unlock()
	p, err := job.Progress{}, k.locked(step)
	if err == nil {
		p, err = y.runner.Step(ctx, admin.System(r.Org), r.ID, y.prepare)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	k.idle, k.since = !p.Done(), time.Now()
	if p.RetryAt.After(k.since) {
		k.since = p.RetryAt
	}
	return p, err
}

func (y *yard) worker(o job.WorkerOptions) *job.Worker {
	y.t.Helper()
	w, err := job.NewWorker(job.WorkerPorts{Due: y.due, Step: y.step}, o)
	require.NoError(y.t, err)
	return w
}

// start runs a worker until stop is called, which waits for its end.
func (y *yard) start(o job.WorkerOptions) (stop func()) {
	y.t.Helper()
	w := y.worker(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	return func() {
		y.t.Helper()
		cancel()
		require.NoError(y.t, <-done)
	}
}

func takes(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// TestWorkerIsFair draws worlds of organizations with healthy jobs, jobs whose batches fail, and jobs that
// cannot even be claimed. From when the worker reads a list of due jobs, a job of which it steps, until it steps
// the same job again, every other organization had a step, if it had a due job all that time.
func TestWorkerIsFair(t *testing.T) {
	worlds := uint64(30)
	if testing.Short() {
		worlds = 6
	}
	for seed := range worlds {
		t.Run(fmt.Sprint("world ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 9))
				y := newYard(t)
				y.runner.Engine.Retry.Failures = 6
				y.draw(random)
				stop := y.start(job.WorkerOptions{Goroutines: 1 + random.IntN(5)})
				time.Sleep(30 * time.Minute)
				stop()
				y.requireFair()
				for _, k := range y.tasks {
					if k.locked(1000) == nil {
						require.True(t, y.get(k).Status.Final(), "everything was done or given up")
					}
				}
			})
		})
	}
}

func (y *yard) draw(random *rand.Rand) {
	orgs := 2 + random.IntN(24)
	if random.IntN(4) == 0 {
		orgs *= 5 // more than there are in a list
	}
	for org := range orgs {
		for range 1 + random.IntN(4)*random.IntN(4) {
			most := time.Duration(1+random.IntN(500)) * time.Millisecond
			k := y.create(admin.OrgID(fmt.Sprintf("org-%d", org)), 1+random.IntN(10), func() time.Duration {
				y.mu.Lock()
				defer y.mu.Unlock()
				return time.Millisecond + time.Duration(random.Int64N(int64(most)))
			})
			switch odds := random.IntN(10); odds {
			case 0, 1: // fails for good
				k.fail = func(int) error { return errors.New("CRM answered 500") }
			case 2: // fails at times
				k.fail = func(n int) error {
					if n%3 == 0 {
						return errors.New("CRM answered 502")
					}
					return nil
				}
			case 3: // fails before the claim
				k.locked = func(int) error { return errors.New("import has no file") }
			}
		}
	}
}

func (y *yard) requireFair() {
	for _, k := range y.tasks {
		if k.idle {
			k.free = append(k.free, span{k.since, time.Now()})
		}
	}
	last := map[*task]int{}
	for i, b := range y.began {
		if before, ok := last[b.task]; ok {
			asked := y.began[before].asked
			between := map[admin.OrgID]bool{b.Org: true}
			for j := i - 1; j >= 0 && !y.began[j].at.Before(asked); j-- {
				between[y.began[j].Org] = true
			}
			for _, k := range y.tasks {
				if !between[k.Org] && k.locked(1) == nil && k.waited(asked, b.at) {
					y.t.Fatalf("job %s of %s was stepped at %s and again at %s; %s of %s waited all the time",
						b.ID, b.Org, y.began[before].at, b.at, k.ID, k.Org)
				}
			}
		}
		last[b.task] = i
	}
}

// waited reports whether the job was due from before one instant until another.
func (k *task) waited(from, to time.Time) bool {
	for _, s := range k.free {
		if s.from.Before(from) && !s.to.Before(to) {
			return true
		}
	}
	return false
}

func TestABrokenTenantDelaysAnotherByOneBatch(t *testing.T) {
	for _, goroutines := range []int{1, 4} {
		t.Run(fmt.Sprint(goroutines, " goroutines"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t)
				y.runner.Engine.Retry.First = time.Millisecond // each is due again when its turn comes
				y.runner.Engine.Retry.Most = time.Millisecond
				for range 1000 {
					y.create("broken", 1, takes(time.Second)).fail = func(int) error { return errors.New("CRM answered 500") }
				}
				good := y.create("healthy", 50, takes(time.Second))
				stop := y.start(job.WorkerOptions{Goroutines: goroutines})
				defer stop()
				time.Sleep(100*time.Second + 10*time.Millisecond)
				require.Equal(t, job.Completed, y.get(good).Status, "each of its 50 batches waits for one of theirs at most")
			})
		})
	}
}

func TestWorkersShareTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		for i := range 20 {
			y.create(admin.OrgID(fmt.Sprintf("org-%d", i%3)), 5, takes(time.Second))
		}
		var stops []func()
		for range 3 {
			stops = append(stops, y.start(job.WorkerOptions{}))
		}
		time.Sleep(20 * time.Second)
		for _, stop := range stops {
			stop()
		}
		for _, k := range y.tasks {
			j := y.get(k)
			require.Equal(t, job.Completed, j.Status)
			require.Equal(t, int64(6), j.Version, "each batch was committed once")
			require.Zero(t, j.Failures)
		}
	})
}

func TestWorkerTakesOverWithinTwentySecondsOfAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		k := y.create("acme", 1, takes(0))
		now := y.runner.Runtime.Instant()
		_, err := y.backend.Jobs().Claim(t.Context(), "acme", k.ID, job.Claim{Worker: "killed", Now: now, Until: now.Add(job.DefaultLease)})
		require.NoError(t, err)
		stop := y.start(job.WorkerOptions{})
		defer stop()
		time.Sleep(20 * time.Second)
		j := y.get(k)
		require.Equal(t, job.Completed, j.Status)
		require.LessOrEqual(t, j.SettledAt.Sub(now), job.DefaultLease+time.Second)
	})
}

func TestWorkerTakesOverWithinASecondOfAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		k := y.create("acme", 2, takes(time.Minute))
		stopFirst := y.start(job.WorkerOptions{})
		time.Sleep(time.Minute + time.Second) // in its second batch
		stopSecond := y.start(job.WorkerOptions{})
		defer stopSecond()
		time.Sleep(30 * time.Second)
		stopFirst()
		stopped := time.Now()
		require.True(t, y.get(k).Lease.IsZero(), "it gave its lease back")
		time.Sleep(time.Second)
		j := y.get(k)
		require.False(t, j.Lease.IsZero(), "another worker has it")
		require.WithinRange(t, j.TriedAt, stopped, stopped.Add(time.Second))
		require.Zero(t, j.Failures, "that a worker stopped is no failure")
		time.Sleep(time.Minute)
		require.Equal(t, job.Completed, y.get(k).Status)
	})
}

func TestWorkerWakesForAnAnnouncedJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t)
		w := y.worker(job.WorkerOptions{Poll: time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		time.Sleep(time.Minute)
		k := y.create("acme", 3, takes(time.Second))
		w.Wake()
		time.Sleep(3 * time.Second)
		synctest.Wait()
		require.Equal(t, job.Completed, y.get(k).Status)
		cancel()
		require.NoError(t, <-done)
	})
}
