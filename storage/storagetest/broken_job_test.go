package storagetest_test

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// jobPort replaces single methods of a port.
type jobPort struct {
	job.Store
	get     func(context.Context, admin.OrgID, uuid.UUID) (job.Job, error)
	due     func(context.Context, time.Time, job.DueQuery) ([]job.Ref, error)
	update  func(context.Context, admin.OrgID, job.Job, admin.Record) error
	claim   func(context.Context, admin.OrgID, uuid.UUID, job.Claim) (job.Job, error)
	commit  func(context.Context, admin.OrgID, job.Checkpoint) error
	finish  func(context.Context, admin.OrgID, job.Checkpoint, admin.Record) error
	renew   func(context.Context, admin.OrgID, uuid.UUID, int64, time.Time) error
	release func(context.Context, admin.OrgID, uuid.UUID, int64) error
	entries func(context.Context, admin.OrgID, uuid.UUID, job.EntryFilter, admin.Seek[int64]) ([]job.Entry, error)
	effects func(context.Context, admin.OrgID, uuid.UUID, admin.Seek[int64]) ([]job.Effect, error)
	prune   func(context.Context, admin.OrgID, uuid.UUID, int, admin.Record) (bool, error)
	erase   func(context.Context, admin.OrgID, job.Rows, admin.Record) error
}

func (s jobPort) Prune(ctx context.Context, org admin.OrgID, id uuid.UUID, limit int, rec admin.Record) (bool, error) {
	if s.prune == nil {
		return s.Store.Prune(ctx, org, id, limit, rec)
	}
	return s.prune(ctx, org, id, limit, rec)
}

func (s jobPort) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
	if s.get == nil {
		return s.Store.Get(ctx, org, id)
	}
	return s.get(ctx, org, id)
}

func (s jobPort) Due(ctx context.Context, now time.Time, q job.DueQuery) ([]job.Ref, error) {
	if s.due == nil {
		return s.Store.Due(ctx, now, q)
	}
	return s.due(ctx, now, q)
}

func (s jobPort) Update(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
	if s.update == nil {
		return s.Store.Update(ctx, org, j, rec)
	}
	return s.update(ctx, org, j, rec)
}

func (s jobPort) Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (job.Job, error) {
	if s.claim == nil {
		return s.Store.Claim(ctx, org, id, c)
	}
	return s.claim(ctx, org, id, c)
}

func (s jobPort) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	if s.commit == nil {
		return s.Store.Commit(ctx, org, cp)
	}
	return s.commit(ctx, org, cp)
}

func (s jobPort) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	if s.finish == nil {
		return s.Store.Finish(ctx, org, cp, rec)
	}
	return s.finish(ctx, org, cp, rec)
}

func (s jobPort) Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
	if s.release == nil {
		return s.Store.Release(ctx, org, id, attempt)
	}
	return s.release(ctx, org, id, attempt)
}

func (s jobPort) Entries(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
	if s.entries == nil {
		return s.Store.Entries(ctx, org, id, f, seek)
	}
	return s.entries(ctx, org, id, f, seek)
}

func (s jobPort) Erase(ctx context.Context, org admin.OrgID, r job.Rows, rec admin.Record) error {
	if s.erase == nil {
		return s.Store.Erase(ctx, org, r, rec)
	}
	return s.erase(ctx, org, r, rec)
}

func (s jobPort) Renew(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error {
	if s.renew == nil {
		return s.Store.Renew(ctx, org, id, attempt, until)
	}
	return s.renew(ctx, org, id, attempt, until)
}

func (s jobPort) Effects(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
	if s.effects == nil {
		return s.Store.Effects(ctx, org, id, seek)
	}
	return s.effects(ctx, org, id, seek)
}

// done stands for the result of calls that have none.
type done struct{}

// jobFault replaces methods of the port of jobs.
func jobFault(name, caught string, with func(s job.Store, k *known) jobPort) fault {
	return fault{
		name: name,
		jobs: func(s job.Store, k *known) job.Store {
			p := with(s, k)
			p.Store = s
			return p
		},
		caught: caught,
	}
}

func jobFaults() []fault {
	claim := func(name, caught string, change func(*job.Claim)) fault {
		return jobFault(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{claim: func(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (job.Job, error) {
				change(&c)
				return s.Claim(ctx, org, id, c)
			}}
		})
	}
	commit := func(name, caught string, change func(job.Job, *job.Checkpoint)) fault {
		return jobFault(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				if j, err := s.Get(ctx, org, cp.ID); err == nil {
					change(j, &cp)
				}
				return s.Commit(ctx, org, cp)
			}}
		})
	}
	finish := func(name, caught string, change func(*job.Checkpoint)) fault {
		return jobFault(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{finish: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
				change(&cp)
				return s.Finish(ctx, org, cp, rec)
			}}
		})
	}
	update := func(name, caught string, change func(now job.Job, want *job.Job)) fault {
		return jobFault(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{update: func(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
				if now, err := s.Get(ctx, org, j.ID); err == nil {
					change(now, &j)
				}
				return s.Update(ctx, org, j, rec)
			}}
		})
	}
	return []fault{
		update("Jobs.Update loses whom support acts for", "Values/keep support and whom it acts for/jobs and their decisions",
			func(_ job.Job, want *job.Job) { want.Decision.By.For = "" }),
		jobFault("Jobs.Get looks into every organization", "Methods/Jobs.Get/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{get: func(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
				return in(k, org, func(org admin.OrgID) (job.Job, error) { return s.Get(ctx, org, id) }, anything)
			}}
		}),
		jobFault("Jobs.Entries looks into every organization", "Methods/Jobs.Entries/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				return in(k, org, func(org admin.OrgID) ([]job.Entry, error) { return s.Entries(ctx, org, id, f, seek) }, notEmpty)
			}}
		}),
		jobFault("Jobs.Claim looks into every organization", "Methods/Jobs.Claim/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{claim: func(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (job.Job, error) {
				return in(k, org, func(org admin.OrgID) (job.Job, error) { return s.Claim(ctx, org, id, c) }, anything)
			}}
		}),
		jobFault("Jobs.Update looks into every organization", "Methods/Jobs.Update/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{update: func(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Update(ctx, org, j, rec) }, anything)
				return err
			}}
		}),
		jobFault("Jobs.Commit looks into every organization", "Methods/Jobs.Commit/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Commit(ctx, org, cp) }, anything)
				return err
			}}
		}),
		jobFault("Jobs.Finish looks into every organization", "Methods/Jobs.Finish/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{finish: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Finish(ctx, org, cp, rec) }, anything)
				return err
			}}
		}),
		finish("Jobs.Finish does not settle the job", "Jobs/commits a batch under its attempt and cursor only", func(cp *job.Checkpoint) {
			cp.At = cp.At.Add(time.Microsecond)
		}),
		finish("Jobs.Finish forgets the effects", "Jobs/keeps effects, the last first", func(cp *job.Checkpoint) { cp.Effects = nil }),
		jobFault("Jobs.Release looks into every organization", "Methods/Jobs.Release/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{release: func(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Release(ctx, org, id, attempt) }, anything)
				return err
			}}
		}),
		update("Jobs.Update does not look at the version", "Jobs/cancels under a running worker", func(now job.Job, want *job.Job) { want.Version = now.Version }),
		update("Jobs.Update forgets the decision", "Jobs/follows package job in any order", func(now job.Job, want *job.Job) { want.Decision = now.Decision }),
		update("Jobs.Update forgets when to try again", "Jobs/follows package job in any order", func(now job.Job, want *job.Job) { want.RetryAt = now.RetryAt }),
		update("Jobs.Update forgets the failures", "Jobs/follows package job in any order", func(now job.Job, want *job.Job) { want.Failures = now.Failures }),
		jobFault("Jobs.Update cancels the entries too", "Jobs/cancels under a running worker", func(s job.Store, _ *known) jobPort {
			return jobPort{
				entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
					es, err := s.Entries(ctx, org, id, f, seek)
					j, _ := s.Get(ctx, org, id)
					for i := range es {
						if j.Status == job.Cancelled && es[i].Status == job.EntryPending {
							es[i].Status = job.EntryCancelled
						}
					}
					return es, err
				},
			}
		}),
		claim("Jobs.Claim takes a lease that another holds", "Jobs/claims once, then only when the lease has ended", func(c *job.Claim) { c.Now = c.Now.Add(2 * time.Minute) }),
		claim("Jobs.Claim comes a moment too late", "Jobs/claims once, then only when the lease has ended", func(c *job.Claim) { c.Now = c.Now.Add(-time.Microsecond) }),
		claim("Jobs.Claim forgets until when", "Jobs/follows package job in any order", func(c *job.Claim) { c.Until = c.Until.Truncate(time.Second) }),
		commit("Jobs.Commit does not look at the attempt", "Jobs/commits a batch under its attempt and cursor only", func(j job.Job, cp *job.Checkpoint) { cp.Attempt = j.Lease.Attempt }),
		commit("Jobs.Commit does not look at the cursor", "Jobs/commits a batch under its attempt and cursor only", func(j job.Job, cp *job.Checkpoint) { cp.From = j.Cursor }),
		commit("Jobs.Commit keeps a lease that was given up", "Jobs/follows package job in any order", func(j job.Job, cp *job.Checkpoint) {
			if cp.Until.IsZero() && !cp.Status.Final() {
				cp.Until = j.Lease.Until
			}
		}),
		commit("Jobs.Commit forgets the entries", "Jobs/commits a batch under its attempt and cursor only", func(_ job.Job, cp *job.Checkpoint) { cp.Entries = nil }),
		commit("Jobs.Commit forgets the effects", "Jobs/keeps effects, the last first", func(_ job.Job, cp *job.Checkpoint) { cp.Effects = nil }),
		commit("Jobs.Commit forgets the state", "Jobs/commits a batch under its attempt and cursor only", func(j job.Job, cp *job.Checkpoint) { cp.State = j.State }),
		commit("Jobs.Commit forgets when to try again", "Jobs/commits a batch under its attempt and cursor only", func(j job.Job, cp *job.Checkpoint) { cp.RetryAt = j.RetryAt }),
		commit("Jobs.Commit forgets the failures", "Jobs/commits a batch under its attempt and cursor only", func(j job.Job, cp *job.Checkpoint) { cp.Failures = j.Failures }),
		commit("Jobs.Commit sets the counts", "Jobs/follows package job in any order", func(j job.Job, cp *job.Checkpoint) { cp.Counts.Completed -= j.Counts.Completed }),
		jobFault("Jobs.Commit finds no job where the lease was lost", "Jobs/commits a batch under its attempt and cursor only", func(s job.Store, _ *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				err := s.Commit(ctx, org, cp)
				if errors.Is(err, job.ErrLeaseLost) {
					return admin.ErrNotFound
				}
				return err
			}}
		}),
		jobFault("Jobs.Release ends the lease of another attempt", "Jobs/claims once, then only when the lease has ended", func(s job.Store, _ *known) jobPort {
			return jobPort{release: func(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
				if j, err := s.Get(ctx, org, id); err == nil {
					attempt = j.Lease.Attempt
				}
				return s.Release(ctx, org, id, attempt)
			}}
		}),
		jobFault("Jobs.Release does nothing", "Jobs/claims once, then only when the lease has ended", func(job.Store, *known) jobPort {
			return jobPort{release: func(ctx context.Context, _ admin.OrgID, _ uuid.UUID, _ int64) error { return ctx.Err() }}
		}),
		jobFault("Jobs.Erase erases one row of several", "Jobs/erases entries and effects", func(s job.Store, _ *known) jobPort {
			return jobPort{erase: func(ctx context.Context, org admin.OrgID, r job.Rows, rec admin.Record) error {
				r.Seqs = r.Seqs[:min(1, len(r.Seqs))]
				return s.Erase(ctx, org, r, rec)
			}}
		}),
		jobFault("Jobs.Entries has no limit", "Jobs/returns what was created", func(s job.Store, _ *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				seek.Limit = 1000
				return s.Entries(ctx, org, id, f, seek)
			}}
		}),
		jobFault("Jobs.Entries takes no notice of the status", "Jobs/returns what was created", func(s job.Store, _ *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, _ job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				return s.Entries(ctx, org, id, job.EntryFilter{}, seek)
			}}
		}),
	}
}
