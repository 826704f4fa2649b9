package planmigration

import (
	"context"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// batch is some of a migration's accounts, to be moved together.
type batch struct {
	org       admin.OrgID
	migration Migration
	terms     terms
	entries   []job.Entry // pending
	last      bool
}

// recorded is Schedules with the audit record of a batch, in the form of ExternalSchedules.
type recorded struct {
	Schedules
	rec admin.Record
}

// ReplaceAll adds the record.
func (r recorded) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement,
) ([]priceplan.ReplaceResult, error) {
	return r.Schedules.ReplaceAll(ctx, org, set, r.rec)
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
func (b batch) move(ctx context.Context, schedules ExternalSchedules) (job.Result, error) {
	accounts := make([]string, len(b.entries))
	for i, pending := range b.entries {
		accounts[i] = pending.Ref
	}
	var timelines []priceplan.Timeline
	if len(accounts) > 0 {
		var err error
		if timelines, err = schedules.Timelines(ctx, b.org, accounts, b.terms.at); err != nil {
			return job.Result{}, err
		}
		if len(timelines) != len(accounts) {
			return job.Result{}, fmt.Errorf("the schedules returned %d timelines for %d accounts",
				len(timelines), len(accounts))
		}
	}
	decided := make([]Entry, len(accounts))
	var set []priceplan.Replacement
	var moving []int // the places in decided of the accounts in set
	for i, tl := range timelines {
		e, r := b.terms.decide(tl, b.migration.scheduleID(accounts[i]))
		e.Seq, e.AccountID = b.entries[i].Seq, accounts[i]
		decided[i] = e
		if r != nil {
			set, moving = append(set, *r), append(moving, i)
		}
	}
	if len(set) > 0 {
		results, err := schedules.ReplaceAll(ctx, b.org, set)
		if err != nil {
			return job.Result{}, err
		}
		if len(results) != len(set) {
			return job.Result{}, fmt.Errorf("the schedules returned %d results for %d replacements",
				len(results), len(set))
		}
		for n, i := range moving {
			if decided[i], err = decided[i].settled(results[n].Err); err != nil {
				return job.Result{}, fmt.Errorf("account %s: %w", accounts[i], err)
			}
		}
	}
	return b.result(decided, timelines)
}

// settled returns the entry after its replacement, or the error if it is one to be tried again.
func (e Entry) settled(err error) (Entry, error) {
	switch {
	case err == nil:
		return e, nil
	case errors.Is(err, admin.ErrConflict), errors.Is(err, admin.ErrNotFound):
		return e.failed(ReasonChanged, "its schedule was changed while it was being moved: migrate again"), nil
	case errors.Is(err, admin.ErrInvalid), errors.Is(err, admin.ErrState), errors.Is(err, admin.ErrForbidden),
		errors.Is(err, admin.ErrExists):
		return e.failed(ReasonRefused, "%v", err), nil
	}
	return Entry{}, err
}

// result is what the job keeps of the batch.
func (b batch) result(decided []Entry, timelines []priceplan.Timeline) (job.Result, error) {
	res := job.Result{Cursor: b.migration.Job.Cursor}
	if b.last {
		res.Then = job.Done
	}
	for i, e := range decided {
		done, err := e.stored()
		if err != nil {
			return job.Result{}, err
		}
		effect, ok, err := e.effect(timelines[i])
		if err != nil {
			return job.Result{}, err
		}
		if ok {
			res.Effects = append(res.Effects, effect)
		}
		res.Entries = append(res.Entries, done)
		res.Counts = res.Counts.Add(e.counted())
		res.Cursor = movingCursor(e.Seq)
	}
	return res, nil
}
