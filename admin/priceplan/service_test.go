package priceplan_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/storage"
)

func TestNewServiceRefusesMissingPorts(t *testing.T) {
	s := newShop(t)
	_, err := priceplan.NewService(priceplan.Ports{}, priceplan.Options{})
	require.Equal(t, []string{"/ports/plans", "/ports/schedules"}, paths(t, err))
	_, err = priceplan.NewService(priceplan.Ports{Plans: s.b.Plans()}, priceplan.Options{})
	require.Equal(t, []string{"/ports/schedules"}, paths(t, err))
}

func TestServiceInATransaction(t *testing.T) {
	s, stop := newShop(t), errors.New("stop")
	inside := func(fail error) error {
		return s.b.InTx(t.Context(), func(stores storage.Stores) error {
			in := s.In(priceplan.Ports{Plans: stores.Plans(), Schedules: stores.Schedules()})
			_, err := in.Associate(t.Context(), s.scope, priceplan.Association{AccountID: "a", Plan: basic1,
				From: s.now, Currency: "INR"})
			return errors.Join(err, fail)
		})
	}
	require.ErrorIs(t, inside(stop), stop)
	require.Empty(t, s.timeline("a"))
	require.NoError(t, inside(nil))
	require.Len(t, s.timeline("a"), 1)
}

func TestServicePermissions(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	had := s.account("a", nil)
	reads := map[string]func(admin.Scope) error{
		"Plan": func(sc admin.Scope) error { _, err := s.Plan(ctx, sc, basic1); return err },
		"Plans": func(sc admin.Scope) error {
			_, err := s.Plans(ctx, sc, priceplan.PlanFilter{}, admin.Query{})
			return err
		},
		"Versions": func(sc admin.Scope) error { _, err := s.Versions(ctx, sc, "basic", admin.Query{}); return err },
		"Timeline": func(sc admin.Scope) error { _, err := s.Timeline(ctx, sc, "a", time.Time{}); return err },
		"Removed":  func(sc admin.Scope) error { _, err := s.Removed(ctx, sc, "a"); return err },
	}
	writes := map[string]func(admin.Scope) error{
		"CreatePlan": func(sc admin.Scope) error { _, err := s.CreatePlan(ctx, sc, priceplan.NewPlan{}); return err },
		"CreateVersion": func(sc admin.Scope) error {
			_, err := s.CreateVersion(ctx, sc, basic1, priceplan.PlanChanges{})
			return err
		},
		"UpdatePlan": func(sc admin.Scope) error {
			_, err := s.UpdatePlan(ctx, sc, basic1, 1, priceplan.PlanChanges{})
			return err
		},
		"ActivatePlan": func(sc admin.Scope) error { _, err := s.ActivatePlan(ctx, sc, basic1, 1); return err },
		"ArchivePlan":  func(sc admin.Scope) error { _, err := s.ArchivePlan(ctx, sc, basic1, 1); return err },
		"RestorePlan":  func(sc admin.Scope) error { _, err := s.RestorePlan(ctx, sc, basic1, 1); return err },
		"Associate": func(sc admin.Scope) error {
			_, err := s.Associate(ctx, sc,
				priceplan.Association{})
			return err
		},
		"EndSchedule": func(sc admin.Scope) error {
			_, err := s.EndSchedule(ctx, sc, "a", had.ID, 1, priceplan.ScheduleEnd{Until: s.now})
			return err
		},
		"ChangeSchedule": func(sc admin.Scope) error {
			_, err := s.ChangeSchedule(ctx, sc, "a", had.ID, 1, priceplan.ScheduleChanges{Currency: "USD"})
			return err
		},
		"WithdrawSchedule": func(sc admin.Scope) error {
			return s.WithdrawSchedule(ctx, sc, "a", had.ID, 1, priceplan.Withdrawal{})
		},
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	reader := admin.NewScope("acme", user, admin.Permissions(priceplan.PermissionRead))
	writer := admin.NewScope("acme", user, admin.Permissions(priceplan.PermissionWrite))
	for name, call := range reads {
		require.NoError(t, call(reader), name)
		require.ErrorIs(t, call(writer), admin.ErrForbidden, name)
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
	}
	for name, call := range writes {
		require.ErrorIs(t, call(reader), admin.ErrForbidden, name)
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
	}
	require.Equal(t, []priceplan.Schedule{had}, s.timeline("a"), "nothing happened")
}
