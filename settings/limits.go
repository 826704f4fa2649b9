package settings

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// ErrTooMany is returned when an entity or the organization has as many settings as it may have. Delete those
// that are not used, or raise Options.Limits.
var ErrTooMany = admin.NewError("too_many_settings", admin.ErrState, "too many settings")

// The default Limits. Togai accepts at most 10 settings with a customer or account when it is created, and
// states no limit beyond; these catch a runaway host before it fills the database.
const (
	DefaultPerEntity       = 1_000
	DefaultPerOrganization = 100_000
)

// Limits bound the number of settings. They apply to creation: existing settings stay when a limit is lowered.
type Limits struct {
	// PerEntity is the maximum on one entity, the organization itself included; 0 means DefaultPerEntity.
	PerEntity int `json:"perEntity,omitempty"`
	// PerOrganization is the maximum in one organization; 0 means DefaultPerOrganization.
	PerOrganization int `json:"perOrganization,omitempty"`
}

func (l Limits) check(p *admin.Problems) {
	for _, f := range []struct {
		path string
		n    int
	}{{"/limits/perEntity", l.PerEntity}, {"/limits/perOrganization", l.PerOrganization}} {
		if f.n < 0 {
			p.Add(f.path, admin.CodeRange, "%d is negative: give a maximum, or 0 for the default", f.n)
		}
	}
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

// Check fails with [ErrTooMany] if so many settings, the new one counted, exceed the limits. Stores call it.
func (l Limits) Check(e Entity, onEntity, inOrganization int) error {
	switch {
	case onEntity > l.PerEntity:
		return fmt.Errorf("%s has %d settings, the maximum: %w", e, onEntity-1, ErrTooMany)
	case inOrganization > l.PerOrganization:
		return fmt.Errorf("the organization has %d settings, the maximum: %w", inOrganization-1, ErrTooMany)
	}
	return nil
}
