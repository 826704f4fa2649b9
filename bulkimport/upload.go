package bulkimport

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// UploadInput is a file to import, and what is known of how it is written: what is zero is found in the file, as in a
// [Format].
type UploadInput struct {
	Type         TypeName  `json:"type"`
	FileName     string    `json:"fileName"`
	Content      io.Reader `json:"-"`
	Encoding     Encoding  `json:"encoding,omitempty"`
	Delimiter    string    `json:"delimiter,omitempty"`
	Quote        string    `json:"quote,omitempty"`
	HeaderLine   int64     `json:"headerLine,omitempty"`
	UnquotedFrom int64     `json:"unquotedFrom,omitempty"`
	SkipFooter   bool      `json:"skipFooter,omitempty"`
}

func (in UploadInput) format() FileFormat {
	return FileFormat{
		Encoding: in.Encoding, Delimiter: in.Delimiter, Quote: in.Quote, HeaderLine: in.HeaderLine,
		UnquotedFrom: in.UnquotedFrom, SkipFooter: in.SkipFooter,
	}
}

// Upload checks a file, finds how it is written, and stores its bytes as they are, so that [Service.SetFileFormat]
// can read them in another way. It fails with a [*FileError] for what cannot be imported, and stores nothing then. It
// requires the type's Write permission, and with Ports.Blobs that it is not in a transaction ([admin.ErrState]).
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
	in.format().check(&p, "")
	if err := p.Err(); err != nil {
		return Import{}, err
	}
	return s.store(ctx, scope, t, in, nil)
}

// store stores a file, which has the failed rows of another import unless from is nil.
func (s *Service) store(ctx context.Context, scope admin.Scope, t Type, in UploadInput, from *Import) (Import, error) {
	if s.ports.Blobs != nil && s.ports.Atomically == nil {
		return Import{}, fmt.Errorf("a file that is kept in Ports.Blobs is uploaded outside of a transaction, which would "+
			"leave it there when it is rolled back: %w", admin.ErrState)
	}
	u := &upload{service: s, ctx: ctx, scope: scope, schema: t.Schema, sum: sha256.New(), origin: from}
	if err := u.open(in); err != nil {
		return Import{}, err
	}
	now := s.runtime.Instant()
	u.imp.ID, u.imp.Type, u.imp.FileName, u.imp.Status = s.runtime.NewID(), t.Schema.Type, in.FileName, Uploading
	u.imp.CreatedAt, u.imp.CreatedBy, u.imp.UpdatedAt, u.imp.Version = now, scope.Actor(), now, 1
	u.imp.InBlobs = s.ports.Blobs != nil
	if err := s.ports.Imports.Create(ctx, scope.Org(), u.imp, s.record(scope, ActionBegin, u.imp)); err != nil {
		return Import{}, err
	}
	if err := u.finish(in.format()); err != nil {
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
	err := s.ports.Imports.Delete(ctx, scope.Org(), i.ID, s.record(scope, ActionDelete, i))
	if err == nil || errors.Is(err, admin.ErrNotFound) { // deleted by another caller while it was uploaded
		err = errors.Join(err, s.unblob(ctx, scope.Org(), i))
	}
	if err != nil {
		s.runtime.Logger.WarnContext(ctx, "broken upload not deleted", "org", scope.Org(), "import", i.ID, "error", err)
	}
}

// upload stores a file while it is surveyed.
type upload struct {
	service *Service
	ctx     context.Context
	scope   admin.Scope
	schema  Schema
	imp     Import
	from    *bufio.Reader
	head    []byte
	sum     hash.Hash
	found   evidence
	piece   []byte
	failed  error   // to store a piece: readers may ask again
	origin  *Import // whose failed rows the file has; nil for a file of a user's
}

// open reads the head of the file: what is no CSV is refused before anything is stored.
func (u *upload) open(in UploadInput) error {
	u.from = bufio.NewReaderSize(
		&bounded{from: in.Content, size: &u.imp.Size, most: u.service.limits.FileBytes}, headBytes)
	head, err := u.from.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	u.head = append(u.head, head...)
	if err := checkBytes(u.head); err != nil {
		return err
	}
	e := in.Encoding
	if e == "" {
		e, _ = u.begins().encoding()
	}
	return checkText(newDecoder(e).head(u.head))
}

// begins is what the head shows about the encoding.
func (u *upload) begins() *evidence {
	found := &evidence{}
	found.add(u.head)
	return found
}

// finish stores and surveys the file and completes the import. The encoding is at first what the head shows; if the
// whole file shows another one, it is surveyed again.
func (u *upload) finish(f FileFormat) error {
	s, i := u.service, &u.imp
	begins := u.begins()
	if err := newSurvey(i, u.schema, s.limits).run(f, begins, u.head, io.TeeReader(u.from, u)); err != nil {
		return err
	}
	if err := u.flush(); err != nil {
		return err
	}
	i.SHA256 = hex.EncodeToString(u.sum.Sum(nil))
	i.Content.SHA256 = i.SHA256
	was, guessed := begins.encoding()
	if is, guess := u.found.encoding(); f.Encoding == "" && (is != was || guess != guessed) {
		stored := s.content(u.ctx, u.scope.Org(), *i, 0)
		if err := newSurvey(i, u.schema, s.limits).run(f, &u.found, u.head, stored); err != nil {
			return err
		}
	}
	if err := s.warnImported(u.ctx, u.scope.Org(), i); err != nil {
		return err
	}
	i.Status, i.UpdatedAt = Uploaded, s.runtime.Instant()
	rec := s.record(u.scope, ActionUpload, *i,
		admin.Change{Field: "fileName", To: i.FileName, Personal: true}, admin.Change{Field: "sha256", To: i.SHA256},
		admin.Change{Field: "rows", To: fmt.Sprint(i.Rows)})
	if u.origin != nil {
		i.carry(*u.origin)
		rec.Changes = append(rec.Changes, admin.Change{Field: "from", To: i.From.String()})
	}
	if err := s.ports.Imports.Update(u.ctx, u.scope.Org(), *i, rec); err != nil {
		return err
	}
	i.Version++
	return nil
}

// Write stores what the reader has read, in pieces.
func (u *upload) Write(text []byte) (int, error) {
	u.sum.Write(text)
	u.found.add(text)
	for n := 0; n < len(text); {
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
	if len(u.piece) == 0 || u.failed != nil {
		return u.failed
	}
	if err := u.service.keep(u.ctx, u.scope.Org(), &u.imp, u.piece); err != nil {
		u.failed = err
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
		return 0, fileError(CodeFileTooLarge, "max", b.most)
	}
	return n, err
}
