package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/XSAM/otelsql"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/trace"
)

// report prints what was recorded, without times.
type report struct {
	w   io.Writer
	err error // the first one; what follows is not printed
}

func (r *report) say(line string) {
	if r.err == nil {
		_, r.err = fmt.Fprintln(r.w, line)
	}
}

// table prints rows, sorted, under a header.
func (r *report) table(header string, rows []string) {
	if r.err != nil {
		return
	}
	slices.Sort(rows)
	t := tabwriter.NewWriter(r.w, 0, 0, 2, ' ', 0)
	for _, row := range append([]string{header}, rows...) {
		if _, r.err = fmt.Fprintln(t, strings.ReplaceAll(row, "|", "\t")); r.err != nil {
			return
		}
	}
	if r.err = t.Flush(); r.err == nil {
		r.say("")
	}
}

// metrics prints the metrics whose names begin with a prefix: the value of a counter or gauge, and how many
// values were recorded in a histogram.
func (r *report) metrics(ctx context.Context, t telemetry, prefix string) {
	var all metricdata.ResourceMetrics
	if err := t.reader.Collect(ctx, &all); err != nil {
		r.err = cmp.Or(r.err, err)
		return
	}
	var rows []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if strings.HasPrefix(m.Name, prefix) {
				rows = append(rows, points(m)...)
			}
		}
	}
	r.table("METRIC|ATTRIBUTES|VALUE", rows)
}

func points(m metricdata.Metrics) (rows []string) {
	row := func(set attribute.Set, value any) {
		rows = append(rows, fmt.Sprintf("%s|%s|%v", m.Name, set.Encoded(attribute.DefaultEncoder()), value))
	}
	switch data := m.Data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			row(p.Attributes, p.Value)
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			row(p.Attributes, p.Value)
		}
	case metricdata.Histogram[int64]:
		for _, p := range data.DataPoints {
			row(p.Attributes, fmt.Sprintf("%d recorded, the largest %d", p.Count, largest(p.Max)))
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			row(p.Attributes, fmt.Sprintf("%d recorded", p.Count))
		}
	}
	return rows
}

func largest(e metricdata.Extrema[int64]) int64 {
	v, _ := e.Value()
	return v
}

// spans prints the spans without a parent by name: how many there are, how many have an error, and what is
// beneath them.
func (r *report) spans(t telemetry) {
	type sum struct{ spans, failed, statements, transactions int }
	names, roots := map[trace.SpanID]string{}, map[string]*sum{}
	ended := t.ended.GetSpans()
	for _, s := range ended {
		if s.Parent.IsValid() {
			continue
		}
		names[s.SpanContext.SpanID()] = s.Name
		if roots[s.Name] == nil {
			roots[s.Name] = &sum{}
		}
		roots[s.Name].spans++
		if s.Status.Code == codes.Error {
			roots[s.Name].failed++
		}
	}
	for _, s := range ended {
		root := roots[names[s.Parent.SpanID()]]
		if root == nil {
			continue
		}
		switch otelsql.Method(s.Name) {
		case otelsql.MethodConnExec, otelsql.MethodConnQuery, otelsql.MethodStmtExec, otelsql.MethodStmtQuery:
			root.statements++
		case otelsql.MethodConnBeginTx:
			root.transactions++
		}
	}
	var rows []string
	for name, s := range roots {
		rows = append(rows, fmt.Sprintf("%s|%d|%d|%d statements in %d transactions",
			name, s.spans, s.failed, s.statements, s.transactions))
	}
	r.table("SPAN|COUNT|WITH ERROR|CHILDREN", rows)
}

// lines prints the lines of the log: how many there are of each message, and their attributes.
func (r *report) lines(t telemetry) {
	counts := map[string]int{}
	for line := range bytes.Lines(t.log.Bytes()) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			r.err = cmp.Or(r.err, err)
			return
		}
		key := fmt.Sprintf("%s|%s", fields["msg"], fields["level"])
		for _, known := range []string{"msg", "level", "time"} {
			delete(fields, known)
		}
		counts[key+"|%d|"+strings.Join(slices.Sorted(maps.Keys(fields)), " ")]++
	}
	var rows []string
	for row, n := range counts {
		rows = append(rows, fmt.Sprintf(row, n))
	}
	r.table("LOG LINE|LEVEL|COUNT|ATTRIBUTES", rows)
}
