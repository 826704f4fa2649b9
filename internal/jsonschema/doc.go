// Package jsonschema checks decoded JSON against JSON Schemas of the drafts 4, 6, 7, 2019-09 and 2020-12.
//
//	schema, err := jsonschema.Compile(document, jsonschema.Limits{})
//	violations, more, err := schema.Check(ctx, value, jsonschema.Budget{Steps: 1_000_000, Violations: 100})
//
// Schemas and values may come from anyone. Nothing is ever loaded, patterns take time in proportion to the text
// (package regexp), and a check has a budget of steps, so its time is bounded for every schema, whether the value
// meets it or not: about a microsecond a step at most. Violations beyond the budget are counted, and cost no memory.
// Numbers are compared exactly. Every violation has its place in the value.
//
// It is our own because validators that are available compile the meta-schemas of all drafts when a program
// starts, stop at the first violation, or have no budget.
//
// # What it does not do
//
// "$dynamicRef" and "$recursiveRef" are refused, and so is a "$ref" out of the schema. "format" is checked up
// to draft 7, as those drafts have it, for the formats in format.go. "contentEncoding" and "contentMediaType"
// are annotations.
package jsonschema
