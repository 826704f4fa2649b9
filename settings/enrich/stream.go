package enrich

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Stream enriches events one after the other and keeps its working memory in between. It is for one goroutine;
// each makes its own with [Enricher.NewStream].
type Stream struct {
	r *Enricher
	// What rules are evaluated on: data holds the two others and the dependencies.
	data, attributes, dimensions map[string]any
	out                          Enriched
	programs                     []settings.Program // by field, those of the fields themselves, for this goroutine
	// The bundle of the last event: streams often have the events of one account together.
	path settings.Path
	last *bundle
}

// NewStream returns a Stream.
func (r *Enricher) NewStream() *Stream {
	s := &Stream{
		r: r, attributes: map[string]any{}, dimensions: map[string]any{},
		out: Enriched{Attributes: Attributes{}, Dimensions: map[string]string{}},
	}
	s.programs = make([]settings.Program, len(r.fields))
	for i, f := range r.fields {
		s.programs[i] = f.program
		if p, ok := f.program.(settings.Forker); ok {
			s.programs[i] = p.Fork()
		}
	}
	s.data = map[string]any{rootAttribute: s.attributes, rootDimension: s.dimensions}
	return s
}

// Enrich runs the fields in their order on an event, which it does not change. It fails with a
// *admin.ValidationError for attributes that are not numbers and for invalid ids; under FailEvent with a
// [*FieldError]; with the error that prevented settings from being read; and with the error of ctx if it has
// ended.
func (r *Enricher) Enrich(ctx context.Context, e Event) (Enriched, error) {
	s, _ := r.streams.Get().(*Stream)
	defer r.streams.Put(s)
	out, err := s.Enrich(ctx, e)
	if err != nil {
		return Enriched{}, err
	}
	// The result becomes the caller's, and the stream gets new maps.
	s.out = Enriched{
		Attributes: make(Attributes, len(out.Attributes)),
		Dimensions: make(map[string]string, len(out.Dimensions)),
	}
	return out, nil
}

// Enrich is [Enricher.Enrich]; the maps of the result are valid until the next call.
func (s *Stream) Enrich(ctx context.Context, e Event) (Enriched, error) {
	if err := ctx.Err(); err != nil {
		return Enriched{}, err
	}
	b, err := s.bundle(ctx, settings.Path{Account: e.Account, Customer: e.Customer})
	if err != nil {
		return Enriched{}, err
	}
	at := e.Time
	if at.IsZero() && (s.r.now || b.now) {
		at = s.r.service.runtime.Instant()
	}
	if err := s.load(e, b, at); err != nil {
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
		failed := &FieldError{EventSchema: s.r.def.EventSchema, Field: f.Name, Type: f.Type, Err: err}
		if s.r.options.OnError != LeaveOut {
			return Enriched{}, failed
		}
		s.leaveOut(f)
		s.out.LeftOut = append(s.out.LeftOut, failed)
	}
	return s.out, nil
}

func (s *Stream) bundle(ctx context.Context, path settings.Path) (*bundle, error) {
	if s.last != nil && s.path == path && s.last.good(s.r.changes.Count(), s.r.service.runtime.Now()) {
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
func (s *Stream) load(e Event, b *bundle, at time.Time) error {
	clear(s.attributes)
	clear(s.dimensions)
	clear(s.out.Attributes)
	clear(s.out.Dimensions)
	s.out.Dependencies, s.out.Version, s.out.LeftOut = b.used, s.r.def.Version, nil
	s.data[rootDependencies] = b.values
	if s.r.now || b.now {
		s.data[jsonlogic.NowKey] = at
	}
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
func (s *Stream) run(ctx context.Context, f *field, program settings.Program, b *bundle) error {
	if f.Source == FromValue {
		s.set(f, f.constant)
		return nil
	}
	needs, lacks := f.needs, &f.lacks
	if f.Source == FromDependency {
		if err := b.unready[f.rule]; err != nil {
			return err
		}
		program, needs = b.rules[f.rule], b.needs[f.rule]
		if f.Missing != "" {
			lacks = &b.lacks[f.index]
		}
	}
	if len(lacks.attributes)+len(lacks.dimensions) > 0 {
		if path := lacks.of(s.attributes, s.dimensions); path != "" {
			if f.Missing == MissingError {
				return missingValue(path)
			}
			s.set(f, f.instead)
			return nil
		}
	}
	for _, i := range needs {
		if err := b.failed[i]; err != nil {
			return err
		}
	}
	v, err := program.Eval(ctx, s.data)
	switch {
	case err != nil:
	case f.Type == Attribute:
		v, err = asAttribute(v)
	default:
		v, err = asDimension(v)
	}
	if err == nil {
		s.set(f, v)
		return nil
	}
	if f.Source == FromDependency {
		return inSetting(b.sources[f.rule], err) // it may be any level's
	}
	return err
}

// set gives the event the value of a field: a json.Number for an attribute, a string for a dimension. It is
// boxed already, as rules read it.
func (s *Stream) set(f *field, v any) {
	switch x := v.(type) {
	case json.Number:
		s.out.Attributes[f.Name] = x
		s.attributes[f.Name] = v
	case string:
		s.out.Dimensions[f.Name] = x
		s.dimensions[f.Name] = v
	}
}

// leaveOut removes what the event itself had under the name of the field: a later field must not mistake it for the
// field's value.
func (s *Stream) leaveOut(f *field) {
	if f.Type == Attribute {
		delete(s.out.Attributes, f.Name)
		delete(s.attributes, f.Name)
		return
	}
	delete(s.out.Dimensions, f.Name)
	delete(s.dimensions, f.Name)
}
