package sqlstore

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type logs struct{ access }

type logSQL struct {
	head, addHead, moveHead, heads string

	waiting     string
	digests     in
	add         bulk
	take        inWrite
	unsealed    string
	links       string
	records     in
	keys        string
	stillQueued in
	places      in
}

// notDeleted leaves out what is to be purged, in a query over organizations.
const notDeleted = ` AND NOT EXISTS
	(SELECT 1 FROM {organizations} o WHERE o.org_id = x.org_id AND o.status = 'DELETED')`

const headColumns = `org_id, seq, hash, sealed_at, horizon`

func newLogSQL(db *DB) logSQL {
	return logSQL{
		head: db.bind(`SELECT ` + headColumns + ` FROM {audit_heads} WHERE org_id = ?`),
		addHead: db.bind(`INSERT INTO {audit_heads} (org_id, seq, hash) VALUES (?, 0, ?)` +
			db.dialect.upsert([]string{"org_id"}, nil)),
		moveHead: db.bind(`UPDATE {audit_heads} SET seq = ?, hash = ?, sealed_at = ?, horizon = ?,
			oldest_at = COALESCE(oldest_at, ?) WHERE org_id = ?`),
		heads: db.bind(db.along("audit_heads_sealed", `SELECT `+headColumns+` FROM {audit_heads} x{index}
			WHERE sealed_at >= ? AND (sealed_at > ? OR org_id > ?)`+notDeleted+` ORDER BY sealed_at, org_id LIMIT ?`)),

		waiting: db.bind(`SELECT id FROM {audit_queue} WHERE org_id = ? AND id > ? ORDER BY id LIMIT ?`),
		digests: newIn(db, `SELECT id, digest, action FROM {audit} WHERE org_id = ? AND id IN `, ""),
		add: newBulk(db, "audit_log", []string{"org_id", "seq bigint", "record_id", "sealed_at bigint", "horizon bigint",
			"digest bytea", "prev bytea", "hash bytea"}, nil, nil),
		take:     newInWrite(db, `DELETE FROM {audit_queue} WHERE org_id = ? AND id IN `),
		unsealed: db.bind(`SELECT org_id FROM {audit_queue} x WHERE org_id > ?` + notDeleted + ` ORDER BY org_id LIMIT 1`),
		links: db.bind(`SELECT seq, record_id, sealed_at, horizon, digest, prev, hash FROM {audit_log}
			WHERE org_id = ? AND seq > ? ORDER BY seq LIMIT ?`),
		records: newIn(db, `SELECT `+recordColumns+` FROM {audit} WHERE org_id = ? AND id IN `, ""),
		keys: db.bind(`SELECT at, id FROM {audit} WHERE org_id = ? AND at >= ? AND (at > ? OR id > ?)
			ORDER BY at, id LIMIT ?`),
		stillQueued: newIn(db, `SELECT id FROM {audit_queue} WHERE org_id = ? AND id IN `, ""),
		places:      newPlaces(db),
	}
}

// newPlaces looks up entries by their records. PostgreSQL takes the primary key for that, and reads the whole log with
// each look-up, where it does not know yet how long the log of the organization has become; so the
// organization is compared after the record was found.
func newPlaces(db *DB) in {
	if !db.dialect.arrays {
		return newIn(db, db.along("audit_log_record",
			`SELECT record_id, seq FROM {audit_log}{index} WHERE org_id = ? AND record_id IN `), "")
	}
	return in{db: db, sizes: []int{arrayRows}, array: true, texts: []string{db.bind(`SELECT found.record_id, found.seq
		FROM unnest(` + db.arrayParameter("?", "text") + `) AS wanted (sought) CROSS JOIN LATERAL
		(SELECT record_id, seq, org_id FROM {audit_log} WHERE record_id = wanted.sought OFFSET 0) AS found
		WHERE found.org_id = ?`)}}
}

func scanHead(scan func(...any) error, h *admin.Head) error {
	return scan(&h.Org, &h.Seq, scanDigest(&h.Hash), scanAt(&h.SealedAt), scanAt(&h.Horizon))
}

func (s logs) Seal(ctx context.Context, org admin.OrgID, in admin.Sealing) (head admin.Head, drained bool, err error) {
	err = s.bookkeep(ctx, func(t *tx) error {
		head, err = s.db.sql.log.lockHead(ctx, t, org)
		if err != nil {
			return err
		}
		waits, err := rows(ctx, t, "audit record", s.db.sql.log.waiting, scanUUID, org, "", in.Limit+1)
		if err != nil {
			return err
		}
		drained = len(waits) <= in.Limit
		before := head
		after, first, err := s.extend(ctx, t, head, waits[:min(len(waits), in.Limit)], in, drained)
		head = after
		if err != nil || head == before {
			return err
		}
		_, err = t.exec(ctx, "log", s.db.sql.log.moveHead,
			head.Seq, head.Hash.Bytes(), at(head.SealedAt), at(head.Horizon), at(first), org)
		return err
	})
	if err != nil {
		return admin.Head{}, false, err
	}
	return head, drained, nil
}

// lockHead returns the head of an organization's log, which is there and locked then.
func (s logSQL) lockHead(ctx context.Context, t *tx, org admin.OrgID) (admin.Head, error) {
	lock := s.head + t.db.dialect.forUpdate
	heads, err := rows(ctx, t, "log", lock, scanHead, org)
	if err != nil || len(heads) > 0 {
		return first(heads), err
	}
	if _, err := t.exec(ctx, "log", s.addHead, org, []byte{}); err != nil {
		return admin.Head{}, err
	}
	return one(ctx, t, "log", lock, scanHead, org)
}

// first returns the first of items, or the zero value.
func first[T any](items []T) (item T) {
	if len(items) > 0 {
		item = items[0]
	}
	return item
}

func scanUUID(scan func(...any) error, u *uuid.UUID) error { return scan(scanID(u)) }

func idTexts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, u := range ids {
		out[i] = u.String()
	}
	return out
}

// extend gives records their place after head. first is when the first of them was sealed that is not of a removal;
// zero if there is none.
func (s logs) extend(
	ctx context.Context, t *tx, head admin.Head, ids []uuid.UUID, in admin.Sealing, drained bool,
) (next admin.Head, first time.Time, err error) {
	keys, trims := idTexts(ids), map[uuid.UUID]bool{}
	found, err := lookUp(ctx, t, "audit record", s.db.sql.log.digests,
		func(scan func(...any) error, u *admin.Unsealed) error {
			var action admin.Action
			err := scan(scanID(&u.RecordID), scanDigest(&u.Digest), &action)
			trims[u.RecordID] = action == admin.ActionTrim
			return err
		},
		keys, head.Org)
	if err != nil {
		return head, first, err
	}
	digests := make(map[uuid.UUID]admin.Digest, len(found))
	for _, u := range found {
		digests[u.RecordID] = u.Digest
	}
	unsealed := make([]admin.Unsealed, len(ids))
	for i, id := range ids {
		unsealed[i] = admin.Unsealed{RecordID: id, Digest: digests[id]}
	}
	links, head := s.db.keys.Extend(head, unsealed, in, drained)
	if err := s.db.sql.log.add.insert(ctx, t, "log entry", len(links), func(i int) []any {
		l := links[i]
		return []any{head.Org, l.Seq, id(l.RecordID), at(l.SealedAt), at(l.Horizon),
			l.Digest.Bytes(), l.Prev.Bytes(), l.Hash.Bytes()}
	}); err != nil {
		return head, first, err
	}
	_, err = s.db.sql.log.take.run(ctx, t, "audit record", keys, head.Org)
	return head, firstOf(links, trims), err
}

func (s logs) Head(ctx context.Context, org admin.OrgID) (admin.Head, error) {
	heads, err := rows(ctx, s.reader(), "log", s.db.sql.log.head, scanHead, org)
	if err != nil || len(heads) == 0 {
		return admin.Head{Org: org}, err
	}
	return heads[0], nil
}

func (s logs) Heads(ctx context.Context, after admin.HeadKey, limit int) ([]admin.Head, error) {
	from := after.SealedAt.UnixMicro()
	return rows(ctx, s.reader(), "log", s.db.sql.log.heads, scanHead, from, from, after.Org, limit)
}

func (s logs) Unsealed(ctx context.Context, after admin.OrgID, limit int) (out []admin.OrgID, err error) {
	for len(out) < limit {
		next, err := rows(ctx, s.reader(), "audit record", s.db.sql.log.unsealed,
			func(scan func(...any) error, org *admin.OrgID) error { return scan(org) }, after)
		if err != nil {
			return nil, err
		}
		if len(next) == 0 {
			break
		}
		after = next[0]
		out = append(out, after)
	}
	return out, ctx.Err()
}

// Entries looks where the log was cut if what it read does not follow the entry before, or has no record: the start of
// the log may be removed between two statements.
func (s logs) Entries(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) ([]admin.Entry, error) {
	for {
		out, err := s.read(ctx, org, seek)
		if err != nil || len(out) > 0 && out[0].Seq == seek.After+1 && whole(out) {
			return out, err
		}
		cut, err := s.Cut(ctx, org)
		if err != nil {
			return nil, err
		}
		if err := cut.CheckPosition(seek.After); err != nil {
			return nil, err
		}
		if len(out) == 0 || out[0].Seq > cut.Seq || whole(out) {
			return out, nil
		}
		seek.After = cut.Seq // from the start, of which some was removed meanwhile
	}
}

// whole reports whether every entry has its record, with its personal values.
func whole(entries []admin.Entry) bool {
	return !slices.ContainsFunc(entries, func(e admin.Entry) bool {
		return e.Record.ID == uuid.Nil || lacksValues(e.Proof)
	})
}

// lacksValues reports whether personal values are gone that were not erased.
func lacksValues(p admin.Proof) bool {
	return slices.ContainsFunc(p.Marks, func(m admin.Mark) bool { return m.Erasure == uuid.Nil && len(m.Salt) == 0 })
}

func (s logs) read(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) ([]admin.Entry, error) {
	links, err := rows(ctx, s.reader(), "log entry", s.db.sql.log.links, scanLink, org, seek.After, seek.Limit)
	if err != nil {
		return nil, err
	}
	return s.entries(ctx, org, links)
}

func scanLink(scan func(...any) error, l *admin.Link) error {
	return scan(&l.Seq, scanID(&l.RecordID), scanAt(&l.SealedAt), scanAt(&l.Horizon), scanDigest(&l.Digest),
		scanDigest(&l.Prev), scanDigest(&l.Hash))
}

// entries reads the records of links.
func (s logs) entries(ctx context.Context, org admin.OrgID, links []admin.Link) ([]admin.Entry, error) {
	ids := make([]uuid.UUID, len(links))
	for i, l := range links {
		ids[i] = l.RecordID
	}
	found, err := lookUp(ctx, s.reader(), "audit record", s.db.sql.log.records, scanRecord, idTexts(ids), org)
	if err != nil {
		return nil, err
	}
	if err := s.db.sql.audit.readPersonal(ctx, s.reader(), org, found); err != nil {
		return nil, err
	}
	of := make(map[uuid.UUID]*provenRecord, len(found))
	for i := range found {
		of[found[i].ID] = &found[i]
	}
	var out []admin.Entry
	for _, l := range links {
		e := admin.Entry{Link: l}
		if r := of[l.RecordID]; r != nil {
			e.Record, e.Proof = r.Record, r.proof
		}
		out = append(out, e)
	}
	return out, nil
}

func (s logs) Inspect(ctx context.Context, org admin.OrgID, seek admin.Seek[int64]) ([]admin.Inspected, error) {
	entries, err := s.read(ctx, org, seek)
	return s.inspected(org, entries), err
}

func (s logs) inspected(org admin.OrgID, entries []admin.Entry) (out []admin.Inspected) {
	for _, e := range entries {
		out = append(out, s.db.keys.Inspect(org, e))
	}
	return out
}

func (s logs) Waiting(ctx context.Context, org admin.OrgID, seek admin.Seek[uuid.UUID]) ([]admin.Inspected, error) {
	after := ""
	if seek.After != uuid.Nil {
		after = seek.After.String()
	}
	ids, err := rows(ctx, s.reader(), "audit record", s.db.sql.log.waiting, scanUUID, org, after, seek.Limit)
	if err != nil {
		return nil, err
	}
	links := make([]admin.Link, len(ids))
	for i, id := range ids {
		links[i].RecordID = id
	}
	entries, err := s.entries(ctx, org, links)
	return s.inspected(org, entries), err
}

// Places looks for records in the queue first: one that is sealed meanwhile is in the log after that.
func (s logs) Places(ctx context.Context, org admin.OrgID, seek admin.Seek[admin.RecordKey]) ([]admin.Place, error) {
	from, after := int64(-1<<62), ""
	if seek.After != (admin.RecordKey{}) {
		from, after = seek.After.At.UnixMicro(), seek.After.ID.String()
	}
	out, err := rows(ctx, s.reader(), "audit record", s.db.sql.log.keys,
		func(scan func(...any) error, p *admin.Place) error {
			return scan(scanAt(&p.Record.At), scanID(&p.Record.ID))
		}, org, from, from, after, seek.Limit)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(out))
	of := make(map[uuid.UUID]*admin.Place, len(out))
	for i := range out {
		ids[i] = out[i].Record.ID
		of[ids[i]] = &out[i]
	}
	queued, err := lookUp(ctx, s.reader(), "audit record", s.db.sql.log.stillQueued, scanUUID, idTexts(ids), org)
	if err != nil {
		return nil, err
	}
	for _, id := range queued {
		of[id].Waiting = true
	}
	placed, err := lookUp(ctx, s.reader(), "log entry", s.db.sql.log.places,
		func(scan func(...any) error, l *admin.Link) error { return scan(scanID(&l.RecordID), &l.Seq) }, idTexts(ids), org)
	for _, l := range placed {
		p := of[l.RecordID]
		p.Seq, p.Waiting = l.Seq, false
	}
	return out, err
}
