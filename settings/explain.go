package settings

import (
	"context"
	"errors"

	"github.com/admincenter/admincenter/admin"
)

// Explanation is how a rule came to its result on one event.
type Explanation struct {
	// Resolved is the rule, the level that it came from, and what it hides.
	Resolved Resolved
	// Value is what it came to, as Program.Eval gives it; nil where Failure says why there is none.
	Value any
	// Failure is the error that Evaluate would have failed with: ErrEvaluation, or ErrRule for a rule
	// that was saved under another Evaluator. nil where there is a Value.
	Failure error
	// Traced says that the program keeps a Trace. Otherwise Trace has no Steps, and its Reads are
	// what the program says that it may read, where it says so.
	Traced bool
	Trace  Trace
}

// Explain resolves a JSON_LOGIC setting like Evaluate, runs it on an event and tells how it came to
// its result: each part's value, which branch was taken, what was read and what was missing. A rule
// that has no result is an answer here too, with Failure. It fails as Resolve does, with ErrNotLogic,
// or where ctx ends. It requires admin.SettingsRead.
func (s *Service) Explain(ctx context.Context, scope admin.Scope, path Path, namespace, name string, event any) (Explanation, error) {
	r, err := s.Resolve(ctx, scope, path, namespace, name)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Resolved: r}
	program, err := s.program(ctx, scope.Org(), r.Setting)
	if err == nil {
		out.Value, err = explain(ctx, program, event, &out)
	}
	switch {
	case errors.Is(err, ErrRule), errors.Is(err, ErrEvaluation):
		out.Failure = inSetting(r.Setting, err)
	case err != nil:
		return Explanation{}, inSetting(r.Setting, err)
	}
	return out, nil
}

func explain(ctx context.Context, program Program, event any, out *Explanation) (value any, err error) {
	if t, ok := program.(Tracer); ok {
		out.Traced = true
		value, out.Trace, err = t.Trace(ctx, event)
		return value, err
	}
	if r, ok := program.(Reader); ok {
		paths := r.Reads()
		out.Trace.Reads, out.Trace.Truncated = readsOf(paths, event), len(paths) > MaxTrace
	}
	return program.Eval(ctx, event)
}
