package enrich_test

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx := context.Background()
	service, enrichments, scope := exampleServices(ctx)
	perKM, err := settings.ParseValue(settings.TypeNumeric, "1000")
	if err != nil {
		panic(err)
	}
	_, err = service.Create(ctx, scope, settings.NewSetting{Entity: settings.Entity{Kind: settings.Organization}, Name: "meters_per_km", Value: perKM})
	if err != nil {
		panic(err)
	}

	enricher, err := enrichments.NewEnricher(ctx, scope, enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{{Name: "per_km", Setting: "meters_per_km"}},
		Fields: []enrich.Field{
			{Name: "km", Type: enrich.Attribute, Source: enrich.FromLogic, Order: 1, Value: `{"/": [{"var": "attribute.distance"}, {"var": "dependencies.per_km"}]}`},
			{Name: "size", Type: enrich.Dimension, Source: enrich.FromLogic, Order: 2, Value: `{"if": [{">": [{"var": "attribute.km"}, 100]}, "long", "short"]}`},
		},
	}, enrich.EnricherOptions{})
	if err != nil {
		panic(err)
	}
	got, err := enricher.Enrich(ctx, enrich.Event{Account: "acme-rail", Attributes: enrich.Attributes{"distance": "250500"}})
	if err != nil {
		panic(err)
	}
	fmt.Println(got.Attributes["km"], got.Dimensions["size"])
	for _, used := range got.Dependencies {
		fmt.Println(used.Name, used.Value.Text(), "from", used.Level, "version", used.Version)
	}

	// Output:
	// 250.5 long
	// per_km 1000 from ORGANIZATION version 1
}

// exampleServices are services over an organization in memory.
func exampleServices(ctx context.Context) (*settings.Service, *enrich.Service, admin.Scope) {
	backend, scope, now := memory.New(), admin.System("acme"), time.Now()
	ann := people.User{
		ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	rec := admin.Runtime{}.WithDefaults().Record(scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})
	o := people.Organization{ID: "acme", Name: "Acme", CreatedAt: now, Version: 1}
	if err := backend.Organizations().Create(ctx, o, ann, people.Credential{UserID: ann.ID}, rec); err != nil {
		panic(err)
	}
	service, err := settings.NewService(settings.Ports{Settings: backend.Settings()}, settings.Options{})
	if err != nil {
		panic(err)
	}
	enrichments, err := enrich.NewService(
		enrich.Ports{Settings: service, Enrichments: backend.Enrichments()}, enrich.Options{})
	if err != nil {
		panic(err)
	}
	return service, enrichments, scope
}
