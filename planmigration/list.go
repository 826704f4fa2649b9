package planmigration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// candidates are the next accounts that a migration lists.
type candidates struct {
	timelines []priceplan.Timeline
	undo      []applied // of a migration that takes back another one, in the same order
	cursor    string    // after the last one
	last      bool
}

// list prepares a batch of the phase Listing: what becomes of the next accounts is decided, by their schedules as they
// are now. Those that are to be moved are pending entries; the others are settled.
func (s *Service) list(ctx context.Context, org admin.OrgID, m Migration, at state) (job.Batch[Ports], error) {
	now := s.runtime.Instant()
	t, err := m.resumed(ctx, s.ports.Plans, org, now)
	if err != nil {
		return nil, err
	}
	of, err := m.original(ctx, s.ports.Migrations, org)
	if err != nil {
		return nil, err
	}
	c, err := s.candidates(ctx, org, m, of)
	if err != nil {
		return nil, err
	}
	res := job.Result{Cursor: c.cursor, Counts: job.Counts{Total: int64(len(c.timelines))}}
	entries := make([]Entry, len(c.timelines))
	for i, tl := range c.timelines {
		var d decision
		var l listed
		if m.takesBack() {
			d = t.invert(c.undo[i], tl, func(n int) string { return m.scheduleID(tl.AccountID, n) }, m.Follows == Withdraws)
			l.of = c.undo[i].seq
		} else {
			d = t.decide(tl, func(n int) string { return m.scheduleID(tl.AccountID, n) }, listed{})
		}
		e := d.Entry
		e.Seq = m.Job.Counts.Total + int64(i) + 1
		if e.Status == job.EntryCompleted {
			e.Status, e.New = job.EntryPending, ""
			for _, had := range d.before {
				l.seen = append(l.seen, priceplan.RevisionOf(had))
			}
			if s.ports.External != nil {
				l.before = d.before
			}
		}
		entries[i] = e
		done, err := m.stored(e, l)
		if err != nil {
			return nil, err
		}
		res.Entries, res.Counts = append(res.Entries, done), res.Counts.Add(e.counted())
	}
	if c.last {
		at.Phase, res.Cursor = Moving, numbered(moved, 0)
		res.Then = m.afterList(now)
	}
	if res.State, err = at.stored(entries); err != nil {
		return nil, err
	}
	return func(ctx context.Context, ports Ports) (job.Result, error) {
		return res, blockedBy(ports.Migrations.Hold(ctx, org, m.ID))
	}, nil
}

// candidates reads the next accounts of the list.
func (s *Service) candidates(ctx context.Context, org admin.OrgID, m, of Migration) (candidates, error) {
	switch {
	case m.takesBack():
		return s.undoable(ctx, org, m, of)
	case m.Follows == Retries:
		return s.failed(ctx, org, m, of)
	}
	seek := admin.Seek[string]{After: strings.TrimPrefix(m.Job.Cursor, byAccount), Limit: s.batch}
	page, err := s.onPlan(ctx, org, m.Source, m.EffectiveAt(), seek)
	if err != nil {
		return candidates{}, err
	}
	c := candidates{timelines: page, cursor: m.Job.Cursor, last: len(page) < seek.Limit}
	if n := len(page); n > 0 {
		c.cursor = byAccount + page[n-1].AccountID
	}
	return c, nil
}

// undoable reads the next effects of the migration that m takes back, the last one first.
func (s *Service) undoable(ctx context.Context, org admin.OrgID, m, of Migration) (candidates, error) {
	after, err := parseNumber(undone, m.Job.Cursor)
	if err != nil {
		return candidates{}, job.Fail(err)
	}
	effects, err := s.ports.Jobs.Effects(ctx, org, of.ID, admin.Seek[int64]{After: after, Limit: s.batch})
	if err != nil {
		return candidates{}, err
	}
	c := candidates{cursor: m.Job.Cursor, last: len(effects) < s.batch}
	var accounts []string
	for _, e := range effects {
		c.cursor = numbered(undone, e.Seq)
		a, err := of.applied(e)
		if err != nil {
			return candidates{}, job.Fail(err)
		}
		if m.covers(a.account) {
			c.undo, accounts = append(c.undo, a), append(accounts, a.account)
		}
	}
	c.timelines, err = timelinesOf(ctx, s.ports.reader().Timelines, org, accounts, time.Time{})
	return c, err
}

// failed reads the next entries of the migration that m tries again that failed, or were left.
func (s *Service) failed(ctx context.Context, org admin.OrgID, m, of Migration) (candidates, error) {
	after, err := parseNumber(repeated, m.Job.Cursor)
	if err != nil {
		return candidates{}, job.Fail(err)
	}
	seek := admin.Seek[int64]{After: after, Limit: s.batch}
	entries, err := s.ports.Jobs.Entries(ctx, org, of.ID, job.EntryFilter{}, seek)
	if err != nil {
		return candidates{}, err
	}
	c := candidates{cursor: m.Job.Cursor, last: len(entries) < s.batch}
	var accounts []string
	for _, e := range entries {
		c.cursor = numbered(repeated, e.Seq)
		if (e.Status == job.EntryFailed || e.Status == job.EntryPending) && m.covers(e.Ref) {
			accounts = append(accounts, e.Ref)
		}
	}
	c.timelines, err = timelinesOf(ctx, s.ports.reader().Timelines, org, accounts, m.EffectiveAt())
	return c, err
}

// covers reports whether the migration works on the account.
func (m Migration) covers(account string) bool {
	return len(m.Accounts) == 0 || slices.Contains(m.Accounts, account)
}

// timelinesOf reads the timelines of accounts, if there are any.
func timelinesOf(
	ctx context.Context,
	read func(context.Context, admin.OrgID, []string, time.Time) ([]priceplan.Timeline, error),
	org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	timelines, err := read(ctx, org, accounts, after)
	if err != nil {
		return nil, err
	}
	if len(timelines) != len(accounts) {
		return nil, fmt.Errorf("the schedules returned %d timelines for %d accounts", len(timelines), len(accounts))
	}
	return timelines, nil
}

// onPlan is that of the schedules. It fails if they break the order by which pages follow each other: accounts
// would be listed twice, left out, or listed without an end.
func (s *Service) onPlan(
	ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string],
) ([]priceplan.Timeline, error) {
	page, err := s.ports.reader().OnPlan(ctx, org, plan, at, seek)
	if err != nil {
		return nil, err
	}
	if len(page) > seek.Limit {
		return nil, fmt.Errorf("the schedules returned %d accounts: want at most %d", len(page), seek.Limit)
	}
	for _, tl := range page {
		if tl.AccountID <= seek.After {
			return nil, fmt.Errorf("the schedules returned account %q after %q: want ascending ids, by bytes",
				admin.Clip(tl.AccountID), admin.Clip(seek.After))
		}
		seek.After = tl.AccountID
	}
	return page, nil
}

// afterList returns what follows on the complete list.
func (m Migration) afterList(now time.Time) job.Then {
	switch {
	case m.RequireConfirmation:
		return job.Confirm
	case m.EffectiveAt().After(now):
		return job.AtStart
	}
	return job.More
}
