package sqlstore

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type audit struct{ access }

const recordColumns = `id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes,
	source, user_agent, request_id, digest`

type auditSQL struct {
	add       string
	addValues bulk
	list      list
	values    in
	ofSubject string
	erase     inWrite
}

func newAuditSQL(db *DB) auditSQL {
	return auditSQL{
		add: db.bind(`INSERT INTO {audit} (org_id, ` + recordColumns + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		addValues: newBulk(db, "audit_values",
			[]string{"org_id", "record_id", "change_no bigint", "salt bytea", "from_value", "to_value"}, nil, nil),
		values: newIn(db, `SELECT record_id, change_no, salt, from_value, to_value, erasure_id FROM {audit_values}
			WHERE org_id = ? AND record_id IN `, ""),
		ofSubject: db.bind(db.along("audit_subject",
			`SELECT id FROM {audit}{index} WHERE org_id = ? AND subject_kind = ? AND subject_id = ?`)),
		erase: newInWrite(db, `UPDATE {audit_values} SET salt = ?, from_value = '', to_value = '', erasure_id = ?
			WHERE org_id = ? AND erasure_id IS NULL AND record_id IN `),
		list: newList(db, `SELECT `+recordColumns+` FROM {audit}{index} WHERE org_id = ?`,
			[]string{"subject_kind", "subject_id", "actor_kind", "actor_id", "action"},
			` AND at >= ? AND at <= ? AND (at < ? OR id < ?) ORDER BY at DESC, id DESC LIMIT ?`,
			walk{"audit_subject", "subject_kind subject_id"}, walk{"audit_actor", "actor_kind actor_id"},
			walk{"audit_action", "action"}, walk{"audit_subject_kind", "subject_kind"}),
	}
}

func (s audit) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(*tx) error { return nil })
}

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
		byText(f.Subject.Kind, f.Subject.ID, string(f.Actor.Kind), f.Actor.ID, string(f.Action)),
		from, last, below, before(seek.After.ID), seek.Limit)
	for again := 2; ; again-- {
		found, err := rows(ctx, s.reader(), "audit record", query, scanRecord, args...)
		if err != nil {
			return nil, err
		}
		if err := s.db.sql.audit.readPersonal(ctx, s.reader(), org, found); err != nil {
			return nil, err
		}
		// A removal between the two statements takes the record after its values.
		lacks := slices.ContainsFunc(found, func(r provenRecord) bool { return lacksValues(r.proof) })
		if !lacks || again == 0 {
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
	err := scan(scanID(&r.ID), scanAt(&r.At), &r.Actor.Kind, &r.Actor.ID, &r.Actor.For, &r.Action, &r.Subject.Kind,
		&r.Subject.ID, &changes, &r.Request.Source, &r.Request.UserAgent, &r.Request.ID, scanDigest(&r.proof.Digest))
	if err == nil {
		r.Changes, r.proof.Marks, err = readChanges(changes)
	}
	return err
}

// personal is a row of the values of a record that tell of a person.
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
				c := &r.Changes[m.Change]
				c.From, c.To, c.Erased = p.from, p.to, p.mark.Erasure != uuid.Nil
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
	if _, err = t.exec(ctx, "audit record", s.add, org, id(r.ID), at(r.At), r.Actor.Kind, r.Actor.ID,
		r.Actor.For, r.Action, r.Subject.Kind, r.Subject.ID, changes, r.Request.Source, r.Request.UserAgent, r.Request.ID,
		proof.Digest.Bytes()); err != nil {
		return err
	}
	return s.addValues.insert(ctx, t, "audit record", len(proof.Marks), func(i int) []any {
		m := proof.Marks[i]
		c := r.Changes[m.Change]
		return []any{org, id(r.ID), m.Change, m.Salt, c.From, c.To}
	})
}

func (s audit) Erase(
	ctx context.Context, org admin.OrgID, subjects []admin.Subject, rec admin.Record,
) (erased int, err error) {
	if err := rec.CheckErasure(); err != nil {
		return 0, err
	}
	err = s.write(ctx, org, rec, func(t *tx) (err error) {
		erased, err = s.db.sql.audit.erasePersonal(ctx, t, org, subjects, rec.ID)
		return err
	})
	if err != nil {
		return 0, err
	}
	return erased, nil
}

// erasePersonal takes the personal values of subjects out of the trail, and returns how many there were. It looks up
// the records first: a statement that does both is slow on MariaDB.
func (s auditSQL) erasePersonal(
	ctx context.Context, t *tx, org admin.OrgID, subjects []admin.Subject, erasure uuid.UUID,
) (erased int, err error) {
	for _, subject := range subjects {
		ids, err := rows(ctx, t, "audit record", s.ofSubject, scanText, org, subject.Kind, subject.ID)
		if err != nil {
			return 0, err
		}
		n, err := s.erase.run(ctx, t, ids, []byte{}, id(erasure), org)
		if err != nil {
			return 0, err
		}
		erased += int(n)
	}
	return erased, nil
}
