package enrich

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// field is a Field made ready.
type field struct {
	Field
	constant any              // of a FromValue field, as Stream.set takes it
	program  settings.Program // of a FromLogic field
	rule     int              // of a FromDependency field: the place of the dependency
	index    int              // its place
	needs    []int            // the places of the dependencies that program may read
	lacks    lacking          // what an event must have for the rule to run
	instead  any              // of a field with a Default
}

// compile checks a completed enrichment and makes its fields ready.
func (s *Service) compile(ctx context.Context, e Enrichment) ([]field, error) {
	var p admin.Problems
	e.check(&p)
	if len(e.Fields) > MaxFields || len(e.Dependencies) > MaxDependencies {
		return nil, p.Err()
	}
	out := make([]field, len(e.Fields))
	for i, f := range e.Fields {
		out[i] = field{Field: f, rule: -1, index: i}
		if err := s.compileField(ctx, &p, fmt.Sprintf("/fields/%d", i), e, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, p.Err()
}

// compileField adds what is wrong with one field. Its error is a failure of another kind.
func (s *Service) compileField(ctx context.Context, p *admin.Problems, at string, e Enrichment, f *field) error {
	if f.Missing == MissingDefault {
		f.instead = constant(&admin.Problems{}, "", f.Type, f.Default) // which is checked
	}
	switch f.Source {
	case FromValue:
		f.constant = constant(p, at+"/value", f.Type, f.Value)
	case FromDependency:
		if f.rule = e.dependency(f.Value); f.rule < 0 {
			p.Add(at+"/value", admin.CodeUnknown, "%q is not the name of a dependency: declare it", admin.Clip(f.Value))
		}
	case FromLogic:
		program, err := s.ports.Settings.CompileRule(ctx, p, at+"/value", json.RawMessage(f.Value))
		if err != nil || program == nil {
			return err
		}
		var unknown []string
		f.program = program
		f.needs, unknown = needs(program, e)
		f.lacks = lackingOf(f.Field, program)
		for _, name := range unknown {
			p.Add(at+"/value", admin.CodeUnknown, "reads the dependency %q, which is not declared", admin.Clip(name))
		}
	default:
		p.Add(at+"/enrichmentType", admin.CodeUnknown, "%q is not a source of a field: use one of %s",
			admin.Clip(string(f.Source)), text.Join(Sources()))
	}
	return nil
}

// constant returns a value of a type of field, and adds what is wrong with it.
func constant(p *admin.Problems, at string, t FieldType, raw string) any {
	var err error
	var v any = raw
	if t == Attribute {
		if v, err = attribute(raw); err != nil {
			err = fmt.Errorf("the value of %s %w", text.Size(raw), err)
		}
	} else {
		_, err = settings.String(raw)
	}
	if err != nil {
		p.AddError(at, admin.CodeFormat, err)
	}
	return v
}

// readsNow reports whether a program may read the time of the event.
func readsNow(program settings.Program) bool {
	reader, ok := program.(settings.Reader)
	if !ok {
		return true
	}
	return slices.ContainsFunc(reader.Reads(), func(path string) bool { return path == jsonlogic.NowKey || path == "" })
}

// needs returns the places of the dependencies that a program may read, and the names it reads that are none. A
// program that is no settings.Reader may read all.
func needs(program settings.Program, e Enrichment) (places []int, unknown []string) {
	every := make([]int, len(e.Dependencies))
	for i := range every {
		every[i] = i
	}
	reader, ok := program.(settings.Reader)
	if !ok {
		return every, nil
	}
	everything := false
	for _, path := range reader.Reads() {
		name, all := readsDependency(path)
		everything = everything || all
		if name == "" {
			continue
		}
		if i := e.dependency(name); i < 0 {
			unknown = append(unknown, name)
		} else if !slices.Contains(places, i) {
			places = append(places, i)
		}
	}
	if everything {
		return every, unknown
	}
	return places, unknown
}
