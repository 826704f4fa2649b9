package admincenter_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// rated is two processes over one database: one changes a setting, and the other one enriches events with it.
type rated struct {
	t              *testing.T
	writer, reader *admincenter.Center
	setting        settings.Setting
	enricher       *enrich.Enricher
}

func newRated(t *testing.T, b storage.Backend) *rated {
	t.Helper()
	r, ctx, scope := &rated{t: t}, t.Context(), admin.System(acme)
	for _, c := range []**admincenter.Center{&r.writer, &r.reader} {
		var err error
		*c, err = admincenter.New(b, admincenter.Options{})
		require.NoError(t, err)
	}
	_, _, err := r.writer.People.CreateOrganization(ctx, people.NewOrganization{
		ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	r.setting, err = r.writer.Settings.Create(ctx, scope, settings.NewSetting{
		Entity: settings.Entity{Kind: settings.Organization}, Name: "rate", Value: numeric(t, "1"),
	})
	require.NoError(t, err)
	r.enricher, err = r.reader.Enrichments.NewEnricher(ctx, scope, enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{{Name: "rate", Setting: "rate"}},
		Fields: []enrich.Field{
			{Name: "cost", Type: enrich.Attribute, Source: enrich.FromLogic, Order: 1, Value: `{"var": "dependencies.rate"}`},
		},
	}, enrich.EnricherOptions{Fresh: 24 * time.Hour})
	require.NoError(t, err)
	return r
}

func numeric(t *testing.T, digits string) settings.Value {
	t.Helper()
	v, err := settings.ParseValue(settings.TypeNumeric, digits)
	require.NoError(t, err)
	return v
}

func (r *rated) set(digits string) {
	r.t.Helper()
	var err error
	r.setting, err = r.writer.Settings.Update(r.t.Context(), admin.System(acme), r.setting.ID, r.setting.Version, numeric(r.t, digits))
	require.NoError(r.t, err)
}

func (r *rated) requireCost(want, why string) {
	r.t.Helper()
	got, err := r.enricher.Enrich(r.t.Context(), enrich.Event{Account: "a"})
	require.NoError(r.t, err)
	require.EqualValues(r.t, want, got.Attributes["cost"], why)
}

func TestCachesNoticeWhatOtherProcessesWrite(t *testing.T) {
	for _, tc := range []struct {
		reason string
		follow func(t *testing.T, r *rated) func(context.Context) error
	}{
		{"in a process without a worker", func(_ *testing.T, r *rated) func(context.Context) error { return r.reader.Follow }},
		{"in a worker", func(t *testing.T, r *rated) func(context.Context) error {
			t.Helper()
			w, err := r.reader.Worker(job.WorkerOptions{})
			require.NoError(t, err)
			return w.Run
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRated(t, memory.New())
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 2)
				go func() { ended <- tc.follow(t, r)(ctx) }()
				go func() { ended <- r.writer.Log.Run(ctx) }()
				time.Sleep(5 * time.Second)
				for _, rate := range []string{"2", "3", "4"} {
					before := r.setting.Value.Text()
					r.requireCost(before, "it is kept")
					r.set(rate)
					r.requireCost(before, "nothing is sealed")
					time.Sleep(450 * time.Millisecond) // to be sealed, and to be looked at
					synctest.Wait()
					r.requireCost(rate, "it was sealed")
					time.Sleep(2 * time.Minute)
				}
				r.set("5")
				time.Sleep(450 * time.Millisecond)
				synctest.Wait()
				count := r.reader.Settings.Changes(acme).Count()
				rec := admin.Runtime{}.WithDefaults().Record(admin.System(acme), "invoice.send", admin.Subject{Kind: "invoice"})
				require.NoError(t, r.writer.Stores().Audit().Append(ctx, acme, rec))
				time.Sleep(450 * time.Millisecond)
				synctest.Wait()
				require.Equal(t, count, r.reader.Settings.Changes(acme).Count(), "what else is written drops nothing")
				cancel()
				require.NoError(t, <-ended)
				require.NoError(t, <-ended)
			})
		})
	}
}

func TestCenterInATransactionFollowsNothing(t *testing.T) {
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	require.NoError(t, err)
	require.NoError(t, center.InTx(t.Context(), func(in *admincenter.Center) error {
		require.ErrorIs(t, in.Follow(t.Context()), admin.ErrState)
		return nil
	}))
}
