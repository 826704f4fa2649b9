package bulkimport

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Mode is what becomes of a row whose key exists already, or does not.
type Mode string

// The modes.
const (
	Create Mode = "CREATE" // the row fails with already_exists; the default
	Skip   Mode = "SKIP"   // the row is left out, and counted as skipped
	Upsert Mode = "UPSERT" // the record is updated: the mapped fields, and no others
	Update Mode = "UPDATE" // as Upsert, but a row whose key does not exist fails with not_found
)

// Target takes the rows of a host's own type of import. There are two kinds, by where it is given:
//
// A target of [Ports] is made for each transaction, and shares the one of the job's cursor: each row takes
// effect exactly once, a rehearsal by [Service.Check] calls it too and rolls back what it wrote, and it must
// not use another connection. Use it for tables in the library's database.
//
// A target that is an [Undoer] too can take back what it wrote.
//
// A target of [Type] is called outside any transaction, before the batch commits. After a crash in between
// it is called again with the same rows, and has to recognize them by [Batch.IdempotencyKey], or be
// idempotent by the row's key. Use it for what cannot share the transaction, such as another service.
type Target interface {
	// Write writes the rows of a batch and returns what became of each, in the same order. All rows are
	// valid by the schema and no two of one import have the same key. An error means that the batch as a
	// whole could not be written and will be tried again, or fails the import if it is from [job.Fail]; what
	// is wrong with a single row is an Outcome. rec is the audit record of the batch, for the
	// target to keep: in the library's trail, which the stores of the transaction can append to, or in its own.
	Write(ctx context.Context, org admin.OrgID, b Batch, rec admin.Record) ([]Outcome, error)
}

// Batch is some rows of one import, in the order of the file, but for rows that point at records of the same type
// ([Field].Relation) which later rows have: these come after them.
type Batch struct {
	Import uuid.UUID
	Mode   Mode
	At     time.Time // of what is created or updated
	// Match is the field that rows find records by; empty means the key.
	Match string
	// By are the fields of related records that a row's values are of, by the row's field; none means their ids.
	By   map[string]string
	Rows []Row
	pass int // over the file
	// optional are Settings.Optional, and began is when the job was made, for rows with accounts and their customers.
	optional []string
	began    time.Time
}

// IdempotencyKey is the same whenever the same row of the same import is written.
func (b Batch) IdempotencyKey(r Row) string { return fmt.Sprintf("%s/%d", b.Import, r.Number) }

// Result is what became of a row.
type Result string

// The results.
const (
	Created          Result = "CREATED"
	Updated          Result = "UPDATED"
	Unchanged        Result = "UNCHANGED"          // it was like that already
	Exists           Result = "EXISTS"             // the key is taken, and the mode is not Upsert
	NotFound         Result = "NOT_FOUND"          // the key is not there, and the mode is Update
	RelationNotFound Result = "RELATION_NOT_FOUND" // there is no such record as Outcome.Field points at
	Ambiguous        Result = "AMBIGUOUS"          // several records have the value of Outcome.Field
	Refused          Result = "REFUSED"            // by a rule of the target, which is in Outcome.Detail
	Removed          Result = "REMOVED"            // of [Undoer.Undo]: what the row created is not there any more
	Restored         Result = "RESTORED"           // of [Undoer.Undo]: what the row updated is as it was before
)

// Outcome is what became of one row. A text that is longer than it may be is cut.
type Outcome struct {
	Result Result
	Code   string // of the CellError of a row that is Refused, at most 100 bytes; empty means CodeRefused
	Field  string // the field at fault, for RelationNotFound and Refused; may be empty
	Detail string // for people, at most 4000 bytes; may be empty
	// Before and Version are what the target's [Undoer.Undo] gets back with the row, if there is one: what it needs to
	// undo a row that is Created or Updated, such as what was there before as JSON. Before has at most MaxUndoBytes of
	// text; a row with more cannot be undone.
	Before  string
	Version int64
	// Params are values in Detail by which a host's own catalog can say it in another language, by the key cell.CODE: at
	// most 20, each of which is in Detail as it is, or is left out.
	Params map[string]string
}

// Type is one type of import: a schema and where its rows go.
type Type struct {
	Schema Schema
	// Target gets the rows outside any transaction. If it is nil, the rows of the built-in types go to
	// the stores of [Ports], and those of another type to the target that Ports has for it.
	Target Target
}
