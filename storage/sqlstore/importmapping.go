package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

type importMappings struct{ access }

const mappingNoun = "import mapping"

type mappingSQL struct{ insert, get, list, count, update, remove string }

func newMappingSQL(db *DB) mappingSQL {
	const columns = `SELECT id, type, name, details, created_at, created_by_kind, created_by_id, updated_at, version
		FROM {import_mappings} `
	return mappingSQL{
		insert: db.bind(`INSERT INTO {import_mappings} (org_id, id, type, name, name_key, details, created_at,
			created_by_kind, created_by_id, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
		get:   db.bind(columns + `WHERE org_id = ? AND id = ?`),
		list:  db.bind(columns + `WHERE org_id = ? AND type = ? AND name_key > ? ORDER BY name_key LIMIT ?`),
		count: db.bind(`SELECT COUNT(*) FROM {import_mappings} WHERE org_id = ? AND type = ?{latest}`),
		update: db.bind(`UPDATE {import_mappings} SET name = ?, name_key = ?, details = ?, updated_at = ?,
			version = version + 1 WHERE org_id = ? AND id = ? AND version = ?`),
		remove: db.bind(`DELETE FROM {import_mappings} WHERE org_id = ? AND id = ? AND version = ?`),
	}
}

// Create locks the organization, so that mappings which are added at the same time are counted.
func (s importMappings) Create(
	ctx context.Context, org admin.OrgID, m bulkimport.SavedMapping, limit int, rec admin.Record,
) error {
	details, err := mappingDetails(m)
	if err != nil {
		return err
	}
	return s.locked(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.mapping
		others, err := one(ctx, t, mappingNoun, q.count,
			func(scan func(...any) error, n *int) error { return scan(n) }, org, m.Type)
		if err != nil {
			return err
		}
		if err := bulkimport.CheckMappings(others, limit); err != nil {
			return err
		}
		_, err = t.exec(ctx, mappingNoun, q.insert, org, id(m.ID), m.Type, m.Name, m.NameKey(), details, at(m.CreatedAt),
			m.CreatedBy.Kind, actorID(m.CreatedBy), at(m.UpdatedAt), m.Version)
		return err
	})
}

func (s importMappings) Get(
	ctx context.Context, org admin.OrgID, mappingID uuid.UUID,
) (bulkimport.SavedMapping, error) {
	return one(ctx, s.reader(), mappingNoun, s.db.sql.mapping.get, scanMapping, org, id(mappingID))
}

func (s importMappings) List(
	ctx context.Context, org admin.OrgID, of bulkimport.TypeName, seek admin.Seek[string],
) ([]bulkimport.SavedMapping, error) {
	return rows(ctx, s.reader(), mappingNoun, s.db.sql.mapping.list, scanMapping, org, of, seek.After, seek.Limit)
}

func (s importMappings) Update(
	ctx context.Context, org admin.OrgID, m bulkimport.SavedMapping, rec admin.Record,
) error {
	details, err := mappingDetails(m)
	if err != nil {
		return err
	}
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.mapping
		return t.change(ctx, mappingNoun, q.update, []any{
			m.Name, m.NameKey(), details, at(m.UpdatedAt), org, id(m.ID), m.Version,
		}, q.get, org, id(m.ID))
	})
}

func (s importMappings) Delete(
	ctx context.Context, org admin.OrgID, mappingID uuid.UUID, version int64, rec admin.Record,
) error {
	return s.write(ctx, org, rec, func(t *tx) error {
		q := s.db.sql.mapping
		return t.change(ctx, mappingNoun, q.remove, []any{org, id(mappingID), version}, q.get, org, id(mappingID))
	})
}

// mappingVersion is that of storedMapping.
const mappingVersion = 1

// storedMapping is the stored form of what nothing looks a saved mapping up by. It does not change with the JSON of the
// API.
type storedMapping struct {
	Version  int                     `json:"version"`
	Headers  []string                `json:"headers,omitempty"`
	Mapping  map[string]storedSource `json:"mapping,omitempty"`
	Settings storedSettings          `json:"settings"`
}

func mappingDetails(m bulkimport.SavedMapping) (string, error) {
	s := storedMapping{Version: mappingVersion, Headers: m.Headers, Settings: writeSettings(m.Settings)}
	if m.Mapping != nil {
		s.Mapping = map[string]storedSource{}
	}
	for name, source := range m.Mapping {
		s.Mapping[name] = writeSource(source)
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("%s: %w", mappingNoun, err)
	}
	return string(b), nil
}

func scanMapping(scan func(...any) error, m *bulkimport.SavedMapping) error {
	var details string
	err := scan(scanID(&m.ID), &m.Type, &m.Name, &details, scanAt(&m.CreatedAt), &m.CreatedBy.Kind,
		scanActorID(&m.CreatedBy), scanAt(&m.UpdatedAt), &m.Version)
	if err != nil {
		return err
	}
	var s storedMapping
	if err := json.Unmarshal([]byte(details), &s); err != nil {
		return fmt.Errorf("stored %s: %w", mappingNoun, err)
	}
	if s.Version != mappingVersion {
		return fmt.Errorf("stored %s is of version %d: this release reads up to %d", mappingNoun, s.Version, mappingVersion)
	}
	m.Headers, m.Settings = s.Headers, readSettings(s.Settings)
	for name, source := range s.Mapping {
		if m.Mapping == nil {
			m.Mapping = bulkimport.Mapping{}
		}
		m.Mapping[name] = readSource(source)
	}
	return nil
}
