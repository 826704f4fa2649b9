package eventschema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Limits of a schema. Togai allows 100 schemas in an organization on trial and publishes no other.
const (
	MaxSchemas     = 1_000   // schemas in an organization
	MaxAttributes  = 200     // attributes of one schema
	MaxDimensions  = 200     // dimensions of one schema
	MaxName        = 100     // characters of the name of an attribute or dimension
	MaxDescription = 255     // characters of a description, as in Togai
	MaxUnit        = 50      // characters of a unit
	MaxValues      = 200     // texts that a dimension may be limited to
	MaxText        = 4096    // characters of a dimension
	MaxPlaces      = 512     // digits after the point of an attribute
	MaxSize        = 1 << 20 // bytes of a schema in JSON
)

// Type is how an attribute or dimension is read.
type Type string

// The types. An attribute is a number, and a dimension a text, also if its type is that of a number.
const (
	String   Type = "STRING"    // any text
	Numeric  Type = "NUMERIC"   // digits with at most one point, perhaps a minus before them
	Integer  Type = "INTEGER"   // a NUMERIC without digits after the point
	Boolean  Type = "BOOLEAN"   // true or false
	DateTime Type = "DATE_TIME" // 2024-05-28 or 2024-05-28T16:00:00Z, with an offset, of the years 1000 to 8999
)

// AttributeTypes lists the types of attributes. The caller may change the slice.
func AttributeTypes() []Type { return []Type{Numeric, Integer} }

// DimensionTypes lists the types of dimensions. The caller may change the slice.
func DimensionTypes() []Type { return []Type{String, Numeric, Integer, Boolean, DateTime} }

// Attribute is a number that events have.
type Attribute struct {
	Name        string `json:"name"` // 1 to MaxName of A-Z a-z 0-9 _ -
	Type        Type   `json:"type"` // empty means Numeric
	Description string `json:"description,omitempty"`
	Unit        string `json:"unit,omitempty"`     // what it is in, for people
	Required    bool   `json:"required,omitempty"` // each event has it
	// Minimum and Maximum are the least and the greatest number, included; nil is no limit.
	Minimum *decimal.Decimal `json:"-"`
	Maximum *decimal.Decimal `json:"-"`
	// Places is the maximum number of digits after the point, zeros at the end not counted; 0 is MaxPlaces, and the type
	// Integer has none.
	Places int `json:"places,omitempty"`
}

// Dimension is a text that events have.
type Dimension struct {
	Name        string `json:"name"` // 1 to MaxName of A-Z a-z 0-9 _ -
	Type        Type   `json:"type"` // empty means String
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"` // each event has it
	// MaxLength is the maximum number of characters; 0 is MaxText.
	MaxLength int `json:"maxLength,omitempty"`
	// Values, if there are any, are the only texts that it may be. They are for the type String.
	Values []string `json:"values,omitempty"`
}

// Schema is what the events of a kind have. They have no other attributes and dimensions.
type Schema struct {
	Name        string      `json:"name"` // the host's id, 1 to admin.MaxID characters, compared byte by byte
	Description string      `json:"description,omitempty"`
	Attributes  []Attribute `json:"attributes,omitempty"`
	Dimensions  []Dimension `json:"dimensions,omitempty"`
	CreatedAt   time.Time   `json:"createdAt,omitzero"`
	CreatedBy   admin.Actor `json:"createdBy,omitzero"`
	UpdatedAt   time.Time   `json:"updatedAt,omitzero"`
	UpdatedBy   admin.Actor `json:"updatedBy,omitzero"`
	// Version is 1 when a schema is created and grows by one with every change. A schema that is created under the name
	// of one that was deleted goes on with its numbers.
	Version int64 `json:"version,omitempty"`
}

// Version is a schema as one change left it. It never changes.
type Version struct {
	// Schema is the whole schema at the time. UpdatedAt and UpdatedBy are the time and the author of the change.
	Schema Schema `json:"schema"`
	// Deleted reports that the change was the deletion; Schema is then what was deleted.
	Deleted bool `json:"deleted,omitempty"`
}

// Clone returns a copy that shares nothing with s.
func (s Schema) Clone() Schema {
	s.Attributes, s.Dimensions = slices.Clone(s.Attributes), slices.Clone(s.Dimensions)
	for i := range s.Attributes {
		a := &s.Attributes[i]
		a.Minimum, a.Maximum = clone(a.Minimum), clone(a.Maximum)
	}
	for i := range s.Dimensions {
		s.Dimensions[i].Values = slices.Clone(s.Dimensions[i].Values)
	}
	return s
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// complete fills in the types and drops zeros at the end of limits.
func (s Schema) complete() Schema {
	s = s.Clone()
	for i := range s.Attributes {
		if s.Attributes[i].Type == "" {
			s.Attributes[i].Type = Numeric
		}
		for _, limit := range []*decimal.Decimal{s.Attributes[i].Minimum, s.Attributes[i].Maximum} {
			if limit != nil && admin.CheckDecimal(*limit) == nil {
				*limit = reduced(*limit)
			}
		}
	}
	for i := range s.Dimensions {
		if s.Dimensions[i].Type == "" {
			s.Dimensions[i].Type = String
		}
	}
	return s
}

// check adds what is wrong with a completed schema.
func (s Schema) check(p *admin.Problems) {
	p.ID("/name", s.Name)
	p.Text("/description", s.Description, 0, MaxDescription)
	if n := len(s.Attributes); n > MaxAttributes {
		p.Add("/attributes", admin.CodeTooLong, "%d attributes: give at most %d", n, MaxAttributes)
		return
	}
	if n := len(s.Dimensions); n > MaxDimensions {
		p.Add("/dimensions", admin.CodeTooLong, "%d dimensions: give at most %d", n, MaxDimensions)
		return
	}
	seen := map[string]bool{}
	for i, a := range s.Attributes {
		a.check(p, fmt.Sprintf("/attributes/%d", i), seen)
	}
	clear(seen)
	for i, d := range s.Dimensions {
		d.check(p, fmt.Sprintf("/dimensions/%d", i), seen)
	}
	if raw, err := json.Marshal(s); err == nil && len(raw) > MaxSize {
		p.Add("", admin.CodeTooLong, "the event schema has %d bytes in JSON: give at most %d", len(raw), MaxSize)
	}
}

func (a Attribute) check(p *admin.Problems, at string, seen map[string]bool) {
	checkName(p, at+"/name", a.Name, seen)
	checkType(p, at+"/type", a.Type, AttributeTypes())
	p.Text(at+"/description", a.Description, 0, MaxDescription)
	p.Text(at+"/unit", a.Unit, 0, MaxUnit)
	for _, limit := range []struct {
		path string
		d    *decimal.Decimal
	}{{at + "/minimum", a.Minimum}, {at + "/maximum", a.Maximum}} {
		if limit.d == nil {
			continue
		}
		if err := admin.CheckDecimal(*limit.d); err != nil {
			p.AddError(limit.path, admin.CodeRange, err)
			return
		}
	}
	if a.Minimum != nil && a.Maximum != nil && a.Minimum.GreaterThan(*a.Maximum) {
		p.Add(at+"/maximum", admin.CodeRange, "%s is less than the minimum %s", a.Maximum, a.Minimum)
	}
	if a.Places < 0 || a.Places > MaxPlaces {
		p.Add(at+"/places", admin.CodeRange, "%d is not from 1 to %d: give a maximum, or 0 for %d",
			a.Places, MaxPlaces, MaxPlaces)
	}
}

func (d Dimension) check(p *admin.Problems, at string, seen map[string]bool) {
	checkName(p, at+"/name", d.Name, seen)
	checkType(p, at+"/type", d.Type, DimensionTypes())
	p.Text(at+"/description", d.Description, 0, MaxDescription)
	if d.MaxLength < 0 || d.MaxLength > MaxText {
		p.Add(at+"/maxLength", admin.CodeRange, "%d is not from 1 to %d: give a maximum, or 0 for %d",
			d.MaxLength, MaxText, MaxText)
	}
	switch {
	case len(d.Values) > MaxValues:
		p.Add(at+"/values", admin.CodeTooLong, "%d values: give at most %d", len(d.Values), MaxValues)
		return
	case len(d.Values) > 0 && d.Type != String:
		p.Add(at+"/values", admin.CodeFormat, "values are for the type %s: leave them out", String)
	}
	values := map[string]bool{}
	for i, v := range d.Values {
		path := fmt.Sprintf("%s/values/%d", at, i)
		checkText(p, path, v, d.MaxLength)
		if values[v] {
			p.Add(path, admin.CodeDuplicate, "%q is there before", admin.Clip(v))
		}
		values[v] = true
	}
}

func checkName(p *admin.Problems, at, name string, seen map[string]bool) {
	const allowed = "A-Z a-z 0-9 _ -"
	switch {
	case name == "":
		p.Add(at, admin.CodeRequired, "is required: give 1 to %d of %s", MaxName, allowed)
	case len(name) > MaxName:
		p.Add(at, admin.CodeTooLong, "%q is too long: give at most %d characters", admin.Clip(name), MaxName)
	case slices.ContainsFunc([]byte(name), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-'
	}):
		p.Add(at, admin.CodeFormat, "%q has a character that is not allowed: use %s", admin.Clip(name), allowed)
	case seen[name]:
		p.Add(at, admin.CodeDuplicate, "%q is there before", name)
	}
	seen[name] = true
}

func checkType(p *admin.Problems, at string, t Type, all []Type) {
	if !slices.Contains(all, t) {
		p.Add(at, admin.CodeUnknown, "%q is not a type: use one of %s", admin.Clip(string(t)), text.Join(all))
	}
}

// changed counts the attributes and dimensions that differ between two schemas.
func (s Schema) changed(from Schema) (n int) {
	parts := func(s Schema) map[string]string {
		out := map[string]string{}
		for _, a := range s.Attributes {
			out["attribute "+a.Name] = fmt.Sprintf("%+v",
				[...]any{a.Type, a.Required, a.Unit, a.Description, a.Minimum, a.Maximum, a.Places})
		}
		for _, d := range s.Dimensions {
			out["dimension "+d.Name] = fmt.Sprintf("%+v", d)
		}
		return out
	}
	old, now := parts(from), parts(s)
	all := maps.Clone(old)
	maps.Copy(all, now)
	for name := range all {
		if old[name] != now[name] {
			n++
		}
	}
	return n
}
