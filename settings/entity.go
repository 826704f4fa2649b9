package settings

import (
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// EntityKind is the kind of thing that a setting is on.
type EntityKind string

// The kinds of entity. Togai publishes the spelling of ORGANIZATION and ACCOUNT; the others are written the
// same way.
const (
	Organization EntityKind = "ORGANIZATION"
	Customer     EntityKind = "CUSTOMER"
	Account      EntityKind = "ACCOUNT"
	EventSchema  EntityKind = "EVENT_SCHEMA"
	UsageMeter   EntityKind = "USAGE_METER"
	AddOn        EntityKind = "ADD_ON"
	PricePlan    EntityKind = "PRICE_PLAN"
	Invoice      EntityKind = "INVOICE"
)

// EntityKinds lists the kinds. The caller may change the slice.
func EntityKinds() []EntityKind {
	return []EntityKind{Organization, Customer, Account, EventSchema, UsageMeter, AddOn, PricePlan, Invoice}
}

// Resolved reports whether a [Path] resolves to settings on this kind, and so whether an enrichment may depend
// on them.
func (k EntityKind) Resolved() bool { return k == Organization || k == Customer || k == Account }

// Entity is what a setting is on. It is not looked up: a setting may be created before its entity, and
// outlives it.
type Entity struct {
	Kind EntityKind `json:"entityType"`
	// ID is the host's identifier of the entity, 1 to admin.MaxID characters, compared byte by byte. It is
	// empty for Organization, because the scope determines which organization it is.
	ID string `json:"entityId,omitempty"`
}

// String is the kind and the id: "ACCOUNT acme-eu", or "ORGANIZATION".
func (e Entity) String() string {
	if e.ID == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + " " + e.ID
}

func (e Entity) check(p *admin.Problems) {
	switch {
	case !checkKind(p, e.Kind): // whether an id is needed depends on the kind
	case e.Kind != Organization:
		p.ID("/entityId", e.ID)
	case e.ID != "":
		p.Add("/entityId", admin.CodeFormat, "%q must be empty: the organization comes from the scope", admin.Clip(e.ID))
	}
}

// checkKind adds a problem and returns false if there is no such kind.
func checkKind(p *admin.Problems, k EntityKind) bool {
	if slices.Contains(EntityKinds(), k) {
		return true
	}
	p.Add("/entityType", admin.CodeUnknown, "%q is not a kind of entity: use one of %s",
		admin.Clip(string(k)), text.Join(EntityKinds()))
	return false
}

// The namespaces' and names' limits, in characters, which are all ASCII.
const (
	MaxNamespace = 50
	MaxName      = 100
)

// DefaultNamespace is the namespace of a setting that names none. Togai keeps what its users create in USER and
// its own in TOGAI.
const DefaultNamespace = "USER"

// CheckNamespace adds what is wrong with the namespace at path: it must be 1 to [MaxNamespace] of A-Z a-z 0-9
// _ and -.
func CheckNamespace(p *admin.Problems, path, namespace string) {
	checkWord(p, path, namespace, MaxNamespace, "", "A-Z a-z 0-9 _ -")
}

// CheckName adds what is wrong with the name of a setting at path: it must be 1 to [MaxName] of A-Z a-z 0-9 _ .
// and -.
//
// Names may have dots, which namespaces may not, because settings are commonly named in groups
// ("billing.grace.days"). A host that passes settings to rules as variables should prefer names without dots:
// JSON Logic's var reads a dot as a step into an object.
func CheckName(p *admin.Problems, path, name string) {
	checkWord(p, path, name, MaxName, ".", "A-Z a-z 0-9 _ . -")
}

// CheckVariable adds what is wrong with the name of a variable of a rule at path: it must be a name of a setting
// without dots.
func CheckVariable(p *admin.Problems, path, name string) {
	checkWord(p, path, name, MaxName, "", "A-Z a-z 0-9 _ -")
}

// checkWord allows ASCII letters, digits, "_", "-" and what extra has: no two such words look the same and
// differ, and all databases compare them alike.
func checkWord(p *admin.Problems, path, word string, most int, extra, allowed string) {
	switch {
	case word == "":
		p.Add(path, admin.CodeRequired, "is required: give 1 to %d of %s", most, allowed)
	case len(word) > most:
		p.Add(path, admin.CodeTooLong, "%q is too long: give at most %d characters", admin.Clip(word), most)
	case slices.ContainsFunc([]byte(word), func(c byte) bool { return !wordByte(c, extra) }):
		p.Add(path, admin.CodeFormat, "%q has a character that is not allowed: use %s", admin.Clip(word), allowed)
	}
}

func wordByte(c byte, extra string) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		return true
	}
	return extra != "" && c == extra[0]
}

// Key is unique among the settings of an organization.
type Key struct {
	Entity          Entity
	Namespace, Name string
}

// newKey fills in the default namespace.
func newKey(e Entity, namespace, name string) Key {
	if namespace == "" {
		namespace = DefaultNamespace
	}
	return Key{e, namespace, name}
}

func (k Key) check(p *admin.Problems) {
	k.Entity.check(p)
	CheckNamespace(p, "/namespace", k.Namespace)
	CheckName(p, "/name", k.Name)
}

// String is for messages: "rate of ACCOUNT acme-eu in USER".
func (k Key) String() string { return fmt.Sprintf("%s of %s in %s", k.Name, k.Entity, k.Namespace) }
