package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// migration moves the accounts on one plan to the next version of it, from their next pricing cycle
// on, except those with overrides.
func (t *tour) migration(ctx context.Context) error {
	t.tab("Price plan migration")
	past, err := t.center.Migrations.List(ctx, t.scope, planmigration.Filter{}, admin.Query{Limit: 1})
	if err != nil {
		return err
	}
	if len(past.Items) > 0 {
		t.say("The migration of an earlier run:")
		return t.showMigration(ctx, past.Items[0])
	}
	if err := t.preparePlans(ctx); err != nil {
		return err
	}
	request := planmigration.Request{
		Source: priceplan.Ref{ID: "starter", Version: 1}, // to its latest version
		Mode:   planmigration.NextCycleIgnoreOverride, RequireConfirmation: true,
	}
	preview, err := t.center.Migrations.Preview(ctx, t.scope, request)
	if err != nil {
		return err
	}
	t.say("From %s to %s, %s: %d accounts would move, %d would be left alone.", preview.Source.Ref, preview.Target.Ref,
		request.Mode, preview.Counts.Completed, preview.Counts.Skipped)
	m, err := t.center.Migrations.Create(ctx, t.scope, request)
	if err != nil {
		return err
	}
	if m, err = t.listAndRun(ctx, m.ID); err != nil {
		return err
	}
	return t.takeMigrationBack(ctx, m)
}

// listAndRun lists the accounts of a migration, confirms the list and moves them.
func (t *tour) listAndRun(ctx context.Context, id uuid.UUID) (m planmigration.Migration, err error) {
	migrations := t.center.Migrations
	listed, err := migrations.Run(ctx, t.scope, id, nil)
	if err != nil {
		return m, err
	}
	t.say("Its %d accounts are listed: %s.", listed.Counts.Total, listed.Status)
	if m, err = migrations.Get(ctx, t.scope, id); err != nil {
		return m, err
	}
	if err = t.showMigration(ctx, m); err != nil {
		return m, err
	}
	changes, err := migrations.Difference(ctx, t.scope, id)
	if err != nil {
		return m, err
	}
	for _, c := range changes {
		t.say("The plans differ in %s: %q, %q.", c.Field, c.From, c.To)
	}
	if m, err = migrations.Confirm(ctx, t.scope, id, m.Job.Version); err != nil {
		return m, err
	}
	t.say("Confirmed as it was seen: %s.", m.Job.Status)
	if _, err = migrations.Run(ctx, t.scope, id, nil); err != nil {
		return m, err
	}
	if m, err = migrations.Get(ctx, t.scope, id); err != nil {
		return m, err
	}
	return m, t.showMigration(ctx, m)
}

// takeMigrationBack withdraws the move of one account, which has not begun, and reverses the migration for all others.
func (t *tour) takeMigrationBack(ctx context.Context, m planmigration.Migration) error {
	migrations := t.center.Migrations
	page, err := migrations.Entries(ctx, t.scope, m.ID, job.EntryFilter{Status: job.EntryCompleted}, admin.Query{Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return err
	}
	one := planmigration.FollowUp{Accounts: []string{page.Items[0].AccountID}}
	withdrawn, err := migrations.Withdraw(ctx, t.scope, m.ID, one)
	if err != nil {
		return err
	}
	p, err := migrations.Run(ctx, t.scope, withdrawn.ID, nil)
	if err != nil {
		return err
	}
	t.say("Withdrawn for account %s until it begins: %s.", one.Accounts[0], p.Status)
	reversed, err := migrations.Reverse(ctx, t.scope, m.ID, planmigration.FollowUp{RequireConfirmation: true})
	if err != nil {
		return err
	}
	t.say("Reversed:")
	_, err = t.listAndRun(ctx, reversed.ID)
	return err
}

// preparePlans takes a plan from a draft to its second version, and puts the imported accounts on the first;
// the last account has rate cards of its own.
func (t *tour) preparePlans(ctx context.Context) error {
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	if err != nil {
		return err
	}
	plans := t.center.PricePlans
	p, err := plans.CreatePlan(ctx, t.scope, priceplan.NewPlan{
		Ref: priceplan.Ref{ID: "starter", Version: 1}, Name: "Starter",
		Currencies: []iso4217.Code{"USD"}, Cycle: monthly,
	})
	switch {
	case errors.Is(err, admin.ErrExists): // an earlier run got this far
	case err != nil:
		return err
	default:
		currencies := priceplan.PlanChanges{Currencies: []iso4217.Code{"USD", "EUR"}}
		if p, err = plans.UpdatePlan(ctx, t.scope, p.Ref, p.Version, currencies); err != nil {
			return err
		}
		if p, err = plans.ActivatePlan(ctx, t.scope, p.Ref, p.Version); err != nil {
			return err
		}
		t.say("%s is %s.", p.Ref, p.Status)
		name := "Starter 2026"
		if p, err = plans.CreateVersion(ctx, t.scope, p.Ref, priceplan.PlanChanges{Name: &name}); err != nil {
			return err
		}
		t.say("%s, a copy of it with another name, is a %s until it is activated.", p.Ref, p.Status)
		if _, err = plans.ActivatePlan(ctx, t.scope, p.Ref, p.Version); err != nil {
			return err
		}
	}
	page, err := t.center.Customers.Accounts(ctx, t.scope, customer.AccountFilter{}, admin.Query{Limit: 8})
	if err != nil {
		return err
	}
	from := time.Now().AddDate(0, -3, 0)
	for i, account := range page.Items {
		a := priceplan.Association{
			AccountID: account.ID, Plan: priceplan.Ref{ID: "starter", Version: 1}, From: from, Currency: "USD",
		}
		if i == len(page.Items)-1 {
			a.RateCards = "negotiated in March"
		}
		if _, err := plans.Associate(ctx, t.scope, a); err != nil && !errors.Is(err, priceplan.ErrOverlap) {
			return fmt.Errorf("account %s: %w", account.ID, err)
		}
	}
	if len(page.Items) == 0 {
		return nil
	}
	return t.changeTerms(ctx, page.Items[0].ID)
}

// changeTerms agrees on terms of its own with an account from next month on, and withdraws them.
func (t *tour) changeTerms(ctx context.Context, account string) error {
	plans := t.center.PricePlans
	timeline, err := plans.Timeline(ctx, t.scope, account, time.Now())
	if err != nil || len(timeline.Schedules) != 1 {
		return err
	}
	s, rates := timeline.Schedules[0], "ten percent off"
	agreed, err := plans.ChangeSchedule(ctx, t.scope, account, s.ID, s.Version, priceplan.ScheduleChanges{
		From: time.Now().AddDate(0, 1, 0), RateCards: &rates,
	})
	if err != nil {
		return err
	}
	t.say("Account %s gets %q from %s on.", account, rates, day(agreed.From))
	if err := plans.WithdrawSchedule(ctx, t.scope, account, agreed.ID, agreed.Version, priceplan.Withdrawal{
		Previous: priceplan.ExtendPrevious,
	}); err != nil {
		return err
	}
	removed, err := plans.Removed(ctx, t.scope, account)
	if err != nil {
		return err
	}
	t.say("Withdrawn: it keeps its terms, and %q is kept as removed.", removed[0].RateCards)
	return nil
}

func (t *tour) showMigration(ctx context.Context, m planmigration.Migration) error {
	t.say("%s to %s, %s: %s, %d moved, %d skipped, %d failed.", m.Source, m.Target, m.Mode, m.Job.Status,
		m.Job.Counts.Completed, m.Job.Counts.Skipped, m.Job.Counts.Failed)
	var rows [][]string
	for e, err := range t.center.Migrations.AllEntries(ctx, t.scope, m.ID, job.EntryFilter{}) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{e.AccountID, string(e.Status), day(e.At), string(e.Reason)})
	}
	t.table("ACCOUNT|STATUS|FROM|REASON", rows...)
	return nil
}
