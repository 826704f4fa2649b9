package text

import "fmt"

// Size writes the length of a value in place of the value, for an audit trail and for errors about values that may be
// secret. It is no digest, by which a guess could be checked.
func Size(value string) string {
	if len(value) == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", len(value))
}
