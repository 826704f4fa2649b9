package priceplan

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// Zone says which time zone an organization reckons its cycles in: an IANA name, such as
// "Europe/Berlin". A host without time zone files on its machines imports time/tzdata.
type Zone func(ctx context.Context, org admin.OrgID) (string, error)

// UTC is the Zone of every organization that has none of its own.
func UTC(context.Context, admin.OrgID) (string, error) { return "UTC", nil }

// Load returns the organization's location and its name.
func (z Zone) Load(ctx context.Context, org admin.OrgID) (string, *time.Location, error) {
	name, err := z(ctx, org)
	if err != nil {
		return "", nil, fmt.Errorf("time zone: %w", err)
	}
	in, err := LoadLocation(name)
	return name, in, err
}

// location loads a zone by its name. A migration keeps the name, so it must mean the same on every
// machine, which "Local" does not.
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
