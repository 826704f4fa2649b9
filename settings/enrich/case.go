package enrich

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// Limits of the cases of an enrichment.
const (
	MaxCases     = 100       // cases of one enrichment
	MaxCaseName  = 200       // characters of the name of a case
	MaxCasesSize = 256 << 10 // bytes of all cases of one enrichment in JSON
)

// CodeCase is the code of an admin.FieldError for a case that does not hold.
const CodeCase = "case_failed"

// Case is an event and what an enrichment must make of it. It is run, with the settings as they are, each time that the
// enrichment is saved.
type Case struct {
	Name  string `json:"name"` // why there is the case, 1 to MaxCaseName characters, distinct in the enrichment
	Event Event  `json:"event"`
	// Attributes and Dimensions are what the event must have then; it may have others. Numbers are compared as numbers.
	Attributes Attributes        `json:"attributes,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	// Fails are the names of the fields that must fail. All others must not.
	Fails []string `json:"fails,omitempty"`
}

func (c Case) clone() Case {
	c.Event.Attributes, c.Event.Dimensions = maps.Clone(c.Event.Attributes), maps.Clone(c.Event.Dimensions)
	c.Attributes, c.Dimensions, c.Fails = maps.Clone(c.Attributes), maps.Clone(c.Dimensions), slices.Clone(c.Fails)
	return c
}

func (e Enrichment) checkCases(p *admin.Problems) {
	if n := len(e.Cases); n > MaxCases {
		p.Add("/cases", admin.CodeTooLong, "%d cases: give at most %d", n, MaxCases)
		return
	}
	if raw, err := json.Marshal(e.Cases); err == nil && len(raw) > MaxCasesSize {
		p.Add("/cases", admin.CodeTooLong, "the cases have %d bytes in JSON: give at most %d", len(raw), MaxCasesSize)
	}
	seen := map[string]bool{}
	for i, c := range e.Cases {
		at := fmt.Sprintf("/cases/%d", i)
		p.Text(at+"/name", c.Name, 1, MaxCaseName)
		if seen[c.Name] {
			p.Add(at+"/name", admin.CodeDuplicate, "%q is the name of another case", admin.Clip(c.Name))
		}
		seen[c.Name] = true
		for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
			if _, err := attribute(c.Attributes[name].String()); err != nil {
				p.AddError(at+"/attributes", admin.CodeFormat, fmt.Errorf("%q %w", admin.Clip(name), err))
			}
		}
		for _, name := range c.Fails {
			if !slices.ContainsFunc(e.Fields, func(f Field) bool { return f.Name == name }) {
				p.Add(at+"/fails", admin.CodeUnknown, "%q is not a field", admin.Clip(name))
			}
		}
	}
}

// runCases adds every case that does not hold. Its error is a failure of another kind.
func (s *Service) runCases(ctx context.Context, p *admin.Problems, scope admin.Scope, e Enrichment) error {
	if len(e.Cases) == 0 {
		return nil
	}
	events := make([]Event, len(e.Cases))
	for i, c := range e.Cases {
		events[i] = c.Event
	}
	trials, err := s.Try(ctx, scope, TryInput{Enrichment: e, Events: events})
	if err != nil {
		return err
	}
	for i, c := range e.Cases {
		for _, wrong := range c.wrong(trials[i]) {
			p.Add(fmt.Sprintf("/cases/%d", i), CodeCase, "the case %q does not hold: %s", admin.Clip(c.Name), wrong)
		}
	}
	return nil
}

// wrong lists in what a trial differs from what the case wants.
func (c Case) wrong(t Trial) (out []string) {
	if t.Err != nil {
		return []string{admin.Message(t.Err)}
	}
	failed := map[string]bool{}
	for _, f := range t.Enriched.LeftOut {
		failed[f.Field] = true
		if !slices.Contains(c.Fails, f.Field) {
			out = append(out, fmt.Sprintf("the field %s fails: %v", f.Field, f.Err))
		}
	}
	for _, name := range c.Fails {
		if !failed[name] {
			out = append(out, fmt.Sprintf("the field %s does not fail", admin.Clip(name)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		got, ok := t.Enriched.Attributes[name]
		switch {
		case !ok && !failed[name]:
			out = append(out, fmt.Sprintf("there is no attribute %s, which should be %s", admin.Clip(name), c.Attributes[name]))
		case ok && !sameNumber(got, c.Attributes[name]):
			out = append(out, fmt.Sprintf("the attribute %s is %s and should be %s", admin.Clip(name), got, c.Attributes[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Dimensions)) {
		got, ok := t.Enriched.Dimensions[name]
		switch {
		case !ok && !failed[name]:
			out = append(out, fmt.Sprintf("there is no dimension %s, which should be %q", admin.Clip(name),
				admin.Clip(c.Dimensions[name])))
		case ok && got != c.Dimensions[name]:
			out = append(out, fmt.Sprintf("the dimension %s is %q and should be %q", admin.Clip(name), admin.Clip(got),
				admin.Clip(c.Dimensions[name])))
		}
	}
	return out
}

func sameNumber(a, b json.Number) bool {
	x, errX := decimal.NewFromString(a.String())
	y, errY := decimal.NewFromString(b.String())
	return errX == nil && errY == nil && x.Equal(y)
}

// TryInput is what [Service.Try] tries.
type TryInput struct {
	Enrichment Enrichment `json:"enrichment"`
	Events     []Event    `json:"events,omitempty"`
	// Instead are values that dependencies have instead of their settings, by the name of the dependency: what the rule
	// of a setting would do before it is saved.
	Instead map[string]settings.Value `json:"instead,omitempty"`
}

// Trial is what an enrichment makes of one event. Fields that failed are in Enriched.LeftOut.
type Trial struct {
	Enriched Enriched `json:"enriched"`
	// Err is why the event as a whole could not be enriched, such as an attribute that is no number.
	Err error `json:"-"`
}

// MarshalJSON writes "enriched", or the message of Err as "failure".
func (t Trial) MarshalJSON() ([]byte, error) {
	var out struct {
		Enriched *Enriched `json:"enriched,omitempty"`
		Failure  string    `json:"failure,omitempty"`
	}
	if t.Err != nil {
		out.Failure = admin.Message(t.Err)
	} else {
		out.Enriched = &t.Enriched
	}
	return json.Marshal(out)
}

// Try runs an enrichment that need not be saved on events, with the settings as they are now, and keeps nothing. The
// result has the order of the events. It fails as NewEnricher does, with a *admin.ValidationError for what is Instead
// of no dependency, and with the error that prevented settings from being read. It requires [settings.PermissionRead].
func (s *Service) Try(ctx context.Context, scope admin.Scope, in TryInput) ([]Trial, error) {
	r, err := s.trial(ctx, scope, in.Enrichment, in.Instead)
	if err != nil {
		return nil, err
	}
	out := make([]Trial, len(in.Events))
	for i, event := range in.Events {
		if out[i], err = r.try(ctx, event); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// trial is an Enricher of an enrichment that is tried.
func (s *Service) trial(
	ctx context.Context, scope admin.Scope, e Enrichment, instead map[string]settings.Value,
) (*Enricher, error) {
	r, err := s.NewEnricher(ctx, scope, e, EnricherOptions{OnError: LeaveOut})
	if err != nil {
		return nil, err
	}
	var p admin.Problems
	for _, name := range slices.Sorted(maps.Keys(instead)) {
		if r.def.dependency(name) < 0 {
			p.Add("/instead", admin.CodeUnknown, "%q is not the name of a dependency", admin.Clip(name))
		}
	}
	r.instead = instead
	return r, p.Err()
}

// try enriches an event. What is wrong with the event is in the Trial.
func (r *Enricher) try(ctx context.Context, e Event) (Trial, error) {
	enriched, err := r.Enrich(ctx, e)
	if ctx.Err() != nil {
		return Trial{}, ctx.Err()
	}
	if errors.Is(err, admin.ErrInvalid) {
		return Trial{Err: err}, nil
	}
	return Trial{Enriched: enriched}, err
}
