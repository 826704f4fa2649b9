package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Joiners (U+200C, U+200D) are letters of some scripts, and glue of emoji.
const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
	keycap    = '\u20e3'
)

// Hidden returns the first character of value that cannot be seen where it is, or that changes how the text
// around it is shown, and whether there is one. Such are control and format characters, line and paragraph
// separators, tags, blanks that count as letters, private use and noncharacters, and bytes that are not UTF-8
// (U+FFFD is returned). These are the code points that RFC 8264 (PRECIS, section 9) disallows in texts for people,
// except that a joiner is visible between letters of the scripts that use it and in emoji, and a variation
// selector after what it varies. Code points that Unicode has not assigned yet are visible.
func Hidden(value string) (rune, bool) {
	at, hidden, _ := nextHidden(value, 0)
	return hidden, at < len(value)
}

// HiddenInLines is [Hidden] for a text of several lines: tabs and line breaks (\n or \r\n) are visible in it.
func HiddenInLines(value string) (rune, bool) {
	return Hidden(lineBreaks().Replace(value))
}

// lineBreaks makes one line of a text: nothing else is added or taken away.
func lineBreaks() *strings.Replacer {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ")
}

// Label makes a text for one line of what a file or another program calls something: line breaks become blanks, and
// what is hidden is left out.
func Label(value string) string {
	return replaceHidden(lineBreaks().Replace(value), func(rune, string) string { return "" })
}

// Printable replaces by U+FFFD what is hidden in value and would not be escaped by strconv.Quote, which takes blank
// letters and symbols for printable.
func Printable(value string) string {
	return replaceHidden(value, func(r rune, raw string) string {
		if unicode.IsPrint(r) && len(raw) > 1 {
			return "\uFFFD"
		}
		return raw
	})
}

// Visible writes what is hidden in value by [Hidden]'s rule as an escape: \u202e, \U000e0041, \xff. A text without
// is returned as it is.
func Visible(value string) string {
	return replaceHidden(value, func(r rune, raw string) string {
		switch {
		case r == utf8.RuneError && len(raw) == 1:
			return fmt.Sprintf(`\x%02x`, raw[0])
		case r > 0xffff:
			return fmt.Sprintf(`\U%08x`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// replaceHidden returns value with every hidden character, and how it is written, replaced.
func replaceHidden(value string, by func(r rune, raw string) string) string {
	at, hidden, size := nextHidden(value, 0)
	if at == len(value) {
		return value
	}
	var b strings.Builder
	for from := 0; ; {
		b.WriteString(value[from:at])
		if at == len(value) {
			return b.String()
		}
		from = at + size
		b.WriteString(by(hidden, value[at:from]))
		at, hidden, size = nextHidden(value, from)
	}
}

// nextHidden returns where in value, from the byte from on, the first hidden character is, the character and its
// size in bytes; len(value) if there is none. What is before from does not count: it is an escape by then.
func nextHidden(value string, from int) (int, rune, int) {
	before := rune(-1)
	for at := from; at < len(value); {
		if c := value[at]; c >= ' ' && c < 0x7f {
			before = rune(c)
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(value[at:])
		if r == utf8.RuneError && size == 1 {
			return at, r, size
		}
		after, _ := utf8.DecodeRuneInString(value[at+size:])
		if invisible(r) && !joins(before, r, after) && !varies(before, r, after) {
			return at, r, size
		}
		before = r
		at += size
	}
	return len(value), 0, 0
}

// invisible reports whether r has no shape of its own.
func invisible(r rune) bool {
	const brailleBlank = '\u2800'
	return r == brailleBlank || unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// joins reports whether r is a joiner between two letters of scripts that use joiners, or between two emoji.
// RFC 5892 (appendix A.1 and A.2) also looks at which forms a letter has; a wrong joiner between such letters
// is a misspelling, and not a disguise.
func joins(before, r, after rune) bool {
	if r != joiner && r != nonJoiner {
		return false
	}
	if r == joiner && emoji(before) && unicode.In(after, unicode.So, unicode.Sm) {
		return true
	}
	return inJoiningScript(before) && inJoiningScript(after)
}

func inJoiningScript(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M) && unicode.In(r,
		unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian, unicode.Devanagari, unicode.Bengali,
		unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada,
		unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// emoji reports whether r can end a part of an emoji sequence (UTS #51): a symbol, a skin tone, or the selector of
// the colored form.
func emoji(r rune) bool {
	return unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff || r == '\ufe0f'
}

// varies reports whether r is a variation selector after a character that has variants: an ideograph, a symbol,
// the digit of a keycap.
func varies(before, r, after rune) bool {
	switch {
	case !unicode.Is(unicode.Variation_Selector, r):
		return false
	case unicode.Is(unicode.Han, before):
		return r != '\ufe0e' && r != '\ufe0f'
	case unicode.Is(unicode.Mongolian, before):
		return r >= '\u180b' && r <= '\u180f'
	case before >= '0' && before <= '9' || before == '#' || before == '*':
		return r == '\ufe0f' && after == keycap
	}
	symbol := unicode.In(before, unicode.So, unicode.Sm) || before == '‼' || before == '⁉' || before == '〰'
	return symbol && (r == '\ufe0e' || r == '\ufe0f')
}
