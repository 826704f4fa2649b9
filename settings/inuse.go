package settings

import (
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// ErrInUse is returned when a setting cannot be deleted because enrichments depend on it, of which the [*InUseError]
// has the names, or cannot have a value because one of them could not use it.
var ErrInUse = admin.NewError("setting_in_use", admin.ErrState, "in use")

// MaxUsersNamed is the number of event schemas that an [InUseError] names at most.
const MaxUsersNamed = 10

// InUseError has the event schemas whose enrichments depend on a setting. It wraps [ErrInUse].
type InUseError struct {
	EventSchemas []string `json:"eventSchemas,omitempty"` // in ascending order, MaxUsersNamed at most
	More         bool     `json:"more,omitempty"`         // there are more
}

// NewInUse is the error for a setting that these event schemas use, or nil if there are none. Stores give it the
// first MaxUsersNamed + 1 of them, in ascending order.
func NewInUse(users []string) error {
	if len(users) == 0 {
		return nil
	}
	named := users[:min(len(users), MaxUsersNamed)]
	return &InUseError{EventSchemas: named, More: len(named) < len(users)}
}

// Error names the event schemas.
func (e *InUseError) Error() string {
	quoted := make([]string, len(e.EventSchemas))
	for i, s := range e.EventSchemas {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	more := ""
	if e.More {
		more = " and more"
	}
	return fmt.Sprintf(
		"the enrichments of the event schemas %s%s depend on it: change them first, or delete it with DeleteInUse: %v",
		strings.Join(quoted, ", "), more, ErrInUse)
}

// Unwrap makes errors.Is(err, ErrInUse) true.
func (e *InUseError) Unwrap() error { return ErrInUse }
