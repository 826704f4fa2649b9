package sqlstore

import (
	"database/sql/driver"
	"fmt"
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
		if !ok {
			// The domains' own kinds of text.
			v, err := driver.DefaultParameterConverter.ConvertValue(a)
			if err != nil {
				continue // the driver returns the error
			}
			s, _ = v.(string)
		}
		if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			return false
		}
	}
	return true
}

func notStorable(noun string) error {
	return fmt.Errorf("%s: a text is not valid UTF-8 or has a NUL character: %w", noun, admin.ErrInvalid)
}
