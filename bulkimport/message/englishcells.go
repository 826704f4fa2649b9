package message

// englishCells is the messages of the kind cell, sorted by key.
var englishCells = [...]entry{
	{
		"cell.already_exists",
		`"{value}" exists already: import with mode SKIP to leave it, or UPSERT to update it`,
		"",
	},
	{
		"cell.ambiguous_date",
		`"{value}" could be read in two ways`,
		"write YYYY-MM-DD, or choose the import's order of day and month",
	},
	{
		"cell.ambiguous_date.century",
		`"{value}" does not name the century`,
		"write the year with four digits, or choose the column's pivot of years",
	},
	{"cell.ambiguous_list", `"{value}" may be several items`, "choose the column's separator"},
	{
		"cell.ambiguous_number",
		`"{value}" could be read in two ways`,
		"write it with a point and without grouping, such as 1234.50, or choose the column's format of numbers",
	},
	{"cell.archived.account", `account "{id}" is archived`, "restore it first"},
	{"cell.archived.customer", `customer "{id}" is archived`, "restore it first"},
	{
		"cell.control_character",
		`"{value}" has a control character or one that cannot be seen, {character}`,
		"remove it",
	},
	{"cell.currency_archived", "{currency} is archived: restore it first, or give another currency", ""},
	{"cell.customer_archived", `customer "{id}" is archived`, "restore the customer first"},
	{"cell.duplicate_in_file", `"{value}" is in line {line} already`, ""},
	{"cell.erased.account", `account "{id}" was erased`, ""},
	{"cell.erased.customer", `customer "{id}" was erased`, ""},
	{
		"cell.excel_scientific",
		`"{value}" is a long number that a spreadsheet has rounded`,
		"format the column as text and export it again",
	},
	{
		"cell.invalid_bool",
		`"{value}" is neither yes nor no`,
		"write true or false, or say in the column's values what it means",
	},
	{"cell.invalid_date", `"{value}" is not a date`, "write YYYY-MM-DD"},
	{"cell.invalid_date.calendar", `"{value}" is not a day of the calendar`, "write YYYY-MM-DD"},
	{
		"cell.invalid_date.clock",
		`"{value}" is a time that the clocks of {zone} skip or show twice`,
		"write it with its offset, as in 2024-10-27T02:30:00+01:00",
	},
	{"cell.invalid_date.outside", `"{value}" is outside the calendar`, "write it as 2024-01-31T10:30:00Z"},
	{"cell.invalid_date.serial", `"{value}" is not the serial number of a day`, "write YYYY-MM-DD"},
	{
		"cell.invalid_date.serial_number",
		`"{value}" looks like a spreadsheet's serial number of a day`,
		"format the column as YYYY-MM-DD and export it again, or choose the column's serial dates",
	},
	{"cell.invalid_email", `"{value}" is not an e-mail address`, "write it as name@domain, without a display name"},
	{
		"cell.invalid_email.several",
		`"{value}" is several e-mail addresses`,
		"write one, or choose the column's separator to take the first",
	},
	{
		"cell.invalid_encoding.byte",
		"the cell has the byte {byte}, which is not {encoding}: correct it, or choose the encoding that the file " +
			"has",
		"",
	},
	{"cell.invalid_encoding.half", "the cell has half of a character: in {encoding} each has 2 or 4 bytes", ""},
	{"cell.invalid_encoding.nul", "the cell has the character NUL, which no text has: remove it", ""},
	{"cell.invalid_number", `"{value}" is not a number`, "write digits with at most one point, such as -12.50"},
	{
		"cell.invalid_number.comma",
		`"{value}" is not a number`,
		"write it as in 1.234,50, as the column's format of numbers is",
	},
	{
		"cell.invalid_number.digits",
		"{value} has {digits} digits, {places} after the point: at most {max} and {scale} are kept exactly",
		"",
	},
	{"cell.invalid_number.either", `"{value}" is not a number`, "write it as in 1,234.50 or 1.234,50"},
	{"cell.invalid_number.integer", `"{value}" is not a whole number`, "write digits only, at most 18"},
	{
		"cell.invalid_number.point",
		`"{value}" is not a number`,
		"write it as in 1,234.50, as the column's format of numbers is",
	},
	{
		"cell.invalid_option.country",
		`"{value}" is not a country`,
		"write an ISO 3166 code such as US, or a name in English, German, French, Spanish, Portuguese, Italian " +
			"or Dutch",
	},
	{
		"cell.invalid_option.currency",
		`"{value}" is not a currency`,
		"write its three-letter ISO 4217 code, such as EUR",
	},
	{"cell.invalid_option.currency_named", `"{value}" is not a currency`, "did you mean {suggestion}?"},
	{
		"cell.invalid_option.currency_several",
		`"{value}" may be {suggestions}`,
		"write a code, or say in the column's values which one is meant",
	},
	{
		"cell.invalid_option.currency_unused",
		"the organization does not use {currency}",
		"add it with its rate first, or give another currency",
	},
	{"cell.invalid_pair", `"{value}" is not a pair`, "write pairs as key=value"},
	{"cell.invalid_pair.again", `"{value}" is there more than once`, "write each key once"},
	{
		"cell.invalid_value.aliases",
		`"{value}" is not what a record can have`,
		"give at most 10 aliases of 1 to 50 characters, with a time as in acme-eu [2024-01-01T00:00:00Z/]",
	},
	{
		"cell.invalid_value.billing_information",
		`"{value}" is not what a record can have`,
		"give e-mail addresses, with cc: before an additional one, at most 20 of each",
	},
	{
		"cell.invalid_value.metadata",
		`"{value}" is not what a record can have`,
		"give at most 50 names of 1 to 50 characters, each with a value of 1 to 1000 characters",
	},
	{"cell.invalid_value.status", `"{value}" is not a status that a file can give`, "write ACTIVE or DRAFT"},
	{
		"cell.invalid_value.tags",
		`"{value}" is not what a record can have`,
		"give at most 50 tags of 1 to 50 characters, each once",
	},
	{
		"cell.match_conflict",
		`the record with "{value}" is "{id}", and the row says "{other}": correct one of them`,
		"",
	},
	{"cell.match_conflict.taken", `there is a record "{id}" already, with another {field}`, ""},
	{
		"cell.no_time_zone",
		`"{value}" names no time zone`,
		"write it as 2024-01-31T10:30:00Z, or choose the column's time zone",
	},
	{"cell.not_found", `there is no "{value}" to update: import with mode UPSERT to create it`, ""},
	{"cell.range", "{value} is not between {min} and {max}", ""},
	{"cell.record_too_long", "the row has more than {bytes} bytes or {lines} lines", ""},
	{"cell.refused", "the row was refused", ""},
	{"cell.refused.alias", `account "{id}" has the alias "{value}" at the same time`, ""},
	{"cell.relation_ambiguous", `several records have "{value}": name the one that is meant by its id`, ""},
	{
		"cell.relation_ambiguous.customers",
		`{count} customers have "{value}", such as "{first}" and "{second}": name the one that is meant by its id`,
		"",
	},
	{"cell.relation_not_found", `there is no "{value}"`, ""},
	{"cell.relation_not_found.customer", `there is no customer with "{value}"`, "import the customer first"},
	{"cell.relation_not_found.id", `no customer has the id "{value}"`, "import the customer first"},
	{"cell.required", "{field} is required", ""},
	{
		"cell.text_after_quote",
		"text follows the closing quote of a cell: write a quote within a quoted cell twice",
		"",
	},
	{"cell.too_long", `"{value}" has {length} characters: give at most {max}`, ""},
	{"cell.too_long.bytes", "the cell has {bytes} bytes: at most {max} are allowed", ""},
	{"cell.too_long.items", "the cell has more than {max} items", ""},
	{"cell.too_many_columns", "the row has {cells} cells: at most {max} are allowed", ""},
	{"cell.too_short", `"{value}" has {length} characters: give at least {min}`, ""},
	{
		"cell.unclosed_quote",
		"a quote opens a cell and is not closed to the end of the file: close it, or write a quote within a " +
			"quoted cell twice",
		"",
	},
	{"cell.wrong_column_count", "the row has {cells} cells and the header {header}", ""},
	{
		"cell.wrong_column_count.more",
		"the row has {cells} cells and the header {header}",
		"is there a {delimiterWord} in a cell that is not quoted?",
	},
}

// englishWords is the messages of the kind word, sorted by key.
var englishWords = [...]entry{
	{"word.bar", "bar", ""},
	{"word.bool", "yes or no", ""},
	{"word.comma", "comma", ""},
	{"word.country", "countries", ""},
	{"word.currency", "currencies", ""},
	{"word.date", "dates", ""},
	{"word.decimal", "numbers", ""},
	{"word.email", "e-mail addresses", ""},
	{"word.id", "identifiers", ""},
	{"word.integer", "whole numbers", ""},
	{"word.semicolon", "semicolon", ""},
	{"word.tab", "tab", ""},
	{"word.text", "texts that fit", ""},
}
