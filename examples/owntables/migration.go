package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// plans creates a plan with two active versions.
func (h host) plans(ctx context.Context) error {
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	if err != nil {
		return err
	}
	for version := range 2 {
		_, err := h.center.PricePlans.CreatePlan(ctx, h.scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "metered", Version: version + 1}, Name: "Metered", Status: priceplan.Active,
			Currencies: []iso4217.Code{"EUR"}, Cycle: monthly,
		})
		if err != nil && !errors.Is(err, admin.ErrExists) {
			return err
		}
	}
	return nil
}

// associations puts each account that has no plan yet on the first version.
func (h host) associations(ctx context.Context) error {
	from := time.Now().AddDate(0, -3, 0)
	for a, err := range h.center.Customers.AllAccounts(ctx, h.scope, customer.AccountFilter{}) {
		if err != nil {
			return err
		}
		_, err = h.center.PricePlans.Associate(ctx, h.scope, priceplan.Association{
			AccountID: a.ID, Plan: priceplan.Ref{ID: "metered", Version: 1}, From: from, Currency: "EUR",
		})
		if err != nil && !errors.Is(err, priceplan.ErrOverlap) {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
	}
	return nil
}

// migration moves the accounts to the second version from their next pricing cycle on, unless an earlier run
// has done so.
func (h host) migration(ctx context.Context) error {
	migrations := h.center.Migrations
	past, err := migrations.List(ctx, h.scope, planmigration.Filter{}, admin.Query{Limit: 1})
	if err != nil {
		return err
	}
	if len(past.Items) == 0 {
		m, err := migrations.Create(ctx, h.scope, planmigration.Request{
			Source: priceplan.Ref{ID: "metered", Version: 1}, Mode: planmigration.NextCycleIgnoreOverride,
		})
		if err != nil {
			return err
		}
		past.Items = append(past.Items, m)
	}
	m := past.Items[0]
	if !m.Job.Status.Final() { // an earlier run may have been interrupted
		if _, err := migrations.Run(ctx, h.scope, m.ID, nil); err != nil {
			return err
		}
	}
	if m, err = migrations.Get(ctx, h.scope, m.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintf(h.out, "%s to %s: %s, %d moved, %d failed\n",
		m.Source, m.Target, m.Job.Status, m.Job.Counts.Completed, m.Job.Counts.Failed)
	return err
}
