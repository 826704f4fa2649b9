package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
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
	t.say("Created: %s.", m.Job.Status)
	if m, err = t.center.Migrations.Confirm(ctx, t.scope, m.ID); err != nil {
		return err
	}
	t.say("Confirmed: %s.", m.Job.Status)
	if _, err := t.center.Migrations.Run(ctx, t.scope, m.ID, nil); err != nil {
		return err
	}
	if m, err = t.center.Migrations.Get(ctx, t.scope, m.ID); err != nil {
		return err
	}
	return t.showMigration(ctx, m)
}

// preparePlans makes two versions of a plan and puts the imported accounts on the first; the last
// account has rate cards of its own.
func (t *tour) preparePlans(ctx context.Context) error {
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	if err != nil {
		return err
	}
	for version := 1; version <= 2; version++ {
		_, err := t.center.PricePlans.AddPlan(ctx, t.scope, priceplan.Plan{
			Ref: priceplan.Ref{ID: "starter", Version: version}, Name: "Starter " + strconv.Itoa(version),
			Status: priceplan.Active, Currencies: []string{"USD", "EUR"}, Cycle: monthly,
		})
		if err != nil && !errors.Is(err, admin.ErrExists) {
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
		if _, err := t.center.PricePlans.Associate(ctx, t.scope, a); err != nil && !errors.Is(err, priceplan.ErrOverlap) {
			return fmt.Errorf("account %s: %w", account.ID, err)
		}
	}
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
