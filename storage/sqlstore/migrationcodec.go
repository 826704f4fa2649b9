package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/planmigration"
)

// storedMigration is the stored form of what a migration has beyond its columns.
type storedMigration struct {
	Format        int                          `json:"v"`
	Retain        bool                         `json:"retainStartOffsets,omitempty"`
	Intervals     planmigration.IntervalPolicy `json:"intervals,omitempty"`
	Late          planmigration.LatePolicy     `json:"late,omitempty"`
	Replaces      []uuid.UUID                  `json:"replaces,omitempty"`
	ConfirmBefore *int64                       `json:"confirmBefore,omitempty"` // microseconds
	TwoPersons    bool                         `json:"twoPersons,omitempty"`
	Accounts      []string                     `json:"accounts,omitempty"`
}

// migrationFormat is the format that is written. A later one must still read this one.
const migrationFormat = 1

func writeMigrationOptions(m planmigration.Migration) (string, error) {
	text, err := json.Marshal(storedMigration{
		Format: migrationFormat, Retain: m.RetainStartOffsets, Intervals: m.Intervals, Late: m.Late, Replaces: m.Replaces,
		ConfirmBefore: micros(m.ConfirmBefore), TwoPersons: m.TwoPersons, Accounts: m.Accounts,
	})
	return string(text), err
}

func readMigrationOptions(text string, m *planmigration.Migration) error {
	var s storedMigration
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("options of a plan migration: %w", err)
	}
	if s.Format != migrationFormat {
		return fmt.Errorf("options of a plan migration are stored in format %d and not %d: a newer version wrote them",
			s.Format, migrationFormat)
	}
	m.Policies = planmigration.Policies{
		RetainStartOffsets: s.Retain, Intervals: s.Intervals, Late: s.Late, Replaces: s.Replaces,
		ConfirmBefore: fromMicros(s.ConfirmBefore), TwoPersons: s.TwoPersons,
	}
	m.Accounts = s.Accounts
	return nil
}
