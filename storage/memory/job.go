package memory

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

type jobs struct{ access }

func (s jobs) Create(ctx context.Context, org admin.OrgID, j job.Job, entries []job.Entry, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, log *journal) error { return t.createJob(log, j, entries) })
}

func (t *tenant) createJob(log *journal, j job.Job, entries []job.Entry) error {
	if _, ok := t.jobs.get(j.ID); ok {
		return taken("job")
	}
	t.jobs.put(log, j.ID, j)
	t.entries[j.ID] = newTable[int64, job.Entry](cmp.Compare[int64])
	t.effects[j.ID] = newTable[int64, job.Effect](cmp.Compare[int64])
	log.undo = append(log.undo, func() {
		delete(t.entries, j.ID)
		delete(t.effects, j.ID)
	})
	for _, e := range entries {
		t.entries[j.ID].put(log, e.Seq, e)
	}
	return nil
}

func (s jobs) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (j job.Job, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		j, err = t.job(id)
		return err
	})
	return j, err
}

func (t *tenant) job(id uuid.UUID) (job.Job, error) {
	j, ok := t.jobs.get(id)
	if !ok {
		return job.Job{}, missing("job")
	}
	return j, nil
}

func (s jobs) List(
	ctx context.Context, org admin.OrgID, f job.Filter, seek admin.Seek[uuid.UUID],
) (out []job.Job, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.jobs.descending(seek.After, seek.Limit, func(j job.Job) bool {
			return wants(f.Kind, j.Kind) && wants(f.Status, j.Status)
		})
		return nil
	})
	return out, err
}

func (s jobs) Due(ctx context.Context, now time.Time, q job.DueQuery) (out []job.Ref, err error) {
	err = s.share(ctx, func() error {
		orgs := 0
		for _, org := range slices.Sorted(maps.Keys(s.b.tenants)) {
			if org <= q.After || orgs == q.Orgs {
				continue
			}
			if s.b.tenants[org].suspended() {
				continue
			}
			if due := s.b.tenants[org].due(org, now, q); len(due) > 0 {
				out = append(out, due...)
				orgs++
			}
		}
		return nil
	})
	return out, err
}

// due returns the organization's part of the result of Due.
func (t *tenant) due(org admin.OrgID, now time.Time, q job.DueQuery) (out []job.Ref) {
	for _, j := range t.jobs.rows {
		if at, ok := j.DueAt(); ok && !at.After(now) && slices.Contains(q.Kinds, j.Kind) {
			out = append(out, j.Ref(org))
		}
	}
	slices.SortFunc(out, func(a, b job.Ref) int {
		return cmp.Or(a.TriedAt.Compare(b.TriedAt), compareID(a.ID, b.ID))
	})
	return out[:min(len(out), q.PerOrg)]
}

func (s jobs) Update(ctx context.Context, org admin.OrgID, j job.Job, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, log *journal) error {
		now, err := t.job(j.ID)
		if err != nil {
			return err
		}
		if now, err = now.Updated(j); err != nil {
			return err
		}
		t.jobs.put(log, j.ID, now)
		return nil
	})
}

func (s jobs) Claim(ctx context.Context, org admin.OrgID, id uuid.UUID, c job.Claim) (j job.Job, err error) {
	err = s.change(ctx, org, func(t *tenant, log *journal) error {
		if j, err = t.job(id); err != nil {
			return err
		}
		if t.suspended() {
			return admin.ErrSuspended
		}
		if j, err = j.Claimed(c); err != nil {
			return err
		}
		t.jobs.put(log, id, j)
		return nil
	})
	return j, err
}

func (s jobs) Renew(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64, until time.Time) error {
	return leaseLost(s.change(ctx, org, func(t *tenant, log *journal) error {
		j, err := t.job(id)
		if err != nil {
			return err
		}
		if j, err = j.Renewed(attempt, until); err != nil {
			return err
		}
		t.jobs.put(log, id, j)
		return nil
	}))
}

func (s jobs) Commit(ctx context.Context, org admin.OrgID, cp job.Checkpoint) error {
	if err := cp.Check(false); err != nil {
		return err
	}
	return leaseLost(s.change(ctx, org, func(t *tenant, log *journal) error { return t.commit(log, cp) }))
}

func (s jobs) Finish(ctx context.Context, org admin.OrgID, cp job.Checkpoint, rec admin.Record) error {
	if err := cp.Check(true); err != nil {
		return err
	}
	return leaseLost(s.write(ctx, org, rec, func(t *tenant, log *journal) error { return t.commit(log, cp) }))
}

// leaseLost is the error of an organization that does not exist: it has no lease of any job.
func leaseLost(err error) error {
	if errors.Is(err, admin.ErrNotFound) {
		return job.ErrLeaseLost
	}
	return err
}

func (t *tenant) commit(log *journal, cp job.Checkpoint) error {
	j, ok := t.jobs.get(cp.ID)
	if !ok {
		return job.ErrLeaseLost
	}
	j, err := j.Committed(cp)
	if err != nil {
		return err
	}
	t.jobs.put(log, cp.ID, j)
	for _, e := range cp.Entries {
		t.entries[cp.ID].put(log, e.Seq, e)
	}
	for _, e := range cp.Effects {
		t.effects[cp.ID].put(log, e.Seq, e)
	}
	return nil
}

func (s jobs) Release(ctx context.Context, org admin.OrgID, id uuid.UUID, attempt int64) error {
	return s.change(ctx, org, func(t *tenant, log *journal) error {
		j, err := t.job(id)
		if err != nil {
			return err
		}
		t.jobs.put(log, id, j.Released(attempt))
		return nil
	})
}

func (s jobs) Entries(
	ctx context.Context, org admin.OrgID, id uuid.UUID, f job.EntryFilter, seek admin.Seek[int64],
) (out []job.Entry, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		if entries, ok := t.entries[id]; ok {
			size := 0
			out = entries.ascending(seek.After, seek.Limit, func(e job.Entry) bool {
				if !wants(f.Status, e.Status) || (f.Bytes > 0 && size >= f.Bytes) {
					return false
				}
				size += len(e.Data)
				return true
			})
		}
		return nil
	})
	return out, err
}

func (s jobs) Effects(
	ctx context.Context, org admin.OrgID, id uuid.UUID, seek admin.Seek[int64],
) (out []job.Effect, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		if effects, ok := t.effects[id]; ok {
			out = effects.descending(seek.After, seek.Limit, func(job.Effect) bool { return true })
		}
		return nil
	})
	return out, err
}
