package settings_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
)

func Example() {
	ctx := context.Background()
	service, scope := exampleService(ctx)

	// For everybody: 2 for each kilometer. For one account: nothing for the first 100.
	for entity, formula := range map[settings.Entity]string{
		{Kind: settings.Organization}:             `{"*": [{"var": "km"}, 2]}`,
		{Kind: settings.Account, ID: "acme-rail"}: `{"*": [{"max": [0, {"-": [{"var": "km"}, 100]}]}, 2]}`,
	} {
		rule, err := settings.Logic(json.RawMessage(formula))
		if err != nil {
			panic(err)
		}
		if _, err := service.Create(ctx, scope, settings.NewSetting{Entity: entity, Name: "distance_charge", Value: rule}); err != nil {
			panic(err)
		}
	}

	found, err := service.Resolve(ctx, scope, settings.Path{Account: "acme-rail"}, "USER", "distance_charge")
	if err != nil {
		panic(err)
	}
	fmt.Println(found.Level(), "hides", len(found.Hidden))

	event := map[string]any{"km": json.Number("130")}
	for _, account := range []string{"acme-rail", "acme-road"} {
		charge, err := service.Evaluate(ctx, scope, settings.Path{Account: account}, "USER", "distance_charge", event)
		if err != nil {
			panic(err)
		}
		fmt.Println(account, charge.Value)
	}

	// A slip in a rule is found when it is saved.
	slip, err := settings.Logic(json.RawMessage(`{"vat": "km"}`))
	if err != nil {
		panic(err)
	}
	_, err = service.Update(ctx, scope, found.Setting.ID, found.Setting.Version, slip)
	fmt.Println(err)

	// Output:
	// ACCOUNT hides 1
	// acme-rail 60
	// acme-road 260
	// invalid input: /value: operator "vat" at the top: there is no such operator
}

// exampleService is a Service over an organization in memory.
func exampleService(ctx context.Context) (*settings.Service, admin.Scope) {
	backend, scope, now := memory.New(), admin.System("acme"), time.Now()
	ann := people.User{ID: uuid.New(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, CreatedAt: now, UpdatedAt: now, Version: 1}
	rec := admin.Runtime{}.WithDefaults().Record(scope, "organization.create", admin.Subject{Kind: "organization", ID: "acme"})
	o := people.Organization{ID: "acme", Name: "Acme", CreatedAt: now, Version: 1}
	if err := backend.Organizations().Create(ctx, o, ann, people.Credential{UserID: ann.ID}, rec); err != nil {
		panic(err)
	}
	service, err := settings.NewService(settings.Ports{Settings: backend.Settings()}, settings.Options{})
	if err != nil {
		panic(err)
	}
	return service, scope
}
