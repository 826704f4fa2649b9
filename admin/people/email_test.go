package people_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

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
		{"the same in capitals", "ann@XN--MNCHEN-3YA.example", "ann@xn--mnchen-3ya.example"},
		{"an ß is a letter of its own", "ann@faß.example", "ann@xn--fa-hia.example"},
		{"and no ss", "ann@fass.example", "ann@fass.example"},
		{"a final sigma is a letter of its own", "ann@σας.example", "ann@xn--mxa8ab.example"},
		{"a Catalan middle dot", "ann@col·legi.example", "ann@xn--collegi-xma.example"},
		{"a joiner in a script that has one", "ann@نامه\u200cای.com", "ann@xn--mgba3gch31f060k.com"},
		{"the longest name", strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
		{"the longest label", "ann@" + label + ".com", "ann@" + label + ".com"},
		{"the longest address", "a@" + label + "." + label + "." + label + "." + strings.Repeat("d", 60), "a@" + label + "." + label + "." + label + "." + strings.Repeat("d", 60)},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e, err := people.ParseEmail(tc.text)
			require.NoError(t, err)
			require.Equal(t, people.Email{Address: tc.text, Key: tc.key}, e)
			require.Equal(t, tc.text, e.Address, "it is kept as it was given")
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
		{"the KELVIN SIGN in a domain", "ann@\u212aate.example"},
		{"the ANGSTROM SIGN in a domain", "ann@\u212bngstrom.example"},
		{"full width letters", "ann@ｅxample.com"},
		{"a full width full stop", "ann@example．com"},
		{"an ideographic full stop", "ann@example\u3002com"},
		{"a half width full stop", "ann@example｡com"},
		{"a ligature", "ann@ﬁrm.com"},
		{"a circled digit", "ann@①.com"},
		{"a superscript", "ann@ex².com"},
		{"a mathematical letter", "ann@𝐞xample.com"},
		{"a digraph", "ann@ǆ.example"},
		{"a capital ẞ, which is ß to some and ss to others", "ann@FAẞ.de"},
		{"a capital İ, which is i to some and two characters to others", "ann@İx.com"},
		{"a capital Σ, which is one of two small letters", "ann@ΣΑΣ.gr"},
		{"letters that are not composed", "ann@mu\u0308nchen.example"},
		{"an emoji", "ann@i❤.ws"},
		{"an emoji in punycode", "ann@xn--i-7iq.ws"},
		{"a middle dot between others than l", "ann@a·b.example"},
		{"a Hangul filler", "ann@\u3164.com"},
		{"a tag", "ann@example\U000e0041.com"},
		{"a variation selector", "ann@example\ufe0f.com"},
		{"punycode of capitals", "ann@xn--MNCHEN-psa.example"},
		{"punycode of a full width letter", "ann@xn--xample-hy68a.com"},
		{"punycode of letters that are not composed", "ann@xn--munchen-gie.com"},
		{"punycode of nothing international", "ann@xn--example-.com"},
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

func TestShownEmail(t *testing.T) {
	for _, tc := range []struct{ reason, text, shown string }{
		{"ASCII", "Ann@Example.COM", "Ann@Example.COM"},
		{"punycode stays what it was", "ann@xn--mnchen-3ya.example", "ann@xn--mnchen-3ya.example"},
		{"accents", "ann@MÜNCHEN.example", "ann@MÜNCHEN.example"},
		{"Vietnamese", "ann@tiếng-việt.example", "ann@tiếng-việt.example"},
		{"Polish", "ann@łódź.example", "ann@łódź.example"},
		{"an ß", "ann@faß.example", "ann@faß.example"},
		{"Russian", "ann@почта.example", "ann@почта.example"},
		{"Japanese of three scripts", "ann@ひらカタ漢字.example", "ann@ひらカタ漢字.example"},
		{"Korean with Han", "ann@한국韓.example", "ann@한국韓.example"},
		{"Persian with a joiner", "ann@نامه\u200cای.com", "ann@نامه\u200cای.com"},
		{"a Cyrillic а in a Latin word", "ann@аpple.example", "ann@xn--pple-43d.example"},
		{"only the label that mixes", "ann@münchen.аpple.example", "ann@münchen.xn--pple-43d.example"},
		{"a Greek omicron in a Latin word", "ann@gοogle.example", "ann@xn--gogle-rce.example"},
		{"Latin with Han, whose one looks like a dash", "ann@ab一c.example", "ann@xn--abc-r18d.example"},
		{"Latin with a sign of no script", "ann@abーc.example", "ann@xn--abc-us4b.example"},
		{"a sign of no script alone", "ann@ー.example", "ann@xn--wek.example"},
		{"a script g", "ann@ɡoogle.example", "ann@xn--oogle-qmc.example"},
		{"a dotless i", "ann@paypaı.example", "ann@xn--paypa-r4a.example"},
		{"an i with a second dot", "ann@i\u0307x.example", "ann@xn--ix-rub.example"},
		{"Cyrillic letters that all look Latin", "ann@аррӏе.com", "ann@xn--80ak6aa92e.com"},
		{"the same where names are Cyrillic", "ann@аррӏе.рф", "ann@аррӏе.рф"},
		{"digits of two systems", "ann@१1क.example", "ann@xn--1-uud8v.example"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			e, err := people.ParseEmail(tc.text)
			require.NoError(t, err)
			require.Equal(t, tc.shown, e.String())
			require.Equal(t, tc.text, e.Address)
			j, err := json.Marshal(e)
			require.NoError(t, err)
			require.JSONEq(t, strconv.Quote(tc.shown), string(j))
			again, err := people.ParseEmail(e.String())
			require.NoError(t, err)
			require.Equal(t, e.Key, again.Key, "what is shown is the same mailbox")
			require.Equal(t, tc.shown, again.String())
		})
	}
}

// Addresses that look alike, which is alike after compatibility mapping and lowering, are one user or none.
func TestAddressesThatLookAlikeHaveOneKey(t *testing.T) {
	pieces := []string{
		"a", "A", "ａ", "ⓐ", "k", "K", "\u212a", "ß", "ẞ", "ss", "SS", "ſ", "s", "i", "I", "İ", "ı", "i\u0307", "σ", "ς", "Σ", "ﬁ", "fi",
		"1", "①", "¹", "ü", "Ü", "u\u0308", "å", "\u212b", "ǆ", "dž", ".", "。", "．", "-", "\u00ad", "\u200d", "\u200b", "\ufe0f", "а", "А",
		"日", "⽇", "カ", "ｶ", "م", "ﻡ", "\u200c", "xn--fa-hia", "xn--mnchen-3ya", "münchen",
	}
	draw := rand.New(rand.NewPCG(9, 1))
	type seen struct{ text, key string }
	byLook := map[string]seen{}
	accepted, alike := 0, 0
	for range 200_000 {
		var b strings.Builder
		for range 1 + draw.IntN(3) {
			b.WriteString(pieces[draw.IntN(len(pieces))])
		}
		text := "x@" + b.String() + ".com"
		e, err := people.ParseEmail(text)
		if err != nil {
			continue
		}
		accepted++
		look := strings.ToLower(norm.NFKC.String(strings.ToLower(norm.NFKC.String(text))))
		if first, ok := byLook[look]; ok && first.text != text {
			alike++
			require.Equal(t, first.key, e.Key, "%q and %q", first.text, text)
			continue
		}
		byLook[look] = seen{text, e.Key}
	}
	require.Greater(t, accepted, 10_000)
	require.Greater(t, alike, 1_000, "addresses that look alike were met")
}

func FuzzParseEmail(f *testing.F) {
	for _, seed := range []string{
		"ann@example.com", "Ann@MÜNCHEN.example", "a@b.c", "\u212aate@example.com", "ann@exam\u00adple.com", "ann@xn--mnchen-3ya.example",
		"ann@example\u3002com", "ann@\u202eexample.com", "a@faß.example", "a@FAẞ.example", "a@аpple.example", "a@①.com", "a@i\u0307x.com", "a@ς.example", "a@1.2", `"a"@b.c`,
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
		shown, err := people.ParseEmail(e.String())
		require.NoError(t, err)
		require.Equal(t, e.Key, shown.Key, "what is shown is the same mailbox")
		for _, alike := range []string{strings.ToLower(text), norm.NFC.String(text), norm.NFKC.String(text), strings.ToLower(norm.NFKC.String(text))} {
			if other, err := people.ParseEmail(alike); err == nil {
				require.Equal(t, e.Key, other.Key, "%q looks like %q", alike, text)
			}
		}
	})
}
