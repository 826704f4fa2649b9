package bulkimport

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

func (u *upload) warn(in UploadInput) error {
	c := u.imp.Content
	if u.imp.Rows == 0 {
		u.addWarning(WarnNoRows, "there are no rows below the header")
	}
	seen := map[string]int{}
	var repeated []string
	var headers []string
	for _, col := range u.imp.Columns {
		headers = append(headers, col.Header)
		if col.Header != "" {
			if seen[col.Header]++; seen[col.Header] == 2 {
				repeated = append(repeated, admin.Clip(col.Header))
			}
		}
	}
	if len(repeated) > 0 {
		u.addWarning(WarnDuplicateHeaders, "more than one column is called %s: map them by their place",
			strings.Join(repeated[:min(5, len(repeated))], ", "))
	}
	if in.HeaderLine == 0 && c.HeaderLine > 0 && looksLikeData(headers) {
		u.addWarning(WarnNoHeader,
			"line %d, which was taken for the header, looks like data: confirm it, or upload the file again as one "+
				"without a header", c.HeaderLine)
	}
	for _, word := range slices.Sorted(maps.Keys(u.nulls)) {
		u.addWarning(WarnNullWords, "%d cells say %s: if that means blank, say so in the import's settings", u.nulls[word],
			word)
	}
	for _, col := range u.imp.Columns {
		if q := &u.quotes[col.Index]; !c.Returned && q.spreadsheets() {
			u.addWarning(WarnApostrophes, "%d cells of %q begin with an apostrophe, which a spreadsheet puts before a text: "+
				"it is imported unless the column's source takes it off", q.all, admin.Clip(col.Name))
		}
	}
	sum := hex.EncodeToString(u.original.Sum(nil))
	before, err := u.service.ports.Imports.List(u.ctx, u.scope.Org(),
		Filter{Type: u.imp.Type, Status: Started, SHA256: sum}, admin.Seek[uuid.UUID]{Limit: 1})
	if err != nil {
		return err
	}
	if len(before) > 0 {
		u.addWarning(WarnAlreadyImported, "the same file was imported before, as %s", before[0].ID)
	}
	return nil
}

// meansNull knows the words that databases and spreadsheets write for no value.
func meansNull(cell string) bool {
	if len(cell) < 2 || len(cell) > 4 {
		return false
	}
	switch cell {
	case "NULL", "null", "Null", "N/A", "n/a", "#N/A", "NaN", `\N`, "nil", "None":
		return true
	}
	return false
}

func (u *upload) addWarning(code, format string, args ...any) {
	u.imp.Warnings = append(u.imp.Warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}
