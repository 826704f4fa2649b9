package text_test

import (
	"strconv"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/text"
)

func TestHidden(t *testing.T) {
	for _, tc := range []struct{ reason, value string }{
		{"nothing", ""},
		{"plain", "Ann Lee-O'Hara, 3rd"},
		{"accents, composed and not", "Zoë Zoe\u0308"},
		{"Japanese with an ideographic space", "山田\u3000太郎"},
		{"a variant of an ideograph", "辻\U000e0100 本"},
		{"a non-joiner in Persian", "نامه\u200cای"},
		{"a joiner after a virama", "ක්\u200dෂ"},
		{"a family", "👨\u200d👩\u200d👧"},
		{"a skin tone before a joiner", "👩🏽\u200d🚀"},
		{"a colored heart on fire", "❤\ufe0f\u200d🔥"},
		{"a shaken head", "🙂\u200d↔\ufe0f"},
		{"a keycap", "1\ufe0f\u20e3"},
		{"a Mongolian variant", "ᠠ\u180b"},
		{"the replacement character", "a\ufffdb"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, hidden := text.Hidden(tc.value)
			require.False(t, hidden, "%U", r)
			require.Equal(t, tc.value, text.Visible(tc.value))
		})
	}
	for _, tc := range []struct {
		reason, value string
		hidden        rune
		visible       string
	}{
		{"a line break", "a\nb", '\n', `a\u000ab`},
		{"a NUL", "\x00", 0, `\u0000`},
		{"a delete", "a\x7f", 0x7f, `a\u007f`},
		{"a C1 control character", "a\u0085b", 0x85, `a\u0085b`},
		{"an escape sequence of a terminal", "\x1b[2J", 0x1b, `\u001b[2J`},
		{"a soft hyphen", "ad\u00admin", 0xad, `ad\u00admin`},
		{"a zero-width space", "\u200b", 0x200b, `\u200b`},
		{"a mark of direction", "a\u200e", 0x200e, `a\u200e`},
		{"a line separator", "a\u2028b", 0x2028, `a\u2028b`},
		{"a paragraph separator", "a\u2029b", 0x2029, `a\u2029b`},
		{"an override of direction", "a\u202egpj.exe", 0x202e, `a\u202egpj.exe`},
		{"an isolate of direction", "a\u2066b\u2069", 0x2066, `a\u2066b\u2069`},
		{"a word joiner", "a\u2060b", 0x2060, `a\u2060b`},
		{"a byte order mark", "\ufeffa", 0xfeff, `\ufeffa`},
		{"a joiner alone", "\u200d", 0x200d, `\u200d`},
		{"a joiner between Latin letters", "a\u200db", 0x200d, `a\u200db`},
		{"a non-joiner at the end", "نامه\u200c", 0x200c, `نامه\u200c`},
		{"two joiners in a row", "👨\u200d\u200d👩", 0x200d, `👨\u200d\u200d👩`},
		{"a Hangul filler", "a\u3164", 0x3164, `a\u3164`},
		{"a half-width Hangul filler", "\uffa0", 0xffa0, `\uffa0`},
		{"a Hangul jamo filler", "\u115f\u1160", 0x115f, `\u115f\u1160`},
		{"an inherent vowel of Khmer", "\u17b4", 0x17b4, `\u17b4`},
		{"a grapheme joiner", "a\u034fb", 0x34f, `a\u034fb`},
		{"a blank in Braille", "\u2800", 0x2800, `\u2800`},
		{"a variation selector after a letter", "a\ufe0f", 0xfe0f, `a\ufe0f`},
		{"a variation selector after a digit", "1\ufe0f", 0xfe0f, `1\ufe0f`},
		{"two variation selectors in a row", "❤\ufe0f\ufe0f", 0xfe0f, "❤\ufe0f" + `\ufe0f`},
		{"a tag", "🏴\U000e0067\U000e007f", 0xe0067, `🏴\U000e0067\U000e007f`},
		{"private use", "\ue000", 0xe000, `\ue000`},
		{"a noncharacter", "\ufdd0", 0xfdd0, `\ufdd0`},
		{"not UTF-8", "a\xffb", 0xfffd, `a\xffb`},
		{"half a surrogate pair", "\xed\xa0\x80", 0xfffd, `\xed\xa0\x80`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			r, hidden := text.Hidden(tc.value)
			require.True(t, hidden)
			require.Equal(t, tc.hidden, r)
			require.Equal(t, tc.visible, text.Visible(tc.value))
		})
	}
}

// A character alone is visible or not, for every code point there is.
func TestHiddenByItself(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if _, hidden := text.Hidden(string(r)); unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co) {
			require.True(t, hidden || string(r) == "\ufffd", "%U", r)
		} else if unicode.In(r, unicode.Lu, unicode.Ll, unicode.N, unicode.P, unicode.Sc, unicode.Zs) {
			require.False(t, hidden, "%U", r)
		}
	}
}

func TestLabel(t *testing.T) {
	require.Equal(t, "Invoice currency", text.Label("Invoice\r\ncurrency"))
	require.Equal(t, "Name of the customer", text.Label("Na\u00adme\tof \u202ethe\x00 customer\ufeff\xff"))
	require.Equal(t, "❤\ufe0f", text.Label("❤\ufe0f"))
}

func TestHiddenInLines(t *testing.T) {
	_, hidden := text.HiddenInLines("a\nb\tc\r\nd")
	require.False(t, hidden)
	for _, value := range []string{"a\rb", "a\u2028b", "a\vb", "a\n\u200bb"} {
		_, hidden := text.HiddenInLines(value)
		require.True(t, hidden, "%q", value)
	}
}

func FuzzVisible(f *testing.F) {
	for _, value := range []string{"", "a", "\x00", "a\u200db", "👨\u200d👩", "❤\ufe0f", "\xff\u202e", "ක්\u200dෂ", "\u200b\u200d👩"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		visible := text.Visible(value)
		r, hidden := text.Hidden(visible)
		require.False(t, hidden, "%U in %q", r, visible)
		if _, hidden := text.Hidden(value); !hidden {
			require.Equal(t, value, visible)
		}
		for _, shown := range []string{strconv.Quote(text.Printable(value)), text.Label(value)} {
			r, hidden := text.Hidden(shown)
			require.False(t, hidden, "%U in %q", r, shown)
		}
	})
}
