package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// settledSeeds are jobs that are over, of imports with a file: one with entries, and one that is pruned.
type settledSeeds struct{ whole, pruned uuid.UUID }

func (w *world) seedSettled() {
	w.t.Helper()
	w.seeds.settled = settledSeeds{whole: w.settled(w.t), pruned: w.settled(w.t)}
	_, err := w.b.Jobs().Prune(w.t.Context(), w.org, w.seeds.settled.pruned, 1000, w.rec("job.prune"))
	require.NoError(w.t, err)
	_, err = w.b.Imports().RemoveFile(w.t.Context(), w.org, w.seeds.settled.pruned, 1000, w.rec("import.remove_file"))
	require.NoError(w.t, err)
}

// over is an instant that is before all others of the suite.
var over = epoch.Add(-1000 * time.Hour)

// settled adds an import with two pieces, whose job has entries and effects and is completed long ago.
func (w *world) settled(t *testing.T) uuid.UUID {
	t.Helper()
	ctx, j := t.Context(), w.job()
	i := bulkimport.Import{
		ID: j.ID, Type: "customers", FileName: w.mark("file"), Status: bulkimport.Started, CreatedAt: epoch,
		UpdatedAt: over, CreatedBy: w.user(), Version: 1, Content: bulkimport.Content{Delimiter: ","},
	}
	require.NoError(t, w.b.Imports().Create(ctx, w.org, i, w.rec("import.begin")))
	for n := range int64(2) {
		require.NoError(t, w.b.Imports().Append(ctx, w.org, i.ID, n, []byte("a")))
	}
	require.NoError(t, w.b.Jobs().Create(ctx, w.org, j, w.entries(), w.rec("job.create")))
	claim := job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Hour)}
	_, err := w.b.Jobs().Claim(ctx, w.org, j.ID, claim)
	require.NoError(t, err)
	require.NoError(t, w.b.Jobs().Finish(ctx, w.org, job.Checkpoint{
		ID: j.ID, Attempt: 1, Effects: w.effects(), Status: job.Completed, At: over,
	}, w.rec("job.complete")))
	return j.ID
}

// foundOver is what of an organization is over.
type foundOver struct {
	Org admin.OrgID
	IDs []uuid.UUID
}

func (w *world) jobsOver(ctx context.Context, s storage.Stores, until time.Time, pruned bool) (foundOver, error) {
	refs, err := s.Jobs().Settled(ctx, job.SettledQuery{Until: until, Pruned: pruned, Limit: 100_000})
	var out foundOver
	for _, r := range refs {
		if r.Org == w.org {
			out = foundOver{r.Org, append(out.IDs, r.ID)}
		}
	}
	return out, err
}

func (w *world) filesOver(ctx context.Context, s storage.Stores, until time.Time) (foundOver, error) {
	refs, err := s.Imports().ExpiredFiles(ctx, until, 100_000)
	var out foundOver
	for _, r := range refs {
		if r.Org == w.org {
			out = foundOver{r.Org, append(out.IDs, r.ID)}
		}
	}
	return out, err
}

func retentionCalls() map[string]call {
	return map[string]call{
		"Jobs.Settled": func(ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record) (any, error) {
			return w.jobsOver(ctx, s, over, false)
		},
		"Jobs.Prune": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return s.Jobs().Prune(ctx, org, w.seeds.settled.whole, 1000, rec)
		},
		"Jobs.Remove": func(ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record) (any, error) {
			return nil, s.Jobs().Remove(ctx, org, w.seeds.settled.pruned, rec)
		},
		"Imports.ExpiredFiles": func(
			ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record,
		) (any, error) {
			return w.filesOver(ctx, s, over)
		},
		"Imports.RemoveFile": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, rec admin.Record,
		) (any, error) {
			return s.Imports().RemoveFile(ctx, org, w.seeds.settled.whole, 1000, rec)
		},
	}
}

func testRetention(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(1 << 41) // apart from the organizations of the other topics
	w := newWorld(t, b, c)
	ctx := t.Context()
	records := func(action admin.Action) int {
		list, err := b.Audit().List(ctx, w.org, admin.AuditFilter{Action: action}, page[admin.RecordKey](10))
		require.NoError(t, err)
		return len(list)
	}
	jobs := func(until time.Time, pruned bool) []uuid.UUID {
		found, err := w.jobsOver(ctx, b, until, pruned)
		require.NoError(t, err)
		return found.IDs
	}
	files := func(until time.Time) []uuid.UUID {
		found, err := w.filesOver(ctx, b, until)
		require.NoError(t, err)
		return found.IDs
	}
	running := w.job()
	require.NoError(t, b.Jobs().Create(ctx, w.org, running, w.entries(), w.rec("job.create")))
	_, err := b.Jobs().Prune(ctx, w.org, running.ID, 10, w.rec("job.prune"))
	require.ErrorIs(t, err, admin.ErrState, "it is not final")
	require.ErrorIs(t, b.Jobs().Remove(ctx, w.org, running.ID, w.rec("job.remove")), admin.ErrState)
	_, err = b.Jobs().Prune(ctx, w.org, w.id(), 10, w.rec("job.prune"))
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = b.Imports().RemoveFile(ctx, w.org, w.id(), 10, w.rec("import.remove_file"))
	require.ErrorIs(t, err, admin.ErrNotFound)

	before, id := over.Add(-time.Microsecond), w.settled(t)
	require.Equal(t, []uuid.UUID{id}, jobs(over, false))
	require.Empty(t, jobs(before, false))
	require.Empty(t, jobs(over, true))
	require.Equal(t, []uuid.UUID{id}, files(over))
	require.Empty(t, files(before))

	for more, batches := true, 0; more; batches++ {
		require.Less(t, batches, 10)
		more, err = b.Imports().RemoveFile(ctx, w.org, id, 1, w.rec("import.remove_file"))
		require.NoError(t, err)
	}
	require.Empty(t, files(over))
	require.Equal(t, 1, records("import.remove_file"), "one record, however many batches there are")
	i, err := b.Imports().Get(ctx, w.org, id)
	require.NoError(t, err)
	require.Equal(t, epoch, i.FileRemovedAt)
	require.Equal(t, int64(2), i.Version)
	text, err := b.Imports().Content(ctx, w.org, id, 0)
	require.NoError(t, err)
	require.Empty(t, text)
	i.FileRemovedAt = time.Time{}
	require.NoError(t, b.Imports().Update(ctx, w.org, i, w.rec("import.map")))
	i, err = b.Imports().Get(ctx, w.org, id)
	require.NoError(t, err)
	require.Equal(t, epoch, i.FileRemovedAt, "an update does not bring the file back")
	require.ErrorIs(t, b.Jobs().Remove(ctx, w.org, id, w.rec("job.remove")), admin.ErrState, "it has entries")

	was, err := b.Jobs().Get(ctx, w.org, id)
	require.NoError(t, err)
	for more, batches := true, 0; more; batches++ {
		require.Less(t, batches, 20)
		more, err = b.Jobs().Prune(ctx, w.org, id, 1, w.rec("job.prune"))
		require.NoError(t, err)
	}
	require.Equal(t, 1, records("job.prune"))
	require.Empty(t, jobs(over, false))
	require.Equal(t, []uuid.UUID{id}, jobs(over, true))
	j, err := b.Jobs().Get(ctx, w.org, id)
	require.NoError(t, err)
	was.PrunedAt, was.Version = epoch, was.Version+1
	require.Equal(t, was, j)
	entries, err := b.Jobs().Entries(ctx, w.org, id, job.EntryFilter{}, page[int64](10))
	require.NoError(t, err)
	require.Empty(t, entries)
	effects, err := b.Jobs().Effects(ctx, w.org, id, page[int64](10))
	require.NoError(t, err)
	require.Empty(t, effects)

	require.NoError(t, b.Jobs().Remove(ctx, w.org, id, w.rec("job.remove")))
	require.Equal(t, 1, records("job.remove"))
	_, err = b.Jobs().Get(ctx, w.org, id)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = b.Imports().Get(ctx, w.org, id)
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.Empty(t, jobs(over, true))
	entries, err = b.Jobs().Entries(ctx, w.org, running.ID, job.EntryFilter{}, page[int64](10))
	require.NoError(t, err)
	require.NotEmpty(t, entries, "those of another job stay")
}

// testRetentionOfOne removes what one import leaves, while others that are over keep what they have.
func testRetentionOfOne(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(1<<41 + 1<<40) // apart from the organizations of the other topics
	w := newWorld(t, b, c)
	ctx := t.Context()
	gone, stays := w.settled(t), w.settled(t)
	type left struct{ entries, effects, text int }
	of := func(id uuid.UUID) left {
		entries, err := b.Jobs().Entries(ctx, w.org, id, job.EntryFilter{}, page[int64](10))
		require.NoError(t, err)
		effects, err := b.Jobs().Effects(ctx, w.org, id, page[int64](10))
		require.NoError(t, err)
		text, err := b.Imports().Content(ctx, w.org, id, 0)
		require.NoError(t, err)
		return left{len(entries), len(effects), len(text)}
	}
	all := left{len(w.entries()), len(w.effects()), 1}
	require.Equal(t, all, of(stays))

	more, err := b.Imports().RemoveFile(ctx, w.org, gone, 1000, w.rec("import.remove_file"))
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, left{all.entries, all.effects, 0}, of(gone), "the details are kept longer than the file")
	more, err = b.Jobs().Prune(ctx, w.org, gone, 1000, w.rec("job.prune"))
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, left{}, of(gone))
	require.Equal(t, all, of(stays))

	_, err = b.Jobs().Prune(ctx, w.org, stays, 1000, w.rec("job.prune"))
	require.NoError(t, err)
	require.Equal(t, left{text: 1}, of(stays), "the file is kept longer than the details")
	require.ErrorIs(t, b.Jobs().Remove(ctx, w.org, stays, w.rec("job.remove")), admin.ErrState, "it has a file")
	require.NoError(t, b.Jobs().Remove(ctx, w.org, gone, w.rec("job.remove")))
	require.Equal(t, left{text: 1}, of(stays))
}
