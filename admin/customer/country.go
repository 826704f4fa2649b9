package customer

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// country is one name of a country, folded, and its ISO 3166 alpha-2 code.
type country struct{ name, code string }

// CountryCode is the ISO 3166 alpha-2 code of a country that is given by that code, its alpha-3
// code, or its usual name in English, German, French, Spanish, Portuguese, Italian or Dutch; capitals, accents and
// punctuation do not matter. Names are CLDR's, and others in wide use.
func CountryCode(text string) (code string, ok bool) {
	if len(text) > 200 {
		return "", false
	}
	if len(text) == 2 && 'A' <= text[0] && text[0] <= 'Z' && 'A' <= text[1] && text[1] <= 'Z' {
		if isCode(text) {
			return text, true
		}
	}
	i, ok := slices.BinarySearchFunc(countries[:], foldCountry(text),
		func(c country, name string) int { return strings.Compare(c.name, name) })
	if !ok {
		return "", false
	}
	return countries[i].code, true
}

// isCode reports whether an alpha-2 code in capitals is that of a country.
func isCode(code string) bool {
	name := [2]byte{code[0] | ' ', code[1] | ' '}
	i, ok := slices.BinarySearchFunc(countries[:], name, func(c country, name [2]byte) int {
		return strings.Compare(c.name, string(name[:]))
	})
	return ok && countries[i].code == code
}

// foldCountry makes one of all spellings of a name: lower case, no accents, single blanks, "and"
// for &, without a leading or trailing article.
func foldCountry(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ReplaceAll(text, "&", " and ")) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’':
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	if n := len(words); n > 1 && words[0] == "the" {
		words = words[1:]
	} else if n > 1 && words[n-1] == "the" {
		words = words[:n-1]
	}
	for i, w := range words {
		if w == "st" {
			words[i] = "saint"
		}
	}
	return strings.Join(words, " ")
}
