package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// workload is a rule, the same for the other engines, and data for it.
type workload struct {
	name      string
	rule      string
	data      []byte
	hand      func(map[string]any) any
	expr, cel string
}

// printLogic compares the library's JSON Logic with a hand-written closure and with other engines, on
// the same decoded data: the one that encoding/json makes, with its float64. Of everyone the rule is
// read and compiled before. The variants of ours are
//
//	machine-float, machine-decimal   Machine.Eval, in the two arithmetics
//	machine-decimal-number           the same over data with json.Number
//	eval-float, eval-decimal         Rule.Eval, which any goroutine may call
//
// e is the public compatibility suite, per case; see compatible.go.
func printLogic(ctx context.Context) error {
	loads, err := workloads(dataFolder("ADMINCENTER_DATA", "../shared/data"))
	if err != nil {
		return err
	}
	for _, w := range loads {
		c, err := w.contest(ctx)
		if err != nil {
			return err
		}
		if err := c.print(); err != nil {
			return err
		}
	}
	suites := dataFolder("JSONLOGIC_SUITES", "../shared/data/jsonlogic-suites")
	cases, err := compatibleCases(suites)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(os.Stderr,
			"bench: jsonlogic.e is skipped: no compatible.json in %s; set JSONLOGIC_SUITES to the folder that has it\n", suites)
		return nil
	}
	if err != nil {
		return err
	}
	c, err := compatible(ctx, cases)
	if err != nil {
		return err
	}
	return c.print()
}

// dataFolder is where data that is not the repository's is; the default is for the repository's root.
func dataFolder(variable, otherwise string) string {
	if dir := os.Getenv(variable); dir != "" {
		return dir
	}
	return otherwise
}

func workloads(data string) ([]workload, error) {
	items, err := itemsFile(data)
	if err != nil {
		return nil, err
	}
	const tier = `{"if": [
		{"and": [
			{">=": [{"var": "event.quantity"}, 100]},
			{"in": [{"var": "event.region"}, ["us-east-1", "us-west-2", "eu-west-1"]]},
			{"==": [{"var": "account.plan"}, "enterprise"]}]},
		{"cat": ["tier-", {"var": "account.plan"}, "-", {"var": "event.region"}]},
		{">": [{"*": [{"var": "event.quantity"}, {"var": "account.rate"}]}, 50]},
		{"+": [{"*": [{"var": "event.quantity"}, {"var": "account.rate"}]}, {"-": [10, {"var": "account.discount"}]}]},
		"standard"]}`
	const tierExpr = `event.quantity >= 100 and event.region in ["us-east-1", "us-west-2", "eu-west-1"]
		and account.plan == "enterprise"
		? "tier-" + account.plan + "-" + event.region
		: event.quantity * account.rate > 50
		? event.quantity * account.rate + (10 - account.discount)
		: "standard"`
	const tierCEL = `event.quantity >= 100.0 && event.region in ["us-east-1", "us-west-2", "eu-west-1"]
		&& account.plan == "enterprise"
		? "tier-" + account.plan + "-" + event.region
		: event.quantity * account.rate > 50.0
		? event.quantity * account.rate + (10.0 - account.discount)
		: dyn("standard")`
	const event = `"event": {"quantity": 120, "region": "us-west-2", "timestamp": "2024-06-15T10:00:00Z"}`
	return []workload{
		{
			name: "a", hand: compareByHand, data: []byte(`{"a": {"b": 1}}`),
			rule: `{"==": [{"var": "a.b"}, 1]}`,
			expr: `a.b == 1`,
			cel:  `a.b == 1.0`,
		},
		{
			name: "b1", hand: tierByHand, rule: tier, expr: tierExpr, cel: tierCEL,
			data: []byte(`{` + event + `, "account": {"plan": "enterprise", "rate": 1.5, "discount": 2}}`),
		},
		{
			name: "b2", hand: tierByHand, rule: tier, expr: tierExpr, cel: tierCEL,
			data: []byte(`{` + event + `, "account": {"plan": "pro", "rate": 1.5, "discount": 2}}`),
		},
		{
			name: "c", hand: totalByHand, data: items,
			rule: `{"reduce": [
				{"map": [{"filter": [{"var": "items"}, {">": [{"var": "qty"}, 10]}]}, {"*": [{"var": "qty"}, {"var": "price"}]}]},
				{"+": [{"var": "accumulator"}, {"var": "current"}]},
				0]}`,
			expr: `sum(map(filter(items, .qty > 10), .qty * .price))`,
			cel:  `items.map(i, i.qty > 10.0, i.qty * i.price).sum()`,
		},
		{
			name: "d", hand: windowByHand, data: []byte(`{` + event + `}`),
			rule: `{"and": [
				{">=": [{"var": "event.timestamp"}, "2024-01-01T00:00:00Z"]},
				{"<": [{"var": "event.timestamp"}, "2025-01-01T00:00:00Z"]},
				{"!=": [{"substr": [{"var": "event.timestamp"}, 0, 4]}, "2023"]}]}`,
			expr: `event.timestamp >= "2024-01-01T00:00:00Z" and event.timestamp < "2025-01-01T00:00:00Z"
				and event.timestamp[0:4] != "2023"`,
			cel: `event.timestamp >= "2024-01-01T00:00:00Z" && event.timestamp < "2025-01-01T00:00:00Z"
				&& event.timestamp.substring(0, 4) != "2023"`,
		},
	}, nil
}

// itemsFile is the data of c: a file of the folder, or as many items of the same shape.
func itemsFile(data string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(data, "jsonlogic-bench", "items100.json"))
	if !errors.Is(err, os.ErrNotExist) {
		return raw, err
	}
	items := make([]map[string]any, 100)
	for i := range items {
		items[i] = map[string]any{"sku": fmt.Sprintf("sku-%d", i), "qty": i % 20, "price": float64(i) + 0.5}
	}
	return json.Marshal(map[string]any{"items": items})
}

// contest is the workload for everyone.
func (w workload) contest(ctx context.Context) (contest, error) {
	var floats, numbers map[string]any
	if err := json.Unmarshal(w.data, &floats); err != nil {
		return contest{}, err
	}
	exact := json.NewDecoder(bytes.NewReader(w.data))
	exact.UseNumber()
	if err := exact.Decode(&numbers); err != nil {
		return contest{}, err
	}
	c := contest{name: "jsonlogic." + w.name, want: w.hand(floats), operations: 1}
	for _, enter := range []func() (contestant, error){
		func() (contestant, error) { return closure(w.hand, floats), nil },
		func() (contestant, error) {
			return ourMachine(ctx, "machine-float", w.rule, jsonlogic.Float64, floats)
		},
		func() (contestant, error) {
			return ourMachine(ctx, "machine-decimal", w.rule, jsonlogic.Decimal, floats)
		},
		func() (contestant, error) {
			return ourMachine(ctx, "machine-decimal-number", w.rule, jsonlogic.Decimal, numbers)
		},
		func() (contestant, error) { return ourRule(ctx, "eval-float", w.rule, jsonlogic.Float64, floats) },
		func() (contestant, error) { return ourRule(ctx, "eval-decimal", w.rule, jsonlogic.Decimal, floats) },
		func() (contestant, error) { return v3(w.rule, floats) },
		func() (contestant, error) { return exprVM(w.expr, floats) },
		func() (contestant, error) { return celProgram(w.cel, floats) },
	} {
		one, err := enter()
		if err != nil {
			return contest{}, fmt.Errorf("%s: %w", c.name, err)
		}
		c.contestants = append(c.contestants, one)
	}
	return c, nil
}

func closure(hand func(map[string]any) any, data map[string]any) contestant {
	return contestant{name: byHand, run: func(n int) (v any, err error) {
		for range n {
			v = hand(data)
		}
		return v, nil
	}}
}

func ourMachine(ctx context.Context, name, rule string, numbers jsonlogic.Numbers, data any) (contestant, error) {
	r, err := jsonlogic.Compile(json.RawMessage(rule), jsonlogic.Options{Numbers: numbers})
	if err != nil {
		return contestant{}, err
	}
	s := r.NewMachine()
	return contestant{name: name, ours: true, run: func(n int) (v any, err error) {
		for range n {
			if v, err = s.Eval(ctx, data); err != nil {
				return nil, err
			}
		}
		return v, nil
	}}, nil
}

func ourRule(ctx context.Context, name, rule string, numbers jsonlogic.Numbers, data any) (contestant, error) {
	r, err := jsonlogic.Compile(json.RawMessage(rule), jsonlogic.Options{Numbers: numbers})
	if err != nil {
		return contestant{}, err
	}
	return contestant{name: name, ours: true, run: func(n int) (v any, err error) {
		for range n {
			if v, err = r.Eval(ctx, data); err != nil {
				return nil, err
			}
		}
		return v, nil
	}}, nil
}
