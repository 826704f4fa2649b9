// Package dirblobs keeps the files of imports in a directory, in place of the database.
//
//	blobs, err := dirblobs.Open("/var/lib/billing/imports")
//	defer blobs.Close()
//	center, err := admincenter.New(db, admincenter.Options{Blobs: blobs})
//
// Every process that imports must see the same directory: a disk of the machine if there is one machine, else a file
// system on the network on which a rename is atomic and fsync keeps its promise.
//
// An import has a folder within that of its organization, with a file for each piece of 1 MiB:
//
//	o-acme/01956a30-7e1c-7d4f-8f0e-3b0c8a6c2f11/000000000000000000.piece
//
// A piece is written to another name, synced, renamed and made durable with its folder, so that after a crash it is
// there whole or not at all. Folders have the mode 0700 and files 0600. No symbolic link is followed.
package dirblobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// Blobs is a directory. It is safe for concurrent use, and for use by several processes.
type Blobs struct{ root *os.Root }

var _ bulkimport.Blobs = (*Blobs)(nil)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// ErrLink is returned when something in the directory is not the folder or the file that it should be, such as a
// symbolic link. It wraps [admin.ErrState].
var ErrLink = admin.NewError("not_a_plain_file", admin.ErrState,
	"something in the directory of files is not a plain file or folder: remove it")

// Open opens a directory, which it makes if it does not exist; what is above it must exist.
func Open(path string) (*Blobs, error) {
	if err := os.Mkdir(path, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("dirblobs: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("dirblobs: %w", err)
	}
	return &Blobs{root}, nil
}

// Close closes the directory.
func (b *Blobs) Close() error { return b.root.Close() }

// Put implements [bulkimport.Blobs].
func (b *Blobs) Put(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error {
	if err := errors.Join(org.Check(), bulkimport.CheckPiece(offset, piece)); err != nil {
		return err
	}
	var err error
	for range putTries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err = b.put(org, id, offset, piece); !errors.Is(err, fs.ErrNotExist) {
			break // else another call of Remove took the folder away
		}
	}
	return wrap(err)
}

// putTries is how often Put makes a folder that is removed at the same time.
const putTries = 10

func (b *Blobs) put(org admin.OrgID, id uuid.UUID, offset int64, piece []byte) (err error) {
	parent, err := folder(b.root, orgName(org), true)
	if err != nil {
		return err
	}
	defer parent.Close()
	in, err := folder(parent, id.String(), true)
	if err != nil {
		return err
	}
	defer in.Close()
	name := pieceName(offset)
	part := name + "." + uuid.NewString() + partEnd
	if err := writeFile(in, part, piece); err != nil {
		return errors.Join(err, ignoreMissing(in.Remove(part)))
	}
	if err := in.Rename(part, name); err != nil {
		return errors.Join(err, ignoreMissing(in.Remove(part)))
	}
	return syncFolder(in)
}

func writeFile(in *os.Root, name string, text []byte) error {
	f, err := in.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Get implements [bulkimport.Blobs].
func (b *Blobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) ([]byte, error) {
	if err := errors.Join(ctx.Err(), org.Check()); err != nil {
		return nil, err
	}
	piece, err := b.get(org, id, offset)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dirblobs: piece at byte %d of import %s: %w", offset, id, admin.ErrNotFound)
	}
	return piece, wrap(err)
}

func (b *Blobs) get(org admin.OrgID, id uuid.UUID, offset int64) (piece []byte, err error) {
	parent, err := folder(b.root, orgName(org), false)
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	in, err := folder(parent, id.String(), false)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	name := pieceName(offset)
	want, err := in.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !want.Mode().IsRegular() {
		return nil, ErrLink
	}
	f, err := in.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	piece = make([]byte, 0, min(max(want.Size(), 0), bulkimport.MaxChunk)+1)
	got := io.LimitReader(f, bulkimport.MaxChunk+1) // one byte more is not what was put
	return readAll(got, piece)
}

// readAll is io.ReadAll into a slice whose size is known.
func readAll(from io.Reader, into []byte) ([]byte, error) {
	for {
		if len(into) == cap(into) {
			into = append(into, 0)[:len(into)]
		}
		n, err := from.Read(into[len(into):cap(into)])
		into = into[:len(into)+n]
		if errors.Is(err, io.EOF) {
			return into, nil
		} else if err != nil {
			return nil, err
		}
	}
}

// Remove implements [bulkimport.Blobs].
func (b *Blobs) Remove(ctx context.Context, org admin.OrgID, id uuid.UUID) error {
	if err := errors.Join(ctx.Err(), org.Check()); err != nil {
		return err
	}
	return wrap(ignoreMissing(b.remove(org, id)))
}

func (b *Blobs) remove(org admin.OrgID, id uuid.UUID) error {
	parent, err := folder(b.root, orgName(org), false)
	if err != nil {
		return err
	}
	defer parent.Close()
	if err := parent.RemoveAll(id.String()); err != nil { // which removes a link and not what it points at
		return err
	}
	if err := syncFolder(parent); err != nil {
		return err
	}
	// If nothing is left of the organization its folder goes too: this fails while there is something.
	if b.root.Remove(orgName(org)) != nil {
		return nil
	}
	return syncFolder(b.root)
}

// folder opens a folder, and makes it if it may. It must be one, and no link to one.
func folder(in *os.Root, name string, create bool) (*os.Root, error) {
	if create {
		if err := in.Mkdir(name, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if err := syncFolder(in); err != nil { // also for one that a process has made which ended before this
			return nil, err
		}
	}
	want, err := in.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !want.IsDir() {
		return nil, ErrLink
	}
	sub, err := in.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	got, err := sub.Stat(".")
	if err == nil && !os.SameFile(want, got) { // it was replaced by a link just now
		err = ErrLink
	}
	if err != nil {
		return nil, errors.Join(err, sub.Close())
	}
	return sub, nil
}

// syncFolder makes durable which names a folder has.
func syncFolder(in *os.Root) error {
	f, err := in.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(syncDir(f), f.Close())
}

const (
	pieceEnd = ".piece"
	partEnd  = ".part"
)

// pieceName is the file of the piece that begins at offset; names are in order.
func pieceName(offset int64) string { return fmt.Sprintf("%019d", offset) + pieceEnd }

// orgName is the folder of an organization: its id, with %XX for each byte that some file system could take for another
// or give a meaning to. No two ids have one name, also where capitals do not count.
func orgName(org admin.OrgID) string {
	var b strings.Builder
	b.WriteString("o-")
	for _, c := range []byte(org) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("dirblobs: %w", err)
}
