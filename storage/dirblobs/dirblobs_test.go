package dirblobs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/dirblobs"
	"github.com/admincenter/admincenter/storage/storagetest"
)

const org = admin.OrgID("acme")

func open(t *testing.T, path string) *dirblobs.Blobs {
	t.Helper()
	b, err := dirblobs.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func TestConformance(t *testing.T) {
	storagetest.Blobs(t, func(t *testing.T) bulkimport.Blobs { return open(t, filepath.Join(t.TempDir(), "files")) })
}

// names are the paths below a directory, with their modes.
func names(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	out := map[string]fs.FileMode{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = info.Mode().Perm()
		return err
	}))
	return out
}

func TestOnlyTheOwnerReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("the modes of Windows are others")
		return
	}
	dir := filepath.Join(t.TempDir(), "files")
	b := open(t, dir)
	id := uuid.New()
	require.NoError(t, b.Put(t.Context(), "Acme:1", id, 0, []byte("x")))
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	folder := "o-%41cme%3a1"
	require.Equal(t, map[string]fs.FileMode{
		folder: 0o700, folder + "/" + id.String(): 0o700, folder + "/" + id.String() + "/0000000000000000000.piece": 0o600,
	}, names(t, dir))
	require.NoError(t, b.Remove(t.Context(), "Acme:1", id))
	require.Empty(t, names(t, dir), "the folder of an organization without files goes too")
}

func TestOtherProcessSeesPieces(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	one, other := open(t, dir), open(t, dir)
	id := uuid.New()
	require.NoError(t, one.Put(t.Context(), org, id, 0, []byte("x")))
	got, err := other.Get(t.Context(), org, id, 0)
	require.NoError(t, err)
	require.Equal(t, "x", string(got))
	require.NoError(t, other.Remove(t.Context(), org, id))
	_, err = one.Get(t.Context(), org, id, 0)
	require.ErrorIs(t, err, admin.ErrNotFound)
}

// What a process that was killed has left: a folder without pieces, or a piece that was not renamed yet.
func TestCrashLeavesNoPartOfAPiece(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	b := open(t, dir)
	id := uuid.New()
	folder := filepath.Join(dir, "o-acme", id.String())
	require.NoError(t, os.MkdirAll(folder, 0o700))
	_, err := b.Get(t.Context(), org, id, 0)
	require.ErrorIs(t, err, admin.ErrNotFound)
	torn := filepath.Join(folder, "0000000000000000000.piece.0195.part")
	require.NoError(t, os.WriteFile(torn, []byte("hal"), 0o600))
	_, err = b.Get(t.Context(), org, id, 0)
	require.ErrorIs(t, err, admin.ErrNotFound)
	require.NoError(t, b.Put(t.Context(), org, id, 0, []byte("half")))
	got, err := b.Get(t.Context(), org, id, 0)
	require.NoError(t, err)
	require.Equal(t, "half", string(got))
	require.NoError(t, b.Remove(t.Context(), org, id))
	require.Empty(t, names(t, dir))
}

func TestLinksAreNotFollowed(t *testing.T) {
	dir, id := filepath.Join(t.TempDir(), "files"), uuid.New()
	b := open(t, dir)
	require.NoError(t, b.Put(t.Context(), "other", id, 0, []byte("secret")))
	outside := filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	piece := "0000000000000000000.piece"
	for name, plant := range map[string]func(string) error{
		"for an organization, within the directory": func(org string) error { return os.Symlink("o-other", filepath.Join(dir, org)) },
		"for an organization, out of the directory": func(org string) error { return os.Symlink(t.TempDir(), filepath.Join(dir, org)) },
		"for an import": func(org string) error {
			if err := os.Mkdir(filepath.Join(dir, org), 0o700); err != nil {
				return err
			}
			return os.Symlink(filepath.Join("..", "o-other", id.String()), filepath.Join(dir, org, id.String()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			of := admin.OrgID(strings.ReplaceAll(strings.ReplaceAll(name, " ", "_"), ",", ""))
			require.NoError(t, plant("o-"+string(of)))
			_, err := b.Get(t.Context(), of, id, 0)
			require.ErrorIs(t, err, dirblobs.ErrLink)
			require.ErrorIs(t, b.Put(t.Context(), of, id, 0, []byte("x")), dirblobs.ErrLink)
		})
	}
	for name, to := range map[string]string{
		"within": filepath.Join("..", "..", "o-other", id.String(), piece), "outside": outside,
	} {
		t.Run("for a piece, "+name, func(t *testing.T) {
			of := admin.OrgID("piece-" + name)
			folder := filepath.Join(dir, "o-"+string(of), id.String())
			require.NoError(t, os.MkdirAll(folder, 0o700))
			require.NoError(t, os.Symlink(to, filepath.Join(folder, piece)))
			_, err := b.Get(t.Context(), of, id, 0)
			require.ErrorIs(t, err, dirblobs.ErrLink)
			require.NoError(t, b.Put(t.Context(), of, id, 0, []byte("x")), "it takes the place of the link")
		})
	}
	require.NoError(t, b.Remove(t.Context(), "for_an_import", id), "which removes the link")
	got, err := b.Get(t.Context(), "other", id, 0)
	require.NoError(t, err)
	require.Equal(t, "secret", string(got))
	text, err := os.ReadFile(outside)
	require.NoError(t, err)
	require.Equal(t, "secret", string(text))
}

func TestDirectoryThatCannotBeUsedIsAnError(t *testing.T) {
	_, err := dirblobs.Open(filepath.Join(t.TempDir(), "missing", "files"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = dirblobs.Open(file)
	require.Error(t, err)
}
