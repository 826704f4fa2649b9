package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// squeezed makes one blank of several.
func squeezed(s string) string { return regexp.MustCompile(` {2,}`).ReplaceAllString(s, " ") }

func TestRecordsWhatJobsDo(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	printed := squeezed(out.String())
	for reason, want := range map[string]string{
		"a duplicate is recognized through the instrumented driver": `A second organization with the id "acme": organization_exists`,
		"what is due is seen before a worker runs":                  "admincenter.jobs.due 3",
		"rows that were imported":                                   "admincenter.job.entries kind=import.customers,outcome=completed 36\n",
		"rows that failed":                                          "admincenter.job.entries kind=import.customers,outcome=failed 4\n",
		"an import that was retried is complete":                    "admincenter.job.entries kind=import.meters,outcome=completed 20\n",
		"its batches that failed":                                   "admincenter.job.batches kind=import.meters,outcome=failed 2\n",
		"failures in a row":                                         "admincenter.job.failures_in_a_row kind=import.tariffs 3 recorded, the largest 3\n",
		"a job that was given up":                                   "admincenter.job.ended kind=import.tariffs,status=FAILED 1\n",
		"a job that ended with rows that failed":                    "admincenter.job.ended kind=import.customers,status=COMPLETED_WITH_FAILURES 1\n",
		"every batch has a lag":                                     "admincenter.job.lag kind=import.tariffs 3 recorded\n",
		"every batch has a duration":                                "admincenter.job.batch.duration kind=import.meters,outcome=failed 2 recorded\n",
		"a span for each batch, without an error for rows":          "job.step import.customers 5 0 ",
		"spans of batches that failed":                              "job.step import.meters 5 2 ",
		"the span of the batch by which a job was given up":         "job.step import.tariffs 3 3 ",
		"the line of a batch":                                       "job batch done INFO 8 completed failed job kind lag org skipped span_id took trace_id\n",
		"the line of a batch that failed":                           "job batch failed WARN 5 error failures job kind org retryAt span_id took trace_id\n",
		"the line of a job that was given up":                       "job ended ERROR 1 completed failed failure job kind org skipped span_id status total trace_id\n",
		"the lines of the other jobs":                               "job ended INFO 2 completed failed failure job kind org skipped span_id status total trace_id\n",
	} {
		require.Contains(t, printed, want, reason)
	}
	require.NotContains(t, printed, " 0 statements", "statements are beneath the span of their batch")
	require.NotContains(t, printed, "org=", "an organization is no attribute of a metric")
	require.NotContains(t, printed, "admincenter.job.held", "no job waits for a person")

	var again bytes.Buffer
	require.NoError(t, run(t.Context(), &again))
	require.Equal(t, out.String(), again.String(), "the same each time")
}

func TestStatementsAreRecordedBeneathBatchesOnly(t *testing.T) {
	tel := newTelemetry()
	h, err := open(t.Context(), t.TempDir()+"/admin.db", tel)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.pool.Close()) })
	require.NoError(t, createOrganization(t.Context(), h.center, &bytes.Buffer{}))
	_, err = h.center.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, tel.ended.GetSpans(), "no trace for what is asked outside of one")

	jobs, err := startImports(t.Context(), h.center)
	require.NoError(t, err)
	_, err = traced(h.center.Step, tel.tracing)(t.Context(), jobs[1].Ref(org))
	require.ErrorContains(t, err, "the service is down")
	_, err = traced(h.center.Step, tel.tracing)(t.Context(), jobs[1].Ref(org))
	require.ErrorIs(t, err, job.ErrNotDue)

	spans := tel.ended.GetSpans()
	var steps []codes.Code
	for _, s := range spans {
		if strings.HasPrefix(s.Name, "job.step ") {
			steps = append(steps, s.Status.Code)
			continue
		}
		require.True(t, s.Parent.IsValid(), s.Name)
	}
	require.Equal(t, []codes.Code{codes.Error, codes.Unset}, steps, "that a job is not due is no error")
}

func TestCountsJobsThatWaitForAPerson(t *testing.T) {
	tel := newTelemetry()
	hooks, err := newHooks(tel.metering)
	require.NoError(t, err)
	waiting := job.Job{Kind: "price_plan_migration", Status: job.WaitingForConfirmation}
	hooks.BatchDone(t.Context(), job.Event{Org: org, Job: waiting})
	hooks.BatchFailed(t.Context(), job.Event{Org: org, Job: job.Job{Failures: 4}, Err: errors.New("down")})
	var out bytes.Buffer
	r := report{w: &out}
	r.metrics(t.Context(), tel, "admincenter.job")
	require.NoError(t, r.err)
	printed := squeezed(out.String())
	require.Contains(t, printed, "admincenter.job.held kind=price_plan_migration 1\n")
	require.Contains(t, printed, "the largest 4\n")
	require.NotContains(t, printed, "admincenter.job.entries", "a batch that settled nothing adds no series")
}

func TestTheDocumentNamesEveryMetricAndLine(t *testing.T) {
	tel := newTelemetry()
	hooks, err := newHooks(tel.metering)
	require.NoError(t, err)
	require.NoError(t, observeDue(tel.metering, func(context.Context, int) ([]job.Ref, error) { return nil, nil }))
	waiting := job.Job{Status: job.WaitingForConfirmation}
	hooks.BatchDone(t.Context(), job.Event{Job: waiting, Counts: job.Counts{Completed: 1}})
	hooks.BatchFailed(t.Context(), job.Event{})
	hooks.Ended(t.Context(), job.Event{})
	var all metricdata.ResourceMetrics
	require.NoError(t, tel.reader.Collect(t.Context(), &all))
	var recorded []string
	for _, m := range all.ScopeMetrics[0].Metrics {
		recorded = append(recorded, m.Name)
	}

	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "observability.md"))
	require.NoError(t, err)
	var named []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(admincenter\\.job[a-z_.]*)`").FindAllSubmatch(doc, -1) {
		named = append(named, string(m[1]))
	}
	require.ElementsMatch(t, recorded, named)

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	_, lines, _ := strings.Cut(out.String(), "LOG LINE")
	for _, m := range regexp.MustCompile(`(?m)^(job (?:batch|ended)[a-z ]*?)  +[A-Z]+ +\d+ +(.*)$`).FindAllStringSubmatch(lines, -1) {
		row := regexp.MustCompile("(?m)^\\| `" + m[1] + "` .*$").FindString(string(doc))
		require.NotEmpty(t, row, m[1])
		for field := range strings.FieldsSeq(m[2]) {
			switch field {
			case "org", "kind", "job", "trace_id", "span_id":
			default:
				require.Contains(t, row, field, m[1])
			}
		}
	}
}

func TestDueJobsThatCannotBeReadAreNoZero(t *testing.T) {
	tel := newTelemetry()
	down := errors.New("database is down")
	require.NoError(t, observeDue(tel.metering, func(_ context.Context, limit int) ([]job.Ref, error) {
		require.LessOrEqual(t, limit, admin.MaxLimit)
		return nil, down
	}))
	var all metricdata.ResourceMetrics
	require.ErrorIs(t, tel.reader.Collect(t.Context(), &all), down)
	require.Empty(t, all.ScopeMetrics)
}
