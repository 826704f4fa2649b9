package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type audit struct{ access }

type auditSQL struct {
	add  string
	list filtered
}

func newAuditSQL(db *DB) auditSQL {
	return auditSQL{
		add: db.bind(`INSERT INTO {audit} (org_id, id, at, actor_kind, actor_id, action, subject_kind, subject_id, changes)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		list: newFiltered(db, `SELECT id, at, actor_kind, actor_id, action, subject_kind, subject_id, changes FROM {audit}
			WHERE org_id = ? AND id < ? AND at >= ? AND at < ?`,
			[]string{"subject_kind = ?", "subject_id = ?", "actor_kind = ?", "actor_id = ?", "action = ?"}, ` ORDER BY id DESC LIMIT ?`),
	}
}

func (s audit) Append(ctx context.Context, org admin.OrgID, rec admin.Record) error {
	return s.write(ctx, org, rec, func(*tx) error { return nil })
}

func (s audit) List(ctx context.Context, org admin.OrgID, f admin.AuditFilter, seek admin.Seek[uuid.UUID]) ([]admin.Record, error) {
	from, until := int64(-1<<62), int64(1<<62)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if !f.Until.IsZero() {
		until = f.Until.UnixMicro()
	}
	query, args := s.db.sql.audit.list.by(
		[]string{f.Subject.Kind, f.Subject.ID, string(f.Actor.Kind), f.Actor.ID, string(f.Action)},
		[]any{org, before(seek.After), from, until}, seek.Limit)
	return rows(ctx, s.reader(), "audit record", query, scanRecord, args...)
}

// before is the bound of a descending list by id: the zero id starts above all others.
func before(after uuid.UUID) string {
	if after == uuid.Nil {
		return "~" // above every hexadecimal digit
	}
	return after.String()
}

func scanRecord(scan func(...any) error, r *admin.Record) error {
	var changes string
	err := scan(scanID(&r.ID), scanAt(&r.At), &r.Actor.Kind, &r.Actor.ID, &r.Action, &r.Subject.Kind, &r.Subject.ID, &changes)
	if err == nil {
		r.Changes, err = readChanges(changes)
	}
	return err
}

// insert adds a record within the transaction of the write that it records.
func (s auditSQL) insert(ctx context.Context, t *tx, org admin.OrgID, r admin.Record) error {
	changes, err := writeChanges(r.Changes)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "audit record", s.add, org, id(r.ID), at(r.At), r.Actor.Kind, r.Actor.ID,
		r.Action, r.Subject.Kind, r.Subject.ID, changes)
	return err
}
