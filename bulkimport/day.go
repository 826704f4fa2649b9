package bulkimport

import (
	"strings"
	"unicode"
)

// day is a day as it is written in a cell.
type day struct {
	year, month, day int
	short            bool // the year has two digits
	unordered        bool // day and month may be the other way round: they are as written
}

// parseDay reads a day in any of the forms: 2024-01-31, 20240131, 31.1.2024, 31 Jan 2024, Jan 31, 2024.
func parseDay(s string) (day, bool) {
	if len(s) == 8 && digits(s) {
		y, _ := number(s[:4])
		m, _ := number(s[4:6])
		d, _ := number(s[6:])
		return day{year: y, month: m, day: d}, y >= 1000 && y < 3000
	}
	if len(s) > 40 {
		return day{}, false
	}
	if i := strings.IndexFunc(s, unicode.IsLetter); i >= 0 {
		return namedDay(s)
	}
	var parts [3]string
	separator := byte(0)
	n := 0
	for {
		i := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i == 0 || i > 4 || n == 3 {
			return day{}, false
		}
		parts[n] = s[:i]
		n++
		if s = s[i:]; s == "" {
			break
		}
		if strings.IndexByte("/.-", s[0]) < 0 || (separator != 0 && s[0] != separator) {
			return day{}, false
		}
		separator = s[0]
		s = strings.TrimLeft(s[1:], " ")
	}
	if n != 3 {
		return day{}, false
	}
	var v [3]int
	for i, p := range parts {
		v[i], _ = number(p)
	}
	switch {
	case len(parts[0]) == 4 && len(parts[1]) <= 2 && len(parts[2]) <= 2:
		return day{year: v[0], month: v[1], day: v[2]}, true
	case len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) == 3 || len(parts[2]) == 1:
		return day{}, false
	}
	return day{year: v[2], month: v[1], day: v[0], short: len(parts[2]) == 2, unordered: true}, true
}

// namedDay reads a day whose month has a name.
func namedDay(s string) (day, bool) {
	var words []string
	between := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.-/'’", r) }
	for _, w := range strings.FieldsFunc(s, between) {
		switch w = fold(w); w {
		case "de", "del", "of", "the", "den", "der", "di", "d", "el", "le", "il":
			continue
		}
		words = append(words, w)
	}
	if len(words) != 3 {
		return day{}, false
	}
	if m := monthNamed(words[0]); m > 0 {
		words[0], words[1] = words[1], words[0] // as the others have it
	}
	m := monthNamed(words[1])
	first, ok1 := number(ordinal(words[0]))
	last, ok2 := number(ordinal(words[2]))
	switch {
	case m == 0 || !ok1 || !ok2:
		return day{}, false
	case len(words[0]) == 4 && digits(words[0]) && len(ordinal(words[2])) <= 2:
		return day{year: first, month: m, day: last}, true
	case len(ordinal(words[0])) <= 2 && digits(words[2]) && (len(words[2]) == 4 || len(words[2]) == 2):
		return day{year: last, month: m, day: first, short: len(words[2]) == 2}, true
	}
	return day{}, false
}

// ordinal takes the ending off a number such as 1st or 1er.
func ordinal(w string) string {
	digits := strings.TrimRight(w, "abcdefghijklmnopqrstuvwxyzºª°")
	switch w[len(digits):] {
	case "st", "nd", "rd", "th", "er", "e", "o", "a", "º", "ª", "°":
		return digits
	}
	return w
}

// monthNamed returns the month of a folded name or abbreviation in English, German, French, Spanish, Portuguese,
// Italian or Dutch; 0 for other words. No name is that of two months.
func monthNamed(w string) int {
	switch w {
	case "jan", "january", "januar", "janner", "janvier", "janv", "enero", "ene", "janeiro", "gennaio", "gen", "januari":
		return 1
	case "feb", "february", "februar", "fevrier", "fevr", "fev", "febrero", "fevereiro", "febbraio", "februari", "febr":
		return 2
	case "mar", "march", "marz", "mars", "marzo", "marco", "maart", "mrt", "mrz", "maerz":
		return 3
	case "apr", "april", "avril", "avr", "abril", "abr", "aprile":
		return 4
	case "may", "mai", "mayo", "maio", "maggio", "mag", "mei":
		return 5
	case "jun", "june", "juni", "juin", "junio", "junho", "giugno", "giu":
		return 6
	case "jul", "july", "juli", "juillet", "juil", "julio", "julho", "luglio", "lug":
		return 7
	case "aug", "august", "aout", "agosto", "ago", "augustus":
		return 8
	case "sep", "sept", "september", "septembre", "septiembre", "setiembre", "setembro", "set", "settembre", "sett":
		return 9
	case "oct", "october", "oktober", "okt", "octobre", "octubre", "outubro", "out", "ottobre", "ott":
		return 10
	case "nov", "november", "novembre", "noviembre", "novembro":
		return 11
	case "dec", "december", "dezember", "dez", "decembre", "diciembre", "dic", "dezembro", //nolint:misspell // French
		"dicembre":
		return 12
	}
	return 0
}
