package bulkimport

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport/message"
	"github.com/admincenter/admincenter/internal/text"
)

// Undoer is a [Target] that can take back the rows that it has written, for [Service.Undo]. Of each row that it
// Created or Updated the import keeps Outcome.Before and Outcome.Version, as long as it keeps its rows, and gives them
// back here: from the last row to the first, in batches, none of which has a key twice, and rows that
// point at rows behind them before these.
//
// As Write, Undo of a target of [Ports] is called within the transaction, in which a row is undone exactly once and a
// check is rolled back. Undo of a target of [Type] is called outside of it, and after a crash again with the same rows:
// it has to recognize them by [UndoBatch.IdempotencyKey], and to return what it returned before. Rows of a batch that
// was written outside and did not commit, because the import failed or was cancelled at that moment, are not known and
// not undone: let a failed import go on to its end first.
type Undoer interface {
	Target
	// Undo takes back the rows of a batch and returns what became of each, in the same order: [Removed], [Restored],
	// [NotFound] if there is nothing to take back, which counts as skipped, or [Refused] with a code and a detail, such
	// as [CodeChangedSince] if the record is not what the row made of it, which counts as failed. An error means that the
	// batch will be tried again, or fails the undo if it is from [job.Fail]. rec is the audit record of the batch.
	Undo(ctx context.Context, org admin.OrgID, b UndoBatch, rec admin.Record) ([]Outcome, error)
}

// UndoChecker is an [Undoer] of [Type] that can find what Undo would do, for [Service.CheckUndo].
type UndoChecker interface {
	Undoer
	// CheckUndo returns what Undo would make of each row of a batch, in the same order, and changes nothing.
	CheckUndo(ctx context.Context, org admin.OrgID, b UndoBatch) ([]Outcome, error)
}

// MaxUndoBytes is the most bytes of Outcome.Before that are kept of a row. One that has more, or is no text in UTF-8,
// stays when the import is undone, with [CodeNotKept].
const MaxUndoBytes = 8 << 10

// UndoBatch is some rows of one import to take back, the last one first.
type UndoBatch struct {
	Import uuid.UUID
	At     time.Time
	Rows   []UndoRow
	// Attempt is which undo of the import it is, from 0: [Service.Undo] may be asked for again for rows that were Refused.
	Attempt int
}

// UndoRow is a row that a target has written, as it returned it.
type UndoRow struct {
	Number  int64  // of the row in its file
	Key     string // the value of the schema's key, or of Batch.Match
	Result  Result // Created or Updated
	Before  string
	Version int64
}

// IdempotencyKey is the same whenever the same row of the same import is undone in the same attempt, and none that a
// row is written with.
func (b UndoBatch) IdempotencyKey(r UndoRow) string {
	if b.Attempt > 0 {
		return fmt.Sprintf("%s/undo/%d", b.WriteKey(r), b.Attempt)
	}
	return b.WriteKey(r) + "/undo"
}

// WriteKey is the [Batch.IdempotencyKey] with which the row was written.
func (b UndoBatch) WriteKey(r UndoRow) string { return fmt.Sprintf("%s/%d", b.Import, r.Number) }

// targetKept is what is kept of a row that a target wrote.
type targetKept struct {
	Result Result `json:"result"`
	Key    string `json:"key,omitempty"` // if it is too long for a reference
	Before string `json:"before,omitempty"`
	Lost   bool   `json:"lost,omitempty"` // Before could not be kept
	Pass   int    `json:"pass,omitempty"` // over the file, in which the row was written
}

func (k *targetKept) key(e job.Effect) string {
	if k.Key != "" {
		return k.Key
	}
	return e.Ref
}

// maxRef is the most bytes of a job.Effect's Ref.
const maxRef = 1000

// targetEffects returns what is kept of the rows that a target created or updated.
func targetEffects(b Batch, outcomes []Outcome) []job.Effect {
	var out []job.Effect
	for n, o := range outcomes {
		if o.Result != Created && o.Result != Updated {
			continue
		}
		row := b.Rows[n]
		kept := targetKept{Result: o.Result, Before: o.Before, Pass: b.pass}
		if len(o.Before) > MaxUndoBytes || !utf8.ValidString(o.Before) {
			kept.Before, kept.Lost = "", true
		}
		e := job.Effect{Seq: row.Number, Kind: targetKind, Ref: row.Key(), Version: o.Version}
		if len(e.Ref) > maxRef {
			e.Ref, kept.Key = text.Fit(e.Ref, maxRef), e.Ref
		}
		// Texts and numbers always marshal.
		stored, _ := json.Marshal(beforeData{Format: beforeFormat, Target: &kept})
		e.Before = string(stored)
		out = append(out, e)
	}
	return out
}

// targetKind is the kind of the effects of rows that targets wrote.
const targetKind = "row"

// canUndo fails if the target of a type cannot undo its rows, or with check cannot find what that would do.
func (s *Service) canUndo(t Type, check bool) error {
	if t.keepsEffects() {
		return nil
	}
	to := t.Target
	if to == nil && s.ports.Target != nil {
		to = s.ports.Target(t.Schema.Type)
	}
	if _, ok := to.(Undoer); !ok {
		return fmt.Errorf("imports of type %q cannot be undone here, because their rows go to a target of the "+
			"host's that is no Undoer: %w", t.Schema.Type, admin.ErrState)
	}
	if _, ok := to.(UndoChecker); check && t.Target != nil && !ok {
		return fmt.Errorf("the undo of imports of type %q cannot be checked, because their rows go to a target of the "+
			"host's outside of the transaction that is no UndoChecker: %w", t.Schema.Type, admin.ErrState)
	}
	return nil
}

// throughUndoer returns the undo of a batch of rows that a target of the host's wrote.
func throughUndoer(t Type, b *undoBatch) undo {
	batch := UndoBatch{Import: b.of, At: b.at, Attempt: b.sum.Attempt}
	out := make([]undone, len(b.effects))
	var places []int
	for n, e := range b.effects {
		kept := b.data[n].Target
		if kept == nil || kept.Lost {
			out[n] = left(CodeNotKept, "max", MaxUndoBytes)
			continue
		}
		places = append(places, n)
		batch.Rows = append(batch.Rows, UndoRow{
			Number: e.Seq, Key: kept.key(e), Result: kept.Result, Before: kept.Before, Version: e.Version,
		})
	}
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) ([]undone, error) {
		all := slices.Clone(out) // because the transaction may be run again
		if len(places) == 0 {
			return all, nil
		}
		made, err := undoBy(ctx, p, org, t, b.check, batch, rec)
		if err == nil && len(made) != len(places) {
			err = fmt.Errorf("the target gave %d outcomes for %d rows", len(made), len(places))
		}
		if err != nil {
			return nil, err
		}
		for k, o := range made {
			all[places[k]] = o.undone(batch.Rows[k])
		}
		return all, nil
	}
}

// undoBy has a target undo a batch, or find what that would do.
func undoBy(
	ctx context.Context, p Ports, org admin.OrgID, t Type, check bool, b UndoBatch, rec admin.Record,
) ([]Outcome, error) {
	to := t.Target
	if to == nil {
		to = p.Target(t.Schema.Type)
	}
	if c, ok := to.(UndoChecker); ok && check && t.Target != nil {
		return c.CheckUndo(ctx, org, b)
	}
	u, ok := to.(Undoer)
	if !ok {
		return nil, fmt.Errorf("the target of type %q is no Undoer: %w", t.Schema.Type, admin.ErrState)
	}
	return u.Undo(ctx, org, b, rec)
}

// undone returns the outcome of a row that a target was to undo.
func (o Outcome) undone(r UndoRow) undone {
	switch o.Result {
	case Removed:
		return undone{removed: true}
	case Restored:
		return undone{}
	}
	code, detail := text.Fit(text.Visible(o.Code), maxCode), text.Fit(text.Visible(o.Detail), maxDetail)
	u := left(CodeRefused+".undo", "value", quoted(r.Key))
	if o.Result == NotFound {
		u = left(CodeNotFound+".undo", "value", quoted(r.Key))
		u.skipped = true
	}
	own := code != "" && code != u.why.code
	switch {
	case detail != "":
		u.why.message, u.why.hint, u.why.params = detail, "", o.fitting()
	case own: // with the library's words
		u.why.params[message.Variant] = message.Key(kindCell, u.why.code, u.why.params)
	}
	if own {
		u.why.code = code
	}
	return u
}
