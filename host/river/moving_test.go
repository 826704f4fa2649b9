package river_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// negotiated reports which accounts have rate cards of their own: spread over all batches.
func negotiated(account int) bool { return account%7 == 3 }

func account(i int) string { return fmt.Sprintf("account %05d", i) }

// fill puts accounts on the first of two versions of a plan.
func (h *host) fill(t *testing.T, accounts int) {
	t.Helper()
	cycle, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	for version := range 2 {
		_, err := h.center.PricePlans.CreatePlan(t.Context(), h.scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "basic", Version: version + 1}, Name: "Basic", Status: priceplan.Active,
			Currencies: []iso4217.Code{"EUR"}, Cycle: cycle,
		})
		require.NoError(t, err)
	}
	var set []priceplan.Replacement
	for i := range accounts {
		s := priceplan.Schedule{
			ID: fmt.Sprintf("schedule %05d", i), AccountID: account(i), Plan: priceplan.Ref{ID: "basic", Version: 1},
			From: admin.Instant(time.Now().AddDate(0, -1, 0)), Currency: "EUR",
		}
		if negotiated(i) {
			s.RateCards = "negotiated"
		}
		set = append(set, priceplan.Replacement{AccountID: s.AccountID, Add: []priceplan.Schedule{s}})
		if len(set) == 500 || i == accounts-1 {
			results, err := h.db.Schedules().ReplaceAll(t.Context(), h.scope.Org(), set, admin.Record{
				ID: uuid.Must(uuid.NewV7()), At: admin.Instant(time.Now()), Actor: h.scope.Actor(),
				Action: "schedule.associate", Subject: admin.Subject{Kind: "test"},
			})
			require.NoError(t, err)
			for _, r := range results {
				require.NoError(t, r.Err)
			}
			set = nil
		}
	}
}

// plan creates a migration of all accounts to the second version.
func (h *host) plan(t *testing.T) uuid.UUID {
	t.Helper()
	m, err := h.center.Migrations.Create(t.Context(), h.scope, planmigration.Request{
		Source: priceplan.Ref{ID: "basic", Version: 1}, Mode: planmigration.NextCycleIgnoreOverride,
	})
	require.NoError(t, err)
	return m.ID
}

// requireMoved checks that each account was moved once, except those with rate cards: schedules, entries,
// counts and the audit trail.
func (h *host) requireMoved(t *testing.T, id uuid.UUID, accounts int) {
	t.Helper()
	entries := map[string]planmigration.Entry{}
	for e, err := range h.center.Migrations.AllEntries(t.Context(), h.scope, id, job.EntryFilter{}) {
		require.NoError(t, err)
		require.NotContains(t, entries, e.AccountID)
		entries[e.AccountID] = e
	}
	ids := make([]string, accounts)
	for i := range ids {
		ids[i] = account(i)
	}
	timelines, err := h.db.Schedules().Timelines(t.Context(), h.scope.Org(), ids, time.Time{})
	require.NoError(t, err)
	require.Len(t, timelines, accounts)
	want := job.Counts{Total: int64(accounts)}
	for i, tl := range timelines {
		e := entries[tl.AccountID]
		if negotiated(i) {
			want.Skipped++
			require.Equal(t, job.EntrySkipped, e.Status, tl.AccountID)
			require.Len(t, tl.Schedules, 1)
			continue
		}
		want.Completed++
		require.Equal(t, job.EntryCompleted, e.Status, tl.AccountID)
		require.Len(t, tl.Schedules, 2)
		require.Equal(t, []string{e.Old, e.New}, []string{tl.Schedules[0].ID, tl.Schedules[1].ID})
		require.Equal(t, tl.Schedules[0].Until, tl.Schedules[1].From)
		require.EqualValues(t, 2, tl.Schedules[0].Version)
	}
	got := h.job(t, id)
	require.Equal(t, job.Completed, got.Status)
	require.Equal(t, want, got.Counts)
	seen := map[int]bool{}
	for r, err := range h.center.Trail.All(t.Context(), h.scope, admin.AuditFilter{Action: planmigration.ActionMigrate}) {
		require.NoError(t, err)
		var from, to int
		_, err := fmt.Sscanf(r.Changes[1].To, "%d-%d", &from, &to)
		require.NoError(t, err)
		for seq := from; seq <= to; seq++ {
			require.False(t, seen[seq], "entry %d was moved twice", seq)
			seen[seq] = true
		}
	}
	require.Len(t, seen, accounts)
}
