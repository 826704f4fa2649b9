package sqlstore

import (
	"github.com/admincenter/admincenter/admin"
)

// ErrCommitUnknown is returned when the database did not answer a COMMIT, so that the transaction may or
// may not have happened. Read by key before doing it again.
var ErrCommitUnknown = admin.NewError("commit_unknown", nil, "the outcome of the commit is unknown")

// ErrContended is returned when a transaction lost against others as often as Options.Retries allows.
var ErrContended = admin.NewError("database_contended", admin.ErrBusy,
	"other transactions keep changing the same records")

// failure is what kind of error a driver gave, as far as it matters here.
type failure int

const (
	unknown   failure = iota // anything else; the transaction cannot be trusted any more
	duplicate                // a unique key is taken
	noParent                 // a foreign key points nowhere, or would
	refused                  // a value breaks a CHECK, a NOT NULL, or a trigger's rule
	retryable                // the transaction lost against another one: run all of it again
)

// retry marks an error after which the whole transaction may be run again. It is also ErrContended, for
// callers that see it after the last try.
type retry struct{ err error }

func (r *retry) Error() string   { return r.err.Error() + ": " + ErrContended.Error() }
func (r *retry) Unwrap() []error { return []error{r.err, ErrContended} }

// missing is the error for what does not exist or belongs to another organization, without difference.
func missing(noun string) error { return admin.NotFound(noun) }

func conflict(noun string) error { return admin.Conflict(noun) }
