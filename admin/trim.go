package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// ActionTrim is the action of the record of a removal from the start of a log.
const ActionTrim Action = "trail.trim" // sealed records removed from the start of the log, because their time was over

// MinRetention is how long a sealed record is kept at least: [Log.Trim] refuses to remove younger ones, so that a
// mistaken duration empties no trail. PCI DSS 4.0 (10.5.1) asks for three months at hand, of twelve that are kept.
const MinRetention = 90 * 24 * time.Hour

// ErrTrimmed is returned for entries of the log that were removed because their time was over ([Log.Trim]); errors.As
// gives the [*TrimmedError], with the number of the first that is left.
var ErrTrimmed = NewError("audit_trimmed", ErrState, "these entries of the audit trail are not kept any longer")

// TrimmedError is the [ErrTrimmed] of a reader that goes on from an entry that is gone, with others after it: what was
// between would be missed in silence.
type TrimmedError struct {
	After int64 `json:"after"` // the number that the reader gave
	First int64 `json:"first"` // the number of the first entry that is left, or of the next one if none is
}

// Error returns which entries are gone.
func (e *TrimmedError) Error() string {
	return fmt.Sprintf("the entries after %d and before %d were removed: go on after %d, without them: %s",
		e.After, e.First, e.First-1, ErrTrimmed)
}

// Unwrap returns [ErrTrimmed].
func (e *TrimmedError) Unwrap() error { return ErrTrimmed }

// Cut is where the start of a log was removed.
type Cut struct {
	Head               // that the log had at the last entry which was removed, or is being removed; Seq is 0 if none was
	RecordID uuid.UUID `json:"recordId,omitzero"` // of the record with [ActionTrim]
	At       time.Time `json:"at,omitzero"`       // of that record
}

// CheckPosition fails with a [*TrimmedError] if what comes after an entry of a log that was cut at cut is gone.
// A reader that begins, from 0, misses nothing by its own account. Adapters call it.
func (h Head) CheckPosition(after int64) error {
	if after > 0 && after < h.Seq {
		return &TrimmedError{After: after, First: h.Seq + 1}
	}
	return nil
}

// Fields of the changes of a record with [ActionTrim].
const (
	fieldTrimSeq      = "seq"
	fieldTrimHash     = "hash"
	fieldTrimSealedAt = "sealedAt"
)

// CutChanges returns the changes of the record with [ActionTrim] that a log is cut at h by: it is the proof of where
// the log begins.
func (h Head) CutChanges() []Change {
	return []Change{
		{Field: fieldTrimSeq, To: strconv.FormatInt(h.Seq, 10)},
		{Field: fieldTrimHash, To: h.Hash.String()},
		{Field: fieldTrimSealedAt, To: h.SealedAt.UTC().Format(time.RFC3339Nano)},
	}
}

// trimmedTo returns the number and the hash at which a record reports that the log was cut.
func (r Record) trimmedTo() (cut Head, ok bool) {
	if r.Action != ActionTrim {
		return Head{}, false
	}
	for _, c := range r.Changes {
		var err error
		switch c.Field {
		case fieldTrimSeq:
			cut.Seq, err = strconv.ParseInt(c.To, 10, 64)
		case fieldTrimHash:
			err = cut.Hash.UnmarshalText([]byte(c.To))
		}
		if err != nil {
			return Head{}, false
		}
	}
	return cut, cut.Seq > 0
}

// CheckTrim is [Record.Check] for the record of a removal up to cut. Adapters call it before they remove. It fails with
// [ErrInvalid] if the record does not say where the log is cut.
func (r Record) CheckTrim(cut Head) error {
	if err := r.Check(); err != nil {
		return err
	}
	if to, ok := r.trimmedTo(); !ok || to.Seq != cut.Seq || to.Hash != cut.Hash {
		return fmt.Errorf("audit record of a removal: it needs the action %s and the changes of the cut at %d: %w",
			ActionTrim, cut.Seq, ErrInvalid)
	}
	return nil
}

const (
	// trimRows is how many rows a transaction removes, and trimLogs how many logs a look returns.
	trimRows = 1000
	trimLogs = 100
	// trimStep is how much longer than asked for the oldest record of a log may be kept: each removal leaves a record,
	// so a log is cut once in this time and not with every record whose time is over.
	trimStep = 24 * time.Hour
)

// Cut returns where [Log.Trim] has cut the log; it has only the organization if nothing was removed. It requires
// [PermissionAuditRead].
func (l *Log) Cut(ctx context.Context, scope Scope) (Cut, error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Cut{}, err
	}
	return l.ports.Log.Cut(ctx, scope.Org())
}

// Trim removes the records that were sealed at until or before, with their places in the log, from the start of the
// logs of all organizations: in order, up to the first that was sealed later. What waits to be sealed stays. A log
// whose oldest entry is less than a day too old waits, so each is cut once a day at most. The cut is on
// record (trail.trim) from the first transaction on, each of which removes 1,000 rows at most; a process that dies in
// between leaves the rest to the next. What is left verifies at every moment.
//
// It fails with [ErrInvalid] for an instant that is less than [MinRetention] ago, and returns what could not be
// removed of some organization after it has tried the others. It takes no Scope: it is for the host's own scheduler
// (admincenter.Center.Tidy).
func (l *Log) Trim(ctx context.Context, until time.Time) error {
	if youngest := l.o.Instant().Add(-MinRetention); until.After(youngest) {
		return fmt.Errorf("remove records sealed until %s: records are kept for %v at least, so give %s or before: %w",
			until.Format(time.RFC3339), MinRetention, youngest.Format(time.RFC3339), ErrInvalid)
	}
	until = Instant(until)
	failed, first := 0, error(nil)
	for after, more := (HeadKey{}), true; more && ctx.Err() == nil; {
		logs, err := l.ports.Log.Trimmable(ctx, until.Add(-trimStep), after, trimLogs)
		if err != nil {
			return errors.Join(first, err)
		}
		for _, log := range logs {
			if err := l.trim(ctx, log.Org, until); err != nil && ctx.Err() == nil {
				failed++
				if first == nil {
					first = fmt.Errorf("trail of %s: %w", log.Org, err)
				}
			}
			after = log
		}
		more = len(logs) == trimLogs
	}
	if failed > 1 {
		first = fmt.Errorf("the trails of %d organizations are not trimmed: %w", failed, first)
	}
	return errors.Join(first, ctx.Err())
}

func (l *Log) trim(ctx context.Context, org OrgID, until time.Time) error {
	cut, err := l.ports.Log.Removable(ctx, org, until)
	if err != nil || cut.Seq == 0 {
		return err
	}
	rec := l.o.Record(System(org), ActionTrim, Subject{Kind: "audit"}, cut.CutChanges()...)
	for more := true; more; {
		more, err = l.ports.Log.Trim(ctx, org, cut, trimRows, rec)
		switch {
		case errors.Is(err, ErrNotFound): // the organization was deleted, or another process was quicker
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}
