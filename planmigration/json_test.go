package planmigration_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// requireJSON checks the JSON of a value, and that it reads back as the same.
func requireJSON[T any](t *testing.T, want string, value T) {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	require.JSONEq(t, want, string(text))
	var again T
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, value, again)
}

func TestJSON(t *testing.T) {
	at := time.Date(2026, 4, 1, 0, 0, 0, 500000000, time.UTC)
	requireJSON(t, `{"source": {"id": "basic", "version": 1}, "migrationMode": "NEXT_CYCLE"}`,
		planmigration.Request{Source: basic1, Mode: planmigration.NextCycle})
	requireJSON(t, `{
		"source": {"id": "basic", "version": 1}, "target": {"id": "pro"}, "migrationMode": "IMMEDIATE",
		"overridePolicy": "DROP", "requireConfirmation": true, "startAt": "2026-04-01T00:00:00.5Z"
	}`, planmigration.Request{
		Source: basic1, Target: priceplan.Ref{ID: "pro"}, Mode: planmigration.Immediate,
		Overrides: planmigration.DropOverrides, RequireConfirmation: true, StartAt: at,
	})
	requireJSON(t, `{"seq": 7, "accountId": "a", "status": "COMPLETED", "effectiveFrom": "2026-04-01T00:00:00.5Z",
		"oldScheduleId": "s1", "newScheduleId": "s2"}`,
		planmigration.Entry{Seq: 7, AccountID: "a", Status: job.EntryCompleted, At: at, Old: "s1", New: "s2"})
	requireJSON(t, `{"accountId": "a", "status": "SKIPPED", "reason": "has_overrides", "detail": "has overrides (RATE_CARD)"}`,
		planmigration.Entry{AccountID: "a", Status: job.EntrySkipped, Reason: planmigration.ReasonHasOverrides,
			Detail: "has overrides (RATE_CARD)"})

	text, err := json.Marshal(planmigration.Migration{
		ID: uuid.Nil, Source: basic1, Target: basic2, Mode: planmigration.NextCycle,
		Overrides: planmigration.KeepOverrides, Zone: "UTC",
	})
	require.NoError(t, err)
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &fields))
	for name, want := range map[string]string{
		"id": `"00000000-0000-0000-0000-000000000000"`, "source": `{"id": "basic", "version": 1}`,
		"target":        `{"id": "basic", "version": 2}`,
		"migrationMode": `"NEXT_CYCLE"`, "overridePolicy": `"KEEP"`, "requireConfirmation": "false",
		"timeZone": `"UTC"`,
	} {
		require.JSONEq(t, want, string(fields[name]), name)
	}
	require.Contains(t, fields, "job")
	require.Len(t, fields, 8)

	h := newHost(t)
	h.account("a", func(a *priceplan.Association) { a.RateCards = "rc-1" })
	preview, err := h.service().Preview(t.Context(), h.scope,
		planmigration.Request{Source: basic1, Mode: planmigration.ImmediateIgnoreOverride})
	require.NoError(t, err)
	text, err = json.Marshal(preview)
	require.NoError(t, err)
	fields = nil
	require.NoError(t, json.Unmarshal(text, &fields))
	require.JSONEq(t, `"2026-03-10T10:00:00Z"`, string(fields["effectiveAt"]))
	require.JSONEq(t, `{"has_overrides": 1}`, string(fields["reasons"]))
	for _, name := range []string{"source", "target", "counts"} {
		require.Contains(t, fields, name)
	}
	require.JSONEq(t, `[{"field": "ref", "from": "basic v1", "to": "basic v2"},
		{"field": "name", "from": "Plan basic v1", "to": "Plan basic v2"},
		{"field": "pricingCycleConfig", "from": "MONTHLY 1", "to": "MONTHLY 15"}]`, string(fields["changes"]))
	require.Len(t, fields, 6)
}
