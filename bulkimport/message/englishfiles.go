package message

// englishFiles is the messages of the kind file, sorted by key.
var englishFiles = [...]entry{
	{"file.bad_header", "line {line} cannot be read as a header row: give the line of the header", ""},
	{
		"file.bad_header.invalid_encoding_byte",
		"line {line} cannot be read as a header row: the cell has the byte {byte}, which is not {encoding}: " +
			"correct it, or choose the encoding that the file has",
		"",
	},
	{
		"file.bad_header.invalid_encoding_half",
		"line {line} cannot be read as a header row: the cell has half of a character: in {encoding} each has 2 " +
			"or 4 bytes",
		"",
	},
	{
		"file.bad_header.invalid_encoding_nul",
		"line {line} cannot be read as a header row: the cell has the character NUL, which no text has: remove it",
		"",
	},
	{"file.bad_header.missing", "line {line}, where the header row should be, is not in the file", ""},
	{
		"file.bad_header.text_after_quote",
		"line {line} cannot be read as a header row: text follows the closing quote of a cell: write a quote " +
			"within a quoted cell twice",
		"",
	},
	{
		"file.bad_header.unclosed_quote",
		"line {line} cannot be read as a header row: a quote opens a cell and is not closed to the end of the " +
			"file: close it, or write a quote within a quoted cell twice",
		"",
	},
	{"file.empty_file", "there is nothing in it: give a CSV file with a header row", ""},
	{"file.empty_file.blank", "all of its rows are blank", ""},
	{
		"file.empty_file.head",
		"its first {bytes} bytes have no row that is not blank: give a CSV file with a header row",
		"",
	},
	{"file.file_changed", "the stored content is not what was uploaded: upload the file again", ""},
	{"file.file_lost", "a part of the stored content is missing: upload the file again", ""},
	{"file.file_removed", "the file is not kept any longer: upload it again", ""},
	{"file.file_too_large", "it has more than {max} bytes: split it", ""},
	{"file.header_too_long", "the header of column {column} has {bytes} bytes: at most {max} are allowed", ""},
	{"file.header_too_long.record", "line {line}: the row has more than {bytes} bytes or {lines} lines", ""},
	{
		"file.not_csv.binary",
		"this is a binary file, or a text in UTF-32 or another encoding that is not known: save it as CSV UTF-8",
		"",
	},
	{
		"file.not_csv.compressed",
		"this is a compressed file (gzip or the like): unpack it and upload the CSV in it",
		"",
	},
	{"file.not_csv.contacts", "this is a vCard or a calendar: export the contacts as CSV and upload that", ""},
	{
		"file.not_csv.excel",
		"this is a ZIP archive with an Excel workbook (.xlsx): save the sheet as CSV UTF-8 and upload that",
		"",
	},
	{
		"file.not_csv.html",
		"this is a web page (HTML), which some programs save under the name of a spreadsheet: open it in a " +
			"spreadsheet and save it as CSV UTF-8",
		"",
	},
	{"file.not_csv.json", "this is JSON: export the table as CSV and upload that", ""},
	{"file.not_csv.old_excel", "this is an old Excel .xls file: save the sheet as CSV UTF-8 and upload that", ""},
	{"file.not_csv.pdf", "this is a PDF file: export the table as CSV and upload that", ""},
	{"file.not_csv.picture", "this is a picture, a program or another binary file: export the table as CSV", ""},
	{"file.not_csv.rtf", "this is an RTF document: save the table as CSV UTF-8 and upload that", ""},
	{"file.not_csv.sql", "this is SQL, such as a dump of a database: export the table as CSV and upload that", ""},
	{"file.not_csv.sqlite", "this is a SQLite database: export the table as CSV and upload that", ""},
	{"file.not_csv.utf", "this is a text in UTF-32: save it as CSV UTF-8", ""},
	{
		"file.not_csv.xml",
		"this is an XML document: export the table as CSV, or open the document in a spreadsheet and save it as " +
			"CSV UTF-8",
		"",
	},
	{
		"file.not_csv.zip",
		"this is a ZIP archive, as Excel's .xlsx is: unpack it, or save the sheet as CSV UTF-8, and upload that",
		"",
	},
	{
		"file.relations_too_deep",
		"rows point at rows behind them in more than {max} steps: sort the file so that those come first",
		"",
	},
	{"file.too_many_columns", "the row has {cells} cells: at most {max} are allowed", ""},
	{"file.too_many_columns.header", "line {line}: the row has {cells} cells: at most {max} are allowed", ""},
	{
		"file.too_many_customer_conflicts",
		"more than {max} rows state another {field} than an earlier row of the same customer: is it mapped to the right column?",
		"",
	},
	{"file.too_many_cycles", "more than {max} rows point at each other in circles: is the right column mapped?", ""},
	{
		"file.too_many_duplicates",
		"more than {max} rows repeat the {field} of another row: is it mapped to the right column?",
		"",
	},
	{"file.too_many_rows", "it has more than {max} rows: split it", ""},
	{
		"file.too_many_rows.blank",
		"it has more than {max} rows, of which {blank} are blank or above the header: delete those",
		"",
	},
}

// englishWarnings is the messages of the kind warning, sorted by key.
var englishWarnings = [...]entry{
	{"warning.already_imported", "the same file was imported before, as {import}", ""},
	{"warning.already_imported.encoding", "the same text was imported before, as {import}: only the encoding differs", ""},
	{
		"warning.already_imported.encoding_and_mark",
		"the same text was imported before, as {import}: only the encoding and the byte order mark differ", "",
	},
	{
		"warning.already_imported.line_ends",
		"the same text was imported before, as {import}: only its line ends differ", "",
	},
	{
		"warning.already_imported.mark",
		"the same text was imported before, as {import}: only the byte order mark differs", "",
	},
	{
		"warning.ambiguous_delimiter",
		"the cells were split at each {delimiterWord}, and could be at each {otherWord} as well: set the " +
			"delimiter if that is meant",
		"",
	},
	{
		"warning.broken_quotes",
		"rows with text behind a closing quote fail, with all of their lines: {count}, the first in line {line}",
		"",
	},
	{"warning.duplicate_headers", "more than one column is called {columns}: map them by their place", ""},
	{
		"warning.encoded_twice",
		"cells have text that was encoded twice, such as MÃ¼ller for Müller: {count}, the first in line {line}; " +
			"export the file again as UTF-8, or correct them",
		"",
	},
	{
		"warning.encoding_guessed",
		"the file does not say how it is encoded: it was read as {encoding}; look at line {line}, the first " +
			"where it matters, and set the encoding if the text is wrong there",
		"",
	},
	{
		"warning.encoding_guessed.alike",
		"the file does not say how it is encoded: it was read as {encoding}, which windows-1252 reads alike; " +
			"look at line {line}, the first where it matters, and set the encoding if the text is wrong there",
		"",
	},
	{
		"warning.footer_rows",
		"the rows from line {line} on look like the footer of a report: {count}; they are read as rows, unless " +
			"you skip the footer",
		"",
	},
	{
		"warning.footer_rows.skipped",
		"the rows from line {line} on look like the footer of a report: {count}; they are not imported",
		"",
	},
	{
		"warning.invalid_encoding",
		"rows that have what is no text in {encoding} fail: {count}, the first in line {line}; correct them, or " +
			"set another encoding",
		"",
	},
	{
		"warning.leading_apostrophes",
		`{count} cells of "{column}" begin with an apostrophe, which a spreadsheet puts before a text: it is ` +
			`imported unless the column's source takes it off`,
		"",
	},
	{
		"warning.looks_like_no_header",
		"line {line}, which was taken for the header, may be data: confirm it, or set the header line, or that " +
			"there is none",
		"",
	},
	{
		"warning.mapping_dropped",
		"the columns are not those that were mapped: the mapping was dropped, set it again",
		"",
	},
	{"warning.no_rows", "there are no rows below the header", ""},
	{"warning.null_words", "{count} cells say {word}: if that means blank, say so in the import's settings", ""},
	{
		"warning.record_too_long",
		"rows that are longer or have more cells than is allowed fail: {count}, the first in line {line}",
		"",
	},
	{
		"warning.replacement_character",
		"cells have the character U+FFFD, which programs put in place of one that they could not read: {count}, " +
			"the first in line {line}; export the file again, or correct them",
		"",
	},
	{"warning.title_rows", "the header was found in line {line}, below {count} rows that are not imported", ""},
	{
		"warning.unclosed_quote",
		"a quote in the row that begins in line {line} is never closed: what is behind it to the end of the file " +
			"is in its cell and is not imported; close it, or take quotes as text from line {line} on",
		"",
	},
}

// englishReasons is the messages of the kind reason, sorted by key.
var englishReasons = [...]entry{
	{"reason.accounting", "in parentheses if negative", ""},
	{"reason.apostrophes", `{count} different cells begin with an apostrophe, as "{value}" does`, ""},
	{"reason.country_more", "the name of a country and more", ""},
	{"reason.currency", "with the sign or code of {currency}", ""},
	{"reason.currency_name", "the name or sign of {currency}", ""},
	{"reason.day_first", "dates have the day first", ""},
	{"reason.earlier", "as in the import of {date}", ""},
	{"reason.fits", "the file has every column that it takes values from", ""},
	{"reason.fits.places", "the file has as many columns, and no headers either", ""},
	{"reason.fits.some", "the file has {found} of the {count} columns that it takes values from", ""},
	{"reason.identifier", "an identifier", ""},
	{"reason.joined", "{parts}, joined", ""},
	{"reason.joined.two", "{first} and {second}, joined", ""},
	{"reason.left_out", "but left out as in the import of {date}", ""},
	{"reason.left_out.saved", `but left out in the saved mapping "{name}"`, ""},
	{"reason.misfits", `but {count} of {all} values are not {kindWord}: "{value}"`, ""},
	{"reason.misfits.times", `but {count} of {all} values are not {kindWord}: "{value}" ×{times}`, ""},
	{"reason.month_first", "dates have the month first", ""},
	{"reason.more_columns", "and columns that it does not know: {count}", ""},
	{"reason.mostly_blank", "but mostly blank", ""},
	{"reason.nearly", "nearly the same meaning", ""},
	{"reason.no", "a word for no", ""},
	{"reason.nothing", "a word for nothing", ""},
	{"reason.numbers.comma", "the cells are numbers as 1.234,50", ""},
	{
		"reason.numbers.either",
		"the cells are numbers in more than one style, each of which can be read in one way only",
		"",
	},
	{"reason.numbers.plain", "the cells are plain numbers", ""},
	{"reason.numbers.point", "the cells are numbers as 1,234.50", ""},
	{"reason.record", "the record itself", ""},
	{"reason.same_meaning", "same meaning", ""},
	{"reason.same_name", "same name", ""},
	{"reason.saved", `as in the saved mapping "{name}"`, ""},
	{"reason.separator", `items are separated by "{separator}"`, ""},
	{"reason.spelling", "similar spelling", ""},
	{"reason.values", "the values are {kindWord}", ""},
	{"reason.with", "same meaning, with {words}", ""},
	{"reason.yes", "a word for yes", ""},
}
