package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/admincenter/admincenter/bulkimport"
)

const oldExcel = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" // of an OLE document

// Begins reports whether a file that begins with head may be a workbook: a host that takes both opens such a file with
// [Open] and gives others to Upload as they are. It is true too for what Open refuses by name: an old .xls, and a
// workbook with a password.
func Begins(head []byte) bool {
	for _, s := range []string{"PK\x03\x04", "PK\x05\x06", oldExcel} {
		if bytes.HasPrefix(head, []byte(s)) {
			return true
		}
	}
	return false
}

// archive is the parts of a workbook by their names in lower case, without a leading slash.
type archive map[string]*zip.File

func openArchive(r io.ReaderAt, size int64, l Limits) (archive, error) {
	if size > l.FileBytes {
		return nil, tooLarge(l.FileBytes)
	}
	head := make([]byte, 8)
	if n, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	} else if head = head[:n]; string(head) == oldExcel {
		return nil, oldDocument(r, size)
	}
	if !Begins(head) {
		return nil, notWorkbook(bulkimport.KindBinary, "binary")
	}
	// Of the directory each entry takes memory before it can be counted.
	budget := &budgetReader{from: r, left: int64(l.Entries)<<10 + 256<<10}
	z, err := zip.NewReader(budget, size)
	if budget.over || (err == nil && len(z.File) > l.Entries) {
		return nil, refuse(bulkimport.CodeFileTooLarge, "parts", "max", l.Entries)
	}
	if err != nil {
		if isDamage(err) || errors.Is(err, zip.ErrInsecurePath) {
			err = damaged("archive")
		}
		return nil, err
	}
	budget.unbounded = true
	a := archive{}
	for _, f := range z.File {
		name := partName(f.Name)
		if _, twice := a[name]; twice {
			return nil, damaged("twice")
		}
		a[name] = f
	}
	return a, nil
}

// partName makes names comparable: writers differ in capitals, and some have backslashes.
func partName(name string) string {
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(strings.ToLower(name), `\`, "/")), "/")
}

// oldDocument returns why an OLE document is refused, by what its directory lists.
func oldDocument(r io.ReaderAt, size int64) error {
	head := make([]byte, 512)
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	shift := min(binary.LittleEndian.Uint16(head[30:]), 12)
	at := (int64(binary.LittleEndian.Uint32(head[48:])) + 1) << shift
	directory := make([]byte, 4096)
	if at >= 0 && at < size {
		if _, err := r.ReadAt(directory, at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	var wide []byte
	for _, b := range []byte("EncryptedPackage") {
		wide = append(wide, b, 0)
	}
	if bytes.Contains(directory, wide) {
		return refused(CodeEncrypted, bulkimport.KindOldExcel, "encrypted")
	}
	return notWorkbook(bulkimport.KindOldExcel, "old_excel")
}

// budgetReader bounds how much is read.
type budgetReader struct {
	from            io.ReaderAt
	left            int64
	unbounded, over bool
}

// ReadAt implements io.ReaderAt. Sheets are read at the same time, but only once it is unbounded.
func (b *budgetReader) ReadAt(p []byte, at int64) (int, error) {
	if !b.unbounded {
		if b.left -= int64(len(p)); b.left < 0 {
			b.over = true
			return 0, zip.ErrFormat
		}
	}
	return b.from.ReadAt(p, at)
}
