// Package priceplan keeps price plans in versions, their pricing cycles, and which account is on
// which plan when.
//
//	plan, err := center.PricePlans.Plan(ctx, session.Scope, priceplan.Ref{ID: "basic"}) // the latest active version
//	timeline, err := center.PricePlans.Timeline(ctx, session.Scope, "acme-eu", time.Time{})
//
// # Plans
//
// A [Plan] is one version of a price plan. It begins as a draft, which can be edited, and takes accounts
// once it is active. From then on its terms are fixed: other terms are a new version
// ([Service.CreateVersion]), to which a migration moves the accounts. An archived plan keeps its accounts
// and takes no more, until it is restored.
//
// # Currencies
//
// A plan or a schedule gets no currency that the organization does not use or has archived (Ports.Currencies). One that
// has it already keeps it, and so do the plan's next versions. Without a base currency only ISO 4217 is checked.
//
// # Schedules
//
// A [Schedule] has one account on one plan for a time, and all of an account's are its [Timeline]. An
// account never has two schedules at one instant.
//
// Nothing about a schedule is lost. Its terms never change: [Service.ChangeSchedule] ends it and begins
// another. What is withdrawn, or replaced before it was in force, is still returned by [Service.Removed];
// a new end is in the audit trail beside the old one.
//
// No account comes back by accident. If it leaves its plan while it has later schedules, because of a
// scheduled migration for example, the caller chooses whether they are withdrawn too or the call fails.
//
// # Cycles
//
// A [Cycle] is the dates on which billing periods start, and computes their instants in a time zone. In a
// month that does not have the day, the last day is taken. Cycles are Togai's (weekly to annual, day and
// month offsets, anniversaries), with two differences where Togai's documentation contradicts itself: a
// quarter from 10 March ends with 9 June, and an annual anniversary of 28 February in a leap year stays on
// the 28th.
//
// # JSON
//
// Records and inputs have Togai's names where the meaning is the same: supportedCurrencies,
// pricingCycleConfig, accountId, startDate, endDate. A reference to a plan is one object with an id and a
// version, where Togai has two fields side by side, because "version" of a record is the one that changes
// are checked against. A schedule without an end has no endDate.
package priceplan
