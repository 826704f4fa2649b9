package main

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// What group job loads: due jobs of so many organizations, and asks for so many of them.
const (
	dueJobs, dueOrgs = 10_000, 1000
	duePage          = 16
	watchers         = 1000
	settling         = 20 * time.Second // in which a database writes back and cleans up what was loaded
)

// jobs measures the engine of jobs: what it costs a batch, due jobs among n that are final, and many who watch
// one.
func jobs(n int) func(context.Context) error {
	return func(ctx context.Context) error {
		return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
			if _, err := center(ctx, db, admincenter.Options{}); err != nil {
				return err
			}
			if err := printStep(ctx, d, pool, db); err != nil {
				return fmt.Errorf("step: %w", err)
			}
			if err := printWatch(ctx, d, db); err != nil {
				return fmt.Errorf("watch: %w", err)
			}
			if err := printDue(ctx, d, pool, db, n); err != nil {
				return fmt.Errorf("due: %w", err)
			}
			return nil
		})
	}
}

// newJob makes a job that a worker can do.
func newJob(ctx context.Context, s storage.Stores) (job.Job, error) {
	now := admin.Instant(time.Now())
	j := job.Job{
		ID: uuid.Must(uuid.NewV7()), Kind: planmigration.Kind, Status: job.Pending, CreatedAt: now, UpdatedAt: now,
		CreatedBy: admin.Actor{Kind: admin.ActorSystem}, Version: 1,
	}
	subject := admin.Subject{Kind: "job", ID: j.ID.String()}
	rec := admin.Runtime{}.WithDefaults().Record(admin.System(org), "job.create", subject)
	return j, s.Jobs().Create(ctx, org, j, nil, rec)
}

// printStep compares a step whose batch does nothing with the statements of a claim and a commit by hand.
func printStep(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
	statements, counted, err := counting(ctx, d, pool)
	if err != nil {
		return err
	}
	j, err := newJob(ctx, db)
	if err != nil {
		return err
	}
	step := func(b storage.Backend) func() error {
		r := job.Runner[storage.Stores]{
			Ports: b, JobsOf: storage.Stores.Jobs, Atomically: b.InTx,
			Subject: func(job.Job) admin.Subject { return admin.Subject{Kind: "job"} },
			Runtime: admin.Runtime{}.WithDefaults(), Engine: job.Engine{}.WithDefaults(),
		}
		row := 0
		return func() error {
			row++
			res := job.Result{
				Cursor: fmt.Sprint(row), State: `{"v":1}`, Counts: job.Counts{Failed: 1},
				Entries: []job.Entry{{Seq: int64(row), Ref: "a", Status: job.EntryFailed, Reason: "because"}},
			}
			_, err := r.Step(ctx, admin.System(org), j.ID, prepared(res))
			return err
		}
	}
	once := step(counted)
	for range 3 { // the first may prepare
		statements.Store(0)
		if err := once(); err != nil {
			return err
		}
	}
	fmt.Printf("count job.step.%s %d statements a batch, that of its entries included\n", d.name, statements.Load())
	other, err := newJob(ctx, db)
	if err != nil {
		return err
	}
	bare := newBareStep(ctx, d, pool, other.ID)
	ours, hand, err := alternate(step(db), bare.do)
	if err == nil {
		printRatio("job.step."+d.name+"/hand", ours, hand)
	}
	return err
}

// prepared is a batch that does nothing but what the engine does with res.
func prepared(res job.Result) job.Prepare[storage.Stores] {
	return func(context.Context, job.Job) (job.Batch[storage.Stores], error) {
		return func(context.Context, storage.Stores) (job.Result, error) { return res, nil }, nil
	}
}

// printDue compares due jobs among n that are final with those before there were any.
func printDue(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB, n int) error {
	l := loader{d.dialect, pool}
	orgs := l.pad("o", fmt.Sprintf("i %% %d", dueOrgs), 4)
	named := map[string]string{"org_id": l.pad("o", "i", 4), "version": "1"}
	if err := l.fill(ctx, "organizations", dueOrgs, named); err != nil {
		return err
	}
	columns := map[string]string{
		"org_id": orgs, "id": l.id("i"), "kind": "'" + string(planmigration.Kind) + "'", "status": "'PENDING'",
		"created_by_kind": "'SYSTEM'", "version": "1", "start_at": "NULL", "settled_at": "NULL", "retry_at": "NULL",
		"lease_until": "NULL", "tried_at": "i",
	}
	generated := []string{"queue_org", "due_at"}
	if err := l.fill(ctx, "jobs", dueJobs, columns, generated...); err != nil {
		return err
	}
	ask := func(b *sqlstore.DB) func() error {
		after := 0
		return func() error {
			after = (after + 37) % (dueOrgs - duePage)
			refs, err := b.Jobs().Due(ctx, time.Now(), job.DueQuery{
				After: admin.OrgID(fmt.Sprintf("o%04d", after)), Orgs: duePage, PerOrg: duePage,
				Kinds: []job.Kind{planmigration.Kind},
			})
			if err == nil && len(refs) != duePage*dueJobs/dueOrgs {
				err = fmt.Errorf("%d jobs are due", len(refs))
			}
			return err
		}
	}
	bare, err := newBare(ctx, pool, d.dialect, "SELECT queue_org, id, kind, tried_at FROM "+sqlstore.DefaultPrefix+
		"jobs WHERE queue_org > ? AND queue_org <= ? ORDER BY queue_org, tried_at, id")
	if err != nil {
		return err
	}
	defer bare.close()
	read := func() error {
		rows, err := bare.read(ctx, []any{"o0100", fmt.Sprintf("o%04d", 100+duePage)})
		if err == nil && rows != duePage*dueJobs/dueOrgs {
			err = fmt.Errorf("%d rows", rows)
		}
		return err
	}
	before, _, err := alternate(ask(db), read)
	if err != nil {
		return err
	}
	columns["id"], columns["status"] = l.id(fmt.Sprintf("i + %d", dueJobs)), "'COMPLETED'"
	began := time.Now()
	if err := l.fill(ctx, "jobs", n, columns, generated...); err != nil {
		return err
	}
	fmt.Printf("loaded %s: %d jobs that are final in %.0f s\n", d.name, n, time.Since(began).Seconds())
	time.Sleep(settling)
	ours, other, err := alternate(ask(db), read)
	if err == nil {
		printRatio("job.due."+d.name+"/select", ours, other)
		printRatio("job.due."+d.name+"/before", ours, before)
	}
	return err
}

// counted counts the jobs that are read.
type countedJobs struct {
	job.Store
	reads *atomic.Int64
}

// Get implements job.Store.
func (s countedJobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
	s.reads.Add(1)
	return s.Store.Get(ctx, org, id)
}

// printWatch compares a thousand who watch a job with as many who read it once a change.
func printWatch(ctx context.Context, d database, db *sqlstore.DB) error {
	const changes = 20
	j, err := newJob(ctx, db)
	if err != nil {
		return err
	}
	reads := &atomic.Int64{}
	service, err := job.NewService(job.Ports{Jobs: countedJobs{db.Jobs(), reads}}, job.Options{
		Kinds: map[job.Kind]job.Rules{planmigration.Kind: {}}, Poll: 10 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began, seen := make(chan error, watchers), make(chan int64, watchers)
	var group sync.WaitGroup
	for range watchers {
		group.Go(func() {
			first := true
			for u, err := range service.Watch(ctx, admin.System(org), j.ID) {
				if first {
					began <- err
					first = false
				} else if err == nil {
					seen <- u.Job.Version
				}
			}
		})
	}
	for range watchers {
		if err := <-began; err != nil {
			return err
		}
	}
	reads.Store(0)
	start := time.Now()
	for range changes {
		if j, err = changed(ctx, db, j); err != nil {
			return err
		}
		for range watchers {
			<-seen
		}
	}
	took := time.Since(start)
	ours := reads.Load()
	cancel()
	group.Wait()
	fmt.Printf("count job.watch.%s %d watchers saw %d changes by %d reads in %.0f ms, a poll every 10 ms\n",
		d.name, watchers, changes, ours, float64(took.Milliseconds()))
	printRatio("job.watch."+d.name+"/reads", float64(ours), float64(watchers*changes))
	return nil
}

// changed moves a job on by a batch.
func changed(ctx context.Context, db *sqlstore.DB, j job.Job) (job.Job, error) {
	now := time.Now()
	c := job.Claim{Worker: "bench", Now: admin.Instant(now), Until: admin.Instant(now)}
	j, err := db.Jobs().Claim(ctx, org, j.ID, c)
	if err != nil {
		return j, err
	}
	cp := job.Checkpoint{
		ID: j.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: fmt.Sprint(j.Version), Status: job.InProgress,
		At: admin.Instant(now),
	}
	if err := db.Jobs().Commit(ctx, org, cp); err != nil {
		return j, err
	}
	return j.Committed(cp)
}
