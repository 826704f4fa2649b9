package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
)

// config is what a host would have in its database.
type config struct {
	EventSchema string `json:"eventSchema"`
	Settings    []struct {
		Entity   settings.EntityKind `json:"entityType"`
		EntityID string              `json:"entityId"`
		Name     string              `json:"name"`
		Type     settings.Type       `json:"dataType"`
		Value    string              `json:"value"`
	} `json:"settings"`
	Enrichments json.RawMessage `json:"enrichments"`
}

// open makes an organization with the settings and the enrichment of a file.
func open(ctx context.Context, file []byte, o settings.EnricherOptions) (*settings.Enricher, error) {
	var c config
	dec := json.NewDecoder(bytes.NewReader(file))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	center, err := admincenter.New(memory.New(), admincenter.Options{})
	if err != nil {
		return nil, err
	}
	scope := admin.System("acme")
	_, _, err = center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: scope.Org(), Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@example.com"},
	})
	if err != nil {
		return nil, err
	}
	for _, s := range c.Settings {
		value, err := settings.ParseValue(s.Type, s.Value)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", s.Name, err)
		}
		n := settings.NewSetting{Entity: settings.Entity{Kind: s.Entity, ID: s.EntityID}, Name: s.Name, Value: value}
		if _, err := center.Settings.Create(ctx, scope, n); err != nil {
			return nil, fmt.Errorf("setting %s: %w", s.Name, err)
		}
	}
	e := settings.Enrichment{EventSchema: c.EventSchema}
	if err := e.ParseDefinition(string(c.Enrichments)); err != nil {
		return nil, err
	}
	if _, err := center.Enrichments.Put(ctx, scope, e); err != nil {
		return nil, err
	}
	return center.Enrichments.Enricher(ctx, scope, c.EventSchema, o)
}
