package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

// definition is how the dependencies and fields of an enrichment are stored. Its names are those of the stored rows
// and do not follow the JSON of package enrich. A change of its shape gets the next version, and older rows are still
// read.
type definition struct {
	Version      int                `json:"v"`
	Dependencies []storedDependency `json:"dependencies,omitempty"`
	Fields       []storedField      `json:"fields,omitempty"`
	Cases        []storedCase       `json:"cases,omitempty"`
}

const definitionVersion = 1

type storedDependency struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Setting   string `json:"setting"`
	Optional  bool   `json:"optional,omitempty"`
	Type      string `json:"type,omitempty"`
}

type storedField struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Source  string `json:"source"`
	Value   string `json:"value"`
	Order   int    `json:"order"`
	Missing string `json:"missing,omitempty"`
	Default string `json:"default,omitempty"`
}

// storedCase has the event and what is wanted of it.
type storedCase struct {
	Name       string            `json:"name"`
	Account    string            `json:"account,omitempty"`
	Customer   string            `json:"customer,omitempty"`
	Time       *int64            `json:"time,omitempty"` // in microseconds
	Attributes map[string]string `json:"attributes,omitempty"`
	Dimensions map[string]string `json:"dimensions,omitempty"`
	Numbers    map[string]string `json:"want_attributes,omitempty"`
	Texts      map[string]string `json:"want_dimensions,omitempty"`
	Fails      []string          `json:"fails,omitempty"`
}

func storeCase(c enrich.Case) storedCase {
	out := storedCase{
		Name: c.Name, Account: c.Event.Account, Customer: c.Event.Customer,
		Attributes: numberTexts(c.Event.Attributes), Dimensions: c.Event.Dimensions,
		Numbers: numberTexts(c.Attributes), Texts: c.Dimensions, Fails: c.Fails,
	}
	if !c.Event.Time.IsZero() {
		micros := c.Event.Time.UnixMicro()
		out.Time = &micros
	}
	return out
}

func (c storedCase) wanted() enrich.Case {
	out := enrich.Case{
		Name: c.Name,
		Event: enrich.Event{
			Account: c.Account, Customer: c.Customer, Attributes: textNumbers(c.Attributes), Dimensions: c.Dimensions,
		},
		Attributes: textNumbers(c.Numbers), Dimensions: c.Texts, Fails: c.Fails,
	}
	if c.Time != nil {
		out.Event.Time = time.UnixMicro(*c.Time).UTC()
	}
	return out
}

func numberTexts(a enrich.Attributes) map[string]string {
	if a == nil {
		return nil
	}
	out := make(map[string]string, len(a))
	for name, n := range a {
		out[name] = n.String()
	}
	return out
}

func textNumbers(m map[string]string) enrich.Attributes {
	if m == nil {
		return nil
	}
	out := make(enrich.Attributes, len(m))
	for name, n := range m {
		out[name] = json.Number(n)
	}
	return out
}

// encodeDefinition writes the dependencies and fields of e.
func encodeDefinition(e enrich.Enrichment) (string, error) {
	out := definition{Version: definitionVersion}
	for _, d := range e.Dependencies {
		out.Dependencies = append(out.Dependencies,
			storedDependency{d.Name, d.Namespace, d.Setting, d.Optional, string(d.Type)})
	}
	for _, f := range e.Fields {
		out.Fields = append(out.Fields, storedField{
			f.Name, string(f.Type), string(f.Source), f.Value, f.Order, string(f.Missing), f.Default,
		})
	}
	for _, c := range e.Cases {
		out.Cases = append(out.Cases, storeCase(c))
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("enrichment of %q: %w", e.EventSchema, err)
	}
	return string(raw), nil
}

// decodeDefinition reads what encodeDefinition wrote into e.
func decodeDefinition(raw string, e *enrich.Enrichment) error {
	var in definition
	if err := json.Unmarshal([]byte(raw), &in); err != nil {
		return fmt.Errorf("enrichment of %q: %w: %w", e.EventSchema, err, admin.ErrInvalid)
	}
	if in.Version != definitionVersion {
		return fmt.Errorf("enrichment of %q is stored in version %d, and this library reads version %d: %w",
			e.EventSchema, in.Version, definitionVersion, admin.ErrInvalid)
	}
	e.Dependencies, e.Fields, e.Cases = nil, nil, nil
	for _, c := range in.Cases {
		e.Cases = append(e.Cases, c.wanted())
	}
	for _, d := range in.Dependencies {
		e.Dependencies = append(e.Dependencies, enrich.Dependency{
			Name: d.Name, Namespace: d.Namespace, Setting: d.Setting, Optional: d.Optional, Type: settings.Type(d.Type),
		})
	}
	for _, f := range in.Fields {
		e.Fields = append(e.Fields, enrich.Field{
			Name: f.Name, Type: enrich.FieldType(f.Type), Source: enrich.Source(f.Source), Value: f.Value, Order: f.Order,
			Missing: enrich.Missing(f.Missing), Default: f.Default,
		})
	}
	return nil
}
