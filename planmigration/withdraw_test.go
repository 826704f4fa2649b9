package planmigration_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// scheduled moves accounts from 1 April on.
func (h *host) scheduled(accounts ...string) planmigration.Migration {
	h.t.Helper()
	for _, account := range accounts {
		h.account(account, nil)
	}
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.NextCycle})
	h.run(m.ID)
	return m
}

// follow lists the accounts of a migration that follows on another.
func (h *host) follow(
	how func(*planmigration.Service) func(planmigration.FollowUp) (planmigration.Migration, error), f planmigration.FollowUp,
) planmigration.Migration {
	h.t.Helper()
	m, err := how(h.service())(f)
	require.NoError(h.t, err)
	for m.Phase() == planmigration.Listing {
		_, err = h.service().Step(h.t.Context(), h.scope, m.ID)
		require.NoError(h.t, err)
		m, err = h.service().Get(h.t.Context(), h.scope, m.ID)
		require.NoError(h.t, err)
	}
	return m
}

func (h *host) withdraw(id uuid.UUID, f planmigration.FollowUp) planmigration.Migration {
	h.t.Helper()
	return h.follow(func(s *planmigration.Service) func(planmigration.FollowUp) (planmigration.Migration, error) {
		return func(f planmigration.FollowUp) (planmigration.Migration, error) {
			return s.Withdraw(h.t.Context(), h.scope, id, f)
		}
	}, f)
}

func (h *host) reverse(id uuid.UUID) planmigration.Migration {
	h.t.Helper()
	return h.follow(func(s *planmigration.Service) func(planmigration.FollowUp) (planmigration.Migration, error) {
		return func(f planmigration.FollowUp) (planmigration.Migration, error) {
			return s.Reverse(h.t.Context(), h.scope, id, f)
		}
	}, planmigration.FollowUp{})
}

// onPlans lists the plans of an account's schedules with the days in Kolkata on which they begin and end.
func (h *host) onPlans(account string) string {
	h.t.Helper()
	var out []string
	date := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(h.in).Format("01-02")
	}
	for _, s := range h.timeline(account) {
		out = append(out, fmt.Sprintf("%s %s..%s", s.Plan, date(s.From), date(s.Until)))
	}
	return strings.Join(out, ", ")
}

// Complaints: polar #11128 and killbill #813 and #997.
func TestScheduledMovesAreWithdrawnUntilTheyBegin(t *testing.T) {
	h := newHost(t)
	ends := h.account("ends", func(a *priceplan.Association) { a.Until = h.day("2026-12-31") })
	starts := h.account("starts in May", func(a *priceplan.Association) { a.From, a.RateCards = h.day("2026-05-01"), "rc" })
	m := h.scheduled("a", "b")
	require.Equal(t, "basic v1 01-05..04-01, basic v2 04-01..12-31", h.onPlans("ends"))
	require.Equal(t, "basic v2 05-01..", h.onPlans("starts in May"))
	h.now = h.day("2026-03-20")
	t.Run("of one account", func(t *testing.T) {
		one := h.withdraw(m.ID, planmigration.FollowUp{Accounts: []string{"a"}})
		require.Equal(t, job.Counts{Total: 1}, one.Job.Counts)
		require.Equal(t, []priceplan.Ref{basic2, basic1}, []priceplan.Ref{one.Source, one.Target})
		e := h.entries(one.ID)["a"]
		require.Equal(t, job.EntryPending, e.Status)
		require.Equal(t, h.day("2026-04-01"), e.At)
		p, _ := h.run(one.ID)
		require.Equal(t, job.Completed, p.Status)
		require.Equal(t, "basic v1 01-05..", h.onPlans("a"))
		require.Equal(t, "basic v1 01-05..04-01, basic v2 04-01..", h.onPlans("b"))
	})
	t.Run("of all that are left", func(t *testing.T) {
		all := h.withdraw(m.ID, planmigration.FollowUp{})
		p, entries := h.run(all.ID)
		require.Equal(t, job.Counts{Total: 4, Completed: 3, Failed: 1}, p.Counts)
		require.Equal(t, planmigration.ReasonSuperseded, entries["a"].Reason, "it is back already")
		require.Equal(t, "basic v1 01-05..", h.onPlans("b"))
		require.Equal(t, "basic v1 01-05..12-31", h.onPlans("ends"))
		require.Equal(t, ends.ID, h.timeline("ends")[0].ID)
		again := h.timeline("starts in May")[0]
		again.ID, again.CreatedAt, again.UpdatedAt = starts.ID, starts.CreatedAt, starts.UpdatedAt
		require.Equal(t, starts, again, "with the terms that it had")
	})
	t.Run("but not when they have begun", func(t *testing.T) {
		h := newHost(t)
		m := h.scheduled("a")
		h.now = h.day("2026-04-01")
		w := h.withdraw(m.ID, planmigration.FollowUp{})
		require.Equal(t, job.Counts{Total: 1, Skipped: 1}, w.Job.Counts)
		require.Equal(t, planmigration.ReasonBegun, h.entries(w.ID)["a"].Reason)
	})
	t.Run("nor when they begin before the worker comes", func(t *testing.T) {
		h := newHost(t)
		m := h.scheduled("a")
		h.now = h.day("2026-03-31")
		w := h.withdraw(m.ID, planmigration.FollowUp{})
		require.Equal(t, int64(1), w.Job.Pending())
		h.now = h.day("2026-04-02")
		_, entries := h.run(w.ID)
		require.Equal(t, planmigration.ReasonBegun, entries["a"].Reason)
		require.Equal(t, "basic v1 01-05..04-01, basic v2 04-01..", h.onPlans("a"))
	})
}

// Complaints: autumn #1507 and langfuse #9076.
func TestLeaverDoesNotComeBackAtTheBoundary(t *testing.T) {
	h := newHost(t)
	m := h.scheduled("a")
	h.now = h.day("2026-03-20")
	s := h.timeline("a")[0]
	_, err := h.catalog.EndSchedule(t.Context(), h.scope, "a", s.ID, s.Version, priceplan.ScheduleEnd{Until: h.now})
	var later *priceplan.LaterError
	require.ErrorAs(t, err, &later, "the caller is asked")
	_, err = h.catalog.EndSchedule(t.Context(), h.scope, "a", s.ID, s.Version,
		priceplan.ScheduleEnd{Until: h.now, Later: priceplan.WithdrawLater})
	require.NoError(t, err)
	require.Equal(t, "basic v1 01-05..03-20", h.onPlans("a"))
	w := h.withdraw(m.ID, planmigration.FollowUp{})
	require.Equal(t, planmigration.ReasonSuperseded, h.entries(w.ID)["a"].Reason, "and is not brought back by this either")
}

func TestUrgentMigrationReplacesAScheduledOne(t *testing.T) {
	h := newHost(t)
	h.account("agreed", func(a *priceplan.Association) { a.Until = h.day("2026-04-01") })
	h.account("agreed", func(a *priceplan.Association) { a.Plan, a.From = pro, h.day("2026-04-01") })
	m := h.scheduled("a")
	urgent := planmigration.Request{Source: basic1, Target: pro, Mode: planmigration.Immediate}
	first := h.create(urgent)
	require.Equal(t, job.Counts{Total: 2, Skipped: 2}, first.Job.Counts)
	h.run(first.ID)
	urgent.Replaces = []uuid.UUID{m.ID}
	second := h.create(urgent)
	require.Equal(t, job.Counts{Total: 2, Skipped: 1}, second.Job.Counts)
	h.run(second.ID)
	require.Equal(t, "basic v1 01-05..03-10, pro v1 03-10..", h.onPlans("a"))
	require.Equal(t, "basic v1 01-05..04-01, pro v1 04-01..", h.onPlans("agreed"), "what is not of that migration stays")
	h.now = h.day("2026-03-12")
	h.run(h.reverse(second.ID).ID)
	require.Equal(t, "basic v1 01-05..03-10, pro v1 03-10..03-12, basic v1 03-12..04-01, basic v2 04-01..", h.onPlans("a"),
		"the schedule that was replaced is back")
}

func TestFollowUpsRefuse(t *testing.T) {
	h := newHost(t)
	h.account("a", nil)
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	s, ctx := h.service(), t.Context()
	for name, call := range map[string]func(uuid.UUID, planmigration.FollowUp) (planmigration.Migration, error){
		"Reverse": func(id uuid.UUID, f planmigration.FollowUp) (planmigration.Migration, error) {
			return s.Reverse(ctx, h.scope, id, f)
		},
		"Withdraw": func(id uuid.UUID, f planmigration.FollowUp) (planmigration.Migration, error) {
			return s.Withdraw(ctx, h.scope, id, f)
		},
		"RetryEntries": func(id uuid.UUID, f planmigration.FollowUp) (planmigration.Migration, error) {
			return s.RetryEntries(ctx, h.scope, id, f)
		},
	} {
		_, err := call(m.ID, planmigration.FollowUp{})
		require.ErrorIs(t, err, admin.ErrState, name)
		require.ErrorContains(t, err, "cancel it first")
		_, err = call(uuid.New(), planmigration.FollowUp{})
		require.ErrorIs(t, err, admin.ErrNotFound, name)
		_, err = call(m.ID, planmigration.FollowUp{
			Accounts: []string{"a", ""}, TwoPersons: true, ConfirmBefore: h.now, IdempotencyKey: strings.Repeat("k", 256),
		})
		require.Equal(t, []string{"/accountIds/1", "/requireConfirmation", "/confirmBefore", "/idempotencyKey"}, paths(t, err))
	}
	h.run(m.ID)
	rec := h.options.Record(h.scope, job.ActionPrune, admin.Subject{Kind: planmigration.SubjectKind, ID: m.ID.String()})
	reverse := h.reverse(m.ID)
	_, err := h.b.Jobs().Prune(ctx, "acme", m.ID, 1000, rec)
	require.NoError(t, err)
	p, _ := h.run(reverse.ID)
	require.Equal(t, job.Failed, p.Status, "what the migration did is not known any more")
	require.Contains(t, p.Failure, "not kept any longer")
	_, err = s.Reverse(ctx, h.scope, m.ID, planmigration.FollowUp{})
	require.ErrorIs(t, err, job.ErrPruned)
}

// terms are what an account has from an instant on.
func termsFrom(all []priceplan.Schedule, at time.Time) []priceplan.Schedule {
	var out []priceplan.Schedule
	for _, s := range all {
		if !s.EndsAfter(at) {
			continue
		}
		if s.From.Before(at) {
			s.From = at
		}
		s.ID, s.Version, s.CreatedAt, s.UpdatedAt = "", 0, time.Time{}, time.Time{}
		if n := len(out); n > 0 && out[n-1].Until.Equal(s.From) {
			same := out[n-1]
			same.From, same.Until = s.From, s.Until
			if same == s { // two schedules with the same terms, one after the other
				out[n-1].Until = s.Until
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// A migration and its reverse give back every schedule from that moment on, and reversing the reverse gives the
// migration's again.
func TestReverseGivesBackEverySchedule(t *testing.T) {
	reversed := 0
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 11))
		h := newHost(t)
		h.plan(priceplan.Ref{ID: "basic", Version: 3}, "ANNUALLY LAST 2", priceplan.Active, "USD")
		plans := []priceplan.Ref{basic1, basic2, {ID: "basic", Version: 3}, pro}
		before, moved := map[string][]priceplan.Schedule{}, map[string][]priceplan.Schedule{}
		for i := range 12 {
			account := fmt.Sprintf("account %02d", i)
			h.randomSchedules(random, account, plans)
			before[account] = h.timeline(account)
		}
		source := random.IntN(len(plans))
		m := h.create(planmigration.Request{
			Source: plans[source], Target: plans[(source+1+random.IntN(3))%4], Mode: planmigration.Modes()[random.IntN(4)],
			Policies: planmigration.Policies{
				Intervals: planmigration.KeepIntervals, Late: []planmigration.LatePolicy{"", planmigration.MoveFromNow}[random.IntN(2)],
			},
		})
		_, did := h.run(m.ID)
		for account := range before {
			moved[account] = h.timeline(account)
		}
		h.now = h.now.Add(time.Duration(random.IntN(3)*random.IntN(2000)) * time.Hour)
		r := h.reverse(m.ID)
		_, undid := h.run(r.ID)
		back := map[string][]priceplan.Schedule{}
		for account, was := range before {
			back[account] = h.timeline(account)
			requireWhole(t, was, back[account])
			require.Equal(t, termsFrom(was, h.now.UTC()), termsFrom(back[account], h.now.UTC()), "seed %d, %s\n%s\n%+v\n%+v", seed, account, h.onPlans(account), did[account], undid[account])
			if did[account].Status != job.EntryCompleted {
				require.NotContains(t, undid, account)
				require.Equal(t, was, back[account])
			}
		}
		require.Zero(t, m.Job.Counts.Completed)
		for account, e := range undid {
			require.NotEqual(t, job.EntryFailed, e.Status, "seed %d, %s: %+v", seed, account, e)
			if e.Status == job.EntryCompleted {
				reversed++
			}
		}
		again := h.reverse(r.ID)
		_, redid := h.run(again.ID)
		for account, e := range redid {
			require.NotEqual(t, job.EntryFailed, e.Status, "seed %d, %s: %+v", seed, account, e)
			require.Equal(t, termsFrom(moved[account], h.now.UTC()), termsFrom(h.timeline(account), h.now.UTC()),
				"seed %d, %s", seed, account)
		}
	}
	require.Greater(t, reversed, 100)
}

func TestReverseLeavesWhatHasChangedSince(t *testing.T) {
	h := newHost(t)
	for _, account := range []string{"plain", "agreed", "left", "moved on"} {
		h.account(account, nil)
	}
	m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
	h.run(m.ID)
	h.now = h.now.AddDate(0, 0, 1)
	change := func(account string, c priceplan.ScheduleChanges) {
		s := h.timeline(account)[1]
		_, err := h.catalog.ChangeSchedule(t.Context(), h.scope, account, s.ID, s.Version, c)
		require.NoError(t, err)
	}
	change("agreed", priceplan.ScheduleChanges{RateCards: pointer("rc")})
	s := h.timeline("left")[1]
	_, err := h.catalog.EndSchedule(t.Context(), h.scope, "left", s.ID, s.Version, priceplan.ScheduleEnd{Until: h.now})
	require.NoError(t, err)
	s = h.timeline("moved on")[1]
	_, err = h.catalog.EndSchedule(t.Context(), h.scope, "moved on", s.ID, s.Version, priceplan.ScheduleEnd{Until: h.now})
	require.NoError(t, err)
	h.account("moved on", func(a *priceplan.Association) { a.Plan, a.From = pro, h.now })
	before := map[string]string{}
	for _, account := range []string{"agreed", "left", "moved on"} {
		before[account] = h.onPlans(account)
	}
	p, entries := h.run(h.reverse(m.ID).ID)
	require.Equal(t, job.Counts{Total: 4, Completed: 1, Failed: 3}, p.Counts)
	for account, was := range before {
		require.Equal(t, planmigration.ReasonSuperseded, entries[account].Reason, account)
		require.Equal(t, was, h.onPlans(account))
	}
	require.Equal(t, "basic v1 01-05..03-10, basic v2 03-10..03-11, basic v1 03-11..", h.onPlans("plain"))
	require.True(t, slices.Contains([]job.Status{job.CompletedWithFailures}, p.Status))
}

func TestReverseToAnArchivedPlan(t *testing.T) {
	h := newHost(t)
	m := h.scheduled("a")
	_, err := h.catalog.ArchivePlan(t.Context(), h.scope, basic1, 1)
	require.NoError(t, err)
	p, _ := h.run(h.reverse(m.ID).ID)
	require.Equal(t, job.Completed, p.Status)
	require.Equal(t, "basic v1 01-05..", h.onPlans("a"))
}
