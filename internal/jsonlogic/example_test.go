package jsonlogic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/internal/jsonlogic"
)

func Example() {
	rule, err := jsonlogic.Compile([]byte(`{"*":[{"var":"event.quantity"},{"var":"account.rate"}]}`), jsonlogic.Options{Strict: true})
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
	_, err := jsonlogic.Compile([]byte(`{"if":[{"var":"ok"},{"pluss":[1,2]}]}`), jsonlogic.Options{Strict: true})
	var e *jsonlogic.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind, e.Operator, e.Pointer)
	}
	// Output: Unknown Operator pluss /if/1
}
