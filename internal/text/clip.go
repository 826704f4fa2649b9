package text

import (
	"strings"
	"unicode/utf8"
)

// Clip shortens value to no more than most characters (Unicode code points), and appends an ellipsis if
// it was longer.
func Clip(value string, most int) string {
	n := 0
	for i := range value {
		if n == most {
			return value[:i] + "…"
		}
		n++
	}
	return value
}

// Storable replaces what not every database keeps, NUL and bytes that are not UTF-8, by U+FFFD.
func Storable(value string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(value, "\x00", "\uFFFD"), "\uFFFD")
}

// Fit returns the value as [Storable] does, cut to no more than most bytes, of which an ellipsis takes 3.
func Fit(value string, most int) string {
	const ellipsis = "…"
	if value = Storable(value); len(value) <= most {
		return value
	}
	cut := max(0, most-len(ellipsis))
	for !utf8.RuneStart(value[cut]) {
		cut--
	}
	return value[:cut] + ellipsis
}
