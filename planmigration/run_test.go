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

var errFault = errors.New("fault")

const accounts = 8 // with three in a batch: three batches

func (h *host) manyAccounts() planmigration.Migration {
	h.t.Helper()
	h.eightAccounts()
	return h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.NextCycle,
		Policies: planmigration.Policies{Late: planmigration.AsDecided},
	})
}

func (h *host) eightAccounts() {
	h.t.Helper()
	for i := range accounts {
		h.account(fmt.Sprintf("account %d", i), nil)
	}
}

// requireMovedOnce checks that each account was moved, and recorded, once.
func (h *host) requireMovedOnce(m planmigration.Migration) {
	h.t.Helper()
	got, err := h.service().Get(h.t.Context(), h.scope, m.ID)
	require.NoError(h.t, err)
	require.Equal(h.t, job.Completed, got.Job.Status)
	require.Equal(h.t, job.Counts{Total: accounts, Completed: accounts}, got.Job.Counts)
	for account, e := range h.entries(m.ID) {
		require.Equal(h.t, job.EntryCompleted, e.Status)
		now := h.timeline(account)
		require.Len(h.t, now, 2, account)
		require.Equal(h.t, e.New, now[1].ID)
		require.Equal(h.t, h.day("2026-04-01"), now[1].From)
		require.Equal(h.t, now[0].Until, now[1].From)
	}
}

// faults fails the n-th batch (from 0) in one of three ways.
func (h *host) faults(n int, how string) {
	inner := h.ports.Atomically
	batch := 0
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		batch++
		if batch != n+1 {
			return inner(ctx, fn)
		}
		switch how {
		case "before":
			return errFault
		case "rolled back":
			return inner(ctx, func(p planmigration.Ports) error { return errors.Join(fn(p), errFault) })
		default: // committed, and the answer was lost
			return errors.Join(inner(ctx, fn), errFault)
		}
	}
}

func TestResumeIsExact(t *testing.T) {
	for _, how := range []string{"before", "rolled back", "after the commit"} {
		for batch := range 3 {
			t.Run(fmt.Sprintf("batch %d fails %s", batch, how), func(t *testing.T) {
				h := newHost(t)
				m := h.manyAccounts()
				h.faults(batch, how)
				s := h.service()
				_, err := s.Run(t.Context(), h.scope, m.ID, nil)
				if how == "after the commit" {
					require.NoError(t, err, "the job shows that the batch was committed")
				} else {
					require.ErrorIs(t, err, errFault)
				}
				h.now = h.now.AddDate(0, 2, 0) // even after the cycle has begun, the instant stays
				_, err = s.Run(t.Context(), h.scope, m.ID, nil)
				require.NoError(t, err)
				h.requireMovedOnce(m)
				require.Equal(t, accounts, h.moved())
			})
		}
	}
}

func TestStepsByAnyWorker(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	var completed []int64
	for {
		p, err := h.service().Step(t.Context(), h.scope, m.ID) // a new service each time, as in another process
		require.NoError(t, err)
		completed = append(completed, p.Counts.Completed)
		if p.Done() {
			break
		}
	}
	require.Equal(t, []int64{3, 6, 8}, completed)
	h.requireMovedOnce(m)
}

func TestOvertakenWorkerChangesNothing(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	other := h.service()
	inner, first := h.ports.Atomically, true
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		if first {
			first = false
			h.now = h.now.Add(job.DefaultLease + time.Second) // the worker sleeps past its lease
			_, err := other.Step(ctx, h.scope, m.ID)
			require.NoError(t, err)
		}
		return inner(ctx, fn)
	}
	slow := h.service()
	_, err := slow.Step(t.Context(), h.scope, m.ID)
	require.ErrorIs(t, err, job.ErrLeaseLost)
	require.Equal(t, 3, h.moved())
	h.run(m.ID)
	h.requireMovedOnce(m)
	require.Equal(t, accounts, h.moved())
}

func TestCancelWhileRunning(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	s := h.service()
	_, err := s.Run(t.Context(), h.scope, m.ID, func(p job.Progress) {
		if p.Counts.Completed == 3 {
			cancelled, err := s.Cancel(t.Context(), h.scope, m.ID)
			require.NoError(t, err)
			require.Equal(t, job.Cancelled, cancelled.Job.Status)
		}
	})
	require.ErrorIs(t, err, job.ErrLeaseLost)
	moved := 0
	for account, e := range h.entries(m.ID) {
		if e.Status == job.EntryCompleted {
			moved++
			require.Len(t, h.timeline(account), 2, "what was done stays done")
			continue
		}
		require.Equal(t, job.EntryCancelled, e.Status)
		require.Len(t, h.timeline(account), 1)
	}
	require.Equal(t, 3, moved)
	again, err := s.Cancel(t.Context(), h.scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: accounts, Completed: 3}, again.Job.Counts)
}

func TestCreatorWhoMayNoMore(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	h.options.Authorize = func(_ context.Context, org admin.OrgID, actor admin.Actor, ps ...admin.Permission) error {
		require.Equal(t, admin.OrgID("acme"), org)
		require.Equal(t, m.Job.CreatedBy, actor)
		require.Equal(t, []admin.Permission{planmigration.PermissionWrite}, ps)
		return admin.ErrForbidden
	}
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Failed, progress.Status)
	require.Zero(t, h.audited(planmigration.ActionMigrate))
}

func TestWhatTheHostChangesBeforeTheRun(t *testing.T) {
	h := newHost(t)
	want := map[string]job.Reason{
		"left": planmigration.ReasonLeftPlan, "moved": planmigration.ReasonAlreadyOnTarget,
		"ended":   planmigration.ReasonEnded,
		"planned": planmigration.ReasonScheduledChange, "agreed": planmigration.ReasonHasOverrides,
		"touched": planmigration.ReasonSuperseded, "left alone": "",
	}
	first := map[string]priceplan.Schedule{}
	for account := range want {
		first[account] = h.account(account, nil)
	}
	m := h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.ImmediateIgnoreOverride, StartAt: h.now.Add(time.Hour),
	})
	end := func(account string, until time.Time) {
		_, err := h.catalog.EndSchedule(t.Context(), h.scope, account, first[account].ID, 1,
			priceplan.ScheduleEnd{Until: until})
		require.NoError(t, err)
	}
	follow := func(account string, plan priceplan.Ref, from time.Time) {
		end(account, from)
		h.account(account, func(a *priceplan.Association) { a.Plan, a.From = plan, from })
	}
	follow("left", pro, h.now)
	follow("moved", basic2, h.now)
	end("ended", h.now)
	follow("planned", pro, h.day("2026-05-01"))
	for account, change := range map[string]priceplan.ScheduleChanges{
		"agreed": {RateCards: pointer("rc-9")}, "touched": {Currency: "USD"},
	} {
		change.From = first[account].From
		_, err := h.catalog.ChangeSchedule(t.Context(), h.scope, account, first[account].ID, 1, change)
		require.NoError(t, err)
	}
	before := map[string][]priceplan.Schedule{}
	for account := range want {
		before[account] = h.timeline(account)
	}
	h.now = h.now.Add(2 * time.Hour)
	_, entries := h.run(m.ID)
	for account, reason := range want {
		require.Equal(t, reason, entries[account].Reason, account)
		requireWhole(t, before[account], h.timeline(account))
		if reason != "" {
			require.Equal(t, before[account], h.timeline(account), "left alone")
		}
	}
}

// pointer is the address of a value, for an input that leaves out what is nil.
func pointer[T any](value T) *T { return &value }

// meddled calls a function with each account between reading and replacing its schedules.
type meddled struct {
	planmigration.Schedules
	meddle func(priceplan.Timeline)
	refuse func(priceplan.Replacement) error
}

func (m meddled) Lock(
	ctx context.Context, org admin.OrgID, accounts []string, after time.Time,
) ([]priceplan.Timeline, error) {
	tls, err := m.Schedules.Lock(ctx, org, accounts, after)
	for _, tl := range tls {
		if m.meddle != nil {
			m.meddle(tl)
		}
	}
	return tls, err
}

func (m meddled) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) ([]priceplan.ReplaceResult, error) {
	if m.refuse == nil {
		return m.Schedules.ReplaceAll(ctx, org, set, rec)
	}
	var out []priceplan.ReplaceResult
	for _, r := range set {
		if err := m.refuse(r); err != nil {
			out = append(out, priceplan.ReplaceResult{Err: err})
			continue
		}
		rec.ID = uuid.New()
		done, err := m.Schedules.ReplaceAll(ctx, org, []priceplan.Replacement{r}, rec)
		if err != nil {
			return nil, err
		}
		out = append(out, done...)
	}
	return out, nil
}

// between puts m around the schedules that batches work on.
func (h *host) between(m meddled) {
	inner := h.ports.Atomically
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			m.Schedules = p.Schedules
			p.Schedules = m
			return fn(p)
		})
	}
}

func TestScheduleThatChangesWhileItIsMoved(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	inner := h.ports.Atomically
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			catalog := h.catalog.In(priceplan.Ports{Plans: h.b.Plans(),
				Schedules: p.Schedules.(priceplan.ScheduleStore)})
			p.Schedules = meddled{Schedules: p.Schedules, meddle: func(tl priceplan.Timeline) {
				if tl.AccountID != "account 4" {
					return
				}
				s := tl.Schedules[0]
				_, err := catalog.ChangeSchedule(t.Context(), h.scope, s.AccountID, s.ID, s.Version,
					priceplan.ScheduleChanges{From: s.From, RateCards: pointer("rc-7")})
				require.NoError(t, err)
			}}
			return fn(p)
		})
	}
	progress, entries := h.run(m.ID)
	require.Equal(t, job.Counts{Total: accounts, Completed: accounts - 1, Failed: 1}, progress.Counts)
	require.Equal(t, planmigration.ReasonChanged, entries["account 4"].Reason)
	now := h.timeline("account 4")
	require.Len(t, now, 1)
	require.Equal(t, "rc-7", now[0].RateCards, "what the host wrote is what counts")
}

func TestHostThatRefuses(t *testing.T) {
	for reason, tc := range map[string]struct {
		err  error
		want job.Reason
	}{
		"an invalid change":             {admin.ErrInvalid, planmigration.ReasonRefused},
		"a state that does not allow":   {admin.ErrState, planmigration.ReasonRefused},
		"a schedule in between":         {priceplan.ErrOverlap, planmigration.ReasonRefused},
		"a schedule that is gone":       {admin.ErrNotFound, planmigration.ReasonChanged},
		"a schedule of a newer Version": {admin.ErrConflict, planmigration.ReasonChanged},
	} {
		t.Run(reason, func(t *testing.T) {
			h := newHost(t)
			m := h.manyAccounts()
			h.between(meddled{refuse: func(r priceplan.Replacement) error {
				if r.AccountID == "account 2" {
					return fmt.Errorf("because: %w", tc.err)
				}
				return nil
			}})
			progress, entries := h.run(m.ID)
			require.Equal(t, job.Counts{Total: accounts, Completed: accounts - 1, Failed: 1}, progress.Counts)
			e := entries["account 2"]
			require.Equal(t, tc.want, e.Reason)
			require.NotEmpty(t, e.Detail)
			require.Zero(t, e.At)
		})
	}
	t.Run("for now: the whole batch is tried again", func(t *testing.T) {
		h := newHost(t)
		m := h.manyAccounts()
		down := true
		h.between(meddled{refuse: func(r priceplan.Replacement) error {
			if down && r.AccountID == "account 4" {
				return errFault
			}
			return nil
		}})
		_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
		require.ErrorIs(t, err, errFault)
		require.ErrorContains(t, err, "account 4")
		require.Equal(t, 3, h.audited(planmigration.ActionMigrate),
			"the accounts of the first batch, and none of the second")
		down = false
		h.afterFailure()
		h.run(m.ID)
		h.requireMovedOnce(m)
	})
}
