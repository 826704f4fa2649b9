package settings

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Setting is a value under a name on an entity. Entity, Namespace and Name together are unique in an
// organization and never change. They compare byte by byte: "Rate" and "rate" are two names.
type Setting struct {
	ID        uuid.UUID
	Entity    Entity
	Namespace string // 1 to MaxNamespace of A-Z a-z 0-9 _ -
	Name      string // 1 to MaxName of A-Z a-z 0-9 _ . -
	Value     Value
	Schema    Schema // what Value must meet, which then is a JSON value; zero if there is none
	CreatedAt time.Time
	CreatedBy admin.Actor
	UpdatedAt time.Time
	UpdatedBy admin.Actor
	Version   int64 // 1 when created, +1 with every change
}

// Key returns the key of the setting.
func (s Setting) Key() Key { return Key{s.Entity, s.Namespace, s.Name} }

// NewSetting is a setting to be created.
type NewSetting struct {
	Entity    Entity
	Namespace string // empty means DefaultNamespace
	Name      string
	Value     Value
	Schema    Schema // what Value and its successors must meet; only with a JSON value
}

// Version is a setting as one change left it. Each change of a setting keeps one, its creation and deletion
// included, and it never changes.
type Version struct {
	// Setting is the whole setting at the time. Its Version counts the changes from 1; UpdatedAt and UpdatedBy
	// are the time and the author of this one.
	Setting Setting `json:"setting"`
	// Deleted reports that the change was the deletion; Setting then has its last value.
	Deleted bool `json:"deleted,omitempty"`
}

// Filter narrows a list of settings; zero fields do not narrow. Texts compare byte by byte.
type Filter struct {
	Entity           // Kind alone, or Kind and ID
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Type      Type   `json:"dataType,omitempty"`
}

// check refuses what no setting can have, so that a misspelled filter is an error and not an empty list.
func (f Filter) check() error {
	var p admin.Problems
	switch {
	case f.Entity.ID != "":
		f.Entity.check(&p)
	case f.Entity.Kind != "":
		checkKind(&p, f.Entity.Kind)
	}
	if f.Namespace != "" {
		CheckNamespace(&p, "/namespace", f.Namespace)
	}
	if f.Name != "" {
		CheckName(&p, "/name", f.Name)
	}
	if f.Type != "" && !slices.Contains(Types(), f.Type) {
		p.Add("/dataType", admin.CodeUnknown, "%q is not a type of setting: use one of %s",
			admin.Clip(string(f.Type)), text.Join(Types()))
	}
	return p.Err()
}

// list names the list for its cursors.
func (f Filter) list() string {
	return fmt.Sprintf("settings %q",
		[]string{string(f.Entity.Kind), f.Entity.ID, f.Namespace, f.Name, string(f.Type)})
}
