package bulkimport

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// canonical reads a file as canonical text: UTF-8 without a byte order mark, lines ending with \n.
// Offsets into it are then good for resuming, and every reader downstream is simple. It fails with
// a *FileError for what is not text.
type canonical struct {
	from  io.Reader // UTF-8
	read  []byte    // scratch
	rest  []byte    // checked, not yet given out
	tail  []byte    // the beginning of a character whose end was not read yet
	cr    bool      // the last byte was a \r, given out as \n
	at    int64     // bytes checked, for messages
	ended error
}

// newCanonical recognizes the kind of a file by its first bytes.
func newCanonical(from io.Reader) (*canonical, error) {
	head := make([]byte, 8)
	n, err := io.ReadFull(from, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	from = io.MultiReader(bytes.NewReader(head), from)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, fileError(CodeNotCSV,
			"this is a ZIP archive, as Excel's .xlsx is: save the sheet as CSV UTF-8 and upload that")
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return nil, fileError(CodeNotCSV, "this is an old Excel .xls file: save the sheet as CSV UTF-8 and upload that")
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return nil, fileError(CodeNotCSV, "this is a PDF file: export the table as CSV and upload that")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")), bytes.HasPrefix(head, []byte("\xff\xfe")),
		bytes.HasPrefix(head, []byte("\xfe\xff")):
		from = transform.NewReader(from, unicode.BOMOverride(transform.Nop))
	}
	return &canonical{from: from, read: make([]byte, 32<<10)}, nil
}

// Read implements io.Reader.
func (c *canonical) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		if c.ended != nil {
			return 0, c.ended
		}
		if err := c.fill(); err != nil {
			c.ended = err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *canonical) fill() error {
	n := copy(c.read, c.tail)
	m, err := c.from.Read(c.read[n:])
	text := c.read[:n+m]
	whole := len(text)
	if err == nil {
		whole = wholeRunes(text)
	}
	if e := c.check(text[:whole]); e != nil {
		return e
	}
	c.tail = append(c.tail[:0], text[whole:]...)
	c.at += int64(whole)
	c.rest = c.newlines(text[:whole])
	return err
}

func (c *canonical) check(text []byte) error {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return fileError(CodeNotCSV,
			"byte %d is NUL, which no text has: this is a binary file, or UTF-16 without a byte order mark; "+
				"save it as CSV UTF-8", c.at+int64(i)+1)
	}
	if utf8.Valid(text) {
		return nil
	}
	i := 0
	for i < len(text) {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return fileError(CodeNotUTF8, "byte %d is not UTF-8: save the file as CSV UTF-8", c.at+int64(i)+1)
}

// wholeRunes is how much of text is whole characters, if what follows completes the last one.
func wholeRunes(text []byte) int {
	for back := 1; back <= min(utf8.UTFMax-1, len(text)); back++ {
		i := len(text) - back
		if utf8.RuneStart(text[i]) {
			if utf8.FullRune(text[i:]) {
				break
			}
			return i
		}
	}
	return len(text)
}

// newlines turns \r\n and \r into \n, in place.
func (c *canonical) newlines(text []byte) []byte {
	if !c.cr && bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	out := text[:0]
	for _, b := range text {
		switch {
		case b == '\n' && c.cr:
			c.cr = false
		case b == '\r':
			c.cr = true
			out = append(out, '\n')
		default:
			c.cr = false
			out = append(out, b)
		}
	}
	return out
}
