package xlsx

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/bulkimport/message"
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

// refuse makes the reason why a workbook cannot be read or written: a message of the kind workbook of package message,
// with the names and values that it has.
func refuse(code, key string, params ...any) error { return refused(code, "", key, params...) }

func notWorkbook(kind bulkimport.FileKind, key string) error {
	return refused(CodeNotWorkbook, kind, key)
}

func damaged(key string, params ...any) error { return refuse(CodeDamaged, "damaged_"+key, params...) }

func refused(code string, kind bulkimport.FileKind, key string, params ...any) error {
	e := &bulkimport.FileError{Code: code, Kind: kind, Params: map[string]string{message.Variant: workbook + key}}
	for i := 0; i+1 < len(params); i += 2 {
		value := fmt.Sprint(params[i+1])
		if _, clipped := params[i+1].(list); !clipped {
			value = admin.Clip(value)
		}
		e.Params[params[i].(string)] = value
	}
	text, hint, _ := message.Catalog{}.Render(workbook+key, e.Params) // a test reaches each
	e.Message = message.Join(text, hint)
	return e
}

// tooLarge is the message of a file of any format.
func tooLarge(most int64) error {
	e := &bulkimport.FileError{Code: bulkimport.CodeFileTooLarge, Params: map[string]string{"max": fmt.Sprint(most)}}
	e.Message, _, _ = message.Catalog{}.Render(message.Key("file", e.Code, e.Params), e.Params)
	return e
}

// workbook begins the keys of messages about workbooks.
const workbook = "workbook."

// list is a parameter of several texts, each of which is clipped.
type list string

// source is what is read: a sheet, or else a part that package message has a word for.
type source struct{ part, sheet string }

func (s source) refuse(code, key string, params ...any) error {
	if s.part != "" {
		return refuse(code, key, append(params, "partWord", s.part)...)
	}
	return refuse(code, key+"_sheet", append(params, "sheet", s.sheet)...)
}
