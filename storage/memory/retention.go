package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// settled is a job or an import of any organization that was over at an instant.
type settled[R any] struct {
	ref R
	org admin.OrgID
	id  uuid.UUID
	at  time.Time
}

// first returns the first of what was over, by instant, organization and id.
func first[R any](found []settled[R], limit int) (out []R) {
	slices.SortFunc(found, func(a, b settled[R]) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.org, b.org), compareID(a.id, b.id))
	})
	for _, s := range found[:min(len(found), limit)] {
		out = append(out, s.ref)
	}
	return out
}

func (s jobs) Settled(ctx context.Context, q job.SettledQuery) (out []job.Ref, err error) {
	err = s.share(ctx, func() error {
		var found []settled[job.Ref]
		for org, t := range s.b.tenants {
			for id, j := range t.jobs.rows {
				if !j.SettledAt.IsZero() && !j.SettledAt.After(q.Until) && t.pruned[id] == q.Pruned {
					found = append(found, settled[job.Ref]{j.Ref(org), org, id, j.SettledAt})
				}
			}
		}
		out = first(found, q.Limit)
		return nil
	})
	return out, err
}

// Prune removes all at once: there is no transaction that would get long by it.
func (s jobs) Prune(
	ctx context.Context, org admin.OrgID, id uuid.UUID, _ int, rec admin.Record,
) (more bool, err error) {
	return false, s.record(ctx, org, rec, func(t *tenant, log *journal) (bool, error) {
		j, err := t.job(id)
		if err != nil {
			return false, err
		}
		first := j.PrunedAt.IsZero()
		if j, err = j.Pruned(rec.At); err != nil {
			return false, err
		}
		t.jobs.put(log, id, j)
		entries, effects, was := t.entries[id], t.effects[id], t.pruned[id]
		t.entries[id] = newTable[int64, job.Entry](cmp.Compare[int64])
		t.effects[id] = newTable[int64, job.Effect](cmp.Compare[int64])
		t.pruned[id] = true
		log.undo = append(log.undo, func() { t.entries[id], t.effects[id], t.pruned[id] = entries, effects, was })
		return first, nil
	})
}

func (s jobs) Remove(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, log *journal) error {
		if _, err := t.job(id); err != nil {
			return err
		}
		pieces, uploaded := t.contents[id]
		bare := t.pruned[id] && len(t.entries[id].order) == 0 && len(t.effects[id].order) == 0
		if err := job.CheckBare(bare && (!uploaded || len(pieces.order) == 0)); err != nil {
			return err
		}
		t.jobs.remove(log, id)
		t.imports.remove(log, id)
		s.b.removeBlob(log, blobKey{org, id}, rec.At)
		if m, ok := t.pricing.migrations.get(id); ok && m.IdempotencyKey != "" {
			t.pricing.migrationKeys.remove(log, m.IdempotencyKey)
		}
		t.pricing.migrations.remove(log, id)
		entries, effects := t.entries[id], t.effects[id]
		delete(t.entries, id)
		delete(t.effects, id)
		delete(t.pruned, id)
		delete(t.contents, id)
		log.undo = append(log.undo, func() {
			t.entries[id], t.effects[id], t.pruned[id] = entries, effects, true
			if uploaded {
				t.contents[id] = pieces
			}
		})
		return nil
	})
}

func (s imports) ExpiredFiles(ctx context.Context, until time.Time, limit int) (out []bulkimport.FileRef, err error) {
	err = s.share(ctx, func() error {
		var found []settled[bulkimport.FileRef]
		for org, t := range s.b.tenants {
			for id, i := range t.imports.rows {
				j := t.jobs.rows[id]
				over := i.Status != bulkimport.Started || !j.SettledAt.IsZero() && !j.SettledAt.After(until)
				if over && !t.fileGone[id] && !i.UpdatedAt.After(until) {
					found = append(found, settled[bulkimport.FileRef]{bulkimport.FileRef{Org: org, ID: id}, org, id, i.UpdatedAt})
				}
			}
		}
		out = first(found, limit)
		return nil
	})
	return out, err
}

// RemoveFile removes all at once, as Prune does.
func (s imports) RemoveFile(
	ctx context.Context, org admin.OrgID, id uuid.UUID, _ int, rec admin.Record,
) (more bool, err error) {
	return false, s.record(ctx, org, rec, func(t *tenant, log *journal) (bool, error) {
		i, ok := t.imports.get(id)
		if !ok {
			return false, missing("import")
		}
		if j, ok := t.jobs.get(id); ok {
			if err := bulkimport.CheckFileUnused(j); err != nil {
				return false, err
			}
		}
		first := i.FileRemovedAt.IsZero()
		if first {
			i.FileRemovedAt = rec.At
			i.Version++
			t.imports.put(log, id, i)
			s.b.removeBlob(log, blobKey{org, id}, rec.At)
		}
		pieces, was := t.contents[id], t.fileGone[id]
		t.contents[id] = newTable[int64, []byte](cmp.Compare[int64])
		t.fileGone[id] = true
		log.undo = append(log.undo, func() { t.contents[id], t.fileGone[id] = pieces, was })
		return first, nil
	})
}
