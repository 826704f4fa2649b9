// Package jsonlogic compiles JSON Logic rules and evaluates them on decoded JSON.
//
//	rule, err := jsonlogic.Compile([]byte(`{"*":[{"var":"quantity"},{"var":"rate"}]}`), jsonlogic.Options{})
//	total, err := rule.EvalNumber(ctx, map[string]any{"quantity": 3, "rate": json.Number("0.1")}) // 0.3
//
// A rule is compiled once and evaluated on many events. Data is only ever data and never run as a rule.
// Numbers are exact decimals unless [Options] choose float64. A [Budget] and the context bound each
// evaluation, and no rule and no data makes it panic. docs/jsonlogic.md describes the operators and what
// rules mean.
//
// # Rules
//
// A [Rule] is safe for concurrent use. A [Machine] evaluates it on one goroutine and costs a little less.
// Eval returns the result in JSON's types; EvalNumber, EvalFloat, EvalText and EvalTruth return one type
// without boxing it. [Rule.Reads] lists what a rule may read, and [Rule.Trace] records how it reached its
// result.
//
// # Errors
//
// What is wrong with a rule or goes wrong in it is an [*Error] with a [Fault], the operator, and a JSON
// Pointer into the rule. It wraps [ErrRule] or [ErrEvaluation], and so admin.ErrInvalid. Its message never
// repeats the data.
//
//	_, err = jsonlogic.Compile([]byte(`{"if":[true,{"pluss":[1,2]}]}`), jsonlogic.Options{})
//	// operator "pluss" at /if/1: there is no such operator: rule cannot be compiled: invalid
//
// # Custom operators
//
// An [Operator] belongs to the rules that are compiled with it, not to the process:
//
//	o := jsonlogic.Options{Operators: map[string]jsonlogic.Operator{"tax": {Least: 1, Most: 2, Eager: tax}}}
package jsonlogic
