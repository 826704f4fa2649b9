package memory

import (
	"context"
	"slices"
	"time"

	"github.com/admincenter/admincenter/admin"
)

func (s logs) Cut(ctx context.Context, org admin.OrgID) (cut admin.Cut, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		cut = t.cut(org)
		return nil
	})
	return cut, err
}

func (t *tenant) cut(org admin.OrgID) admin.Cut {
	cut, ok := t.log.cuts.get("")
	if !ok {
		cut.Org = org
	}
	return cut
}

// firstLink returns the first link that is left.
func (t *tenant) firstLink() (l admin.Link, ok bool) {
	if len(t.log.links.order) == 0 {
		return admin.Link{}, false
	}
	return t.log.links.get(t.log.links.order[0])
}

// oldest returns when the first record was sealed that is before a cut, or is not one of a removal.
func (t *tenant) oldest() (at time.Time, ok bool) {
	cut, _ := t.log.cuts.get("")
	for _, seq := range t.log.links.order {
		l, _ := t.log.links.get(seq)
		if seq <= cut.Seq || t.row(l.RecordID).rec.Action != admin.ActionTrim {
			return l.SealedAt, true
		}
	}
	return time.Time{}, false
}

func (s logs) Trimmable(
	ctx context.Context, until time.Time, after admin.HeadKey, limit int,
) (out []admin.HeadKey, err error) {
	err = s.share(ctx, func() error {
		for org, t := range s.b.tenants {
			at, ok := t.oldest()
			if key := (admin.HeadKey{SealedAt: at, Org: org}); ok && !at.After(until) && compareHeads(after, key) < 0 {
				out = append(out, key)
			}
		}
		slices.SortFunc(out, compareHeads)
		out = out[:min(limit, len(out))]
		return nil
	})
	return out, err
}

func (s logs) Removable(ctx context.Context, org admin.OrgID, until time.Time) (cut admin.Head, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		cut.Org = org
		now := t.cut(org)
		if first, ok := t.firstLink(); ok && first.Seq <= now.Seq {
			cut = now.Head
			return nil
		}
		for _, seq := range t.log.links.order {
			l, _ := t.log.links.get(seq)
			if l.SealedAt.After(until) {
				break
			}
			cut = headAt(org, l)
		}
		return nil
	})
	return cut, err
}

// headAt is the head of a log that ends with a link.
func headAt(org admin.OrgID, l admin.Link) admin.Head {
	return admin.Head{Org: org, Seq: l.Seq, Hash: l.Hash, SealedAt: l.SealedAt}
}

func (s logs) Trim(
	ctx context.Context, org admin.OrgID, cut admin.Head, limit int, rec admin.Record,
) (more bool, err error) {
	if err := rec.CheckTrim(cut); err != nil {
		return false, err
	}
	err = s.change(ctx, org, func(t *tenant, j *journal) error {
		now := t.cut(org)
		if cut.Seq > now.Seq {
			l, ok := t.log.links.get(cut.Seq)
			if !ok || l.Hash != cut.Hash {
				return missing("log entry")
			}
			if err := t.record(j, s.b.keys, rec); err != nil {
				return err
			}
			now = admin.Cut{Head: headAt(org, l), RecordID: rec.ID, At: rec.At}
			t.log.cuts.put(j, "", now)
		}
		more = t.removeLinks(j, now.Seq, limit)
		return nil
	})
	return more && err == nil, err
}

// removeLinks removes the first links up to a number: so many rows at most as a database would have of them, but one
// link at least. It reports whether there are more.
func (t *tenant) removeLinks(j *journal, until int64, limit int) (more bool) {
	for rows := 0; ; {
		first, ok := t.firstLink()
		if !ok || first.Seq > until {
			return false
		}
		row := t.row(first.RecordID)
		of := 2 + len(row.proof.Marks)
		if rows > 0 && rows+of > limit {
			return true
		}
		rows += of
		if key, ok := t.recorded.get(first.RecordID); ok {
			t.audit.remove(j, key)
			t.recorded.remove(j, first.RecordID)
		}
		t.log.places.remove(j, first.RecordID)
		t.log.links.remove(j, first.Seq)
	}
}
