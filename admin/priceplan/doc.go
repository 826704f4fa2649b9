// Package priceplan keeps price plans in versions, their pricing cycles, and which account is on
// which plan when.
//
//	plan, err := center.PricePlans.Plan(ctx, session.Scope, priceplan.Ref{ID: "basic"}) // the latest version
//	timeline, err := center.PricePlans.Timeline(ctx, session.Scope, "acme-eu", time.Time{})
package priceplan
