package settings

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// The JSON of a setting has Togai's names and is flat: entity and value are not objects of their own.

// wireValue is a value in JSON; the value is a text for every type.
type wireValue struct {
	Type Type   `json:"dataType,omitempty"`
	Text string `json:"value"`
}

func (v Value) wire() wireValue { return wireValue{v.kind, v.text} }

// parse checks a value that was read from JSON.
func (w wireValue) parse() (Value, error) {
	v, err := ParseValue(w.Type, w.Text)
	if err == nil {
		return v, nil
	}
	var p admin.Problems
	if slices.Contains(Types(), w.Type) {
		p.AddError("/value", admin.CodeFormat, err)
	} else {
		p.Add("/dataType", admin.CodeUnknown, "%q is not a type of setting: use one of %s",
			admin.Clip(string(w.Type)), text.Join(Types()))
	}
	return Value{}, p.Err()
}

// MarshalJSON writes {"dataType":"NUMERIC","value":"12.5"}, Togai's two fields.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(v.wire()) }

// UnmarshalJSON reads what MarshalJSON writes and checks it like [ParseValue]. It fails with a
// *admin.ValidationError.
func (v *Value) UnmarshalJSON(raw []byte) error {
	var w wireValue
	if err := unmarshal(raw, &w); err != nil {
		return err
	}
	parsed, err := w.parse()
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}

// MarshalJSON writes the schema itself; that of the zero Schema is null.
func (s Schema) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte("null"), nil
	}
	return []byte(s.text), nil
}

// UnmarshalJSON reads a schema like [ParseSchema]; null is the zero Schema. It fails with a
// *admin.ValidationError.
func (s *Schema) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		*s = Schema{}
		return nil
	}
	parsed, err := ParseSchema(raw)
	if err != nil {
		var p admin.Problems
		p.AddError("/schema", admin.CodeFormat, err)
		return p.Err()
	}
	*s = parsed
	return nil
}

// wireKey is a Key, or part of one, in JSON.
type wireKey struct {
	Kind      EntityKind `json:"entityType,omitempty"`
	EntityID  string     `json:"entityId,omitempty"`
	Namespace string     `json:"namespace,omitempty"`
	Name      string     `json:"name,omitempty"`
}

func keyInJSON(e Entity, namespace, name string) wireKey {
	return wireKey{e.Kind, e.ID, namespace, name}
}

func (w wireKey) entity() Entity { return Entity{w.Kind, w.EntityID} }

// MarshalJSON writes "entityType", "entityId", "namespace" and "name".
func (k Key) MarshalJSON() ([]byte, error) {
	return json.Marshal(keyInJSON(k.Entity, k.Namespace, k.Name))
}

type wireFilter struct {
	wireKey
	Type Type `json:"dataType,omitempty"`
}

// MarshalJSON writes "entityType", "entityId", "namespace", "name" and "dataType", those that narrow.
func (f Filter) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireFilter{keyInJSON(f.Entity, f.Namespace, f.Name), f.Type})
}

// UnmarshalJSON reads what MarshalJSON writes. It does not check it: the list does.
func (f *Filter) UnmarshalJSON(raw []byte) error {
	var w wireFilter
	if err := unmarshal(raw, &w); err != nil {
		return err
	}
	*f = Filter{w.entity(), w.Namespace, w.Name, w.Type}
	return nil
}

type wireNewSetting struct {
	wireKey
	Type   Type    `json:"dataType,omitempty"`
	Text   *string `json:"value,omitempty"` // nil if there is no value, because a text may be empty
	Schema Schema  `json:"schema,omitzero"`
}

// MarshalJSON writes "entityType", "entityId", "namespace", "name", "dataType", "value" and "schema".
func (n NewSetting) MarshalJSON() ([]byte, error) {
	w := wireNewSetting{wireKey: keyInJSON(n.Entity, n.Namespace, n.Name), Schema: n.Schema}
	if !n.Value.IsZero() {
		w.Type, w.Text = n.Value.kind, &n.Value.text
	}
	return json.Marshal(w)
}

// UnmarshalJSON reads what MarshalJSON writes. It fails with a *admin.ValidationError for a value or a schema
// that is none; [Service.Create] checks the rest.
func (n *NewSetting) UnmarshalJSON(raw []byte) error {
	var w wireNewSetting
	if err := unmarshal(raw, &w); err != nil {
		return err
	}
	*n = NewSetting{Entity: w.entity(), Namespace: w.Namespace, Name: w.Name, Schema: w.Schema}
	if w.Text == nil {
		return nil // Create fails because it is required
	}
	var err error
	n.Value, err = wireValue{w.Type, *w.Text}.parse()
	return err
}

type wireSetting struct {
	ID uuid.UUID `json:"id"`
	wireKey
	wireValue
	Schema    Schema      `json:"schema,omitzero"`
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
	UpdatedAt time.Time   `json:"updatedAt,omitzero"`
	UpdatedBy admin.Actor `json:"updatedBy"`
	Version   int64       `json:"version"`
}

// MarshalJSON writes "id", "entityType", "entityId", "namespace", "name", "dataType", "value", "schema",
// "createdAt", "createdBy", "updatedAt", "updatedBy" and "version".
func (s Setting) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireSetting{
		ID: s.ID, wireKey: keyInJSON(s.Entity, s.Namespace, s.Name), wireValue: s.Value.wire(), Schema: s.Schema,
		CreatedAt: s.CreatedAt, CreatedBy: s.CreatedBy, UpdatedAt: s.UpdatedAt, UpdatedBy: s.UpdatedBy, Version: s.Version,
	})
}

// UnmarshalJSON reads what MarshalJSON writes, and checks value and schema.
func (s *Setting) UnmarshalJSON(raw []byte) error {
	var w wireSetting
	if err := unmarshal(raw, &w); err != nil {
		return err
	}
	v, err := w.wireValue.parse()
	if err != nil {
		return err
	}
	*s = Setting{
		ID: w.ID, Entity: w.entity(), Namespace: w.Namespace, Name: w.Name, Value: v, Schema: w.Schema,
		CreatedAt: w.CreatedAt, CreatedBy: w.CreatedBy, UpdatedAt: w.UpdatedAt, UpdatedBy: w.UpdatedBy, Version: w.Version,
	}
	return nil
}

// unmarshal makes a *admin.ValidationError of what is not the JSON that is wanted.
func unmarshal(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return err
	}
	var p admin.Problems
	path := ""
	if wrong.Field != "" { // with the names of embedded structs before it
		path = "/" + text.PointerToken(wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:])
	}
	p.Add(path, admin.CodeFormat, "is a JSON %s, which is the wrong type", wrong.Value)
	return p.Err()
}
