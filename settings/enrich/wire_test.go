package enrich_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

func TestJSONOfRecords(t *testing.T) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	actor, err := json.Marshal(actorOf(admin.ActorUser))
	require.NoError(t, err)
	def := enrich.Enrichment{
		EventSchema:  "trips",
		Dependencies: []enrich.Dependency{{Name: "per_km", Namespace: "USER", Setting: "meters_per_km", Optional: true}},
		Fields: []enrich.Field{
			{Name: "unit", Type: enrich.Dimension, Source: enrich.FromValue, Value: "km", Order: 1},
			{Name: "km", Type: enrich.Attribute, Source: enrich.FromLogic, Value: "1", Order: 2},
		},
	}
	kept := def
	kept.CreatedAt, kept.CreatedBy, kept.UpdatedAt, kept.UpdatedBy, kept.Version = at, actorOf(admin.ActorUser), at, actorOf(admin.ActorUser), 3
	const definition = `{"eventSchema":"trips",` +
		`"dependencies":[{"name":"per_km","namespace":"USER","setting":"meters_per_km","optional":true}],"fields":[` +
		`{"name":"unit","type":"DIMENSION","enrichmentType":"VALUE","value":"km","order":1},` +
		`{"name":"km","type":"ATTRIBUTE","enrichmentType":"JSON_LOGIC","value":"1","order":2}]`
	perKM, err := settings.ParseValue(settings.TypeNumeric, "1000")
	require.NoError(t, err)
	for reason, tc := range map[string]struct {
		record any
		want   string
	}{
		"an enrichment that is put": {def, definition + `}`},
		"one that is kept": {kept, definition + `,"createdAt":"2026-03-01T10:00:00Z","createdBy":` + string(actor) +
			`,"updatedAt":"2026-03-01T10:00:00Z","updatedBy":` + string(actor) + `,"version":3}`},
		"an event": {
			enrich.Event{
				Account: "eu", Customer: "acme", Attributes: enrich.Attributes{"n": "1.10"}, Dimensions: map[string]string{"d": "x"},
			},
			`{"accountId":"eu","customerId":"acme","attributes":{"n":"1.10"},"dimensions":{"d":"x"}}`,
		},
		"an event with nothing": {enrich.Event{}, `{}`},
		"what it becomes": {
			enrich.Enriched{
				Attributes: enrich.Attributes{"km": "2.5"}, Dimensions: map[string]string{"d": "x"}, Version: 3,
				Dependencies: []enrich.Used{{
					Name: "per_km", Namespace: "USER", Setting: "meters_per_km", Level: settings.Organization,
					ID: uuid.MustParse("01900000-0000-7000-8000-000000000001"), Version: 1, Value: perKM,
				}},
				LeftOut: []*enrich.FieldError{{EventSchema: "trips", Field: "f", Type: enrich.Attribute, Err: admin.ErrNotFound}},
			},
			`{"attributes":{"km":"2.5"},"dimensions":{"d":"x"},"dependencies":[{"name":"per_km","namespace":"USER",` +
				`"setting":"meters_per_km","level":"ORGANIZATION","id":"01900000-0000-7000-8000-000000000001","version":1,` +
				`"value":{"dataType":"NUMERIC","value":"1000"}}],"enrichmentVersion":3,` +
				`"leftOut":[{"eventSchema":"trips","name":"f","type":"ATTRIBUTE","message":"not found"}]}`,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			raw, err := json.Marshal(tc.record)
			require.NoError(t, err)
			require.Equal(t, tc.want, string(raw))
		})
	}

	var again enrich.Enrichment
	require.NoError(t, json.Unmarshal([]byte(definition+`}`), &again))
	require.Equal(t, def, again)
	var event enrich.Event
	require.NoError(t, json.Unmarshal([]byte(`{"attributes":{"n":1.10,"t":"2.20"}}`), &event))
	require.Equal(t, enrich.Attributes{"n": "1.10", "t": "2.20"}, event.Attributes, "numbers are read as well")
}

// A host's own event may embed those of this package.
func TestEventsCanBeEmbedded(t *testing.T) {
	raw, err := json.Marshal(struct {
		ID string `json:"id"`
		enrich.Event
	}{"e1", enrich.Event{Attributes: enrich.Attributes{"n": "1"}}})
	require.NoError(t, err)
	require.Equal(t, `{"id":"e1","attributes":{"n":"1"}}`, string(raw))
}

func actorOf(kind admin.ActorKind) admin.Actor { return admin.Actor{Kind: kind, ID: "ann"} }
