package memory

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

type imports struct{ access }

func (s imports) Create(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if _, ok := t.imports.get(i.ID); ok {
			return taken("import")
		}
		t.imports.put(j, i.ID, cloneImport(i))
		if i.InBlobs {
			s.b.setBlob(j, blobKey{org, i.ID}, blobRow{})
		}
		t.contents[i.ID] = newTable[int64, []byte](cmp.Compare[int64])
		gone := t.fileGone[i.ID] // that of one that was deleted
		delete(t.fileGone, i.ID)
		j.undo = append(j.undo, func() {
			delete(t.contents, i.ID)
			t.fileGone[i.ID] = gone
		})
		return nil
	})
}

func (s imports) Append(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64, piece []byte) error {
	return s.change(ctx, org, func(t *tenant, j *journal) error {
		pieces, ok := t.contents[id]
		if !ok {
			return missing("import")
		}
		if _, ok := pieces.get(offset); ok {
			return taken("piece of an import")
		}
		for row := range slices.Chunk(bytes.Clone(piece), bulkimport.StoredPiece) {
			pieces.put(j, offset, row)
			offset += int64(len(row))
		}
		return nil
	})
}

func (s imports) Update(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error { return t.updateImport(j, i) })
}

func (t *tenant) updateImport(j *journal, i bulkimport.Import) error {
	old, ok := t.imports.get(i.ID)
	if !ok {
		return missing("import")
	}
	if old.Version != i.Version {
		return conflict("import")
	}
	i = cloneImport(i)
	i.Type, i.CreatedAt, i.CreatedBy, i.Version = old.Type, old.CreatedAt, old.CreatedBy, old.Version+1
	i.FileRemovedAt = old.FileRemovedAt
	t.imports.put(j, i.ID, i)
	return nil
}

func (s imports) Start(
	ctx context.Context, org admin.OrgID, i bulkimport.Import, run job.Job, entries []job.Entry, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		if err := t.updateImport(j, i); err != nil {
			return err
		}
		return t.createJob(j, run, entries)
	})
}

func (s imports) Delete(ctx context.Context, org admin.OrgID, id uuid.UUID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(t *tenant, j *journal) error {
		i, ok := t.imports.get(id)
		if !ok {
			return missing("import")
		}
		t.imports.remove(j, id)
		s.b.removeBlob(j, blobKey{org, id}, rec.At)
		pieces := t.contents[id]
		delete(t.contents, id)
		j.undo = append(j.undo, func() { t.contents[id] = pieces })
		for _, id := range i.Jobs() {
			if entries, ok := t.entries[id]; ok {
				t.entries[id] = newTable[int64, job.Entry](cmp.Compare[int64])
				effects := t.effects[id]
				t.effects[id] = newTable[int64, job.Effect](cmp.Compare[int64])
				j.undo = append(j.undo, func() { t.entries[id], t.effects[id] = entries, effects })
			}
		}
		return nil
	})
}

func (s imports) Get(ctx context.Context, org admin.OrgID, id uuid.UUID) (i bulkimport.Import, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		got, ok := t.imports.get(id)
		if !ok {
			return missing("import")
		}
		i = cloneImport(got)
		return nil
	})
	return i, err
}

func (s imports) List(
	ctx context.Context, org admin.OrgID, f bulkimport.Filter, seek admin.Seek[uuid.UUID],
) (out []bulkimport.Import, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.imports.descending(seek.After, seek.Limit, func(i bulkimport.Import) bool {
			return wants(f.Type, i.Type) && wants(f.Status, i.Status) && wants(f.SHA256, i.SHA256) &&
				wants(f.TextSHA256, i.TextSHA256)
		})
		for k := range out {
			out[k] = cloneImport(out[k])
		}
		return nil
	})
	return out, err
}

func (s imports) Content(ctx context.Context, org admin.OrgID, id uuid.UUID, offset int64) (out []byte, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		pieces, ok := t.contents[id]
		if !ok {
			return nil
		}
		at, found := slices.BinarySearch(pieces.order, offset)
		if !found {
			at--
		}
		if at < 0 {
			return nil
		}
		begin := pieces.order[at]
		if piece := pieces.rows[begin]; offset-begin < int64(len(piece)) {
			out = bytes.Clone(piece[offset-begin:])
		}
		return nil
	})
	return out, err
}

// cloneImport keeps what is stored apart from what a caller holds.
func cloneImport(i bulkimport.Import) bulkimport.Import {
	i.Columns, i.Warnings = slices.Clone(i.Columns), slices.Clone(i.Warnings)
	for k := range i.Columns {
		i.Columns[k].Examples = slices.Clone(i.Columns[k].Examples)
	}
	i.Content.Header = slices.Clone(i.Content.Header)
	i.Settings.Blank, i.Settings.Optional = slices.Clone(i.Settings.Blank), slices.Clone(i.Settings.Optional)
	i.Settings.NotImported = slices.Clone(i.Settings.NotImported)
	i.Mapping = maps.Clone(i.Mapping)
	for name, source := range i.Mapping {
		source.Columns = slices.Clone(source.Columns)
		i.Mapping[name] = source
	}
	return i
}
