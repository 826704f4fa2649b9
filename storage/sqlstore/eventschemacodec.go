package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings/eventschema"
)

// storedSchema is how the attributes and dimensions of an event schema are stored. Its names are those of the stored
// rows and do not follow the JSON of package eventschema. A change of its shape gets the next version, and older rows
// are still read.
type storedSchema struct {
	Version     int               `json:"v"`
	Description string            `json:"description,omitempty"`
	Attributes  []storedAttribute `json:"attributes,omitempty"`
	Dimensions  []storedDimension `json:"dimensions,omitempty"`
}

const storedSchemaVersion = 1

type storedAttribute struct {
	Name        string           `json:"name"`
	Type        string           `json:"type"`
	Description string           `json:"description,omitempty"`
	Unit        string           `json:"unit,omitempty"`
	Required    bool             `json:"required,omitempty"`
	Minimum     *decimal.Decimal `json:"minimum,omitempty"`
	Maximum     *decimal.Decimal `json:"maximum,omitempty"`
	Places      int              `json:"places,omitempty"`
}

type storedDimension struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Description string   `json:"description,omitempty"`
	Required    bool     `json:"required,omitempty"`
	MaxLength   int      `json:"max_length,omitempty"`
	Values      []string `json:"values,omitempty"`
}

// encodeEventSchema writes the description, attributes and dimensions of s.
func encodeEventSchema(s eventschema.Schema) (string, error) {
	out := storedSchema{Version: storedSchemaVersion, Description: s.Description}
	for _, a := range s.Attributes {
		out.Attributes = append(out.Attributes, storedAttribute{
			a.Name, string(a.Type), a.Description, a.Unit, a.Required, a.Minimum, a.Maximum, a.Places,
		})
	}
	for _, d := range s.Dimensions {
		out.Dimensions = append(out.Dimensions, storedDimension{
			d.Name, string(d.Type), d.Description, d.Required, d.MaxLength, d.Values,
		})
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("event schema %q: %w", s.Name, err)
	}
	return string(raw), nil
}

// decodeEventSchema reads what encodeEventSchema wrote into s.
func decodeEventSchema(raw string, s *eventschema.Schema) error {
	var in storedSchema
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		return fmt.Errorf("event schema %q: %w: %w", s.Name, err, admin.ErrInvalid)
	}
	if in.Version != storedSchemaVersion {
		return fmt.Errorf("event schema %q is stored in version %d, and this library reads version %d: %w",
			s.Name, in.Version, storedSchemaVersion, admin.ErrInvalid)
	}
	s.Description, s.Attributes, s.Dimensions = in.Description, nil, nil
	for _, a := range in.Attributes {
		s.Attributes = append(s.Attributes, eventschema.Attribute{
			Name: a.Name, Type: eventschema.Type(a.Type), Description: a.Description, Unit: a.Unit, Required: a.Required,
			Minimum: a.Minimum, Maximum: a.Maximum, Places: a.Places,
		})
	}
	for _, d := range in.Dimensions {
		s.Dimensions = append(s.Dimensions, eventschema.Dimension{
			Name: d.Name, Type: eventschema.Type(d.Type), Description: d.Description, Required: d.Required,
			MaxLength: d.MaxLength, Values: d.Values,
		})
	}
	return nil
}
