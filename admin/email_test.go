package admin_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestParseEmail(t *testing.T) {
	for _, tc := range []struct {
		reason, text, key string // the key is empty where it is refused
	}{
		{"plain", "ann@example.com", "ann@example.com"},
		{"letters of any case", "Ann.Smith@EXAMPLE.com", "ann.smith@example.com"},
		{"a tag, which stays", "ann+admin@example.com", "ann+admin@example.com"},
		{"every sign of RFC 5322", "!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"},
		{"a digit domain", "a@1.example", "a@1.example"},
		{"an international domain", "ann@Bücher.example", "ann@xn--bcher-kva.example"},
		{"the same in ASCII", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"64 characters before the @", strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
		{"65 characters before the @", strings.Repeat("a", 65) + "@example.com", ""},
		{"255 bytes", "a@" + strings.Repeat("a.", 126) + "b", ""},
		{"more than 254 bytes in ASCII", strings.Repeat("a", 60) + "@" + strings.Repeat("ü.", 60) + "example", ""},
		{"nothing", "", ""},
		{"no @", "ann.example.com", ""},
		{"two", "ann@x@example.com", ""},
		{"nothing before the @", "@example.com", ""},
		{"nothing after the @", "ann@", ""},
		{"no dot in the domain", "ann@localhost", ""},
		{"a dot after the domain", "ann@example.com.", ""},
		{"a dot before the name", ".ann@example.com", ""},
		{"a dot after the name", "ann.@example.com", ""},
		{"two dots in the name", "a..b@example.com", ""},
		{"two dots in the domain", "a@b..com", ""},
		{"an address literal", "ann@[127.0.0.1]", ""},
		{"a display name", "Ann <ann@example.com>", ""},
		{"a quoted name", `"ann"@example.com`, ""},
		{"a blank in front", " ann@example.com", ""},
		{"a blank behind", "ann@example.com ", ""},
		{"a second header", "ann@example.com\r\nBcc: eve@example.com", ""},
		{"a NUL", "ann\x00@example.com", ""},
		{"the Kelvin sign, which lowers to k", "\u212aate@example.com", ""},
		{"the long s, which folds to s", "\u017fam@example.com", ""},
		{"a Cyrillic а", "\u0430nn@example.com", ""},
		{"not UTF-8", "ann@ex\xffample.com", ""},
		{"an underscore in the domain", "ann@ex_ample.com", ""},
		{"a hyphen in front of the domain", "ann@-example.com", ""},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e, err := admin.ParseEmail(tc.text)
			if tc.key == "" {
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.Zero(t, e)
				return
			}
			require.NoError(t, err)
			require.Equal(t, admin.Email{Address: tc.text, Key: tc.key}, e)
			require.Equal(t, tc.text, e.String())
		})
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"ann@example.com", "Ann@Bücher.example", "a@xn--bcher-kva.example", "\u212a@example.com", "a@b.c", "ann@example.com\n", "a@ß.example", "a@1。example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := admin.ParseEmail(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			return
		}
		require.Equal(t, text, e.Address, "it is sent to what was given")
		require.LessOrEqual(t, len(e.Key), 254)
		require.Equal(t, 1, strings.Count(e.Key, "@"))
		for i := range len(e.Key) {
			c := e.Key[i]
			require.True(t, c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'), "byte %q of key %q", c, e.Key)
		}
		again, err := admin.ParseEmail(e.Key)
		require.NoError(t, err, "a key is an address")
		require.Equal(t, e.Key, again.Key, "and its own key")
	})
}
