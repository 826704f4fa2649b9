package priceplan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func TestCreatePlanRefuses(t *testing.T) {
	s := newShop(t)
	for _, tc := range []struct {
		reason string
		change func(*priceplan.NewPlan)
		paths  []string
	}{
		{"no id", func(p *priceplan.NewPlan) { p.Ref.ID = "" }, []string{"/ref/id"}},
		{"version 0", func(p *priceplan.NewPlan) { p.Ref.Version = 0 }, []string{"/ref/version"}},
		{"a version beyond 32 bits", func(p *priceplan.NewPlan) { p.Ref.Version = 1 << 31 }, []string{"/ref/version"}},
		{"no name", func(p *priceplan.NewPlan) { p.Name = "" }, []string{"/name"}},
		{"a description of two lines", func(p *priceplan.NewPlan) { p.Description = "a\nb" }, []string{"/description"}},
		{"a status that does not exist", func(p *priceplan.NewPlan) { p.Status = "LIVE" }, []string{"/status"}},
		{"a plan that begins archived", func(p *priceplan.NewPlan) { p.Status = priceplan.Archived },
			[]string{"/status"}},
		{"no currency", func(p *priceplan.NewPlan) { p.Currencies = nil }, []string{"/supportedCurrencies"}},
		{"a code in small letters", func(p *priceplan.NewPlan) { p.Currencies = codes("INR", "usd") },
			[]string{"/supportedCurrencies/1"}},
		{"a code of four letters", func(p *priceplan.NewPlan) { p.Currencies = codes("USDT") },
			[]string{"/supportedCurrencies/0"}},
		{"a currency that does not exist", func(p *priceplan.NewPlan) { p.Currencies = codes("QQQ") },
			[]string{"/supportedCurrencies/0"}},
		{"gold", func(p *priceplan.NewPlan) { p.Currencies = codes("XAU") }, []string{"/supportedCurrencies/0"}},
		{"a currency twice", func(p *priceplan.NewPlan) { p.Currencies = codes("INR", "USD", "INR") },
			[]string{"/supportedCurrencies/2"}},
		{"no cycle", func(p *priceplan.NewPlan) { p.Cycle = priceplan.Cycle{} }, []string{"/pricingCycleConfig"}},
		{"everything, all at once", func(p *priceplan.NewPlan) { *p = priceplan.NewPlan{Status: "LIVE"} },
			[]string{"/ref/id", "/ref/version", "/status", "/name", "/supportedCurrencies", "/pricingCycleConfig"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			p := priceplan.NewPlan{
				Ref: priceplan.Ref{ID: "new", Version: 1}, Name: "New", Status: priceplan.Draft,
				Currencies: codes("INR"), Cycle: cycle(t, "MONTHLY 1"),
			}
			tc.change(&p)
			_, err := s.CreatePlan(t.Context(), s.scope, p)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
	t.Run("a version that exists", func(t *testing.T) {
		_, err := s.CreatePlan(t.Context(), s.scope, priceplan.NewPlan{
			Ref: basic1, Name: "Again", Status: priceplan.Active, Currencies: codes("INR"),
			Cycle: cycle(t, "MONTHLY 1"),
		})
		require.ErrorIs(t, err, admin.ErrExists)
	})
}

func codes(all ...iso4217.Code) []iso4217.Code { return all }

func TestLifeOfAPlan(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	ref := priceplan.Ref{ID: "basic", Version: 3}
	created, err := s.CreatePlan(ctx, s.scope, priceplan.NewPlan{
		Ref: ref, Name: "Third", Currencies: codes("INR"), Cycle: cycle(t, "MONTHLY 1"),
	})
	require.NoError(t, err)
	require.Equal(t, priceplan.Draft, created.Status, "unless another was asked for")
	require.Equal(t, int64(1), created.Version)
	require.Equal(t, s.now.UTC(), created.CreatedAt)
	latest := func() priceplan.Plan {
		p, err := s.Plan(ctx, s.scope, priceplan.Ref{ID: "basic"})
		require.NoError(t, err)
		return p
	}
	require.Equal(t, basic2, latest().Ref)
	_, err = s.ArchivePlan(ctx, s.scope, ref, 1)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = s.RestorePlan(ctx, s.scope, ref, 1)
	require.ErrorIs(t, err, admin.ErrState)
	s.now = s.now.Add(time.Hour)
	p, err := s.ActivatePlan(ctx, s.scope, ref, 1)
	require.NoError(t, err)
	require.Equal(t, p, latest())
	require.Equal(t, int64(2), p.Version)
	require.Equal(t, []time.Time{created.CreatedAt, s.now.UTC()}, []time.Time{p.CreatedAt, p.UpdatedAt})
	_, err = s.ActivatePlan(ctx, s.scope, ref, 2)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = s.ArchivePlan(ctx, s.scope, ref, 1)
	require.ErrorIs(t, err, admin.ErrConflict)
	p, err = s.ArchivePlan(ctx, s.scope, ref, 2)
	require.NoError(t, err)
	require.Equal(t, priceplan.Archived, p.Status)
	got, err := s.Plan(ctx, s.scope, ref)
	require.NoError(t, err)
	require.Equal(t, p, got)
	require.Equal(t, basic2, latest().Ref, "the latest is one that takes accounts")
	p, err = s.RestorePlan(ctx, s.scope, ref, 3)
	require.NoError(t, err)
	require.Equal(t, p, latest())
	_, err = s.ActivatePlan(ctx, s.scope, priceplan.Ref{ID: "none", Version: 1}, 1)
	require.ErrorIs(t, err, admin.ErrNotFound)

	for action, status := range map[admin.Action][2]priceplan.Status{
		priceplan.ActionActivatePlan: {priceplan.Draft, priceplan.Active},
		priceplan.ActionArchivePlan:  {priceplan.Active, priceplan.Archived},
		priceplan.ActionRestorePlan:  {priceplan.Archived, priceplan.Active},
	} {
		all := s.records(action)
		require.Len(t, all, 1)
		require.Equal(t, admin.Subject{Kind: "plan", ID: "basic v3"}, all[0].Subject)
		require.Equal(t, []admin.Change{{Field: "status", From: string(status[0]), To: string(status[1])}},
			all[0].Changes)
	}
}

func TestUpdatePlan(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	ref := priceplan.Ref{ID: "new", Version: 1}
	p := s.plan(ref, "MONTHLY 1", priceplan.Draft)

	t.Run("changes the given fields and no other", func(t *testing.T) {
		for _, tc := range []struct {
			changes priceplan.PlanChanges
			want    func(*priceplan.Plan)
			field   string
		}{
			{priceplan.PlanChanges{Name: pointer("Other")}, func(p *priceplan.Plan) { p.Name = "Other" }, "name"},
			{priceplan.PlanChanges{Description: pointer("For all")},
				func(p *priceplan.Plan) { p.Description = "For all" }, "description"},
			{priceplan.PlanChanges{Currencies: codes("EUR", "JPY")},
				func(p *priceplan.Plan) { p.Currencies = codes("EUR", "JPY") }, "supportedCurrencies"},
			{priceplan.PlanChanges{Cycle: pointer(cycle(t, "WEEKLY 3"))},
				func(p *priceplan.Plan) { p.Cycle = cycle(t, "WEEKLY 3") }, "pricingCycleConfig"},
			{priceplan.PlanChanges{Anniversary: pointer(true)}, func(p *priceplan.Plan) { p.Anniversary = true },
				"anniversaryCycle"},
			{priceplan.PlanChanges{Description: pointer("")}, func(p *priceplan.Plan) { p.Description = "" },
				"description"},
		} {
			s.now = s.now.Add(time.Minute)
			got, err := s.UpdatePlan(ctx, s.scope, ref, p.Version, tc.changes)
			require.NoError(t, err)
			tc.want(&p)
			p.UpdatedAt, p.Version = s.now.UTC(), p.Version+1
			require.Equal(t, p, got)
			stored, err := s.Plan(ctx, s.scope, ref)
			require.NoError(t, err)
			require.Equal(t, p, stored)
			record := s.records(priceplan.ActionUpdatePlan)[0]
			require.Len(t, record.Changes, 1)
			require.Equal(t, tc.field, record.Changes[0].Field)
		}
	})
	t.Run("writes nothing if nothing changes", func(t *testing.T) {
		before := len(s.records(priceplan.ActionUpdatePlan))
		got, err := s.UpdatePlan(ctx, s.scope, ref, p.Version, priceplan.PlanChanges{Name: pointer(p.Name)})
		require.NoError(t, err)
		require.Equal(t, p, got)
		require.Len(t, s.records(priceplan.ActionUpdatePlan), before)
	})
	t.Run("lists every broken rule", func(t *testing.T) {
		_, err := s.UpdatePlan(ctx, s.scope, ref, p.Version, priceplan.PlanChanges{
			Name: pointer(""), Currencies: codes("QQQ"), Cycle: pointer(priceplan.Cycle{}),
		})
		require.Equal(t, []string{"/name", "/supportedCurrencies/0", "/pricingCycleConfig"}, paths(t, err))
		_, err = s.UpdatePlan(ctx, s.scope, ref, p.Version, priceplan.PlanChanges{Currencies: []iso4217.Code{}})
		require.Equal(t, []string{"/supportedCurrencies"}, paths(t, err))
	})
	t.Run("refuses another version of the record", func(t *testing.T) {
		_, err := s.UpdatePlan(ctx, s.scope, ref, p.Version-1, priceplan.PlanChanges{Name: pointer("Late")})
		require.ErrorIs(t, err, admin.ErrConflict)
	})
	t.Run("refuses a plan whose terms accounts are charged by", func(t *testing.T) {
		active, err := s.ActivatePlan(ctx, s.scope, ref, p.Version)
		require.NoError(t, err)
		_, err = s.UpdatePlan(ctx, s.scope, ref, active.Version, priceplan.PlanChanges{Name: pointer("Late")})
		require.ErrorIs(t, err, admin.ErrState)
	})
}

func TestCreateVersion(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	p, err := s.CreateVersion(ctx, s.scope, priceplan.Ref{ID: "basic"}, priceplan.PlanChanges{Name: pointer("Third")})
	require.NoError(t, err)
	require.Equal(t, priceplan.Ref{ID: "basic", Version: 3}, p.Ref)
	require.Equal(t, priceplan.Draft, p.Status)
	require.Equal(t, "Third", p.Name)
	require.Equal(t, "MONTHLY 15", p.Cycle.String(), "as the latest active version has it")
	p, err = s.CreateVersion(ctx, s.scope, basic1, priceplan.PlanChanges{})
	require.NoError(t, err)
	require.Equal(t, priceplan.Ref{ID: "basic", Version: 4}, p.Ref, "above all versions, drafts too")
	require.Equal(t, "MONTHLY 1", p.Cycle.String())
	require.Equal(t, int64(1), p.Version)
	_, err = s.CreateVersion(ctx, s.scope, priceplan.Ref{ID: "none"}, priceplan.PlanChanges{})
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = s.CreateVersion(ctx, s.scope, basic1, priceplan.PlanChanges{Currencies: codes("QQQ")})
	require.Equal(t, []string{"/supportedCurrencies/0"}, paths(t, err))
	s.plan(priceplan.Ref{ID: "basic", Version: 1<<31 - 1}, "MONTHLY 1", priceplan.Draft)
	_, err = s.CreateVersion(ctx, s.scope, basic1, priceplan.PlanChanges{})
	require.Equal(t, []string{"/ref/version"}, paths(t, err), "there is no higher one")
}

func TestPlanLists(t *testing.T) {
	s, ctx := newShop(t), t.Context()
	draft := s.plan(priceplan.Ref{ID: "basic", Version: 3}, "MONTHLY 1", priceplan.Draft)
	_, err := s.ArchivePlan(ctx, s.scope, basic1, 1)
	require.NoError(t, err)
	refs := func(f priceplan.PlanFilter) (out []priceplan.Ref) {
		for p, err := range s.AllPlans(ctx, s.scope, f) {
			require.NoError(t, err)
			out = append(out, p.Ref)
		}
		return out
	}
	require.Equal(t, []priceplan.Ref{draft.Ref, pro}, refs(priceplan.PlanFilter{}))
	require.Equal(t, []priceplan.Ref{basic2, pro}, refs(priceplan.PlanFilter{Status: priceplan.Active}))
	require.Equal(t, []priceplan.Ref{basic1}, refs(priceplan.PlanFilter{Status: priceplan.Archived}))
	_, err = s.Plans(ctx, s.scope, priceplan.PlanFilter{Status: "active"}, admin.Query{})
	require.Equal(t, []string{"/status"}, paths(t, err))
	first, err := s.Plans(ctx, s.scope, priceplan.PlanFilter{}, admin.Query{Limit: 1})
	require.NoError(t, err)
	_, err = s.Plans(ctx, s.scope, priceplan.PlanFilter{Status: priceplan.Active}, admin.Query{After: first.Next})
	require.ErrorIs(t, err, admin.ErrInvalid, "a cursor is good for its own filters")

	var versions []int
	for p, err := range s.AllVersions(ctx, s.scope, "basic") {
		require.NoError(t, err)
		versions = append(versions, p.Ref.Version)
	}
	require.Equal(t, []int{3, 2, 1}, versions)
	page, err := s.Versions(ctx, s.scope, "basic", admin.Query{Limit: 2})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	page, err = s.Versions(ctx, s.scope, "basic", admin.Query{After: page.Next})
	require.NoError(t, err)
	require.Equal(t, basic1, page.Items[0].Ref)
}
