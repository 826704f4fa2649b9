// Package enrich adds to usage events what the settings of their account say.
//
//	enricher, err := service.Enricher(ctx, scope, "trips", enrich.EnricherOptions{})
//	enriched, err := enricher.Enrich(ctx, enrich.Event{
//		Account:    "acme-eu",
//		Attributes: map[string]json.Number{"distance": "2500"},
//	})
//	enriched.Attributes["km"] // 2.5
//
// # Enrichments
//
// An [Enrichment] lists the fields that the events of an event schema get: constants, JSON Logic rules, or
// rules that settings hold. It declares the settings that its rules read as dependencies. [Service.Put]
// compiles the rules and refuses an enrichment that cannot work. While an enrichment depends on a setting,
// settings.Service.Delete refuses to delete it.
//
// # Enriching
//
// An [Enricher] is made once and enriches many events, on any goroutine. A [Stream] does it on one goroutine
// and costs less. Dependencies are resolved for the account of each event and kept in memory, as
// [EnricherOptions] describe. [Enriched] names each setting that was used, with its level and version, so that
// an amount can be explained later.
//
// Attributes are exact decimals in text from end to end. All limits are in docs/settings.md.
package enrich
