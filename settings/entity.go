package settings

import (
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// EntityKind says what sort of thing a setting is on.
type EntityKind string

// The kinds of entity. Togai publishes the spelling of ORGANIZATION and ACCOUNT; the others are
// written the same way.
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

// Resolved reports whether settings on this kind are what a Path resolves to, and so what an
// enrichment may depend on.
func (k EntityKind) Resolved() bool { return k == Organization || k == Customer || k == Account }

// Entity is what a setting is on. It is not looked up: a setting may be made before its entity is,
// and outlives it.
type Entity struct {
	Kind EntityKind
	// ID is the host's identifier of the entity, 1 to admin.MaxID characters, compared byte by
	// byte. For Organization it is empty: the scope says which organization it is, and a second
	// way to say so could only contradict it.
	ID string
}

// String is the kind and the id: "ACCOUNT acme-eu", or "ORGANIZATION".
func (e Entity) String() string {
	if e.ID == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + " " + e.ID
}

func (e Entity) check(p *admin.Problems) {
	checkKind(p, e.Kind)
	switch {
	case e.Kind != Organization:
		p.ID("/entity/id", e.ID)
	case e.ID != "":
		p.Add("/entity/id", admin.CodeFormat, "%q is too much: the organization is the scope's, leave the id empty", admin.Clip(e.ID))
	}
}

func checkKind(p *admin.Problems, k EntityKind) {
	if !slices.Contains(EntityKinds(), k) {
		p.Add("/entity/kind", admin.CodeUnknown, "%q is not a kind of entity: use one of %s", admin.Clip(string(k)), text.Join(EntityKinds()))
	}
}

// The namespaces' and names' limits, in characters, which are all ASCII.
const (
	MaxNamespace = 50
	MaxName      = 100
)

// DefaultNamespace is where a setting is kept that names no namespace. Togai keeps what its users
// make in USER and its own in TOGAI.
const DefaultNamespace = "USER"

func checkNamespace(p *admin.Problems, namespace string) {
	checkWord(p, "/namespace", namespace, MaxNamespace, "", "A-Z a-z 0-9 _ -")
}

// Names may have dots, which namespaces may not, because settings are commonly named in groups
// ("billing.grace.days") and nothing here builds an identifier by joining names with dots. A host
// that hands settings to rules as variables should prefer names without: JSON Logic's var takes a
// dot for a step into an object.
func checkName(p *admin.Problems, name string) {
	checkWord(p, "/name", name, MaxName, ".", "A-Z a-z 0-9 _ . -")
}

// checkWord allows ASCII letters, digits, "_", "-" and what extra has: no two words that look the
// same differ then, and all databases compare them alike.
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

// Key is what a setting is unique by within its organization.
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
	checkNamespace(p, k.Namespace)
	checkName(p, k.Name)
}

// String is for messages.
func (k Key) String() string { return fmt.Sprintf("%s of %s in %s", k.Name, k.Entity, k.Namespace) }
