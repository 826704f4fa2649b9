package sqlstore

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type audit struct{ access }

const recordColumns = `id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes,
	request_sum, request_id, digest`

type auditSQL struct {
	add       string
	addValues bulk
	list      list
	values    in
	known     string
	erased    string
	ofSubject string
	ofActor   string
	erase     inWrite
	requests  inWrite
}

func newAuditSQL(db *DB) auditSQL {
	return auditSQL{
		add: db.bind(`INSERT INTO {audit} (org_id, ` + recordColumns + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		addValues: newBulk(db, "audit_values",
			[]string{"org_id", "record_id", "change_no bigint", "salt bytea", "from_value", "to_value"}, nil, nil),
		values: newIn(db, `SELECT record_id, change_no, salt, from_value, to_value, erasure_id FROM {audit_values}
			WHERE org_id = ? AND record_id IN `, ""),
		erased: db.bind(`SELECT id FROM {users} WHERE org_id = ? AND id IN (?, ?) AND status = 'ERASED'`),
		known:  db.bind(`SELECT action FROM {audit} WHERE org_id = ? AND id = ?`),
		ofSubject: db.bind(db.along("audit_subject", `SELECT id, actor_kind, actor_id FROM {audit}{index}
			WHERE org_id = ? AND subject_kind = ? AND subject_id = ? AND at >= ?`)),
		ofActor: db.bind(db.along("audit_actor",
			`SELECT id FROM {audit}{index} WHERE org_id = ? AND actor_kind = ? AND actor_id = ? AND at >= ?`)),
		erase: newInWrite(db, `UPDATE {audit_values} SET salt = ?, from_value = '', to_value = '', erasure_id = ?
			WHERE org_id = ? AND change_no >= 0 AND erasure_id IS NULL AND record_id IN `),
		requests: newInWrite(db, `UPDATE {audit_values} SET salt = ?, from_value = '', to_value = '', erasure_id = ?
			WHERE org_id = ? AND change_no < 0 AND erasure_id IS NULL AND record_id IN `),
		list: newList(db, `SELECT `+recordColumns+` FROM {audit}{index} WHERE org_id = ?`,
			[]string{"subject_kind", "subject_id", "actor_kind", "actor_id", "actor_for = ? AND actor_for <> ''", "action"},
			` AND at >= ? AND at <= ? AND (at < ? OR id < ?) ORDER BY at DESC, id DESC LIMIT ?`,
			walk{"audit_support", "actor_for"}, walk{"audit_subject", "subject_kind subject_id"},
			walk{"audit_actor", "actor_kind actor_id"}, walk{"audit_action", "action"},
			walk{"audit_subject_kind", "subject_kind"}),
	}
}

func (s audit) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	subject, actor := rec.Users()
	var kept admin.Record
	late := false
	if err := rec.Check(); err != nil {
		return err
	}
	err := s.bookkeep(ctx, func(t *tx) error {
		if err := s.db.sql.audit.insert(ctx, t, org, rec); err != nil {
			return err
		}
		// An erasure holds the organization, for which the insert of the record waits: what is read after it is the
		// latest. The statement is the same for a record on no user, so that the time that it takes does not depend
		// on whether an address is known.
		erased, err := rows(ctx, t, "user", s.db.sql.audit.erased, scanText, org, subject, actor)
		if kept, late = rec.Without(erased); late && err == nil {
			err = errLate
		}
		return err
	})
	if !late || !errors.Is(err, errLate) {
		return err
	}
	return s.write(ctx, org, kept, func(*tx) error { return nil })
}

// errLate takes back a record that came after the erasure of a user whom it is about.
var errLate = errors.New("the user was erased")

func (s audit) List(
	ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[admin.RecordKey],
) ([]admin.Record, error) {
	from, below := int64(-1<<62), int64(1<<62)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if seek.After != (admin.RecordKey{}) {
		below = seek.After.At.UnixMicro()
	}
	last := below
	if !f.Until.IsZero() {
		last = min(last, f.Until.UnixMicro()-1)
	}
	query, args := s.db.sql.audit.list.page([]any{org},
		byText(f.Subject.Kind, f.Subject.ID, string(f.Actor.Kind), f.Actor.ID, f.Actor.For, string(f.Action)),
		from, last, below, before(seek.After.ID), seek.Limit)
	lacked := map[uuid.UUID]bool{}
	for {
		found, err := rows(ctx, s.reader(), "audit record", query, scanRecord, args...)
		if err != nil {
			return nil, err
		}
		if err := s.db.sql.audit.readPersonal(ctx, s.reader(), org, found); err != nil {
			return nil, err
		}
		// A removal between the two statements takes values and, with them, the record: one that is there again without
		// its values was not removed.
		again := false
		for _, r := range found {
			if lacksValues(r.proof) && !lacked[r.ID] {
				lacked[r.ID], again = true, true
			}
		}
		if !again {
			return recordsOf(found), nil
		}
	}
}

func recordsOf(found []provenRecord) []admin.Record {
	if found == nil {
		return nil
	}
	out := make([]admin.Record, len(found))
	for i, r := range found {
		out[i] = r.Record
	}
	return out
}

// before is the bound of a descending list by id: the zero id starts above all others.
func before(after uuid.UUID) string {
	if after == uuid.Nil {
		return "~" // above every hexadecimal digit
	}
	return after.String()
}

// provenRecord is a record with its proof.
type provenRecord struct {
	admin.Record
	proof admin.Proof
}

func scanRecord(scan func(...any) error, r *provenRecord) error {
	var changes string
	var request []byte
	err := scan(scanID(&r.ID), scanAt(&r.At), &r.Actor.Kind, &r.Actor.ID, &r.Actor.For, &r.Action, &r.Subject.Kind,
		&r.Subject.ID, &changes, &request, &r.Request.ID, scanDigest(&r.proof.Digest))
	if err == nil {
		r.Changes, r.proof.Marks, err = readChanges(changes)
	}
	if len(request) > 0 {
		r.proof.Marks = slices.Insert(r.proof.Marks, 0, admin.Mark{Change: admin.MarkRequest, Sum: request})
	}
	return err
}

// personal is a row of the values of a record that are about a person.
type personal struct {
	record uuid.UUID
	change int
	mark   admin.Mark
	from   string
	to     string
}

func scanPersonal(scan func(...any) error, p *personal) error {
	return scan(scanID(&p.record), &p.change, &p.mark.Salt, &p.from, &p.to, scanID(&p.mark.Erasure))
}

// readPersonal fills in the values of records that are kept apart.
func (s auditSQL) readPersonal(ctx context.Context, t *tx, org admin.OrgID, records []provenRecord) error {
	var ids []string
	of := map[uuid.UUID]*provenRecord{}
	for i := range records {
		if r := &records[i]; len(r.proof.Marks) > 0 {
			ids = append(ids, r.ID.String())
			of[r.ID] = r
		}
	}
	found, err := lookUp(ctx, t, "audit record", s.values, scanPersonal, ids, org)
	if err != nil {
		return err
	}
	for _, p := range found {
		r := of[p.record]
		for i := range r.proof.Marks {
			if m := &r.proof.Marks[i]; m.Change == p.change {
				m.Salt, m.Erasure = p.mark.Salt, p.mark.Erasure
				r.SetMarked(*m, p.from, p.to)
			}
		}
	}
	return nil
}

// insert adds a record within the transaction of the write that it records.
func (s auditSQL) insert(ctx context.Context, t *tx, org admin.OrgID, r admin.Record) error {
	proof := t.db.keys.Prove(org, r)
	changes, err := writeChanges(r.Changes, proof.Marks)
	if err != nil {
		return err
	}
	request := []byte{}
	if len(proof.Marks) > 0 && proof.Marks[0].Change == admin.MarkRequest {
		request = proof.Marks[0].Sum
	}
	if _, err = t.exec(ctx, "audit record", s.add, org, id(r.ID), at(r.At), r.Actor.Kind, r.Actor.ID,
		r.Actor.For, r.Action, r.Subject.Kind, r.Subject.ID, changes, request, r.Request.ID,
		proof.Digest.Bytes()); err != nil {
		return err
	}
	return s.addValues.insert(ctx, t, "audit record", len(proof.Marks), func(i int) []any {
		m := proof.Marks[i]
		c := r.MarkedValues(m.Change)
		return []any{org, id(r.ID), m.Change, m.Salt, c.From, c.To}
	})
}

func (s audit) Erase(
	ctx context.Context, org admin.OrgID, e admin.TrailErasure, rec admin.Record,
) (erased int, err error) {
	err = s.erasing(ctx, org, rec, func(t *tx) (err error) {
		erased, err = s.db.sql.audit.erasePersonal(ctx, t, org, e, rec.ID)
		return err
	})
	if err != nil {
		return 0, err
	}
	return erased, nil
}

// erasing is write for a part of an erasure, of which the first writes the record.
func (a access) erasing(ctx context.Context, org admin.OrgID, rec admin.Record, fn func(*tx) error) error {
	if err := rec.CheckErasure(); err != nil {
		return err
	}
	return a.record(ctx, org, rec, func(t *tx) (first bool, err error) {
		had, err := rows(ctx, t, "audit record", a.db.sql.audit.known, scanText, org, id(rec.ID))
		if err != nil {
			return false, err
		}
		if len(had) > 0 && had[0] != string(rec.Action) {
			return false, admin.Exists("audit record")
		}
		return len(had) == 0, fn(t)
	})
}

// erasePersonal takes personal values out of the trail, and returns how many there were. It looks up the records
// first: a statement that does both is slow on MariaDB.
func (s auditSQL) erasePersonal(
	ctx context.Context, t *tx, org admin.OrgID, e admin.TrailErasure, erasure uuid.UUID,
) (erased int, err error) {
	since := int64(-1 << 62)
	if !e.Since.IsZero() {
		since = e.Since.UnixMicro()
	}
	all, requests := idTexts(e.Values), idTexts(e.Requests)
	for _, subject := range e.Subjects {
		found, err := rows(ctx, t, "audit record", s.ofSubject, func(scan func(...any) error, r *admin.Record) error {
			return scan(scanID(&r.ID), &r.Actor.Kind, &r.Actor.ID)
		}, org, subject.Kind, subject.ID, since)
		if err != nil {
			return 0, err
		}
		for _, r := range found {
			all = append(all, r.ID.String())
			if r.Subject = subject; r.RequestOfSubject() {
				requests = append(requests, r.ID.String())
			}
		}
	}
	for _, actor := range e.Actors {
		found, err := rows(ctx, t, "audit record", s.ofActor, scanText, org, string(actor.Kind), actor.ID, since)
		if err != nil {
			return 0, err
		}
		requests = append(requests, found...)
	}
	n, err := s.erase.run(ctx, t, "audit record", all, []byte{}, id(erasure), org)
	if err != nil {
		return 0, err
	}
	m, err := s.requests.run(ctx, t, "audit record", requests, []byte{}, id(erasure), org)
	return int(n + m), err
}
