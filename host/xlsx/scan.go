package xlsx

import (
	"archive/zip"
	"compress/flate"
	"context"
	"encoding/xml"
	"errors"
	"io"

	"github.com/admincenter/admincenter/bulkimport"
)

// scanner reads the XML of one part, token by token, in bounded memory.
type scanner struct {
	*xml.Decoder
	ctx    context.Context
	what   source // is read, for errors
	part   io.ReadCloser
	in     *boundedBytes
	tokens int
}

func (a archive) scan(ctx context.Context, f *zip.File, what source, bytes int64, l Limits) (*scanner, error) {
	part, err := f.Open()
	if err != nil {
		if isDamage(err) {
			err = what.refuse(CodeDamaged, "damaged_packed")
		}
		return nil, err
	}
	in := &boundedBytes{from: part, buf: make([]byte, 32<<10), left: bytes, most: l.CellBytes}
	return &scanner{Decoder: xml.NewDecoder(in), ctx: ctx, what: what, part: part, in: in}, nil
}

// next returns the next token, which is valid until the one behind it, or io.EOF.
func (s *scanner) next() (xml.Token, error) {
	if s.tokens++; s.tokens%1024 == 0 {
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
	}
	s.in.token = 0
	t, err := s.RawToken()
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return t, err
	case errors.Is(err, errPartTooLarge):
		return nil, s.what.refuse(bulkimport.CodeFileTooLarge, "xml")
	case errors.Is(err, errTextTooLarge):
		return nil, s.what.refuse(bulkimport.CodeFileTooLarge, "text_bytes", "max", s.in.most)
	case s.in.failed != nil && !isDamage(s.in.failed):
		return nil, s.in.failed
	}
	return nil, s.what.refuse(CodeDamaged, "damaged_part")
}

// isDamage reports whether an error is of the archive, and not of where it is stored.
func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrNoProgress) ||
		errors.As(err, &corrupt)
}

func (s *scanner) close() { _ = s.part.Close() }

var (
	errPartTooLarge = errors.New("the part is too large")
	errTextTooLarge = errors.New("the text is too large")
)

// boundedBytes counts the bytes of a part, and of each token, for which the decoder takes memory.
type boundedBytes struct {
	from   io.Reader
	buf    []byte
	r, w   int
	left   int64
	token  int
	most   int
	failed error
}

// ReadByte implements io.ByteReader, by which the decoder reads.
func (b *boundedBytes) ReadByte() (byte, error) {
	if b.r == b.w {
		if err := b.fill(); err != nil {
			return 0, err
		}
	}
	if b.token++; b.token > b.most {
		return 0, errTextTooLarge
	}
	c := b.buf[b.r]
	b.r++
	return c, nil
}

func (b *boundedBytes) fill() error {
	if b.failed != nil {
		return b.failed
	}
	n, err := b.from.Read(b.buf)
	b.r, b.w = 0, n
	if b.left -= int64(n); b.left < 0 {
		err, n = errPartTooLarge, 0
	}
	b.failed = err
	if n > 0 {
		return nil
	}
	if err == nil {
		b.failed = io.ErrNoProgress
	}
	b.w = 0
	return b.failed
}

// Read is there because the decoder takes an io.Reader; it calls ReadByte alone.
func (b *boundedBytes) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

// attr returns the value of an attribute by its name without a prefix.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
