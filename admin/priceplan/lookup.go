package priceplan

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
)

// CodeNotActive is the code of a problem with a plan that takes no accounts, because it is a draft
// or archived.
const CodeNotActive = "not_active"

// lookup reads the plan that an input names at path; least is 0 where Version 0 stands for the
// latest. What is wrong with the reference, a plan that does not exist included, is a problem of
// the input, and the plan is the zero Plan then.
func Lookup(ctx context.Context, plans Plans, org admin.OrgID, path string, ref Ref, least int, p *admin.Problems) (Plan, error) {
	var own admin.Problems
	ref.check(&own, path, least)
	var invalid *admin.ValidationError
	if errors.As(own.Err(), &invalid) {
		for _, f := range invalid.Fields {
			p.Add(f.Path, f.Code, "%s", f.Message)
		}
		return Plan{}, nil
	}
	plan, err := Read(ctx, plans, org, ref)
	switch {
	case errors.Is(err, admin.ErrNotFound) && ref.Version == 0:
		p.Add(path, admin.CodeUnknown, "there is no plan %s, or it is still a draft", ref.ID)
		return Plan{}, nil
	case errors.Is(err, admin.ErrNotFound):
		p.Add(path, admin.CodeUnknown, "there is no plan %s", ref)
		return Plan{}, nil
	}
	return plan, err
}

// taking is lookup for a plan that accounts are to be put on.
func LookupActive(ctx context.Context, plans Plans, org admin.OrgID, path string, ref Ref, p *admin.Problems) (Plan, error) {
	plan, err := Lookup(ctx, plans, org, path, ref, 0, p)
	if err == nil && plan.Ref.ID != "" && plan.Status != Active {
		p.Add(path, CodeNotActive, "%s is %s: only an %s plan takes accounts", plan.Ref, plan.Status, Active)
	}
	return plan, err
}

// read reads a version of a plan, or the latest for Version 0.
func Read(ctx context.Context, plans Plans, org admin.OrgID, ref Ref) (Plan, error) {
	if ref.Version == 0 {
		return plans.Latest(ctx, org, ref.ID)
	}
	return plans.Version(ctx, org, ref)
}
