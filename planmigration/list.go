package planmigration

import (
	"context"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// list prepares a batch of the phase Listing: the next accounts on the source at the effective instant,
// as their schedules are now, become pending entries. The cursor is the last account that was listed.
func (s *Service) list(ctx context.Context, org admin.OrgID, m Migration) (job.Batch[Ports], error) {
	seek := admin.Seek[string]{After: strings.TrimPrefix(m.Job.Cursor, listed), Limit: s.batch}
	page, err := s.ports.reader().OnPlan(ctx, org, m.Source, m.EffectiveAt(), seek)
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
