package planmigration_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx, scope := context.Background(), admin.System("acme")
	backend := memory.New()
	runtime := admin.Runtime{Now: func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }}
	if err := organization(ctx, backend, runtime); err != nil {
		log.Fatal(err)
	}

	// A host with plans and schedules of its own implements priceplan.Plans and planmigration.Schedules;
	// this one keeps them here.
	catalog, err := priceplan.NewService(
		priceplan.Ports{Plans: backend.Plans(), Schedules: backend.Schedules()}, priceplan.Options{Runtime: runtime},
	)
	if err != nil {
		log.Fatal(err)
	}
	monthly, err := priceplan.NewCycle(priceplan.Monthly, 15, priceplan.Nil)
	if err != nil {
		log.Fatal(err)
	}
	for version := range 2 {
		if _, err := catalog.CreatePlan(ctx, scope, priceplan.NewPlan{
			Ref: priceplan.Ref{ID: "basic", Version: version + 1}, Name: "Basic",
			Status: priceplan.Active, Currencies: []iso4217.Code{"EUR"}, Cycle: monthly,
		}); err != nil {
			log.Fatal(err)
		}
	}
	for account, rates := range map[string]string{"ann": "", "bob": "negotiated-7"} {
		if _, err := catalog.Associate(ctx, scope, priceplan.Association{
			AccountID: account, Plan: priceplan.Ref{ID: "basic", Version: 1}, Currency: "EUR",
			From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), RateCards: rates,
		}); err != nil {
			log.Fatal(err)
		}
	}

	p := ports(backend)
	p.Atomically = func(ctx context.Context, fn func(planmigration.Ports) error) error {
		return backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	migrations, err := planmigration.NewService(p, planmigration.Options{Runtime: runtime})
	if err != nil {
		log.Fatal(err)
	}

	request := planmigration.Request{
		Source:              priceplan.Ref{ID: "basic", Version: 1},
		Mode:                planmigration.NextCycleIgnoreOverride,
		RequireConfirmation: true,
	}
	preview, err := migrations.Preview(ctx, scope, request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("to %s: %d of %d accounts\n", preview.Target.Ref, preview.Counts.Completed, preview.Counts.Total)

	m, err := migrations.Create(ctx, scope, request)
	if err != nil {
		log.Fatal(err)
	}
	progress, err := migrations.Run(ctx, scope, m.ID, nil) // lists the accounts
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(progress.Status)
	if m, err = migrations.Get(ctx, scope, m.ID); err != nil { // its entries are what is confirmed
		log.Fatal(err)
	}
	if _, err := migrations.Confirm(ctx, scope, m.ID, m.Job.Version); err != nil {
		log.Fatal(err)
	}
	progress, err = migrations.Run(ctx, scope, m.ID, nil) // moves them
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(progress.Status)
	page, err := migrations.Entries(ctx, scope, m.ID, job.EntryFilter{}, admin.Query{})
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range page.Items {
		if e.Reason != "" {
			fmt.Println(e.AccountID, e.Status, e.Reason)
			continue
		}
		fmt.Println(e.AccountID, e.Status, "from", e.At.Format(time.DateOnly))
	}
	// Output:
	// to basic v2: 1 of 2 accounts
	// WAITING_FOR_CONFIRMATION
	// COMPLETED
	// ann COMPLETED from 2026-03-15
	// bob SKIPPED has_overrides
}

// ports is how a host wires the ports from one storage.
func ports(s storage.Stores) planmigration.Ports {
	return planmigration.Ports{
		Migrations: s.PlanMigrations(), Jobs: s.Jobs(), Plans: s.Plans(), Schedules: s.Schedules(),
	}
}

func organization(ctx context.Context, b storage.Backend, runtime admin.Runtime) error {
	runtime = runtime.WithDefaults()
	acme := people.Organization{ID: "acme", Name: "Acme", CreatedAt: runtime.Instant(), Version: 1}
	ann := people.User{
		ID: uuid.Must(uuid.NewV7()), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1,
	}
	rec := runtime.Record(admin.System("acme"), "organization.create", admin.Subject{Kind: "organization"})
	return b.Organizations().Create(ctx, acme, ann, people.Credential{UserID: ann.ID}, rec)
}
