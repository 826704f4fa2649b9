package enrich

import (
	"context"
	"encoding/json"
	"iter"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// MaxDifferences is how many differences a [Comparison] lists.
const MaxDifferences = 100

// CompareInput is two enrichments, which need not be saved, and the events to run both on. Instead is as in [TryInput].
type CompareInput struct {
	Old        Enrichment                `json:"old"`
	New        Enrichment                `json:"new"`
	OldInstead map[string]settings.Value `json:"oldInstead,omitempty"`
	NewInstead map[string]settings.Value `json:"newInstead,omitempty"`
	Events     iter.Seq2[Event, error]   `json:"-"` // which ends at its first error
}

// Comparison is how the results of two enrichments differ over events.
type Comparison struct {
	Events    int `json:"events"`    // that were compared
	Different int `json:"different"` // of them, those with another result or another failure
	OldFailed int `json:"oldFailed"` // events with a failure under the old enrichment
	NewFailed int `json:"newFailed"`
	// Sums are by attribute, of those that a field of either enrichment gives.
	Sums map[string]Sum `json:"sums,omitempty"`
	// Differences are the first MaxDifferences events that differ.
	Differences []Difference `json:"differences,omitempty"`
}

// Sum is the exact sum of an attribute over all events. An event without it counts as 0.
type Sum struct {
	Old        json.Number `json:"old"`
	New        json.Number `json:"new"`
	Difference json.Number `json:"difference"` // New less Old
}

// MarshalJSON writes the sums as texts.
func (s Sum) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{
		"old": s.Old.String(), "new": s.New.String(), "difference": s.Difference.String(),
	})
}

// Difference is an event of which two enrichments make something else.
type Difference struct {
	Number int   `json:"number"` // of the event, from 1
	Event  Event `json:"event"`
	Old    Trial `json:"old"`
	New    Trial `json:"new"`
}

// Compare runs two enrichments on a stream of events, with the settings as they are now, and keeps nothing. It fails as
// Try does, and with the error of the stream. It requires [settings.PermissionRead].
func (s *Service) Compare(ctx context.Context, scope admin.Scope, in CompareInput) (Comparison, error) {
	before, err := s.trial(ctx, scope, in.Old, in.OldInstead)
	if err != nil {
		return Comparison{}, err
	}
	after, err := s.trial(ctx, scope, in.New, in.NewInstead)
	if err != nil {
		return Comparison{}, err
	}
	sums := map[string]*[2]decimal.Decimal{}
	for _, r := range []*Enricher{before, after} {
		for _, f := range r.fields {
			if f.Type == Attribute {
				sums[f.Name] = &[2]decimal.Decimal{}
			}
		}
	}
	var out Comparison
	if in.Events != nil {
		for event, err := range in.Events {
			if err != nil {
				return Comparison{}, err
			}
			if err := out.add(ctx, before, after, event, sums); err != nil {
				return Comparison{}, err
			}
		}
	}
	out.Sums = make(map[string]Sum, len(sums))
	for name, sum := range sums {
		out.Sums[name] = Sum{plain(sum[0]), plain(sum[1]), plain(sum[1].Sub(sum[0]))}
	}
	return out, nil
}

func plain(d decimal.Decimal) json.Number { return json.Number(d.String()) }

// add compares one event.
func (c *Comparison) add(
	ctx context.Context, before, after *Enricher, event Event, sums map[string]*[2]decimal.Decimal,
) error {
	old, err := before.try(ctx, event)
	if err != nil {
		return err
	}
	now, err := after.try(ctx, event)
	if err != nil {
		return err
	}
	c.Events++
	if old.failed() {
		c.OldFailed++
	}
	if now.failed() {
		c.NewFailed++
	}
	for name, sum := range sums {
		for i, t := range []Trial{old, now} {
			if n, ok := t.Enriched.Attributes[name]; ok {
				if d, err := decimal.NewFromString(n.String()); err == nil {
					sum[i] = sum[i].Add(d)
				}
			}
		}
	}
	if !old.same(now) {
		if c.Different++; len(c.Differences) < MaxDifferences {
			c.Differences = append(c.Differences, Difference{c.Events, event, old, now})
		}
	}
	return nil
}

func (t Trial) failed() bool { return t.Err != nil || len(t.Enriched.LeftOut) > 0 }

// same reports whether two trials have the same values, and fail in the same fields.
func (t Trial) same(u Trial) bool {
	if (t.Err == nil) != (u.Err == nil) {
		return false
	}
	return maps.EqualFunc(t.Enriched.Attributes, u.Enriched.Attributes, sameNumber) &&
		maps.Equal(t.Enriched.Dimensions, u.Enriched.Dimensions) &&
		slices.EqualFunc(t.Enriched.LeftOut, u.Enriched.LeftOut, func(a, b *FieldError) bool {
			return a.Field == b.Field && a.Type == b.Type
		})
}
