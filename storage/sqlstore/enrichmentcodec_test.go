package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/enrich"
)

func TestDefinitionsAreStoredAsTheyWere(t *testing.T) {
	e := enrich.Enrichment{
		EventSchema: "trips",
		Dependencies: []enrich.Dependency{
			{Name: "per_km", Namespace: "USER", Setting: "meters_per_km"},
			{Name: "price", Namespace: "TOGAI", Setting: "price_rule", Optional: true},
		},
		Fields: []enrich.Field{
			{Name: "unit", Type: enrich.Dimension, Source: enrich.FromValue, Value: "km", Order: -1},
			{Name: "price", Type: enrich.Attribute, Source: enrich.FromDependency, Value: "price", Order: 7},
		},
	}
	raw, err := encodeDefinition(e)
	require.NoError(t, err)
	// Rows that were written before must stay readable: do not change this text, add a version.
	const stored = `{"v":1,"dependencies":[` +
		`{"name":"per_km","namespace":"USER","setting":"meters_per_km"},` +
		`{"name":"price","namespace":"TOGAI","setting":"price_rule","optional":true}],"fields":[` +
		`{"name":"unit","type":"DIMENSION","source":"VALUE","value":"km","order":-1},` +
		`{"name":"price","type":"ATTRIBUTE","source":"JSON_LOGIC_FROM_DEPENDENCY","value":"price","order":7}]}`
	require.Equal(t, stored, raw)
	again := enrich.Enrichment{EventSchema: "trips"}
	require.NoError(t, decodeDefinition(stored, &again))
	require.Equal(t, e, again)
}

func TestDefinitionsThatCannotBeRead(t *testing.T) {
	for reason, raw := range map[string]string{
		"no JSON": "{", "another version": `{"v":2}`, "no version": `{"fields":[]}`, "another type": `{"v":1,"fields":{}}`,
	} {
		err := decodeDefinition(raw, &enrich.Enrichment{EventSchema: "trips"})
		require.ErrorIs(t, err, admin.ErrInvalid, reason)
		require.ErrorContains(t, err, `"trips"`, reason)
	}
}
