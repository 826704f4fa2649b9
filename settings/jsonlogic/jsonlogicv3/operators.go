package jsonlogicv3

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Operators returns the operators of these names that the host registered with the library's AddOperator,
// for jsonlogic.Options. The library's own operators can be named too. It fails with admin.ErrInvalid and
// lists every name that the library does not know, or whose operator takes rules or reads the event (if, and,
// or, var, missing, the iterators).
//
// The engine passes them evaluated arguments, and the library never runs these as rules. They keep these
// properties of the library:
//
//   - They are shared by the whole process: a later AddOperator under the same name replaces them here too.
//   - They get numbers as float64, with the digits that one has. They return what JSON decodes to.
//   - They always get a list, even for an argument that stands alone in the rule, and the same list again in
//     place of the event, the second argument of their function.
//   - They are not bounded, and ctx is checked before and after them only. If you do not trust them, write a
//     jsonlogic.Operator.
//
// A panic inside one is jsonlogic.OperatorFailed, because the library turns most panics into errors.
func Operators(names ...string) (map[string]jsonlogic.Operator, error) {
	var problems []string
	out := make(map[string]jsonlogic.Operator, len(names))
	for _, name := range names {
		switch {
		case !knows(name):
			problems = append(problems, fmt.Sprintf("%q is not registered: call AddOperator first", admin.Clip(name)))
		case takesRules(name):
			problems = append(problems, fmt.Sprintf("%q takes more than values: use the one of package jsonlogic", name))
		default:
			out[name] = jsonlogic.Operator{Eager: operator(name)}
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("operators of jsonlogic/v3: %s: %w", strings.Join(problems, "; "), admin.ErrInvalid)
	}
	return out, nil
}

// takesRules reports whether an operator of the library has no meaning once its arguments are evaluated.
func takesRules(op string) bool {
	switch op {
	case "if", "?:", "and", "or", "var", "missing", "missing_some", "map", "filter", "reduce", "all", "none", "some":
		return true
	}
	return false
}

func operator(name string) func(context.Context, []any) (any, error) {
	return func(ctx context.Context, args []any) (any, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		// An argument that is an object stays as it is: the library does not run what var reads, except
		// in its own operator set.
		in := input{asIs: name != "set"}
		data, err := in.value(args, 0)
		if err != nil {
			return nil, fmt.Errorf("argument %w: %w", err, jsonlogic.ErrEvaluation)
		}
		reads := make([]any, len(args))
		for i := range reads {
			reads[i] = map[string]any{"var": strconv.Itoa(i)}
		}
		return run(ctx, map[string]any{name: reads}, data)
	}
}
