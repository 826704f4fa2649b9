package job_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// The names and forms here are what API clients see.
func TestJSON(t *testing.T) {
	ann := admin.Actor{Kind: admin.ActorUser, ID: "ann"}
	for _, tc := range []struct {
		reason string
		value  any
		want   string
	}{
		{
			"a job that has failed",
			job.Job{
				ID: one, Kind: "import.customers", Status: job.Failed, StartAt: start, CreatedAt: start, CreatedBy: ann,
				UpdatedAt: start.Add(time.Second), SettledAt: start.Add(time.Second), Counts: job.Counts{Total: 4, Completed: 1, Skipped: 2, Failed: 1},
				Failure: "the file changed", Failures: 15, TriedAt: start,
				Cursor: "off:1", State: `{"secret":1}`, Lease: job.Lease{Attempt: 3}, Version: 2,
			},
			`{"id":"0195a2b3-0000-7000-8000-000000000001","kind":"import.customers","status":"FAILED","startAt":"2026-03-01T10:00:00Z",
				"createdAt":"2026-03-01T10:00:00Z","createdBy":{"kind":"USER","id":"ann"},"updatedAt":"2026-03-01T10:00:01Z",
				"settledAt":"2026-03-01T10:00:01Z","counts":{"total":4,"completed":1,"skipped":2,"failed":1},
				"failure":"the file changed","failures":15,"triedAt":"2026-03-01T10:00:00Z","version":2}`,
		},
		{
			"a job that waits",
			job.Job{ID: one, Kind: toy, Status: job.Pending, CreatedAt: start, CreatedBy: admin.Actor{Kind: admin.ActorSystem}, UpdatedAt: start, Version: 1},
			`{"id":"0195a2b3-0000-7000-8000-000000000001","kind":"toy","status":"PENDING","createdAt":"2026-03-01T10:00:00Z",
				"createdBy":{"kind":"SYSTEM"},"updatedAt":"2026-03-01T10:00:00Z",
				"counts":{"total":0,"completed":0,"skipped":0,"failed":0},"version":1}`,
		},
		{
			"a job that a worker has, after a failure and a decision",
			job.Job{
				ID: one, Kind: toy, Status: job.InProgress, CreatedAt: start, CreatedBy: ann, UpdatedAt: start, Failure: "struck", Failures: 1, RetryAt: start,
				Decision: job.Decision{Action: job.ActionResume, From: job.Paused, By: ann, At: start},
				Lease:    job.Lease{Attempt: 3, Worker: "web-3/4711", Until: start.Add(time.Second)}, TriedAt: start, Version: 2,
			},
			`{"id":"0195a2b3-0000-7000-8000-000000000001","kind":"toy","status":"IN_PROGRESS","createdAt":"2026-03-01T10:00:00Z",
				"createdBy":{"kind":"USER","id":"ann"},"updatedAt":"2026-03-01T10:00:00Z",
				"counts":{"total":0,"completed":0,"skipped":0,"failed":0},
				"failure":"struck","failures":1,"retryAt":"2026-03-01T10:00:00Z",
				"decision":{"action":"job.resume","from":"PAUSED","by":{"kind":"USER","id":"ann"},"at":"2026-03-01T10:00:00Z"},
				"lease":{"worker":"web-3/4711","until":"2026-03-01T10:00:01Z"},"triedAt":"2026-03-01T10:00:00Z","version":2}`,
		},
		{"a lease", job.Lease{Attempt: 3, Worker: "w", Until: start}, `{"worker":"w","until":"2026-03-01T10:00:00Z"}`},
		{"no hold", job.Hold{}, `{}`},
		{"a pause", job.Hold{Reason: job.HoldPause, By: ann}, `{"reason":"PAUSE","by":{"kind":"USER","id":"ann"}}`},
		{"a lease of another worker", job.Hold{Reason: job.HoldLease, Worker: "w", Until: start}, `{"reason":"LEASE","until":"2026-03-01T10:00:00Z","worker":"w"}`},
		{
			"an effect", job.Effect{Seq: 3, Kind: "customer", Ref: "c1", Before: `{"name":"x"}`, Version: 4},
			`{"seq":3,"kind":"customer","ref":"c1","before":"{\"name\":\"x\"}","version":4}`,
		},
		{
			"progress after a failure",
			job.Job{Status: job.InProgress, Failure: "struck", Failures: 2, RetryAt: start.Add(time.Second)}.Progress(start),
			`{"status":"IN_PROGRESS","counts":{"total":0,"completed":0,"skipped":0,"failed":0},"failure":"struck","failures":2,
				"retryAt":"2026-03-01T10:00:01Z","hold":{"reason":"RETRY","until":"2026-03-01T10:00:01Z"}}`,
		},
		{
			"an entry", job.Entry{Seq: 7, Ref: "a1", Status: job.EntrySkipped, Reason: "has_overrides", Detail: "keep them or not", Data: `{"secret":1}`},
			`{"seq":7,"ref":"a1","status":"SKIPPED","reason":"has_overrides","detail":"keep them or not"}`,
		},
		{"an entry that waits", job.Entry{Seq: 1, Status: job.EntryPending}, `{"seq":1,"status":"PENDING"}`},
		{
			"progress", job.Progress{Status: job.InProgress, Counts: job.Counts{Total: 4, Completed: 1}},
			`{"status":"IN_PROGRESS","counts":{"total":4,"completed":1,"skipped":0,"failed":0}}`,
		},
		{"a filter", job.Filter{Kind: toy, Status: job.Failed}, `{"kind":"toy","status":"FAILED"}`},
		{"the zero filter", job.Filter{}, `{}`},
		{"a filter of entries", job.EntryFilter{Status: job.EntryFailed}, `{"status":"FAILED"}`},
		{"a reference", job.Ref{Org: acme, ID: one, Kind: toy}, `{"org":"acme","id":"0195a2b3-0000-7000-8000-000000000001","kind":"toy"}`},
		{
			"a reference of a job that was tried", job.Ref{Org: acme, ID: one, Kind: toy, TriedAt: start},
			`{"org":"acme","id":"0195a2b3-0000-7000-8000-000000000001","kind":"toy","triedAt":"2026-03-01T10:00:00Z"}`,
		},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			got, err := json.Marshal(tc.value)
			require.NoError(t, err)
			require.JSONEq(t, tc.want, string(got))
		})
	}
}
