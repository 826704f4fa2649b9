package sqlstore

import (
	"context"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// owned are the tables with rows of organizations, each before those that its foreign keys refer to, with its key.
// The organization itself stays. A table that is added belongs here too.
func owned() []ownedTable {
	return []ownedTable{
		{"plan_migrations", "id"},
		{"schedules", "id"},
		{"schedule_accounts", "account_id"},
		{"plans", "id, version"},
		{"account_aliases", "value"},
		{"accounts", "id"},
		{"customers", "id"},
		{"import_pieces", "import_id, start"},
		{"imports", "id"},
		{"import_mappings", "id"},
		{"enrichment_dependencies", "namespace, name, event_schema"},
		{"enrichments", "event_schema"},
		{"event_schema_versions", "name, version"},
		{"event_schemas", "name"},
		{"setting_counts", ""},
		{"setting_versions", "id, version"},
		{"settings", "id"},
		{"tokens", "id"},
		{"external_ids", "external_id"},
		{"identities", "issuer, subject"},
		{"pending_sign_ins", "digest"},
		{"recovery_codes", "user_id, digest"},
		{"factors", "user_id"},
		{"sessions", "id"},
		{"tickets", "id"},
		{"roles", "name"},
		{"invitations", "id"},
		{"exchange_rates", "code, valid_from, seq"},
		{"archived_currencies", "code"},
		{"currencies", "code"},
		{"job_effects", "job_id, seq"},
		{"job_entries", "job_id, seq"},
		{"jobs", "id"},
		{"credentials", "user_id"},
		{"users", "id"},
		// Last, so that what was done can be read for as long as there is anything that it was done to, and because
		// what a database refuses to delete without its record is deleted first.
		{"audit_cuts", ""},
		{"audit_heads", ""},
		{"audit_log", "seq"},
		{"audit_queue", "id"},
		{"audit_values", "record_id, change_no"},
		{"audit", "at, id"},
	}
}

// ownedTable is a table with the columns of its primary key but org_id.
type ownedTable struct{ name, key string }

// purgeSQL removes the rows of organizations that are deleted.
type purgeSQL struct {
	lock, purged string
	remove       []string // by table, in the order of owned
}

func newPurgeSQL(db *DB) purgeSQL {
	q := purgeSQL{
		lock: db.bindAll(`SELECT org_id FROM {organizations} WHERE org_id = ? AND status = 'DELETED'{forUpdate}`),
		purged: db.bindAll(`UPDATE {organizations} SET purged = 1
			WHERE org_id = ? AND status = 'DELETED' AND purged = 0`),
	}
	for _, t := range owned() {
		key := "org_id"
		if t.key != "" {
			key += ", " + t.key
		}
		q.remove = append(q.remove, db.bindAll(db.dialect.deleteSome(t.name, "org_id = ?", strings.Split(key, ", "))))
	}
	return q
}

// Purge has what imports have in Blobs removed, and removes rows of one table after the other. The lock waits for
// transactions that have added rows before the organization was deleted; what would add others later is refused.
func (s organizations) Purge(ctx context.Context, org admin.OrgID, limit int) (more bool, err error) {
	err = s.bookkeep(ctx, func(t *tx) error {
		q := s.db.sql.organization.purge
		if _, err := one(ctx, t, "organization", q.lock, scanText, org); err != nil {
			return err
		}
		n, err := t.exec(ctx, "organization", s.db.sql.imports.blob.purge, org, org, limit)
		if err != nil {
			return err
		}
		if more = n >= int64(limit); more {
			return nil
		}
		more, err = t.removeSome(ctx, "organization", limit-int(n), q.remove, org)
		if err == nil && !more {
			_, err = t.exec(ctx, "organization", q.purged, org)
		}
		return err
	})
	return more && err == nil, err
}
