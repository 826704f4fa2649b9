package bulkimport

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Mode says what becomes of a row whose key exists already.
type Mode string

// The modes.
const (
	Create Mode = "create" // the row fails with already_exists; the default
	Skip   Mode = "skip"   // the row is left out, and counted as skipped
	Upsert Mode = "upsert" // the record is updated: the mapped fields, and no others
)

// Target is where the rows of an import go.
//
// The included targets live in the same storage as the job, so that their writes commit with its
// cursor: each row takes effect exactly once. A host's own target is called before the batch
// commits and outside its transaction; after a crash in between it is called again with the same
// rows. It has to recognise them by Batch.IdempotencyKey, or be idempotent by the row's key.
type Target interface {
	// Write writes the rows of a batch and returns what became of each, in the same order. All
	// rows are valid by the schema and no two of one import have the same key. An error means that
	// the batch as a whole could not be written, and it will be tried again; what is wrong with a
	// single row is an Outcome.
	Write(ctx context.Context, org admin.OrgID, b Batch, rec admin.Record) ([]Outcome, error)
}

// Batch is some rows of one import, in the order of the file.
type Batch struct {
	Import uuid.UUID
	Mode   Mode
	At     time.Time // what is created or updated bears this instant
	Rows   []Row
}

// IdempotencyKey is the same whenever the same row of the same import is written.
func (b Batch) IdempotencyKey(r Row) string { return fmt.Sprintf("%s/%d", b.Import, r.Number) }

// Result says what became of a row.
type Result string

// The results.
const (
	Created          Result = "created"
	Updated          Result = "updated"
	Unchanged        Result = "unchanged"          // it was like that already
	Exists           Result = "exists"             // the key is taken, and the mode is not Upsert
	RelationNotFound Result = "relation_not_found" // what Outcome.Field points at is not there
	Refused          Result = "refused"            // by a rule of the target; Outcome.Detail says which
)

// Outcome is what became of one row.
type Outcome struct {
	Result Result
	Field  string // the field at fault, for RelationNotFound and Refused; may be empty
	Detail string // for people; may be empty
}

// Type is one type of import: a schema and where its rows go.
type Type struct {
	Schema Schema
	// Target gets the rows. It may be nil for the types customers and accounts, which then go to
	// the included stores.
	Target Target
}
