package settings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// An operator of the host's own, for the rules of one service.
func ExampleEngine() {
	engine, err := settings.NewEngine(jsonlogic.Options{Operators: map[string]jsonlogic.Operator{
		"round": {Least: 2, Most: 2, Eager: func(_ context.Context, args []any) (any, error) {
			amount, isNumber := args[0].(json.Number)
			places, isPlaces := args[1].(json.Number)
			if !isNumber || !isPlaces {
				return nil, errors.New("round takes a number and how many places to keep")
			}
			d, err := decimal.NewFromString(amount.String())
			if err != nil {
				return nil, err
			}
			n, err := places.Int64()
			if err != nil {
				return nil, err
			}
			return d.RoundBank(int32(min(max(n, 0), 18))), nil
		}},
	}})
	if err != nil {
		panic(err)
	}
	// settings.NewService(store, settings.Options{Evaluator: engine}) compiles all its rules with it.
	program, err := engine.Compile(context.Background(), json.RawMessage(`{"round": [{"*": [{"var": "units"}, 0.35]}, 1]}`))
	if err != nil {
		panic(err)
	}
	for _, units := range []any{1, 3, "a dozen"} {
		charge, err := program.Eval(context.Background(), map[string]any{"units": units})
		fmt.Println(charge, err)
	}

	// Output:
	// 0.4 <nil>
	// 1 <nil>
	// <nil> operator "*" at /round/0/*/0: the operand is no number: rule cannot be evaluated: invalid
}
