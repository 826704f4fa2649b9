package bulkimport

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// ImportStatus is how far an import was prepared. The progress of one that was started is its job's.
type ImportStatus string

// The statuses of an import.
const (
	Uploading ImportStatus = "UPLOADING" // its content is not complete; an upload that broke off stays so
	Uploaded  ImportStatus = "UPLOADED"  // may be mapped and started
	Started   ImportStatus = "STARTED"   // has a job, with the import's ID
)

// Import is an uploaded file and what is to be done with it.
type Import struct {
	ID        uuid.UUID    `json:"id"`
	Type      TypeName     `json:"type"`
	FileName  string       `json:"fileName"` // as the uploader called it; 1 to 255 characters
	Size      int64        `json:"size"`     // bytes uploaded
	SHA256    string       `json:"sha256"`   // of the bytes uploaded, in hexadecimal
	Content   Content      `json:"content"`
	Columns   []Column     `json:"columns,omitempty"` // those that can be mapped
	Rows      int64        `json:"rows"`              // of data: blank lines do not count, broken rows do
	Warnings  []Warning    `json:"warnings,omitempty"`
	Mapping   Mapping      `json:"mapping,omitempty"`
	Settings  Settings     `json:"settings"`
	Status    ImportStatus `json:"status"`
	CreatedAt time.Time    `json:"createdAt,omitzero"`
	CreatedBy admin.Actor  `json:"createdBy"`
	UpdatedAt time.Time    `json:"updatedAt,omitzero"`
	// CheckID is the job that checked the import last, UndoCheckID the one that checked what an undo would do, and UndoID
	// the one that undid it. The job that runs the import has its ID. EarlierUndoID is the undo before UndoID, of which
	// UndoID takes up the rows that failed.
	CheckID     uuid.UUID `json:"checkId,omitzero"`
	UndoCheckID uuid.UUID `json:"undoCheckId,omitzero"`
	UndoID      uuid.UUID `json:"undoId,omitzero"`

	EarlierUndoID uuid.UUID `json:"earlierUndoId,omitzero"`
	// From is the import whose failed rows this one has, if UploadFailed made it.
	From uuid.UUID `json:"from,omitzero"`
	// TextSHA256 is of the text as it is read, in hexadecimal: in UTF-8, without a byte order mark, with \n between lines
	// and none at the end.
	TextSHA256 string `json:"textSha256,omitempty"`
	// FileRemovedAt is when the file began to be removed, because its time was over: it cannot be read any more. Zero if
	// it is there.
	FileRemovedAt time.Time `json:"fileRemovedAt,omitzero"`
	// InBlobs reports that the content is in Ports.Blobs, and was from the start; if not, it is in the Store.
	InBlobs bool  `json:"inBlobs,omitempty"`
	Version int64 `json:"version"`
}

// Jobs returns the ids that jobs of the import have or may have: the one that runs it first, which is the import's own,
// and then those that checked or undid it.
func (i Import) Jobs() []uuid.UUID {
	out := []uuid.UUID{i.ID}
	for _, id := range []uuid.UUID{i.CheckID, i.UndoCheckID, i.UndoID, i.EarlierUndoID} {
		if id != uuid.Nil {
			out = append(out, id)
		}
	}
	return out
}

// Content is how the bytes of a file, which are stored as they were uploaded, are read.
type Content struct {
	Bytes         int64    `json:"bytes"`
	SHA256        string   `json:"sha256"` // of what is stored
	Encoding      Encoding `json:"encoding,omitempty"`
	ByteOrderMark bool     `json:"byteOrderMark,omitempty"` // the file begins with one, which is no text
	Delimiter     string   `json:"delimiter"`
	Quote         string   `json:"quote,omitempty"`        // or NoQuote
	UnquotedFrom  int64    `json:"unquotedFrom,omitempty"` // as in the FileFormat
	Header        []string `json:"header,omitempty"`       // every cell of the header row; none without a header
	HeaderLine    int64    `json:"headerLine,omitempty"`   // 0 without a header
	FooterLine    int64    `json:"footerLine,omitempty"`   // the first that looks like a footer; 0 if none does
	SkipFooter    bool     `json:"skipFooter,omitempty"`   // as in the FileFormat
	Width         int      `json:"width"`                  // cells of a row
	Offset        int64    `json:"offset"`                 // where the data begins, in bytes
	Line          int64    `json:"line"`                   // and in which line
	// Returned reports that the file is one of failed rows that FailedRows wrote. Its columns _line and
	// _errors are not offered, and its cells lose the apostrophes that were put before formulas.
	Returned bool `json:"returned,omitempty"`
}

// Column is one column of a file. Columns are identified by index, because headers may repeat.
type Column struct {
	Index    int      `json:"index"`              // from 0
	Header   string   `json:"header,omitempty"`   // as in the file, on one line, without what cannot be seen
	Name     string   `json:"name"`               // the header, or "Column 3" if it is blank
	Examples []string `json:"examples,omitempty"` // the first values that are not blank, at most 3
	Filled   int64    `json:"filled"`             // values that are not blank, of Import.Rows
	Longest  int      `json:"longest"`            // characters of the longest value
	// Distinct is how many different values there are, of which 1000 are told apart: DistinctMore reports that there
	// are more.
	Distinct     int  `json:"distinct"`
	DistinctMore bool `json:"distinctMore,omitempty"`
}

// Warning is something about a file that does not keep it from being imported.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int64  `json:"line,omitempty"`  // the first that it is about; 0 if it is about no line
	Count   int64  `json:"count,omitempty"` // of the rows, lines or cells that it is about
	// Params are the values that a translation of the message needs, by name; see package message.
	Params map[string]string `json:"params,omitempty"`
}

// Codes of Warning.
const (
	WarnNoRows = "no_rows" // there is a header and nothing else
	// WarnNoHeader is about a header that may be a row of data. If it has addresses, numbers or dates, Start refuses
	// until Settings.HeaderConfirmed.
	WarnNoHeader           = "looks_like_no_header"
	WarnTitleRows          = "title_rows" // rows above the header were skipped
	WarnDuplicateHeaders   = "duplicate_headers"
	WarnNullWords          = "null_words"          // cells have NULL or the like, which is text unless in Settings.Blank
	WarnApostrophes        = "leading_apostrophes" // of a spreadsheet; imported unless Source.StripApostrophe
	WarnAlreadyImported    = "already_imported"    // the same bytes or text were imported before
	WarnEncodingGuessed    = "encoding_guessed"
	WarnInvalidEncoding    = "invalid_encoding"      // rows with what is no text in the file's encoding; they fail
	WarnReplacement        = "replacement_character" // U+FFFD: a character was lost before
	WarnEncodedTwice       = "encoded_twice"         // MÃ¼ller
	WarnUnclosedQuote      = "unclosed_quote"        // nothing behind it is imported
	WarnBrokenQuotes       = "broken_quotes"         // rows with text behind a closing quote; they fail
	WarnRecordTooLong      = "record_too_long"       // rows beyond a limit; they fail
	WarnFooterRows         = "footer_rows"           // rows at the end that FileFormat.SkipFooter leaves out
	WarnAmbiguousDelimiter = "ambiguous_delimiter"   // another one fits the rows as well
	WarnMappingDropped     = "mapping_dropped"       // the file was read again, and its columns are others
)

// Settings are how a file is read, besides the mapping.
type Settings struct {
	Mode Mode `json:"mode,omitempty"` // empty means Create
	// Match is the field by which a row finds the record that it is about, which the schema allows; empty means the key.
	// Records that are archived are not found by it, and a value that several have fails the row. The key need not be
	// mapped then, but without it no record is created.
	Match string `json:"match,omitempty"`
	// Blank lists words that mean a blank cell, such as NULL and n/a; they compare exactly. There
	// are none by default: NULL may be a name.
	Blank []string `json:"blank,omitempty"`
	// Optional names required fields that may be missing in this import. The key cannot.
	Optional []string  `json:"optional,omitempty"`
	Dates    DateOrder `json:"dates,omitempty"` // of columns whose Format has none
	// NotImported lists columns by index that are left out by decision. Columns that are neither mapped nor listed are
	// left out too; Unmapped names them.
	NotImported []int `json:"notImported,omitempty"`
	// IfBlank is what blank cells do to records that exist, unless their Source has a rule; empty means ClearBlank.
	IfBlank BlankRule `json:"ifBlank,omitempty"`
	// StopAfter is how many failed rows stop the import, whose job then is FAILED: 1 stops it at the first. Rows before
	// the last of them take effect, and no row behind it, except that a row which fails by what is stored ends the
	// import with its batch. 0 never stops it.
	StopAfter int `json:"stopAfter,omitempty"`
	// Canary is how many rows are imported for real before the import waits for [Service.Confirm] or [Service.Reject];
	// at most 1,000,000. Rows that fail count, blank ones do not. An import of no more rows does not wait, and one that
	// StopAfter stops does not either. 0 means none.
	Canary int `json:"canary,omitempty"`
	// CustomersFrom is the import that the customers of an import of accounts are in, so that both files are one: Check
	// and Preview take the customers that it would create for there, unless that has a Match, and Start fails with
	// admin.ErrState until its job has ended. What it would update is found by the run alone. Undo the accounts before
	// the customers.
	CustomersFrom uuid.UUID `json:"customersFrom,omitzero"`
	// HeaderConfirmed lets an import start although its header looks like data.
	HeaderConfirmed bool `json:"headerConfirmed,omitempty"`
}

// ColumnNamed is the index of the column with a header. A header that is not there, or there more
// than once, is admin.ErrInvalid.
func (i Import) ColumnNamed(header string) (int, error) {
	found := -1
	for _, c := range i.Columns {
		if c.Name != header {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("columns %d and %d are both called %q: use the index: %w", found, c.Index, admin.Clip(header),
				admin.ErrInvalid)
		}
		found = c.Index
	}
	if found < 0 {
		return 0, fmt.Errorf("no column is called %q: %w", admin.Clip(header), admin.ErrInvalid)
	}
	return found, nil
}

// headers are those of the columns that are offered.
func (i Import) headers() []string {
	out := make([]string, len(i.Columns))
	for k, c := range i.Columns {
		out[k] = c.Header
	}
	return out
}

// column finds an offered column by index.
func (i Import) column(index int) (Column, bool) {
	for _, c := range i.Columns {
		if c.Index == index {
			return c, true
		}
	}
	return Column{}, false
}

// Limits bound what a file may hold; a zero field takes its default.
type Limits struct {
	FileBytes   int64 // uploaded; default 64 MiB
	Rows        int64 // those that are blank or above the header too; default 1,000,000
	Columns     int   // of the header and of each row, but for blank ones at its end; default 500
	HeaderBytes int   // of one header; default 1 KiB
	CellBytes   int   // of one cell; default 32 KiB
	RecordBytes int   // of one row, all its lines, as UTF-8; default 1 MiB
	RecordLines int   // of one row; default 5,000
	// Duplicates is how many rows may repeat a key before the import is refused: more means that
	// the key is mapped to the wrong column. Default 10,000.
	Duplicates int
}

func (l Limits) withDefaults() Limits {
	fill(&l.FileBytes, 64<<20)
	fill(&l.Rows, 1_000_000)
	fill(&l.Columns, 500)
	fill(&l.HeaderBytes, 1<<10)
	fill(&l.CellBytes, 32<<10)
	fill(&l.RecordBytes, 1<<20)
	fill(&l.RecordLines, 5000)
	fill(&l.Duplicates, 10_000)
	return l
}

func fill[T int | int64](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}
