package main

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// scopeName names this instrumentation in what it records.
const scopeName = "github.com/admincenter/admincenter/examples/observability"

// metrics are what is recorded of jobs. The attributes are the kind of job and an outcome, which make some
// tens of series. The organization is not among them: with thousands of tenants it would make tens of thousands,
// which is what a metrics store is worst at. A span and a log line have it; a host with few tenants may add it.
type metrics struct {
	entries  metric.Int64Counter
	batches  metric.Int64Counter
	took     metric.Float64Histogram
	lag      metric.Float64Histogram
	failures metric.Int64Histogram
	held     metric.Int64Counter
	ended    metric.Int64Counter
}

// newHooks returns hooks that record metrics by a provider.
func newHooks(provider metric.MeterProvider) (job.Hooks, error) {
	meter := provider.Meter(scopeName)
	var m metrics
	var errs [7]error
	m.entries, errs[0] = meter.Int64Counter("admincenter.job.entries", metric.WithUnit("{entry}"),
		metric.WithDescription("Rows and accounts that were settled, by outcome."))
	m.batches, errs[1] = meter.Int64Counter("admincenter.job.batches", metric.WithUnit("{batch}"),
		metric.WithDescription("Batches that were committed or failed."))
	m.took, errs[2] = meter.Float64Histogram("admincenter.job.batch.duration", metric.WithUnit("s"),
		metric.WithDescription("From the claim of a job to the end of its batch."),
		metric.WithExplicitBucketBoundaries(.01, .05, .1, .5, 1, 5, 15, 60))
	m.lag, errs[3] = meter.Float64Histogram("admincenter.job.lag", metric.WithUnit("s"),
		metric.WithDescription("From the instant at which a job was due to its claim."),
		metric.WithExplicitBucketBoundaries(.1, .5, 1, 5, 15, 60, 300, 900, 3600))
	m.failures, errs[4] = meter.Int64Histogram("admincenter.job.failures_in_a_row", metric.WithUnit("{failure}"),
		metric.WithDescription("How many batches of a job have failed in a row, at each that did."),
		metric.WithExplicitBucketBoundaries(1, 2, 5, 10, 15))
	m.held, errs[5] = meter.Int64Counter("admincenter.job.held", metric.WithUnit("{job}"),
		metric.WithDescription("Jobs that a batch left waiting for a person's confirmation."))
	m.ended, errs[6] = meter.Int64Counter("admincenter.job.ended", metric.WithUnit("{job}"),
		metric.WithDescription("Jobs that became final by their last batch, by status."))
	return job.Hooks{BatchDone: m.done, BatchFailed: m.failed, Ended: m.end}, errors.Join(errs[:]...)
}

func (m metrics) done(ctx context.Context, e job.Event) {
	for _, n := range []struct {
		outcome string
		count   int64
	}{{"completed", e.Counts.Completed}, {"skipped", e.Counts.Skipped}, {"failed", e.Counts.Failed}} {
		if n.count > 0 {
			m.entries.Add(ctx, n.count, labels(e, "outcome", n.outcome))
		}
	}
	m.batch(ctx, e, "done")
	if e.Job.Status == job.WaitingForConfirmation {
		m.held.Add(ctx, 1, labels(e))
	}
}

func (m metrics) failed(ctx context.Context, e job.Event) {
	m.batch(ctx, e, "failed")
	m.failures.Record(ctx, int64(e.Job.Failures), labels(e))
}

func (m metrics) batch(ctx context.Context, e job.Event, outcome string) {
	m.batches.Add(ctx, 1, labels(e, "outcome", outcome))
	m.took.Record(ctx, e.Took.Seconds(), labels(e, "outcome", outcome))
	m.lag.Record(ctx, e.Lag.Seconds(), labels(e))
}

func (m metrics) end(ctx context.Context, e job.Event) {
	m.ended.Add(ctx, 1, labels(e, "status", string(e.Job.Status)))
}

// labels returns the kind of job and further pairs of name and value.
func labels(e job.Event, pairs ...string) metric.MeasurementOption {
	out := []attribute.KeyValue{attribute.String("kind", string(e.Job.Kind))}
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, attribute.String(pairs[i], pairs[i+1]))
	}
	return metric.WithAttributes(out...)
}

// observeDue records how many jobs are due whenever metrics are read: hooks record nothing while no worker
// runs. 500 stands for 500 or more.
func observeDue(provider metric.MeterProvider, due func(context.Context, int) ([]job.Ref, error)) error {
	_, err := provider.Meter(scopeName).Int64ObservableGauge("admincenter.jobs.due", metric.WithUnit("{job}"),
		metric.WithDescription("Jobs that a worker could do now."),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			refs, err := due(ctx, admin.MaxLimit)
			if err != nil {
				return err
			}
			o.Observe(int64(len(refs)))
			return nil
		}))
	return err
}
