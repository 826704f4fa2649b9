package planmigration

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Phase is the part of its work that a migration is at.
type Phase string

// The phases.
const (
	Listing Phase = "LISTING" // its accounts are being listed, and what becomes of each
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

// Reasons returns how many accounts have been skipped or have failed, by reason. The caller may change the map.
func (m Migration) Reasons() map[job.Reason]int64 {
	s, _ := stateOf(m.Job)
	return s.Reasons
}

// state is what a migration's job keeps beside its cursor: the stored form of its State.
type state struct {
	Format  int                  `json:"v"`
	Phase   Phase                `json:"phase"`
	Reasons map[job.Reason]int64 `json:"reasons,omitempty"`
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

// stored returns the state as the job keeps it, with what became of further accounts.
func (s state) stored(settled []Entry) (string, error) {
	s.Reasons = maps.Clone(s.Reasons)
	for _, e := range settled {
		if e.Reason == "" {
			continue
		}
		if s.Reasons == nil {
			s.Reasons = map[job.Reason]int64{}
		}
		s.Reasons[e.Reason]++
	}
	text, err := json.Marshal(s)
	return string(text), err
}

// A cursor is the last account that was listed, the last effect or entry of another migration that was, or the last
// entry that was moved. Each has a word before it, so that none is taken for another, whatever accounts are called.
const (
	byAccount = "account "
	undone    = "effect "
	repeated  = "of "
	moved     = "entry "
)

func numbered(word string, after int64) string { return word + strconv.FormatInt(after, 10) }

// parseNumber returns the number of the entry or the effect after which a batch begins; 0 for an empty cursor.
func parseNumber(word, cursor string) (after int64, err error) {
	number, ok := strings.CutPrefix(cursor, word)
	if ok {
		after, err = strconv.ParseInt(number, 10, 64)
	}
	if (!ok || err != nil) && (cursor != "" || word == moved) {
		return 0, fmt.Errorf("cursor %q is not a number after %q: %w", admin.Clip(cursor), word, admin.ErrInvalid)
	}
	return after, nil
}
