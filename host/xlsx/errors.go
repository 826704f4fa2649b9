package xlsx

import (
	"fmt"

	"github.com/admincenter/admincenter/bulkimport"
)

// Codes of [bulkimport.FileError], besides bulkimport's. A workbook over a limit has those of bulkimport:
// file_too_large, too_many_rows and too_many_columns.
const (
	CodeNotWorkbook = "not_workbook"         // another file, or a workbook in another format
	CodeEncrypted   = "workbook_encrypted"   // it has a password
	CodeDamaged     = "workbook_damaged"     // a part of it is missing or cannot be read
	CodeNoSheet     = "no_such_sheet"        // no sheet has the name
	CodeNotComputed = "formula_not_computed" // no program has stored the value of a formula
	CodeCellTooLong = "cell_too_long"        // for a cell of a workbook; in Write
)

func refuse(code, format string, args ...any) error {
	return &bulkimport.FileError{Code: code, Message: fmt.Sprintf(format, args...)}
}

func notWorkbook(kind bulkimport.FileKind, message string) error {
	return &bulkimport.FileError{Code: CodeNotWorkbook, Kind: kind, Message: message}
}

func damaged(format string, args ...any) error {
	const hint = ": open it in a spreadsheet, save it as .xlsx and upload that"
	return refuse(CodeDamaged, "the workbook is damaged: "+format+hint, args...)
}
