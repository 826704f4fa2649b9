package job_test

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// A domain embeds a Runner. Here its job renames an organization three times, once in a batch; each
// Step commits the effect together with where the job stands.
func Example() {
	ctx, backend, scope := context.Background(), memory.New(), admin.System("acme")
	runtime := admin.Runtime{}.WithDefaults()
	runner := job.Runner[storage.Stores]{
		Ports:      backend,
		Atomically: backend.InTx,
		JobsOf:     func(s storage.Stores) job.Store { return s.Jobs() },
		Subject:    func(j job.Job) admin.Subject { return admin.Subject{Kind: "renaming", ID: j.ID.String()} },
		Runtime:    runtime,
		Engine:     job.Engine{}.WithDefaults(),
	}
	prepare := func(_ context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		done, _ := strconv.ParseInt("0"+j.Cursor, 10, 64)
		return func(ctx context.Context, s storage.Stores) (job.Result, error) {
			o, err := s.Organizations().Get(ctx, "acme")
			if err != nil {
				return job.Result{}, err
			}
			rec := runtime.Record(scope, "organization.rename", admin.Subject{Kind: "organization", ID: "acme"})
			if err := s.Organizations().Rename(ctx, "acme", o.Name+"!", o.Version, rec); err != nil {
				return job.Result{}, err
			}
			res := job.Result{Cursor: fmt.Sprint(done + 1), Counts: job.Counts{Completed: 1}}
			if done+1 == j.Counts.Total {
				res.Then = job.Done
			}
			return res, nil
		}, nil
	}

	user := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	rec := runtime.Record(scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})
	if err := backend.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme", Version: 1}, user, people.Credential{UserID: user.ID}, rec); err != nil {
		fmt.Println(err)
		return
	}
	renaming := job.Job{ID: runtime.NewID(), Kind: "renaming", Status: job.Pending, CreatedAt: runtime.Instant(), Counts: job.Counts{Total: 3}, Version: 1}
	if err := backend.Jobs().Create(ctx, "acme", renaming, nil, runtime.Record(scope, "renaming.create", runner.Subject(renaming))); err != nil {
		fmt.Println(err)
		return
	}
	for {
		progress, err := runner.Step(ctx, scope, renaming.ID, prepare)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(progress.Status, progress.Counts.Completed, "of", progress.Counts.Total)
		if progress.Done() {
			break
		}
	}
	o, _ := backend.Organizations().Get(ctx, "acme")
	fmt.Println(o.Name)
	// Output:
	// IN_PROGRESS 1 of 3
	// IN_PROGRESS 2 of 3
	// COMPLETED 3 of 3
	// Acme!!!
}
