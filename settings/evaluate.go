package settings

import (
	"context"
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
