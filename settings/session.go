package settings

import (
	"context"
	"encoding/json"
	"maps"
)

// Session enriches events one after the other and keeps its working memory in between. It is for one
// goroutine; each makes its own.
type Session struct {
	r *Enricher
	// What rules run on: data holds the three others.
	data, attributes, dimensions map[string]any
	out                          Enriched
	programs                     []Program // by field, those that belong to the field, for this goroutine
	// The bundle of the last event: streams often have one account's events together.
	path Path
	last *bundle
}

// Session makes a Session.
func (r *Enricher) Session() *Session {
	s := &Session{
		r: r, attributes: map[string]any{}, dimensions: map[string]any{},
		out: Enriched{Attributes: map[string]json.Number{}, Dimensions: map[string]string{}},
	}
	s.programs = make([]Program, len(r.fields))
	for i, f := range r.fields {
		s.programs[i] = f.program
		if p, ok := f.program.(Forker); ok {
			s.programs[i] = p.Fork()
		}
	}
	s.data = map[string]any{rootAttribute: s.attributes, rootDimension: s.dimensions}
	return s
}

// Enrich runs the fields in their order on an event, which it does not change. Errors: a
// *admin.ValidationError for attributes that are not numbers and for ids that are none; under
// FailEvent a *FieldError; whatever kept settings from being read; and ctx's, where it ends.
func (r *Enricher) Enrich(ctx context.Context, e Event) (Enriched, error) {
	s, _ := r.sessions.Get().(*Session)
	defer r.sessions.Put(s)
	out, err := s.Enrich(ctx, e)
	if err != nil {
		return Enriched{}, err
	}
	// The result becomes the caller's, and the session gets new maps.
	s.out = Enriched{Attributes: make(map[string]json.Number, len(out.Attributes)), Dimensions: make(map[string]string, len(out.Dimensions))}
	return out, nil
}

// Enrich is Enricher.Enrich; the maps of the result are good until the next call.
func (s *Session) Enrich(ctx context.Context, e Event) (Enriched, error) {
	if err := ctx.Err(); err != nil {
		return Enriched{}, err
	}
	b, err := s.bundle(ctx, Path{Account: e.Account, Customer: e.Customer})
	if err != nil {
		return Enriched{}, err
	}
	if err := s.load(e, b); err != nil {
		return Enriched{}, err
	}
	for i := range s.r.fields {
		f := &s.r.fields[i]
		err := s.run(ctx, f, s.programs[i], b)
		if err == nil {
			continue
		}
		if ended := ctx.Err(); ended != nil {
			return Enriched{}, ended
		}
		failed := &FieldError{EventSchema: s.r.def.EventSchema, Field: f.Name, Kind: f.Kind, Err: err}
		if s.r.onError != LeaveOut {
			return Enriched{}, failed
		}
		s.leaveOut(f)
		s.out.LeftOut = append(s.out.LeftOut, failed)
	}
	return s.out, nil
}

func (s *Session) bundle(ctx context.Context, path Path) (*bundle, error) {
	if s.last != nil && s.path == path && s.last.good(s.r.epoch.Load(), s.r.service.runtime.Now()) {
		return s.last, nil
	}
	b, err := s.r.bundle(ctx, path)
	if err != nil {
		return nil, err
	}
	s.path, s.last = path, b
	return b, nil
}

// load begins an event.
func (s *Session) load(e Event, b *bundle) error {
	clear(s.attributes)
	clear(s.dimensions)
	clear(s.out.Attributes)
	clear(s.out.Dimensions)
	s.out.Dependencies, s.out.Version, s.out.LeftOut = b.used, s.r.def.Version, nil
	s.data[rootDependencies] = b.values
	for name, text := range e.Attributes {
		n, err := attribute(text.String())
		if err != nil {
			return attributeProblems(e.Attributes)
		}
		s.out.Attributes[name] = n
		s.attributes[name] = n
	}
	maps.Copy(s.out.Dimensions, e.Dimensions)
	for name, text := range e.Dimensions {
		s.dimensions[name] = text
	}
	return nil
}

// run gives the event one field.
func (s *Session) run(ctx context.Context, f *field, program Program, b *bundle) error {
	if f.Type == FromValue {
		s.set(f, f.constant)
		return nil
	}
	needs := f.needs
	if f.Type == FromDependency {
		if err := b.unready[f.rule]; err != nil {
			return err
		}
		program, needs = b.rules[f.rule], b.needs[f.rule]
	}
	for _, i := range needs {
		if err := b.failed[i]; err != nil {
			return err
		}
	}
	v, err := program.Eval(ctx, s.data)
	switch {
	case err != nil:
	case f.Kind == Attribute:
		v, err = asAttribute(v)
	default:
		v, err = asDimension(v)
	}
	if err == nil {
		s.set(f, v)
		return nil
	}
	if f.Type == FromDependency {
		return inSetting(b.sources[f.rule], err) // it may be any level's
	}
	return err
}

// set gives the event what the field came to: a json.Number for an attribute, a string for a
// dimension. It is boxed already, as rules read it.
func (s *Session) set(f *field, v any) {
	switch x := v.(type) {
	case json.Number:
		s.out.Attributes[f.Name] = x
		s.attributes[f.Name] = v
	case string:
		s.out.Dimensions[f.Name] = x
		s.dimensions[f.Name] = v
	}
}

// leaveOut takes away what the event itself had under the field's name: it is not what the field
// should have come to, and a later field must not take it for that.
func (s *Session) leaveOut(f *field) {
	if f.Kind == Attribute {
		delete(s.out.Attributes, f.Name)
		delete(s.attributes, f.Name)
		return
	}
	delete(s.out.Dimensions, f.Name)
	delete(s.dimensions, f.Name)
}
