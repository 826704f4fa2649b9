package storagetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// content is the whole content of an import from an offset on.
func (w *world) content(t *testing.T, id uuid.UUID, offset int64) string {
	t.Helper()
	var b strings.Builder
	for {
		piece, err := w.b.Imports().Content(t.Context(), w.org, id, offset+int64(b.Len()))
		require.NoError(t, err)
		if len(piece) == 0 {
			return b.String()
		}
		b.Write(piece)
	}
}

// inBlobs adds an import whose content is in Blobs.
func (w *world) inBlobs(t *testing.T) bulkimport.Import {
	t.Helper()
	i := w.imp()
	i.InBlobs = true
	require.NoError(t, w.b.Imports().Create(t.Context(), w.org, i, w.rec("import.begin")))
	return i
}

// blobGone adds an import whose content is in Blobs, and deletes it.
func (w *world) blobGone(t *testing.T) uuid.UUID {
	t.Helper()
	i := w.inBlobs(t)
	require.NoError(t, w.b.Imports().Delete(t.Context(), w.org, i.ID, w.rec("import.delete")))
	return i.ID
}

// removals are those of the organization, with the organization's id if there are any.
func (w *world) removals(ctx context.Context, s storage.Stores, until time.Time) (out struct {
	Org admin.OrgID
	Due []bulkimport.Removal
}, err error) {
	found, err := s.Imports().Removals(ctx, until, 1_000_000)
	for _, r := range found {
		if r.Org == w.org {
			out.Org, out.Due = r.Org, append(out.Due, r)
		}
	}
	return out, err
}

func removalCalls() map[string]call {
	return map[string]call{
		"Imports.Removals": func(
			ctx context.Context, s storage.Stores, w *world, _ admin.OrgID, _ admin.Record,
		) (any, error) {
			return w.removals(ctx, s, epoch.Add(time.Hour))
		},
		"Imports.SetRemoval": func(
			ctx context.Context, s storage.Stores, w *world, org admin.OrgID, _ admin.Record,
		) (any, error) {
			r := bulkimport.Removal{ID: w.seeds.removal, Due: epoch.Add(time.Minute), Removed: true}
			return nil, s.Imports().SetRemoval(ctx, org, r)
		},
	}
}

func testRemovals(t *testing.T, open Open) {
	b, c := open(t), &ids{}
	c.n.Store(1<<42 + 1<<39) // apart from the organizations of the other topics
	ctx := t.Context()
	due := func(w *world, until time.Time) []bulkimport.Removal {
		found, err := w.removals(ctx, b, until)
		require.NoError(t, err)
		return found.Due
	}
	later := epoch.Add(time.Hour)
	t.Run("of an import that is deleted, and of none that is kept", func(t *testing.T) {
		w := newWorld(t, b, c)
		kept := w.inBlobs(t)
		w.imp()
		require.Empty(t, due(w, later))
		id := w.blobGone(t)
		require.Equal(t, []bulkimport.Removal{{Org: w.org, ID: id, Due: epoch}}, due(w, epoch))
		require.Empty(t, due(w, epoch.Add(-time.Microsecond)))
		r := bulkimport.Removal{ID: kept.ID, Due: epoch}
		require.ErrorIs(t, b.Imports().SetRemoval(ctx, w.org, r), admin.ErrNotFound, "what is kept is no removal")
		r.Due = time.Time{}
		require.ErrorIs(t, b.Imports().SetRemoval(ctx, w.org, r), admin.ErrNotFound)
		require.NoError(t, b.Imports().Delete(ctx, w.org, kept.ID, w.rec("import.delete")))
		require.Len(t, due(w, epoch), 2)
	})
	t.Run("none of an import whose content is in the store", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.imp()
		i.InBlobs = false
		require.NoError(t, b.Imports().Create(ctx, w.org, i, w.rec("import.begin")))
		require.NoError(t, b.Imports().Delete(ctx, w.org, i.ID, w.rec("import.delete")))
		require.Empty(t, due(w, later))
	})
	t.Run("of a file that is removed, once", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.inBlobs(t)
		require.NoError(t, b.Imports().Append(ctx, w.org, i.ID, 0, []byte("digest")))
		remove := func(at time.Time) {
			rec := w.rec("import.remove_file")
			rec.At = at
			_, err := b.Imports().RemoveFile(ctx, w.org, i.ID, 10, rec)
			require.NoError(t, err)
		}
		remove(epoch)
		require.Equal(t, []bulkimport.Removal{{Org: w.org, ID: i.ID, Due: epoch}}, due(w, epoch))
		next := bulkimport.Removal{Org: w.org, ID: i.ID, Due: later, Removed: true}
		require.NoError(t, b.Imports().SetRemoval(ctx, w.org, next))
		remove(epoch.Add(time.Minute))
		require.NoError(t, b.Imports().Delete(ctx, w.org, i.ID, w.rec("import.delete")))
		require.Empty(t, due(w, later.Add(-time.Microsecond)), "it was recorded already")
		require.Equal(t, []bulkimport.Removal{next}, due(w, later))
		next.Due = time.Time{}
		require.NoError(t, b.Imports().SetRemoval(ctx, w.org, next))
		require.Empty(t, due(w, later))
		require.ErrorIs(t, b.Imports().SetRemoval(ctx, w.org, next), admin.ErrNotFound)
	})
	t.Run("in order of the time, at most so many", func(t *testing.T) {
		w := newWorld(t, b, c)
		first, second := w.blobGone(t), w.blobGone(t)
		r := bulkimport.Removal{Org: w.org, ID: first, Due: time.UnixMicro(2).UTC()}
		require.NoError(t, b.Imports().SetRemoval(ctx, w.org, r))
		r.ID, r.Due = second, time.UnixMicro(1).UTC()
		require.NoError(t, b.Imports().SetRemoval(ctx, w.org, r))
		got, err := b.Imports().Removals(ctx, later, 1)
		require.NoError(t, err)
		require.Equal(t, []bulkimport.Removal{r}, got)
		require.Equal(t, second, due(w, later)[0].ID)
		require.Equal(t, first, due(w, later)[1].ID)
		for _, id := range []uuid.UUID{first, second} {
			require.NoError(t, b.Imports().SetRemoval(ctx, w.org, bulkimport.Removal{ID: id}))
		}
	})
	t.Run("none of a deletion that was rolled back", func(t *testing.T) {
		w := newWorld(t, b, c)
		i := w.inBlobs(t)
		require.ErrorIs(t, b.InTx(ctx, func(s storage.Stores) error {
			require.NoError(t, s.Imports().Delete(ctx, w.org, i.ID, w.rec("import.delete")))
			return context.DeadlineExceeded
		}), context.DeadlineExceeded)
		require.Empty(t, due(w, later))
	})
}

// requireBlobsLeft checks that what a purged organization has in Blobs is to be removed, and takes it off the list.
func requireBlobsLeft(t *testing.T, w *world) {
	t.Helper()
	found, err := w.removals(t.Context(), w.b, epoch)
	require.NoError(t, err)
	of := map[uuid.UUID]bool{}
	for _, r := range found.Due {
		of[r.ID] = true
		require.False(t, r.Due.After(epoch))
		require.NoError(t, w.b.Imports().SetRemoval(t.Context(), w.org, bulkimport.Removal{ID: r.ID}))
	}
	require.True(t, of[w.seeds.imp], "that of an import which was not deleted too")
	require.True(t, of[w.seeds.removal])
	found, err = w.removals(t.Context(), w.b, epoch.Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, found.Due)
}
