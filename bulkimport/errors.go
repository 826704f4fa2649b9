package bulkimport

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// FileError is the reason why a file cannot be imported at all. It wraps [admin.ErrInvalid].
type FileError struct {
	Code    string `json:"code"`    // one of the codes below
	Message string `json:"message"` // what was found, and what would be right
	// Kind is what the file is, for CodeNotCSV.
	Kind FileKind `json:"kind,omitempty"`
}

// Error is the message, after the code.
func (e *FileError) Error() string { return "file " + e.Code + ": " + e.Message }

// Unwrap makes errors.Is(err, admin.ErrInvalid) true.
func (e *FileError) Unwrap() error { return admin.ErrInvalid }

func fileError(code, format string, args ...any) error {
	return &FileError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Codes of FileError.
const (
	CodeEmptyFile      = "empty_file"       // nothing but blanks
	CodeNotCSV         = "not_csv"          // a spreadsheet, a web page or another file that is no table of text
	CodeFileTooLarge   = "file_too_large"   // Limits.FileBytes
	CodeTooManyRows    = "too_many_rows"    // Limits.Rows
	CodeTooManyColumns = "too_many_columns" // Limits.Columns, of the header or of a row
	CodeHeaderTooLong  = "header_too_long"  // Limits.HeaderBytes
	CodeBadHeader      = "bad_header"       // the header row cannot be read, or is not in the line that was given
	CodeFileChanged    = "file_changed"     // the stored content is not what was uploaded
	CodeManyDuplicates = "too_many_duplicates"
	CodeFileRemoved    = "file_removed" // it is not kept any longer; see [Import].FileRemovedAt
)

// NoColumn is the CellError.Column of an error in a row as a whole.
const NoColumn = -1

// CellError is one thing that is wrong with a row.
type CellError struct {
	Column  int    `json:"column"`          // the column's index from 0, or NoColumn
	Field   string `json:"field,omitempty"` // the field that the cell was read for
	Code    string `json:"code"`
	Message string `json:"message"` // what was wrong with which value, and what would be right
}

// Codes of CellError, besides admin's.
const (
	CodeTextAfterQuote   = "text_after_quote"
	CodeUnclosedQuote    = "unclosed_quote"  // to the end of the file, which is in its cell
	CodeRecordTooLong    = "record_too_long" // Limits.RecordBytes or RecordLines
	CodeInvalidEncoding  = "invalid_encoding"
	CodeWrongColumnCount = "wrong_column_count"
	CodeControl          = "control_character" // one that cannot be seen, too
	CodeInvalidEmail     = "invalid_email"
	CodeInvalidNumber    = "invalid_number"
	CodeAmbiguousNumber  = "ambiguous_number"
	CodeInvalidBool      = "invalid_bool"
	CodeInvalidDate      = "invalid_date"
	CodeAmbiguousDate    = "ambiguous_date"
	CodeInvalidOption    = "invalid_option" // not a country or currency that exists, or that the organization uses
	CodeExcelScientific  = "excel_scientific"
	CodeDuplicateInFile  = "duplicate_in_file"
	CodeAlreadyExists    = "already_exists"
	CodeRelationNotFound = "relation_not_found"
	CodeArchived         = "archived"          // the record that the row would change
	CodeCustomerArchived = "customer_archived" // that of the row's account
	CodeCurrencyArchived = "currency_archived" // that of the row's account
	CodeRefused          = "refused"           // by the target
)

// Codes of the problems that SetMapping and Start find.
const (
	CodeRequiredMapping = "required_mapping_missing"
	CodeNoSuchColumn    = "no_such_column"
)

// ErrHeaderUnconfirmed is returned by [Service.Start] when the file seems to have no header row. Confirm the one
// that was taken, with Settings.HeaderConfirmed, or upload the file again with [NoHeader].
var ErrHeaderUnconfirmed = admin.NewError("header_unconfirmed", admin.ErrState,
	"the header row looks like data: confirm it first")
