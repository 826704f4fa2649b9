package message

// openAndSave is what helps a workbook that is damaged.
const openAndSave = "open it in a spreadsheet, save it as .xlsx and upload that"

// englishWorkbooks is the messages of the kind workbook, which package xlsx gives, sorted by key.
var englishWorkbooks = [...]entry{
	{"workbook.binary", "this is no Excel workbook (.xlsx): save it as one, or as CSV UTF-8", ""},
	{"workbook.binary_excel", "this is a binary Excel workbook (.xlsb): save it as .xlsx", ""},
	{"workbook.cell_encoding", "cell {cell} is not UTF-8", ""},
	{
		"workbook.cell_too_long",
		"cell {cell} has more than the {max} characters that a sheet can have: use CSV",
		"",
	},
	{"workbook.columns", `row {row} of sheet "{sheet}" has more than {max} columns`, ""},
	{"workbook.columns_written", "a sheet has at most {max} columns, and row {row} has {cells}: use CSV", ""},
	{"workbook.damaged_archive", "the workbook is damaged: it is a ZIP archive without its end", openAndSave},
	{
		"workbook.damaged_cell",
		`the workbook is damaged: sheet "{sheet}" has a cell with the name "{name}" in row {row}`,
		openAndSave,
	},
	{"workbook.damaged_incomplete", `the workbook is damaged: sheet "{sheet}" is not complete`, openAndSave},
	{
		"workbook.damaged_merged",
		`the workbook is damaged: merged areas of sheet "{sheet}" are over each other`,
		openAndSave,
	},
	{"workbook.damaged_missing", "the workbook is damaged: a sheet is missing", openAndSave},
	{"workbook.damaged_packed", "the workbook is damaged: {partWord} cannot be unpacked", openAndSave},
	{"workbook.damaged_packed_sheet", `the workbook is damaged: sheet "{sheet}" cannot be unpacked`, openAndSave},
	{"workbook.damaged_part", "the workbook is damaged: {partWord} cannot be read", openAndSave},
	{"workbook.damaged_part_sheet", `the workbook is damaged: sheet "{sheet}" cannot be read`, openAndSave},
	{
		"workbook.damaged_row",
		`the workbook is damaged: sheet "{sheet}" has a row with the number "{number}" behind row {row}`,
		openAndSave,
	},
	{"workbook.damaged_sheets", "the workbook is damaged: it has no sheet", openAndSave},
	{
		"workbook.damaged_text",
		`the workbook is damaged: cell {cell} of sheet "{sheet}" has a text that the workbook does not have`,
		openAndSave,
	},
	{"workbook.damaged_twice", "the workbook is damaged: it has two parts of one name", openAndSave},
	{"workbook.encrypted", "the workbook has a password: save it without one", ""},
	{"workbook.formats", "the workbook has more than {max} formats", ""},
	{
		"workbook.formula",
		`cell {cell} of sheet "{sheet}" has a formula without a value`,
		"open the workbook in a spreadsheet and save it there",
	},
	{"workbook.merged", `sheet "{sheet}" has more than {max} merged areas`, ""},
	{"workbook.no_sheet", `no sheet is called "{name}": use one of these: {sheets}`, ""},
	{"workbook.old_excel", "this is an old Excel .xls file: save it as .xlsx, or the sheet as CSV UTF-8", ""},
	{"workbook.parts", "the workbook has more than {max} parts", ""},
	{"workbook.row_bytes", `row {row} of sheet "{sheet}" has more than {max} bytes of text`, ""},
	{"workbook.rows", `sheet "{sheet}" has more than {max} rows`, ""},
	{"workbook.rows_written", "a sheet has at most {max} rows: use CSV", ""},
	{"workbook.sheets", "the workbook has more than {max} sheets", ""},
	{"workbook.text_bytes", "{partWord} has a text of more than {max} bytes", ""},
	{"workbook.text_bytes_sheet", `sheet "{sheet}" has a text of more than {max} bytes`, ""},
	{"workbook.xml", "{partWord} has more XML than can be read: split the workbook", ""},
	{"workbook.xml_sheet", `sheet "{sheet}" has more XML than can be read: split it`, ""},
	{"workbook.zip", "this is a ZIP archive and no Excel workbook: unpack it, or save the sheet as .xlsx", ""},
}
