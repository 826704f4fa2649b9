package bulkimport

import (
	"strings"

	"github.com/admincenter/admincenter/internal/email"
)

// address reads an e-mail address.
func address(cell string) (string, *problem) {
	if plainAddress(cell) || email.Deliverable(cell) {
		return cell, nil
	}
	several := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|: \n", r) })
	if len(several) > 1 && email.Deliverable(several[0]) && email.Deliverable(several[len(several)-1]) {
		return wrong(CodeInvalidEmail+".several", "value", quoted(cell))
	}
	return wrong(CodeInvalidEmail, "value", quoted(cell))
}

// plainAddress recognizes most addresses at once: small letters, digits and single dots, short labels, and a top-level
// domain of letters. What it does not recognize may be an address too.
func plainAddress(cell string) bool {
	at := strings.IndexByte(cell, '@')
	if at < 1 || at > 60 || len(cell) > 120 {
		return false
	}
	return dotted(cell[:at]) > 0 && dotted(cell[at+1:]) > 1 && cell[len(cell)-1] > '9'
}

// dotted returns the number of labels of small letters and digits between dots, 0 if there is anything else.
func dotted(s string) int {
	labels, size, letters := 0, 0, 0
	for i := range len(s) + 1 {
		if i == len(s) || s[i] == '.' {
			if size == 0 || size > 60 || (i == len(s) && letters != size) && labels > 0 {
				return 0
			}
			labels, size, letters = labels+1, 0, 0
			continue
		}
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			letters++
		case c < '0' || c > '9':
			return 0
		}
		size++
	}
	return labels
}
