package admincenter

import (
	"cmp"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Retention is how long what jobs and imports leave is kept, from the end of the job on; of an import that was never
// started, from its last change on; and how long sealed audit records are. [Center.Tidy], which a worker calls, removes
// what is older. A duration of 0 means for ever. The records of what jobs did are kept as all others are.
type Retention struct {
	// Files are uploaded files. An import whose file was removed can be read, and has a FileRemovedAt; to read its file
	// fails with a *bulkimport.FileError with the code file_removed.
	Files time.Duration
	// Details are the entries and effects of jobs: the failed rows of an import, the accounts of a migration, what was
	// there before. A job without them can be read, and has a PrunedAt: what needs them fails with job.ErrPruned.
	Details time.Duration
	// Jobs are jobs that are over, with their imports and migrations. Files and Details end with them.
	Jobs time.Duration
	// Records are audit records, with their places in the log, from when they were sealed on: [admin.MinRetention] at
	// least; auditors commonly ask for a year. They are removed from the start of the log, once a day at most, so one
	// may be kept for a day longer ([admin.Log.Trim]). What is left verifies, and a record says where it begins. Records
	// that wait to be sealed are never removed.
	Records time.Duration
}

// check adds to p what is wrong.
func (r Retention) check(p *admin.Problems) {
	for path, d := range map[string]time.Duration{"/files": r.Files, "/details": r.Details, "/jobs": r.Jobs} {
		if d < 0 {
			p.Add("/retention"+path, admin.CodeRange, "%v is negative: give a positive value, or 0 for ever", d)
		}
	}
	if r.Records != 0 && r.Records < admin.MinRetention {
		p.Add("/retention/records", admin.CodeRange, "%v is too short: keep audit records for %v at least, or 0 for ever",
			r.Records, admin.MinRetention).With("min", admin.MinRetention.String())
	}
}

// complete returns r with durations that are not longer than that of jobs.
func (r Retention) complete() Retention {
	if r.Jobs > 0 {
		r.Files, r.Details = min(cmp.Or(r.Files, r.Jobs), r.Jobs), min(cmp.Or(r.Details, r.Jobs), r.Jobs)
	}
	return r
}
