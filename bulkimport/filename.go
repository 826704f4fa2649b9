package bulkimport

import (
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// maxFileName is the most characters of a file's name.
const maxFileName = 255

// checkFileName adds what is wrong with the name of an uploaded file. It must be one that every operating system
// can save a file under, and no path: hosts offer it again, beside the rows that failed.
func checkFileName(p *admin.Problems, path, name string) {
	var own admin.Problems
	own.Text(path, name, 1, maxFileName)
	if err := own.Err(); err != nil {
		p.AddError("", admin.CodeFormat, err)
		return
	}
	switch {
	case strings.ContainsAny(name, `/\:*?"<>|`):
		p.Add(path, admin.CodeFormat, "%q has one of / \\ : * ? \" < > |: give the name of the file without its folder",
			admin.Clip(name))
	case strings.HasSuffix(name, "."): // "." and ".." among them
		p.Add(path, admin.CodeFormat, "%q ends with a full stop: remove it", admin.Clip(name))
	case isDevice(name):
		p.Add(path, admin.CodeFormat, "%q is the name of a device on Windows: rename the file", admin.Clip(name))
	}
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
