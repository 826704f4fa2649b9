package job

import (
	"errors"

	"github.com/admincenter/admincenter/admin"
)

var (
	// ErrLeaseLost is returned when another worker took the job over, or it was paused or cancelled.
	// Nothing was changed.
	ErrLeaseLost = admin.NewError("lease_lost", admin.ErrConflict, "lease lost to another worker")
	// ErrLeased is returned while another worker has the job's lease; [admin.RetryAfter] gives the time
	// until it ends.
	ErrLeased = admin.NewError("job_leased", admin.ErrBusy, "another worker has leased the job")
	// ErrNotDue is returned before the job's StartAt, and after a batch that failed before its RetryAt;
	// [admin.RetryAfter] gives the time until then.
	ErrNotDue = admin.NewError("job_not_due", admin.ErrState, "job is not due")
	// ErrPruned is returned for the entries and the effects of a job, and for what would need them, when they were
	// removed because their time was over.
	ErrPruned = admin.NewError("job_pruned", admin.ErrState, "the details of this job are not kept any longer")
)

// permanent marks an error after which a retry is useless.
type permanent struct{ err error }

func (p *permanent) Error() string { return p.err.Error() }
func (p *permanent) Unwrap() error { return p.err }

// Fail marks err as one that a retry cannot fix, such as a file that changed or an actor who lost the
// permission: the job becomes [Failed] at once. After any other error of a batch the job is tried again by the
// rules of [Retry] before it becomes Failed.
func Fail(err error) error { return &permanent{err: err} }

func isPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p)
}

// blocked marks an error that a person has to remove the cause of.
type blocked struct{ err error }

func (b *blocked) Error() string { return b.err.Error() }
func (b *blocked) Unwrap() error { return b.err }

// Block marks err as one whose cause is outside of the job and can be removed, such as a price plan that takes no
// accounts: the job becomes [Paused] at once, with err as its Failure, and continues from its cursor once it is
// resumed.
func Block(err error) error { return &blocked{err: err} }

func isBlocked(err error) bool {
	var b *blocked
	return errors.As(err, &b)
}
