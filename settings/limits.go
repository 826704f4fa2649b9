package settings

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// ErrTooMany: an entity or the organization has as many settings, or the organization as many
// enrichments, as it may have. Delete what is not used, or raise Options.Limits.
var ErrTooMany = fmt.Errorf("too many: %w", admin.ErrState)

// How many settings there may be where Limits says nothing. Togai takes at most 10 with one customer
// or account when it is made, and states no limit beyond; these are for a fault in a host to be
// found before it fills a database.
const (
	DefaultPerEntity       = 1_000
	DefaultPerOrganization = 100_000
)

// Limits bound the number of settings. They hold for what is created: what is there already stays
// when a limit is lowered.
type Limits struct {
	PerEntity       int // on one entity, the organization itself included; 0 means DefaultPerEntity
	PerOrganization int // in one organization together; 0 means DefaultPerOrganization
}

func (l Limits) withDefaults() Limits {
	if l.PerEntity == 0 {
		l.PerEntity = DefaultPerEntity
	}
	if l.PerOrganization == 0 {
		l.PerOrganization = DefaultPerOrganization
	}
	return l
}

// Check is ErrTooMany where so many settings, the new one counted, are more than the limits let
// through. Stores call it.
func (l Limits) Check(e Entity, onEntity, inOrganization int) error {
	switch {
	case onEntity > l.PerEntity:
		return fmt.Errorf("settings on %s: it has %d already, as many as it may: %w", e, onEntity-1, ErrTooMany)
	case inOrganization > l.PerOrganization:
		return fmt.Errorf("settings: the organization has %d already, as many as it may: %w", inOrganization-1, ErrTooMany)
	}
	return nil
}

// TooManyEnrichments is ErrTooMany for an organization that has most enrichments already. Stores call
// it.
func TooManyEnrichments(most int) error {
	return fmt.Errorf("enrichments: the organization has %d already, as many as it may: %w", most, ErrTooMany)
}
