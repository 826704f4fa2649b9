package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	jsonlogicv3 "github.com/diegoholiveira/jsonlogic/v3"

	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// compatibleCase is a case of the public suite's compatible.json that has a result.
type compatibleCase struct {
	Rule   json.RawMessage
	Data   json.RawMessage
	Result json.RawMessage
	Error  json.RawMessage

	tree, data, want any // decoded
}

func compatibleCases(suites string) ([]compatibleCase, error) {
	raw, err := os.ReadFile(filepath.Join(suites, "compatible.json"))
	if err != nil {
		return nil, err
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, err
	}
	var out []compatibleCase
	for _, entry := range entries {
		if entry[0] != '{' {
			continue // a heading
		}
		var c compatibleCase
		if err := json.Unmarshal(entry, &c); err != nil {
			return nil, err
		}
		if c.Error != nil {
			continue
		}
		if c.Data == nil {
			c.Data = json.RawMessage("null")
		}
		for text, into := range map[*json.RawMessage]*any{&c.Rule: &c.tree, &c.Data: &c.data, &c.Result: &c.want} {
			if err := json.Unmarshal(*text, into); err != nil {
				return nil, fmt.Errorf("%s: %w", entry, err)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// compatible is all cases, one after the other, as one job. Many of its rules are constants, which a
// compiler folds. There is no closure, expr or cel in it: these would be hundreds of rules translated
// by hand, and most of them are about coercions that only JSON Logic has.
func compatible(ctx context.Context, cases []compatibleCase) (contest, error) {
	want := make([]any, len(cases))
	for i, c := range cases {
		want[i] = c.want
	}
	out := contest{name: "jsonlogic.e", want: want, operations: len(cases)}
	for _, numbers := range []struct {
		name string
		jsonlogic.Numbers
	}{{"float", jsonlogic.Float64}, {"decimal", jsonlogic.Decimal}} {
		rules := make([]*jsonlogic.Rule, len(cases))
		machines := make([]*jsonlogic.Machine, len(cases))
		for i, c := range cases {
			var err error
			// The suite has rules that only fail where they are reached.
			rules[i], err = jsonlogic.Compile(c.Rule, jsonlogic.Options{Numbers: numbers.Numbers, Lenient: true})
			if err != nil {
				return contest{}, err
			}
			machines[i] = rules[i].NewMachine()
		}
		out.contestants = append(out.contestants,
			allOf(cases, "machine-"+numbers.name, true, func(i int) (any, error) {
				return machines[i].Eval(ctx, cases[i].data)
			}),
			allOf(cases, "eval-"+numbers.name, true, func(i int) (any, error) { return rules[i].Eval(ctx, cases[i].data) }))
	}
	out.contestants = append(out.contestants,
		allOf(cases, "v3", false, func(i int) (any, error) {
			return jsonlogicv3.ApplyInterface(cases[i].tree, cases[i].data)
		}))
	return out, nil
}

// allOf answers every case. What it does around an answer is the same for everyone.
func allOf(cases []compatibleCase, name string, ours bool, answer func(i int) (any, error)) contestant {
	answers := make([]any, len(cases))
	return contestant{name: name, ours: ours, run: func(n int) (any, error) {
		for range n {
			for i := range answers {
				v, err := answer(i)
				if err != nil {
					return nil, fmt.Errorf("%s over %s: %w", cases[i].Rule, cases[i].Data, err)
				}
				answers[i] = v
			}
		}
		return answers, nil
	}}
}
