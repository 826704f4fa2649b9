package job

import (
	"errors"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrLeaseLost: another worker took the job over, or it was cancelled. Nothing was changed.
	ErrLeaseLost = admin.NewError("lease_lost", admin.ErrConflict, "lease lost to another worker")
	// ErrNotDue: the job's StartAt has not come.
	ErrNotDue = admin.NewError("job_not_due", admin.ErrState, "job is not due")
)

// permanent marks an error that retrying cannot mend.
type permanent struct{ err error }

func (p *permanent) Error() string { return p.err.Error() }
func (p *permanent) Unwrap() error { return p.err }

// Fail marks err as one that retrying cannot mend (a file that changed, an actor who lost the
// permission): the job becomes Failed with err's text as its Failure. After any other error of a
// batch the job stays InProgress without a lease, to be tried again.
func Fail(err error) error { return &permanent{err: err} }

func isPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p)
}
