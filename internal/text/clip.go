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

// Line makes one line of what another program sent, of no more than most bytes: what cannot be seen is escaped as by
// [Visible], and what is too long is cut off before a character. [Hidden] finds nothing in it.
func Line(value string, most int) string {
	const beside = 16 // bytes, so that what is next to the last character is known
	value = cut(Visible(cut(value, most+beside)), most)
	for {
		if _, hidden := Hidden(value); !hidden {
			return value
		}
		_, size := utf8.DecodeLastRuneInString(value) // a joiner that joined what was cut off
		value = value[:len(value)-size]
	}
}

// cut returns no more than the first most bytes of value, and no part of a character.
func cut(value string, most int) string {
	if len(value) <= most {
		return value
	}
	at := most
	for at > 0 && most-at < utf8.UTFMax && !utf8.RuneStart(value[at]) {
		at--
	}
	return value[:at]
}
