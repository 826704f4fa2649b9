package bulkimport

import (
	"context"
	"sync/atomic"

	"github.com/admincenter/admincenter/admin"
)

// reading reads the file of an import for a job.
type reading struct {
	version int64  // of the import
	at      cursor // of what the reader returns next
	content *content
	reader  *reader
	plan    *plan
}

// openFile keeps a reading from one batch of a run to the next, which then does not read again what the one before had
// read ahead. A batch takes it and puts it back if all went well: one that was left behind by its run may still go on.
type openFile struct {
	kept atomic.Pointer[reading]
}

// take returns a reading that is at a cursor of an import.
func (r *openFile) take(ctx context.Context, s *Service, org admin.OrgID, i Import, t Type, at cursor) *reading {
	if k := r.kept.Swap(nil); k != nil && k.version == i.Version && k.at == at && i.FileRemovedAt.IsZero() {
		k.content.ctx = ctx
		return k
	}
	k := &reading{version: i.Version, at: at, content: s.content(ctx, org, i, at.offset)}
	k.reader = i.reader(k.content, at, s.limits)
	k.plan = newPlan(t.Schema, i, s.limits)
	return k
}

func (r *openFile) put(k *reading) { r.kept.Store(k) }
