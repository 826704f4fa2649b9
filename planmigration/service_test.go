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

	h.account("not yet", func(a *priceplan.Association) { a.From = h.day("2026-04-01") })
	h.account("on another plan", func(a *priceplan.Association) { a.Plan = pro })
	h.account("on another version", func(a *priceplan.Association) { a.Plan = basic2 })
	h.account("long gone", func(a *priceplan.Association) { a.Until = h.day("2026-02-01") })
	return map[string]job.Reason{
		"plain": "", "starts now": "", "leaves later": "", "comes back later": "", "not yet": "",
		"leaves with its cycle": planmigration.ReasonEnded, "leaves before": planmigration.ReasonEnded,
		"changes later": planmigration.ReasonScheduledChange,
		"own rates":     planmigration.ReasonHasOverrides, "dollars": planmigration.ReasonCurrency,
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
	require.Equal(t, job.Counts{Total: 10, Skipped: 4, Failed: 1}, m.Job.Counts)
	require.Equal(t, map[job.Reason]int64{
		planmigration.ReasonEnded: 2, planmigration.ReasonScheduledChange: 1, planmigration.ReasonHasOverrides: 1,
		planmigration.ReasonCurrency: 1,
	}, m.Reasons())
	for account, e := range h.entries(m.ID) {
		require.Equal(t, want[account], e.Reason)
		require.Equal(t, basic1, e.Plan)
		if want[account] == "" {
			require.Equal(t, job.EntryPending, e.Status)
			require.Equal(t, h.day("2026-04-01"), e.At, "when it would be moved")
			require.Empty(t, e.New)
		}
	}
	progress, entries := h.run(m.ID)
	require.Equal(t, job.Counts{Total: 10, Completed: 5, Skipped: 4, Failed: 1}, progress.Counts)
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
			require.Equal(t, []priceplan.Ref{m.Source, m.Target},
				[]priceplan.Ref{preview.Source.Ref, preview.Target.Ref})
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

func TestTargetThatTakesNoAccountsAnyMore(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	_, err := h.catalog.ArchivePlan(t.Context(), h.scope, basic2, 1)
	require.NoError(t, err)
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Paused, progress.Status)
	require.Contains(t, progress.Failure, "ARCHIVED")
	require.Equal(t, job.Hold{Reason: job.HoldPause}, progress.Hold)
	require.Len(t, h.timeline("a"), 1)
	_, err = h.catalog.ActivatePlan(t.Context(), h.scope, basic2, 2)
	if err != nil { // a host's plans may come back
		h.strangePlansIn(func(p priceplan.Plan) (priceplan.Plan, error) {
			p.Status = priceplan.Active
			return p, nil
		})
	}
	_, err = h.service().Resume(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	progress, _ = h.run(m.ID)
	require.Equal(t, job.Completed, progress.Status)
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

// strangePlansIn has the service read plans through change.
func (h *host) strangePlansIn(change func(priceplan.Plan) (priceplan.Plan, error)) {
	h.ports.Plans = strangePlans{h.ports.Plans, change}
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
	h.afterFailure()
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

// other returns a plan that is not ref.
func (h *host) other(ref priceplan.Ref) priceplan.Ref {
	if ref == basic1 {
		return basic2
	}
	return basic1
}

func TestListAndGet(t *testing.T) {
	h := newHost(t)
	var made []uuid.UUID
	for range 3 {
		source := []priceplan.Ref{basic1, basic2, pro}[len(made)]
		m := h.create(planmigration.Request{Source: source, Target: h.other(source), Mode: planmigration.Immediate})
		made = append([]uuid.UUID{m.ID}, made...)
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
	_, err := h.service().List(t.Context(), h.scope, planmigration.Filter{Status: "completed"}, admin.Query{})
	require.Equal(t, []string{"/status"}, paths(t, err))
	_, err = h.service().Entries(t.Context(), h.scope, made[0], job.EntryFilter{Status: "MOVED"}, admin.Query{})
	require.Equal(t, []string{"/status"}, paths(t, err))
	_, err = h.service().Get(t.Context(), h.scope, uuid.New())
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
		"Preview": func(sc admin.Scope) error { _, err := s.Preview(ctx, sc, r); return err },
		"PreviewEntries": func(sc admin.Scope) error {
			_, err := s.PreviewEntries(ctx, sc, r, admin.Query{})
			return err
		},
		"Get":        func(sc admin.Scope) error { _, err := s.Get(ctx, sc, m.ID); return err },
		"Difference": func(sc admin.Scope) error { _, err := s.Difference(ctx, sc, m.ID); return err },
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
		"Confirm": func(sc admin.Scope) error { _, err := s.Confirm(ctx, sc, m.ID, m.Job.Version); return err },
		"Reject":  func(sc admin.Scope) error { _, err := s.Reject(ctx, sc, m.ID); return err },
		"Cancel":  func(sc admin.Scope) error { _, err := s.Cancel(ctx, sc, m.ID); return err },
		"Pause":   func(sc admin.Scope) error { _, err := s.Pause(ctx, sc, m.ID); return err },
		"Resume":  func(sc admin.Scope) error { _, err := s.Resume(ctx, sc, m.ID); return err },
		"Retry":   func(sc admin.Scope) error { _, err := s.Retry(ctx, sc, m.ID); return err },
		"Step":    func(sc admin.Scope) error { _, err := s.Step(ctx, sc, m.ID); return err },
		"Run":     func(sc admin.Scope) error { _, err := s.Run(ctx, sc, m.ID, nil); return err },
		"Reverse": func(sc admin.Scope) error {
			_, err := s.Reverse(ctx, sc, m.ID, planmigration.FollowUp{})
			return err
		},
		"Withdraw": func(sc admin.Scope) error {
			_, err := s.Withdraw(ctx, sc, m.ID, planmigration.FollowUp{})
			return err
		},
		"RetryEntries": func(sc admin.Scope) error {
			_, err := s.RetryEntries(ctx, sc, m.ID, planmigration.FollowUp{})
			return err
		},
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
	other := job.Job{ID: h.id(), Kind: "other", Status: job.WaitingForConfirmation, CreatedAt: h.now.UTC(),
		CreatedBy: h.scope.Actor(), UpdatedAt: h.now.UTC(), Version: 1}
	rec := h.options.Record(h.scope, "job.create", admin.Subject{Kind: "job", ID: other.ID.String()})
	require.NoError(t, h.b.Jobs().Create(t.Context(), "acme", other, nil, rec))
	s, ctx := h.service(), t.Context()
	for name, call := range map[string]func() error{
		"Get":     func() error { _, err := s.Get(ctx, h.scope, other.ID); return err },
		"Confirm": func() error { _, err := s.Confirm(ctx, h.scope, other.ID, 1); return err },
		"Reject":  func() error { _, err := s.Reject(ctx, h.scope, other.ID); return err },
		"Cancel":  func() error { _, err := s.Cancel(ctx, h.scope, other.ID); return err },
		"Pause":   func() error { _, err := s.Pause(ctx, h.scope, other.ID); return err },
		"Resume":  func() error { _, err := s.Resume(ctx, h.scope, other.ID); return err },
		"Retry":   func() error { _, err := s.Retry(ctx, h.scope, other.ID); return err },
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
