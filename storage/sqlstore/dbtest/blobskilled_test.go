//go:build unix

package dbtest

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// upload uploads a file of about 100 bytes a row.
func (e errand) upload(t *testing.T, c *admincenter.Center) error {
	text := "id,name,primary_email\n" + strings.Repeat("c1,"+strings.Repeat("x", 80)+",a@x.example\n", e.Upload)
	_, err := c.Imports.Upload(t.Context(), admin.System("acme"), bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: "file.csv", Content: strings.NewReader(text),
	})
	return err
}

// filesIn are those of a directory.
func filesIn(t *testing.T, dir string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a worker has renamed or removed it
		}
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// tidyAt removes what is not kept any longer, at an instant.
func tidyAt(t *testing.T, b storage.Backend, dir string, now time.Time) {
	t.Helper()
	c, err := admincenter.New(b, admincenter.Options{
		Runtime: admin.Runtime{Now: func() time.Time { return now }}, Blobs: blobsIn(t, dir),
		Retention: admincenter.Retention{Files: time.Hour},
	})
	require.NoError(t, err)
	require.NoError(t, c.Tidy(t.Context()))
}

// With files in a directory, processes are killed while they upload, and while they import. What uploads have left is
// removed when its time is over; the import is as one that was not interrupted.
func TestBlobsKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	rows, kills := atLength(2000, 200), atLength(50, 10)
	const batch = 10
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, batch)
		w.place.Blobs = filepath.Join(t.TempDir(), "files")
		db, _ := w.place.open(t)
		w.center = importCenterIn(t, db, batch, w.place.Blobs)
		random := rand.New(rand.NewPCG(2026, uint64(kills)))
		left := 0
		for n := range kills {
			before := len(filesIn(t, w.place.Blobs))
			u := errand{Place: w.place, Batch: batch, Upload: 400_000}.send(t)
			u.hear(t, sayReady)
			if n%2 == 0 {
				require.Eventually(t, func() bool { return len(filesIn(t, w.place.Blobs)) > before }, time.Minute,
					time.Millisecond, "its first piece")
			} else {
				time.Sleep(time.Duration(random.Int64N(int64(80 * time.Millisecond))).Truncate(time.Microsecond))
			}
			require.NoError(t, u.process.Process.Kill())
			u.killed(t)
			left = max(left, len(filesIn(t, w.place.Blobs)))
		}
		require.NotZero(t, left, "none was killed after its first piece")
		j := w.start(t, "inblobs", rows, batch)
		j.killWorkers(t, rows, batch, kills, 4*time.Millisecond)
		require.Equal(t, endDone, j.send(t, errand{}).ended(t))
		j.requireDone(t)

		now := time.Now()
		tidyAt(t, db, w.place.Blobs, now)
		require.NotEmpty(t, filesIn(t, w.place.Blobs), "their time is not over")
		tidyAt(t, db, w.place.Blobs, now.Add(2*time.Hour))
		require.Empty(t, filesIn(t, w.place.Blobs))
		tidyAt(t, db, w.place.Blobs, now.Add(4*time.Hour))
		require.Empty(t, cells(t, w.pool, "SELECT import_id FROM admincenter_import_blobs"), "each was removed, and once more")
	})
}
