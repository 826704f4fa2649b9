package bulkimport

import (
	"strings"
	"unicode"
)

// keyForm is the form in which keys of one file are compared: keys that look the same are one key. It has no
// characters without a shape of their own, such as joiners and variation selectors, and one kind of blank. E-mail
// addresses compare regardless of capitals. Other keys do not, because identifiers of records do not either.
func keyForm(kind Kind, key string) string {
	if kind == Email {
		key = strings.ToLower(key)
	}
	if ascii(key) {
		return key
	}
	return normal(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, key))
}
