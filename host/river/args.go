package river

import (
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// Args are the arguments of a River job, which does one job of the Admin Center. They are a job.Ref.
type Args struct {
	Org     admin.OrgID `json:"org" river:"unique"`
	ID      uuid.UUID   `json:"id" river:"unique"`
	JobKind job.Kind    `json:"jobKind"`
	// TriedAt is when the job had last been claimed by the time that the River job was inserted. As long as
	// no worker has claimed the job since, there is no need for a second River job; afterwards the first one
	// may be that of a process that is gone.
	TriedAt time.Time `json:"triedAt,omitzero" river:"unique"`
}

// Kind returns the kind of the River jobs, "admincenter_job".
func (Args) Kind() string { return "admincenter_job" }

func argsOf(r job.Ref) Args {
	return Args{Org: r.Org, ID: r.ID, JobKind: r.Kind, TriedAt: admin.Instant(r.TriedAt)}
}

func (a Args) ref() job.Ref {
	return job.Ref{Org: a.Org, ID: a.ID, Kind: a.JobKind, TriedAt: a.TriedAt}
}

// insertion returns how a River job is inserted. It is unique by its arguments, and with a period by that too. A
// River job that waits for a retry of River's is no reason not to insert another one; that a running one is, is
// required by River.
func (o Options) insertion(period time.Duration) *river.InsertOpts {
	return &river.InsertOpts{
		Queue: o.Queue,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: period, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
			rivertype.JobStateScheduled,
		}},
	}
}
