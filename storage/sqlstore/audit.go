package sqlstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

type audit struct{ access }

const recordColumns = `id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes,
	source, user_agent, request_id`

type auditSQL struct {
	add  string
	list list
}

func newAuditSQL(db *DB) auditSQL {
	return auditSQL{
		add: db.bind(`INSERT INTO {audit} (org_id, ` + recordColumns + `)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
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
	err := scan(scanID(&r.ID), scanAt(&r.At), &r.Actor.Kind, &r.Actor.ID, &r.Actor.For, &r.Action, &r.Subject.Kind,
		&r.Subject.ID, &changes, &r.Request.Source, &r.Request.UserAgent, &r.Request.ID)
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
		r.Actor.For, r.Action, r.Subject.Kind, r.Subject.ID, changes, r.Request.Source, r.Request.UserAgent, r.Request.ID)
	return err
}
