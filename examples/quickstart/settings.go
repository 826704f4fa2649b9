package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/settings"
)

// settings keeps values on the organization, a customer and an account, resolves one of them, and
// evaluates a formula on an event.
func (t *tour) settings(ctx context.Context) error {
	t.tab("Settings")
	page, err := t.center.Customers.Accounts(ctx, t.scope, customer.AccountFilter{}, admin.Query{Limit: 1})
	if err != nil {
		return err
	}
	path := settings.Path{Account: "missing"}
	if len(page.Items) > 0 {
		path = settings.Path{Account: page.Items[0].ID, Customer: page.Items[0].CustomerID}
	}
	for _, s := range []struct {
		entity settings.Entity
		name   string
		kind   settings.Type
		value  string
	}{
		{settings.Entity{Kind: settings.Organization}, "minimum_charge", settings.TypeNumeric, "10.00"},
		{settings.Entity{Kind: settings.Customer, ID: path.Customer}, "minimum_charge", settings.TypeNumeric, "7.50"},
		{settings.Entity{Kind: settings.Organization}, "invoice_footer", settings.TypeString,
			"Thank you for metering with us."},
		{settings.Entity{Kind: settings.Organization}, "regions", settings.TypeJSON, `{"eu": ["DE", "FR"], "us": ["US"]}`},
		{settings.Entity{Kind: settings.Organization}, "data_price", settings.TypeLogic,
			`{"if": [{">": [{"var": "gigabytes"}, 100]}, {"*": [{"var": "gigabytes"}, 2]}, {"*": [{"var": "gigabytes"}, 3]}]}`},
	} {
		if s.entity.Kind == settings.Customer && s.entity.ID == "" {
			continue // nothing was imported
		}
		value, err := settings.ParseValue(s.kind, s.value)
		if err != nil {
			return err
		}
		_, err = t.center.Settings.Create(ctx, t.scope, settings.NewSetting{Entity: s.entity, Name: s.name, Value: value})
		if err != nil && !errors.Is(err, admin.ErrExists) {
			return err
		}
	}
	var rows [][]string
	for s, err := range t.center.Settings.All(ctx, t.scope, settings.Filter{}) {
		if err != nil {
			return err
		}
		rows = append(rows, []string{s.Entity.String(), s.Name, string(s.Value.Type()), admin.Clip(s.Value.Text())})
	}
	t.table("ON|NAME|TYPE|VALUE", rows...)

	found, err := t.center.Settings.Resolve(ctx, t.scope, path, settings.DefaultNamespace, "minimum_charge")
	if err != nil {
		return err
	}
	t.say("minimum_charge of account %s is %s, from its %s.", path.Account, found.Setting.Value.Text(), found.Level())
	for _, event := range []map[string]any{{"gigabytes": 40}, {"gigabytes": 250}} {
		result, err := t.center.Settings.Evaluate(ctx, t.scope, path, settings.DefaultNamespace, "data_price", event)
		if err != nil {
			return err
		}
		t.say("data_price of an event with %v gigabytes is %v.", event["gigabytes"], result.Value)
	}
	_, err = settings.ParseValue(settings.TypeNumeric, "1e3")
	t.say("A NUMERIC setting of 1e3: %v", err)
	if err == nil {
		return fmt.Errorf("1e3 was taken for a number")
	}
	return nil
}
