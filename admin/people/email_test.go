package people_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestParseEmail(t *testing.T) {
	label := strings.Repeat("d", 63)
	for _, tc := range []struct{ reason, text, key string }{
		{"plain", "ann@example.com", "ann@example.com"},
		{"capitals", "Ann.Lee@Example.COM", "ann.lee@example.com"},
		{"a tag is part of the name", "ann+billing@example.com", "ann+billing@example.com"},
		{"dots count", "a.n.n@gmail.com", "a.n.n@gmail.com"},
		{"every character that is allowed", "!#$%&'*+/=?^_`{|}~-0aZ@example.com", "!#$%&'*+/=?^_`{|}~-0az@example.com"},
		{"an international domain", "ann@münchen.example", "ann@xn--mnchen-3ya.example"},
		{"an international domain in capitals", "ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example"},
		{"the same domain as DNS writes it", "ann@xn--mnchen-3ya.example", "ann@xn--mnchen-3ya.example"},
		{"the KELVIN SIGN in a domain is a k to DNS", "ann@\u212aate.example", "ann@kate.example"},
		{"an ideographic full stop separates labels", "ann@example\u3002com", "ann@example.com"},
		{"a joiner in a script that has one", "ann@نامه\u200cای.com", "ann@xn--mgba3gch31f060k.com"},
		{"the longest name", strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
		{"the longest label", "ann@" + label + ".com", "ann@" + label + ".com"},
		{"the longest address", "a@" + label + "." + label + "." + label + "." + strings.Repeat("d", 60), "a@" + label + "." + label + "." + label + "." + strings.Repeat("d", 60)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e, err := people.ParseEmail(tc.text)
			require.NoError(t, err)
			require.Equal(t, people.Email{Address: tc.text, Key: tc.key}, e)
			require.Equal(t, tc.text, e.String(), "it is kept as it was given")
		})
	}
	for _, tc := range []struct{ reason, text string }{
		{"nothing", ""},
		{"no @", "ann.example.com"},
		{"two @", "ann@lee@example.com"},
		{"no name", "@example.com"},
		{"no domain", "ann@"},
		{"a name of 65 characters", strings.Repeat("a", 65) + "@example.com"},
		{"a dot first", ".ann@example.com"},
		{"a dot last", "ann.@example.com"},
		{"two dots", "an..n@example.com"},
		{"a space", "an n@example.com"},
		{"a space at the end", "ann@example.com "},
		{"a line break, as in an injected header", "ann@example.com\nBcc: all@example.com"},
		{"a carriage return before the @", "ann\r@example.com"},
		{"a NUL", "ann\x00@example.com"},
		{"a display name", "Ann <ann@example.com>"},
		{"angle brackets", "<ann@example.com>"},
		{"a quoted name", `"ann"@example.com`},
		{"a comment", "ann(lee)@example.com"},
		{"two addresses", "ann@example.com,bob@example.com"},
		{"the KELVIN SIGN for a k", "\u212aate@example.com"},
		{"the LONG S for an s", "ſam@example.com"},
		{"a Cyrillic а", "аnn@example.com"},
		{"a name that is not UTF-8", "an\xff@example.com"},
		{"a domain that is not UTF-8", "ann@ex\xffample.com"},
		{"a domain of one label", "ann@localhost"},
		{"a dot after the domain", "ann@example.com."},
		{"a dot before the domain", "ann@.example.com"},
		{"an empty label", "ann@example..com"},
		{"a label of 64 characters", "ann@" + label + "d.com"},
		{"a hyphen at the start of a label", "ann@-example.com"},
		{"an underscore in the domain", "ann@ex_ample.com"},
		{"an address of the network", "ann@[192.0.2.1]"},
		{"a domain that is not punycode", "ann@xn--\u00fc.example"},
		{"a soft hyphen in the domain", "ann@exam\u00adple.com"},
		{"a zero-width space in the domain", "ann@exam\u200bple.com"},
		{"text that runs from right to left by force", "ann@\u202eexample.com"},
		{"a joiner where no script has one", "ann@exam\u200dple.com"},
		{"255 bytes", "a@" + label + "." + label + "." + label + "." + strings.Repeat("d", 61)},
		{"longer than an address in DNS's writing", "a@" + strings.Repeat("ü", 55) + ".example." + strings.Repeat("ü.", 54) + "com"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e, err := people.ParseEmail(tc.text)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, people.Email{}, e)
			require.Less(t, len(err.Error()), 600)
		})
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{
		"ann@example.com", "Ann@MÜNCHEN.example", "a@b.c", "\u212aate@example.com", "ann@exam\u00adple.com", "ann@xn--mnchen-3ya.example",
		"ann@example\u3002com", "ann@\u202eexample.com", "a@faß.example", "a@ς.example", "a@1.2", `"a"@b.c`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := people.ParseEmail(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, people.Email{}, e)
			return
		}
		require.Equal(t, text, e.Address)
		require.LessOrEqual(t, len(e.Key), 254)
		for i := range len(e.Key) {
			c := e.Key[i]
			require.True(t, c > ' ' && c < 0x7f && (c < 'A' || c > 'Z'), "a key is printable ASCII in lower case: %q", e.Key)
		}
		require.Equal(t, 1, strings.Count(e.Key, "@"))
		again, err := people.ParseEmail(e.Key)
		require.NoError(t, err)
		require.Equal(t, e.Key, again.Key, "a key is its own key")
	})
}
