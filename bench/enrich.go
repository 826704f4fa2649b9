package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/admincenter/admincenter/settings/enrich"
)

// printEnrich counts the events a second that Streams of an Enricher enrich, on one goroutine and on
// two, and compares them with the obvious way, which is in enrichv3.go.
func printEnrich(ctx context.Context) error {
	center, enricher, err := enrichCenter(ctx)
	if err != nil {
		return err
	}
	v3, err := newObvious(ctx, center)
	if err != nil {
		return err
	}
	ours := func() func(int) error { return over(newStreamWay(ctx, enricher)) }
	others := func() func(int) error { return over(newV3Way(v3)) }
	err = printRates([]rate{
		{"enrich.streams.1", 1, ours}, {"enrich.streams.2", 2, ours},
		{"enrich.jsonlogic-v3.1", 1, others}, {"enrich.jsonlogic-v3.2", 2, others},
	})
	if err != nil {
		return err
	}
	c, err := enrichContest(newStreamWay(ctx, enricher), newV3Way(v3))
	if err != nil {
		return err
	}
	results, err := c.measure()
	if err == nil {
		printRatio("enrich/jsonlogic-v3", results[0].ns, results[1].ns)
	}
	return err
}

// way is one way to enrich the events, on one goroutine.
type way interface {
	enrich(i int) error // event i of enrichEvents
	last() any          // the result of the last event, as decoded JSON
}

// over is the events again and again.
func over(w way) func(n int) error {
	return func(n int) error {
		for i := range n {
			if err := w.enrich(i % enrichEvents); err != nil {
				return err
			}
		}
		return nil
	}
}

// enrichContest is for all events, each of which must have the same result both ways.
func enrichContest(ours, other way) (contest, error) {
	for i := range enrichEvents {
		for _, w := range []way{ours, other} {
			if err := w.enrich(i); err != nil {
				return contest{}, fmt.Errorf("event %d: %w", i, err)
			}
		}
		if want, got := ours.last(), other.last(); !same(want, got) {
			return contest{}, fmt.Errorf("event %d: the result is %v instead of %v", i, got, want)
		}
	}
	return contest{
		name: "enrich", want: ours.last(), operations: enrichEvents,
		contestants: []contestant{enrichingAll("streams", true, ours), enrichingAll("jsonlogic-v3", false, other)},
	}, nil
}

func enrichingAll(name string, ours bool, w way) contestant {
	events := over(w)
	return contestant{name: name, ours: ours, run: func(n int) (any, error) {
		if err := events(n * enrichEvents); err != nil {
			return nil, err
		}
		return w.last(), nil
	}}
}

// streamWay is a Stream.
type streamWay struct {
	ctx    context.Context
	stream *enrich.Stream
	events []enrich.Event
	out    enrich.Enriched
}

func newStreamWay(ctx context.Context, enricher *enrich.Enricher) *streamWay {
	w := &streamWay{ctx: ctx, stream: enricher.NewStream(), events: make([]enrich.Event, enrichEvents)}
	for i := range w.events {
		e := usage(i)
		w.events[i] = enrich.Event{
			Account: e.account, Dimensions: map[string]string{"class": e.class, "city": "Riga"},
			Attributes: enrich.Attributes{"distance": json.Number(fmt.Sprint(e.distance)), "seats": "4"},
		}
	}
	return w
}

func (w *streamWay) enrich(i int) (err error) {
	w.out, err = w.stream.Enrich(w.ctx, w.events[i])
	return err
}

func (w *streamWay) last() any {
	attributes, dimensions := make(map[string]any), make(map[string]any)
	for name, n := range w.out.Attributes {
		attributes[name] = n
	}
	for name, text := range w.out.Dimensions {
		dimensions[name] = text
	}
	return map[string]any{"attribute": attributes, "dimension": dimensions}
}
