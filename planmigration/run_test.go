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
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage/memory"
)

var errFault = errors.New("fault")

const accounts = 8 // with three in a batch: three batches

func (h *host) manyAccounts() planmigration.Migration {
	h.t.Helper()
	for i := range accounts {
		h.account(fmt.Sprintf("account %d", i), nil)
	}
	return h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
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
		tl, err := h.ports.Schedules.Timeline(h.t.Context(), "acme", account, time.Time{})
		require.NoError(h.t, err)
		require.Len(h.t, tl.Schedules, 2, account)
		require.Equal(h.t, e.New, tl.Schedules[1].ID)
		require.Equal(h.t, h.day("2026-04-01"), tl.Schedules[1].From)
		require.Equal(h.t, tl.Schedules[0].Until, tl.Schedules[1].From)
	}
}

// faults fails the n-th batch (from 0) in one of three ways.
func (h *host) faults(n int, how string) {
	inner := h.atomically
	batch := 0
	h.atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
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
				require.ErrorIs(t, err, errFault)
				h.now = h.now.AddDate(0, 2, 0) // even after the cycle has begun, the instant stays
				_, err = s.Run(t.Context(), h.scope, m.ID, nil)
				require.NoError(t, err)
				h.requireMovedOnce(m)
				require.Equal(t, accounts, h.audited(planmigration.ActionMigrate))
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
	inner, first := h.atomically, true
	h.atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
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
	require.Equal(t, 3, h.audited(planmigration.ActionMigrate))
	h.run(m.ID)
	h.requireMovedOnce(m)
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
	h.options.Authorize = func(_ context.Context, org admin.OrgID, j job.Job) error {
		require.Equal(t, admin.OrgID("acme"), org)
		require.Equal(t, m.ID, j.ID)
		return admin.ErrForbidden
	}
	progress, _ := h.run(m.ID)
	require.Equal(t, job.Failed, progress.Status)
	require.Zero(t, h.audited(planmigration.ActionMigrate))
}

func TestWhatTheHostChangesBeforeTheRun(t *testing.T) {
	h := newHost(t)
	want := map[string]job.Reason{
		"left": planmigration.ReasonLeftPlan, "moved": planmigration.ReasonAlreadyOnTarget, "ended": planmigration.ReasonEnded,
		"planned": planmigration.ReasonScheduledChange, "agreed": planmigration.ReasonHasOverrides, "touched": "",
	}
	first := map[string]priceplan.Schedule{}
	for account := range want {
		first[account] = h.account(account, nil)
	}
	m := h.create(planmigration.Request{
		Source: basic1, Target: basic2, Mode: planmigration.ImmediateIgnoreOverride, StartAt: h.now.Add(time.Hour),
	})
	end := func(account string, until time.Time) {
		_, err := h.catalog.Disassociate(t.Context(), h.scope, account, first[account].ID, 1, until)
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
	for account, rates := range map[string]string{"agreed": "rc-9", "touched": ""} {
		s := first[account]
		s.RateCards = rates
		rec := h.options.Record(h.scope, "schedule.update", admin.Subject{Kind: "schedule", ID: s.ID})
		require.NoError(t, h.b.Schedules().Update(t.Context(), "acme", s, rec))
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

// meddled calls a function with an account between reading and replacing its schedules.
type meddled struct {
	priceplan.Schedules
	meddle func(priceplan.Schedules, priceplan.Timeline)
	refuse func(priceplan.Change) error
	keys   map[string][]string // the idempotency keys by account
}

func (m meddled) Timeline(ctx context.Context, org admin.OrgID, account string, after time.Time) (priceplan.Timeline, error) {
	tl, err := m.Schedules.Timeline(ctx, org, account, after)
	if err == nil && m.meddle != nil {
		m.meddle(m.Schedules, tl)
	}
	return tl, err
}

func (m meddled) Replace(ctx context.Context, org admin.OrgID, c priceplan.Change, rec admin.Record) error {
	if m.keys != nil {
		m.keys[c.New.AccountID] = append(m.keys[c.New.AccountID], c.New.ID)
	}
	if m.refuse != nil {
		if err := m.refuse(c); err != nil {
			return err
		}
	}
	return m.Schedules.Replace(ctx, org, c, rec)
}

// between puts w around the schedules that batches work on.
func (h *host) between(w meddled) {
	inner := h.atomically
	h.atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			if w.Schedules == nil {
				w := w
				w.Schedules = p.Schedules
				p.Schedules = w
			} else {
				p.Schedules = w // the host's own, outside the transaction
			}
			return fn(p)
		})
	}
}

func TestScheduleThatChangesWhileItIsMoved(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	h.between(meddled{meddle: func(s priceplan.Schedules, tl priceplan.Timeline) {
		if tl.AccountID != "account 4" {
			return
		}
		changed := tl.Schedules[0]
		changed.RateCards = "rc-7"
		rec := h.options.Record(h.scope, "schedule.update", admin.Subject{Kind: "schedule", ID: changed.ID})
		require.NoError(t, s.(priceplan.ScheduleStore).Update(t.Context(), "acme", changed, rec))
	}})
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
			h.between(meddled{refuse: func(c priceplan.Change) error {
				if c.New.AccountID == "account 2" {
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
		h.between(meddled{refuse: func(c priceplan.Change) error {
			if down && c.New.AccountID == "account 4" {
				return errFault
			}
			return nil
		}})
		_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
		require.ErrorIs(t, err, errFault)
		require.ErrorContains(t, err, "account 4")
		require.Equal(t, 3, h.audited(planmigration.ActionMigrate), "the first batch, and nothing of the second")
		down = false
		h.run(m.ID)
		h.requireMovedOnce(m)
	})
}

// A host's own schedules do not go back with our transaction.
func TestSchedulesOutsideTheTransaction(t *testing.T) {
	for batch := range 3 {
		t.Run(fmt.Sprintf("batch %d rolled back", batch), func(t *testing.T) {
			h := newHost(t)
			own := memory.New()
			first := people.User{ID: h.id()}
			require.NoError(t, own.Organizations().Create(t.Context(), people.Organization{ID: "acme", Name: "Acme", CreatedAt: h.now.UTC(), Version: 1},
				first, people.Credential{UserID: first.ID}, h.options.Record(h.scope, "organization.create", admin.Subject{Kind: "organization"})))
			h.ports.Schedules = own.Schedules()
			h.catalog = priceplan.NewService(h.b.Plans(), own.Schedules(), priceplan.Options{Runtime: h.options.Runtime})
			m := h.manyAccounts()
			keys := map[string][]string{}
			h.between(meddled{Schedules: own.Schedules(), keys: keys})
			h.faults(batch, "rolled back")
			s := h.service()
			_, err := s.Run(t.Context(), h.scope, m.ID, nil)
			require.ErrorIs(t, err, errFault)
			_, err = s.Run(t.Context(), h.scope, m.ID, nil)
			require.NoError(t, err)
			h.requireMovedOnce(m)
			for account, used := range keys {
				for _, key := range used {
					require.Equal(t, uuid.NewSHA1(m.ID, []byte(account)).String(), key)
				}
			}
		})
	}
}
