package job_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

const (
	acme = admin.OrgID("acme")
	toy  = job.Kind("toy")
)

// world is a domain with one kind of job over a memory storage: for each of its entries it raises
// the version of the organization by one. So the version tells how often an effect happened, and
// nothing makes the effect right when it is repeated.
type world struct {
	t       *testing.T
	backend *memory.Backend
	runner  *job.Runner[storage.Stores]
	size    int // entries in a batch

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, backend: memory.New(), size: 2, now: start}
	w.runner = &job.Runner[storage.Stores]{
		Jobs:       w.backend.Jobs(),
		Atomically: w.backend.InTx,
		JobsOf:     func(s storage.Stores) job.Store { return s.Jobs() },
		Subject:    func(j job.Job) admin.Subject { return admin.Subject{Kind: "toy", ID: j.ID.String()} },
		Runtime:    admin.Runtime{Now: w.clock}.WithDefaults(),
	}
	u := people.User{ID: w.runner.Runtime.NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	require.NoError(t, w.backend.Organizations().Create(t.Context(), people.Organization{ID: acme, Name: "Acme", Version: 1},
		u, people.Credential{UserID: u.ID}, w.record("organization.create")))
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) wait(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) record(action admin.Action) admin.Record {
	return w.runner.Runtime.Record(admin.System(acme), action, admin.Subject{Kind: "toy"})
}

// create makes a job of n entries; change may alter it first.
func (w *world) create(n int64, change ...func(*job.Job)) uuid.UUID {
	w.t.Helper()
	j := job.Job{
		ID: w.runner.Runtime.NewID(), Kind: toy, Status: job.Pending, CreatedAt: w.now, UpdatedAt: w.now,
		CreatedBy: admin.Actor{Kind: admin.ActorUser, ID: "ann"}, Counts: job.Counts{Total: n}, Version: 1,
	}
	for _, c := range change {
		c(&j)
	}
	var entries []job.Entry
	for seq := range n {
		entries = append(entries, job.Entry{Seq: seq + 1, Status: job.EntryPending})
	}
	require.NoError(w.t, w.backend.Jobs().Create(w.t.Context(), acme, j, entries, w.record("toy.create")))
	return j.ID
}

// prepare is the domain's: it reads where the job is and gives the batch that does the next entries.
func (w *world) prepare(_ context.Context, j job.Job) (job.Batch[storage.Stores], error) {
	done := int64(0)
	if j.Cursor != "" {
		var err error
		if done, err = strconv.ParseInt(j.Cursor, 10, 64); err != nil {
			return nil, job.Fail(err)
		}
	}
	return func(ctx context.Context, s storage.Stores) (job.Result, error) {
		var res job.Result
		next := done
		for ; next < j.Counts.Total && next < done+int64(w.size); next++ {
			o, err := s.Organizations().Get(ctx, acme)
			if err != nil {
				return res, err
			}
			if err := s.Organizations().Rename(ctx, acme, fmt.Sprint(next), o.Version, w.record("toy.effect")); err != nil {
				return res, err
			}
			res.Entries = append(res.Entries, job.Entry{Seq: next + 1, Status: job.EntryCompleted})
			res.Counts.Completed++
		}
		res.Cursor, res.Done = fmt.Sprint(next), next == j.Counts.Total
		return res, nil
	}, nil
}

func (w *world) step(id uuid.UUID) (job.Progress, error) {
	return w.runner.Step(w.t.Context(), admin.System(acme), id, w.prepare)
}

func (w *world) get(id uuid.UUID) job.Job {
	w.t.Helper()
	j, err := w.backend.Jobs().Get(w.t.Context(), acme, id)
	require.NoError(w.t, err)
	return j
}

// effects is how often an effect happened.
func (w *world) effects() int64 {
	w.t.Helper()
	o, err := w.backend.Organizations().Get(w.t.Context(), acme)
	require.NoError(w.t, err)
	return o.Version - 1
}

func (w *world) records(action admin.Action) (n int) {
	w.t.Helper()
	for _, err := range admin.NewTrail(w.backend.Audit()).All(w.t.Context(), admin.System(acme), admin.AuditFilter{Action: action}) {
		require.NoError(w.t, err)
		n++
	}
	return n
}

// recordsOf is how many records there are of the job and its effects, but for its creation.
func (w *world) recordsOf(id uuid.UUID) int {
	w.t.Helper()
	n := w.records("toy.effect")
	for _, err := range admin.NewTrail(w.backend.Audit()).All(w.t.Context(), admin.System(acme), admin.AuditFilter{Subject: admin.Subject{Kind: "toy", ID: id.String()}}) {
		require.NoError(w.t, err)
		n++
	}
	return n
}

// requireDone checks that a job of n entries did everything once, in n/size batches.
func (w *world) requireDone(id uuid.UUID, n int64) {
	w.t.Helper()
	j := w.get(id)
	require.Equal(w.t, job.Completed, j.Status)
	require.Equal(w.t, job.Counts{Total: n, Completed: n}, j.Counts)
	require.Equal(w.t, uuid.Nil, j.Lease.Owner)
	require.False(w.t, j.SettledAt.IsZero())
	require.Equal(w.t, n, w.effects(), "each effect happened once")
	require.Equal(w.t, int(n), w.records("toy.effect"))
	batches := (int(n) + w.size - 1) / w.size
	require.Equal(w.t, int64(1+batches), j.Version, "each batch was committed once")
	require.Equal(w.t, 1, w.records(job.ActionComplete))
	require.Equal(w.t, int(n)+1, w.recordsOf(id), "a batch leaves the records of its effects and none of its own")
	entries, err := w.backend.Jobs().Entries(w.t.Context(), acme, id, job.EntryFilter{Status: job.EntryCompleted}, admin.Seek[int64]{Limit: int(n) + 1})
	require.NoError(w.t, err)
	require.Len(w.t, entries, int(n))
}

// requireFree checks that no worker has the job's lease, so that another one can go on immediately.
func (w *world) requireFree(id uuid.UUID) {
	w.t.Helper()
	require.Equal(w.t, uuid.Nil, w.get(id).Lease.Owner)
}

// hooked is a job.Store with a look at every call, before and after.
type hooked struct {
	job.Store
	before, after func(method string) error
}

func (h hooked) around(method string, call func() error) error {
	if h.before != nil {
		if err := h.before(method); err != nil {
			return err
		}
	}
	err := call()
	if err == nil && h.after != nil {
		err = h.after(method)
	}
	return err
}

func (h hooked) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (j job.Job, err error) {
	err = h.around("Get", func() error { j, err = h.Store.Get(ctx, org, id); return err })
	return j, err
}

func (h hooked) Update(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
	return h.around("Update", func() error { return h.Store.Update(ctx, org, j, rec) })
}

func (h hooked) Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (j job.Job, err error) {
	err = h.around("Claim", func() error { j, err = h.Store.Claim(ctx, org, id, c); return err })
	return j, err
}

func (h hooked) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	return h.around("Commit", func() error { return h.Store.Commit(ctx, org, cp) })
}

func (h hooked) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	return h.around("Finish", func() error { return h.Store.Finish(ctx, org, cp, rec) })
}

func (h hooked) Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
	return h.around("Release", func() error { return h.Store.Release(ctx, org, id, attempt) })
}

var errStruck = errors.New("struck")
