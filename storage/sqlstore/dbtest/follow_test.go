package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

// A process sees what another one wrote to a setting, although it keeps settings for a day.
func TestCachesNoticeWhatOtherProcessesWrite(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		db, _ := s.openPool(t)
		createOrganization(t, db, "acme")
		ctx, cancel := context.WithCancel(t.Context())
		scope := admin.System("acme")
		one, err := admincenter.New(db, admincenter.Options{})
		require.NoError(t, err)
		other, err := admincenter.New(db, admincenter.Options{})
		require.NoError(t, err)
		ended := make(chan error, 2)
		go func() { ended <- one.Log.Run(ctx) }()
		go func() { ended <- other.Follow(ctx) }()

		value := func(digits string) settings.Value {
			v, err := settings.ParseValue(settings.TypeNumeric, digits)
			require.NoError(t, err)
			return v
		}
		rate, err := one.Settings.Create(ctx, scope, settings.NewSetting{
			Entity: settings.Entity{Kind: settings.Organization}, Name: "rate", Value: value("1"),
		})
		require.NoError(t, err)
		enricher, err := other.Enrichments.NewEnricher(ctx, scope, enrich.Enrichment{
			EventSchema:  "trips",
			Dependencies: []enrich.Dependency{{Name: "rate", Setting: "rate"}},
			Fields: []enrich.Field{
				{Name: "cost", Type: enrich.Attribute, Source: enrich.FromLogic, Order: 1, Value: `{"var": "dependencies.rate"}`},
			},
		}, enrich.EnricherOptions{Fresh: 24 * time.Hour})
		require.NoError(t, err)
		for _, digits := range []string{"2", "3"} {
			_, err := enricher.Enrich(ctx, enrich.Event{Account: "a"}) // keeps the rate
			require.NoError(t, err)
			rate, err = one.Settings.Update(ctx, scope, rate.ID, rate.Version, value(digits))
			require.NoError(t, err)
			wrote := time.Now()
			require.Eventually(t, func() bool {
				got, err := enricher.Enrich(ctx, enrich.Event{Account: "a"})
				return err == nil && string(got.Attributes["cost"]) == digits
			}, time.Minute, 10*time.Millisecond) // on a busy machine; a second is what is promised
			t.Logf("seen after %v", time.Since(wrote))
		}
		cancel()
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
	})
}
