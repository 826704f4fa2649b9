package storagetest_test

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// queueFaults are those of what is due, of renewals, and of the effects by which a job can be undone.
func queueFaults() []fault {
	return slices.Concat(dueFaults(), renewFaults(), effectFaults())
}

func dueFaults() []fault {
	due := func(name, caught string, change func(now *time.Time, q *job.DueQuery), then func([]job.Ref)) fault {
		return jobFault(name, "Jobs/finds what is due/"+caught, func(s job.Store, _ *known) jobPort {
			return jobPort{due: func(ctx context.Context, now time.Time, q job.DueQuery) ([]job.Ref, error) {
				change(&now, &q)
				refs, err := s.Due(ctx, now, q)
				then(refs)
				return refs, err
			}}
		})
	}
	as := func(*time.Time, *job.DueQuery) {}
	all := func([]job.Ref) {}
	const (
		from  = "from the instant on at which a worker may claim it/"
		lease = "no more under a lease, and after it behind those that were never tried"
		kinds = "of these kinds and no others"
		few   = "so many of an organization, and of so many organizations"
	)
	return []fault{
		due("Jobs.Due gives jobs under a live lease", lease, func(now *time.Time, _ *job.DueQuery) { *now = now.Add(time.Minute) }, all),
		due("Jobs.Due gives scheduled jobs too soon", from+"scheduled", func(now *time.Time, _ *job.DueQuery) { *now = now.Add(time.Microsecond) }, all),
		due("Jobs.Due gives jobs that failed too late", from+"failed once", func(now *time.Time, _ *job.DueQuery) { *now = now.Add(-time.Microsecond) }, all),
		due("Jobs.Due has no limit of an organization", few, func(_ *time.Time, q *job.DueQuery) { q.PerOrg = 100_000 }, all),
		due("Jobs.Due has no limit of organizations", few, func(_ *time.Time, q *job.DueQuery) { q.Orgs = 100_000 }, all),
		due("Jobs.Due begins at the first organization", few, func(_ *time.Time, q *job.DueQuery) { q.After = "" }, all),
		due("Jobs.Due knows eight kinds", kinds, func(_ *time.Time, q *job.DueQuery) { q.Kinds = q.Kinds[:min(8, len(q.Kinds))] }, all),
		due("Jobs.Due gives the newest first", few, as, slices.Reverse[[]job.Ref]),
		due("Jobs.Due does not go by the last try", lease, as, func(refs []job.Ref) {
			slices.SortFunc(refs, func(a, b job.Ref) int {
				return cmp.Or(cmp.Compare(a.Org, b.Org), cmp.Compare(a.ID.String(), b.ID.String()))
			})
		}),
		due("Jobs.Due forgets the last try", lease, as, func(refs []job.Ref) {
			for i := range refs {
				refs[i].TriedAt = time.Time{}
			}
		}),
	}
}

func renewFaults() []fault {
	renew := func(name, caught string, fn func(context.Context, job.Store, *known, renewal) error) fault {
		return jobFault(name, caught, func(s job.Store, k *known) jobPort {
			return jobPort{renew: func(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error {
				return fn(ctx, s, k, renewal{org, id, attempt, until})
			}}
		})
	}
	const renews = "Jobs/renews a lease under its attempt only"
	return []fault{
		renew("Jobs.Renew looks into every organization", "Methods/Jobs.Renew/hides and keeps everything from another organization", func(ctx context.Context, s job.Store, k *known, r renewal) error {
			_, err := in(k, r.org, func(org admin.OrgID) (done, error) { return done{}, s.Renew(ctx, org, r.id, r.attempt, r.until) }, anything)
			return err
		}),
		renew("Jobs.Renew does not look at the attempt", renews, func(ctx context.Context, s job.Store, _ *known, r renewal) error {
			if j, err := s.Get(ctx, r.org, r.id); err == nil {
				r.attempt = j.Lease.Attempt
			}
			return s.Renew(ctx, r.org, r.id, r.attempt, r.until)
		}),
		renew("Jobs.Renew does nothing", renews, func(ctx context.Context, s job.Store, _ *known, r renewal) error {
			if j, err := s.Get(ctx, r.org, r.id); err == nil {
				r.until = j.Lease.Until
			}
			return s.Renew(ctx, r.org, r.id, r.attempt, r.until)
		}),
		renew("Jobs.Renew takes no change for a lost lease", renews, func(ctx context.Context, s job.Store, _ *known, r renewal) error {
			if j, err := s.Get(ctx, r.org, r.id); err == nil && j.Lease.Until.Equal(r.until) {
				return job.ErrLeaseLost
			}
			return s.Renew(ctx, r.org, r.id, r.attempt, r.until)
		}),
		renew("Jobs.Renew finds no job where there is no lease", renews, func(ctx context.Context, s job.Store, _ *known, r renewal) error {
			if _, err := s.Get(ctx, r.org, r.id); err != nil {
				return err
			}
			return s.Renew(ctx, r.org, r.id, r.attempt, r.until)
		}),
	}
}

// renewal is the arguments of Renew.
type renewal struct {
	org     admin.OrgID
	id      uuid.UUID
	attempt int64
	until   time.Time
}

func effectFaults() []fault {
	effects := func(name, caught string, fn func(k *known, list listEffects) listEffects) fault {
		return jobFault(name, caught, func(s job.Store, k *known) jobPort { return jobPort{effects: fn(k, s.Effects)} })
	}
	const keeps = "Jobs/keeps effects, the last first"
	return []fault{
		effects("Jobs.Effects looks into every organization", "Methods/Jobs.Effects/hides and keeps everything from another organization", func(k *known, list listEffects) listEffects {
			return func(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
				return in(k, org, func(org admin.OrgID) ([]job.Effect, error) { return list(ctx, org, id, seek) }, notEmpty)
			}
		}),
		effects("Jobs.Effects has no limit", keeps, func(_ *known, list listEffects) listEffects {
			return func(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
				seek.Limit = 1000
				return list(ctx, org, id, seek)
			}
		}),
		effects("Jobs.Effects gives the first one first", keeps, func(_ *known, list listEffects) listEffects {
			return func(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
				all, err := list(ctx, org, id, admin.Seek[int64]{Limit: 1000})
				slices.Reverse(all)
				all = slices.DeleteFunc(all, func(e job.Effect) bool { return e.Seq <= seek.After })
				return all[:min(len(all), seek.Limit)], err
			}
		}),
		effects("Jobs.Effects gives the one that it comes after", keeps, func(_ *known, list listEffects) listEffects {
			return func(ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64]) ([]job.Effect, error) {
				if seek.After > 0 {
					seek.After++
				}
				return list(ctx, org, id, seek)
			}
		}),
	}
}

type listEffects func(context.Context, admin.OrgID, uuid.UUID, admin.Seek[int64]) ([]job.Effect, error)
