package priceplan_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
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

func TestCycleInJSON(t *testing.T) {
	for line, want := range map[string]string{
		"WEEKLY LAST":              `{"interval": "WEEKLY", "startOffset": {"dayOffset": "LAST"}}`,
		"MONTHLY 31":               `{"interval": "MONTHLY", "startOffset": {"dayOffset": "31"}}`,
		"HALF_YEARLY 1 FIRST":      `{"interval": "HALF_YEARLY", "startOffset": {"dayOffset": "1", "monthOffset": "FIRST"}}`,
		"ANNUALLY 15 2":            `{"interval": "ANNUALLY", "startOffset": {"dayOffset": "15", "monthOffset": "2"}}`,
		"QUARTERLY 1 LAST":         `{"interval": "QUARTERLY", "startOffset": {"dayOffset": "1", "monthOffset": "LAST"}}`,
		"MONTHLY LAST ANNIVERSARY": `{"interval": "MONTHLY", "startOffset": {"dayOffset": "LAST"}, "anniversaryCycle": true}`,
	} {
		requireJSON(t, want, cycle(t, line))
	}
	requireJSON(t, `{}`, priceplan.Cycle{})

	var c priceplan.Cycle
	require.NoError(t, json.Unmarshal([]byte(`{"interval": "MONTHLY", "startOffset": {"dayOffset": "5", "monthOffset": "NIL"}, "gracePeriod": 3}`), &c))
	require.Equal(t, cycle(t, "MONTHLY 5"), c, "Togai's examples write NIL out")
	for reason, tc := range map[string]struct {
		text  string
		paths []string
	}{
		"an interval that does not exist": {`{"interval": "DAILY", "startOffset": {"dayOffset": "1"}}`,
			[]string{"/interval"}},
		"no offset": {`{"interval": "MONTHLY"}`, []string{"/startOffset/dayOffset"}},
		"a day beyond the month": {`{"interval": "MONTHLY", "startOffset": {"dayOffset": "32"}}`,
			[]string{"/startOffset/dayOffset"}},
		"a day beyond the week": {`{"interval": "WEEKLY", "startOffset": {"dayOffset": "8"}}`,
			[]string{"/startOffset/dayOffset"}},
		"a month beyond the quarter": {
			`{"interval": "QUARTERLY", "startOffset": {"dayOffset": "1", "monthOffset": "4"}}`,
			[]string{"/startOffset/monthOffset"},
		},
		"two words that are no offsets": {
			`{"interval": "QUARTERLY", "startOffset": {"dayOffset": "X", "monthOffset": "May"}}`,
			[]string{"/startOffset/dayOffset", "/startOffset/monthOffset"},
		},
	} {
		require.Equal(t, tc.paths, paths(t, json.Unmarshal([]byte(tc.text), &c)), reason)
	}
	require.ErrorIs(t, json.Unmarshal([]byte(`"MONTHLY 5"`), &c), admin.ErrInvalid)
	require.Equal(t, cycle(t, "MONTHLY 5"), c, "left alone")
}

func TestRecordsInJSON(t *testing.T) {
	at := time.Date(2026, 3, 10, 10, 0, 0, 123456000, time.UTC)
	plan := priceplan.Plan{
		Ref: basic2, Name: "Basic", Description: "For all", Status: priceplan.Active, Currencies: codes("INR", "USD"),
		Cycle: cycle(t, "QUARTERLY 15 2"), CreatedAt: at, UpdatedAt: at, Version: 3,
	}
	requireJSON(t, `{
		"ref": {"id": "basic", "version": 2}, "name": "Basic", "description": "For all", "status": "ACTIVE",
		"supportedCurrencies": ["INR", "USD"], "anniversaryCycle": false,
		"pricingCycleConfig": {"interval": "QUARTERLY", "startOffset": {"dayOffset": "15", "monthOffset": "2"}},
		"createdAt": "2026-03-10T10:00:00.123456Z", "updatedAt": "2026-03-10T10:00:00.123456Z", "version": 3
	}`, plan)
	schedule := priceplan.Schedule{
		ID: "s1", AccountID: "a", Plan: basic2, From: at, Until: at.AddDate(1, 0, 0), Currency: "INR",
		CycleOverride: cycle(t, "WEEKLY 5"), RateCards: "rc-1", CreatedAt: at, UpdatedAt: at, Version: 2,
	}
	requireJSON(t, `{
		"id": "s1", "accountId": "a", "pricePlan": {"id": "basic", "version": 2},
		"startDate": "2026-03-10T10:00:00.123456Z", "endDate": "2027-03-10T10:00:00.123456Z", "currency": "INR",
		"pricingCycleConfigOverride": {"interval": "WEEKLY", "startOffset": {"dayOffset": "5"}}, "rateCards": "rc-1",
		"createdAt": "2026-03-10T10:00:00.123456Z", "updatedAt": "2026-03-10T10:00:00.123456Z", "version": 2
	}`, schedule)
	open := priceplan.Timeline{AccountID: "a", Schedules: []priceplan.Schedule{{
		ID: "s1", AccountID: "a", Plan: basic2, From: at, Currency: "INR", Version: 1,
	}}}
	requireJSON(t, `{"accountId": "a", "schedules": [{
		"id": "s1", "accountId": "a", "pricePlan": {"id": "basic", "version": 2}, "startDate": "2026-03-10T10:00:00.123456Z",
		"currency": "INR", "version": 1
	}]}`, open)
	text, err := json.Marshal(priceplan.RemovedSchedule{Schedule: schedule, RemovedAt: at,
		RemovedBy: admin.Actor{Kind: "user", ID: "u"}})
	require.NoError(t, err)
	require.Contains(t, string(text), `"id":"s1"`, "beside removedAt and removedBy")
	require.Contains(t, string(text), `"removedAt":"2026-03-10T10:00:00.123456Z"`)
}

func TestInputsInJSON(t *testing.T) {
	at := time.Date(2026, 3, 10, 10, 0, 0, 0, time.UTC)
	requireJSON(t, `{
		"ref": {"id": "basic", "version": 2}, "name": "Basic", "status": "DRAFT", "supportedCurrencies": ["INR"],
		"pricingCycleConfig": {"interval": "MONTHLY", "startOffset": {"dayOffset": "LAST"}}, "anniversaryCycle": true
	}`, priceplan.NewPlan{
		Ref: basic2, Name: "Basic", Status: priceplan.Draft, Currencies: codes("INR"),
		Cycle: cycle(t, "MONTHLY LAST"), Anniversary: true,
	})
	requireJSON(t, `{}`, priceplan.PlanChanges{})
	requireJSON(t, `{"name": "", "pricingCycleConfig": {}, "anniversaryCycle": false}`,
		priceplan.PlanChanges{Name: pointer(""), Cycle: &priceplan.Cycle{}, Anniversary: pointer(false)})
	requireJSON(t, `{"accountId": "a", "pricePlan": {"id": "basic"}, "startDate": "2026-03-10T10:00:00Z", "currency": "INR"}`,
		priceplan.Association{AccountID: "a", Plan: priceplan.Ref{ID: "basic"}, From: at, Currency: "INR"})
	requireJSON(t, `{"endDate": "2026-03-10T10:00:00Z", "later": "WITHDRAW"}`,
		priceplan.ScheduleEnd{Until: at, Later: priceplan.WithdrawLater})
	requireJSON(t, `{"effectiveFrom": "2026-03-10T10:00:00Z", "pricingCycleConfigOverride": {}, "rateCards": "", "openEnd": true}`,
		priceplan.ScheduleChanges{From: at, CycleOverride: &priceplan.Cycle{}, RateCards: pointer(""), OpenEnd: true})
	requireJSON(t, `{"previous": "EXTEND"}`, priceplan.Withdrawal{Previous: priceplan.ExtendPrevious})
}
