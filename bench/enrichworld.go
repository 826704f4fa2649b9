package main

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage/memory"
)

// The events are those of many accounts, mixed: the order in which a Stream remembers the least.
const (
	enrichEvents      = 256
	enrichAccounts    = 64
	accountsACustomer = 8
)

// The rules of the enrichment.
const (
	kmRule     = `{"/": [{"var": "attribute.distance"}, {"var": "dependencies.per_km"}]}`
	chargeRule = `{"*": [{"var": "attribute.price"}, {"-": [1, {"var": "dependencies.discount"}]}]}`
	sizeRule   = `{"if": [{">": [{"var": "attribute.km"}, 100]}, "long",
		{">=": [{"var": "attribute.km"}, 10]}, "medium", "short"]}`

	// The price is a setting: the organization's, or the account's own.
	priceRule = `{"+": [{"var": "attribute.flag_fall"},
		{"*": [{"var": "attribute.km"}, {"if": [{"==": [{"var": "dimension.class"}, "van"]}, 1.85, 1.2]}]}]}`
	specialRule = `{"max": [5, {"*": [{"var": "attribute.km"}, 1.1]}]}`
)

// enrichDependencies are the settings that the rules read, by the same name.
var enrichDependencies = [...]string{"per_km", "discount", "price"}

func accountID(n int) string { return fmt.Sprintf("account-%d", n) }

func customerID(account int) string { return fmt.Sprintf("customer-%d", account/accountsACustomer) }

// usage is event i.
func usage(i int) (e struct {
	account, class string
	distance       int // in meters
}) {
	e.account, e.class, e.distance = accountID(i*7%enrichAccounts), "car", 500+i*613
	if i%3 == 0 {
		e.class = "van"
	}
	return e
}

// enrichCenter has settings on all levels and an enrichment with a field of every type.
func enrichCenter(ctx context.Context) (*admincenter.Center, *enrich.Enricher, error) {
	customers := map[string]string{}
	for i := range enrichAccounts {
		customers[accountID(i)] = customerID(i)
	}
	var o admincenter.Options
	o.Settings.CustomerOf = func(_ context.Context, _ admin.OrgID, account string) (string, error) {
		return customers[account], nil
	}
	c, err := center(ctx, memory.New(), o)
	if err != nil {
		return nil, nil, err
	}
	if err := enrichSettings(ctx, c); err != nil {
		return nil, nil, err
	}
	e := enrich.Enrichment{EventSchema: "trips", Fields: []enrich.Field{
		{Order: 1, Name: "flag_fall", Type: enrich.Attribute, Source: enrich.FromValue, Value: "2.5"},
		{Order: 2, Name: "km", Type: enrich.Attribute, Source: enrich.FromLogic, Value: kmRule},
		{Order: 3, Name: "price", Type: enrich.Attribute, Source: enrich.FromDependency, Value: "price"},
		{Order: 4, Name: "charge", Type: enrich.Attribute, Source: enrich.FromLogic, Value: chargeRule},
		{Order: 5, Name: "size", Type: enrich.Dimension, Source: enrich.FromLogic, Value: sizeRule},
	}}
	for _, name := range enrichDependencies {
		e.Dependencies = append(e.Dependencies, enrich.Dependency{Name: name, Setting: name})
	}
	if _, err := c.Enrichments.Put(ctx, admin.System(org), e); err != nil {
		return nil, nil, err
	}
	enricher, err := c.Enrichments.Enricher(ctx, admin.System(org), e.EventSchema, enrich.EnricherOptions{})
	return c, enricher, err
}

// enrichSettings are the organization's, every second customer's discount and every fourth account's
// price.
func enrichSettings(ctx context.Context, c *admincenter.Center) error {
	create := func(e settings.Entity, name string, t settings.Type, text string) error {
		value, err := settings.ParseValue(t, text)
		if err == nil {
			_, err = c.Settings.Create(ctx, admin.System(org), settings.NewSetting{Entity: e, Name: name, Value: value})
		}
		return err
	}
	everyone := settings.Entity{Kind: settings.Organization}
	if err := create(everyone, "per_km", settings.TypeNumeric, "1000"); err != nil {
		return err
	}
	if err := create(everyone, "discount", settings.TypeNumeric, "0"); err != nil {
		return err
	}
	if err := create(everyone, "price", settings.TypeLogic, priceRule); err != nil {
		return err
	}
	for i := 0; i < enrichAccounts; i += 4 {
		account := settings.Entity{Kind: settings.Account, ID: accountID(i)}
		if err := create(account, "price", settings.TypeLogic, specialRule); err != nil {
			return err
		}
	}
	for i := 0; i < enrichAccounts; i += 2 * accountsACustomer {
		customer := settings.Entity{Kind: settings.Customer, ID: customerID(i)}
		if err := create(customer, "discount", settings.TypeNumeric, "0.05"); err != nil {
			return err
		}
	}
	return nil
}
