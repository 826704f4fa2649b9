package storagetest_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// jobPort replaces single methods of a port.
type jobPort struct {
	job.Store
	get     func(context.Context, admin.OrgID, uuid.UUID) (job.Job, error)
	due     func(context.Context, time.Time, int) ([]job.Ref, error)
	update  func(context.Context, admin.OrgID, job.Job, admin.Record) error
	claim   func(context.Context, admin.OrgID, uuid.UUID, job.Claim) (job.Job, error)
	commit  func(context.Context, admin.OrgID, job.Checkpoint) error
	finish  func(context.Context, admin.OrgID, job.Checkpoint, admin.Record) error
	release func(context.Context, admin.OrgID, uuid.UUID, int64) error
	entries func(context.Context, admin.OrgID, uuid.UUID, job.EntryFilter, admin.Seek[int64]) ([]job.Entry, error)
}

func (s jobPort) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
	if s.get == nil {
		return s.Store.Get(ctx, org, id)
	}
	return s.get(ctx, org, id)
}

func (s jobPort) Due(ctx context.Context, now time.Time, limit int) ([]job.Ref, error) {
	if s.due == nil {
		return s.Store.Due(ctx, now, limit)
	}
	return s.due(ctx, now, limit)
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

// done stands for the result of calls that have none.
type done struct{}

func jobFaults() []fault {
	port := func(name, caught string, with func(s job.Store, k *known) jobPort) fault {
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
	claim := func(name, caught string, change func(*job.Claim)) fault {
		return port(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{claim: func(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (job.Job, error) {
				change(&c)
				return s.Claim(ctx, org, id, c)
			}}
		})
	}
	commit := func(name, caught string, change func(job.Job, *job.Checkpoint)) fault {
		return port(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				if j, err := s.Get(ctx, org, cp.ID); err == nil {
					change(j, &cp)
				}
				return s.Commit(ctx, org, cp)
			}}
		})
	}
	due := func(name, caught string, change func(now *time.Time, limit *int), then func([]job.Ref)) fault {
		return port(name, caught, func(s job.Store, _ *known) jobPort {
			return jobPort{due: func(ctx context.Context, now time.Time, limit int) ([]job.Ref, error) {
				change(&now, &limit)
				refs, err := s.Due(ctx, now, limit)
				then(refs)
				return refs, err
			}}
		})
	}
	all := func([]job.Ref) {}
	return []fault{
		port("Jobs.Get looks into every organization", "Methods/Jobs.Get/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{get: func(ctx context.Context, org admin.OrgID, id uuid.UUID) (job.Job, error) {
				return in(k, org, func(org admin.OrgID) (job.Job, error) { return s.Get(ctx, org, id) }, anything)
			}}
		}),
		port("Jobs.Entries looks into every organization", "Methods/Jobs.Entries/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				return in(k, org, func(org admin.OrgID) ([]job.Entry, error) { return s.Entries(ctx, org, id, f, seek) }, notEmpty)
			}}
		}),
		port("Jobs.Claim looks into every organization", "Methods/Jobs.Claim/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{claim: func(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (job.Job, error) {
				return in(k, org, func(org admin.OrgID) (job.Job, error) { return s.Claim(ctx, org, id, c) }, anything)
			}}
		}),
		port("Jobs.Update looks into every organization", "Methods/Jobs.Update/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{update: func(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Update(ctx, org, j, rec) }, anything)
				return err
			}}
		}),
		port("Jobs.Commit looks into every organization", "Methods/Jobs.Commit/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Commit(ctx, org, cp) }, anything)
				return err
			}}
		}),
		port("Jobs.Finish looks into every organization", "Methods/Jobs.Finish/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{finish: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Finish(ctx, org, cp, rec) }, anything)
				return err
			}}
		}),
		port("Jobs.Finish does not settle the job", "Jobs/commits a batch under its attempt and cursor only", func(s job.Store, _ *known) jobPort {
			return jobPort{finish: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
				cp.At = cp.At.Add(time.Microsecond)
				return s.Finish(ctx, org, cp, rec)
			}}
		}),
		port("Jobs.Release looks into every organization", "Methods/Jobs.Release/hides and keeps everything from another organization", func(s job.Store, k *known) jobPort {
			return jobPort{release: func(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
				_, err := in(k, org, func(org admin.OrgID) (done, error) { return done{}, s.Release(ctx, org, id, attempt) }, anything)
				return err
			}}
		}),
		port("Jobs.Update does not look at the version", "Jobs/cancels under a running worker", func(s job.Store, _ *known) jobPort {
			return jobPort{update: func(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
				if now, err := s.Get(ctx, org, j.ID); err == nil {
					j.Version = now.Version
				}
				return s.Update(ctx, org, j, rec)
			}}
		}),
		port("Jobs.Update forgets the entries of a cancelled job", "Jobs/cancels under a running worker", func(s job.Store, _ *known) jobPort {
			return jobPort{
				entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
					es, err := s.Entries(ctx, org, id, f, seek)
					for i := range es {
						if es[i].Status == job.EntryCancelled {
							es[i].Status = job.EntryPending
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
		commit("Jobs.Commit sets the counts", "Jobs/follows package job in any order", func(j job.Job, cp *job.Checkpoint) { cp.Counts.Completed -= j.Counts.Completed }),
		port("Jobs.Commit finds no job where the lease was lost", "Jobs/commits a batch under its attempt and cursor only", func(s job.Store, _ *known) jobPort {
			return jobPort{commit: func(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
				err := s.Commit(ctx, org, cp)
				if errors.Is(err, job.ErrLeaseLost) {
					return admin.ErrNotFound
				}
				return err
			}}
		}),
		port("Jobs.Release ends the lease of another attempt", "Jobs/claims once, then only when the lease has ended", func(s job.Store, _ *known) jobPort {
			return jobPort{release: func(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
				if j, err := s.Get(ctx, org, id); err == nil {
					attempt = j.Lease.Attempt
				}
				return s.Release(ctx, org, id, attempt)
			}}
		}),
		port("Jobs.Release does nothing", "Jobs/claims once, then only when the lease has ended", func(job.Store, *known) jobPort {
			return jobPort{release: func(ctx context.Context, _ admin.OrgID, _ uuid.UUID, _ int64) error { return ctx.Err() }}
		}),
		due("Jobs.Due gives jobs under a live lease", "Jobs/finds what is due across organizations", func(now *time.Time, _ *int) { *now = now.Add(time.Minute) }, all),
		due("Jobs.Due has no limit", "Jobs/finds what is due across organizations", func(_ *time.Time, limit *int) { *limit = 100_000 }, all),
		due("Jobs.Due gives the newest first", "Jobs/finds what is due across organizations", func(*time.Time, *int) {}, slices.Reverse[[]job.Ref]),
		port("Jobs.Entries has no limit", "Jobs/returns what was created", func(s job.Store, _ *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				seek.Limit = 1000
				return s.Entries(ctx, org, id, f, seek)
			}}
		}),
		port("Jobs.Entries takes no notice of the status", "Jobs/returns what was created", func(s job.Store, _ *known) jobPort {
			return jobPort{entries: func(ctx context.Context, org admin.OrgID, id uuid.UUID, _ job.EntryFilter, seek admin.Seek[int64]) ([]job.Entry, error) {
				return s.Entries(ctx, org, id, job.EntryFilter{}, seek)
			}}
		}),
	}
}
