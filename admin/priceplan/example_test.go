package priceplan_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

func ExampleCycle_Next() {
	cycle, err := priceplan.NewCycle(priceplan.Quarterly, priceplan.Last, 2)
	if err != nil {
		log.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2027, 12, 1, 9, 0, 0, 0, berlin)
	for range 3 {
		at = cycle.Next(at, berlin)
		fmt.Println(at)
	}
	// Output:
	// 2028-02-29 00:00:00 +0100 CET
	// 2028-05-31 00:00:00 +0200 CEST
	// 2028-08-31 00:00:00 +0200 CEST
}

func Example() {
	ctx, scope := context.Background(), admin.System("acme")
	backend := memory.New()
	now := func() time.Time { return time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC) }
	if err := organization(ctx, backend); err != nil {
		log.Fatal(err)
	}
	plans, err := priceplan.NewService(
		priceplan.Ports{Plans: backend.Plans(), Schedules: backend.Schedules()},
		priceplan.Options{Runtime: admin.Runtime{Now: now}},
	)
	if err != nil {
		log.Fatal(err)
	}
	monthly, err := priceplan.NewCycle(priceplan.Monthly, 1, priceplan.Nil)
	if err != nil {
		log.Fatal(err)
	}

	// A plan begins as a draft and takes accounts once it is active.
	plan, err := plans.CreatePlan(ctx, scope, priceplan.NewPlan{
		Ref: priceplan.Ref{ID: "basic", Version: 1}, Name: "Basic", Currencies: []iso4217.Code{"EUR"}, Cycle: monthly,
	})
	if err != nil {
		log.Fatal(err)
	}
	if plan, err = plans.ActivatePlan(ctx, scope, plan.Ref, plan.Version); err != nil {
		log.Fatal(err)
	}
	s, err := plans.Associate(ctx, scope, priceplan.Association{
		AccountID: "ann", Plan: plan.Ref, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Currency: "EUR",
	})
	if err != nil {
		log.Fatal(err)
	}

	// Terms that are agreed from April on are a schedule of their own, which takes over from the first.
	rates := "ten percent off"
	if _, err := plans.ChangeSchedule(ctx, scope, "ann", s.ID, s.Version, priceplan.ScheduleChanges{
		From: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), RateCards: &rates,
	}); err != nil {
		log.Fatal(err)
	}

	// The account leaves today: what would begin in April goes too, because the caller says so.
	if _, err = plans.EndSchedule(ctx, scope, "ann", s.ID, s.Version+1, priceplan.ScheduleEnd{Until: now()}); err != nil {
		fmt.Println(admin.Code(err))
	}
	if _, err = plans.EndSchedule(ctx, scope, "ann", s.ID, s.Version+1, priceplan.ScheduleEnd{
		Until: now(), Later: priceplan.WithdrawLater,
	}); err != nil {
		log.Fatal(err)
	}
	timeline, err := plans.Timeline(ctx, scope, "ann", time.Time{})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range timeline.Schedules {
		fmt.Println(s.Plan, s.From.Format(time.DateOnly), s.Until.Format(time.DateOnly))
	}
	removed, err := plans.Removed(ctx, scope, "ann")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("withdrawn:", removed[0].Plan, removed[0].From.Format(time.DateOnly), removed[0].RateCards)
	// Output:
	// later_schedules
	// basic v1 2026-01-01 2026-03-10
	// withdrawn: basic v1 2026-04-01 ten percent off
}

func organization(ctx context.Context, b storage.Backend) error {
	ann := people.User{
		ID: uuid.Must(uuid.NewV7()), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1,
	}
	rec := admin.Runtime{}.WithDefaults().Record(
		admin.System("acme"), "organization.create", admin.Subject{Kind: "organization"},
	)
	return b.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme", Version: 1}, ann,
		people.Credential{UserID: ann.ID}, rec)
}
