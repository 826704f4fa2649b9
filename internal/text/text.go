// Package text writes values into messages, pointers and columns.
package text

import (
	"strings"
	"time"
)

// Join writes the items with commas between them.
func Join[T ~string](items []T) string {
	texts := make([]string, len(items))
	for i, s := range items {
		texts[i] = string(s)
	}
	return strings.Join(texts, ", ")
}

// Instant writes a time in RFC 3339, in UTC; the zero time is an open end.
func Instant(t time.Time) string {
	if t.IsZero() {
		return "open end"
	}
	return t.UTC().Format(time.RFC3339Nano)
}
