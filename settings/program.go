package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/recent"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// CompileRule compiles a rule under the limits of [Logic] with the Evaluator of the Service. What is wrong
// with it is added to p under path, and the Program is nil. Its error is a failure of another kind, such as
// that of ctx.
func (s *Service) CompileRule(
	ctx context.Context, p *admin.Problems, path string, rule json.RawMessage,
) (Program, error) {
	checked, err := Logic(rule)
	if err != nil {
		p.AddError(path, admin.CodeFormat, err)
		return nil, nil
	}
	program, err := s.evaluator.Compile(ctx, json.RawMessage(checked.text))
	var bad *jsonlogic.Error
	switch {
	case err == nil:
		return program, nil
	case errors.As(err, &bad):
		p.Add(path, admin.CodeFormat, "%s", bad.Message())
	case errors.Is(err, admin.ErrInvalid):
		p.AddError(path, admin.CodeFormat, err)
	default:
		return nil, err
	}
	return nil, nil
}

// Program returns the compiled rule of a JSON_LOGIC setting of the scope's organization, from memory if it
// was used recently. It fails with [ErrNotLogic] for a setting of another type, and with jsonlogic.ErrRule
// for a rule that was saved under another Evaluator. It requires [PermissionRead].
func (s *Service) Program(ctx context.Context, scope admin.Scope, set Setting) (Program, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return nil, err
	}
	return s.program(ctx, scope.Org(), set)
}

func (s *Service) program(ctx context.Context, org admin.OrgID, set Setting) (Program, error) {
	if t := set.Value.Type(); t != TypeLogic {
		return nil, fmt.Errorf("it is %s: %w", t, ErrNotLogic)
	}
	if p, ok := s.programs.get(org, set); ok {
		return p, nil
	}
	raw, _ := set.Value.JSON()
	// Two callers may both compile it, which costs less than letting one wait for the other.
	p, err := s.evaluator.Compile(ctx, raw)
	if err != nil {
		return nil, err
	}
	s.programs.put(org, set, p)
	return p, nil
}

// EachProgram calls fn with every setting that a [Path] could resolve a Ref to, and its compiled rule, which is nil if
// it is none that can be compiled, until fn returns false. It is for guards, which act for no user.
func EachProgram(
	ctx context.Context, s *Service, org admin.OrgID, r Ref, fn func(on Setting, program Program) bool,
) error {
	f := Filter{Namespace: r.Namespace, Name: r.Name}
	for seek := (admin.Seek[uuid.UUID]{Limit: admin.MaxLimit}); ; {
		page, err := s.ports.Settings.List(ctx, org, f, seek)
		if err != nil {
			return err
		}
		for _, on := range page {
			if !on.Entity.Kind.Resolved() {
				continue
			}
			program, err := s.program(ctx, org, on)
			if err != nil && !errors.Is(err, ErrNotLogic) && !errors.Is(err, admin.ErrInvalid) {
				return err
			}
			if !fn(on, program) {
				return nil
			}
		}
		if len(page) < seek.Limit {
			return nil
		}
		seek.After = page[len(page)-1].ID
	}
}

// CheckRule compiles a rule as it would be saved, and returns what of it is allowed and rarely meant. It fails with a
// *admin.ValidationError as Create does. It requires [PermissionRead].
func (s *Service) CheckRule(
	ctx context.Context, scope admin.Scope, rule json.RawMessage,
) ([]jsonlogic.Warning, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return nil, err
	}
	var p admin.Problems
	program, err := s.CompileRule(ctx, &p, "/value", rule)
	if err != nil {
		return nil, err
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	if a, ok := program.(Analyzer); ok {
		return a.Analyze(jsonlogic.Shape{}).Warnings, nil
	}
	return nil, nil
}

// maxPrograms bounds the compiled rules that a Service keeps.
const maxPrograms = 256

// programs keeps the compiled rules that were used last.
type programs struct {
	*recent.Cache[programKey, compiled]
}

// programKey changes with every change of the setting, so that nothing has to be removed.
type programKey struct {
	org     admin.OrgID
	id      uuid.UUID
	version int64
}

type compiled struct {
	text    string
	program Program
}

func newPrograms(most int) programs { return programs{recent.New[programKey, compiled](most)} }

func keyOf(org admin.OrgID, s Setting) programKey { return programKey{org, s.ID, s.Version} }

// get finds the program of a setting. It compares the text too: a transaction that was rolled back may have
// shown another rule under the same version.
func (c programs) get(org admin.OrgID, s Setting) (Program, bool) {
	found, ok := c.Get(keyOf(org, s))
	if !ok || found.text != s.Value.Text() {
		return nil, false
	}
	return found.program, true
}

func (c programs) put(org admin.OrgID, s Setting, p Program) {
	c.Put(keyOf(org, s), compiled{s.Value.Text(), p})
}
