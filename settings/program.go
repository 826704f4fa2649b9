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
	if t := set.Value.Type(); t != TypeLogic {
		return nil, fmt.Errorf("it is %s: %w", t, ErrNotLogic)
	}
	if p, ok := s.programs.get(scope.Org(), set); ok {
		return p, nil
	}
	raw, _ := set.Value.JSON()
	// Two callers may both compile it, which costs less than letting one wait for the other.
	p, err := s.evaluator.Compile(ctx, raw)
	if err != nil {
		return nil, err
	}
	s.programs.put(scope.Org(), set, p)
	return p, nil
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
