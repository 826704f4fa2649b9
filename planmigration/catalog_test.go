package planmigration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func TestAddPlanRefuses(t *testing.T) {
	h := newHost(t)
	for _, tc := range []struct {
		reason string
		change func(*priceplan.Plan)
		paths  []string
	}{
		{"no id", func(p *priceplan.Plan) { p.Ref.ID = "" }, []string{"/id"}},
		{"version 0", func(p *priceplan.Plan) { p.Ref.Version = 0 }, []string{"/version"}},
		{"a version beyond 32 bits", func(p *priceplan.Plan) { p.Ref.Version = 1 << 31 }, []string{"/version"}},
		{"no name", func(p *priceplan.Plan) { p.Name = "" }, []string{"/name"}},
		{"a status that does not exist", func(p *priceplan.Plan) { p.Status = "LIVE" }, []string{"/status"}},
		{"no currency", func(p *priceplan.Plan) { p.Currencies = nil }, []string{"/currencies"}},
		{"a code in small letters", func(p *priceplan.Plan) { p.Currencies = []string{"INR", "usd"} }, []string{"/currencies/1"}},
		{"a code of four letters", func(p *priceplan.Plan) { p.Currencies = []string{"USDT"} }, []string{"/currencies/0"}},
		{"a currency twice", func(p *priceplan.Plan) { p.Currencies = []string{"INR", "USD", "INR"} }, []string{"/currencies/2"}},
		{"no cycle", func(p *priceplan.Plan) { p.Cycle = priceplan.Cycle{} }, []string{"/cycle"}},
		{"everything, all at once", func(p *priceplan.Plan) { *p = priceplan.Plan{} },
			[]string{"/id", "/version", "/name", "/status", "/currencies", "/cycle"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			p := priceplan.Plan{
				Ref: priceplan.Ref{ID: "new", Version: 1}, Name: "New", Status: priceplan.Draft,
				Currencies: []string{"INR"}, Cycle: cycle(t, "MONTHLY 1"),
			}
			tc.change(&p)
			_, err := h.catalog.AddPlan(t.Context(), h.scope, p)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
	t.Run("a version that is there", func(t *testing.T) {
		_, err := h.catalog.AddPlan(t.Context(), h.scope, priceplan.Plan{
			Ref: basic1, Name: "Again", Status: priceplan.Active, Currencies: []string{"INR"}, Cycle: cycle(t, "MONTHLY 1"),
		})
		require.ErrorIs(t, err, admin.ErrExists)
	})
}

func TestLifeOfAPlan(t *testing.T) {
	h := newHost(t)
	ref := priceplan.Ref{ID: "basic", Version: 3}
	h.plan(ref, "MONTHLY 1", priceplan.Draft)
	latest := func() priceplan.Plan {
		p, err := h.catalog.Plan(t.Context(), h.scope, priceplan.Ref{ID: "basic"})
		require.NoError(t, err)
		return p
	}
	require.Equal(t, basic2, latest().Ref)
	_, err := h.catalog.ArchivePlan(t.Context(), h.scope, ref)
	require.ErrorIs(t, err, admin.ErrState)
	p, err := h.catalog.FinalizePlan(t.Context(), h.scope, ref)
	require.NoError(t, err)
	require.Equal(t, p, latest())
	_, err = h.catalog.FinalizePlan(t.Context(), h.scope, ref)
	require.ErrorIs(t, err, admin.ErrState)
	p, err = h.catalog.ArchivePlan(t.Context(), h.scope, ref)
	require.NoError(t, err)
	require.Equal(t, priceplan.Archived, p.Status)
	got, err := h.catalog.Plan(t.Context(), h.scope, ref)
	require.NoError(t, err)
	require.Equal(t, p, got)
	_, err = h.catalog.FinalizePlan(t.Context(), h.scope, priceplan.Ref{ID: "none", Version: 1})
	require.ErrorIs(t, err, admin.ErrNotFound)

	var all []priceplan.Ref
	for p, err := range h.catalog.AllPlans(t.Context(), h.scope) {
		require.NoError(t, err)
		all = append(all, p.Ref)
	}
	require.Equal(t, []priceplan.Ref{ref, pro}, all)
}

func TestAssociateRefuses(t *testing.T) {
	h := newHost(t)
	h.plan(priceplan.Ref{ID: "draft", Version: 1}, "MONTHLY 1", priceplan.Draft)
	h.account("taken", nil)
	for _, tc := range []struct {
		reason string
		change func(*priceplan.Association)
		paths  []string
	}{
		{"no account", func(a *priceplan.Association) { a.AccountID = "" }, []string{"/accountId"}},
		{"an unknown plan", func(a *priceplan.Association) { a.Plan.ID = "none" }, []string{"/plan"}},
		{"a draft", func(a *priceplan.Association) { a.Plan = priceplan.Ref{ID: "draft", Version: 1} }, []string{"/plan"}},
		{"a currency without rates", func(a *priceplan.Association) { a.Currency = "EUR" }, []string{"/currency"}},
		{"no beginning", func(a *priceplan.Association) { a.From = time.Time{} }, []string{"/from"}},
		{"an end at its beginning", func(a *priceplan.Association) { a.Until = a.From }, []string{"/until"}},
		{"rate cards on two lines", func(a *priceplan.Association) { a.RateCards = "a\nb" }, []string{"/rateCards"}},
		{"everything, all at once", func(a *priceplan.Association) { *a = priceplan.Association{} },
			[]string{"/plan/id", "/accountId", "/currency", "/from"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			a := priceplan.Association{AccountID: "a", Plan: basic1, From: h.now, Currency: "INR"}
			tc.change(&a)
			_, err := h.catalog.Associate(t.Context(), h.scope, a)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
	t.Run("an account that is on a plan then", func(t *testing.T) {
		_, err := h.catalog.Associate(t.Context(), h.scope, priceplan.Association{AccountID: "taken", Plan: pro, From: h.now, Currency: "INR"})
		require.ErrorIs(t, err, priceplan.ErrOverlap)
		require.ErrorIs(t, err, admin.ErrExists)
	})
}

func TestDisassociate(t *testing.T) {
	h := newHost(t)
	s := h.account("a", func(a *priceplan.Association) { a.Until = h.day("2026-06-01") })
	end := func(account, id string, version int64, until time.Time) (priceplan.Schedule, error) {
		return h.catalog.Disassociate(t.Context(), h.scope, account, id, version, until)
	}
	for reason, until := range map[string]time.Time{
		"at its beginning": s.From, "before it": s.From.AddDate(0, 0, -1), "at its end": s.Until, "after it": s.Until.AddDate(0, 0, 1),
	} {
		_, err := end("a", s.ID, 1, until)
		require.Equal(t, []string{"/until"}, paths(t, err), reason)
	}
	_, err := end("b", s.ID, 1, h.now)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = end("a", s.ID, 2, h.now)
	require.ErrorIs(t, err, admin.ErrConflict)
	ended, err := end("a", s.ID, 1, h.now)
	require.NoError(t, err)
	require.Equal(t, h.now.UTC(), ended.Until)
	require.Equal(t, []priceplan.Schedule{ended}, h.timeline("a"))
}

func TestCatalogPermissions(t *testing.T) {
	h := newHost(t)
	s := h.account("a", nil)
	c, ctx := h.catalog, t.Context()
	reads := map[string]func(admin.Scope) error{
		"Plan":     func(sc admin.Scope) error { _, err := c.Plan(ctx, sc, basic1); return err },
		"Plans":    func(sc admin.Scope) error { _, err := c.Plans(ctx, sc, admin.Query{}); return err },
		"Timeline": func(sc admin.Scope) error { _, err := c.Timeline(ctx, sc, "a", time.Time{}); return err },
	}
	writes := map[string]func(admin.Scope) error{
		"AddPlan":      func(sc admin.Scope) error { _, err := c.AddPlan(ctx, sc, priceplan.Plan{}); return err },
		"FinalizePlan": func(sc admin.Scope) error { _, err := c.FinalizePlan(ctx, sc, basic1); return err },
		"ArchivePlan":  func(sc admin.Scope) error { _, err := c.ArchivePlan(ctx, sc, basic1); return err },
		"Associate":    func(sc admin.Scope) error { _, err := c.Associate(ctx, sc, priceplan.Association{}); return err },
		"Disassociate": func(sc admin.Scope) error { _, err := c.Disassociate(ctx, sc, "a", s.ID, 1, h.now); return err },
	}
	user := admin.Actor{Kind: admin.ActorUser, ID: "u"}
	reader := admin.NewScope("acme", user, admin.Permissions(priceplan.PermissionRead))
	for name, call := range reads {
		require.NoError(t, call(reader), name)
		require.ErrorIs(t, call(admin.NewScope("acme", user, admin.Permissions(priceplan.PermissionWrite))), admin.ErrForbidden, name)
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
	}
	for name, call := range writes {
		require.ErrorIs(t, call(reader), admin.ErrForbidden, name)
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, name)
	}
}

func TestOverrides(t *testing.T) {
	for reason, tc := range map[string]struct {
		cycle, rates string
		want         []priceplan.Override
	}{
		"none":                              {"", "", nil},
		"a cycle":                           {"MONTHLY 1", "", []priceplan.Override{priceplan.OverrideCycle}},
		"rate cards":                        {"", "rc", []priceplan.Override{priceplan.OverrideRateCard}},
		"both":                              {"MONTHLY 1", "rc", []priceplan.Override{priceplan.OverrideCycle, priceplan.OverrideRateCard}},
		"an anniversary is none":            {"MONTHLY 1 ANNIVERSARY", "", nil},
		"rate cards besides an anniversary": {"MONTHLY 1 ANNIVERSARY", "rc", []priceplan.Override{priceplan.OverrideRateCard}},
	} {
		t.Run(reason, func(t *testing.T) {
			s := priceplan.Schedule{RateCards: tc.rates}
			require.NoError(t, s.CycleOverride.UnmarshalText([]byte(tc.cycle)))
			require.Equal(t, tc.want, s.Overrides())
		})
	}
}
