// Package settings keeps typed values under names: on the organization, on a customer, on an account, and on the
// other things that a product is billed by.
//
//	minimum, err := settings.ParseValue(settings.TypeNumeric, "12.50")
//	saved, err := service.Create(ctx, scope, settings.NewSetting{
//		Entity: settings.Entity{Kind: settings.Account, ID: "acme-eu"},
//		Name:   "minimum_charge",
//		Value:  minimum,
//	})
//	path := settings.Path{Account: "acme-eu", Customer: "acme"}
//	found, err := service.Resolve(ctx, scope, path, "USER", "minimum_charge")
//	amount, ok := found.Setting.Value.Decimal() // 12.5
//
// # Values
//
// A [Value] is a STRING, a NUMERIC, a JSON document or a JSON_LOGIC rule. It is checked when it is made, so it need
// not be checked again. Numbers are exact decimals and JSON keeps its digits; neither ever passes through a float. A
// JSON setting may have a JSON [Schema] that its values must meet.
//
// # Which one counts
//
// [Service.Resolve] returns the setting of an account before that of its customer, and that of the customer before
// that of the organization. The result has the level that the setting came from and those that it hides.
//
// # Rules
//
// A JSON_LOGIC setting is a formula that [Service.Evaluate] evaluates on an event with package settings/jsonlogic: in
// exact decimals, and each evaluation bounded. A rule that cannot be compiled is refused when it is saved, with
// operator and place, and not when the first event arrives. [Service.Explain] shows how a rule reached its result.
// docs/jsonlogic.md describes what rules mean.
//
// An [Evaluator] compiles the rules, by default an [Engine]. A host makes one with [NewEngine] for custom operators,
// other numbers, another division or Togai's dialect. Package settings/jsonlogic/jsonlogicv3 is for hosts with rules
// or operators that were written for jsonlogic/v3.
//
// # History
//
// Every version of a setting is kept with its author and time: [Service.History], [Diff], [Service.Restore].
//
// # Changes
//
// Updates name the Version that they replace and fail with admin.ErrConflict if the setting has another. [Service.In]
// works in a transaction. [Service.Changes] counts writes, for caches of settings.
//
// Package settings/enrich enriches usage events with settings; a setting that an enrichment depends on is not deleted
// unless DeleteInUse is used. All limits are in docs/settings.md.
package settings
