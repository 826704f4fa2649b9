package text

import "strings"

// PointerToken writes a key as one token of a JSON Pointer (RFC 6901, section 3).
func PointerToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// Pointer writes the JSON Pointer of the value under keys; without keys it is that of the document.
func Pointer(keys ...string) string {
	var b strings.Builder
	for _, key := range keys {
		b.WriteByte('/')
		b.WriteString(PointerToken(key))
	}
	return b.String()
}
