package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// checker is a compiled schema.
type checker struct {
	schema *jsonschema.Schema
	asks   asks
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
	var p patterns
	c.UseRegexpEngine(p.compile)
	if err := c.AddResource(schemaURL, document); err != nil {
		return checker{}, plainly(err)
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return checker{}, plainly(err)
	}
	p.compiled = true
	asks, err := counter{}.count(compiled)
	if err != nil {
		return checker{}, err
	}
	return checker{compiled, asks}, nil
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

// asks is what a schema asks at most: of one value, and of each byte of text.
type asks struct{ questions, steps int }

func (a asks) plus(b asks) asks { return asks{a.questions + b.questions, a.steps + b.steps} }

// bitsAQuestion is how many bits of a number in a schema are as much work as one question, about: the
// library computes with fractions.
const bitsAQuestion = 128

// counter counts what schemas ask: each keyword that has a list, a pattern or a number, and each
// subschema, wherever it is referred to.
type counter map[*jsonschema.Schema]asks

// counting marks a schema whose count is not known yet.
var counting = asks{questions: -1}

func (c counter) count(s *jsonschema.Schema) (asks, error) {
	switch n, ok := c[s]; {
	case ok && n == counting:
		return asks{}, fmt.Errorf("%s refers to itself: the work of checking could double with each level of a value", within(s.Location))
	case ok:
		return n, nil
	}
	if s.DynamicRef != nil || s.RecursiveRef != nil {
		return asks{}, fmt.Errorf("%s has a \"$dynamicRef\" or \"$recursiveRef\": use \"$ref\"", within(s.Location))
	}
	c[s] = counting
	total := asks{1 + len(s.Required) + len(s.PatternProperties) + len(s.DependentRequired), textSteps(s)}
	if s.Enum != nil {
		total.questions += len(s.Enum.Values)
	}
	for _, n := range []*big.Rat{s.Maximum, s.Minimum, s.ExclusiveMaximum, s.ExclusiveMinimum, s.MultipleOf} {
		if n != nil {
			total.questions += 1 + (n.Num().BitLen()+n.Denom().BitLen())/bitsAQuestion
		}
	}
	for _, sub := range subschemas(s) {
		n, err := c.count(sub)
		if err != nil {
			return asks{}, err
		}
		if total = total.plus(n); total.questions > MaxSchemaQuestions {
			return asks{}, fmt.Errorf("it asks more than %d questions of a value, what \"$ref\" refers to counted each time", MaxSchemaQuestions)
		}
	}
	c[s] = total
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

// size is how much there is to check in a document: values, large numbers counted as several, and
// bytes of text.
type size struct{ values, text int }

// digitsAValue is how many digits of a number are as much work as one more value, about.
const digitsAValue = 40

func (n *size) add(v any) {
	n.values++
	switch v := v.(type) {
	case string:
		n.text += len(v)
	case json.Number:
		n.values += numberSize(v.String()) / digitsAValue
	case []any:
		for _, item := range v {
			n.add(item)
		}
	case map[string]any:
		for k, item := range v {
			n.add(k) // to "propertyNames" and "patternProperties"
			n.add(item)
		}
	}
}

// numberSize is about how many digits a number has that checkNumbers let through.
func numberSize(text string) int {
	n := len(text)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		if e, err := strconv.Atoi(text[i+1:]); err == nil {
			n += max(e, -e)
		}
	}
	return n
}

// work is how many questions a document of this size is asked, at most.
func (a asks) work(n size) int { return n.values*a.questions + n.text*a.steps/stepsAQuestion }

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
	var n size
	n.add(document)
	if work := c.asks.work(n); work > MaxSchemaWork {
		p.Add(path, admin.CodeTooLong, "document and JSON Schema are too much to check: %d questions, at most %d: make either smaller", work, MaxSchemaWork)
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
			pointer += "/" + text.PointerToken(k)
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
