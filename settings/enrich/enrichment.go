package enrich

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic"
)

// Limits of an enrichment.
const (
	MaxEnrichments  = 1_000 // enrichments, one for each event schema, in an organization
	MaxFields       = 100   // fields of one enrichment
	MaxDependencies = 50    // dependencies of one enrichment
)

// ErrTooMany is returned when an organization has [MaxEnrichments]. Delete those that are not used.
var ErrTooMany = admin.NewError("too_many_enrichments", admin.ErrState, "too many enrichments")

// TooMany is the [ErrTooMany] of an organization that has most enrichments. Stores call it.
func TooMany(most int) error {
	return fmt.Errorf("the organization has %d enrichments, the maximum: %w", most, ErrTooMany)
}

// FieldType is what a field becomes of an event.
type FieldType string

// The types, in Togai's words.
const (
	Attribute FieldType = "ATTRIBUTE" // a number that usage is metered by
	Dimension FieldType = "DIMENSION" // a text that usage is grouped by
)

// FieldTypes lists the types. The caller may change the slice.
func FieldTypes() []FieldType { return []FieldType{Attribute, Dimension} }

// Source is where the value of a field comes from.
type Source string

// The sources, in Togai's words.
const (
	FromValue      Source = "VALUE"                      // the value itself
	FromLogic      Source = "JSON_LOGIC"                 // a rule
	FromDependency Source = "JSON_LOGIC_FROM_DEPENDENCY" // the rule in a dependency
)

// Sources lists the sources. The caller may change the slice.
func Sources() []Source { return []Source{FromValue, FromLogic, FromDependency} }

// Dependency is a setting that an enrichment uses, resolved for each event like [settings.Service.Resolve].
type Dependency struct {
	// Name is how rules read it, as dependencies.<Name>: 1 to settings.MaxName of A-Z a-z 0-9 _ -
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"` // of the setting; empty means settings.DefaultNamespace
	Setting   string `json:"setting"`             // its name
	// Type, if it is set, is the type that the setting must have. Rules that read the dependency are then checked for it,
	// and a setting of another type cannot be saved. Otherwise nothing is known of what it is.
	Type settings.Type `json:"dataType,omitempty"`
	// Optional lets fields do without it: if no level has the setting, rules read nothing and get their
	// default. Otherwise the fields that read it fail.
	Optional bool `json:"optional,omitempty"`
}

// Field is one value that an event gets.
type Field struct {
	// Name is how later fields read it, as attribute.<Name> or dimension.<Name>: 1 to settings.MaxName of
	// A-Z a-z 0-9 _ -. If an event already has it, the field replaces it.
	Name   string    `json:"name"`
	Type   FieldType `json:"type"`
	Source Source    `json:"enrichmentType"`
	// Value is, by Source, the value itself, a JSON Logic rule, or the Name of a Dependency.
	Value string `json:"value"`
	// Order is when the field runs, the lowest first. The orders of an enrichment are distinct.
	Order int `json:"order"`
	// Missing is what happens if an event lacks an attribute or dimension that the rule reads, and for which the rule has
	// no default and does not ask whether it is there. Empty means MissingNull.
	Missing Missing `json:"missing,omitempty"`
	// Default is the value under MissingDefault.
	Default string `json:"default,omitempty"`
}

// Missing is what a field becomes if an event lacks what its rule reads.
type Missing string

// The ways to treat what is missing.
const (
	MissingNull    Missing = "NULL"    // the rule reads null, which arithmetic takes as 0
	MissingError   Missing = "ERROR"   // the field fails with a *FieldError
	MissingDefault Missing = "DEFAULT" // the field gets its Default, and the rule does not run
)

// Missings lists the ways to treat what is missing. The caller may change the slice.
func Missings() []Missing { return []Missing{MissingNull, MissingError, MissingDefault} }

// Enrichment is what the events of one event schema get. Its rules read attribute.<name>, dimension.<name> and
// dependencies.<name>.
type Enrichment struct {
	EventSchema  string       `json:"eventSchema"` // the host's id, 1 to admin.MaxID characters, compared byte by byte
	Dependencies []Dependency `json:"dependencies,omitempty"`
	Fields       []Field      `json:"fields,omitempty"` // in Order
	Cases        []Case       `json:"cases,omitempty"`  // which must hold when it is saved
	CreatedAt    time.Time    `json:"createdAt,omitzero"`
	CreatedBy    admin.Actor  `json:"createdBy,omitzero"`
	UpdatedAt    time.Time    `json:"updatedAt,omitzero"`
	UpdatedBy    admin.Actor  `json:"updatedBy,omitzero"`
	Version      int64        `json:"version,omitempty"` // 1 when created, +1 with every change
	// Warnings are what [Service.Put] found that is allowed and rarely meant. They are not kept.
	Warnings []Warning `json:"warnings,omitempty"`
}

// Warning is a part of a rule that is allowed and rarely meant.
type Warning struct {
	Path string `json:"path"` // of the rule in the enrichment, such as /fields/0/value
	jsonlogic.Warning
}

// DependsOn reports whether the enrichment uses the settings of this namespace and name.
func (e Enrichment) DependsOn(namespace, name string) bool {
	return slices.ContainsFunc(e.Dependencies, func(d Dependency) bool {
		return d.Namespace == namespace && d.Setting == name
	})
}

// Clone returns a copy that shares nothing with e.
func (e Enrichment) Clone() Enrichment {
	e.Dependencies, e.Fields = slices.Clone(e.Dependencies), slices.Clone(e.Fields)
	e.Warnings, e.Cases = slices.Clone(e.Warnings), slices.Clone(e.Cases)
	for i := range e.Cases {
		e.Cases[i] = e.Cases[i].clone()
	}
	return e
}

// complete fills in namespaces, puts the fields in order, and cuts instants to what is kept of them.
func (e Enrichment) complete() Enrichment {
	e = e.Clone()
	for i := range e.Dependencies {
		if e.Dependencies[i].Namespace == "" {
			e.Dependencies[i].Namespace = settings.DefaultNamespace
		}
	}
	for i := range e.Cases {
		if at := &e.Cases[i].Event.Time; !at.IsZero() {
			*at = at.UTC().Truncate(time.Microsecond)
		}
	}
	slices.SortStableFunc(e.Fields, func(a, b Field) int { return cmp.Compare(a.Order, b.Order) })
	return e
}

// check adds what is wrong with a completed enrichment, except in its rules. Paths count the fields in Order.
func (e Enrichment) check(p *admin.Problems) {
	p.ID("/eventSchema", e.EventSchema)
	if n := len(e.Dependencies); n > MaxDependencies {
		p.Add("/dependencies", admin.CodeTooLong, "%d dependencies: give at most %d", n, MaxDependencies)
	}
	switch n := len(e.Fields); {
	case n == 0:
		p.Add("/fields", admin.CodeRequired, "are required: give 1 to %d", MaxFields)
	case n > MaxFields:
		p.Add("/fields", admin.CodeTooLong, "%d fields: give at most %d", n, MaxFields)
	}
	e.checkDependencies(p)
	e.checkFields(p)
	e.checkCases(p)
}

func (e Enrichment) checkDependencies(p *admin.Problems) {
	seen := map[string]bool{}
	for i, d := range e.Dependencies {
		at := fmt.Sprintf("/dependencies/%d", i)
		settings.CheckVariable(p, at+"/name", d.Name)
		settings.CheckNamespace(p, at+"/namespace", d.Namespace)
		settings.CheckName(p, at+"/setting", d.Setting)
		if d.Type != "" && !slices.Contains(settings.Types(), d.Type) {
			p.Add(at+"/dataType", admin.CodeUnknown, "%q is not a type of setting: use one of %s",
				admin.Clip(string(d.Type)), text.Join(settings.Types()))
		}
		if seen[d.Name] {
			p.Add(at+"/name", admin.CodeDuplicate, "%q is the name of another dependency", admin.Clip(d.Name))
		}
		seen[d.Name] = true
	}
}

func (e Enrichment) checkFields(p *admin.Problems) {
	type key struct {
		t    FieldType
		name string
	}
	fields, orders := map[key]bool{}, map[int]bool{}
	for i, f := range e.Fields {
		at := fmt.Sprintf("/fields/%d", i)
		settings.CheckVariable(p, at+"/name", f.Name)
		if !slices.Contains(FieldTypes(), f.Type) {
			p.Add(at+"/type", admin.CodeUnknown, "%q is not a type of field: use one of %s",
				admin.Clip(string(f.Type)), text.Join(FieldTypes()))
		}
		if fields[key{f.Type, f.Name}] {
			p.Add(at+"/name", admin.CodeDuplicate, "%q is the name of another field of this type", admin.Clip(f.Name))
		}
		fields[key{f.Type, f.Name}] = true
		if orders[f.Order] {
			p.Add(at+"/order", admin.CodeDuplicate, "%d is the order of another field: give each its own", f.Order)
		}
		orders[f.Order] = true
		f.checkMissing(p, at)
	}
}

func (f Field) checkMissing(p *admin.Problems, at string) {
	switch {
	case f.Missing != "" && !slices.Contains(Missings(), f.Missing):
		p.Add(at+"/missing", admin.CodeUnknown, "%q is none of %s", admin.Clip(string(f.Missing)), text.Join(Missings()))
	case f.Source == FromValue && f.Missing != "":
		p.Add(at+"/missing", admin.CodeFormat, "is for rules, and this is a value: leave it out")
	case f.Missing == MissingDefault:
		constant(p, at+"/default", f.Type, f.Default)
	case f.Default != "":
		p.Add(at+"/default", admin.CodeFormat, "is for %s: set missing to that, or leave it out", MissingDefault)
	}
}

// dependency returns the place of the dependency with this name, or -1.
func (e Enrichment) dependency(name string) int {
	return slices.IndexFunc(e.Dependencies, func(d Dependency) bool { return d.Name == name })
}

// readsDependency returns the name of the dependency in a path of var; all reports that the path stands for every
// dependency.
func readsDependency(path string) (name string, all bool) {
	// Togai's dialect ignores dots at the end: "." is the event, and "dependencies." all of them.
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

// What rules find the parts of an event under.
const (
	rootAttribute    = "attribute"
	rootDimension    = "dimension"
	rootDependencies = "dependencies"
)
