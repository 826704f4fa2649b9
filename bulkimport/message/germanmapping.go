package message

// germanWarnings is what is doubtful about a file.
func germanWarnings() map[string]Template {
	const (
		guessed = "Die Datei gibt ihre Kodierung nicht an, sie wurde als {encoding} gelesen"
		look    = "; sehen Sie sich Zeile {line} an, die erste, in der es darauf ankommt, und wählen Sie die " +
			"Kodierung, wenn der " +
			"Text dort falsch ist"
		footer    = "Die Zeilen ab Zeile {line} sehen nach dem Fuß eines Berichts aus ({count}); "
		footerOne = "Zeile {line} sieht nach dem Fuß eines Berichts aus; "
	)
	one := func(form string) map[Form]string { return map[Form]string{One: form} }
	return map[string]Template{
		"warning.already_imported": {Text: "Dieselbe Datei wurde schon importiert, als {import}"},
		"warning.already_imported.encoding": {
			Text: "Derselbe Text wurde schon importiert, als {import}: nur die Kodierung ist anders"},
		"warning.already_imported.encoding_and_mark": {
			Text: "Derselbe Text wurde schon importiert, als {import}: nur die Kodierung und die " +
				"Bytereihenfolge-Marke sind anders"},
		"warning.already_imported.line_ends": {
			Text: "Derselbe Text wurde schon importiert, als {import}: nur die Zeilenenden sind anders"},
		"warning.already_imported.mark": {
			Text: "Derselbe Text wurde schon importiert, als {import}: nur die Bytereihenfolge-Marke ist anders"},
		"warning.ambiguous_delimiter": {
			Text: "Die Zeilen wurden an diesem Trennzeichen geteilt: {delimiterWord}; möglich ist auch: {otherWord}. " +
				"Wählen Sie das " +
				"Trennzeichen, wenn das andere gemeint ist"},
		"warning.broken_quotes": {
			Text: "{count} Zeilen mit Text nach einem schließenden Anführungszeichen schlagen ganz fehl, die erste in " +
				"Zeile {line}",
			Count: "count",
			Forms: one("Eine Zeile mit Text nach einem schließenden Anführungszeichen schlägt ganz fehl, in Zeile {line}")},
		"warning.duplicate_headers": {
			Text: "Mehrere Spalten haben dieselbe Überschrift ({columns}): ordnen Sie sie nach ihrer Stelle zu"},
		"warning.encoded_twice": {
			Text: "{count} Zellen haben doppelt kodierten Text, wie MÃ¼ller statt Müller, die erste in Zeile {line}; " +
				"exportieren Sie " +
				"die Datei neu als UTF-8, oder korrigieren Sie sie",
			Count: "count",
			Forms: one("Eine Zelle hat doppelt kodierten Text, wie MÃ¼ller statt Müller, in Zeile {line}; exportieren " +
				"Sie die Datei neu " +
				"als UTF-8, oder korrigieren Sie sie")},
		"warning.encoding_guessed":       {Text: guessed + look},
		"warning.encoding_guessed.alike": {Text: guessed + ", was in windows-1252 gleich aussieht" + look},
		"warning.footer_rows": {Text: footer + "sie werden importiert, wenn Sie den Fuß nicht auslassen", Count: "count",
			Forms: one(footerOne + "sie wird importiert, wenn Sie den Fuß nicht auslassen")},
		"warning.footer_rows.skipped": {Text: footer + "sie werden nicht importiert", Count: "count",
			Forms: one(footerOne + "sie wird nicht importiert")},
		"warning.invalid_encoding": {
			Text: "{count} Zeilen, deren Text nicht zu {encoding} passt, schlagen fehl, die erste in Zeile {line}; " +
				"korrigieren Sie sie, " +
				"oder wählen Sie eine andere Kodierung",
			Count: "count",
			Forms: one("Eine Zeile, deren Text nicht zu {encoding} passt, schlägt fehl, in Zeile {line}; korrigieren Sie " +
				"sie, oder " +
				"wählen Sie eine andere Kodierung")},
		"warning.leading_apostrophes": {
			Text: "{count} Zellen von „{column}“ beginnen mit einem Apostroph, den Tabellenkalkulationen vor Text " +
				"setzen: er wird " +
				"importiert, wenn ihn die Zuordnung der Spalte nicht entfernt",
			Count: "count",
			Forms: one("Eine Zelle von „{column}“ beginnt mit einem Apostroph, den Tabellenkalkulationen vor Text " +
				"setzen: er wird " +
				"importiert, wenn ihn die Zuordnung der Spalte nicht entfernt")},
		"warning.looks_like_no_header": {
			Text: "Zeile {line} wurde als Kopfzeile genommen und kann Daten enthalten: bestätigen Sie sie, oder geben " +
				"Sie die Kopfzeile " +
				"an, oder dass es keine gibt"},
		"warning.mapping_dropped": {
			Text: "Die Spalten sind nicht mehr die zugeordneten: die Zuordnung wurde verworfen, legen Sie sie neu fest"},
		"warning.no_rows": {Text: "Unter der Kopfzeile stehen keine Zeilen"},
		"warning.null_words": {
			Text: "In {count} Zellen steht {word}: wenn das leer bedeutet, legen Sie das in den Einstellungen des " +
				"Imports fest",
			Count: "count",
			Forms: one("In einer Zelle steht {word}: wenn das leer bedeutet, legen Sie das in den Einstellungen des " +
				"Imports fest")},
		"warning.record_too_long": {
			Text:  "{count} Zeilen, die zu lang sind oder zu viele Zellen haben, schlagen fehl, die erste in Zeile {line}",
			Count: "count",
			Forms: one("Eine Zeile, die zu lang ist oder zu viele Zellen hat, schlägt fehl, in Zeile {line}")},
		"warning.replacement_character": {
			Text: "{count} Zellen haben das Zeichen U+FFFD, das Programme für unlesbare Zeichen einsetzen, die erste in " +
				"Zeile {line}; " +
				"exportieren Sie die Datei neu, oder korrigieren Sie sie",
			Count: "count",
			Forms: one("Eine Zelle hat das Zeichen U+FFFD, das Programme für unlesbare Zeichen einsetzen, in Zeile " +
				"{line}; exportieren " +
				"Sie die Datei neu, oder korrigieren Sie sie")},
		"warning.title_rows": {
			Text:  "Die Kopfzeile wurde in Zeile {line} gefunden; {count} Zeilen darüber werden nicht importiert",
			Count: "count",
			Forms: one("Die Kopfzeile wurde in Zeile {line} gefunden; eine Zeile darüber wird nicht importiert")},
		"warning.unclosed_quote": {
			Text: "Ein Anführungszeichen in der Zeile, die in Zeile {line} beginnt, wird nie geschlossen: alles danach " +
				"bis zum Ende der " +
				"Datei gehört zu seiner Zelle und wird nicht importiert; schließen Sie es, oder lassen Sie " +
				"Anführungszeichen ab Zeile " +
				"{line} als Text lesen"},
	}
}

// germanMappings is what is wrong with a mapping.
func germanMappings() map[string]Template {
	return map[string]Template{
		"mapping.duplicate.column": {
			Text: "Die Spalte „{column}“ ist schon {field} zugeordnet: ordnen Sie sie einmal zu, oder machen Sie sie zur " +
				"ersten von " +
				"mehreren, wenn sie für beide gemeint ist"},
		"mapping.duplicate.not_imported": {Text: "Spalte {index} ist schon genannt"},
		"mapping.duplicate.word":         {Text: "„{other}“ und „{from}“ sind dasselbe Wort"},
		"mapping.format.both": {
			Text: "Geben Sie Spalten oder einen festen Wert an, nicht beides: Zeilen mit leeren Spalten bekommen den " +
				"Standardwert"},
		"mapping.format.constant": {Text: "Ein fester Wert darf nicht leer sein"},
		"mapping.format.default":  {Text: "Ein Standardwert darf nicht leer sein"},
		"mapping.format.hidden": {
			Text: "„{value}“ hat ein Steuerzeichen oder ein unsichtbares Zeichen, {character}: verwenden Sie einfachen " +
				"Text in einer Zeile"},
		"mapping.format.key_constant": {Text: "Die Kennung bestimmt die Zeilen: sie kann kein fester Wert sein"},
		"mapping.format.key_default":  {Text: "Die Kennung bestimmt die Zeilen: sie kann keinen Standardwert haben"},
		"mapping.format.no_columns":   {Text: "Ein Standardwert ist für Spalten, die leer sein können: hier gibt es keine"},
		"mapping.format.not_imported": {
			Text: "Spalte {index} ({column}) ist {field} zugeordnet: lassen Sie sie an einer der beiden Stellen weg"},
		"mapping.format.word": {
			Text: "„{from}“ und „{to}“: geben Sie 1 bis {max} Bytes sichtbaren Text in einer Zeile an"},
		"mapping.no_such_column": {Text: "Die Datei hat keine Spalte mit der Nummer {index}"},
		"mapping.required.source": {Text: "Geben Sie eine Spalte oder einen festen Wert an, oder lassen Sie " +
			"das Feld weg"},
		"mapping.required_mapping_missing": {Text: "{field} ({label}) hat keine Spalte: ordnen Sie eine zu, oder " +
			"geben Sie einen festen Wert an"},
		"mapping.required_mapping_missing.match": {
			Text: "{field} hat keine Spalte, und die Datensätze werden danach gesucht"},
		"mapping.too_long.columns":   {Text: "{count} Spalten sind zu viele: höchstens {max} können verbunden werden"},
		"mapping.too_long.words":     {Text: "{count} Wörter sind zu viele: höchstens {max} sind erlaubt"},
		"mapping.unknown.blank_rule": {Text: "„{value}“ ist keine Regel für leere Zellen: verwenden Sie CLEAR oder KEEP"},
		"mapping.unknown.by":         {Text: "{field} kann nicht nach „{value}“ gesucht werden: verwenden Sie {allowed}"},
		"mapping.unknown.field":      {Text: "{type} haben kein Feld „{value}“: verwenden Sie eines von {allowed}"},
	}
}

// germanNames is what is wrong with the name of a file or of a mapping, and with how a file is to be read.
func germanNames() map[string]Template {
	return map[string]Template{
		"mapping.format.blanks": {Text: "„{value}“ hat Leerzeichen am Anfang oder Ende: entfernen Sie sie"},
		"mapping.format.delimiter": {
			Text: "„{value}“ kann nicht zwischen Zellen stehen: geben Sie einen Tabulator, ein Trennzeichen oder ein " +
				"Satzzeichen aus ASCII an"},
		"mapping.format.delimiter_quote": {Text: "{value} kann nicht zwischen Zellen und um sie herum stehen"},
		"mapping.format.device": {
			Text: "„{value}“ ist der Name eines Geräts unter Windows: benennen Sie die Datei um"},
		"mapping.format.file_path": {
			Text: "„{value}“ enthält eines von / \\ : * ? \" < > |: geben Sie den Namen der Datei ohne Ordner an"},
		"mapping.format.full_stop": {Text: "„{value}“ endet mit einem Punkt: entfernen Sie ihn"},
		"mapping.format.utf8":      {Text: "Das ist kein gültiges UTF-8"},
		"mapping.range.header_line": {
			Text: "{value}: geben Sie eine Zeile ab 1 an, 0, um sie zu suchen, oder {min} für eine Datei ohne Kopfzeile"},
		"mapping.range.unquoted_from": {Text: "{value}: geben Sie eine Zeile ab 1 an, oder {min} für keine"},
		"mapping.required.name":       {Text: "Ein Name fehlt: geben Sie {min} bis {max} Zeichen an"},
		"mapping.too_long.name":       {Text: "„{value}“ hat {count} Zeichen: höchstens {max} sind erlaubt"},
		"mapping.unknown.encoding": {
			Text: "„{value}“ ist keine Kodierung, die gelesen werden kann: verwenden Sie {allowed}"},
		"mapping.unknown.quote": {Text: "„{value}“ ist kein Anführungszeichen: verwenden Sie \" oder ' oder {none}"},
	}
}

// germanSettings is what is wrong with settings and formats.
func germanSettings() map[string]Template {
	const unknown = "„{value}“ gibt es nicht: verwenden Sie "
	return map[string]Template{
		"mapping.format.blank_word": {
			Text: "„{value}“: geben Sie 1 bis 100 Bytes sichtbaren Text ohne Leerzeichen am Rand an"},
		"mapping.format.customers_from": {
			Text: "{type} können ihre Kunden nicht aus einem Import von {other} nehmen: das ist für Konten, aus einem " +
				"Import von Kunden"},
		"mapping.format.key_optional": {Text: "{field} bestimmt die Zeilen und kann nicht fehlen"},
		"mapping.format.match_mode": {Text: "Der Modus CREATE sucht keine Datensätze: verwenden Sie SKIP, UPSERT " +
			"oder UPDATE"},
		"mapping.format.separator": {Text: "„{value}“ hat ein unsichtbares Zeichen, {character}: entfernen Sie es"},
		"mapping.range.canary":     {Text: "{count} Zeilen: geben Sie 1 bis {max} an, oder 0 für keinen Probelauf"},
		"mapping.range.stop_after": {
			Text: "{count} fehlgeschlagene Zeilen: geben Sie 1 bis {max} an, oder 0, um nie anzuhalten"},
		"mapping.range.year_pivot": {Text: "{value}: geben Sie 1 bis 100 an, oder 0, um zweistellige Jahre abzulehnen"},
		"mapping.too_long.saved": {
			Text: "Spaltenköpfe, Zuordnung und Einstellungen haben {bytes} Bytes: höchstens {max} können gespeichert werden"},
		"mapping.too_long.separator": {Text: "Das Trennzeichen hat {bytes} Bytes: höchstens {max} sind erlaubt"},
		"mapping.unknown.currency":   {Text: unknown + "einen Code nach ISO 4217 wie EUR, ANY oder nichts"},
		"mapping.unknown.customers_from": {
			Text: "Den Import {value} gibt es nicht: geben Sie den an, in dem die Kunden sind"},
		"mapping.unknown.date_order": {Text: "„{value}“ ist keine Reihenfolge von Tag und Monat: verwenden Sie DMY, " +
			"MDY oder nichts"},
		"mapping.unknown.dates":   {Text: unknown + "DMY, MDY oder nichts"},
		"mapping.unknown.match":   {Text: "{type} können nicht nach „{value}“ gesucht werden"},
		"mapping.unknown.mode":    {Text: "„{value}“ ist kein Modus: verwenden Sie CREATE, SKIP, UPSERT oder UPDATE"},
		"mapping.unknown.numbers": {Text: unknown + "POINT, COMMA, EITHER oder nichts"},
		"mapping.unknown.serials": {Text: unknown + "SINCE_1900, SINCE_1904 oder nichts"},
		"mapping.unknown.zone":    {Text: unknown + "den Namen einer Zeitzone wie Europe/Berlin oder UTC"},
	}
}

// germanReasons is why something is suggested or proposed.
func germanReasons() map[string]Template {
	return map[string]Template{
		"reason.accounting": {Text: "negative in Klammern"},
		"reason.apostrophes": {Text: "{count} verschiedene Zellen beginnen mit einem Apostroph, zum Beispiel „{value}“",
			Count: "count", Forms: map[Form]string{One: "eine Zelle beginnt mit einem Apostroph: „{value}“"}},
		"reason.country_more":   {Text: "der Name eines Landes mit Zusatz"},
		"reason.currency":       {Text: "mit dem Zeichen oder Code von {currency}"},
		"reason.currency_name":  {Text: "der Name oder das Zeichen von {currency}"},
		"reason.day_first":      {Text: "bei Datumsangaben steht der Tag vorn"},
		"reason.earlier":        {Text: "wie beim Import vom {date}"},
		"reason.fits":           {Text: "die Datei hat alle Spalten, aus denen sie Werte nimmt"},
		"reason.fits.places":    {Text: "die Datei hat gleich viele Spalten und ebenfalls keine Spaltenköpfe"},
		"reason.fits.some":      {Text: "die Datei hat {found} der {count} Spalten, aus denen sie Werte nimmt"},
		"reason.left_out.saved": {Text: "aber in der gespeicherten Zuordnung „{name}“ weggelassen"},
		"reason.more_columns":   {Text: "und Spalten, die sie nicht kennt: {count}"},
		"reason.saved":          {Text: "wie in der gespeicherten Zuordnung „{name}“"},
		"reason.identifier":     {Text: "eine Kennung"},
		"reason.joined":         {Text: "{parts}, verbunden"},
		"reason.joined.two":     {Text: "{first} und {second}, verbunden"},
		"reason.left_out":       {Text: "aber beim Import vom {date} weggelassen"},
		"reason.misfits":        {Text: "aber {count} von {all} Werten passen nicht ({kindWord}): „{value}“"},
		"reason.misfits.times":  {Text: "aber {count} von {all} Werten passen nicht ({kindWord}): „{value}“ ×{times}"},
		"reason.month_first":    {Text: "bei Datumsangaben steht der Monat vorn"},
		"reason.mostly_blank":   {Text: "aber meistens leer"},
		"reason.nearly":         {Text: "fast dieselbe Bedeutung"},
		"reason.no":             {Text: "ein Wort für Nein"},
		"reason.nothing":        {Text: "ein Wort für nichts"},
		"reason.numbers.comma":  {Text: "die Zellen sind Zahlen wie 1.234,50"},
		"reason.numbers.either": {Text: "die Zellen sind Zahlen in mehreren Schreibweisen, von denen jede eindeutig ist"},
		"reason.numbers.plain":  {Text: "die Zellen sind einfache Zahlen"},
		"reason.numbers.point":  {Text: "die Zellen sind Zahlen wie 1,234.50"},
		"reason.record":         {Text: "der Datensatz selbst"},
		"reason.same_meaning":   {Text: "dieselbe Bedeutung"},
		"reason.same_name":      {Text: "derselbe Name"},
		"reason.separator":      {Text: "die Einträge sind durch „{separator}“ getrennt"},
		"reason.spelling":       {Text: "ähnliche Schreibweise"},
		"reason.values":         {Text: "nach den Werten: {kindWord}"},
		"reason.with":           {Text: "dieselbe Bedeutung, mit {words}"},
		"reason.yes":            {Text: "ein Wort für Ja"},
	}
}
