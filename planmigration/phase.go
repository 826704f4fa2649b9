package planmigration

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Phase is the part of its work that a migration is at.
type Phase string

// The phases.
const (
	Listing Phase = "LISTING" // its accounts are being listed, as pending entries
	Moving  Phase = "MOVING"  // the list is complete; its accounts are moved, or wait to be
)

// Phase returns the phase that the migration is at, or ended in. Until the list is complete, Job.Counts.Total
// grows.
func (m Migration) Phase() Phase {
	if s, err := stateOf(m.Job); err == nil {
		return s.Phase
	}
	return Listing
}

// state is what a migration's job keeps beside its cursor: the stored form of its State.
type state struct {
	Format int   `json:"v"`
	Phase  Phase `json:"phase"`
}

// stateFormat is the format that is written. A later one must still read this one.
const stateFormat = 1

func stateOf(j job.Job) (state, error) {
	if j.State == "" {
		return state{Format: stateFormat, Phase: Listing}, nil
	}
	var s state
	if err := json.Unmarshal([]byte(j.State), &s); err != nil {
		return state{}, fmt.Errorf("state of the migration: %w", err)
	}
	if s.Format != stateFormat {
		return state{}, fmt.Errorf("state of the migration is stored in format %d and not %d: a newer version wrote it",
			s.Format, stateFormat)
	}
	return s, nil
}

// stored returns the phase as the job's State.
func (p Phase) stored() (string, error) {
	text, err := json.Marshal(state{Format: stateFormat, Phase: p})
	return string(text), err
}

// A cursor is the last account that was listed, or the last entry that was moved. Each has a word before it, so
// that neither is taken for the other, whatever accounts are called.
const (
	listed = "account "
	moved  = "entry "
)

func movingCursor(after int64) string { return moved + strconv.FormatInt(after, 10) }

// parseMoving returns the number of the entry after which a batch of the phase Moving begins.
func parseMoving(cursor string) (after int64, err error) {
	number, ok := strings.CutPrefix(cursor, moved)
	if ok {
		after, err = strconv.ParseInt(number, 10, 64)
	}
	if !ok || err != nil {
		return 0, fmt.Errorf("cursor %q is not an entry's number: %w", admin.Clip(cursor), admin.ErrInvalid)
	}
	return after, nil
}
