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

func (s *script) jobStatus() job.Status {
	return pick(s, job.Scheduled, job.WaitingForConfirmation, job.Pending, job.Pending, job.InProgress, job.Completed,
		job.Failed, job.Cancelled)
}

func (s *script) newJob() job.Job {
	j := job.Job{
		ID: s.id(), Kind: s.kind(), Status: s.jobStatus(), StartAt: s.atOrNever(),
		CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now,
		Counts: job.Counts{Total: int64(s.r.IntN(9))}, Cursor: s.sometimes(), Failure: s.sometimes(), Version: 1,
	}
	if j.Status.Final() {
		j.SettledAt = s.now
	}
	return j
}

// newEntries have each number once.
func (s *script) newEntries() (out []job.Entry) {
	for seq := range int64(s.r.IntN(5)) {
		status := pick(s, job.EntryPending, job.EntryInProgress, job.EntryCompleted, job.EntryFailed)
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
		Entries: s.newEntries(), At: s.now,
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
			now, limit := pick(s, s.now, s.at()), 1+s.r.IntN(9)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Due(ctx, now, limit) }
		},
		"Jobs.Update": func(s *script) do {
			org, rec := s.org(), s.rec("job.update")
			j := s.job(org)
			j.Status, j.StartAt, j.UpdatedAt, j.SettledAt = s.jobStatus(), s.atOrNever(), s.now, s.atOrNever()
			j.Failure, j.Version = s.sometimes(), s.version(j.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Update(ctx, org, j, rec)
			}
		},
		"Jobs.Claim": func(s *script) do {
			org, c := s.org(), job.Claim{Owner: s.id(), Now: s.now, Until: s.now.Add(time.Hour)}
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Jobs().Claim(ctx, org, j.ID, c) }
		},
		"Jobs.Commit": func(s *script) do {
			org := s.org()
			cp := s.checkpoint(org)
			cp.Status = pick(s, job.InProgress, job.InProgress, job.InProgress, job.Completed)
			return func(ctx context.Context, st storage.Stores) (any, error) { return nil, st.Jobs().Commit(ctx, org, cp) }
		},
		"Jobs.Finish": func(s *script) do {
			org, rec := s.org(), s.rec("job.complete")
			cp := s.checkpoint(org)
			cp.Status, cp.Failure = pick(s, job.Completed, job.Failed, job.Failed, job.InProgress), s.sometimes()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Jobs().Finish(ctx, org, cp, rec)
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
			f := job.EntryFilter{Status: pick(s, "", "", job.EntryPending, job.EntryCancelled, " ")}
			j := s.job(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Jobs().Entries(ctx, org, j.ID, f, seek)
			}
		},
		"PlanMigrations.Create": func(s *script) do {
			org, entries, rec := s.org(), s.newEntries(), s.rec("plan_migration.create")
			m := planmigration.Migration{
				Source: s.planRef(), Target: s.planRef(),
				Mode: pick(s, planmigration.Mode("A"), "a"), Overrides: pick(s, planmigration.OverridePolicy("B"), "b"),
				RequireConfirmation: s.chance(2), Zone: "Europe/Berlin", Job: s.newJob(),
			}
			m.Job.Kind, m.ID = planmigration.Kind, m.Job.ID
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.PlanMigrations().Create(ctx, org, m, entries, rec)
			}
		},
		"PlanMigrations.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.PlanMigrations().Get(ctx, org, id)
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
