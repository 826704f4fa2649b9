package email

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/admincenter/admincenter/internal/text"
)

// asciiDomain returns the domain as DNS has it: lower case, international labels in punycode. It refuses a domain that
// is not its own normal form, because one that is mapped to another, such as "ｅxample.com" or "①.com", would let two
// ways of writing name one user. Capitals are taken, but not where the lower letter depends on who lowers it (ẞ, İ, Σ).
func asciiDomain(domain string) (string, bool) {
	if _, hidden := text.Hidden(domain); hidden || !norm.NFC.IsNormalString(domain) {
		return "", false
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || !domainName(ascii) {
		return "", false
	}
	// What the name means is checked, however it is written: punycode can hold what a name may not.
	meant, err := idna.Lookup.ToUnicode(ascii)
	if err != nil || strings.Contains(strings.ReplaceAll(meant, "l·l", ""), "·") ||
		strings.ContainsFunc(meant, func(r rune) bool { return !domainRune(r) }) {
		return "", false
	}
	if again, err := idna.Lookup.ToASCII(meant); err != nil || again != ascii {
		return "", false
	}
	given, labels, names := strings.Split(domain, "."), strings.Split(ascii, "."), strings.Split(meant, ".")
	if len(given) != len(labels) || len(names) != len(labels) {
		return "", false // a full stop of another script
	}
	for i, label := range given {
		want := names[i]
		if isASCII(label) {
			want = labels[i]
		}
		if label != want && (strings.ToLower(label) != want || strings.Contains(label, "Σ")) {
			return "", false
		}
	}
	return ascii, true
}

// domainName reports whether an ASCII name has two labels or more, none empty or too long: idna checks
// the characters of labels, and not their number.
func domainName(ascii string) bool {
	labels := 0
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > maxLabel {
			return false
		}
		labels++
	}
	return labels > 1
}

// domainRune reports whether IDNA2008 lets r be in a name (RFC 5892): letters, marks and digits, and the few exceptions
// of section 2.6, a middle dot between two l among them. UTS #46, which idna follows, takes symbols and emoji besides.
func domainRune(r rune) bool {
	switch r {
	case '.', '-', '\u00b7', '\u0375', '\u05f3', '\u05f4', '\u30fb', '\u200c', '\u200d':
		return true
	case '\u0640', '\u07fa', '\u302e', '\u302f', '\u3031', '\u3032', '\u3033', '\u3034', '\u3035', '\u303b':
		return false
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd)
}

// Shown returns an address that [Key] has taken, with the key that it got, as it can be shown to people: a label of the
// domain that could pass for another is in punycode. That are labels
//   - of more than one script (UTS #39, section 5.1: Japanese, Korean and Bopomofo with Han are one each), or with
//     digits of two systems,
//   - of Latin letters that are none of the usual alphabets, such as ɡ or ı, and of Latin, Greek, Cyrillic or Armenian
//     letters with signs of no script, or with marks that no single letter has,
//   - of nothing but Cyrillic, Greek or Armenian letters that look like Latin ones, under a top-level domain in ASCII.
//
// A name in one script that looks like another name in the same script is shown as it is.
func Shown(address, key string) string {
	if isASCII(address) {
		return address
	}
	at, keyAt := strings.IndexByte(address, '@'), strings.IndexByte(key, '@')
	given, labels := strings.Split(address[at+1:], "."), strings.Split(key[keyAt+1:], ".")
	if at < 0 || keyAt < 0 || len(given) != len(labels) {
		return key
	}
	foreign := isASCII(given[len(given)-1])
	for i, label := range given {
		if !plain(strings.ToLower(label), foreign) {
			given[i] = labels[i]
		}
	}
	return address[:at+1] + strings.Join(given, ".")
}

// plain reports whether a label in lower case can be shown. foreign says that its top-level domain is in ASCII.
func plain(label string, foreign bool) bool {
	if isASCII(label) {
		return true
	}
	var scripts []string
	var digits rune
	common := false // a sign of no script, other than ASCII
	for _, r := range label {
		if unicode.IsDigit(r) {
			if block := r &^ 15; digits != 0 && digits != block {
				return false
			}
			digits = r &^ 15
		}
		switch s := scriptOf(r); {
		case s == "":
			common = common || r >= utf8.RuneSelf
		case !slices.Contains(scripts, s):
			scripts = append(scripts, s)
		}
	}
	if !oneSystem(scripts) {
		return false
	}
	switch script := scripts[0]; script {
	case "Latin":
		return !common && !strings.ContainsFunc(label, oddLatin)
	case "Cyrillic", "Greek", "Armenian":
		return !common && (!foreign || !likeLatin(label, script))
	}
	return true
}

// oneSystem reports whether the scripts are those of one writing system.
func oneSystem(scripts []string) bool {
	if len(scripts) == 1 {
		return true
	}
	for _, system := range [][]string{{"Han", "Hiragana", "Katakana"}, {"Han", "Hangul"}, {"Han", "Bopomofo"}} {
		if !slices.ContainsFunc(scripts, func(s string) bool { return !slices.Contains(system, s) }) {
			return len(scripts) > 0
		}
	}
	return false
}

// scriptOf returns the script of r, "" if it is of none or of all.
func scriptOf(r rune) string {
	if r < utf8.RuneSelf {
		if r >= 'a' && r <= 'z' {
			return "Latin"
		}
		return ""
	}
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

// oddLatin reports whether r is a Latin letter of no usual alphabet: neither ASCII with accents nor one of a few.
func oddLatin(r rune) bool {
	if r < utf8.RuneSelf || strings.ContainsRune("ßæðøþđħłŋœəơư", r) {
		return false
	}
	return norm.NFD.String(string(r))[0] >= utf8.RuneSelf
}

// likeLatin reports whether every letter of the label looks like a Latin one. The letters follow Chromium's
// check for look-alikes of whole scripts (components/url_formatter/spoof_checks).
func likeLatin(label, script string) bool {
	like := map[string]string{
		"Cyrillic": "асԁеһіјӏорԛѕԝхуъьҽпгѵѡ",
		"Greek":    "αβγεικμνορτυχωη",
		"Armenian": "ագզէլհյոսւօ",
	}[script]
	return !strings.ContainsFunc(label, func(r rune) bool {
		return unicode.IsLetter(r) && !strings.ContainsRune(like, r)
	})
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
