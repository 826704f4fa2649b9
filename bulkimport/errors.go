package bulkimport

import "github.com/admincenter/admincenter/admin"

// FileError is the reason why a file cannot be imported at all. It wraps [admin.ErrInvalid].
type FileError struct {
	Code    string `json:"code"`    // one of the codes below
	Message string `json:"message"` // what was found, and what would be right
	// Kind is what the file is, for CodeNotCSV.
	Kind FileKind `json:"kind,omitempty"`
	// Params are the values that a translation of the message needs, by name; see package message.
	Params map[string]string `json:"params,omitempty"`
}

// Error is the message, after the code.
func (e *FileError) Error() string { return "file " + e.Code + ": " + e.Message }

// Unwrap makes errors.Is(err, admin.ErrInvalid) true.
func (e *FileError) Unwrap() error { return admin.ErrInvalid }

// fileError makes an error of a code, which may have a variant, with the names and values of its message.
func fileError(code string, params ...any) error {
	s := say(kindFile, code, params...)
	return &FileError{Code: s.code, Message: s.message, Params: s.params}
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
	CodeManyCycles     = "too_many_cycles"
	CodeManyConflicts  = "too_many_customer_conflicts"
	CodeDeepRelations  = "relations_too_deep" // rows point at rows behind them, in too many steps
	CodeFileRemoved    = "file_removed"       // it is not kept any longer; see [Import].FileRemovedAt
	CodeFileLost       = "file_lost"          // a part of it is not where it was stored; see [Blobs]
)

// NoColumn is the CellError.Column of an error in a row as a whole.
const NoColumn = -1

// CellError is one thing that is wrong with a row.
type CellError struct {
	Line    int64  `json:"line,omitempty"`  // of the file, where the row begins
	Column  int    `json:"column"`          // the column's index from 0, or NoColumn
	Field   string `json:"field,omitempty"` // the field that the cell was read for
	Value   string `json:"value,omitempty"` // what was read, at most 60 characters; empty for a row as a whole
	Code    string `json:"code"`
	Message string `json:"message"`        // what was wrong with which value, and what would be right
	Hint    string `json:"hint,omitempty"` // the end of Message: what would be right
	// Params are the values that a translation of the message needs, by name: "max" of a too_long.
	Params map[string]string `json:"params,omitempty"`
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
	CodeAmbiguousDate    = "ambiguous_date" // the order of day and month, or the century
	CodeNoTimeZone       = "no_time_zone"   // an instant without offset, in a column without a zone
	CodeAmbiguousList    = "ambiguous_list" // a cell that may be several items, in a column without a separator
	CodeInvalidPair      = "invalid_pair"   // of Metadata
	CodeInvalidValue     = "invalid_value"  // tags, aliases, recipients, metadata or a status that a record cannot have
	CodeInvalidOption    = "invalid_option" // not a country or currency that exists, or that the organization uses
	CodeExcelScientific  = "excel_scientific"
	CodeDuplicateInFile  = "duplicate_in_file"
	CodeAlreadyExists    = "already_exists"
	CodeNotFound         = "not_found" // the record to update
	CodeRelationNotFound = "relation_not_found"
	CodeAmbiguous        = "relation_ambiguous" // several records have the value
	CodeCustomerConflict = "customer_conflict"  // an earlier row states another value of the same customer
	// CodeCustomerDiffers is that a customer that exists has another value than the row states, and the mode is Create.
	CodeCustomerDiffers    = "customer_differs"
	CodeCustomerIncomplete = "customer_incomplete" // the customer does not exist, and the row lacks what it needs
	CodeRelationCycle      = "relation_cycle"      // rows point at each other, or one at itself
	CodeMatchConflict      = "match_conflict"      // the record found by Settings.Match has another key than the row
	CodeArchived           = "archived"            // the record that the row would change
	CodeErased             = "erased"              // the record that the row would change, or its customer
	CodeCustomerArchived   = "customer_archived"   // that of the row's account
	CodeCurrencyArchived   = "currency_archived"   // that of the row's account
	CodeRefused            = "refused"             // by the target
)

// Codes of the rows that an undo leaves, besides the last ones above.
const (
	CodeChangedSince = "changed_since" // the record, by its Version
	CodeHasAccounts  = "has_accounts"  // the customer that the row created
	CodeInUse        = "in_use"        // the record that the row created; see [InUse]
	CodeNotKept      = "not_kept"      // what the host's target needs to undo the row; see [MaxUndoBytes]
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
