package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// storedChanges is how the changes of an audit record are stored. The names are those of the column
// and not those of the API, which may change.
type storedChanges struct {
	Version int            `json:"v"`
	Changes []storedChange `json:"changes"`
}

type storedChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// changesVersion is the version that is written. A reader refuses others instead of guessing.
const changesVersion = 1

// writeChanges returns what is stored of changes; none are an empty text.
func writeChanges(changes []admin.Change) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	stored := storedChanges{Version: changesVersion, Changes: make([]storedChange, len(changes))}
	for i, c := range changes {
		stored.Changes[i] = storedChange{Field: c.Field, From: c.From, To: c.To}
	}
	b, err := json.Marshal(stored)
	if err != nil {
		return "", fmt.Errorf("audit record: write its changes: %w", err)
	}
	return string(b), nil
}

// readChanges reads what writeChanges wrote.
func readChanges(text string) ([]admin.Change, error) {
	if text == "" {
		return nil, nil
	}
	if changes, ok := plainChanges(text); ok {
		return changes, nil
	}
	var stored storedChanges
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, fmt.Errorf("audit record: read its changes: %w", err)
	}
	if stored.Version != changesVersion {
		return nil, fmt.Errorf("audit record: its changes are stored in version %d: this library reads version %d",
			stored.Version, changesVersion)
	}
	changes := make([]admin.Change, len(stored.Changes))
	for i, c := range stored.Changes {
		changes[i] = admin.Change{Field: c.Field, From: c.From, To: c.To}
	}
	return changes, nil
}
