package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// trimSQL removes the start of a log.
type trimSQL struct {
	cut, addCut, moveCut          string
	trimmable, first, last, entry string

	links                       string
	values, actions             in
	removeValues, removeRecords inWrite
	removeLinks, setOldest      string
}

func newTrimSQL(db *DB) trimSQL {
	const link = `SELECT seq, record_id, sealed_at, hash FROM {audit_log} WHERE org_id = ? AND `
	return trimSQL{
		cut: db.bind(`SELECT org_id, seq, hash, sealed_at, record_id, at FROM {audit_cuts} WHERE org_id = ?`),
		addCut: db.bind(`INSERT INTO {audit_cuts} (org_id, seq, hash, sealed_at, record_id, at)
			VALUES (?, ?, ?, ?, ?, ?)`),
		moveCut: db.bind(`UPDATE {audit_cuts} SET seq = ?, hash = ?, sealed_at = ?, record_id = ?, at = ? WHERE org_id = ?`),
		trimmable: db.bind(db.along("audit_heads_oldest", `SELECT oldest_at, org_id FROM {audit_heads} x{index}
			WHERE oldest_at >= ? AND oldest_at <= ? AND (oldest_at > ? OR org_id > ?)`+notDeleted+`
			ORDER BY oldest_at, org_id LIMIT ?`)),
		first: db.bind(link + `seq > ? AND sealed_at > ? ORDER BY seq LIMIT 1`),
		last:  db.bind(link + `seq < ? ORDER BY seq DESC LIMIT 1`),
		entry: db.bind(link + `seq = ?`),

		links:   db.bind(link + `seq > ? ORDER BY seq LIMIT ?`),
		values:  newIn(db, `SELECT record_id FROM {audit_values} WHERE org_id = ? AND record_id IN `, ""),
		actions: newIn(db, `SELECT id, action FROM {audit} WHERE org_id = ? AND id IN `, ""),

		removeValues:  newInWrite(db, `DELETE FROM {audit_values} WHERE org_id = ? AND record_id IN `),
		removeRecords: newInWrite(db, `DELETE FROM {audit} WHERE org_id = ? AND id IN `),
		removeLinks:   db.bind(`DELETE FROM {audit_log} WHERE org_id = ? AND seq <= ?`),
		setOldest:     db.bind(`UPDATE {audit_heads} SET oldest_at = ? WHERE org_id = ?`),
	}
}

func scanCut(scan func(...any) error, c *admin.Cut) error {
	return scan(&c.Org, &c.Seq, scanDigest(&c.Hash), scanAt(&c.SealedAt), scanID(&c.RecordID), scanAt(&c.At))
}

// scanEnd reads a link as far as a cut needs it.
func scanEnd(scan func(...any) error, l *admin.Link) error {
	return scan(&l.Seq, scanID(&l.RecordID), scanAt(&l.SealedAt), scanDigest(&l.Hash))
}

func (s logs) Cut(ctx context.Context, org admin.OrgID) (admin.Cut, error) {
	return s.db.sql.trim.cutOf(ctx, s.reader(), org)
}

func (s trimSQL) cutOf(ctx context.Context, t *tx, org admin.OrgID) (admin.Cut, error) {
	cuts, err := rows(ctx, t, "log", s.cut, scanCut, org)
	if err != nil || len(cuts) == 0 {
		return admin.Cut{Head: admin.Head{Org: org}}, err
	}
	return cuts[0], nil
}

func (s logs) Trimmable(
	ctx context.Context, until time.Time, after admin.HeadKey, limit int,
) ([]admin.HeadKey, error) {
	from := after.SealedAt.UnixMicro()
	return rows(ctx, s.reader(), "log", s.db.sql.trim.trimmable,
		func(scan func(...any) error, k *admin.HeadKey) error { return scan(scanAt(&k.SealedAt), &k.Org) },
		from, until.UnixMicro(), from, after.Org, limit)
}

// Removable reads the log up to the first link that was sealed later, and goes by the order of the links alone: an
// instant after that may be anything, if it was written by other means.
func (s logs) Removable(ctx context.Context, org admin.OrgID, until time.Time) (admin.Head, error) {
	q, t, none := s.db.sql.trim, s.reader(), admin.Head{Org: org}
	cut, err := q.cutOf(ctx, t, org)
	if err != nil {
		return none, err
	}
	left, err := rows(ctx, t, "log entry", q.links, scanEnd, org, 0, 1)
	switch {
	case err != nil || len(left) == 0:
		return none, err
	case left[0].Seq <= cut.Seq:
		return cut.Head, nil
	}
	end := int64(1<<63 - 1)
	later, err := rows(ctx, t, "log entry", q.first, scanEnd, org, cut.Seq, until.UnixMicro())
	if err != nil {
		return none, err
	}
	if len(later) > 0 {
		end = later[0].Seq
	}
	last, err := rows(ctx, t, "log entry", q.last, scanEnd, org, end)
	if err != nil || len(last) == 0 {
		return none, err
	}
	return headAt(org, last[0]), nil
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
	cut.Org = org // and not that of the head it was made of
	err = s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.trim
		if _, err := s.db.sql.log.lockHead(ctx, t, org); err != nil { // one at a time, as those that seal
			return err
		}
		now, err := q.cutOf(ctx, t, org)
		if err != nil {
			return err
		}
		if cut.Seq > now.Seq {
			if now, err = q.moveTo(ctx, t, now, cut, rec); err != nil {
				return err
			}
		}
		more, err = q.remove(ctx, t, now.Head, limit)
		return err
	})
	return more && err == nil, err
}

// moveTo cuts the log at another place, after the record of that, without which the database refuses it.
func (s trimSQL) moveTo(
	ctx context.Context, t *tx, now admin.Cut, cut admin.Head, rec admin.Record,
) (admin.Cut, error) {
	l, err := one(ctx, t, "log entry", s.entry, scanEnd, cut.Org, cut.Seq)
	if err == nil && l.Hash != cut.Hash {
		err = missing("log entry")
	}
	if err != nil {
		return now, err
	}
	if err := t.db.sql.audit.insert(ctx, t, cut.Org, rec); err != nil {
		return now, err
	}
	first := now.Seq == 0
	now = admin.Cut{Head: headAt(cut.Org, l), RecordID: rec.ID, At: rec.At}
	args := []any{now.Seq, now.Hash.Bytes(), at(now.SealedAt), id(now.RecordID), at(now.At)}
	if first {
		_, err = t.exec(ctx, "log", s.addCut, append([]any{now.Org}, args...)...)
	} else {
		_, err = t.exec(ctx, "log", s.moveCut, append(args, now.Org)...)
	}
	return now, err
}

// remove removes the first links up to a cut, so many rows at most, but one link at least. A link goes last: the
// database finds in it that its record may go.
func (s trimSQL) remove(ctx context.Context, t *tx, cut admin.Head, limit int) (more bool, err error) {
	links, err := rows(ctx, t, "log entry", s.links, scanEnd, cut.Org, 0, max(limit/2, 1)+1)
	if err != nil {
		return false, err
	}
	n := 0
	for n < len(links) && links[n].Seq <= cut.Seq {
		n++
	}
	left := n
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = links[i].RecordID
	}
	n, err = s.fitting(ctx, t, cut.Org, idTexts(ids), limit)
	if err != nil {
		return false, err
	}
	if n > 0 {
		keys := idTexts(ids[:n])
		if _, err = s.removeValues.run(ctx, t, "audit record", keys, cut.Org); err != nil {
			return false, err
		}
		if _, err = s.removeRecords.run(ctx, t, "audit record", keys, cut.Org); err != nil {
			return false, err
		}
		if _, err = t.exec(ctx, "log entry", s.removeLinks, cut.Org, links[n-1].Seq); err != nil {
			return false, err
		}
	}
	if n < left {
		_, err = t.exec(ctx, "log", s.setOldest, at(links[n].SealedAt), cut.Org)
		return err == nil, err
	}
	return false, s.begin(ctx, t, cut)
}

// fitting returns how many of the first records have so many rows at most, with their links and personal values.
func (s trimSQL) fitting(ctx context.Context, t *tx, org admin.OrgID, records []string, limit int) (int, error) {
	found, err := lookUp(ctx, t, "audit record", s.values, scanText, records, org)
	if err != nil {
		return 0, err
	}
	of := make(map[string]int, len(records))
	for _, record := range found {
		of[record]++
	}
	n := 0
	for rows := 0; n < len(records); n++ {
		rows += 2 + of[records[n]]
		if n > 0 && rows > limit {
			break
		}
	}
	return n, nil
}

// begin keeps when the first record was sealed that is left and that is not one of a removal.
func (s trimSQL) begin(ctx context.Context, t *tx, cut admin.Head) error {
	const some = 100
	oldest := time.Time{}
	for after := cut.Seq; oldest.IsZero(); {
		links, err := rows(ctx, t, "log entry", s.links, scanEnd, cut.Org, after, some)
		if err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(links))
		for i, l := range links {
			ids[i], after = l.RecordID, l.Seq
		}
		trims, err := s.ofTrims(ctx, t, cut.Org, idTexts(ids))
		if err != nil {
			return err
		}
		oldest = firstOf(links, trims)
		if len(links) < some {
			break
		}
	}
	_, err := t.exec(ctx, "log", s.setOldest, at(oldest), cut.Org)
	return err
}

// ofTrims returns which records are of removals.
func (s trimSQL) ofTrims(ctx context.Context, t *tx, org admin.OrgID, records []string) (map[uuid.UUID]bool, error) {
	trims := map[uuid.UUID]bool{}
	_, err := lookUp(ctx, t, "audit record", s.actions, func(scan func(...any) error, r *admin.Record) error {
		err := scan(scanID(&r.ID), &r.Action)
		if r.Action == admin.ActionTrim {
			trims[r.ID] = true
		}
		return err
	}, records, org)
	return trims, err
}

// firstOf returns when the first of links was sealed whose record is not of a removal; zero if there is none.
func firstOf(links []admin.Link, trims map[uuid.UUID]bool) time.Time {
	for _, l := range links {
		if !trims[l.RecordID] {
			return l.SealedAt
		}
	}
	return time.Time{}
}
