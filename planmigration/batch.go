package planmigration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// batch is some of a migration's accounts, to be moved together.
type batch struct {
	org       admin.OrgID
	migration Migration
	terms     terms
	state     state
	entries   []Entry // pending
	listed    []listed
	undo      map[int64]applied // of a migration that takes back another one, by number
	last      bool
}

// movers are schedules to a batch: those of the transaction, or external ones.
type movers interface {
	// read returns the timelines of accounts, which no other changes before the batch ends if that can be had.
	read(ctx context.Context, org admin.OrgID, accounts []string, after time.Time) ([]priceplan.Timeline, error)
	replaceAll(ctx context.Context, org admin.OrgID, set []priceplan.Replacement) ([]priceplan.ReplaceResult, error)
}

// inside are schedules in the transaction of a batch, with its audit record.
type inside struct {
	Schedules
	rec admin.Record
}

func (i inside) read(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return i.Lock(ctx, org, accounts, after)
}

func (i inside) replaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement,
) ([]priceplan.ReplaceResult, error) {
	return i.ReplaceAll(ctx, org, set, i.rec)
}

// outside are external schedules.
type outside struct{ ExternalSchedules }

func (o outside) read(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	return o.Timelines(ctx, org, accounts, after)
}

func (o outside) replaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement,
) ([]priceplan.ReplaceResult, error) {
	return o.ReplaceAll(ctx, org, set)
}

// changes is what the audit record has of the batch. The entries have the details.
func (b batch) changes() []admin.Change {
	changes := []admin.Change{{Field: "plan", From: b.migration.Source.String(), To: b.migration.Target.String()}}
	if n := len(b.entries); n > 0 {
		changes = append(changes, admin.Change{
			Field: "entries", To: fmt.Sprintf("%d-%d", b.entries[0].Seq, b.entries[n-1].Seq),
		})
	}
	return changes
}

// move reads the accounts' timelines in one call, decides about each, and replaces those that move in
// another.
func (b batch) move(ctx context.Context, schedules movers) (job.Result, error) {
	accounts := make([]string, len(b.entries))
	for i, pending := range b.entries {
		accounts[i] = pending.AccountID
	}
	after := b.terms.at
	if b.migration.takesBack() {
		after = time.Time{}
	}
	timelines, err := timelinesOf(ctx, schedules.read, b.org, accounts, after)
	if err != nil {
		return job.Result{}, err
	}
	decided := make([]decision, len(accounts))
	var set []priceplan.Replacement
	var moving []int // the places in decided of the accounts in set
	for i, tl := range timelines {
		d := b.decide(i, tl)
		d.Seq, d.AccountID = b.entries[i].Seq, accounts[i]
		if decided[i] = d; d.replace != nil {
			set, moving = append(set, *d.replace), append(moving, i)
		}
	}
	if len(set) > 0 {
		results, err := schedules.replaceAll(ctx, b.org, set)
		if err != nil {
			return job.Result{}, err
		}
		if len(results) != len(set) {
			return job.Result{}, fmt.Errorf("the schedules returned %d results for %d replacements",
				len(results), len(set))
		}
		for n, i := range moving {
			if decided[i].Entry, err = decided[i].settled(results[n].Err); err != nil {
				return job.Result{}, fmt.Errorf("account %s: %w", accounts[i], err)
			}
		}
	}
	return b.result(decided)
}

// decide decides about the i-th account of the batch.
func (b batch) decide(i int, tl priceplan.Timeline) decision {
	m, l := b.migration, b.listed[i]
	id := func(n int) string { return m.scheduleID(b.entries[i].AccountID, n) }
	if m.takesBack() {
		return b.terms.invert(b.undo[l.of], tl, id, m.Follows == Withdraws)
	}
	return b.terms.decide(tl, id, l)
}

// settled returns the entry after its replacement, or the error if it is one to be tried again.
func (d decision) settled(err error) (Entry, error) {
	switch {
	case err == nil:
		return d.Entry, nil
	case errors.Is(err, admin.ErrConflict), errors.Is(err, admin.ErrNotFound):
		return d.failed(ReasonChanged, "its schedule was changed while it was being moved: migrate again"), nil
	case errors.Is(err, admin.ErrInvalid), errors.Is(err, admin.ErrState), errors.Is(err, admin.ErrForbidden),
		errors.Is(err, admin.ErrExists):
		return d.failed(ReasonRefused, "%v", err), nil
	}
	return Entry{}, err
}

// result is what the job keeps of the batch.
func (b batch) result(decided []decision) (job.Result, error) {
	res := job.Result{Cursor: b.migration.Job.Cursor}
	if b.last {
		res.Then = job.Done
	}
	settled := make([]Entry, len(decided))
	for i, d := range decided {
		done, err := b.migration.stored(d.Entry, b.listed[i])
		if err != nil {
			return job.Result{}, err
		}
		effect, ok, err := d.effect()
		if err != nil {
			return job.Result{}, err
		}
		if ok {
			res.Effects = append(res.Effects, effect)
		}
		settled[i] = d.Entry
		res.Entries = append(res.Entries, done)
		res.Counts = res.Counts.Add(d.counted())
		res.Cursor = numbered(moved, d.Seq)
	}
	var err error
	res.State, err = b.state.stored(settled)
	return res, err
}
