// Package jsonlogic compiles JSON Logic rules and runs them.
//
//	rule, err := jsonlogic.Compile([]byte(`{"*":[{"var":"quantity"},{"var":"rate"}]}`), jsonlogic.Options{Strict: true})
//	total, err := rule.EvalNumber(ctx, map[string]any{"quantity": 3, "rate": json.Number("0.1")}) // 0.3
//
// A rule is compiled once to closures and run on many events: data is only ever data, never a rule;
// numbers are exact decimals unless the rule is compiled for float64; each evaluation is bounded by a
// Budget and by its context. What goes wrong is an *Error that names the operator and the place in
// the rule. docs/jsonlogic.md has the semantics.
//
// A Rule is safe for concurrent use. A Session is for one goroutine and costs a little less.
//
// # How it is built
//
// parse.go reads a rule, compile.go makes a node of each piece of it. A node has its value as a
// closure, and beside it the same as a truth, a number or a text where that needs no boxing. The
// specialised build uses these, folds constants, remembers paths that are read more than once and
// fuses reduce, map and filter. The plain build does none of that; traces run on it, and a fuzz test
// holds the two equal.
//
// The first error of an evaluation stays in the run, and operators go on with zero values until the
// nearest loop, try or end looks: no closure returns an error beside its value, and nothing panics.
package jsonlogic
