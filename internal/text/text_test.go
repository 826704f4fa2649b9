package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/text"
)

type word string

func TestJoin(t *testing.T) {
	require.Empty(t, text.Join([]word{}))
	require.Equal(t, "a", text.Join([]word{"a"}))
	require.Equal(t, "a, b", text.Join([]word{"a", "b"}))
}

func TestInstant(t *testing.T) {
	require.Equal(t, "open end", text.Instant(time.Time{}))
	kiribati := time.FixedZone("", 14*3600)
	require.Equal(t, "2026-02-28T10:00:00.5Z", text.Instant(time.Date(2026, 3, 1, 0, 0, 0, 500_000_000, kiribati)))
}

func TestPointer(t *testing.T) {
	for _, c := range []struct {
		want string
		keys []string
	}{
		{"", nil},
		{"/", []string{""}},
		{"/a/b", []string{"a", "b"}},
		{"/a~1b/m~0n", []string{"a/b", "m~n"}},
		{"/~01", []string{"~1"}},
		{"/é\n ", []string{"é\n "}},
		{"/0/expiresAt", []string{"0", "expiresAt"}},
	} {
		require.Equal(t, c.want, text.Pointer(c.keys...))
	}
}

// A token can hold every key: RFC 6901 undoes ~1 before ~0.
func FuzzPointerToken(f *testing.F) {
	for _, key := range []string{"", "a", "/", "~", "~1", "~01", "/~/~"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		token := text.PointerToken(key)
		require.NotContains(t, token, "/")
		require.Equal(t, key, strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"))
	})
}

func TestClip(t *testing.T) {
	for _, tc := range []struct {
		reason, value string
		most          int
		want          string
	}{
		{"shorter than the limit", "abc", 4, "abc"},
		{"as long as the limit", "abcd", 4, "abcd"},
		{"longer than the limit", "abcde", 4, "abcd…"},
		{"characters count and not bytes", "éééé", 4, "éééé"},
		{"a character is not cut in two", "ééééé", 4, "éééé…"},
		{"no room at all", "a", 0, "…"},
		{"nothing to clip", "", 0, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, text.Clip(tc.value, tc.most)) })
	}
}

func TestStorable(t *testing.T) {
	require.Equal(t, "plain é", text.Storable("plain é"))
	require.Equal(t, "a\uFFFDb\uFFFDc", text.Storable("a\x00b\xffc"))
	require.True(t, utf8.ValidString(text.Storable("\xc3")))
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		reason, value string
		most          int
		want          string
	}{
		{"shorter than the limit", "abc", 4, "abc"},
		{"as long as the limit", "abcd", 4, "abcd"},
		{"longer than the limit", "abcde", 4, "a…"},
		{"bytes count and not characters", "ééé", 5, "é…"},
		{"a character is not cut in two", "aééé", 5, "a…"},
		{"of what no storage keeps too", "\x00\xff", 6, "\uFFFD\uFFFD"},
		{"whose replacements are longer", "\x00\xff", 5, "…"},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, text.Fit(tc.value, tc.most)) })
	}
}

func TestLine(t *testing.T) {
	for _, tc := range []struct {
		reason, value string
		most          int
		want          string
	}{
		{"plain", "curl/8.1", 20, "curl/8.1"},
		{"blanks at the ends", " a ", 20, " a "},
		{"longer than the limit", "abcde", 4, "abcd"},
		{"bytes count and not characters", "ééé", 5, "éé"},
		{"a line of its own", "a\nb", 20, `a\u000ab`},
		{"an escape that is too long is cut", "a\nb", 4, `a\u0`},
		{"not UTF-8", "a\xffb", 20, `a\xffb`},
		{"nothing but the middle of a character", "\xa9\xa9\xa9\xa9", 2, `\x`},
		{"a joiner whose second letter is cut off", "क\u200dष", 6, "क"},
		{"nothing", "", 4, ""},
		{"no room", "a", 0, ""},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, text.Line(tc.value, tc.most)) })
	}
}

// A header can have any bytes.
func FuzzLine(f *testing.F) {
	for _, value := range []string{"", "a", "\xff\xfe", "क\u200dष", "\u202e", "👩\u200d👧", strings.Repeat("é", 99)} {
		f.Add(value, 7)
	}
	f.Fuzz(func(t *testing.T, value string, most int) {
		most &= 1023
		line := text.Line(value, most)
		require.LessOrEqual(t, len(line), most)
		_, hidden := text.Hidden(line)
		require.False(t, hidden, "%q", line)
		if _, hidden := text.Hidden(value); !hidden && len(value) <= most {
			require.Equal(t, value, line)
		}
	})
}
