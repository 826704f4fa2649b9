// Package planmigration moves the accounts of one version of a price plan to another.
//
//	r := planmigration.Request{
//		Source: priceplan.Ref{ID: "basic", Version: 1},
//		Target: priceplan.Ref{ID: "basic"}, // its latest active version
//		Mode:   planmigration.NextCycle,
//	}
//	preview, err := center.Migrations.Preview(ctx, scope, r) // an estimate, which changes nothing
//	m, err := center.Migrations.Create(ctx, scope, r)
//	progress, err := center.Migrations.Run(ctx, scope, m.ID, nil) // or a worker
//
// # The list
//
// The first phase of a migration lists its accounts: those that are on the source at the effective instant or come to
// it later. An [Entry] has the plan, the instant at which the account would change plan, the account's own terms that
// would be different, and the reason if it is not moved. [Service.Difference] is how the plans differ. If the request
// says so the migration waits then, and [Service.Confirm] names the version that was seen. An account whose schedules
// change after it was listed is not moved.
//
// # When, and which accounts
//
// A [Mode] chooses when accounts change plan (at the migration's effective instant, or when their next
// pricing cycle begins) and which of them (all, or only those without overrides). An [OverridePolicy] is
// what becomes of the overrides of those that are moved, an [IntervalPolicy] of cycles that do not fit the target, and
// a [LatePolicy] of accounts that are moved too late. The effective instant is fixed before the first account is moved
// and is the same for all; it is never in the past when it is decided on.
//
// # Taking it back
//
// [Service.Withdraw] takes back moves that have not begun, [Service.Reverse] those that have too, and
// [Service.RetryEntries] tries again what failed or was left. Each is a migration of its own.
//
// # What is promised
//
//   - An account never has two schedules at one instant, and never falls off its plan: the new schedule
//     begins when the old one ends, and ends when that would have ended.
//   - An account keeps its currency. It is moved only to a plan that has rates in it, also if the organization has
//     archived the currency since: nothing new begins in it.
//   - An account with a later schedule on another plan is left alone, and so is one that changes after it was listed.
//   - One migration at a time moves the accounts of a version of a plan.
//   - Every account of the migration has an [Entry] with what was done, or why not, and the schedules that it had are
//     kept with it.
//   - With schedules that share the transaction, a crash at any point moves each account exactly once.
//     [ExternalSchedules] get the same idempotency key each time.
//
// # Speed
//
// A batch is a thousand accounts: they are locked and their timelines read in two statements, decided about in Go, and
// replaced as one set, whose cost in statements does not depend on its size. The audit trail has one record
// for a batch, and its entries have the details.
//
// # A host's own plans and schedules
//
// [priceplan.Plans] and [Schedules] are ports. A host that has no plans and schedules of its own keeps them
// in this library's storage, by a [priceplan.Service]. One that has them in tables beside the library's
// implements Schedules on the transaction; one that has them elsewhere implements [ExternalSchedules].
//
// # JSON
//
// Requests, migrations and entries have Togai's names where the meaning is the same: migrationMode,
// requireConfirmation, accountId. The plans are objects with an id and a version (source, target), where
// Togai has sourceId, sourceVersion, targetId and targetVersion.
package planmigration
