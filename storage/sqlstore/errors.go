package sqlstore

import (
	"errors"

	"github.com/admincenter/admincenter/admin"
)

// ErrCommitUnknown: the database did not answer a COMMIT, so the transaction may or may not have
// happened. Read by key before doing it again.
var ErrCommitUnknown = errors.New("outcome of commit is unknown")

// failure is what kind of error a driver gave, as far as it matters here.
type failure int

const (
	unknown   failure = iota // anything else; the transaction cannot be trusted any more
	duplicate                // a unique key is taken
	noParent                 // a foreign key points nowhere
	refused                  // a value breaks a CHECK, a NOT NULL, or a trigger's rule
	retryable                // the transaction lost against another one: run all of it again
)

// retry marks an error after which the whole transaction may be run again. Who sees it has been
// told to come back later: it is also admin.ErrBusy.
type retry struct{ err error }

func (r *retry) Error() string   { return r.err.Error() + ": " + admin.ErrBusy.Error() }
func (r *retry) Unwrap() []error { return []error{r.err, admin.ErrBusy} }

// missing is the error for what does not exist, or belongs to somebody else: it must not tell.
func missing(noun string) error { return admin.NotFound(noun) }

func conflict(noun string) error { return admin.Conflict(noun) }
