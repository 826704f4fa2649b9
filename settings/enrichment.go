package settings

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Limits of an enrichment.
const (
	MaxEnrichments  = 1_000 // enrichments, one for each event schema, in an organization
	MaxFields       = 100   // fields of one enrichment
	MaxDependencies = 50    // dependencies of one enrichment
)

// FieldKind says what a field becomes of an event.
type FieldKind string

// The kinds, in Togai's words.
const (
	Attribute FieldKind = "ATTRIBUTE" // a number that usage is metered by
	Dimension FieldKind = "DIMENSION" // a text that usage is told apart by
)

// FieldKinds lists the kinds. The caller may change the slice.
func FieldKinds() []FieldKind { return []FieldKind{Attribute, Dimension} }

// FieldType says where a field's value comes from.
type FieldType string

// The types, in Togai's words.
const (
	FromValue      FieldType = "VALUE"                      // the value itself
	FromLogic      FieldType = "JSON_LOGIC"                 // a rule
	FromDependency FieldType = "JSON_LOGIC_FROM_DEPENDENCY" // the rule that a dependency is
)

// FieldTypes lists the types. The caller may change the slice.
func FieldTypes() []FieldType { return []FieldType{FromValue, FromLogic, FromDependency} }

// Dependency is a setting that an enrichment takes, resolved for each event like Service.Resolve.
type Dependency struct {
	// Name is what rules read it by, as dependencies.<Name>: 1 to MaxName of A-Z a-z 0-9 _ -
	Name      string `json:"name"`
	Namespace string `json:"namespace"` // of the setting; empty means DefaultNamespace
	Setting   string `json:"setting"`   // its name
	// Optional says that fields do without it: where no level has the setting, rules read nothing
	// and get their default. Otherwise the fields that read it fail.
	Optional bool `json:"optional,omitempty"`
}

// Field is one value that an event is given.
type Field struct {
	// Name is what later fields read it by, as attribute.<Name> or dimension.<Name>: 1 to MaxName of
	// A-Z a-z 0-9 _ -. Where an event has it already, the field replaces it.
	Name string    `json:"name"`
	Kind FieldKind `json:"type"`
	Type FieldType `json:"enrichmentType"`
	// Value is, by Type, the value itself, a JSON Logic rule, or the Name of a Dependency.
	Value string `json:"value"`
	// Order says when the field runs, the lowest first. Those of an enrichment are distinct.
	Order int `json:"order"`
}

// Enrichment is what the events of one event schema are given. Its rules read attribute.<name>,
// dimension.<name> and dependencies.<name>.
type Enrichment struct {
	EventSchema  string // the host's identifier, 1 to admin.MaxID characters, compared byte by byte
	Dependencies []Dependency
	Fields       []Field // in Order
	CreatedAt    time.Time
	CreatedBy    admin.Actor
	UpdatedAt    time.Time
	UpdatedBy    admin.Actor
	Version      int64 // 1 when created, +1 with every change
}

// DependsOn reports whether the enrichment takes the settings of this namespace and name.
func (e Enrichment) DependsOn(namespace, name string) bool {
	return slices.ContainsFunc(e.Dependencies, func(d Dependency) bool { return d.Namespace == namespace && d.Setting == name })
}

// Clone shares nothing with e.
func (e Enrichment) Clone() Enrichment {
	e.Dependencies, e.Fields = slices.Clone(e.Dependencies), slices.Clone(e.Fields)
	return e
}

// definition is the part of an enrichment that is kept as JSON.
type definition struct {
	Dependencies []Dependency `json:"dependencies"`
	Fields       []Field      `json:"fields"`
}

// Definition is Dependencies and Fields as text, in Togai's words as far as it has them.
func (e Enrichment) Definition() (string, error) {
	raw, err := json.Marshal(definition{e.Dependencies, e.Fields})
	if err != nil {
		return "", fmt.Errorf("enrichment of %q: %w", e.EventSchema, err)
	}
	return string(raw), nil
}

// ParseDefinition reads what Definition wrote into e. It does not check what it says.
func (e *Enrichment) ParseDefinition(text string) error {
	var d definition
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return fmt.Errorf("enrichment of %q: %w: %w", e.EventSchema, err, admin.ErrInvalid)
	}
	e.Dependencies, e.Fields = d.Dependencies, d.Fields
	return nil
}

// complete fills in namespaces and puts the fields in order.
func (e Enrichment) complete() Enrichment {
	e = e.Clone()
	for i := range e.Dependencies {
		if e.Dependencies[i].Namespace == "" {
			e.Dependencies[i].Namespace = DefaultNamespace
		}
	}
	slices.SortStableFunc(e.Fields, func(a, b Field) int { return cmp.Compare(a.Order, b.Order) })
	return e
}

// checkShape adds what is wrong with a completed enrichment, but for what its rules say. Paths count
// the fields in Order.
func (e Enrichment) checkShape(p *admin.Problems) {
	p.ID("/event_schema", e.EventSchema)
	if n := len(e.Dependencies); n > MaxDependencies {
		p.Add("/dependencies", admin.CodeTooLong, "%d dependencies: give at most %d", n, MaxDependencies)
	}
	switch n := len(e.Fields); {
	case n == 0:
		p.Add("/fields", admin.CodeRequired, "are required: give 1 to %d", MaxFields)
	case n > MaxFields:
		p.Add("/fields", admin.CodeTooLong, "%d fields: give at most %d", n, MaxFields)
	}
	seen := map[string]bool{}
	for i, d := range e.Dependencies {
		at := fmt.Sprintf("/dependencies/%d", i)
		checkWord(p, at+"/name", d.Name, MaxName, "", "A-Z a-z 0-9 _ -")
		checkWord(p, at+"/namespace", d.Namespace, MaxNamespace, "", "A-Z a-z 0-9 _ -")
		checkWord(p, at+"/setting", d.Setting, MaxName, ".", "A-Z a-z 0-9 _ . -")
		if seen[d.Name] {
			p.Add(at+"/name", admin.CodeDuplicate, "%q is the name of another dependency", admin.Clip(d.Name))
		}
		seen[d.Name] = true
	}
	type fieldKey struct{ kind, name string }
	fields, orders := map[fieldKey]bool{}, map[int]bool{}
	for i, f := range e.Fields {
		at := fmt.Sprintf("/fields/%d", i)
		checkWord(p, at+"/name", f.Name, MaxName, "", "A-Z a-z 0-9 _ -")
		if !slices.Contains(FieldKinds(), f.Kind) {
			p.Add(at+"/kind", admin.CodeUnknown, "%q is not a kind of field: use one of %s", admin.Clip(string(f.Kind)), text.Join(FieldKinds()))
		}
		if k := (fieldKey{string(f.Kind), f.Name}); fields[k] {
			p.Add(at+"/name", admin.CodeDuplicate, "%q is the name of another field of this kind", admin.Clip(f.Name))
		} else {
			fields[k] = true
		}
		if orders[f.Order] {
			p.Add(at+"/order", admin.CodeDuplicate, "%d is the order of another field: it would not be known which runs first", f.Order)
		}
		orders[f.Order] = true
	}
}

// dependency finds a dependency's place by its name.
func (e Enrichment) dependency(name string) int {
	return slices.IndexFunc(e.Dependencies, func(d Dependency) bool { return d.Name == name })
}

// readsDependency tells the name of the dependency in a path of var; all says that the path stands
// for every one.
func readsDependency(path string) (name string, all bool) {
	// Togai's dialect does not count dots at the end: "." is the event, and "dependencies." all of them.
	path = strings.TrimRight(path, ".")
	root, rest, nested := strings.Cut(path, ".")
	if path == "" || root == rootDependencies && !nested {
		return "", true
	}
	if root != rootDependencies {
		return "", false
	}
	name, _, _ = strings.Cut(rest, ".")
	return name, name == ""
}

// What rules find an event's parts under.
const (
	rootAttribute    = "attribute"
	rootDimension    = "dimension"
	rootDependencies = "dependencies"
)
