package job_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
// the version of the organization by one. So the version is how often an effect happened, and
// nothing makes the effect right when it is repeated.
type world struct {
	t       *testing.T
	backend *memory.Backend
	runner  *job.Runner[storage.Stores]
	size    int // entries in a batch
	// around, if set, is put around the store outside of transactions, and within around those inside.
	around, within func(job.Store) job.Store

	mu        sync.Mutex
	now       time.Time
	ids       uint64
	events    []event
	log       logBuffer
	announced []announcement
}

// event is a hook that was called.
type event struct {
	hook string
	job.Event
}

// announcement is a call of Announce.
type announcement struct {
	ref job.Ref
	at  time.Time
}

// logBuffer keeps the lines of a log.
type logBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// zeros is a source of no randomness: waits are as long as they can be.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, backend: memory.New(), size: 2, now: start}
	logger := slog.New(slog.NewJSONHandler(&w.log, nil))
	hook := func(name string) func(context.Context, job.Event) {
		return func(_ context.Context, e job.Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, event{name, e})
		}
	}
	w.runner = &job.Runner[storage.Stores]{
		Ports:      w.backend,
		Atomically: w.backend.InTx,
		JobsOf: func(s storage.Stores) job.Store {
			switch outside := s == storage.Stores(w.backend); {
			case outside && w.around != nil:
				return w.around(s.Jobs())
			case !outside && w.within != nil:
				return w.within(s.Jobs())
			}
			return s.Jobs()
		},
		Subject: func(j job.Job) admin.Subject { return admin.Subject{Kind: "toy", ID: j.ID.String()} },
		Runtime: admin.Runtime{Now: w.clock, NewID: w.newID, Rand: zeros{}, Logger: logger}.WithDefaults(),
		Engine: job.Engine{Worker: "this", Hooks: job.Hooks{
			BatchDone: hook("BatchDone"), BatchFailed: hook("BatchFailed"), Ended: hook("Ended"),
		}}.WithDefaults(),
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

// newID returns ids in ascending order.
func (w *world) newID() (id uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	binary.BigEndian.PutUint64(id[:], w.ids)
	return id
}

// announce lets the runner announce, within its transactions.
func (w *world) announce(result func() error) {
	w.runner.AnnounceOf = func(s storage.Stores) job.Announce {
		return func(ctx context.Context, r job.Ref, at time.Time) error {
			if w.backend == s {
				w.t.Error("announced outside of a transaction")
			}
			// What is announced commits with the rest: the memory storage takes back what it is asked to write.
			rec := w.record("toy.announce")
			rec.Subject.ID = r.ID.String()
			if err := s.Audit().Append(ctx, acme, rec); err != nil {
				return err
			}
			w.announced = append(w.announced, announcement{r, at})
			return result()
		}
	}
}

// hooks returns the names of the hooks that were called since it was called last.
func (w *world) hooks() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.events {
		names = append(names, e.hook)
	}
	w.events = nil
	return names
}

// lines returns the lines of the log with a message.
func (w *world) lines(message string) (lines []map[string]any) {
	w.t.Helper()
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	for line := range bytes.Lines(w.log.Bytes()) {
		var m map[string]any
		require.NoError(w.t, json.Unmarshal(line, &m))
		if m["msg"] == message {
			lines = append(lines, m)
		}
	}
	return lines
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
		res.Cursor = fmt.Sprint(next)
		if next == j.Counts.Total {
			res.Then = job.Done
		}
		return res, nil
	}, nil
}

func (w *world) step(id uuid.UUID) (job.Progress, error) {
	return w.runner.Step(w.t.Context(), admin.System(acme), id, w.prepare)
}

func (w *world) stepWith(id uuid.UUID, prepare job.Prepare[storage.Stores]) (job.Progress, error) {
	return w.runner.Step(w.t.Context(), admin.System(acme), id, prepare)
}

// failing is a batch that fails while it is prepared.
func failing(err error) job.Prepare[storage.Stores] {
	return func(context.Context, job.Job) (job.Batch[storage.Stores], error) { return nil, err }
}

// doing is a batch that does what fn does.
func doing(fn func(context.Context, storage.Stores) (job.Result, error)) job.Prepare[storage.Stores] {
	return func(context.Context, job.Job) (job.Batch[storage.Stores], error) { return fn, nil }
}

// then is a batch with this result and no effect.
func then(res job.Result) job.Prepare[storage.Stores] {
	return doing(func(context.Context, storage.Stores) (job.Result, error) { return res, nil })
}

// after is prepare, with what follows the effects of each batch.
func (w *world) after(fn func() error) job.Prepare[storage.Stores] {
	return func(ctx context.Context, j job.Job) (job.Batch[storage.Stores], error) {
		batch, err := w.prepare(ctx, j)
		return func(ctx context.Context, s storage.Stores) (job.Result, error) {
			res, err := batch(ctx, s)
			return res, errors.Join(err, fn())
		}, err
	}
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

// requireDone checks that a job of n entries did everything once.
func (w *world) requireDone(id uuid.UUID, n int64) {
	w.t.Helper()
	j := w.get(id)
	require.Equal(w.t, job.Completed, j.Status)
	require.Equal(w.t, job.Counts{Total: n, Completed: n}, j.Counts)
	require.Zero(w.t, j.Lease.Worker)
	require.Zero(w.t, j.Failure)
	require.Zero(w.t, j.Failures)
	require.Zero(w.t, j.RetryAt)
	require.False(w.t, j.SettledAt.IsZero())
	require.Equal(w.t, n, w.effects(), "each effect happened once")
	require.Equal(w.t, int(n), w.records("toy.effect"))
	require.Equal(w.t, 1, w.records(job.ActionComplete))
	require.Equal(w.t, int(n)+1, w.recordsOf(id), "a batch leaves the records of its effects and none of its own")
	entries, err := w.backend.Jobs().Entries(w.t.Context(), acme, id, job.EntryFilter{Status: job.EntryCompleted}, admin.Seek[int64]{Limit: int(n) + 1})
	require.NoError(w.t, err)
	require.Len(w.t, entries, int(n))
}

// requireBatches checks that each batch of a job of n entries was committed once.
func (w *world) requireBatches(id uuid.UUID, n int64) {
	w.t.Helper()
	batches := (int(n) + w.size - 1) / w.size
	require.Equal(w.t, int64(1+batches), w.get(id).Version)
}

// requireFree checks that no worker has the job's lease, so that another one can go on immediately.
func (w *world) requireFree(id uuid.UUID) {
	w.t.Helper()
	require.Zero(w.t, w.get(id).Lease.Worker)
}
