package bulkimport

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/internal/text"
)

// SavedMapping is a mapping that a person keeps under a name, such as "Salesforce export, monthly", to use it for other
// files of the type. It knows the columns by their headers, wherever they are in a file: see [Service.ApplyMapping].
type SavedMapping struct {
	ID   uuid.UUID `json:"id"`
	Type TypeName  `json:"type"`
	// Name is 1 to 100 characters. Of a type each is there once, regardless of capitals, accents and blanks.
	Name string `json:"name"`
	// Headers are those of the file that the mapping was saved from, in its order. One is empty for a column without a
	// header.
	Headers []string `json:"headers,omitempty"`
	// Mapping has columns as places in Headers, from 0.
	Mapping Mapping `json:"mapping,omitempty"`
	// Settings are those of the import that the mapping was saved from, with NotImported as places in Headers. They have
	// no CustomersFrom and no HeaderConfirmed, which are about one file.
	Settings  Settings    `json:"settings"`
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
	UpdatedAt time.Time   `json:"updatedAt,omitzero"`
	Version   int64       `json:"version"`
}

// Limits of saved mappings.
const (
	maxMappingName  = 100
	defaultMappings = 100
	maxMappings     = 1000
	maxMappingBytes = 128 << 10 // of headers, mapping and settings, as JSON
	maxMappingKey   = 1000      // bytes of a NameKey
	mappingPage     = 100
)

// MappingSubjectKind is the kind of the audit subject of a saved mapping.
const MappingSubjectKind = "import_mapping"

// NameKey is the form in which names of saved mappings are compared and ordered, at most 1000 bytes: without capitals
// and accents, and with single blanks.
func (m SavedMapping) NameKey() string {
	key := strings.Join(strings.Fields(customer.Fold(m.Name)), " ")
	if key == "" {
		key = m.Name
	}
	return text.Fit(key, maxMappingKey)
}

// Clone returns a copy that shares nothing with m.
func (m SavedMapping) Clone() SavedMapping {
	m.Headers, m.Mapping, m.Settings = slices.Clone(m.Headers), m.Mapping.clone(), m.Settings.clone()
	return m
}

// check finds what keeps a mapping from being saved.
func (m SavedMapping) check(p *admin.Problems) {
	checkName(p, "/name", m.Name, maxMappingName)
	b, err := json.Marshal(struct {
		Headers  []string
		Mapping  Mapping
		Settings Settings
	}{m.Headers, m.Mapping, m.Settings})
	if err == nil && len(b) > maxMappingBytes {
		unfit(p, "/mapping", admin.CodeTooLong+".saved", "bytes", len(b), "max", maxMappingBytes)
	}
}

// take takes the headers, the mapping and the settings of an import.
func (m *SavedMapping) take(i Import) {
	places := map[int]int{}
	m.Headers = make([]string, len(i.Columns))
	for k, c := range i.Columns {
		m.Headers[k], places[c.Index] = c.Header, k
	}
	m.Mapping, m.Settings = i.Mapping.clone(), i.Settings.clone()
	for _, source := range m.Mapping {
		for k, c := range source.Columns {
			source.Columns[k] = places[c]
		}
	}
	for k, c := range m.Settings.NotImported {
		m.Settings.NotImported[k] = places[c]
	}
	m.Settings.CustomersFrom, m.Settings.HeaderConfirmed = uuid.Nil, false
}

// texts returns every text that a person may be in.
func (m SavedMapping) texts() []string {
	out := append([]string{m.Name}, m.Headers...)
	return append(append(out, m.Mapping.texts()...), m.Settings.Blank...)
}

// changes lists a mapping that is saved, for the audit trail.
func (m SavedMapping) changes(schema Schema) []admin.Change {
	return append([]admin.Change{{Field: "type", To: string(m.Type)}},
		mappingChanges(schema, m.Mapping, m.Settings)...)
}
