package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Audit actions on jobs that are over. The records of what the jobs did stay.
const (
	ActionPrune  admin.Action = "job.prune"  // entries and effects removed, because their time was over
	ActionRemove admin.Action = "job.remove" // the job removed, with its import or migration
)

// pruneRows is how many rows one transaction removes, and sweepJobs how many jobs a call looks at.
const (
	pruneRows = 1000
	sweepJobs = 100
)

// PruneSettled removes the entries and the effects of jobs that are final since until or longer, of up to 100 of
// them, in transactions of at most 1,000 rows each, and reports whether there may be more. Each job gets a record,
// that has until. The job itself can be read on, and has a PrunedAt: its entries fail with [ErrPruned], and it
// can neither go on nor be undone. It takes no Scope: it is for the host's own scheduler (admincenter.Center.Tidy).
func (s *Service) PruneSettled(ctx context.Context, until time.Time) (more bool, err error) {
	return s.sweep(ctx, SettledQuery{Until: until, Limit: sweepJobs}, func(r Ref) error {
		rec := s.sweepRecord(r, ActionPrune, until)
		for more := true; more; {
			var err error
			if more, err = s.ports.Jobs.Prune(ctx, r.Org, r.ID, pruneRows, rec); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveSettled removes jobs that are final since until or longer and that [Service.PruneSettled] has pruned, with the
// imports and migrations that they are of, up to 100 of them, and reports whether there may be more. Each leaves a
// record.
func (s *Service) RemoveSettled(ctx context.Context, until time.Time) (more bool, err error) {
	return s.sweep(ctx, SettledQuery{Until: until, Pruned: true, Limit: sweepJobs}, func(r Ref) error {
		return s.ports.Jobs.Remove(ctx, r.Org, r.ID, s.sweepRecord(r, ActionRemove, until))
	})
}

// sweep calls do for jobs that are over. One that another process was quicker with is no failure.
func (s *Service) sweep(ctx context.Context, q SettledQuery, do func(Ref) error) (more bool, err error) {
	refs, err := s.ports.Jobs.Settled(ctx, q)
	if err != nil {
		return false, err
	}
	done := 0
	for _, r := range refs {
		switch e := do(r); {
		case errors.Is(e, admin.ErrNotFound), errors.Is(e, admin.ErrState):
		case e != nil:
			err = errors.Join(err, fmt.Errorf("job %s of %s: %w", r.ID, r.Org, e))
		default:
			done++
		}
	}
	return done > 0 && len(refs) == q.Limit, err
}

func (s *Service) sweepRecord(r Ref, action admin.Action, until time.Time) admin.Record {
	subject := s.subject(Job{ID: r.ID, Kind: r.Kind})
	if subject.Kind == "" {
		subject.Kind = "job" // of a kind that the host has removed
	}
	return s.runtime.Record(admin.System(r.Org), action, subject,
		admin.Change{Field: "settledUntil", To: until.UTC().Format(time.RFC3339)})
}

// CheckBare returns the error of [Store.Remove] on a job that has something left: adapters call it.
func CheckBare(bare bool) error {
	if bare {
		return nil
	}
	return fmt.Errorf("the job has entries or a file, which are removed first: %w", admin.ErrState)
}
