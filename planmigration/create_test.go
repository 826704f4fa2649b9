package planmigration_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

func TestCreateRefuses(t *testing.T) {
	h := newHost(t)
	h.plan(priceplan.Ref{ID: "basic", Version: 3}, "MONTHLY 1", priceplan.Draft)
	h.plan(priceplan.Ref{ID: "old", Version: 1}, "MONTHLY 1", priceplan.Archived)
	h.plan(priceplan.Ref{ID: "draft", Version: 1}, "MONTHLY 1", priceplan.Draft)
	for _, tc := range []struct {
		reason string
		change func(*planmigration.Request)
		paths  []string
	}{
		{"a mode that does not exist", func(r *planmigration.Request) { r.Mode = "LATER" }, []string{"/migrationMode"}},
		{"no mode", func(r *planmigration.Request) { r.Mode = "" }, []string{"/migrationMode"}},
		{"a policy that does not exist", func(r *planmigration.Request) { r.Overrides = "MAYBE" },
			[]string{"/overridePolicy"}},
		{"dropping overrides of accounts that are left alone", func(r *planmigration.Request) {
			r.Mode, r.Overrides = planmigration.NextCycleIgnoreOverride, planmigration.DropOverrides
		}, []string{"/overridePolicy"}},
		{"an instant in the past", func(r *planmigration.Request) { r.StartAt = h.now.Add(-time.Microsecond) },
			[]string{"/startAt"}},
		{"an unknown source", func(r *planmigration.Request) { r.Source.ID, r.Target.ID = "none", "basic" },
			[]string{"/source"}},
		{"an unknown version of the source", func(r *planmigration.Request) { r.Source.Version = 9 },
			[]string{"/source"}},
		{"no version of the source", func(r *planmigration.Request) { r.Source.Version = 0 },
			[]string{"/source/version"}},
		{"an unknown target", func(r *planmigration.Request) { r.Target.ID = "none" }, []string{"/target"}},
		{"an unknown target, latest", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "none"} },
			[]string{"/target"}},
		{"a version below 0", func(r *planmigration.Request) { r.Target.Version = -1 }, []string{"/target/version"}},
		{"a draft", func(r *planmigration.Request) { r.Target.Version = 3 }, []string{"/target"}},
		{"a plan that has drafts only", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "draft"} },
			[]string{"/target"}},
		{"an archived plan", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "old"} },
			[]string{"/target"}},
		{"itself", func(r *planmigration.Request) { r.Target = r.Source }, []string{"/target"}},
		{"itself, as the latest of the same plan", func(r *planmigration.Request) {
			r.Source, r.Target = basic2, priceplan.Ref{}
		}, []string{"/target"}},
		{"everything, all at once", func(r *planmigration.Request) {
			*r = planmigration.Request{Overrides: "X", StartAt: h.now.AddDate(-1, 0, 0)}
		}, []string{"/migrationMode", "/overridePolicy", "/startAt", "/source/id", "/source/version", "/target/id"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate}
			tc.change(&r)
			_, err := h.service().Create(t.Context(), h.scope, r)
			require.Equal(t, tc.paths, paths(t, err))
			_, err = h.service().Preview(t.Context(), h.scope, r)
			require.Equal(t, tc.paths, paths(t, err))
			_, err = h.service().PreviewEntries(t.Context(), h.scope, r, admin.Query{})
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
	t.Run("and leaves nothing behind", func(t *testing.T) {
		require.Zero(t, h.audited(planmigration.ActionCreate))
	})
}

func TestRequireConfirmation(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate, RequireConfirmation: true}
	var waiting planmigration.Migration

	t.Run("waits, and does nothing until confirmed", func(t *testing.T) {
		m := h.create(r)
		waiting = m
		require.Equal(t, job.WaitingForConfirmation, m.Job.Status)
		_, err := h.service().Step(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, admin.ErrState)
		require.Len(t, h.timeline("a"), 1)
	})
	reject := func(m planmigration.Migration) {
		_, err := h.service().Reject(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
	}
	t.Run("is rejected for good", func(t *testing.T) {
		reject(waiting)
		m := h.create(r)
		rejected, err := h.service().Reject(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
		require.Equal(t, job.Cancelled, rejected.Job.Status)
		require.Equal(t, job.EntryCancelled, h.entries(m.ID)["a"].Status)
		_, err = h.confirm(m.ID)
		require.ErrorIs(t, err, admin.ErrState)
		_, err = h.service().Reject(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, admin.ErrState)
		p, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
		require.NoError(t, err)
		require.Equal(t, job.Cancelled, p.Status)
		require.Len(t, h.timeline("a"), 1)
	})
	t.Run("confirmed before its instant, it waits for that", func(t *testing.T) {
		later := r
		later.StartAt = h.now.Add(time.Hour)
		m := h.create(later)
		confirmed, err := h.confirm(m.ID)
		require.NoError(t, err)
		require.Equal(t, job.Scheduled, confirmed.Job.Status)
		require.Equal(t, m.EffectiveAt(), confirmed.EffectiveAt())
		_, err = h.service().Step(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, job.ErrNotDue)
		_, err = h.service().Cancel(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
	})
	t.Run("confirmed late, it does not change what has been", func(t *testing.T) {
		m := h.create(r)
		h.now = h.now.AddDate(0, 0, 5)
		confirmed, err := h.confirm(m.ID)
		require.NoError(t, err)
		require.Equal(t, job.Pending, confirmed.Job.Status)
		require.Equal(t, h.now.UTC(), confirmed.EffectiveAt())
		_, entries := h.run(m.ID)
		require.Equal(t, h.now.UTC(), entries["a"].At)
	})
	t.Run("cannot be confirmed without having waited", func(t *testing.T) {
		r := r
		r.RequireConfirmation = false
		m := h.create(r)
		_, err := h.confirm(m.ID)
		require.ErrorIs(t, err, admin.ErrState)
	})
}

func TestStartAt(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	h.account("then", func(a *priceplan.Association) { a.From = h.day("2026-04-01") })
	h.account("gone by then", func(a *priceplan.Association) { a.Until = h.day("2026-04-01") })
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate,
		StartAt: h.day("2026-04-01")})
	require.Equal(t, job.Scheduled, m.Job.Status)
	require.Len(t, h.entries(m.ID), 2, "the accounts that will be on the plan then")
	_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
	require.ErrorIs(t, err, job.ErrNotDue)
	h.now = h.day("2026-04-03") // the worker was late; the instant stays
	_, entries := h.run(m.ID)
	require.Equal(t, h.day("2026-04-01"), entries["a"].At)
	require.Equal(t, h.day("2026-04-01"), entries["then"].At)
	now := h.timeline("then")
	require.Len(t, now, 1, "nothing was left of the old one")
	removed, err := h.catalog.Removed(t.Context(), h.scope, "then")
	require.NoError(t, err)
	require.Equal(t, entries["then"].Old, removed[0].ID, "but it is kept")
	require.Equal(t, basic2, now[0].Plan)
}

func TestAccountsAreFixedWhenListed(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	h.account("b", nil)
	progress, entries := h.run(m.ID)
	require.Equal(t, int64(1), progress.Counts.Total)
	require.NotContains(t, entries, "b")
	require.Len(t, h.timeline("b"), 1)
}

func TestNothingToMigrate(t *testing.T) {
	h := newHost(t)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Progress{Status: job.Completed}, progress)
}

func TestZones(t *testing.T) {
	t.Run("UTC where the host says nothing", func(t *testing.T) {
		h := newHost(t)
		h.account("a", nil)
		h.options.Zone = nil
		m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
		require.Equal(t, "UTC", m.Zone)
		_, entries := h.run(m.ID)
		require.Equal(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), entries["a"].At)
	})
	t.Run("the zone of its creation holds to the end", func(t *testing.T) {
		h := newHost(t)
		h.account("a", nil)
		m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
		h.options.Zone = priceplan.UTC
		_, entries := h.run(m.ID)
		require.Equal(t, h.day("2026-04-01"), entries["a"].At)
	})
	gone := errors.New("gone")
	for reason, zone := range map[string]priceplan.Zone{
		"a name that means something else on each machine": func(context.Context, admin.OrgID) (string, error) {
			return "Local", nil
		},
		"no name": func(context.Context, admin.OrgID) (string, error) { return "", nil },
		"a zone that does not exist": func(context.Context, admin.OrgID) (string, error) {
			return "Asia/Atlantis", nil
		},
		"a host that cannot be asked": func(context.Context, admin.OrgID) (string, error) { return "", gone },
	} {
		t.Run("refuses "+reason, func(t *testing.T) {
			h := newHost(t)
			h.options.Zone = zone
			_, err := h.service().Create(t.Context(), h.scope,
				planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
			require.ErrorContains(t, err, "time zone")
		})
	}
}
