package sqlstore

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// storable reports whether every text among args is one that all databases keep: valid UTF-8
// without NUL. PostgreSQL takes no other, and fails the transaction that tries; the others keep it
// or cut it off, each in its own way. So none of them is asked.
func storable(args []any) bool {
	for _, a := range args {
		s, ok := a.(string)
		switch list := a.(type) {
		case []string:
			if slices.ContainsFunc(list, func(s string) bool { return !keeps(s) }) {
				return false
			}
			continue
		case []*string:
			if slices.ContainsFunc(list, func(s *string) bool { return s != nil && !keeps(*s) }) {
				return false
			}
			continue
		case int64:
			continue
		}
		if !ok {
			// The domains' own kinds of text.
			v, err := driver.DefaultParameterConverter.ConvertValue(a)
			if err != nil {
				continue // the driver returns the error
			}
			s, _ = v.(string)
		}
		if !keeps(s) {
			return false
		}
	}
	return true
}

// keeps reports whether every database keeps a text.
func keeps(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func notStorable(noun string) error {
	return fmt.Errorf("%s: a text is not valid UTF-8 or has a NUL character: %w", noun, admin.ErrInvalid)
}
