package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type logs struct{ access }

// logTables are the log over the trail.
type logTables struct {
	waiting *table[uuid.UUID, struct{}]
	links   *table[int64, admin.Link]
	places  *table[uuid.UUID, int64]
	heads   *table[string, admin.Head] // one
	cuts    *table[string, admin.Cut]  // one
}

func newLogTables() logTables {
	return logTables{
		waiting: newTable[uuid.UUID, struct{}](compareID),
		links:   newTable[int64, admin.Link](cmp.Compare),
		places:  newTable[uuid.UUID, int64](compareID),
		heads:   newTable[string, admin.Head](cmp.Compare),
		cuts:    newTable[string, admin.Cut](cmp.Compare),
	}
}

func (t *tenant) head(org admin.OrgID) admin.Head {
	h, ok := t.log.heads.get("")
	if !ok {
		h = admin.Head{Org: org}
	}
	return h
}

// row returns a record with its proof; the zero row if there is none of the id.
func (t *tenant) row(id uuid.UUID) trailRow {
	key, ok := t.recorded.get(id)
	if !ok {
		return trailRow{}
	}
	row, _ := t.audit.get(key)
	return row.clone()
}

// idsAfter returns at most limit ids after one that are in the order of a table.
func idsAfter(order []uuid.UUID, after uuid.UUID, limit int) []uuid.UUID {
	i, found := slices.BinarySearchFunc(order, after, compareID)
	if found {
		i++
	}
	return slices.Clone(order[i:min(i+limit, len(order))])
}

func (s logs) Seal(ctx context.Context, org admin.OrgID, in admin.Sealing) (head admin.Head, drained bool, err error) {
	err = s.change(ctx, org, func(t *tenant, j *journal) error {
		ids := idsAfter(t.log.waiting.order, uuid.Nil, in.Limit)
		drained = len(ids) == len(t.log.waiting.order)
		next := make([]admin.Unsealed, len(ids))
		for i, id := range ids {
			next[i] = admin.Unsealed{RecordID: id, Digest: t.row(id).proof.Digest}
			t.log.waiting.remove(j, id)
		}
		var links []admin.Link
		links, head = s.b.keys.Extend(t.head(org), next, in, drained)
		for _, l := range links {
			t.log.links.put(j, l.Seq, l)
			t.log.places.put(j, l.RecordID, l.Seq)
		}
		t.log.heads.put(j, "", head)
		return nil
	})
	if err != nil {
		return admin.Head{}, false, err
	}
	return head, drained, nil
}

func (s logs) Head(ctx context.Context, org admin.OrgID) (head admin.Head, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		head = t.head(org)
		return nil
	})
	return head, err
}

func (s logs) Entries(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) (out []admin.Entry, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		out = t.logEntries(seek)
		if len(out) > 0 && out[0].Seq == seek.After+1 {
			return nil
		}
		return t.cut(org).CheckPosition(seek.After)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (t *tenant) logEntries(seek admin.Seek[int64]) (out []admin.Entry) {
	for _, l := range t.log.links.ascending(seek.After, seek.Limit, nil) {
		row := t.row(l.RecordID)
		out = append(out, admin.Entry{Link: l, Record: row.rec, Proof: row.proof})
	}
	return out
}

func (s logs) Inspect(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) (out []admin.Inspected, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, e := range t.logEntries(seek) {
			out = append(out, s.b.keys.Inspect(org, e))
		}
		return nil
	})
	return out, err
}

func (s logs) Places(
	ctx context.Context, org admin.OrgID, seek admin.Seek[admin.RecordKey],
) (out []admin.Place, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, row := range t.audit.ascending(keyOfRecord(seek.After), seek.Limit, nil) {
			p := admin.Place{Record: row.rec.Key()}
			p.Seq, _ = t.log.places.get(row.rec.ID)
			_, p.Waiting = t.log.waiting.get(row.rec.ID)
			out = append(out, p)
		}
		return nil
	})
	return out, err
}

func (s logs) Waiting(
	ctx context.Context, org admin.OrgID, seek admin.Seek[uuid.UUID],
) (out []admin.Inspected, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		for _, id := range idsAfter(t.log.waiting.order, seek.After, seek.Limit) {
			row := t.row(id)
			e := admin.Entry{Link: admin.Link{RecordID: id}, Record: row.rec, Proof: row.proof}
			out = append(out, s.b.keys.Inspect(org, e))
		}
		return nil
	})
	return out, err
}

func (s logs) Unsealed(ctx context.Context, after admin.OrgID, limit int) (out []admin.OrgID, err error) {
	err = s.share(ctx, func() error {
		for _, org := range slices.Sorted(maps.Keys(s.b.tenants)) {
			if org > after && len(s.b.tenants[org].log.waiting.order) > 0 && len(out) < limit {
				out = append(out, org)
			}
		}
		return nil
	})
	return out, err
}

func (s logs) Heads(ctx context.Context, after admin.HeadKey, limit int) (out []admin.Head, err error) {
	err = s.share(ctx, func() error {
		for org, t := range s.b.tenants {
			if h := t.head(org); h.Seq > 0 && compareHeads(after, h.Key()) < 0 {
				out = append(out, h)
			}
		}
		slices.SortFunc(out, func(a, b admin.Head) int { return compareHeads(a.Key(), b.Key()) })
		out = out[:min(limit, len(out))]
		return nil
	})
	return out, err
}

func compareHeads(a, b admin.HeadKey) int {
	return cmp.Or(cmp.Compare(a.SealedAt.UnixMicro(), b.SealedAt.UnixMicro()), cmp.Compare(a.Org, b.Org))
}
