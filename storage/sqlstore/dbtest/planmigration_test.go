package dbtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

func planPorts(s storage.Stores) planmigration.Ports {
	return planmigration.Ports{Migrations: s.PlanMigrations(), Jobs: s.Jobs(), Plans: s.Plans(), Schedules: s.Schedules()}
}

// Batches fail before and after they were committed, and still each account is moved once.
func TestPlanMigrationResumesExactly(t *testing.T) {
	const accounts = 250
	b, ctx, scope := openSQLite(t), t.Context(), admin.System("acme")
	runtime := admin.Runtime{}.WithDefaults()
	first := people.User{ID: runtime.NewID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, CreatedAt: runtime.Instant(), UpdatedAt: runtime.Instant(), Version: 1}
	require.NoError(t, b.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme", CreatedAt: runtime.Instant(), Version: 1},
		first, people.Credential{UserID: first.ID}, runtime.Record(scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})))
	catalog := priceplan.NewService(b.Plans(), b.Schedules(), priceplan.Options{})
	cycle, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	for version := range 2 {
		_, err := catalog.AddPlan(ctx, scope, priceplan.Plan{
			Ref: priceplan.Ref{ID: "basic", Version: version + 1}, Name: "Basic", Status: priceplan.Active,
			Currencies: []string{"EUR"}, Cycle: cycle,
		})
		require.NoError(t, err)
	}
	for i := range accounts {
		_, err := catalog.Associate(ctx, scope, priceplan.Association{
			AccountID: fmt.Sprintf("account %03d", i), Plan: priceplan.Ref{ID: "basic", Version: 1}, Currency: "EUR",
			From: time.Now().AddDate(0, -1, 0),
		})
		require.NoError(t, err)
	}

	fault, tries := errors.New("fault"), 0
	s := planmigration.NewService(planPorts(b), func(ctx context.Context, fn func(planmigration.Ports) error) error {
		tries++
		return b.InTx(ctx, func(s storage.Stores) error {
			err := fn(planPorts(s))
			if tries%3 == 1 {
				return errors.Join(err, fault)
			}
			return err
		})
	}, planmigration.Options{})
	faulty := planmigration.NewService(planPorts(b), func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return errors.Join(b.InTx(ctx, func(s storage.Stores) error { return fn(planPorts(s)) }), fault)
	}, planmigration.Options{})
	m, err := s.Create(ctx, scope, planmigration.Request{Source: priceplan.Ref{ID: "basic", Version: 1}, Mode: planmigration.NextCycle})
	require.NoError(t, err)
	_, err = faulty.Step(ctx, scope, m.ID)
	require.ErrorIs(t, err, fault)
	for range 10 {
		p, err := s.Step(ctx, scope, m.ID)
		if err != nil {
			require.ErrorIs(t, err, fault)
		} else if p.Done() {
			break
		}
	}
	m, err = s.Get(ctx, scope, m.ID)
	require.NoError(t, err)
	require.Equal(t, job.Completed, m.Job.Status)
	require.Equal(t, job.Counts{Total: accounts, Completed: accounts}, m.Job.Counts)
	for e, err := range s.AllEntries(ctx, scope, m.ID, job.EntryFilter{Status: job.EntryCompleted}) {
		require.NoError(t, err)
		tl, err := catalog.Timeline(ctx, scope, e.AccountID, time.Time{})
		require.NoError(t, err)
		require.Len(t, tl.Schedules, 2)
		require.Equal(t, e.New, tl.Schedules[1].ID)
		require.Equal(t, tl.Schedules[0].Until, tl.Schedules[1].From)
	}
	recorded := 0
	for _, err := range admin.NewTrail(b.Audit()).All(ctx, scope, admin.AuditFilter{Action: planmigration.ActionMigrate}) {
		require.NoError(t, err)
		recorded++
	}
	require.Equal(t, accounts, recorded)
}
