// Package settings keeps typed values under names: on the organization, on a customer, on an
// account, and on the other things that a product is billed by.
//
//	minimum, err := settings.ParseValue(settings.TypeNumeric, "12.50")
//	saved, err := service.Create(ctx, scope, settings.NewSetting{
//		Entity: settings.Entity{Kind: settings.Account, ID: "acme-eu"},
//		Name:   "minimum_charge",
//		Value:  minimum,
//	})
//	found, err := service.Resolve(ctx, scope, settings.Path{Account: "acme-eu", Customer: "acme"}, "USER", "minimum_charge")
//	amount, ok := found.Setting.Value.Decimal() // 12.5
//
// # Values
//
// A [Value] is a STRING, a NUMERIC, a JSON document or a JSON_LOGIC rule. It cannot be made without
// being checked, so whoever holds one need not check it again. Numbers are exact decimals and JSON
// keeps the digits it was given; neither ever passes through a float.
//
// # Which one counts
//
// [Service.Resolve] answers for an account: its own setting counts before its customer's, and the
// customer's before the organization's. The result tells which level it came from and what it hides.
//
// # Rules
//
// A JSON_LOGIC setting is a formula that [Service.Evaluate] evaluates on an event with package
// settings/jsonlogic: in exact decimals, and each evaluation bounded. A rule that cannot be compiled is
// refused when it is saved, with operator and place, and not when the first event arrives.
// [Service.Explain] shows how a rule reached its result. docs/jsonlogic.md describes what rules mean.
//
// An [Evaluator] compiles the rules, by default an [Engine]. A host makes one with [NewEngine] for custom
// operators, other numbers, another division or Togai's dialect. Package settings/jsonlogic/jsonlogicv3 is
// for hosts with rules or operators that were written for jsonlogic/v3.
//
// # History
//
// Every version of a setting is kept with who made it and when: [Service.History], [Diff],
// [Service.Restore]. A JSON setting may carry a JSON [Schema] that its values have to meet.
//
// # Enrichment
//
// An [Enricher] gives usage events what an [Enrichment] says, from settings that it resolves for the
// event's account:
//
//	enricher, err := enrichments.Enricher(ctx, scope, "trips", settings.EnricherOptions{})
//	enriched, err := enricher.Enrich(ctx, settings.Event{
//		Account:    "acme-eu",
//		Attributes: map[string]json.Number{"distance": "2500"},
//	})
//	enriched.Attributes["km"] // 2.5
//
// A setting that an enrichment depends on is not deleted unasked. All limits are in docs/settings.md.
package settings
