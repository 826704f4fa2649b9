package customer

import "encoding/json"

// Optional is a value that an edit may leave out. In JSON it is as in a merge patch (RFC 7396): a member
// that is missing leaves the field as it is, and null empties it.
type Optional[T any] struct {
	Value T
	Given bool
}

// Set returns a value that is given.
func Set[T any](value T) Optional[T] { return Optional[T]{Value: value, Given: true} }

// IsZero reports whether the value is left out, for omitzero.
func (o Optional[T]) IsZero() bool { return !o.Given }

// MarshalJSON writes the value.
func (o Optional[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.Value) }

// UnmarshalJSON reads the value, which is then given.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	*o = Optional[T]{Given: true}
	return json.Unmarshal(b, &o.Value)
}
