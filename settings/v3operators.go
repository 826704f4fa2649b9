package settings

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// V3Operators are operators that the host registered with jsonlogic.AddOperator of
// github.com/diegoholiveira/jsonlogic/v3, by name, for RuleOptions.Operators: a host that goes over to
// an Engine keeps them. A name that the library does not know, or whose operator takes rules or reads
// the event (if, and, or, var, missing, the iterators), is admin.ErrInvalid; one error has them all.
// The library's other operators can be named too.
//
// An Engine passes them evaluated arguments, and the library never runs these as rules. What else
// they bring along is the library's:
//
//   - They are the whole process's: a later AddOperator under the same name replaces them here too.
//   - Numbers reach them as float64, with the digits that one has. What they return is what JSON
//     decodes to.
//   - They always get a list, also of an argument that stands alone in the rule, and that list again
//     where the library would give them the event: the second argument of their function.
//   - Nothing bounds them, and ctx is looked at before and after them only. Trust them, or write an
//     Operator.
//
// A panic inside them is OperatorFailed: the library makes errors of most.
func V3Operators(names ...string) (map[string]Operator, error) {
	var problems []string
	out := make(map[string]Operator, len(names))
	for _, name := range names {
		switch {
		case !v3Knows(name):
			problems = append(problems, fmt.Sprintf("%q is not registered: call jsonlogic.AddOperator before", admin.Clip(name)))
		case v3TakesRules(name):
			problems = append(problems, fmt.Sprintf("%q takes more than values: use the one that an Engine has", name))
		default:
			out[name] = Operator{Eager: v3Operator(name)}
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("operators of jsonlogic/v3: %s: %w", strings.Join(problems, "; "), admin.ErrInvalid)
	}
	return out, nil
}

// v3TakesRules tells the library's own operators that mean nothing once their arguments are evaluated.
func v3TakesRules(op string) bool {
	switch op {
	case "if", "?:", "and", "or", "var", "missing", "missing_some", "map", "filter", "reduce", "all", "none", "some":
		return true
	}
	return false
}

func v3Operator(name string) func(context.Context, []any) (any, error) {
	return func(ctx context.Context, args []any) (any, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		// An argument that is an object stays as it is: the library does not run what var reads, but
		// for its own set, which does so with what it sets.
		in := v3Input{asIs: name != "set"}
		data, err := in.value(args, 0)
		if err != nil {
			return nil, fmt.Errorf("argument %w: %w", err, ErrEvaluation)
		}
		reads := make([]any, len(args))
		for i := range reads {
			reads[i] = map[string]any{"var": strconv.Itoa(i)}
		}
		return v3Run(ctx, map[string]any{name: reads}, data)
	}
}
