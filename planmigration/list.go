package planmigration

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// list prepares a batch of the phase Listing: the next accounts on the source at the effective instant,
// as their schedules are now, become pending entries. The cursor is the last account that was listed.
func (s *Service) list(ctx context.Context, org admin.OrgID, m Migration) (job.Batch[Ports], error) {
	seek := admin.Seek[string]{After: strings.TrimPrefix(m.Job.Cursor, listed), Limit: s.batch}
	page, err := s.onPlan(ctx, org, m.Source, m.EffectiveAt(), seek)
	if err != nil {
		return nil, err
	}
	res := job.Result{Cursor: m.Job.Cursor, Counts: job.Counts{Total: int64(len(page))}}
	for i, tl := range page {
		res.Entries = append(res.Entries, job.Entry{
			Seq: m.Job.Counts.Total + int64(i) + 1, Ref: tl.AccountID, Status: job.EntryPending,
		})
		res.Cursor = listed + tl.AccountID
	}
	phase := Listing
	if len(page) < seek.Limit {
		phase, res.Cursor = Moving, movingCursor(0)
		res.Then = m.afterList(s.runtime.Instant())
	}
	if res.State, err = phase.stored(); err != nil {
		return nil, err
	}
	return func(context.Context, Ports) (job.Result, error) { return res, nil }, nil
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
