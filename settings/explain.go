package settings

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Explanation is how a rule reached its result on one event.
type Explanation struct {
	// Resolved is the rule, the level that it came from, and what it hides.
	Resolved Resolved
	// Value is the result as Program.Eval returns it; nil if there is a Failure.
	Value any
	// Failure is the error that Evaluate would have returned: jsonlogic.ErrEvaluation, or
	// jsonlogic.ErrRule for a rule that was saved under another Evaluator. nil if there is a Value.
	Failure error
	// Traced reports whether the program keeps a Trace. Otherwise Trace has no Steps, and its Reads are
	// what the program declares that it may read, if it does.
	Traced bool
	Trace  jsonlogic.Trace
}

// MarshalJSON writes "resolved", "value", "failure", "traced" and "trace". The failure is a message, with
// the fault, operator and pointer of a [*jsonlogic.Error] beside it.
func (e Explanation) MarshalJSON() ([]byte, error) {
	out := struct {
		Resolved Resolved         `json:"resolved"`
		Value    any              `json:"value,omitempty"`
		Failure  *failure         `json:"failure,omitempty"`
		Traced   bool             `json:"traced"`
		Trace    *jsonlogic.Trace `json:"trace,omitempty"`
	}{Resolved: e.Resolved, Value: e.Value, Traced: e.Traced, Failure: failureOf(e.Failure)}
	if len(e.Trace.Steps)+len(e.Trace.Reads) > 0 {
		out.Trace = &e.Trace
	}
	return json.Marshal(out)
}

// failure is an error of a rule in JSON.
type failure struct {
	Message string           `json:"message"`
	Rule    *jsonlogic.Error `json:"rule,omitempty"`
}

func failureOf(err error) *failure {
	if err == nil {
		return nil
	}
	out := &failure{Message: err.Error()}
	errors.As(err, &out.Rule)
	return out
}

// Explain resolves a JSON_LOGIC setting like [Service.Evaluate], evaluates it on an event and reports how it
// reached its result: the value of each part, which branch was taken, what was read and what was missing. A
// rule without a result is explained too, with its Failure. Explain fails as Resolve does, with
// [ErrNotLogic], or with the error of ctx. It requires [PermissionRead].
func (s *Service) Explain(
	ctx context.Context, scope admin.Scope, path Path, namespace, name string, event any,
) (Explanation, error) {
	r, err := s.Resolve(ctx, scope, path, namespace, name)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Resolved: r}
	program, err := s.Program(ctx, scope, r.Setting)
	if err == nil {
		out.Value, err = explain(ctx, program, event, &out)
	}
	switch {
	case errors.Is(err, jsonlogic.ErrRule), errors.Is(err, jsonlogic.ErrEvaluation):
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
		out.Trace.Reads, out.Trace.Truncated = readsOf(paths, event), len(paths) > jsonlogic.MaxTrace
	}
	return program.Eval(ctx, event)
}

// readsOf looks up what a program declares that it reads, for one that cannot trace.
func readsOf(paths []string, event any) []jsonlogic.Read {
	out := make([]jsonlogic.Read, 0, min(len(paths), jsonlogic.MaxTrace))
	for _, path := range paths[:min(len(paths), jsonlogic.MaxTrace)] {
		v, ok := lookUpPath(event, path)
		out = append(out, jsonlogic.Read{Path: path, Found: ok, Value: v})
	}
	return out
}

// lookUpPath follows a path of var through decoded JSON.
func lookUpPath(event any, path string) (any, bool) {
	if path == "" {
		return event, true
	}
	for name := range strings.SplitSeq(path, ".") {
		switch at := event.(type) {
		case map[string]any:
			v, ok := at[name]
			if !ok {
				return nil, false
			}
			event = v
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			event = at[i]
		default:
			return nil, false
		}
	}
	return event, true
}
