package bulkimport

// EscapeCell returns a cell as the files that this package writes have it: with an apostrophe before what a spreadsheet
// would take for a formula when it opens the text. What converts a spreadsheet in which cells are texts needs it for
// a sheet of failed rows ([ReturnedHeader]), because Upload takes the apostrophes off those.
func EscapeCell(cell string) string { return escape(cell) }

// UnescapeCell is the inverse of [EscapeCell], for any cell. What writes a file of this package as a spreadsheet, where
// a text stays a text, takes the apostrophes off with it.
func UnescapeCell(cell string) string { return unescape(cell) }

// ReturnedHeader reports whether a header row is that of a file of failed rows, which [Service.FailedRows] wrote.
func ReturnedHeader(header []string) bool { return returned(header) }
