package bulkimport

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxHeaderRunes is how much of a header is compared: what is longer is no name of a field.
const maxHeaderRunes = 200

// words splits a header into words in one form: lower case without accents, synonyms made equal,
// plurals cut, repetitions and words of no weight dropped. What is in parentheses or brackets is a
// qualifier, such as a currency or a time zone, and no part of the name.
func words(header string) []string {
	if r := []rune(header); len(r) > maxHeaderRunes {
		header = string(r[:maxHeaderRunes])
	}
	header = strings.NewReplacer("N°", " no ", "n°", " no ", "Nº", " no ", "nº", " no ", "№", " no ").Replace(header)
	header = norm.NFKC.String(header)
	var out []string
	for _, w := range split(unqualified(header)) {
		w = fold(w)
		switch w {
		case "", "the", "of", "de", "du", "la", "le", "am", "is", "field", "required":
			continue
		}
		for _, s := range synonym(w) {
			if !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	// "E-mail" comes in two pieces.
	if i := slices.Index(out, "e"); i >= 0 && i+1 < len(out) && out[i+1] == "email" {
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// unqualified drops what is in parentheses and brackets, unless nothing else is there.
func unqualified(header string) string {
	var b strings.Builder
	depth := 0
	for _, r := range header {
		switch r {
		case '(', '[':
			depth++
			b.WriteByte(' ')
		case ')', ']':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	if strings.TrimSpace(b.String()) == "" {
		return header
	}
	return b.String()
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

// synonym is the usual words for a word that headers write in many ways.
func synonym(w string) []string {
	switch w {
	case "no", "nr", "num", "nbr", "numero", "nummer", "numbers":
		return []string{"number"}
	case "tel", "telephone", "telefon", "telefono", "mobile", "cell", "phones":
		return []string{"phone"}
	case "mail", "emails", "courriel":
		return []string{"email"}
	case "zip", "plz", "cep", "postcode", "zipcode":
		return []string{"postal"}
	case "ccy", "curr", "devise", "wahrung", "moneda":
		return []string{"currency"}
	case "cust", "client", "kunde", "kunden", "cliente":
		return []string{"customer"}
	case "kundennummer", "kundennr":
		return []string{"customer", "number"}
	case "ref", "code", "key", "ids", "identifier":
		return []string{"id"}
	case "acct":
		return []string{"account"}
	case "addr", "adresse", "addresses":
		return []string{"address"}
	case "ctry":
		return []string{"country"}
	case "org", "organisation":
		return []string{"organization"}
	}
	if n := len(w); n > 3 && w[n-1] == 's' && w[n-2] != 's' && w[n-2] != 'u' {
		return []string{w[:n-1]}
	}
	return []string{w}
}
