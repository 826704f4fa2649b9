package storagetest

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) kind() job.Kind { return pick(s, job.Kind("import"), "Import", "import ") }

// everyKind asks for all due jobs.
func (s *script) everyKind() job.DueQuery {
	return job.DueQuery{Orgs: 1000, PerOrg: 1000, Kinds: []job.Kind{"import", "Import", "import ", planmigration.Kind}}
}

// dueQuery has a page of few organizations, kinds and jobs of each.
func (s *script) dueQuery() job.DueQuery {
	q := s.everyKind()
	q.Orgs, q.PerOrg = 1+s.r.IntN(4), 1+s.r.IntN(5)
	if s.chance(2) {
		q.After = pick(s, s.orgs...)
	}
	if s.chance(2) {
		q.Kinds = q.Kinds[:s.r.IntN(len(q.Kinds)+1)]
	}
	return q
}

func (s *script) jobStatus() job.Status {
	return pick(s, job.Scheduled, job.WaitingForConfirmation, job.Pending, job.Pending, job.InProgress, job.Paused,
		job.Completed, job.CompletedWithFailures, job.Failed, job.Cancelled)
}

func (s *script) newJob() job.Job {
	j := job.Job{
		ID: s.id(), Kind: s.kind(), Status: s.jobStatus(), StartAt: s.atOrNever(),
		CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now,
		Counts: job.Counts{Total: int64(s.r.IntN(9))}, Cursor: s.sometimes(), State: s.sometimes(), Failure: s.sometimes(),
		Failures: s.r.IntN(3), RetryAt: s.retryAt(), Decision: s.decision(), Version: 1,
	}
	if j.Status.Final() {
		j.SettledAt = s.now
	}
	return j
}

// retryAt is mostly never, so that jobs can be claimed.
func (s *script) retryAt() time.Time { return pick(s, time.Time{}, time.Time{}, s.now, s.at()) }

func (s *script) decision() job.Decision {
	if s.chance(2) {
		return job.Decision{}
	}
	return job.Decision{Action: pick(s, job.ActionPause, job.ActionCancel), From: s.jobStatus(), By: s.actor(), At: s.now}
}

// newEffects have numbers above those of all before.
func (s *script) newEffects() (out []job.Effect) {
	for range s.r.IntN(4) {
		s.effects += 1 + int64(s.r.IntN(3))
		out = append(out, job.Effect{
			Seq: s.effects, Kind: s.text(), Ref: s.text(), Before: s.sometimes(), Version: s.version(1),
		})
	}
	return out
}

// newEntries have each number once.
func (s *script) newEntries() (out []job.Entry) {
	for seq := range int64(s.r.IntN(5)) {
		status := pick(s, job.EntryPending, job.EntrySkipped, job.EntryCompleted, job.EntryFailed)
		out = append(out, job.Entry{
			Seq: 1 + seq*3 + int64(s.r.IntN(3)), Ref: s.text(), Status: status,
			Reason: job.Reason(s.sometimes()), Detail: s.sometimes(), Data: s.sometimes(),
		})
	}
	return out
}

func (s *script) job(org admin.OrgID) job.Job {
	list, err := s.ref.Jobs().List(s.t.Context(), org, job.Filter{}, largest[uuid.UUID]())
	j := one(s, list, err)
	if j.ID == uuid.Nil || s.chance(12) {
		return s.newJob()
	}
	return j
}

// checkpoint is the outcome of a batch of a running job, without a status.
func (s *script) checkpoint(org admin.OrgID) job.Checkpoint {
	running, err := s.ref.Jobs().List(s.t.Context(), org, job.Filter{Status: job.InProgress}, largest[uuid.UUID]())
	j := one(s, running, err)
	return job.Checkpoint{
		ID: j.ID, Attempt: s.version(j.Lease.Attempt),
		From: pick(s, j.Cursor, j.Cursor, j.Cursor, j.Cursor+" ", s.text()), Cursor: s.text(),
		State: s.sometimes(), Entries: s.newEntries(), Effects: s.newEffects(), At: s.now,
		Failure: s.sometimes(), Failures: s.r.IntN(3), RetryAt: s.retryAt(),
		Counts: job.Counts{Total: 2, Completed: int64(s.r.IntN(2)), Skipped: 1, Failed: -1},
		Until:  pick(s, time.Time{}, s.now.Add(time.Hour)),
	}
}

func jobDraws() map[string]func(*script) do {
	return map[string]func(*script) do{
		"Jobs.Create": func(s *script) do {
			org, j, entries, rec := s.org(), s.newJob(), s.newEntries(), s.rec("job.create")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Create(ctx, org, j, entries, rec)
			}
		},
		"Jobs.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Get(ctx, org, id) }
		},
		"Jobs.List": func(s *script) do {
			org, seek := s.org(), s.seek()
			f := job.Filter{Kind: pick(s, "", s.kind(), " "), Status: pick(s, "", s.jobStatus(), " ")}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().List(ctx, org, f, seek) }
		},
		"Jobs.Due": func(s *script) do {
			now, q := pick(s, s.now, s.at()), s.dueQuery()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Due(ctx, now, q) }
		},
		"Jobs.Update": func(s *script) do {
			org, rec := s.org(), s.rec("job.update")
			j := s.job(org)
			j.Status, j.StartAt, j.UpdatedAt, j.SettledAt = s.jobStatus(), s.atOrNever(), s.now, s.atOrNever()
			j.Failure, j.Failures, j.RetryAt, j.Decision = s.sometimes(), s.r.IntN(3), s.retryAt(), s.decision()
			j.Version = s.version(j.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Update(ctx, org, j, rec)
			}
		},
		"Jobs.Settled": func(s *script) do {
			q := job.SettledQuery{Until: pick(s, s.now, s.at()), Pruned: s.chance(2), Limit: 1 + s.r.IntN(20)}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Settled(ctx, q) }
		},
		"Jobs.Prune": func(s *script) do {
			org, rec := s.org(), s.rec("job.prune")
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Jobs().Prune(ctx, org, j.ID, 100_000, rec)
			}
		},
		"Jobs.Remove": func(s *script) do {
			org, rec := s.org(), s.rec("job.remove")
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Remove(ctx, org, j.ID, rec)
			}
		},
		"Jobs.Claim": func(s *script) do {
			org, c := s.org(), job.Claim{Worker: s.text(), Now: s.now, Until: s.now.Add(time.Hour)}
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Claim(ctx, org, j.ID, c) }
		},
		"Jobs.Commit": func(s *script) do {
			org := s.org()
			cp := s.checkpoint(org)
			cp.Status = pick(s, job.InProgress, job.InProgress, job.Scheduled, job.WaitingForConfirmation, job.Completed)
			return func(ctx context.Context, st storage.Stores) (any, error) { return nil, st.Jobs().Commit(ctx, org, cp) }
		},
		"Jobs.Finish": func(s *script) do {
			org, rec := s.org(), s.rec("job.complete")
			cp := s.checkpoint(org)
			cp.Status = pick(s, job.Completed, job.CompletedWithFailures, job.Failed, job.InProgress)
			cp.Until = pick(s, time.Time{}, time.Time{}, cp.Until)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Finish(ctx, org, cp, rec)
			}
		},
		"Jobs.Renew": func(s *script) do {
			org, until := s.org(), s.now.Add(time.Hour)
			running, err := s.ref.Jobs().List(s.t.Context(), org, job.Filter{Status: job.InProgress}, largest[uuid.UUID]())
			j := one(s, running, err)
			attempt := s.version(j.Lease.Attempt)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Renew(ctx, org, j.ID, attempt, until)
			}
		},
		"Jobs.Release": func(s *script) do {
			org := s.org()
			j := s.job(org)
			attempt := s.version(j.Lease.Attempt)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Release(ctx, org, j.ID, attempt)
			}
		},
		"Jobs.Entries": func(s *script) do {
			org, seek := s.org(), admin.Seek[int64]{Limit: 1 + s.r.IntN(5), After: pick(s, int64(0), 0, 1, 3, 1<<63-1)}
			f := job.EntryFilter{Status: pick(s, "", "", job.EntryPending, job.EntryCancelled, " "),
				Bytes: pick(s, 0, 0, 1, 40)}
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Jobs().Entries(ctx, org, j.ID, f, seek)
			}
		},
		"Jobs.Erase": func(s *script) do {
			org, rec := s.org(), s.rec("test.erase")
			r := job.Rows{Job: s.job(org).ID, Seqs: []int64{int64(s.r.IntN(6)), int64(s.r.IntN(6)), 3}}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Erase(ctx, org, r, rec)
			}
		},
		"Jobs.Effects": func(s *script) do {
			org, seek := s.org(), admin.Seek[int64]{Limit: 1 + s.r.IntN(5), After: pick(s, int64(0), 0, 1, 3, 1<<63-1)}
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Jobs().Effects(ctx, org, j.ID, seek)
			}
		},
		"PlanMigrations.Create": func(s *script) do {
			org, rec := s.org(), s.rec("plan_migration.create")
			m := planmigration.Migration{
				Source: s.planRef(), Target: s.planRef(),
				Mode: pick(s, planmigration.Mode("A"), "a"), Overrides: pick(s, planmigration.OverridePolicy("B"), "b"),
				RequireConfirmation: s.chance(2), Zone: "Europe/Berlin", Job: s.newJob(),
			}
			m.Job.Kind, m.ID = planmigration.Kind, m.Job.ID
			m.IdempotencyKey, m.Digest = pick(s, "", "", "key", "Key", "key "), s.text()
			m.Follows, m.Of = pick(s, planmigration.Reverses, ""), pick(s, uuid.Nil, s.id())
			m.Policies = planmigration.Policies{Late: pick(s, planmigration.AsDecided, ""), TwoPersons: s.chance(2)}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.PlanMigrations().Create(ctx, org, m, rec)
			}
		},
		"PlanMigrations.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.PlanMigrations().Get(ctx, org, id)
			}
		},
		"PlanMigrations.ByKey": func(s *script) do {
			org, key := s.org(), pick(s, "", "key", "Key", "key ", "KEY")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.PlanMigrations().ByKey(ctx, org, key)
			}
		},
		"PlanMigrations.Hold": func(s *script) do {
			org, id := s.org(), s.id()
			held, err := s.ref.PlanMigrations().List(s.t.Context(), org, planmigration.Filter{}, largest[uuid.UUID]())
			if m := one(s, held, err); s.chance(2) && m.ID != uuid.Nil {
				id = m.ID
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.PlanMigrations().Hold(ctx, org, id)
			}
		},
		"PlanMigrations.List": func(s *script) do {
			org, f, seek := s.org(), planmigration.Filter{Status: pick(s, "", s.jobStatus(), " ")}, s.seek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.PlanMigrations().List(ctx, org, f, seek)
			}
		},
	}
}
