package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/admincenter/admincenter/admin"
)

// checker is a compiled schema.
type checker struct {
	schema    *jsonschema.Schema
	questions int
}

// schemaURL is where the one schema seems to be, for references to start from. It is of no scheme
// that anything could be loaded by.
const schemaURL = "setting:///schema"

// loadNothing is the loader of a compiler that is given everything.
type loadNothing struct{}

func (loadNothing) Load(url string) (any, error) {
	return nil, fmt.Errorf("%q is not in the schema: nothing is loaded from elsewhere, put it under \"$defs\"", admin.Clip(url))
}

// compileSchema makes a schema ready to check with. Its errors wrap nothing.
func compileSchema(s Schema) (checker, error) {
	document, err := decodeJSON(s.text)
	if err != nil {
		return checker{}, err
	}
	if err := checkNumbers(document); err != nil {
		return checker{}, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(loadNothing{})
	if err := c.AddResource(schemaURL, document); err != nil {
		return checker{}, plainly(err)
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return checker{}, plainly(err)
	}
	counter := questions{of: map[*jsonschema.Schema]int{}}
	n, err := counter.count(compiled)
	if err != nil {
		return checker{}, err
	}
	return checker{compiled, n}, nil
}

// plainly takes what belongs to the library out of its errors.
func plainly(err error) error {
	if invalid := (*jsonschema.SchemaValidationError)(nil); errors.As(err, &invalid) {
		if v := (*jsonschema.ValidationError)(nil); errors.As(invalid.Err, &v) {
			found := violations(v)
			return fmt.Errorf("at %q: %s", found[0].pointer, found[0].message)
		}
	}
	if missing := (*jsonschema.LoadURLError)(nil); errors.As(err, &missing) {
		return missing.Err
	}
	return errors.New(strings.ReplaceAll(err.Error(), schemaURL, ""))
}

// questions counts what a schema asks of one value, at most: each keyword that has a list or a
// pattern, and each subschema, wherever it is referred to.
type questions struct{ of map[*jsonschema.Schema]int }

// counting marks a schema whose count is not known yet.
const counting = -1

func (q questions) count(s *jsonschema.Schema) (int, error) {
	switch n, ok := q.of[s]; {
	case ok && n == counting:
		return 0, fmt.Errorf("%s refers to itself: the work of checking could double with each level of a value", within(s.Location))
	case ok:
		return n, nil
	}
	if s.DynamicRef != nil || s.RecursiveRef != nil {
		return 0, fmt.Errorf("%s has a \"$dynamicRef\" or \"$recursiveRef\": use \"$ref\"", within(s.Location))
	}
	q.of[s] = counting
	total := 1 + len(s.Required) + len(s.PatternProperties) + len(s.DependentRequired)
	if s.Enum != nil {
		total += len(s.Enum.Values)
	}
	for _, sub := range subschemas(s) {
		n, err := q.count(sub)
		if err != nil {
			return 0, err
		}
		if total += n; total > MaxSchemaQuestions {
			return 0, fmt.Errorf("it asks more than %d questions of a value, what \"$ref\" refers to counted each time", MaxSchemaQuestions)
		}
	}
	q.of[s] = total
	return total, nil
}

// within is a location inside the schema, for a message.
func within(location string) string {
	_, pointer, _ := strings.Cut(location, "#")
	return strconv.Quote(admin.Clip("#" + pointer))
}

func subschemas(s *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{
		s.Ref, s.Not, s.If, s.Then, s.Else, s.PropertyNames, s.UnevaluatedProperties, s.Contains, s.Items2020,
		s.UnevaluatedItems, s.ContentSchema,
	}
	all = slices.Concat(all, s.AllOf, s.AnyOf, s.OneOf, s.PrefixItems,
		slices.Collect(maps.Values(s.Properties)), slices.Collect(maps.Values(s.PatternProperties)),
		slices.Collect(maps.Values(s.DependentSchemas)))
	// What was a schema or something else in older drafts.
	for _, either := range []any{s.AdditionalProperties, s.Items, s.AdditionalItems} {
		all = append(all, schemasIn(either)...)
	}
	for _, either := range s.Dependencies {
		all = append(all, schemasIn(either)...)
	}
	return slices.DeleteFunc(all, func(sub *jsonschema.Schema) bool { return sub == nil })
}

func schemasIn(v any) []*jsonschema.Schema {
	switch v := v.(type) {
	case *jsonschema.Schema:
		return []*jsonschema.Schema{v}
	case []*jsonschema.Schema:
		return v
	}
	return nil
}

// checkNumbers refuses numbers that the library would spend memory on without bound: it computes
// with fractions, and 1e400000000 is a short text.
func checkNumbers(v any) error {
	switch v := v.(type) {
	case json.Number:
		text := v.String()
		if len(text) > MaxSchemaNumber {
			return fmt.Errorf("number %s has %d characters: at most %d can be checked", admin.Clip(text), len(text), MaxSchemaNumber)
		}
		if i := strings.IndexAny(text, "eE"); i >= 0 {
			if e, err := strconv.Atoi(text[i+1:]); err != nil || e > MaxSchemaNumber || e < -MaxSchemaNumber {
				return fmt.Errorf("number %s: its exponent can be checked from -%d to %d", admin.Clip(text), MaxSchemaNumber, MaxSchemaNumber)
			}
		}
	case []any:
		for _, item := range v {
			if err := checkNumbers(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := checkNumbers(item); err != nil {
				return err
			}
		}
	}
	return nil
}

func countValues(v any) int {
	n := 1
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			n += countValues(item)
		}
	case map[string]any:
		for _, item := range v {
			n += 1 + countValues(item) // a key is a value to "propertyNames"
		}
	}
	return n
}

// violation is one rule of a schema that a value breaks.
type violation struct{ pointer, message string }

// check adds everything that is wrong with a document at path.
func (c checker) check(p *admin.Problems, path, text string) {
	document, err := decodeJSON(text)
	if err == nil {
		err = checkNumbers(document)
	}
	if err != nil {
		p.Add(path, admin.CodeFormat, "%v", err)
		return
	}
	if n := countValues(document); n*c.questions > MaxSchemaWork {
		p.Add(path, admin.CodeTooLong, "%d values and a JSON Schema of %d questions are too much to check: at most %d together", n, c.questions, MaxSchemaWork)
		return
	}
	err = c.schema.Validate(document)
	if err == nil {
		return
	}
	broken := (*jsonschema.ValidationError)(nil)
	if !errors.As(err, &broken) {
		p.Add(path, CodeSchema, "%v", err)
		return
	}
	found := violations(broken)
	for _, v := range found[:min(len(found), MaxViolations)] {
		p.Add(path+v.pointer, CodeSchema, "%s", v.message)
	}
	if more := len(found) - MaxViolations; more > 0 {
		p.Add(path, CodeSchema, "breaks %d more rules of its JSON Schema", more)
	}
}

// violations are the innermost causes, in order of the place.
func violations(e *jsonschema.ValidationError) []violation {
	var out []violation
	printer := message.NewPrinter(language.English)
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		pointer := ""
		for _, k := range e.InstanceLocation {
			pointer += "/" + pointerEscape(k)
		}
		out = append(out, violation{pointer, clipMessage(e.ErrorKind.LocalizedString(printer))})
	}
	walk(e)
	slices.SortFunc(out, func(a, b violation) int {
		if c := strings.Compare(a.pointer, b.pointer); c != 0 {
			return c
		}
		return strings.Compare(a.message, b.message)
	})
	return slices.Compact(out)
}

// clipMessage is admin.Clip with room for what a rule asked for.
func clipMessage(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
