package planmigration_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// mixed has an account for each thing that can become of one, by reason; "" is moved.
func mixed(h *host) map[string]job.Reason {
	h.account("plain", nil)
	h.account("starts now", func(a *priceplan.Association) { a.From = h.now })
	h.account("leaves later", func(a *priceplan.Association) { a.Until = h.day("2026-04-02") })
	h.account("leaves with its cycle", func(a *priceplan.Association) { a.Until = h.day("2026-04-01") })
	h.account("leaves before", func(a *priceplan.Association) { a.Until = h.day("2026-03-20") })
	h.account("changes later", func(a *priceplan.Association) { a.Until = h.day("2026-06-01") })
	h.account("changes later", func(a *priceplan.Association) { a.Plan, a.From = pro, h.day("2026-06-01") })
	h.account("comes back later", func(a *priceplan.Association) { a.Until = h.day("2026-06-01") })
	h.account("comes back later", func(a *priceplan.Association) { a.From = h.day("2027-01-01") })
	h.account("own rates", func(a *priceplan.Association) { a.RateCards = "rc-1" })
	h.plan(priceplan.Ref{ID: "rupees", Version: 1}, "MONTHLY 1", priceplan.Active, "INR")
	h.account("dollars", func(a *priceplan.Association) { a.Currency = "USD" })

	h.account("on another plan", func(a *priceplan.Association) { a.Plan = pro })
	h.account("on another version", func(a *priceplan.Association) { a.Plan = basic2 })
	h.account("long gone", func(a *priceplan.Association) { a.Until = h.day("2026-02-01") })
	h.account("not yet", func(a *priceplan.Association) { a.From = h.day("2026-05-01") })
	return map[string]job.Reason{
		"plain": "", "starts now": "", "leaves later": "",
		"leaves with its cycle": planmigration.ReasonEnded, "leaves before": planmigration.ReasonEnded,
		"changes later": planmigration.ReasonScheduledChange, "comes back later": planmigration.ReasonScheduledChange,
		"own rates": planmigration.ReasonHasOverrides, "dollars": planmigration.ReasonCurrency,
	}
}

var mixedRequest = planmigration.Request{
	Source: basic1, Target: priceplan.Ref{ID: "rupees"}, Mode: planmigration.NextCycleIgnoreOverride,
}

func TestEveryAccountGetsItsReason(t *testing.T) {
	h := newHost(t)
	want := mixed(h)
	m := h.create(mixedRequest)
	require.Equal(t, priceplan.Ref{ID: "rupees", Version: 1}, m.Target, "the latest version")
	require.Equal(t, int64(len(want)), m.Job.Counts.Total)
	for _, e := range h.entries(m.ID) {
		require.Equal(t, job.EntryPending, e.Status)
	}
	progress, entries := h.run(m.ID)
	require.Equal(t, job.Counts{Total: 9, Completed: 3, Skipped: 5, Failed: 1}, progress.Counts)
	require.Len(t, entries, len(want))
	for account, reason := range want {
		e := entries[account]
		require.Equal(t, reason, e.Reason, account)
		if reason == "" {
			require.Equal(t, job.EntryCompleted, e.Status)
			require.Empty(t, e.Detail)
			require.Equal(t, h.day("2026-04-01"), e.At)
			continue
		}
		require.NotEmpty(t, e.Detail, account)
		require.Zero(t, e.At)
		require.Empty(t, e.New)
	}
	require.Equal(t, h.day("2026-04-02"), h.timeline("leaves later")[1].Until, "who was to leave still leaves")
	require.Contains(t, entries["dollars"].Detail, "USD")
	require.Contains(t, entries["changes later"].Detail, "pro v1")
}

func TestPreviewIsWhatARunDoes(t *testing.T) {
	for _, mode := range planmigration.Modes() {
		t.Run(string(mode), func(t *testing.T) {
			h := newHost(t)
			mixed(h)
			r := mixedRequest
			r.Mode = mode
			before := h.audited("")
			preview, err := h.service().Preview(t.Context(), h.scope, r)
			require.NoError(t, err)
			would := map[string]planmigration.Entry{}
			after := ""
			for e, err := range h.service().AllPreviewEntries(t.Context(), h.scope, r) {
				require.NoError(t, err)
				require.Less(t, after, e.AccountID, "in order of account")
				after = e.AccountID
				would[e.AccountID] = e
			}
			require.Equal(t, before, h.audited(""), "a preview leaves nothing behind")

			m := h.create(r)
			progress, did := h.run(m.ID)
			require.Equal(t, preview.Counts, progress.Counts)
			require.Equal(t, preview.EffectiveAt, m.EffectiveAt())
			require.Equal(t, []priceplan.Ref{m.Source, m.Target}, []priceplan.Ref{preview.Source.Ref, preview.Target.Ref})
			reasons := map[job.Reason]int64{}
			for account, e := range did {
				if e.Reason != "" {
					reasons[e.Reason]++
				}
				e.Seq, e.New = 0, "" // what a preview cannot know
				did[account] = e
			}
			require.Equal(t, would, did)
			require.Equal(t, reasons, preview.Reasons)
		})
	}
}

func TestPreviewPages(t *testing.T) {
	h := newHost(t)
	want := mixed(h)
	seen, q := 0, admin.Query{Limit: 2}
	for {
		page, err := h.service().PreviewEntries(t.Context(), h.scope, mixedRequest, q)
		require.NoError(t, err)
		seen += len(page.Items)
		if page.Next == "" {
			break
		}
		q.After = page.Next
		h.now = h.now.Add(time.Minute) // pages stay pages of one list while time goes by
	}
	require.Equal(t, len(want), seen)
	other := mixedRequest
	other.Mode = planmigration.Immediate
	_, err := h.service().PreviewEntries(t.Context(), h.scope, other, q)
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own request")
}

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
		{"a mode that does not exist", func(r *planmigration.Request) { r.Mode = "LATER" }, []string{"/mode"}},
		{"no mode", func(r *planmigration.Request) { r.Mode = "" }, []string{"/mode"}},
		{"a policy that does not exist", func(r *planmigration.Request) { r.Overrides = "MAYBE" }, []string{"/overrides"}},
		{"dropping overrides of accounts that are left alone", func(r *planmigration.Request) {
			r.Mode, r.Overrides = planmigration.NextCycleIgnoreOverride, planmigration.DropOverrides
		}, []string{"/overrides"}},
		{"an instant in the past", func(r *planmigration.Request) { r.StartAt = h.now.Add(-time.Microsecond) }, []string{"/startAt"}},
		{"an unknown source", func(r *planmigration.Request) { r.Source.ID, r.Target.ID = "none", "basic" }, []string{"/source"}},
		{"an unknown version of the source", func(r *planmigration.Request) { r.Source.Version = 9 }, []string{"/source"}},
		{"no version of the source", func(r *planmigration.Request) { r.Source.Version = 0 }, []string{"/source/version"}},
		{"an unknown target", func(r *planmigration.Request) { r.Target.ID = "none" }, []string{"/target"}},
		{"an unknown target, latest", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "none"} }, []string{"/target"}},
		{"a version below 0", func(r *planmigration.Request) { r.Target.Version = -1 }, []string{"/target/version"}},
		{"a draft", func(r *planmigration.Request) { r.Target.Version = 3 }, []string{"/target"}},
		{"a plan that has drafts only", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "draft"} }, []string{"/target"}},
		{"an archived plan", func(r *planmigration.Request) { r.Target = priceplan.Ref{ID: "old"} }, []string{"/target"}},
		{"itself", func(r *planmigration.Request) { r.Target = r.Source }, []string{"/target"}},
		{"itself, as the latest of the same plan", func(r *planmigration.Request) { r.Source, r.Target = basic2, priceplan.Ref{} }, []string{"/target"}},
		{"everything, all at once", func(r *planmigration.Request) {
			*r = planmigration.Request{Overrides: "X", StartAt: h.now.AddDate(-1, 0, 0)}
		}, []string{"/mode", "/overrides", "/startAt", "/source/id", "/source/version", "/target/id"}},
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

	t.Run("waits, and does nothing until confirmed", func(t *testing.T) {
		m := h.create(r)
		require.Equal(t, job.WaitingForConfirmation, m.Job.Status)
		_, err := h.service().Step(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, admin.ErrState)
		require.Len(t, h.timeline("a"), 1)
	})
	t.Run("is rejected for good", func(t *testing.T) {
		m := h.create(r)
		rejected, err := h.service().Reject(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
		require.Equal(t, job.Cancelled, rejected.Job.Status)
		require.Equal(t, job.EntryCancelled, h.entries(m.ID)["a"].Status)
		_, err = h.service().Confirm(t.Context(), h.scope, m.ID)
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
		confirmed, err := h.service().Confirm(t.Context(), h.scope, m.ID)
		require.NoError(t, err)
		require.Equal(t, job.Scheduled, confirmed.Job.Status)
		require.Equal(t, m.EffectiveAt(), confirmed.EffectiveAt())
		_, err = h.service().Step(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, job.ErrNotDue)
	})
	t.Run("confirmed late, it does not change what has been", func(t *testing.T) {
		m := h.create(r)
		h.now = h.now.AddDate(0, 0, 5)
		confirmed, err := h.service().Confirm(t.Context(), h.scope, m.ID)
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
		_, err := h.service().Confirm(t.Context(), h.scope, m.ID)
		require.ErrorIs(t, err, admin.ErrState)
	})
}

func TestStartAt(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	h.account("then", func(a *priceplan.Association) { a.From = h.day("2026-04-01") })
	h.account("gone by then", func(a *priceplan.Association) { a.Until = h.day("2026-04-01") })
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate, StartAt: h.day("2026-04-01")})
	require.Equal(t, job.Scheduled, m.Job.Status)
	require.Len(t, h.entries(m.ID), 2, "those who will be on the plan then")
	_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
	require.ErrorIs(t, err, job.ErrNotDue)
	h.now = h.day("2026-04-03") // the worker was late; the instant stays
	_, entries := h.run(m.ID)
	require.Equal(t, h.day("2026-04-01"), entries["a"].At)
	require.Equal(t, h.day("2026-04-01"), entries["then"].At)
	now := h.timeline("then")
	require.Len(t, now, 1, "nothing was left of the old one")
	require.Equal(t, basic2, now[0].Plan)
}

func TestAccountsAreFixedWhenCreated(t *testing.T) {
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

func TestTargetThatTakesNoAccountsAnyMore(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	_, err := h.catalog.ArchivePlan(t.Context(), h.scope, basic2)
	require.NoError(t, err)
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Failed, progress.Status)
	require.Contains(t, progress.Failure, "ARCHIVED")
	require.Len(t, h.timeline("a"), 1)
}

// strangePlans is a host's own plans, changed by a function.
type strangePlans struct {
	priceplan.Plans
	change func(priceplan.Plan) (priceplan.Plan, error)
}

func (s strangePlans) Version(ctx context.Context, org admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	p, err := s.Plans.Version(ctx, org, ref)
	if err != nil {
		return p, err
	}
	return s.change(p)
}

// strangePlansIn has the service and its batches read plans through change.
func (h *host) strangePlansIn(change func(priceplan.Plan) (priceplan.Plan, error)) {
	h.ports.Plans = strangePlans{h.ports.Plans, change}
	inner := h.atomically
	h.atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			p.Plans = strangePlans{p.Plans, change}
			return fn(p)
		})
	}
}

func TestPlanWithoutACycle(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	h.account("own cycle", func(a *priceplan.Association) { a.CycleOverride = cycle(t, "WEEKLY 1") })
	h.strangePlansIn(func(p priceplan.Plan) (priceplan.Plan, error) {
		p.Cycle = priceplan.Cycle{}
		return p, nil
	})
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
	progress, entries := h.run(m.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, progress.Counts)
	require.Equal(t, planmigration.ReasonNoCycle, entries["a"].Reason)
}

func TestPlanThatIsGone(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
	gone := errors.New("no answer")
	h.strangePlansIn(func(priceplan.Plan) (priceplan.Plan, error) { return priceplan.Plan{}, gone })
	_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
	require.ErrorIs(t, err, gone, "a host that does not answer is asked again")
	gone = admin.ErrNotFound
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Failed, progress.Status)
	require.Contains(t, progress.Failure, "basic v1")
}

func TestMoreAccountsThanAPage(t *testing.T) {
	h := newHost(t)
	h.options.Batch = 0
	const many = 2*admin.MaxLimit + 1
	for i := range many {
		h.account(fmt.Sprintf("account %04d", i), nil)
	}
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate}
	preview, err := h.service().Preview(t.Context(), h.scope, r)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: many, Completed: many}, preview.Counts)
	progress, entries := h.run(h.create(r).ID)
	require.Equal(t, preview.Counts, progress.Counts)
	require.Len(t, entries, many)
}

func TestListAndGet(t *testing.T) {
	h := newHost(t)
	var made []uuid.UUID
	for range 3 {
		made = append([]uuid.UUID{h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate}).ID}, made...)
	}
	h.run(made[1])
	ids := func(f planmigration.Filter) (out []uuid.UUID) {
		for m, err := range h.service().All(t.Context(), h.scope, f) {
			require.NoError(t, err)
			got, err := h.service().Get(t.Context(), h.scope, m.ID)
			require.NoError(t, err)
			require.Equal(t, m, got)
			out = append(out, m.ID)
		}
		return out
	}
	require.Equal(t, made, ids(planmigration.Filter{}))
	require.Equal(t, made[1:2], ids(planmigration.Filter{Status: job.Completed}))
	_, err := h.service().Get(t.Context(), h.scope, uuid.New())
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = h.service().Get(t.Context(), admin.System("other"), made[0])
	require.ErrorIs(t, err, admin.ErrNotFound)
}

func TestPermissions(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate, RequireConfirmation: true}
	m := h.create(r)
	s, ctx := h.service(), t.Context()
	reads := map[string]func(admin.Scope) error{
		"Preview":        func(sc admin.Scope) error { _, err := s.Preview(ctx, sc, r); return err },
		"PreviewEntries": func(sc admin.Scope) error { _, err := s.PreviewEntries(ctx, sc, r, admin.Query{}); return err },
		"Get":            func(sc admin.Scope) error { _, err := s.Get(ctx, sc, m.ID); return err },
		"List": func(sc admin.Scope) error {
			_, err := s.List(ctx, sc, planmigration.Filter{}, admin.Query{})
			return err
		},
		"Entries": func(sc admin.Scope) error {
			_, err := s.Entries(ctx, sc, m.ID, job.EntryFilter{}, admin.Query{})
			return err
		},
	}
	writes := map[string]func(admin.Scope) error{
		"Create":  func(sc admin.Scope) error { _, err := s.Create(ctx, sc, r); return err },
		"Confirm": func(sc admin.Scope) error { _, err := s.Confirm(ctx, sc, m.ID); return err },
		"Reject":  func(sc admin.Scope) error { _, err := s.Reject(ctx, sc, m.ID); return err },
		"Cancel":  func(sc admin.Scope) error { _, err := s.Cancel(ctx, sc, m.ID); return err },
		"Step":    func(sc admin.Scope) error { _, err := s.Step(ctx, sc, m.ID); return err },
		"Run":     func(sc admin.Scope) error { _, err := s.Run(ctx, sc, m.ID, nil); return err },
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	for _, calls := range []struct {
		of      map[string]func(admin.Scope) error
		granted admin.Permission
		allowed bool
	}{
		{reads, planmigration.PermissionRead, true}, {reads, planmigration.PermissionWrite, false},
		{writes, planmigration.PermissionRead, false}, {writes, priceplan.PermissionWrite, false},
	} {
		for name, call := range calls.of {
			err := call(admin.NewScope("acme", user, admin.Permissions(calls.granted)))
			if calls.allowed {
				require.NoError(t, err, name)
			} else {
				require.ErrorIs(t, err, admin.ErrForbidden, name)
			}
			require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
		}
	}
	got, err := s.Get(ctx, h.scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, got, "nothing happened")
}

func TestJobsOfOtherKindsAreNotMigrations(t *testing.T) {
	h := newHost(t)
	other := job.Job{ID: h.id(), Kind: "other", Status: job.WaitingForConfirmation, CreatedAt: h.now.UTC(), CreatedBy: h.scope.Actor(), UpdatedAt: h.now.UTC(), Version: 1}
	rec := h.options.Record(h.scope, "job.create", admin.Subject{Kind: "job", ID: other.ID.String()})
	require.NoError(t, h.b.Jobs().Create(t.Context(), "acme", other, nil, rec))
	s, ctx := h.service(), t.Context()
	for name, call := range map[string]func() error{
		"Get":     func() error { _, err := s.Get(ctx, h.scope, other.ID); return err },
		"Confirm": func() error { _, err := s.Confirm(ctx, h.scope, other.ID); return err },
		"Reject":  func() error { _, err := s.Reject(ctx, h.scope, other.ID); return err },
		"Cancel":  func() error { _, err := s.Cancel(ctx, h.scope, other.ID); return err },
		"Step":    func() error { _, err := s.Step(ctx, h.scope, other.ID); return err },
		"Run":     func() error { _, err := s.Run(ctx, h.scope, other.ID, nil); return err },
		"Entries": func() error {
			_, err := s.Entries(ctx, h.scope, other.ID, job.EntryFilter{}, admin.Query{})
			return err
		},
	} {
		require.ErrorIs(t, call(), admin.ErrNotFound, name)
	}
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
		"a name that means something else on each machine": func(context.Context, admin.OrgID) (string, error) { return "Local", nil },
		"no name":                     func(context.Context, admin.OrgID) (string, error) { return "", nil },
		"a zone that does not exist":  func(context.Context, admin.OrgID) (string, error) { return "Asia/Atlantis", nil },
		"a host that cannot be asked": func(context.Context, admin.OrgID) (string, error) { return "", gone },
	} {
		t.Run("refuses "+reason, func(t *testing.T) {
			h := newHost(t)
			h.options.Zone = zone
			_, err := h.service().Create(t.Context(), h.scope, planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
			require.ErrorContains(t, err, "time zone")
		})
	}
}
