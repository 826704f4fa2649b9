package planmigration_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

func TestOneLiveMigrationOfAVersion(t *testing.T) {
	h := newHost(t)
	h.eightAccounts()
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate, RequireConfirmation: true}
	first := h.create(r)
	r.Target = pro
	_, err := h.service().Create(t.Context(), h.scope, r)
	require.ErrorIs(t, err, planmigration.ErrLive)
	require.ErrorContains(t, err, first.ID.String())
	other := r
	other.Source = basic2
	_, err = h.service().Create(t.Context(), h.scope, other)
	require.NoError(t, err, "of another version")
	_, err = h.service().Reject(t.Context(), h.scope, first.ID)
	require.NoError(t, err)
	_, err = h.service().Create(t.Context(), h.scope, r)
	require.NoError(t, err)
}

// A migration that failed and is tried again waits while another one has taken its place.
func TestRetriedMigrationWaitsForALiveOne(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	allowed := h.options.Authorize
	h.options.Authorize = func(context.Context, admin.OrgID, admin.Actor, ...admin.Permission) error { return admin.ErrForbidden }
	h.run(m.ID)
	h.options.Authorize = allowed
	second := h.create(planmigration.Request{Source: basic1, Target: pro, Mode: planmigration.Immediate})
	_, err := h.service().Retry(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	p, _ := h.run(m.ID)
	require.Equal(t, job.Paused, p.Status)
	require.Contains(t, p.Failure, second.ID.String())
	h.run(second.ID)
	_, err = h.service().Resume(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	p, entries := h.run(m.ID)
	require.Equal(t, job.Counts{Total: accounts, Skipped: accounts}, p.Counts)
	require.Equal(t, planmigration.ReasonLeftPlan, entries["account 1"].Reason)
}

func TestIdempotencyKey(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	r := planmigration.Request{Source: basic1, Mode: planmigration.Immediate, IdempotencyKey: "order 66"}
	first, err := h.service().Create(t.Context(), h.scope, r)
	require.NoError(t, err)
	again, err := h.service().Create(t.Context(), h.scope, r)
	require.NoError(t, err)
	require.Equal(t, first, again, "the same request is the same migration")
	h.run(first.ID)
	again, err = h.service().Create(t.Context(), h.scope, r)
	require.NoError(t, err)
	require.Equal(t, job.Completed, again.Job.Status, "as it is by now")
	require.Equal(t, 1, h.audited(planmigration.ActionCreate))
	other := r
	other.Mode = planmigration.NextCycle
	_, err = h.service().Create(t.Context(), h.scope, other)
	require.ErrorIs(t, err, planmigration.ErrKeyReused)
	require.Equal(t, "idempotency_key_reused", admin.Code(err))
	_, err = h.service().Reverse(t.Context(), h.scope, first.ID, planmigration.FollowUp{IdempotencyKey: "order 66"})
	require.ErrorIs(t, err, planmigration.ErrKeyReused)
	back := planmigration.FollowUp{IdempotencyKey: "back"}
	one, err := h.service().Reverse(t.Context(), h.scope, first.ID, back)
	require.NoError(t, err)
	two, err := h.service().Reverse(t.Context(), h.scope, first.ID, back)
	require.NoError(t, err)
	require.Equal(t, one.ID, two.ID)
	_, err = h.service().Withdraw(t.Context(), h.scope, first.ID, back)
	require.ErrorIs(t, err, planmigration.ErrKeyReused)
}

// The same request twice at one moment: the second call finds the first when it writes.
func TestIdempotencyKeyAtOneMoment(t *testing.T) {
	h := newHost(t)
	r := planmigration.Request{Source: basic1, Mode: planmigration.Immediate, IdempotencyKey: "k"}
	inner, raced := h.ports.Atomically, false
	var first planmigration.Migration
	other := h.service()
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		if !raced {
			raced = true
			var err error
			first, err = other.Create(ctx, h.scope, r)
			require.NoError(t, err)
		}
		return inner(ctx, fn)
	}
	second, err := h.service().Create(t.Context(), h.scope, r)
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
}

func TestWhatIsConfirmedIsWhatWasSeen(t *testing.T) {
	ann, bob := admin.Actor{Kind: admin.ActorUser, ID: "ann"}, admin.Actor{Kind: admin.ActorUser, ID: "bob"}
	as := func(a admin.Actor) admin.Scope {
		return admin.NewScope("acme", a, admin.Permissions(planmigration.PermissionWrite, planmigration.PermissionRead))
	}
	h := newHost(t)
	h.account("a", nil)
	h.account("agreed", nil)
	h.account("follows", func(a *priceplan.Association) { a.Until = h.day("2026-06-01") })
	h.scope = as(ann)
	system := admin.System("acme")
	m := h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.NextCycle, RequireConfirmation: true,
		Policies: planmigration.Policies{TwoPersons: true, ConfirmBefore: h.day("2026-03-20")},
	})
	h.scope = system
	s := h.timeline("agreed")[0]
	_, err := h.catalog.ChangeSchedule(t.Context(), h.scope, "agreed", s.ID, s.Version, priceplan.ScheduleChanges{
		RateCards: pointer("negotiated"),
	})
	require.NoError(t, err)
	h.account("follows", func(a *priceplan.Association) { a.From = h.day("2026-06-01") }) // on the source too, and not seen

	confirm := func(a admin.Actor, version int64) error {
		_, err := h.service().Confirm(t.Context(), as(a), m.ID, version)
		return err
	}
	require.ErrorIs(t, confirm(bob, m.Job.Version-1), admin.ErrConflict, "the list was not complete then")
	require.ErrorIs(t, confirm(ann, m.Job.Version), planmigration.ErrSamePerson)
	h.now = h.day("2026-03-20")
	err = confirm(bob, m.Job.Version)
	require.ErrorIs(t, err, planmigration.ErrConfirmationExpired)
	require.Equal(t, "confirmation_expired", admin.Code(err))
	h.now = h.now.Add(-time.Second)
	require.NoError(t, confirm(bob, m.Job.Version))
	p, entries := h.run(m.ID)
	require.Equal(t, job.CompletedWithFailures, p.Status)
	require.Equal(t, job.EntryCompleted, entries["a"].Status)
	for _, account := range []string{"agreed", "follows"} {
		require.Equal(t, planmigration.ReasonSuperseded, entries[account].Reason, account)
	}
	require.Equal(t, "negotiated", h.timeline("agreed")[1].RateCards)
	require.Equal(t, basic1, h.timeline("agreed")[1].Plan, "an account with new terms is not moved with them")

	t.Run("what failed is tried again, with a list of its own", func(t *testing.T) {
		again, err := h.service().RetryEntries(t.Context(), h.scope, m.ID, planmigration.FollowUp{})
		require.NoError(t, err)
		require.Equal(t, planmigration.Retries, again.Follows)
		p, entries := h.run(again.ID)
		require.Equal(t, job.Counts{Total: 2, Completed: 2}, p.Counts)
		require.Equal(t, "negotiated", h.timeline("agreed")[2].RateCards)
		require.Equal(t, 2, entries["follows"].Schedules)
		require.Equal(t, "basic v1 01-05..04-01, basic v2 04-01..06-01, basic v2 06-01..", h.onPlans("follows"))
	})
}

// What is left of a migration that was cancelled is tried again.
func TestRetryWhatACancelledMigrationLeft(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	_, err := h.service().Step(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	cancelled, err := h.service().Cancel(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	require.Zero(t, cancelled.Job.Pending(), "nothing is to be done any more")
	again, err := h.service().RetryEntries(t.Context(), h.scope, m.ID, planmigration.FollowUp{})
	require.NoError(t, err)
	p, _ := h.run(again.ID)
	require.Equal(t, job.Counts{Total: accounts - 3, Completed: accounts - 3}, p.Counts)
}

func TestAccountsThatComeToTheSourceLater(t *testing.T) {
	for _, tc := range []struct {
		reason string
		have   func(h *host)
		mode   planmigration.Mode
		want   job.Reason
		then   string
	}{
		{"begins later", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.From = h.day("2026-05-01") })
		}, planmigration.Immediate, "", "basic v2 05-01.."},
		{"renews year after year", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.Until = h.day("2026-07-01") })
			h.account("a", func(a *priceplan.Association) { a.From, a.Until = h.day("2026-07-01"), h.day("2026-12-01") })
			h.account("a", func(a *priceplan.Association) { a.From = h.day("2026-12-15") })
		}, planmigration.NextCycle, "", "basic v1 01-05..04-01, basic v2 04-01..07-01, basic v2 07-01..12-01, basic v2 12-15.."},
		{"ends before its cycle does, and renews", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.Until = h.day("2026-03-20") })
			h.account("a", func(a *priceplan.Association) { a.From = h.day("2026-03-20") })
		}, planmigration.NextCycle, "", "basic v1 01-05..03-20, basic v2 03-20.."},
		{"comes from another plan", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.Plan, a.Until = pro, h.day("2026-04-01") })
			h.account("a", func(a *priceplan.Association) { a.From = h.day("2026-04-01") })
		}, planmigration.Immediate, "", "pro v1 01-05..04-01, basic v2 04-01.."},
		{"and goes on to another", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.From, a.Until = h.day("2026-05-01"), h.day("2026-06-01") })
			h.account("a", func(a *priceplan.Association) { a.Plan, a.From = pro, h.day("2026-06-01") })
		}, planmigration.Immediate, planmigration.ReasonScheduledChange, "basic v1 05-01..06-01, pro v1 06-01.."},
		{"with overrides that are left alone", func(h *host) {
			h.account("a", func(a *priceplan.Association) { a.From, a.RateCards = h.day("2026-05-01"), "rc" })
		}, planmigration.ImmediateIgnoreOverride, planmigration.ReasonHasOverrides, "basic v1 05-01.."},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			tc.have(h)
			m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: tc.mode})
			require.EqualValues(t, 1, m.Job.Counts.Total, "it is in the list")
			_, entries := h.run(m.ID)
			require.Equal(t, tc.want, entries["a"].Reason)
			require.Equal(t, tc.then, h.onPlans("a"))
		})
	}
}

func TestIntervals(t *testing.T) {
	year := priceplan.Ref{ID: "year", Version: 1}
	for _, tc := range []struct {
		reason string
		own    string
		target priceplan.Ref
		change func(*planmigration.Request)
		want   job.Reason
		cycle  string // the account's afterwards
	}{
		{"a weekly cycle is not kept under an annual price", "WEEKLY 5", year, nil, planmigration.ReasonInterval, ""},
		{"unless asked for", "WEEKLY 5", year, func(r *planmigration.Request) { r.Intervals = planmigration.KeepIntervals }, "", "WEEKLY 5"},
		{"or it is dropped", "WEEKLY 5", year, func(r *planmigration.Request) { r.Overrides = planmigration.DropOverrides }, "", ""},
		{"a cycle of the same interval is kept", "MONTHLY 7", basic2, nil, "", "MONTHLY 7"},
		{"an override that is the plan's own cycle is none", "MONTHLY 1", year, nil, "", ""},
		{"and is not left alone", "MONTHLY 1", basic2,
			func(r *planmigration.Request) { r.Mode = planmigration.ImmediateIgnoreOverride }, "", ""},
		{"the plan's own cycle goes on", "", basic2, func(r *planmigration.Request) { r.RetainStartOffsets = true }, "", "MONTHLY 1"},
		{"and an agreed one takes precedence", "MONTHLY 7", basic2,
			func(r *planmigration.Request) { r.RetainStartOffsets = true }, "", "MONTHLY 7"},
		{"also where overrides are dropped", "MONTHLY 7", basic2, func(r *planmigration.Request) {
			r.RetainStartOffsets, r.Overrides = true, planmigration.DropOverrides
		}, "", "MONTHLY 1"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			h.plan(year, "ANNUALLY 1 1", priceplan.Active)
			h.account("a", func(a *priceplan.Association) {
				if tc.own != "" {
					a.CycleOverride = cycle(t, tc.own)
				}
			})
			r := planmigration.Request{Source: basic1, Target: tc.target, Mode: planmigration.Immediate}
			if tc.change != nil {
				tc.change(&r)
			}
			_, entries := h.run(h.create(r).ID)
			require.Equal(t, tc.want, entries["a"].Reason, entries["a"].Detail)
			if tc.want == "" {
				require.Equal(t, tc.cycle, h.timeline("a")[1].CycleOverride.String())
			}
		})
	}
	t.Run("plans of different intervals have no offsets to retain", func(t *testing.T) {
		h := newHost(t)
		h.plan(year, "ANNUALLY 1 1", priceplan.Active)
		r := planmigration.Request{Source: basic1, Target: year, Mode: planmigration.Immediate}
		r.RetainStartOffsets, r.Intervals, r.Late = true, "MAYBE", "NEVER"
		_, err := h.service().Create(t.Context(), h.scope, r)
		require.Equal(t, []string{"/intervalPolicy", "/latePolicy", "/retainStartOffsets"}, paths(t, err))
	})
}

// MONTHLY 1 in Kolkata; the effective instant is 10 March.
func TestLateWorkers(t *testing.T) {
	for _, tc := range []struct {
		reason string
		mode   planmigration.Mode
		late   planmigration.LatePolicy
		comes  string // when the worker does
		want   string // when the account moves; empty if it is too late
	}{
		{"at once, within the cycle", planmigration.Immediate, "", "2026-03-31 23:59", "2026-03-10 15:30"},
		{"at once, when the cycle has ended", planmigration.Immediate, "", "2026-04-01 00:00", ""},
		{"at once, from now on", planmigration.Immediate, planmigration.MoveFromNow, "2026-04-02 12:00", "2026-04-02 12:00"},
		{"at once, as decided", planmigration.Immediate, planmigration.AsDecided, "2026-06-15 12:00", "2026-03-10 15:30"},
		{"with the cycle, before it", planmigration.NextCycle, "", "2026-03-31 23:59", "2026-04-01 00:00"},
		{"with the cycle, when it begins", planmigration.NextCycle, "", "2026-04-01 00:00", ""},
		{"with the cycle, three months later", planmigration.NextCycle, "", "2026-06-15 00:00", ""},
		{"with the cycle, from now on", planmigration.NextCycle, planmigration.MoveFromNow, "2026-06-15 00:00", "2026-07-01 00:00"},
		{"with the cycle, as decided", planmigration.NextCycle, planmigration.AsDecided, "2026-06-15 00:00", "2026-04-01 00:00"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			h.account("a", nil)
			m := h.create(planmigration.Request{
				Source: basic1, Target: basic2, Mode: tc.mode, Policies: planmigration.Policies{Late: tc.late},
			})
			h.now = h.local(tc.comes)
			p, entries := h.run(m.ID)
			if tc.want == "" {
				require.Equal(t, planmigration.ReasonTooLate, entries["a"].Reason)
				require.Equal(t, job.CompletedWithFailures, p.Status)
				require.Len(t, h.timeline("a"), 1)
				again, err := h.service().RetryEntries(t.Context(), h.scope, m.ID, planmigration.FollowUp{})
				require.NoError(t, err)
				p, _ = h.run(again.ID)
				require.Equal(t, job.Completed, p.Status)
				return
			}
			require.Equal(t, h.local(tc.want), entries["a"].At)
			require.Equal(t, h.local(tc.want), h.timeline("a")[1].From)
		})
	}
	t.Run("a confirmation that is late does not change the past either", func(t *testing.T) {
		for late, want := range map[planmigration.LatePolicy]string{
			planmigration.FailLate: "", planmigration.MoveFromNow: "2026-05-01 00:00", planmigration.AsDecided: "2026-04-01 00:00",
		} {
			h := newHost(t)
			h.account("a", nil)
			m := h.create(planmigration.Request{
				Source: basic1, Target: basic2, Mode: planmigration.NextCycle, RequireConfirmation: true,
				Policies: planmigration.Policies{Late: late},
			})
			require.Equal(t, h.day("2026-04-01"), h.entries(m.ID)["a"].At)
			h.now = h.day("2026-04-05")
			_, err := h.confirm(m.ID)
			require.NoError(t, err)
			_, entries := h.run(m.ID)
			if want == "" {
				require.Equal(t, planmigration.ReasonTooLate, entries["a"].Reason)
				continue
			}
			require.Equal(t, h.local(want), entries["a"].At, late)
		}
	})
}

// Schedules are read when the accounts are locked: an account is not failed for having been touched.
func TestAccountsAreReadUnderTheirLock(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	var calls []string
	inner := h.ports.Atomically
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			p.Schedules = spied{p.Schedules, &calls}
			return fn(p)
		})
	}
	_, err := h.service().Step(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"Lock", "ReplaceAll"}, calls)
}

// spied notes the calls of a batch.
type spied struct {
	planmigration.Schedules
	calls *[]string
}

func (s spied) Timelines(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	*s.calls = append(*s.calls, "Timelines")
	return s.Schedules.Timelines(ctx, org, accounts, after)
}

func (s spied) Lock(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	*s.calls = append(*s.calls, "Lock")
	return s.Schedules.Lock(ctx, org, accounts, after)
}

func (s spied) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) ([]priceplan.ReplaceResult, error) {
	*s.calls = append(*s.calls, "ReplaceAll")
	return s.Schedules.ReplaceAll(ctx, org, set, rec)
}

func TestPreviewPagesHaveOneNow(t *testing.T) {
	h := newHost(t)
	h.eightAccounts()
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle}
	first, err := h.service().PreviewEntries(t.Context(), h.scope, r, admin.Query{Limit: 3})
	require.NoError(t, err)
	h.now = h.day("2026-04-02")
	second, err := h.service().PreviewEntries(t.Context(), h.scope, r, admin.Query{Limit: 3, After: first.Next})
	require.NoError(t, err)
	for _, e := range append(first.Items, second.Items...) {
		require.Equal(t, h.day("2026-04-01"), e.At)
	}
}

func TestDifferenceOfAnAccount(t *testing.T) {
	h := newHost(t)
	h.account("a", func(a *priceplan.Association) { a.RateCards, a.CycleOverride = "rc", cycle(t, "WEEKLY 5") })
	m := h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.Immediate, Overrides: planmigration.DropOverrides,
		RequireConfirmation: true,
	})
	want := []admin.Change{{Field: "pricingCycleConfigOverride", From: "WEEKLY 5"}, {Field: "rateCards", From: "rc"}}
	require.Equal(t, want, h.entries(m.ID)["a"].Changes, "before it is confirmed")
	d, err := h.service().Difference(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, "pricingCycleConfig", d[2].Field)
	_, err = h.confirm(m.ID)
	require.NoError(t, err)
	_, entries := h.run(m.ID)
	require.Equal(t, want, entries["a"].Changes)
	require.Equal(t, "rc", h.before(m)[0].RateCards, "the terms that were dropped are kept")
}

// before are the schedules that a migration ended or removed.
func (h *host) before(m planmigration.Migration) []priceplan.Schedule {
	h.t.Helper()
	page, err := h.service().Before(h.t.Context(), h.scope, m.ID, admin.Query{})
	require.NoError(h.t, err)
	return page.Items
}

// Complaint: a schedule that is replaced from its own beginning on vanished with its terms.
func TestTermsThatNeverWereInForceAreKept(t *testing.T) {
	h := newHost(t)
	s := h.account("a", func(a *priceplan.Association) { a.From, a.RateCards = h.now, "worth keeping" })
	m := h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.Immediate, Overrides: planmigration.DropOverrides,
	})
	h.run(m.ID)
	require.Equal(t, []priceplan.Schedule{s}, h.before(m))
	h.now = h.now.Add(time.Hour)
	h.run(h.reverse(m.ID).ID)
	require.Equal(t, "worth keeping", h.timeline("a")[1].RateCards)
}
