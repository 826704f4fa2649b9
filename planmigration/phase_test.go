package planmigration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

func TestAccountsAreListedInBatches(t *testing.T) {
	start := func(h *host) time.Time { return h.now.UTC() }
	for _, tc := range []struct {
		reason  string
		startAt func(*host) time.Time // zero for now
		confirm bool
		want    job.Status // when the list is complete
	}{
		{"and moved at once", nil, false, job.InProgress},
		{"and wait for confirmation", nil, true, job.WaitingForConfirmation},
		{"and wait for the effective instant", func(h *host) time.Time { return start(h).Add(time.Hour) }, false, job.Scheduled},
		{"and wait for confirmation before the instant", func(h *host) time.Time { return start(h).Add(time.Hour) }, true,
			job.WaitingForConfirmation},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			h.eightAccounts()
			r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle, RequireConfirmation: tc.confirm}
			if tc.startAt != nil {
				r.StartAt = tc.startAt(h)
			}
			m, err := h.service().Create(t.Context(), h.scope, r)
			require.NoError(t, err)
			require.Equal(t, planmigration.Listing, m.Phase())
			require.Equal(t, job.Pending, m.Job.Status)
			for _, want := range []struct {
				total  int64
				phase  planmigration.Phase
				status job.Status
			}{
				{3, planmigration.Listing, job.InProgress}, {6, planmigration.Listing, job.InProgress},
				{8, planmigration.Moving, tc.want},
			} {
				p, err := h.service().Step(t.Context(), h.scope, m.ID)
				require.NoError(t, err)
				require.Equal(t, job.Counts{Total: want.total}, p.Counts)
				require.Equal(t, want.status, p.Status)
				m, err = h.service().Get(t.Context(), h.scope, m.ID)
				require.NoError(t, err)
				require.Equal(t, want.phase, m.Phase())
			}
			require.Len(t, h.entries(m.ID), accounts)
			require.Equal(t, h.timeline("account 0")[0].Plan, basic1, "nothing has moved")
		})
	}
	t.Run("while they change: an account is listed once", func(t *testing.T) {
		h := newHost(t)
		h.eightAccounts()
		m, err := h.service().Create(t.Context(), h.scope,
			planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
		require.NoError(t, err)
		_, err = h.service().Step(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
		h.account("account 00", nil) // before those that were listed
		h.account("account 9", nil)  // behind them
		_, entries := h.run(m.ID)
		require.NotContains(t, entries, "account 00")
		require.Contains(t, entries, "account 9")
	})
}

func TestStateThatCannotBeRead(t *testing.T) {
	for reason, state := range map[string]string{
		"is no JSON": "{", "is of a newer version": `{"v":2,"phase":"ELSEWHERE"}`,
	} {
		t.Run(reason, func(t *testing.T) {
			h := newHost(t)
			m := h.manyAccounts()
			j, err := h.b.Jobs().Claim(t.Context(), "acme", m.ID, job.Claim{Worker: "w", Now: h.now, Until: h.now})
			require.NoError(t, err)
			require.NoError(t, h.b.Jobs().Commit(t.Context(), "acme", job.Checkpoint{
				ID: m.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Cursor: j.Cursor, State: state, Status: job.InProgress, At: h.now,
			}))
			progress, _ := h.run(m.ID)
			require.Equal(t, job.Failed, progress.Status)
			require.Contains(t, progress.Failure, "state of the migration")
			require.Equal(t, 0, h.moved())
		})
	}
}

func TestPauseAndRetry(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	_, err := h.service().Step(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	paused, err := h.service().Pause(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, job.Paused, paused.Job.Status)
	require.Equal(t, job.Hold{Reason: job.HoldPause, By: h.scope.Actor()}, paused.Job.Hold(h.now))
	_, err = h.service().Step(t.Context(), h.scope, m.ID)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = h.service().Resume(t.Context(), h.scope, m.ID)
	require.NoError(t, err)

	// A target that is archived meanwhile pauses the migration; when it is active again the rest moves.
	status := priceplan.Archived
	h.strangePlansIn(func(p priceplan.Plan) (priceplan.Plan, error) {
		if p.Ref == basic2 {
			p.Status = status
		}
		return p, nil
	})
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Paused, progress.Status)
	status = priceplan.Active
	_, err = h.service().Resume(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	h.run(m.ID)
	h.requireMovedOnce(m)
	require.Equal(t, accounts, h.moved(), "none was moved twice")
}

func TestBefore(t *testing.T) {
	h := newHost(t)
	want := map[string]priceplan.Schedule{
		"ended":    h.account("ended", func(a *priceplan.Association) { a.RateCards = "rc-1" }),
		"cycle":    h.account("cycle", func(a *priceplan.Association) { a.CycleOverride = cycle(t, "WEEKLY 3") }),
		"replaced": h.account("replaced", func(a *priceplan.Association) { a.From = h.now }),
		"leaves":   h.account("leaves", func(a *priceplan.Association) { a.Until = h.day("2026-08-01") }),
	}
	h.account("stays", func(a *priceplan.Association) { a.Currency = "INR" })
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate,
		Overrides: planmigration.DropOverrides})
	h.run(m.ID)
	got := map[string]priceplan.Schedule{}
	for s, err := range admin.All(func(q admin.Query) (admin.Page[priceplan.Schedule], error) {
		q.Limit = 2
		return h.service().Before(t.Context(), h.scope, m.ID, q)
	}) {
		require.NoError(t, err)
		got[s.AccountID] = s
	}
	for account, s := range want {
		require.Equal(t, s, got[account], account)
	}
	effects, err := h.b.Jobs().Effects(t.Context(), "acme", m.ID, admin.Seek[int64]{Limit: 10})
	require.NoError(t, err)
	for _, e := range effects {
		if e.Ref == want["replaced"].ID {
			require.Zero(t, e.Version, "it was removed")
		} else {
			require.Equal(t, int64(2), e.Version)
		}
	}
	_, err = h.service().Before(t.Context(), admin.Scope{}, m.ID, admin.Query{})
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}
