package jsonlogic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

func Example() {
	rule, err := jsonlogic.Compile([]byte(`{"*":[{"var":"event.quantity"},{"var":"account.rate"}]}`), jsonlogic.Options{})
	if err != nil {
		panic(err)
	}
	total, err := rule.EvalNumber(context.Background(), map[string]any{
		"event":   map[string]any{"quantity": 3},
		"account": map[string]any{"rate": json.Number("0.1")},
	})
	fmt.Println(total, err)
	fmt.Println(rule.Reads())
	// Output:
	// 0.3 <nil>
	// [account.rate event.quantity]
}

func ExampleError() {
	_, err := jsonlogic.Compile([]byte(`{"if":[{"var":"ok"},{"pluss":[1,2]}]}`), jsonlogic.Options{})
	var e *jsonlogic.Error
	if errors.As(err, &e) {
		fmt.Println(e.Fault, e.Operator, e.Pointer)
	}
	// Output: UNKNOWN_OPERATOR pluss /if/1
}

func ExampleCompile() {
	ctx := context.Background()
	rule, err := jsonlogic.Compile(json.RawMessage(`{"*": [{"var": "trip.km"}, {"var": ["rate", 0.1]}]}`), jsonlogic.Options{})
	if err != nil {
		panic(err)
	}
	fmt.Println(rule.Reads())
	machine := rule.NewMachine() // for one goroutine; many share the rule
	for _, km := range []any{3, 0.7, json.Number("9007199254740993")} {
		charge, err := machine.EvalNumber(ctx, map[string]any{"trip": map[string]any{"km": km}})
		if err != nil {
			panic(err)
		}
		fmt.Println(charge)
	}

	// What is wrong with a rule is found when it is compiled, with operator and place.
	_, err = jsonlogic.Compile(json.RawMessage(`{"if": [true, {"pluss": [1, 2]}]}`), jsonlogic.Options{})
	var wrong *jsonlogic.Error
	if errors.As(err, &wrong) {
		fmt.Println(wrong.Fault, wrong.Operator, wrong.Pointer)
	}

	// Output:
	// [rate trip.km]
	// 0.3
	// 0.07
	// 900719925474099.3
	// UNKNOWN_OPERATOR pluss /if/1
}
