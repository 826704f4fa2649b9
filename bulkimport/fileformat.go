package bulkimport

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// NoHeader is the HeaderLine of a file without a header row.
const NoHeader = -1

// NoQuote is the FileFormat.Quote of a file in which quotes are text.
const NoQuote = "NONE"

// FileFormat is how the bytes of a file are read. What is zero is found in the file.
type FileFormat struct {
	Encoding  Encoding `json:"encoding,omitempty"`
	Delimiter string   `json:"delimiter,omitempty"` // one character of ASCII: a tab, a separator or punctuation
	Quote     string   `json:"quote,omitempty"`     // " or ' or NoQuote; empty means "
	// HeaderLine is the line of the header row, from 1. 0 looks for it; NoHeader takes the first
	// row for data and calls the columns "Column 1", "Column 2", ….
	HeaderLine int64 `json:"headerLine,omitempty"`
	// UnquotedFrom is the line from which on quotes are text, for a file with a quote that is never closed: unless it
	// is set, everything behind that quote is one row that fails. 0 means none.
	UnquotedFrom int64 `json:"unquotedFrom,omitempty"`
	// SkipFooter leaves out the rows at the end of the file that a warning WarnFooterRows names.
	SkipFooter bool `json:"skipFooter,omitempty"`
}

// check finds what no file can be read by.
func (f FileFormat) check(p *admin.Problems, path string) {
	if f.Encoding != "" && !slices.Contains(encodings(), f.Encoding) {
		unfit(p, path+"/encoding", admin.CodeUnknown+".encoding", "value", quoted(f.Encoding), "allowed",
			text.Join(encodings()))
	}
	if f.Delimiter != "" && (len(f.Delimiter) != 1 || !delimits(f.Delimiter[0])) {
		unfit(p, path+"/delimiter", admin.CodeFormat+".delimiter", "value", quoted(f.Delimiter))
	}
	if !slices.Contains([]string{"", `"`, "'", NoQuote}, f.Quote) {
		unfit(p, path+"/quote", admin.CodeUnknown+".quote", "value", quoted(f.Quote), "none", NoQuote)
	} else if f.Delimiter != "" && f.Delimiter == f.quoteOr() {
		unfit(p, path+"/delimiter", admin.CodeFormat+".delimiter_quote", "value", f.Delimiter)
	}
	if f.HeaderLine < NoHeader {
		unfit(p, path+"/headerLine", admin.CodeRange+".header_line", "value", f.HeaderLine, "min", NoHeader)
	}
	if f.UnquotedFrom < 0 {
		unfit(p, path+"/unquotedFrom", admin.CodeRange+".unquoted_from", "value", f.UnquotedFrom, "min", 0)
	}
}

func (f FileFormat) quoteOr() string {
	if f.Quote == "" {
		return `"`
	}
	return f.Quote
}

// delimits reports whether a byte can be between cells: a tab, one of ASCII's separators, or punctuation but for what
// is a quote.
func delimits(b byte) bool {
	switch {
	case b == '\t', b >= 0x1c && b <= 0x1f:
		return true
	case b <= ' ', b >= 0x7f, b == '"', b == '\'':
		return false
	}
	return !latin(b) && (b < '0' || b > '9')
}

// FileFormat returns how the import's file was read, with nothing left to be found: to change one thing about it,
// change that and give the rest back to [Service.SetFileFormat].
func (i Import) FileFormat() FileFormat {
	c := i.Content
	f := FileFormat{
		Encoding: c.Encoding, Delimiter: c.Delimiter, Quote: c.Quote, HeaderLine: c.HeaderLine,
		UnquotedFrom: c.UnquotedFrom, SkipFooter: c.SkipFooter,
	}
	if f.HeaderLine == 0 {
		f.HeaderLine = NoHeader
	}
	return f
}

// dialect is how the text is split.
func (c Content) dialect() dialect {
	d := dialect{quote: '"', unquoted: c.UnquotedFrom}
	if c.Delimiter != "" {
		d.delimiter = c.Delimiter[0]
	}
	switch c.Quote {
	case "'":
		d.quote = '\''
	case NoQuote:
		d.quote = 0
	}
	if c.SkipFooter {
		d.stop = c.FooterLine
	}
	return d
}

// SetFileFormat reads an uploaded file again, in another encoding, with another delimiter, quote or header, and
// returns the import with the columns, rows and warnings that it has then. The mapping stays if its columns are the
// same; if not, it is dropped, with a warning [WarnMappingDropped], and SetMapping is next. It requires the type's
// Write permission, and that the import has not started ([admin.ErrState]). It fails with a [*FileError] for a format
// in which the file is no table, and changes nothing then.
func (s *Service) SetFileFormat(
	ctx context.Context, scope admin.Scope, id uuid.UUID, version int64, f FileFormat,
) (Import, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	if i.Status != Uploaded {
		return Import{}, fmt.Errorf("import is %s: %w", i.Status, admin.ErrState)
	}
	var p admin.Problems
	f.check(&p, "")
	if err := p.Err(); err != nil {
		return Import{}, err
	}
	if i.Version != version {
		return Import{}, admin.Conflict("import")
	}
	if err := s.dropCheck(ctx, scope, i); err != nil {
		return Import{}, err
	}
	before := i
	if err := s.reread(ctx, scope.Org(), &i, t.Schema, f); err != nil {
		return Import{}, err
	}
	if err := s.warnImported(ctx, scope.Org(), &i); err != nil {
		return Import{}, err
	}
	i.keepMapping(t.Schema, before)
	i.UpdatedAt = s.runtime.Instant()
	rec := s.record(scope, ActionFormat, i, formatChanges(before.FileFormat(), i.FileFormat())...)
	if err := s.ports.Imports.Update(ctx, scope.Org(), i, rec); err != nil {
		return Import{}, err
	}
	i.Version++
	return i, nil
}

// reread surveys the stored file.
func (s *Service) reread(ctx context.Context, org admin.OrgID, i *Import, schema Schema, f FileFormat) error {
	stored := &verified{from: s.content(ctx, org, *i, 0), sum: sha256.New()}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(stored, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	found := &evidence{}
	found.add(head[:n])
	if f.Encoding == "" {
		if err := scan(stored, found); err != nil {
			return err
		}
	}
	if err := stored.check(*i); err != nil {
		return err
	}
	v := newSurvey(i, schema, s.limits)
	return v.run(f, found, head[:n], s.content(ctx, org, *i, 0))
}

// scan adds the rest of a file to the evidence.
func scan(from io.Reader, found *evidence) error {
	piece := make([]byte, fillBytes)
	for {
		n, err := from.Read(piece)
		found.add(piece[:n])
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// keepMapping takes over what was mapped before the file was read again, if it is still of the same columns.
func (i *Import) keepMapping(schema Schema, before Import) {
	if i.Content.HeaderLine != before.Content.HeaderLine {
		i.Settings.HeaderConfirmed = false
	}
	if len(i.Mapping) == 0 {
		return
	}
	fits := checkMapping(schema, *i, i.Mapping, i.Settings) == nil
	for _, source := range i.Mapping {
		for _, index := range source.Columns {
			now, _ := i.column(index)
			was, _ := before.column(index)
			fits = fits && now.Name == was.Name
		}
	}
	if !fits {
		i.Mapping = nil
		i.warn(Warning{Code: WarnMappingDropped})
	}
}

// formatChanges lists what differs, for the audit trail.
func formatChanges(from, to FileFormat) []admin.Change {
	var out []admin.Change
	add := func(field, a, b string) {
		if a != b {
			out = append(out, admin.Change{Field: field, From: text.Visible(a), To: text.Visible(b)})
		}
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	add("encoding", string(from.Encoding), string(to.Encoding))
	add("delimiter", from.Delimiter, to.Delimiter)
	add("quote", from.Quote, to.Quote)
	add("headerLine", number(from.HeaderLine), number(to.HeaderLine))
	add("unquotedFrom", number(from.UnquotedFrom), number(to.UnquotedFrom))
	add("skipFooter", strconv.FormatBool(from.SkipFooter), strconv.FormatBool(to.SkipFooter))
	return out
}
