package bulkimport

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxHeaderRunes is how much of a header is compared: what is longer is no name of a field.
const maxHeaderRunes = 200

// words splits a header into words in one form: lower case without accents.
func words(text string) []string {
	if r := []rune(text); len(r) > maxHeaderRunes {
		text = string(r[:maxHeaderRunes])
	}
	text = strings.NewReplacer("N°", " no ", "n°", " no ", "Nº", " no ", "nº", " no ", "№", " no ", "#", " no ").
		Replace(text)
	var out []string
	for _, w := range split(norm.NFKC.String(text)) {
		if w = fold(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// aside separates what is in parentheses and brackets, such as a currency or a time zone, from the rest of a header.
// If there is no rest, it is the header.
func aside(header string) (main, within string) {
	var outer, inner strings.Builder
	depth := 0
	for _, r := range header {
		switch r {
		case '(', '[':
			depth++
			outer.WriteByte(' ')
		case ')', ']':
			depth = max(0, depth-1)
			inner.WriteByte(' ')
		default:
			if depth == 0 {
				outer.WriteRune(r)
			} else {
				inner.WriteRune(r)
			}
		}
	}
	if strings.TrimSpace(outer.String()) == "" {
		return inner.String(), ""
	}
	return outer.String(), inner.String()
}

// split cuts at everything that is no letter or digit, between a small and a capital letter,
// before the last of several capitals that a small letter follows, and between letters and digits.
func split(text string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = nil
		}
	}
	rs := []rune(text)
	for i, r := range rs {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) {
			// Nothing is between the parts of a word that a zero-width character joins.
			if !unicode.Is(unicode.Cf, r) {
				flush()
			}
			continue
		}
		if n := len(word); n > 0 {
			last := word[n-1]
			switch {
			case unicode.IsDigit(last) != unicode.IsDigit(r),
				unicode.IsLower(last) && unicode.IsUpper(r),
				unicode.IsUpper(last) && unicode.IsUpper(r) && i+1 < len(rs) && unicode.IsLower(rs[i+1]):
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return out
}

// fold makes a word lower case and takes its accents off, those that do not decompose included.
func fold(word string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(word)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'œ':
			b.WriteString("oe")
		case r == 'ø':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'đ':
			b.WriteByte('d')
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
