package job

import (
	"context"

	"github.com/admincenter/admincenter/admin"
)

// EntryStatus is the state of one entry of a job.
type EntryStatus string

// The statuses of an entry. All but [EntryPending] are final. A store keeps no EntryCancelled: it is what a
// pending entry of a cancelled job is ([Job.Entries]).
const (
	EntryPending   EntryStatus = "PENDING"
	EntryCompleted EntryStatus = "COMPLETED"
	EntrySkipped   EntryStatus = "SKIPPED"
	EntryFailed    EntryStatus = "FAILED"
	EntryCancelled EntryStatus = "CANCELLED"
)

// Final reports whether the status can change no more.
func (s EntryStatus) Final() bool { return s != EntryPending }

// EntryStatuses returns the statuses of an entry. The caller may change the slice.
func EntryStatuses() []EntryStatus {
	return []EntryStatus{EntryPending, EntryCompleted, EntrySkipped, EntryFailed, EntryCancelled}
}

// known reports whether s is a status of an entry.
func (s EntryStatus) known() bool {
	switch s {
	case EntryPending, EntryCompleted, EntrySkipped, EntryFailed, EntryCancelled:
		return true
	}
	return false
}

// Reason is a package's code for an entry's status, such as "has_overrides".
type Reason string

// Entry is the work of a job on one thing: a row of a file, an account.
type Entry struct {
	Seq    int64       `json:"seq"`           // 1, 2, 3, … within the job; the row's number in an import
	Ref    string      `json:"ref,omitempty"` // what it is about: an account's id, a row's key
	Status EntryStatus `json:"status"`
	Reason Reason      `json:"reason,omitempty"` // why it was skipped or failed
	Detail string      `json:"detail,omitempty"` // for people: the value, the rule, what would be right
	Data   string      `json:"-"`                // JSON that the package keeps to report or retry the entry
}

// EntryFilter narrows a list of entries; zero fields do not narrow.
type EntryFilter struct {
	Status EntryStatus `json:"status,omitempty"`
	// Bytes, if not 0, ends a page with the entry whose Data, together with that of those before it on the page, has so
	// many bytes or more, because the Data of one may be large. It is for readers of a [Store]; services leave it out.
	Bytes int `json:"-"`
}

// Entries returns the entries of j as [Store.Entries] does, with those that were pending when the job was
// cancelled as EntryCancelled. Cancelling changes no entry, so that it takes the same time for any number
// of them. It fails with [ErrPruned].
func (j Job) Entries(
	ctx context.Context, s Store, org admin.OrgID, f EntryFilter, seek admin.Seek[int64],
) ([]Entry, error) {
	if err := j.Complete(); err != nil {
		return nil, err
	}
	f.Bytes = 0
	if j.Status != Cancelled {
		return s.Entries(ctx, org, j.ID, f, seek)
	}
	switch f.Status {
	case EntryPending:
		return nil, nil
	case EntryCancelled:
		f.Status = EntryPending
	}
	entries, err := s.Entries(ctx, org, j.ID, f, seek)
	for i := range entries {
		if entries[i].Status == EntryPending {
			entries[i].Status = EntryCancelled
		}
	}
	return entries, err
}
