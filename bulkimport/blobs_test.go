package bulkimport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/dirblobs"
	"github.com/admincenter/admincenter/storage/memory"
)

var errBlobs = errors.New("the disk is gone")

// faultyBlobs fails some calls, before or after they have done what they should.
type faultyBlobs struct {
	bulkimport.Blobs
	calls int
	fail  func(call int, method string) (before, after bool)
}

func (f *faultyBlobs) around(method string, do func() error) error {
	f.calls++
	before, after := false, false
	if f.fail != nil {
		before, after = f.fail(f.calls, method)
	}
	if before {
		return errBlobs
	}
	if err := do(); err != nil {
		return err
	}
	if after {
		return errBlobs
	}
	return nil
}

func (f *faultyBlobs) Put(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error {
	return f.around("Put", func() error { return f.Blobs.Put(ctx, org, id, offset, piece) })
}

func (f *faultyBlobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) (out []byte, err error) {
	err = f.around("Get", func() (err error) {
		out, err = f.Blobs.Get(ctx, org, id, offset)
		return err
	})
	return out, err
}

func (f *faultyBlobs) Remove(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	return f.around("Remove", func() error { return f.Blobs.Remove(ctx, org, id) })
}

// inDirectory has the files of a world in a directory, whose names it returns.
func (w *world) inDirectory() (*faultyBlobs, func() []string) {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "files")
	b, err := dirblobs.Open(dir)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, b.Close()) })
	f := &faultyBlobs{Blobs: b}
	w.blobs = f
	w.service = w.service.In(w.ports())
	return f, func() (names []string) {
		require.NoError(w.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				names = append(names, path)
			}
			return err
		}))
		return names
	}
}

// sweep removes what is to be removed, until nothing is.
func (w *world) sweep() {
	w.t.Helper()
	for range 3 {
		_, err := w.service.SweepBlobs(w.t.Context())
		require.NoError(w.t, err)
		w.now = w.now.Add(time.Hour)
	}
	left, err := w.backend.Imports().Removals(w.t.Context(), w.now.Add(1000*time.Hour), 10)
	require.NoError(w.t, err)
	require.Empty(w.t, left)
}

// severalPieces is a file of more than two pieces, with rows that fail. It ends with text in Windows-1252.
func severalPieces(rows int) string {
	var b strings.Builder
	b.WriteString("id,name,primary_email,city\n")
	for n := range rows {
		email := "a@x.example"
		if n%997 == 5 {
			email = "nope"
		}
		fmt.Fprintf(&b, "c%06d,Customer %d,%s,%s\n", n, n, email, strings.Repeat("x", 200))
	}
	return b.String() + "c999999,M\xfcller,a@x.example,\n"
}

const twoPieces = 2 * bulkimport.MaxChunk / 230

func TestFilesReadTheSameWhereverTheyAreKept(t *testing.T) {
	type result struct {
		counts    job.Counts
		sum       string
		encoding  bulkimport.Encoding
		failed    string
		outcomes  string
		customers int
	}
	text := severalPieces(twoPieces + 300)
	run := func(w *world) (bulkimport.Import, result) {
		i := w.upload(bulkimport.CustomersType, text)
		i, err := w.service.SetFileFormat(t.Context(), w.scope, i.ID, i.Version, i.FileFormat())
		require.NoError(t, err)
		check, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
		require.NoError(t, err)
		checked, err := w.service.Check(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Run(t.Context(), w.scope, checked.ID, nil)
		require.NoError(t, err)
		_, err = w.service.Start(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
		require.NoError(t, err)
		p, err := w.service.Progress(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		var outcomes bytes.Buffer
		require.NoError(t, w.service.WriteOutcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, &outcomes))
		return check, result{
			p.Counts, i.Content.SHA256, i.Content.Encoding, w.failedFile(i.ID), outcomes.String(), len(w.customers()),
		}
	}
	i, want := run(newWorld(t, bulkimport.Options{}))
	require.False(t, i.InBlobs)
	require.NotZero(t, want.counts.Failed)
	w := newWorld(t, bulkimport.Options{})
	_, files := w.inDirectory()
	i, got := run(w)
	require.True(t, i.InBlobs)
	require.True(t, want == got)
	require.Len(t, files(), 3)
}

// Each call of an upload fails once, before it has done anything and after it has.
func TestUploadThatFailsLeavesNothingInBlobs(t *testing.T) {
	text := severalPieces(twoPieces + 300)
	for call := 1; ; call++ {
		for _, after := range []bool{false, true} {
			w := newWorld(t, bulkimport.Options{})
			f, files := w.inDirectory()
			f.fail = func(n int, _ string) (bool, bool) { return n >= call && !after, n == call && after }
			_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{
				Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader(text),
			})
			if err == nil {
				require.Greater(t, call, 5, "three pieces are put, and read again for the encoding")
				return
			}
			require.ErrorIs(t, err, errBlobs)
			page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{}, admin.Query{})
			require.NoError(t, err)
			require.Empty(t, page.Items)
			f.fail = nil
			w.sweep()
			require.Empty(t, files())
			w.upload(bulkimport.CustomersType, text)
			require.Len(t, files(), 3)
		}
	}
}

// The import is deleted while a piece is on its way: it is put after the removal was carried out.
func TestPieceThatArrivesLateIsRemoved(t *testing.T) {
	for _, crash := range []bool{false, true} {
		w := newWorld(t, bulkimport.Options{})
		f, files := w.inDirectory()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f.fail = func(call int, _ string) (bool, bool) {
			if call != 2 {
				return false, false
			}
			f.fail = nil
			page, err := w.service.List(t.Context(), w.scope, bulkimport.Filter{}, admin.Query{})
			require.NoError(t, err)
			require.NoError(t, w.service.Delete(t.Context(), w.scope, page.Items[0].ID))
			require.Empty(t, files())
			if crash {
				f.fail = func(int, string) (bool, bool) { return true, false } // a process that is gone removes nothing
			}
			return false, false
		}
		_, err := w.service.Upload(ctx, w.scope, bulkimport.UploadInput{
			Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader(severalPieces(twoPieces)),
		})
		require.ErrorIs(t, err, admin.ErrNotFound)
		if crash {
			require.NotEmpty(t, files())
		}
		f.fail = nil
		w.now = w.now.Add(time.Hour)
		w.sweep()
		require.Empty(t, files())
	}
}

func TestContentThatWasAlteredOrLostIsAnError(t *testing.T) {
	for _, c := range []struct {
		reason, code string
		change       func(ctx context.Context, b bulkimport.Blobs, id uuid.UUID) error
	}{
		{"a byte is another one", bulkimport.CodeFileChanged,
			func(ctx context.Context, b bulkimport.Blobs, id uuid.UUID) error {
				piece, err := b.Get(ctx, org, id, bulkimport.MaxChunk)
				if err == nil {
					piece[len(piece)/2] ^= 1
					err = b.Put(ctx, org, id, bulkimport.MaxChunk, piece)
				}
				return err
			}},
		{"a piece is shorter", bulkimport.CodeFileChanged,
			func(ctx context.Context, b bulkimport.Blobs, id uuid.UUID) error {
				return b.Put(ctx, org, id, bulkimport.MaxChunk, []byte("c1"))
			}},
		{"it has those of another import", bulkimport.CodeFileChanged,
			func(ctx context.Context, b bulkimport.Blobs, id uuid.UUID) error {
				return b.Put(ctx, org, id, bulkimport.MaxChunk, []byte("id,name\nc1,Ann\n"))
			}},
		{"nothing is left", bulkimport.CodeFileLost,
			func(ctx context.Context, b bulkimport.Blobs, id uuid.UUID) error { return b.Remove(ctx, org, id) }},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			f, _ := w.inDirectory()
			text := strings.ToValidUTF8(severalPieces(twoPieces), "ue")
			before, after := w.upload(bulkimport.CustomersType, text), w.upload(bulkimport.CustomersType, text+"\n")
			w.start(after, bulkimport.Settings{})
			_, err := w.service.SetMapping(t.Context(), w.scope, before.ID, before.Version, w.suggested(before), bulkimport.Settings{})
			require.NoError(t, err)
			for _, id := range []uuid.UUID{before.ID, after.ID} {
				require.NoError(t, c.change(t.Context(), f, id))
			}
			_, err = w.service.Start(t.Context(), w.scope, before.ID)
			var broken *bulkimport.FileError
			require.ErrorAs(t, err, &broken)
			require.Equal(t, c.code, broken.Code)
			require.ErrorContains(t, err, before.ID.String())
			for p := (job.Progress{}); !p.Status.Final(); {
				p, err = w.service.Step(t.Context(), w.scope, after.ID)
				if err != nil && !p.Status.Final() {
					w.now = w.now.Add(time.Hour)
				}
			}
			j, err := w.backend.Jobs().Get(t.Context(), org, after.ID)
			require.NoError(t, err)
			require.Equal(t, job.Failed, j.Status)
			require.Contains(t, j.Failure, after.ID.String())
			require.Less(t, int64(len(w.customers())), after.Rows, "nothing behind it was imported")
		})
	}
}

func TestDeletionRemovesFromBlobs(t *testing.T) {
	for _, c := range []struct {
		reason string
		delete func(w *world, i bulkimport.Import)
		later  bool // by a sweep only
	}{
		{"a deletion", func(w *world, i bulkimport.Import) {
			require.NoError(w.t, w.service.Delete(w.t.Context(), w.scope, i.ID))
		}, false},
		{"a deletion in a transaction", func(w *world, i bulkimport.Import) {
			require.NoError(w.t, w.atomically(w.t.Context(), func(p bulkimport.Ports) error {
				return w.service.In(p).Delete(w.t.Context(), w.scope, i.ID)
			}))
		}, true},
		{"a deletion whose removal fails", func(w *world, i bulkimport.Import) {
			f := w.blobs.(*faultyBlobs)
			f.fail = func(int, string) (bool, bool) { return true, false }
			require.NoError(w.t, w.service.Delete(w.t.Context(), w.scope, i.ID))
			_, err := w.service.SweepBlobs(w.t.Context())
			require.NoError(w.t, err, "it is tried again in 5 minutes")
			w.now = w.now.Add(5 * time.Minute)
			_, err = w.service.SweepBlobs(w.t.Context())
			require.ErrorIs(w.t, err, errBlobs)
			require.ErrorContains(w.t, err, i.ID.String())
			f.fail = nil
			w.now = w.now.Add(5 * time.Minute)
		}, true},
		{"an erasure", func(w *world, i bulkimport.Import) {
			_, err := w.erasing().Erase(w.t.Context(), w.scope, i.ID)
			require.NoError(w.t, err)
		}, false},
		{"an erasure whose removal fails, and is repeated", func(w *world, i bulkimport.Import) {
			f := w.blobs.(*faultyBlobs)
			f.fail = func(int, string) (bool, bool) { return true, false }
			_, err := w.erasing().Erase(w.t.Context(), w.scope, i.ID)
			require.ErrorIs(w.t, err, errBlobs)
			f.fail = nil
			_, err = w.erasing().Erase(w.t.Context(), w.scope, i.ID)
			require.NoError(w.t, err)
		}, false},
		{"the end of its time", func(w *world, _ bulkimport.Import) {
			_, err := w.service.RemoveFiles(w.t.Context(), w.now)
			require.NoError(w.t, err)
		}, true},
		{"the purge of the organization", func(w *world, _ bulkimport.Import) {
			for _, status := range []people.OrganizationStatus{people.OrganizationSuspended, people.OrganizationDeleted} {
				o, err := w.backend.Organizations().Get(w.t.Context(), org)
				require.NoError(w.t, err)
				o.Status = status
				rec := admin.Record{ID: w.id(), At: w.now, Actor: w.scope.Actor(), Action: "organization.status",
					Subject: admin.Subject{Kind: "organization", ID: string(org)}}
				require.NoError(w.t, w.backend.Organizations().SetStatus(w.t.Context(), o, rec))
			}
			_, err := w.backend.Organizations().Purge(w.t.Context(), org, 1000)
			require.NoError(w.t, err)
		}, true},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			_, files := w.inDirectory()
			i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.example\n")
			require.Len(t, files(), 1)
			_, err := w.service.SweepBlobs(t.Context())
			require.NoError(t, err)
			require.Len(t, files(), 1, "it is kept")
			c.delete(w, i)
			require.Equal(t, c.later, len(files()) > 0)
			w.sweep()
			require.Empty(t, files())
		})
	}
}

func TestDeletionThatIsRolledBackRemovesNothing(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	_, files := w.inDirectory()
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.example\n")
	stop := errors.New("stop")
	require.ErrorIs(t, w.atomically(t.Context(), func(p bulkimport.Ports) error {
		require.NoError(t, w.service.In(p).Delete(t.Context(), w.scope, i.ID))
		return stop
	}), stop)
	w.sweep()
	require.Len(t, files(), 1)
	w.start(i, bulkimport.Settings{})
	_, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Len(t, w.customers(), 1)
}

func TestUploadToBlobsIsNotInATransaction(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	_, files := w.inDirectory()
	err := w.atomically(t.Context(), func(p bulkimport.Ports) error {
		_, err := w.service.In(p).Upload(t.Context(), w.scope, bulkimport.UploadInput{
			Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader("id\n1\n"),
		})
		return err
	})
	require.ErrorIs(t, err, admin.ErrState)
	require.Empty(t, files())
}

// A host that leaves its Blobs out again gets an error with what is in it.
func TestFilesInBlobsNeedIt(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	_, files := w.inDirectory()
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.example\n")
	with := w.service
	w.blobs = nil
	w.service = w.service.In(w.ports())
	_, err := w.service.SetFileFormat(t.Context(), w.scope, i.ID, i.Version, bulkimport.FileFormat{})
	require.ErrorIs(t, err, admin.ErrState)
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	_, err = w.service.SweepBlobs(t.Context())
	require.ErrorIs(t, err, admin.ErrState)
	w.service = with
	w.sweep()
	require.Empty(t, files())
}

func TestSweepsOfManyProcessesAgree(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	w.blobs = memory.NewBlobs()
	w.service = w.service.In(w.ports())
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email\nc1,Ann Lee,a@x.example\n")
	require.NoError(t, w.backend.InTx(t.Context(), func(s storage.Stores) error {
		return s.Imports().Delete(t.Context(), org, i.ID, w.record(bulkimport.ActionDelete, i))
	}))
	ended := make(chan error, 4)
	for range 4 {
		go func() {
			_, err := w.service.SweepBlobs(t.Context())
			ended <- err
		}()
	}
	for range 4 {
		require.NoError(t, <-ended)
	}
	_, err := w.blobs.Get(t.Context(), org, i.ID, 0)
	require.ErrorIs(t, err, admin.ErrNotFound)
}
