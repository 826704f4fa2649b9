package bulkimport

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// NoHeader is the UploadInput.HeaderLine of a file without a header row.
const NoHeader = -1

// UploadInput is a file to import.
type UploadInput struct {
	Type     TypeName  `json:"type"`
	FileName string    `json:"fileName"`
	Content  io.Reader `json:"-"`
	// HeaderLine is the line of the header row, from 1. 0 looks for it; NoHeader takes the first
	// row for data and calls the columns "Column 1", "Column 2", ….
	HeaderLine int64 `json:"headerLine,omitempty"`
}

// Upload reads a file once, checks it, and stores it as canonical text. It fails with a *FileError
// for what cannot be imported, and stores nothing then. UTF-16 needs a byte order mark; everything
// else must be UTF-8. The delimiter is a comma, semicolon, tab or bar, whichever the rows agree on.
// It requires the type's Write permission.
func (s *Service) Upload(ctx context.Context, scope admin.Scope, in UploadInput) (Import, error) {
	t, err := s.require(scope, in.Type, write)
	if err != nil {
		return Import{}, err
	}
	var p admin.Problems
	checkFileName(&p, "/fileName", in.FileName)
	if in.Content == nil {
		p.Add("/content", admin.CodeRequired, "there is no content")
	}
	if in.HeaderLine < NoHeader {
		p.Add("/headerLine", admin.CodeRange, "%d: give a line from 1, 0 to look for it, or -1 for a file without a header",
			in.HeaderLine)
	}
	if err := p.Err(); err != nil {
		return Import{}, err
	}
	u := &upload{service: s, ctx: ctx, scope: scope, limits: s.limits, original: sha256.New(), canonical: sha256.New()}
	if err := u.open(in); err != nil {
		return Import{}, err
	}
	now := s.runtime.Instant()
	u.imp.ID, u.imp.Type, u.imp.FileName, u.imp.Status = s.runtime.NewID(), t.Schema.Type, in.FileName, Uploading
	u.imp.CreatedAt, u.imp.CreatedBy, u.imp.UpdatedAt, u.imp.Version = now, scope.Actor(), now, 1
	if err := s.ports.Imports.Create(ctx, scope.Org(), u.imp, s.record(scope, ActionBegin, u.imp)); err != nil {
		return Import{}, err
	}
	if err := u.finish(in); err != nil {
		s.discard(ctx, scope, u.imp)
		return Import{}, err
	}
	return u.imp, nil
}

// discard cleans up after an upload that failed, even if its context has ended. Its own error
// is logged only, because the caller needs the reason that the upload failed.
func (s *Service) discard(ctx context.Context, scope admin.Scope, i Import) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.ports.Imports.Delete(ctx, scope.Org(), i.ID, s.record(scope, ActionDelete, i)); err != nil {
		s.runtime.Logger.WarnContext(ctx, "broken upload not deleted", "org", scope.Org(), "import", i.ID, "error", err)
	}
}

// upload is one pass over a file.
type upload struct {
	service   *Service
	ctx       context.Context
	scope     admin.Scope
	limits    Limits
	imp       Import
	original  hash.Hash // of what is uploaded
	canonical hash.Hash // of what is stored
	text      *bufio.Reader
	delimiter byte
	header    int64 // its line; 0 for none
	declared  bool  // a line "sep=;" is on top
	piece     []byte
	filled    []bool           // columns that have a value somewhere
	quotes    []quoteCount     // by column
	nulls     map[string]int64 // cells that hold one of the words that mostly mean blank
	unused    int64            // rows that are blank or above the header
}

// count adds a row, or one that is not used, and fails if there are more than may be. Those that are not used take
// time too, on each later pass.
func (u *upload) count(used bool) error {
	if used {
		u.imp.Rows++
	} else {
		u.unused++
	}
	switch {
	case u.imp.Rows > u.limits.Rows:
		return fileError(CodeTooManyRows, "it has more than %d rows: split it", u.limits.Rows)
	case u.imp.Rows+u.unused > u.limits.Rows:
		return fileError(CodeTooManyRows,
			"it has more than %d rows, of which %d are blank or above the header: delete those", u.limits.Rows, u.unused)
	}
	return nil
}

// open reads the head of the file: what is no CSV is refused before anything is stored.
func (u *upload) open(in UploadInput) error {
	from, err := newCanonical(io.TeeReader(&bounded{from: in.Content, size: &u.imp.Size, most: u.limits.FileBytes},
		u.original))
	if err != nil {
		return err
	}
	u.text = bufio.NewReaderSize(from, headBytes)
	head, err := u.text.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return fileError(CodeEmptyFile, "there is nothing in it: give a CSV file with a header row")
	}
	u.delimiter, u.declared = sniffDelimiter(head)
	switch in.HeaderLine {
	case 0:
		if u.header = sniffHeader(head, u.delimiter, u.declared, u.limits); u.header == 0 {
			return fileError(CodeEmptyFile,
				"its first %d bytes have no row that is not blank: give a CSV file with a header row", len(head))
		}
	case NoHeader:
	default:
		u.header = in.HeaderLine
	}
	return nil
}

// finish reads and stores the rest and completes the import.
func (u *upload) finish(in UploadInput) error {
	r := newReader(io.TeeReader(u.text, u), u.delimiter, 0, 1, u.limits)
	first, err := u.readHeader(r, in.HeaderLine == 0)
	if err != nil {
		return err
	}
	if err := u.readRows(r, first); err != nil {
		return err
	}
	if err := u.flush(); err != nil {
		return err
	}
	u.columns()
	if err := u.warn(in); err != nil {
		return err
	}
	i, s := u.imp, u.service
	i.SHA256, i.Content.SHA256 = hex.EncodeToString(u.original.Sum(nil)), hex.EncodeToString(u.canonical.Sum(nil))
	i.Status, i.UpdatedAt = Uploaded, s.runtime.Instant()
	rec := s.record(u.scope, ActionUpload, i,
		admin.Change{Field: "fileName", To: i.FileName, Personal: true}, admin.Change{Field: "sha256",
			To: i.SHA256}, admin.Change{Field: "rows", To: fmt.Sprint(i.Rows)})
	if err := s.ports.Imports.Update(u.ctx, u.scope.Org(), i, rec); err != nil {
		return err
	}
	i.Version++
	u.imp = i
	return nil
}

// readHeader reads up to the header row. Without one it returns the first row of data.
func (u *upload) readHeader(r *reader, sniffed bool) (*record, error) {
	c := &u.imp.Content
	c.Delimiter = string(rune(u.delimiter))
	titles := 0
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) && u.header == 0 {
			return nil, fileError(CodeEmptyFile, "all of its rows are blank")
		} else if errors.Is(err, io.EOF) {
			return nil, fileError(CodeBadHeader, "line %d, where the header row should be, is not in the file", u.header)
		} else if err != nil {
			return nil, err
		}
		if u.header == 0 && !rec.blank() && (!u.declared || rec.line != 1) {
			c.Width, c.Offset, c.Line = len(rec.cells), rec.begin, rec.line
			u.filled = make([]bool, c.Width)
			return &rec, u.checkWidth()
		}
		if rec.line < u.header {
			if !rec.blank() && (!u.declared || rec.line != 1) {
				titles++
			}
			if err := u.count(false); err != nil {
				return nil, err
			}
			continue
		}
		if u.header != 0 && rec.line >= u.header {
			if titles > 0 && sniffed {
				u.addWarning(WarnTitleRows, "the header was found in line %d, below %d rows that are not imported", u.header,
					titles)
			}
			return nil, u.setHeader(rec)
		}
		if err := u.count(false); err != nil { // blank, and there is no header
			return nil, err
		}
	}
}

func (u *upload) setHeader(rec record) error {
	if rec.fault != nil || rec.line != u.header || rec.blank() {
		return fileError(CodeBadHeader, "line %d cannot be read as a header row: give the line of the header", u.header)
	}
	c := &u.imp.Content
	c.Header, c.Width, c.HeaderLine = rec.cells, len(rec.cells), rec.line
	c.Offset, c.Line = rec.offset, rec.next
	u.filled = make([]bool, c.Width)
	for i, h := range c.Header {
		if len(h) > u.limits.HeaderBytes {
			return fileError(CodeHeaderTooLong, "the header of column %d has %d bytes: at most %d are allowed", i+1, len(h),
				u.limits.HeaderBytes)
		}
	}
	return u.checkWidth()
}

func (u *upload) checkWidth() error {
	if w := u.imp.Content.Width; w > u.limits.Columns {
		return fileError(CodeTooManyColumns, "it has %d columns: at most %d are allowed", w, u.limits.Columns)
	}
	return nil
}

const maxExamples = 3

// readRows counts the rows and collects examples.
func (u *upload) readRows(r *reader, first *record) error {
	c := u.imp.Content
	examples := make([][]string, c.Width)
	tallies, seed := make([]tally, c.Width), maphash.MakeSeed()
	u.nulls, u.quotes = map[string]int64{}, make([]quoteCount, c.Width)
	for i := range c.Width {
		u.imp.Columns = append(u.imp.Columns, Column{Index: i})
	}
	for {
		var rec record
		if first != nil {
			rec, first = *first, nil
		} else {
			var err error
			if rec, err = r.next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
		}
		blank := rec.blank()
		if err := u.count(!blank); err != nil {
			return err
		}
		if blank || rec.fault != nil {
			continue
		}
		for i, cell := range rec.cells[:min(len(rec.cells), c.Width)] {
			if meansNull(cell) {
				u.nulls[cell]++
			}
			u.quotes[i].add(cell)
			if cell = trim(cell); cell == "" {
				continue
			}
			u.filled[i] = true
			tallies[i].add(seed, cell)
			if len(examples[i]) < maxExamples {
				examples[i] = append(examples[i], admin.Clip(cell))
			}
		}
	}
	for i := range u.imp.Columns {
		u.imp.Columns[i].Examples = examples[i]
		tallies[i].set(&u.imp.Columns[i])
	}
	return nil
}

// columns leaves out what cannot be mapped: columns without header and values, and the two that
// FailedRows adds.
func (u *upload) columns() {
	c := &u.imp.Content
	cell := func(i int) string {
		if i >= len(c.Header) {
			return ""
		}
		return trim(c.Header[i])
	}
	c.Returned = returned(c.Header)
	var offered []Column
	for _, col := range u.imp.Columns {
		col.Header = cell(col.Index)
		if c.Returned {
			col.Header = unescape(col.Header)
			for k, e := range col.Examples {
				col.Examples[k] = unescape(e)
			}
		}
		col.Header = trim(text.Label(col.Header)) // files from spreadsheets and web pages have such characters
		for k, e := range col.Examples {
			col.Examples[k] = text.Visible(e)
		}
		col.Name = col.Header
		if col.Name == "" {
			col.Name = fmt.Sprintf("Column %d", col.Index+1)
		}
		if u.imp.own(col.Index) || (col.Header == "" && !u.filled[col.Index]) {
			continue
		}
		offered = append(offered, col)
	}
	u.imp.Columns = offered
}

// Write stores what the reader has read, in pieces.
func (u *upload) Write(text []byte) (int, error) {
	u.canonical.Write(text)
	for n := 0; n < len(text); {
		if u.piece == nil {
			u.piece = make([]byte, 0, MaxChunk)
		}
		room := min(len(text)-n, MaxChunk-len(u.piece))
		u.piece = append(u.piece, text[n:n+room]...)
		n += room
		if len(u.piece) == MaxChunk {
			if err := u.flush(); err != nil {
				return n, err
			}
		}
	}
	return len(text), nil
}

func (u *upload) flush() error {
	if len(u.piece) == 0 {
		return nil
	}
	if err := u.service.ports.Imports.Append(u.ctx, u.scope.Org(), u.imp.ID, u.imp.Content.Bytes, u.piece); err != nil {
		return err
	}
	u.imp.Content.Bytes += int64(len(u.piece))
	u.piece = u.piece[:0]
	return nil
}

// bounded counts the bytes of an upload and stops one that is too large.
type bounded struct {
	from io.Reader
	size *int64
	most int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	*b.size += int64(n)
	if *b.size > b.most {
		return 0, fileError(CodeFileTooLarge, "it has more than %d bytes: split it", b.most)
	}
	return n, err
}
