package main

import (
	"encoding/json"

	jsonlogicv3 "github.com/diegoholiveira/jsonlogic/v3"
	"github.com/expr-lang/expr"
	exprtypes "github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"
)

// v3 is github.com/diegoholiveira/jsonlogic/v3. It has no compiled form: the rule is decoded JSON, and
// ApplyInterface is its way in that decodes and encodes nothing.
func v3(rule string, data any) (contestant, error) {
	var tree any
	if err := json.Unmarshal([]byte(rule), &tree); err != nil {
		return contestant{}, err
	}
	return contestant{name: "v3", run: func(n int) (v any, err error) {
		for range n {
			if v, err = jsonlogicv3.ApplyInterface(tree, data); err != nil {
				return nil, err
			}
		}
		return v, nil
	}}, nil
}

// exprVM is github.com/expr-lang/expr: a program that was given the types in the data, run by one
// machine again and again, which is its fastest way.
func exprVM(text string, data map[string]any) (contestant, error) {
	program, err := expr.Compile(text, expr.Env(exprType(data)))
	if err != nil {
		return contestant{}, err
	}
	machine := &vm.VM{}
	return contestant{name: "expr", run: func(n int) (v any, err error) {
		for range n {
			if v, err = machine.Run(program, data); err != nil {
				return nil, err
			}
		}
		return v, nil
	}}, nil
}

// exprType is the type of decoded JSON; of a list that of its first element.
func exprType(v any) exprtypes.Type {
	switch x := v.(type) {
	case map[string]any:
		fields := exprtypes.Map{}
		for k := range x {
			fields[k] = exprType(x[k])
		}
		return fields
	case []any:
		if len(x) > 0 {
			return exprtypes.Array(exprType(x[0]))
		}
	}
	return exprtypes.TypeOf(v)
}

// celProgram is github.com/google/cel-go, with its optimizations on. Its numbers do not mix, so that
// constants are written as doubles, as the data has them. CEL has no sum and nothing to reduce with:
// sum is a function of ours, as a host would add it, over the map macro that filters too, which is
// faster than filter and map.
func celProgram(text string, data map[string]any) (contestant, error) {
	options := []cel.EnvOption{ext.Strings(), cel.Function("sum",
		cel.MemberOverload("list_sum", []*cel.Type{cel.ListType(cel.DynType)}, cel.DoubleType, cel.UnaryBinding(celSum)))}
	for name, value := range data {
		kind := cel.MapType(cel.StringType, cel.DynType)
		if _, ok := value.([]any); ok {
			kind = cel.ListType(cel.MapType(cel.StringType, cel.DynType))
		}
		options = append(options, cel.Variable(name, kind))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return contestant{}, err
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return contestant{}, issues.Err()
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return contestant{}, err
	}
	return contestant{name: "cel", run: func(n int) (any, error) {
		var v ref.Val
		for range n {
			if v, _, err = program.Eval(data); err != nil {
				return nil, err
			}
		}
		return v.Value(), nil
	}}, nil
}

func celSum(list ref.Val) ref.Val {
	items, ok := list.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(list)
	}
	total := types.Double(0)
	for it := items.Iterator(); it.HasNext() == types.True; {
		v, ok := it.Next().(types.Double)
		if !ok {
			return types.NewErr("sum: an element is not a double")
		}
		total += v
	}
	return total
}
