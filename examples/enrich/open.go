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
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage/memory"
)

// config is what a host would have in its database.
type config struct {
	Settings   []settings.NewSetting `json:"settings"`
	Enrichment enrich.Enrichment     `json:"enrichment"`
}

// open makes an organization with the settings and the enrichment of a file.
func open(ctx context.Context, file []byte, o enrich.EnricherOptions) (*enrich.Enricher, error) {
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
	for _, n := range c.Settings {
		if _, err := center.Settings.Create(ctx, scope, n); err != nil {
			return nil, fmt.Errorf("setting %s: %w", n.Name, err)
		}
	}
	if _, err := center.Enrichments.Put(ctx, scope, c.Enrichment); err != nil {
		return nil, err
	}
	return center.Enrichments.Enricher(ctx, scope, c.Enrichment.EventSchema, o)
}
