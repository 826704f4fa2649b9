// Package text has the small functions on text that several packages need.
package text

import "strings"

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer returns a key of an object as a token of a JSON Pointer (RFC 6901).
func Pointer(key string) string { return pointer.Replace(key) }

// Join returns the values separated by ", ", for a message that lists what is allowed.
func Join[T ~string](values []T) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(v))
	}
	return b.String()
}
