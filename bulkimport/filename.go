package bulkimport

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// maxFileName is the most characters of a file's name.
const maxFileName = 255

// checkFileName adds what is wrong with the name of an uploaded file. It must be one that every operating system
// can save a file under, and no path: hosts offer it again, beside the rows that failed.
func checkFileName(p *admin.Problems, path, name string) {
	switch {
	case !checkName(p, path, name, maxFileName):
	case strings.ContainsAny(name, `/\:*?"<>|`):
		unfit(p, path, admin.CodeFormat+".file_path", "value", quoted(name))
	case strings.HasSuffix(name, "."): // "." and ".." among them
		unfit(p, path, admin.CodeFormat+".full_stop", "value", quoted(name))
	case isDevice(name):
		unfit(p, path, admin.CodeFormat+".device", "value", quoted(name))
	}
}

// checkName is [admin.Problems.Text] for a name of 1 to most characters, in words that can be translated, and reports
// whether nothing is wrong.
func checkName(p *admin.Problems, path, name string, most int) bool {
	n := utf8.RuneCountInString(name)
	r, hidden := text.Hidden(name)
	switch {
	case name == "":
		unfit(p, path, admin.CodeRequired+".name", "min", 1, "max", most)
	case !utf8.ValidString(name):
		unfit(p, path, admin.CodeFormat+".utf8")
	case hidden:
		unfit(p, path, admin.CodeFormat+".hidden", "value", quoted(name), "character", fmt.Sprintf("%U", r))
	case strings.TrimSpace(name) != name:
		unfit(p, path, admin.CodeFormat+".blanks", "value", quoted(name))
	case n > most:
		unfit(p, path, admin.CodeTooLong+".name", "value", quoted(name), "count", n, "max", most)
	default:
		return true
	}
	return false
}

// isDevice reports whether Windows takes a name for a device, with any extension.
func isDevice(name string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch base = strings.TrimRight(base, " "); base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	number, ok := strings.CutPrefix(base, "COM")
	if !ok {
		number, ok = strings.CutPrefix(base, "LPT")
	}
	return ok && slices.Contains(strings.Split("0123456789¹²³", ""), number)
}
