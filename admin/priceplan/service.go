package priceplan

import (
	"context"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Ports are the stores of a [Service]. All are required.
type Ports struct {
	Plans     Store
	Schedules ScheduleStore
	// Currencies, if set, refuses currencies in which an organization starts nothing new.
	Currencies iso4217.Uses
}

// Options of a [Service]; the zero value is ready.
type Options struct {
	admin.Runtime
	// Zone is the time zone in which anniversaries are computed; nil means UTC for all.
	Zone Zone
}

// Service keeps price plans and account schedules. It is safe for concurrent use.
type Service struct {
	ports Ports
	*core
}

// core is what a service shares with those made from it by [Service.In].
type core struct {
	runtime admin.Runtime
	zone    Zone
}

// NewService returns a Service over ports. It fails with [admin.ErrInvalid] if a port is missing.
func NewService(ports Ports, o Options) (*Service, error) {
	var p admin.Problems
	if ports.Plans == nil {
		p.Add("/ports/plans", admin.CodeRequired, "is required: give the priceplan.Store of a storage")
	}
	if ports.Schedules == nil {
		p.Add("/ports/schedules", admin.CodeRequired, "is required: give the priceplan.ScheduleStore of a storage")
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("priceplan: %w", err)
	}
	if o.Zone == nil {
		o.Zone = UTC
	}
	return &Service{ports: ports, core: &core{runtime: o.WithDefaults(), zone: o.Zone}}, nil
}

// In returns the service over other ports, such as those of a transaction, with the same options.
func (s *Service) In(ports Ports) *Service { return &Service{ports: ports, core: s.core} }

// CodeNotActive is the code of a problem with a plan that takes no accounts, because it is a draft or
// archived.
const CodeNotActive = "not_active"

// Resolve reads the plan that an input refers to at path, for services that take such references.
// Version 0 stands for the plan's latest active version. A malformed reference, or one to a plan that
// does not exist, is added to p, and the plan is the zero Plan then; the error is a failure to read.
func Resolve(ctx context.Context, plans Plans, org admin.OrgID, ref Ref, path string, p *admin.Problems) (Plan, error) {
	var malformed admin.Problems
	ref.check(&malformed, path, 0)
	if err := malformed.Err(); err != nil {
		p.AddError("", admin.CodeFormat, err)
		return Plan{}, nil
	}
	plan, err := read(ctx, plans, org, ref)
	switch {
	case errors.Is(err, admin.ErrNotFound) && ref.Version == 0:
		p.Add(path, admin.CodeUnknown, "there is no plan %s with an active version", ref.ID)
		return Plan{}, nil
	case errors.Is(err, admin.ErrNotFound):
		p.Add(path, admin.CodeUnknown, "there is no plan %s", ref)
		return Plan{}, nil
	}
	return plan, err
}

// read reads a version of a plan, or the latest active one for Version 0.
func read(ctx context.Context, plans Plans, org admin.OrgID, ref Ref) (Plan, error) {
	if ref.Version == 0 {
		return plans.Latest(ctx, org, ref.ID)
	}
	return plans.Version(ctx, org, ref)
}
