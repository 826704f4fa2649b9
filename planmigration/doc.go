// Package planmigration moves the accounts of one version of a price plan to another.
//
//	r := planmigration.Request{
//		Source: planmigration.PlanRef{ID: "basic", Version: 1},
//		Target: planmigration.PlanRef{ID: "basic"}, // the latest version
//		Mode:   planmigration.NextCycle,
//	}
//	preview, err := migrations.Preview(ctx, scope, r) // who would be moved, who not, and why
//	m, err := migrations.Create(ctx, scope, r)
//	progress, err := migrations.Run(ctx, scope, m.ID, nil)
//
// # When, and who
//
// A [Mode] says when accounts change plan (at the migration's effective instant, or when their next
// pricing cycle begins) and which of them (all, or only those without overrides). An
// [OverridePolicy] says what becomes of the overrides of those that are moved. The effective
// instant is fixed before the first account is moved and is the same for all; it is never in the
// past when somebody decides on it.
//
// # What is promised
//
//   - An account is never on two schedules at one instant, and never falls off its plan: the new
//     schedule begins when the old one ends, and ends when that would have ended.
//   - An account for which somebody has planned a later change is left alone, and so is whatever
//     changes while it is being moved.
//   - Every account of the migration has an [Entry] that says what was done, or why not.
//   - With schedules in this library's storage, a crash at any point moves each account exactly once.
//     A host with schedules of its own implements [Schedules] and gets the same idempotency key
//     each time.
//
// # Cycles
//
// A [Cycle] knows which dates a billing period starts on, and turns them into instants in the
// organization's time zone. Where a month does not have the day, its last day is taken. Cycles are
// Togai's (weekly to annual, day and month offsets, anniversaries), with two differences, where
// Togai's documentation contradicts itself: a quarter from 10 March ends with 9 June, and an annual
// anniversary of 28 February in a leap year stays on the 28th.
//
// # Whose plans
//
// [Plans] and [Schedules] are ports: a billing product has plans and schedules of its own. For a
// host that has not, a [priceplan.Service] keeps them in this library's storage.
package planmigration
