package settings

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Evaluate resolves a JSON_LOGIC setting like [Service.Resolve] and evaluates it on an event; see
// [Program].Eval for what an event may hold. It fails with [ErrNotLogic] if the setting that counts is of
// another type, even if one above it is a rule, and with jsonlogic.ErrEvaluation if the rule has no result on this
// event. It requires [PermissionRead].
func (s *Service) Evaluate(
	ctx context.Context, scope admin.Scope, path Path, namespace, name string, event any,
) (Result, error) {
	r, err := s.Resolve(ctx, scope, path, namespace, name)
	if err != nil {
		return Result{}, err
	}
	return s.evaluate(ctx, scope, r.Setting, event)
}

// EvaluateID is Evaluate for the setting with this id.
func (s *Service) EvaluateID(ctx context.Context, scope admin.Scope, id uuid.UUID, event any) (Result, error) {
	rule, err := s.Get(ctx, scope, id)
	if err != nil {
		return Result{}, err
	}
	return s.evaluate(ctx, scope, rule, event)
}

// EvaluateRule evaluates a rule that need not be saved on an event, as a JSON_LOGIC setting with it would be. It fails
// with a *admin.ValidationError for a rule that could not be saved, and with jsonlogic.ErrEvaluation if the rule has no
// result on this event. It requires [PermissionRead].
func (s *Service) EvaluateRule(
	ctx context.Context, scope admin.Scope, rule json.RawMessage, event any,
) (any, error) {
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
	return program.Eval(ctx, event)
}

func (s *Service) evaluate(ctx context.Context, scope admin.Scope, rule Setting, event any) (Result, error) {
	program, err := s.Program(ctx, scope, rule)
	if err != nil {
		return Result{}, inSetting(rule, err)
	}
	value, err := program.Eval(ctx, event)
	if err != nil {
		return Result{}, inSetting(rule, err)
	}
	return Result{Value: value, Setting: rule}, nil
}

func inSetting(rule Setting, err error) error { return fmt.Errorf("setting %s: %w", rule.Key(), err) }
