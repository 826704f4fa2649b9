package bulkimport

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin/job"
)

// tallies are what an import counts besides its job's counts. As the job's State they commit with the rows.
type tallies struct {
	Format int `json:"v"`
	// Import is the import that the job is of; zero for the run, whose job has its id.
	Import    uuid.UUID `json:"import,omitzero"`
	Created   int64     `json:"created"`
	Updated   int64     `json:"updated"`
	Unchanged int64     `json:"unchanged"`
	Failed    int64     `json:"failed,omitempty"` // rows up to the cursor; the job counts those behind it too
	// Version is that of the import that a check is of, and Unchecked how many of Created are valid rows of which
	// it is unknown what their target would do.
	Version   int64  `json:"version,omitempty"`
	Unchecked int64  `json:"unchecked,omitempty"`
	Errors    counts `json:"errors,omitzero"`

	// Kept is how many rows a target of the host's can undo.
	Kept int64 `json:"kept,omitempty"`

	// Passes is how often the file is read again for rows that point at rows behind them.
	Passes int `json:"passes,omitempty"`

	// What an undo has done, and the records that it has restored which an earlier row may have written too.
	Removed  int64           `json:"removed,omitempty"`
	Restored int64           `json:"restored,omitempty"`
	Links    map[string]link `json:"links,omitempty"`
	// Again is the undo whose failed rows this one takes up, and Attempt which undo of the import it is; 0 is the first.
	Again   uuid.UUID `json:"again,omitzero"`
	Attempt int       `json:"attempt,omitempty"`
}

// talliesFormat is the format that is written. A later one must still read this one.
const talliesFormat = 1

// talliesOf reads a job's State.
func talliesOf(j job.Job) (tallies, error) {
	t := tallies{Format: talliesFormat}
	if j.State == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(j.State), &t); err != nil {
		return tallies{}, fmt.Errorf("state of the import: %w", err)
	}
	if t.Format != talliesFormat {
		return tallies{}, fmt.Errorf("state of the import is stored in format %d and not %d: a newer version wrote it",
			t.Format, talliesFormat)
	}
	return t, nil
}

// add counts outcomes.
func (t *tallies) add(outcomes []Outcome) {
	for _, o := range outcomes {
		switch o.Result {
		case Created:
			t.Created++
		case Updated:
			t.Updated++
		case Unchanged:
			t.Unchanged++
		}
	}
}

// stored returns the tallies as a job's State.
func (t tallies) stored() (string, error) {
	text, err := json.Marshal(t)
	return string(text), err
}
