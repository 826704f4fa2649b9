package planmigration_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage/memory"
)

// elsewhere is a host's schedules that the library's transaction cannot reach: in another storage. It fails
// the test if it is called while a transaction is open.
type elsewhere struct {
	planmigration.ScheduleReader
	store  priceplan.ScheduleStore
	h      *host
	open   *bool
	keys   map[string][]string // the idempotency keys by account
	refuse func(priceplan.Replacement) error
}

func (e elsewhere) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement,
) ([]priceplan.ReplaceResult, error) {
	require.False(e.h.t, *e.open, "called within a transaction")
	for _, r := range set {
		e.keys[r.AccountID] = append(e.keys[r.AccountID], r.Add[0].ID)
		if e.refuse != nil {
			if err := e.refuse(r); err != nil {
				return nil, err
			}
		}
	}
	rec := e.h.options.Record(e.h.scope, "host.replace", admin.Subject{Kind: "schedule"})
	return e.store.ReplaceAll(ctx, org, set, rec)
}

// moveElsewhere has the host keep its schedules elsewhere.
func (h *host) moveElsewhere() elsewhere {
	h.t.Helper()
	own := memory.New()
	h.organization(own)
	h.keepSchedules(own.Schedules())
	e := elsewhere{ScheduleReader: own.Schedules(), store: own.Schedules(), h: h, open: new(bool),
		keys: map[string][]string{}}
	h.ports.Schedules, h.ports.External = nil, e
	inner := h.ports.Atomically
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			*e.open = true
			defer func() { *e.open = false }()
			p.Schedules = nil
			return fn(p)
		})
	}
	return e
}

// External schedules do not roll back with the library's transaction.
func TestSchedulesOutsideTheTransaction(t *testing.T) {
	for _, how := range []string{"before", "rolled back", "after the commit"} {
		for batch := range 3 {
			t.Run(fmt.Sprintf("batch %d fails %s", batch, how), func(t *testing.T) {
				h := newHost(t)
				e := h.moveElsewhere()
				m := h.manyAccounts()
				h.faults(batch, how)
				s := h.service()
				_, err := s.Run(t.Context(), h.scope, m.ID, nil)
				if how == "after the commit" {
					require.NoError(t, err, "the job shows that the batch was committed")
				} else {
					require.ErrorIs(t, err, errFault)
				}
				h.afterFailure()
				_, err = s.Run(t.Context(), h.scope, m.ID, nil)
				require.NoError(t, err)
				h.requireMovedOnce(m)
				require.Len(t, e.keys, accounts)
				for account, used := range e.keys {
					for _, key := range used {
						require.Equal(t, uuid.NewSHA1(m.ID, []byte(account)).String(), key)
					}
				}
				require.Zero(t, h.audited(planmigration.ActionMigrate), "what the host records is its own")
				require.Equal(t, 1, h.audited(job.ActionComplete), "and the trail has the end of the job")
			})
		}
	}
}

func TestExternalSchedulesThatAreDown(t *testing.T) {
	h := newHost(t)
	e := h.moveElsewhere()
	m := h.manyAccounts()
	down := true
	e.refuse = func(r priceplan.Replacement) error {
		if down && r.AccountID == "account 4" {
			return errFault
		}
		return nil
	}
	h.ports.External = e
	_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
	require.ErrorIs(t, err, errFault)
	require.Len(t, h.timeline("account 3"), 1, "the batch has not happened")
	down = false
	h.afterFailure()
	h.run(m.ID)
	h.requireMovedOnce(m)
}

func TestExternalSchedulesOfPreviews(t *testing.T) {
	h := newHost(t)
	h.moveElsewhere()
	h.account("a", nil)
	r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate}
	preview, err := h.service().Preview(t.Context(), h.scope, r)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: 1, Completed: 1}, preview.Counts)
	page, err := h.service().PreviewEntries(t.Context(), h.scope, r, admin.Query{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}

// short returns less than it was asked for.
type short struct{ planmigration.Schedules }

func (s short) ReplaceAll(
	ctx context.Context, org admin.OrgID, set []priceplan.Replacement, rec admin.Record,
) ([]priceplan.ReplaceResult, error) {
	results, err := s.Schedules.ReplaceAll(ctx, org, set, rec)
	return slices.Delete(results, 0, 1), err
}

func TestSchedulesThatBreakTheirContract(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	inner, broken := h.ports.Atomically, true
	h.ports.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return inner(ctx, func(p planmigration.Ports) error {
			if broken {
				p.Schedules = short{p.Schedules}
			}
			return fn(p)
		})
	}
	_, err := h.service().Run(t.Context(), h.scope, m.ID, nil)
	require.ErrorContains(t, err, "2 results for 3 replacements")
	require.Zero(t, h.moved())
	broken = false
	h.afterFailure()
	h.run(m.ID)
	h.requireMovedOnce(m)
}
