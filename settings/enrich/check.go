package enrich

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// WarnUnchecked is a read of a dependency of which nothing is known, because it has no Type or is JSON, in an
// enrichment whose event schema is known.
const WarnUnchecked jsonlogic.WarningCode = "UNCHECKED_DEPENDENCY"

// outlook is what the rules of an enrichment can read. The schema is nil if there is none.
type outlook struct {
	def        Enrichment
	schema     *eventschema.Schema
	attributes map[string]jsonlogic.Shape
	dimensions map[string]jsonlogic.Shape
}

func newOutlook(e Enrichment, schema *eventschema.Schema) *outlook {
	o := &outlook{
		def: e, schema: schema, attributes: map[string]jsonlogic.Shape{}, dimensions: map[string]jsonlogic.Shape{},
	}
	if schema == nil {
		return o
	}
	for _, a := range schema.Attributes {
		o.attributes[a.Name] = a.Shape()
	}
	for _, d := range schema.Dimensions {
		o.dimensions[d.Name] = d.Shape()
	}
	return o
}

// shape is what a rule reads. What the event must have for the rule to run is there.
func (o *outlook) shape(l lacking) jsonlogic.Shape {
	if o.schema == nil {
		return openShape()
	}
	with := func(of map[string]jsonlogic.Shape, there []string) jsonlogic.Shape {
		fields := make(map[string]jsonlogic.Shape, len(of))
		for name, s := range of {
			s.Optional = s.Optional && !slices.Contains(there, name)
			fields[name] = s
		}
		return objectOf(fields)
	}
	dependencies := make(map[string]jsonlogic.Shape, len(o.def.Dependencies))
	for _, d := range o.def.Dependencies {
		dependencies[d.Name] = d.shape()
	}
	return objectOf(map[string]jsonlogic.Shape{
		rootAttribute: with(o.attributes, l.attributes), rootDimension: with(o.dimensions, l.dimensions),
		rootDependencies: objectOf(dependencies), jsonlogic.NowKey: instant(),
	})
}

// shape is what a rule reads a dependency as: nothing is known of JSON, and of one without a Type.
func (d Dependency) shape() jsonlogic.Shape {
	switch d.Type {
	case settings.TypeNumeric:
		return jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.NumberType}, Optional: d.Optional}
	case settings.TypeString, settings.TypeLogic:
		return jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.StringType}, Optional: d.Optional}
	}
	return jsonlogic.Shape{}
}

// ran notes what a field leaves for those after it.
func (o *outlook) ran(f field, result jsonlogic.Shape) {
	if f.Type == Attribute {
		out := jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.NumberType}}
		if !result.May(jsonlogic.StringType) && f.Missing != MissingDefault {
			out.Least, out.Most = result.Least, result.Most
		}
		o.attributes[f.Name] = out
		return
	}
	out := jsonlogic.Shape{Types: []jsonlogic.Type{jsonlogic.StringType}}
	if slices.Equal(result.Types, out.Types) {
		out.Format, out.Years, out.Values = result.Format, result.Years, result.Values
	}
	switch {
	case f.Source == FromValue:
		out.Values = []string{f.Value}
	case f.Missing == MissingDefault && len(out.Values) > 0 && out.Format == jsonlogic.PlainText:
		out.Values = append(slices.Clone(out.Values), f.Default)
	case f.Missing == MissingDefault && !out.Format.Holds(f.Default):
		out.Format, out.Values = jsonlogic.PlainText, nil
	case f.Missing == MissingDefault:
		out.Values, out.Years = nil, 0
	}
	o.dimensions[f.Name] = out
}

// checked is an enrichment with what was found in its rules.
type checked struct {
	fields   []field
	warnings []Warning
}

// check is compile of an enrichment that is saved: rules that can never work are refused too, and what an event of the
// schema could not give. One that was saved before that was checked still runs.
func (s *Service) check(ctx context.Context, scope admin.Scope, e Enrichment) (checked, error) {
	org := scope.Org()
	fields, err := s.compile(ctx, e)
	if err != nil {
		return checked{}, err
	}
	schema, err := schemaOf(ctx, s.ports.EventSchemas, org, e.EventSchema)
	if err != nil {
		return checked{}, err
	}
	out, p := s.checkAgainst(e, fields, schema)
	if schema != nil {
		if err := s.checkSettings(ctx, p, org, e, schema); err != nil {
			return checked{}, err
		}
	}
	if err := p.Err(); err != nil {
		return out, err
	}
	if err := s.runCases(ctx, p, scope, e); err != nil {
		return checked{}, err
	}
	return out, p.Err()
}

// schemaOf returns the schema of an enrichment, nil if there is none.
func schemaOf(
	ctx context.Context, schemas eventschema.Store, org admin.OrgID, name string,
) (*eventschema.Schema, error) {
	if schemas == nil {
		return nil, nil
	}
	schema, err := schemas.Get(ctx, org, name)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &schema, nil
}

// checkAgainst checks the rules of the fields themselves.
func (s *Service) checkAgainst(e Enrichment, fields []field, schema *eventschema.Schema) (checked, *admin.Problems) {
	var p admin.Problems
	out, o := checked{fields: fields}, newOutlook(e, schema)
	for i, f := range fields {
		var result jsonlogic.Shape
		if f.program != nil {
			at := fmt.Sprintf("/fields/%d/value", i)
			found := o.examine(&p, at, f.Field, f.program)
			result = found.Result
			for _, w := range found.Warnings {
				out.warnings = append(out.warnings, Warning{Path: at, Warning: w})
			}
		}
		o.ran(f, result)
	}
	return out, &p
}

// examine adds what keeps a rule from giving a field its value, on any event, or on some event of the schema.
func (o *outlook) examine(
	p *admin.Problems, at string, f Field, program settings.Program,
) (found jsonlogic.Analysis) {
	analyzer, ok := program.(settings.Analyzer)
	if !ok {
		foresee(p, at, f.Type, program)
		o.examinePaths(p, at, program)
		return found
	}
	found = analyzer.Analyze(o.shape(lackingOf(f, program)))
	faulty := foreseen(p, at, f.Type, program, o.schema == nil)
	if o.schema == nil {
		return found
	}
	for _, bad := range found.Problems {
		if faulty && bad.Fault != jsonlogic.UnknownPath {
			continue // which the parts that always fail have said
		}
		p.Add(at, codeOf(bad), "%s", bad.Message()).With("pointer", bad.Pointer)
	}
	if !faulty && len(found.Problems) == 0 {
		checkResult(p, at, f.Type, found.Result)
	}
	found.Warnings = append(found.Warnings, o.unchecked(found.Unchecked)...)
	return found
}

func codeOf(bad *jsonlogic.Error) string {
	if bad.Fault == jsonlogic.UnknownPath {
		return admin.CodeUnknown
	}
	return admin.CodeFormat
}

// examinePaths checks the paths of a program that cannot be analyzed.
func (o *outlook) examinePaths(p *admin.Problems, at string, program settings.Program) {
	reader, ok := program.(settings.Reader)
	if o.schema == nil || !ok {
		return
	}
	for _, path := range reader.Reads() {
		root, rest, _ := strings.Cut(path, ".")
		name, _, _ := strings.Cut(rest, ".")
		of := o.attributes
		switch {
		case root == rootDimension:
			of = o.dimensions
		case root != rootAttribute || name == "":
			continue
		}
		if _, ok := of[name]; !ok {
			p.Add(at, admin.CodeUnknown, "reads %s.%s, which the event schema has not%s", root, admin.Clip(name),
				didYouMean(root+".", name, keys(of)))
		}
	}
}

func keys(of map[string]jsonlogic.Shape) []string {
	out := make([]string, 0, len(of))
	for name := range of {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func didYouMean(before, name string, names []string) string {
	if near := jsonlogic.Nearest(name, names); near != "" {
		return fmt.Sprintf(": did you mean %s%s?", before, near)
	}
	return ""
}

// checkResult adds why a result may not become a field.
func checkResult(p *admin.Problems, at string, t FieldType, result jsonlogic.Shape) {
	if !result.Known() && !result.Optional {
		return // nothing is known
	}
	says := func(format string, args ...any) { p.Add(at, admin.CodeFormat, format, args...) }
	may := func(t jsonlogic.Type) bool { return slices.Contains(result.Types, t) }
	right := "a dimension is a text"
	if t == Attribute {
		right = "an attribute is a number"
	}
	for _, kind := range []struct {
		t    jsonlogic.Type
		name string
	}{
		{jsonlogic.ArrayType, "an array"}, {jsonlogic.ObjectType, "an object"}, {jsonlogic.BooleanType, "a boolean"},
	} {
		if may(kind.t) && (kind.t != jsonlogic.BooleanType || t == Attribute) {
			says("the result may be %s, and %s", kind.name, right)
		}
	}
	if may(jsonlogic.NullType) || result.Optional {
		says("the result may be null, and %s: give it a default, or say with missing what the field is then", right)
	}
	if t == Attribute && may(jsonlogic.StringType) && !numericTexts(result) {
		says("the result may be a text that is no number, and %s", right)
	}
}

func numericTexts(s jsonlogic.Shape) bool {
	if len(s.Values) == 0 {
		return s.Format == jsonlogic.NumericText
	}
	return !slices.ContainsFunc(s.Values, func(t string) bool { _, err := attribute(t); return err != nil })
}

// unchecked warns of dependencies of which nothing is known.
func (o *outlook) unchecked(paths []string) (out []jsonlogic.Warning) {
	seen := map[string]bool{}
	for _, path := range paths {
		name, _ := readsDependency(path)
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		message := fmt.Sprintf("nothing is known of the dependency %s: "+
			"state its dataType, so that rules are checked for it", name)
		if i := o.def.dependency(name); i >= 0 && o.def.Dependencies[i].Type == settings.TypeJSON {
			message = fmt.Sprintf("nothing is known of what is in the JSON of the dependency %s", name)
		}
		out = append(out, jsonlogic.Warning{Code: WarnUnchecked, Operator: "var", Message: message})
	}
	return out
}

// checkSettings adds the settings that fields take their rules from and could not use.
func (s *Service) checkSettings(
	ctx context.Context, p *admin.Problems, org admin.OrgID, e Enrichment, schema *eventschema.Schema,
) error {
	for i, d := range e.Dependencies {
		if !e.rules(i) {
			continue
		}
		refused, ref := 0, settings.Ref{Namespace: d.Namespace, Name: d.Setting}
		refuse := func(set settings.Setting, program settings.Program) bool {
			if err := e.accepts(set, program, schema); err != nil {
				p.AddError(fmt.Sprintf("/dependencies/%d", i), admin.CodeFormat, inSetting(set, err))
				refused++
			}
			return refused < settings.MaxUsersNamed
		}
		if err := settings.EachProgram(ctx, s.ports.Settings, org, ref, refuse); err != nil {
			return err
		}
	}
	return nil
}

// rules reports whether a field takes its rule from a dependency.
func (e Enrichment) rules(dependency int) bool {
	return slices.ContainsFunc(e.Fields, func(f Field) bool {
		return f.Source == FromDependency && e.dependency(f.Value) == dependency
	})
}

// Check checks an enrichment as Put does, without keeping it: it fails with the *admin.ValidationError of Put, or
// returns what Put would warn of. It requires [settings.PermissionRead].
func (s *Service) Check(ctx context.Context, scope admin.Scope, e Enrichment) ([]Warning, error) {
	if err := scope.Require(settings.PermissionRead); err != nil {
		return nil, err
	}
	found, err := s.check(ctx, scope, e.complete())
	return found.warnings, err
}

// SchemaGuard returns an eventschema.Guard that refuses, with [eventschema.ErrInUse], a schema that a rule of its
// enrichment could not work with. It is for eventschema.Ports, over the same storage.
func SchemaGuard(s *Service) eventschema.Guard {
	return func(ctx context.Context, org admin.OrgID, next eventschema.Schema) error {
		e, err := s.ports.Enrichments.Get(ctx, org, next.Name)
		if errors.Is(err, admin.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		fields, err := s.compile(ctx, e)
		if err == nil {
			_, p := s.checkAgainst(e, fields, &next)
			if err = s.checkSettings(ctx, p, org, e, &next); err == nil {
				err = p.Err()
			}
		}
		if errors.Is(err, admin.ErrInvalid) {
			return fmt.Errorf("the enrichment of the event schema %q could not work with it: %s: %w",
				admin.Clip(next.Name), err.Error(), eventschema.ErrInUse)
		}
		return err
	}
}
