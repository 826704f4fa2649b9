package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// storedDecision is how a job's decision is stored. The names are those of the column and not those of
// the API, which may change.
type storedDecision struct {
	Version int    `json:"v"`
	Action  string `json:"action"`
	From    string `json:"from"`
	ByKind  string `json:"by_kind"`
	ByID    string `json:"by_id,omitempty"`
	ByFor   string `json:"by_for,omitempty"`
	At      int64  `json:"at"` // microseconds since 1970
}

// decisionVersion is the version that is written. A reader refuses others instead of guessing.
const decisionVersion = 1

// writeDecision returns what is stored of a decision; the lack of one is an empty text.
func writeDecision(d job.Decision) (string, error) {
	if d.IsZero() {
		return "", nil
	}
	if !storable([]any{string(d.Action), string(d.From), string(d.By.Kind), d.By.ID, d.By.For}) {
		return "", notStorable("job")
	}
	b, err := json.Marshal(storedDecision{
		Version: decisionVersion, Action: string(d.Action), From: string(d.From), ByKind: string(d.By.Kind), ByID: d.By.ID,
		ByFor: d.By.For, At: d.At.UnixMicro(),
	})
	if err != nil {
		return "", fmt.Errorf("job: write its decision: %w", err)
	}
	return string(b), nil
}

// readDecision reads what writeDecision wrote.
func readDecision(text string) (job.Decision, error) {
	if text == "" {
		return job.Decision{}, nil
	}
	var stored storedDecision
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return job.Decision{}, fmt.Errorf("job: read its decision: %w", err)
	}
	if stored.Version != decisionVersion {
		return job.Decision{}, fmt.Errorf("job: its decision is stored in version %d: this library reads version %d",
			stored.Version, decisionVersion)
	}
	return job.Decision{
		Action: admin.Action(stored.Action), From: job.Status(stored.From),
		By: admin.Actor{Kind: admin.ActorKind(stored.ByKind), ID: stored.ByID, For: stored.ByFor},
		At: time.UnixMicro(stored.At).UTC(),
	}, nil
}

// scanDecision reads what writeDecision wrote into d.
func scanDecision(d *job.Decision) any { return &decision{d} }

type decision struct{ d *job.Decision }

// Scan implements sql.Scanner.
func (s *decision) Scan(src any) (err error) {
	switch v := src.(type) {
	case string:
		*s.d, err = readDecision(v)
	case []byte:
		*s.d, err = readDecision(string(v))
	default:
		err = fmt.Errorf("decision stored as %T: want text", src)
	}
	return err
}
