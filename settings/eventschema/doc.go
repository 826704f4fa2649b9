// Package eventschema keeps what the usage events of a kind have: typed attributes, by which usage is metered, and
// dimensions, by which it is grouped.
//
//	saved, err := service.Put(ctx, scope, eventschema.Schema{
//		Name:       "trips",
//		Attributes: []eventschema.Attribute{{Name: "distance", Required: true}},
//		Dimensions: []eventschema.Dimension{{Name: "city", Required: true}, {Name: "start", Type: eventschema.DateTime}},
//	})
//
// What relies on a schema is checked when it is saved: package settings/enrich refuses a rule that reads
// attribute.distnace, or that adds a city to a number. A change that what relies on the schema could not work with is
// [ErrInUse], and so is the deletion of a schema that has an enrichment.
//
// [Schema.CheckEvent] reports what of an event breaks its schema. Every version of a schema is kept with its author and
// time: [Service.History]. All limits are in docs/settings.md.
package eventschema
