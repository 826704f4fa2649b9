package bulkimport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// undoing returns what a job does that undoes an import, or with check finds what that would do.
func (s *Service) undoing(check bool) func(admin.Scope) job.Prepare[Ports] {
	return func(scope admin.Scope) job.Prepare[Ports] {
		return func(ctx context.Context, j job.Job) (job.Batch[Ports], error) {
			i, t, err := s.loadOf(ctx, scope.Org(), j)
			if errors.Is(err, admin.ErrNotFound) || errors.Is(err, admin.ErrInvalid) {
				return nil, job.Fail(err) // deleted, or of a type that the host gave up
			} else if err != nil {
				return nil, err
			}
			if err := s.canUndo(t, check); err != nil {
				return nil, job.Fail(err)
			}
			b, err := s.nextUndo(ctx, scope.Org(), i, j, check)
			if err != nil {
				return nil, err
			}
			if len(b.effects) == 0 {
				return func(context.Context, Ports) (job.Result, error) { return b.result(nil) }, nil
			}
			undo, err := s.undoes(ctx, scope.Org(), t, b)
			if err != nil {
				return nil, err
			}
			rec := s.record(scope, ActionUndo, i, admin.Change{Field: "rows", To: fmt.Sprint(len(b.effects))})
			if t.Target != nil {
				made, err := undo(ctx, s.ports, scope.Org(), rec)
				if err != nil {
					return nil, err
				}
				return func(context.Context, Ports) (job.Result, error) { return b.result(made) }, nil
			}
			if !check {
				return func(ctx context.Context, p Ports) (job.Result, error) {
					made, err := undo(ctx, p, scope.Org(), rec)
					if err != nil {
						return job.Result{}, err
					}
					return b.result(made)
				}, nil
			}
			var made []undone
			err = s.takenBack(ctx, func(p Ports) (err error) {
				made, err = undo(ctx, p, scope.Org(), rec)
				return err
			})
			if err != nil {
				return nil, err
			}
			return func(context.Context, Ports) (job.Result, error) { return b.result(made) }, nil
		}
	}
}

// undoBatch is some rows of an import to undo, the last one first. No two of them are about the same record.
type undoBatch struct {
	job     job.Job
	of      uuid.UUID // the import
	check   bool
	began   int64 // when the import's job was made, in microseconds
	effects []job.Effect
	data    []beforeData // of the rows that updated a record
	at      time.Time
	cursor  undoCursor
	from    int64 // the row by which the batch before ended; 0 for none
	sum     tallies
	done    bool
}

// nextUndo reads the rows that the job of an undo is at.
func (s *Service) nextUndo(
	ctx context.Context, org admin.OrgID, i Import, j job.Job, check bool,
) (*undoBatch, error) {
	b := &undoBatch{job: j, of: i.ID, check: check, at: s.runtime.Instant()}
	var err error
	if b.sum, err = talliesOf(j); err != nil {
		return nil, job.Fail(err)
	}
	if b.cursor, err = parseUndoCursor(j.Cursor); err != nil {
		return nil, job.Fail(err)
	}
	b.from = b.cursor.seq
	seek := admin.Seek[int64]{Limit: s.batch, After: b.from}
	effects, err := s.ports.Jobs.Effects(ctx, org, i.ID, seek)
	if err != nil {
		return nil, err
	}
	// After the effects, because they may be removed at the same time.
	run, err := s.ports.Jobs.Get(ctx, org, i.ID)
	if errors.Is(err, admin.ErrNotFound) {
		return nil, job.Fail(err)
	} else if err != nil {
		return nil, err
	}
	if err := run.Complete(); err != nil {
		return nil, job.Fail(err)
	}
	if !run.Status.Final() {
		return nil, fmt.Errorf("the import is %s again: cancel it first: %w", run.Status, admin.ErrState)
	}
	b.began, b.done = run.CreatedAt.UnixMicro(), len(effects) < seek.Limit
	wrote, err := talliesOf(run)
	if err != nil {
		return nil, job.Fail(err)
	}
	if j.Cursor == "" {
		b.cursor.pass = wrote.Passes
	}
	seen := map[string]bool{}
	for _, e := range effects {
		d, err := readBefore(e.Before)
		if err != nil {
			return nil, job.Fail(fmt.Errorf("row %d: %w", e.Seq, err))
		}
		if seen[e.Ref] || d.Customer != nil && seen["\x00"+d.Customer.ID] { // undone step by step
			b.done = false
			break
		}
		if seen[e.Ref] = true; d.Customer != nil {
			seen["\x00"+d.Customer.ID] = true
		}
		b.cursor.seq = e.Seq
		if d.Target == nil || d.Target.Pass == b.cursor.pass {
			b.effects, b.data = append(b.effects, e), append(b.data, d)
		}
	}
	if b.done && b.cursor.pass > 0 { // the rows that others point at come last
		b.cursor, b.done = undoCursor{pass: b.cursor.pass - 1}, false
	}
	return b, nil
}

// undoCursor is the last row that was undone, and the pass that wrote it.
type undoCursor struct {
	seq  int64
	pass int
}

func (c undoCursor) String() string { return fmt.Sprintf("%d:%d", c.seq, c.pass) }

func parseUndoCursor(text string) (c undoCursor, err error) {
	if text == "" {
		return c, nil
	}
	seq, pass, _ := strings.Cut(text, ":")
	if c.seq, err = strconv.ParseInt(seq, 10, 64); err == nil && pass != "" {
		c.pass, err = strconv.Atoi(pass)
	}
	if err != nil || c.seq < 0 || c.pass < 0 {
		return undoCursor{}, fmt.Errorf("cursor %q of the undo cannot be read", admin.Clip(text))
	}
	return c, nil
}

// A link is what the undo of a later row of the same import has made of a record.
type link struct {
	Was int64 `json:"was"` // the record's Version before that row
	Is  int64 `json:"is"`  // the Version that it has now
}

// maxLinks is how many records that an import wrote more than once can be undone step by step. Few imports write one
// twice, because a key and a value that rows match by are in a file once. Beyond it, the earlier row counts as changed.
const maxLinks = 400

// linkKey names a record in the State of a job, which stays when what the job keeps of its rows is erased.
func linkKey(e job.Effect) string {
	ref := e.Ref
	if e.Kind == ownerKind {
		ref = ownerKind + "\x00" + ref
	}
	sum := sha256.Sum256([]byte(ref))
	return hex.EncodeToString(sum[:12])
}

// version returns the Version that a record has if nothing has changed it since but the undo.
func (b *undoBatch) version(e job.Effect) int64 {
	if l, ok := b.sum.Links[linkKey(e)]; ok && l.Was == e.Version {
		return l.Is
	}
	return e.Version
}

// undone is what became of one row of an undo.
type undone struct {
	removed bool
	version int64  // that the record has now
	code    string // why it could not be undone
	skipped bool   // because there is nothing to undo
	detail  string
	params  map[string]string // of detail
	owner   *undone           // what became of the customer, if the row had made or changed it together with an account
}

// result counts what was undone. It changes nothing, so the batch may be run again.
func (b *undoBatch) result(made []undone) (job.Result, error) {
	var res job.Result
	sum := b.sum
	sum.Errors, sum.Links = b.sum.Errors.clone(), map[string]link{}
	for key, l := range b.sum.Links {
		sum.Links[key] = l
	}
	for n, u := range made {
		e := b.effects[n]
		if u.owner != nil && u.owner.code == "" {
			of, d := b.data[n].Customer.effect(e.Seq)
			b.link(&sum, of, d, *u.owner)
		}
		u = u.whole()
		switch {
		case u.code != "":
			res.Entries = append(res.Entries, u.entry(e))
			if u.skipped {
				res.Counts.Skipped++
			} else {
				res.Counts.Failed++
				sum.Errors.add([]CellError{{Column: NoColumn, Code: u.code}})
			}
			continue
		case u.removed:
			sum.Removed++
		default:
			sum.Restored++
		}
		res.Counts.Completed++
		b.link(&sum, e, b.data[n], u)
	}
	res.Cursor = b.cursor.String()
	if b.done {
		res.Then, sum.Links = job.Done, nil
		// What is not there was erased.
		settled := b.job.Counts.Add(res.Counts)
		res.Counts.Skipped += max(0, settled.Total-settled.Settled())
	}
	var err error
	res.State, err = sum.stored()
	return res, err
}

// link notes which version of a record an undone row has given back.
func (b *undoBatch) link(sum *tallies, e job.Effect, d beforeData, u undone) {
	key := linkKey(e)
	delete(sum.Links, key)
	// An earlier row of the import may have written the record only if it was changed since the import began.
	if u.removed || d.At < b.began || len(sum.Links) >= maxLinks {
		return
	}
	l := link{Was: d.Version, Is: u.version}
	if b.check {
		l.Is = b.version(e) // it was taken back
	}
	sum.Links[key] = l
}

// entry lists a row that could not be undone.
func (u undone) entry(e job.Effect) job.Entry {
	status := job.EntryFailed
	if u.skipped {
		status = job.EntrySkipped
	}
	return job.Entry{
		Seq: e.Seq, Ref: e.Ref, Status: status, Reason: job.Reason(u.code), Detail: u.detail,
		Data: rowData{Errors: []CellError{{Column: NoColumn, Code: u.code, Message: u.detail,
			Params: u.params}}}.stored(),
	}
}

// undoes prepares the undo of a batch.
func (s *Service) undoes(ctx context.Context, org admin.OrgID, t Type, b *undoBatch) (undo, error) {
	switch {
	case !t.keepsEffects():
		return throughUndoer(t, b), nil
	case t.Schema.Type == CustomersType:
		return undoneBy(s.customers, b, func(p Ports) apply[customer.Customer] { return p.Customers.Apply })
	case t.Schema.Type == CustomerAccountsType:
		return s.undoneOwned(ctx, org, b)
	}
	return undoneBy(s.accounts, b, func(p Ports) apply[customer.Account] { return p.Accounts.Apply })
}
