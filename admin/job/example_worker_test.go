package job_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// counting has a kind of job that counts to its Total, one in a batch.
type counting struct {
	jobs   *job.Service
	runner job.Runner[storage.Stores]
}

// newCounting also creates a job that counts to three.
func newCounting(ctx context.Context) (c counting, id uuid.UUID, err error) {
	backend, runtime := memory.New(), admin.Runtime{}.WithDefaults()
	c.runner = job.Runner[storage.Stores]{
		Ports:      backend,
		Atomically: backend.InTx,
		JobsOf:     func(s storage.Stores) job.Store { return s.Jobs() },
		Subject:    func(j job.Job) admin.Subject { return admin.Subject{Kind: "counting", ID: j.ID.String()} },
		Runtime:    runtime,
		Engine:     job.Engine{}.WithDefaults(),
	}
	kinds := map[job.Kind]job.Rules{"counting": {Read: []admin.Permission{"counting.read"}}}
	c.jobs, err = job.NewService(job.Ports{Jobs: backend.Jobs()}, job.Options{Kinds: kinds, Poll: 10 * time.Millisecond})
	if err != nil {
		return counting{}, uuid.Nil, err
	}
	user := people.User{ID: runtime.NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := runtime.Record(admin.System("acme"), "counting.create", admin.Subject{Kind: "counting"})
	err = backend.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme", Version: 1}, user,
		people.Credential{UserID: user.ID}, rec)
	if err != nil {
		return counting{}, uuid.Nil, err
	}
	rec.ID, id = runtime.NewID(), runtime.NewID()
	j := job.Job{ID: id, Kind: "counting", Status: job.Pending, CreatedAt: runtime.Instant(), Counts: job.Counts{Total: 3}, Version: 1}
	return c, id, backend.Jobs().Create(ctx, "acme", j, nil, rec)
}

func (c counting) step(ctx context.Context, r job.Ref) (job.Progress, error) {
	return c.runner.Step(ctx, admin.System(r.Org), r.ID, c.prepare)
}

func (counting) prepare(_ context.Context, j job.Job) (job.Batch[storage.Stores], error) {
	return func(context.Context, storage.Stores) (job.Result, error) {
		done := j.Counts.Completed + 1
		res := job.Result{Cursor: fmt.Sprint(done), Counts: job.Counts{Completed: 1}}
		if done == j.Counts.Total {
			res.Then = job.Done
		}
		return res, nil
	}, nil
}

// A process runs a worker until it is stopped: its context is one of signal.NotifyContext then.
func ExampleWorker() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	c, _, err := newCounting(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	c.runner.Engine.Hooks.BatchDone = func(_ context.Context, e job.Event) {
		fmt.Println(e.Job.Counts.Completed, "of", e.Job.Counts.Total)
	}
	c.runner.Engine.Hooks.Ended = func(_ context.Context, e job.Event) {
		fmt.Println(e.Job.Status)
		stop()
	}
	worker, err := job.NewWorker(job.WorkerPorts{Due: c.jobs.Due, Step: c.step}, job.WorkerOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := worker.Run(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 1 of 3
	// 2 of 3
	// 3 of 3
	// COMPLETED
}

// A page shows how a job gets on until it ends. Here the page itself does the job, a batch for each state that
// it shows.
func ExampleService_Watch() {
	ctx, scope := context.Background(), admin.System("acme")
	c, id, err := newCounting(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for u, err := range c.jobs.Watch(ctx, scope, id) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(u.Job.Status, u.Job.Counts.Completed, "of", u.Job.Counts.Total)
		if _, err := c.step(ctx, u.Job.Ref("acme")); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// PENDING 0 of 3
	// IN_PROGRESS 1 of 3
	// IN_PROGRESS 2 of 3
	// COMPLETED 3 of 3
}
