package priceplan

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Zone returns the IANA name of the time zone in which an organization's cycles are computed, such as
// "Europe/Berlin". A host without time zone files on its machines imports time/tzdata.
type Zone func(ctx context.Context, org admin.OrgID) (string, error)

// UTC is the [Zone] of organizations that have none of their own.
func UTC(context.Context, admin.OrgID) (string, error) { return "UTC", nil }

// Location returns the organization's time zone, loaded by [LoadLocation].
func (z Zone) Location(ctx context.Context, org admin.OrgID) (*time.Location, error) {
	name, err := z(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	return LoadLocation(name)
}

// LoadLocation is [time.LoadLocation] for names that mean the same on every machine and at any time:
// it refuses "Local" and the empty name. The location's String is the name.
func LoadLocation(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q: use an IANA name, such as Europe/Berlin, or UTC", name)
	}
	in, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", admin.Clip(name), err)
	}
	return in, nil
}
