package sqlstore

import (
	"encoding/base64"
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
	// Personal is the sum of the mark of values that are stored elsewhere, in base64.
	Personal string `json:"personal,omitempty"`
}

// changesVersion is the version that is written. A reader refuses others instead of guessing.
const changesVersion = 1

// writeChanges returns what is stored of changes; none are an empty text.
func writeChanges(changes []admin.Change, marks []admin.Mark) (string, error) {
	if len(changes) == 0 {
		return "", nil
	}
	stored := storedChanges{Version: changesVersion, Changes: make([]storedChange, len(changes))}
	for i, c := range changes {
		stored.Changes[i] = storedChange{Field: c.Field, From: c.From, To: c.To}
	}
	for _, m := range marks {
		if m.Change == admin.MarkRequest {
			continue
		}
		c := &stored.Changes[m.Change]
		c.From, c.To, c.Personal = "", "", base64.StdEncoding.EncodeToString(m.Sum)
	}
	b, err := json.Marshal(stored)
	if err != nil {
		return "", fmt.Errorf("audit record: write its changes: %w", err)
	}
	return string(b), nil
}

// readChanges reads what writeChanges wrote. The marks have neither salt nor erasure.
func readChanges(text string) ([]admin.Change, []admin.Mark, error) {
	if text == "" {
		return nil, nil, nil
	}
	list, ok := plainChanges(text)
	if !ok {
		var stored storedChanges
		if err := json.Unmarshal([]byte(text), &stored); err != nil {
			return nil, nil, fmt.Errorf("audit record: read its changes: %w", err)
		}
		if stored.Version != changesVersion {
			return nil, nil, fmt.Errorf("audit record: its changes are stored in version %d: this library reads version %d",
				stored.Version, changesVersion)
		}
		list = stored.Changes
	}
	changes := make([]admin.Change, len(list))
	var marks []admin.Mark
	for i, c := range list {
		changes[i] = admin.Change{Field: c.Field, From: c.From, To: c.To, Personal: c.Personal != ""}
		if c.Personal != "" {
			sum, err := base64.StdEncoding.DecodeString(c.Personal)
			if err != nil {
				return nil, nil, fmt.Errorf("audit record: read the mark of its change %d: %w", i, err)
			}
			marks = append(marks, admin.Mark{Change: i, Sum: sum})
		}
	}
	return changes, marks, nil
}
