package message

import "maps"

// German returns the messages in German. Each call makes a new one.
func German() Catalog {
	c := Catalog{Language: "de", Templates: map[string]Template{}}
	for _, part := range []map[string]Template{
		germanValues(), germanRows(), germanRecords(), germanFiles(), germanKinds(), germanWarnings(), germanMappings(),
		germanSettings(), germanNames(), germanReasons(), germanWords(),
	} {
		maps.Copy(c.Templates, part)
	}
	return c
}

// germanValues is what is wrong with the value of a cell.
func germanValues() map[string]Template {
	const (
		isoDate   = "Schreiben Sie JJJJ-MM-TT, zum Beispiel 2024-01-31"
		noValue   = "„{value}“ kann ein Datensatz nicht haben"
		noNumber  = "„{value}“ ist keine Zahl"
		noNumeral = "Schreiben Sie nur Ziffern, höchstens 18"
	)
	return map[string]Template{
		"cell.ambiguous_date": {Text: "„{value}“ kann auf zwei Arten gelesen werden",
			Hint: "Schreiben Sie JJJJ-MM-TT, oder wählen Sie die Reihenfolge von Tag und Monat"},
		"cell.ambiguous_date.century": {Text: "„{value}“ nennt das Jahrhundert nicht",
			Hint: "Schreiben Sie das Jahr mit vier Ziffern, oder wählen Sie für die Spalte, ab wann zweistellige Jahre " +
				"19.. heißen"},
		"cell.ambiguous_list": {Text: "„{value}“ können mehrere Einträge sein", Hint: "Wählen Sie das Trennzeichen " +
			"der Spalte"},
		"cell.ambiguous_number": {Text: "„{value}“ kann auf zwei Arten gelesen werden",
			Hint: "Schreiben Sie die Zahl mit Punkt und ohne Gruppen, zum Beispiel 1234.50, oder wählen Sie das " +
				"Zahlenformat der Spalte"},
		"cell.control_character": {Text: "„{value}“ hat ein Steuerzeichen oder ein unsichtbares Zeichen, {character}",
			Hint: "Entfernen Sie es"},
		"cell.excel_scientific": {Text: "„{value}“ ist eine lange Zahl, die eine Tabellenkalkulation gerundet hat",
			Hint: "Formatieren Sie die Spalte als Text, und exportieren Sie die Datei neu"},
		"cell.invalid_bool": {Text: "„{value}“ ist weder Ja noch Nein",
			Hint: "Schreiben Sie true oder false, oder legen Sie bei den Werten der Spalte fest, was gemeint ist"},
		"cell.invalid_date":          {Text: "„{value}“ ist kein Datum", Hint: isoDate},
		"cell.invalid_date.calendar": {Text: "„{value}“ ist kein Tag des Kalenders", Hint: isoDate},
		"cell.invalid_date.clock": {Text: "„{value}“ ist eine Uhrzeit, die es in {zone} an diesem Tag nicht oder " +
			"zweimal gibt",
			Hint: "Schreiben Sie die Zeit mit Abweichung von UTC, zum Beispiel 2024-10-27T02:30:00+01:00"},
		"cell.invalid_date.outside": {Text: "„{value}“ liegt außerhalb des Kalenders",
			Hint: "Schreiben Sie zum Beispiel 2024-01-31T10:30:00Z"},
		"cell.invalid_date.serial": {Text: "„{value}“ ist nicht die laufende Nummer eines Tages", Hint: isoDate},
		"cell.invalid_date.serial_number": {Text: "„{value}“ sieht nach der laufenden Nummer eines Tages in einer " +
			"Tabellenkalkulation aus",
			Hint: "Formatieren Sie die Spalte als JJJJ-MM-TT, und exportieren Sie die Datei neu, oder wählen Sie für die " +
				"Spalte laufende Tage"},
		"cell.invalid_email": {Text: "„{value}“ ist keine E-Mail-Adresse",
			Hint: "Schreiben Sie name@domain, ohne Anzeigenamen"},
		"cell.invalid_email.several": {Text: "„{value}“ sind mehrere E-Mail-Adressen",
			Hint: "Schreiben Sie eine, oder wählen Sie das Trennzeichen der Spalte, um die erste zu nehmen"},
		"cell.invalid_number": {Text: noNumber, Hint: "Schreiben Sie Ziffern mit höchstens einem Punkt, zum Beispiel " +
			"-12.50"},
		"cell.invalid_number.comma": {Text: noNumber,
			Hint: "Schreiben Sie die Zahl wie 1.234,50, nach dem Zahlenformat der Spalte"},
		"cell.invalid_number.digits": {
			Text: "{value} hat {digits} Ziffern, davon {places} nach dem Komma: genau gespeichert werden höchstens {max}, " +
				"davon {scale} nach dem Komma"},
		"cell.invalid_number.either":  {Text: noNumber, Hint: "Schreiben Sie die Zahl wie 1,234.50 oder 1.234,50"},
		"cell.invalid_number.integer": {Text: "„{value}“ ist keine ganze Zahl", Hint: noNumeral},
		"cell.invalid_number.point": {Text: noNumber,
			Hint: "Schreiben Sie die Zahl wie 1,234.50, nach dem Zahlenformat der Spalte"},
		"cell.invalid_option.country": {Text: "„{value}“ ist kein Land",
			Hint: "Schreiben Sie einen Code nach ISO 3166 wie DE, oder einen Namen auf Englisch, Deutsch, Französisch, " +
				"Spanisch, " +
				"Portugiesisch, Italienisch oder Niederländisch"},
		"cell.invalid_option.currency": {Text: "„{value}“ ist keine Währung",
			Hint: "Schreiben Sie die drei Buchstaben nach ISO 4217, zum Beispiel EUR"},
		"cell.invalid_option.currency_named": {Text: "„{value}“ ist keine Währung", Hint: "Meinen Sie {suggestion}?"},
		"cell.invalid_option.currency_several": {Text: "„{value}“ kann {suggestions} sein",
			Hint: "Schreiben Sie einen Code, oder legen Sie bei den Werten der Spalte fest, welche Währung gemeint ist"},
		"cell.invalid_pair":       {Text: "„{value}“ ist kein Paar", Hint: "Schreiben Sie Paare als Name=Wert"},
		"cell.invalid_pair.again": {Text: "„{value}“ kommt mehrmals vor", Hint: "Schreiben Sie jeden Namen einmal"},
		"cell.invalid_value.aliases": {Text: noValue,
			Hint: "Geben Sie höchstens 10 Aliase mit 1 bis 50 Zeichen an, mit einer Zeit wie in acme-eu " +
				"[2024-01-01T00:00:00Z/]"},
		"cell.invalid_value.billing_information": {Text: noValue,
			Hint: "Geben Sie E-Mail-Adressen an, mit cc: vor zusätzlichen, höchstens je 20"},
		"cell.invalid_value.metadata": {Text: noValue,
			Hint: "Geben Sie höchstens 50 Namen mit 1 bis 50 Zeichen an, jeden mit einem Wert von 1 bis 1000 Zeichen"},
		"cell.invalid_value.status": {Text: "„{value}“ ist kein Status, den eine Datei angeben kann",
			Hint: "Schreiben Sie ACTIVE oder DRAFT"},
		"cell.invalid_value.tags": {Text: noValue,
			Hint: "Geben Sie höchstens 50 Schlagwörter mit 1 bis 50 Zeichen an, jedes einmal"},
		"cell.no_time_zone": {Text: "„{value}“ nennt keine Zeitzone",
			Hint: "Schreiben Sie zum Beispiel 2024-01-31T10:30:00Z, oder wählen Sie die Zeitzone der Spalte"},
		"cell.range":          {Text: "{value} liegt nicht zwischen {min} und {max}"},
		"cell.required":       {Text: "{field} muss ausgefüllt sein"},
		"cell.too_long":       {Text: "„{value}“ hat {length} Zeichen: höchstens {max} sind erlaubt"},
		"cell.too_long.bytes": {Text: "Die Zelle hat {bytes} Bytes: höchstens {max} sind erlaubt"},
		"cell.too_long.items": {Text: "Die Zelle hat mehr als {max} Einträge"},
		"cell.too_short":      {Text: "„{value}“ hat {length} Zeichen: mindestens {min} sind nötig"},
	}
}

// germanRows is what is wrong with a row as a whole.
func germanRows() map[string]Template {
	const (
		count    = "Die Zeile hat {cells} Zellen und die Kopfzeile {header}"
		countOne = "Die Zeile hat {cells} Zelle und die Kopfzeile {header}"
		other    = "korrigieren Sie sie, oder wählen Sie die Kodierung der Datei"
	)
	return map[string]Template{
		"cell.customer_conflict": {
			Text: "Zeile {line} hat „{other}“ für den Kunden „{id}“, und nicht „{value}“",
			Hint: "Geben Sie in allen Zeilen des Kunden dasselbe an, oder lassen Sie es leer"},
		"cell.customer_differs": {
			Text: "Den Kunden „{id}“ gibt es mit „{other}“ als {field}, und nicht mit „{value}“",
			Hint: "Lassen Sie es leer, oder wählen Sie einen Modus, der aktualisiert"},
		"cell.customer_incomplete": {
			Text: "Den Kunden „{id}“ gibt es noch nicht, und der Zeile fehlt {fields}",
			Hint: "Füllen Sie es in der ersten Zeile des Kunden aus"},
		"cell.duplicate_in_file": {Text: "„{value}“ steht schon in Zeile {line}"},
		"cell.invalid_encoding.byte": {
			Text: "Die Zelle hat das Byte {byte}, das nicht zu {encoding} gehört: " + other},
		"cell.invalid_encoding.half": {
			Text: "Die Zelle hat ein halbes Zeichen: in {encoding} hat jedes 2 oder 4 Bytes"},
		"cell.invalid_encoding.nul": {
			Text: "Die Zelle hat das Zeichen NUL, das in keinem Text vorkommt: entfernen Sie es"},
		"cell.record_too_long": {Text: "Die Zeile hat mehr als {bytes} Bytes oder erstreckt sich über mehr als " +
			"{lines} Zeilen der Datei"},
		"cell.text_after_quote": {Text: "Nach dem schließenden Anführungszeichen einer Zelle folgt Text: schreiben Sie " +
			"Anführungszeichen in einer Zelle doppelt"},
		"cell.too_many_columns": {Text: "Die Zeile hat {cells} Zellen: höchstens {max} sind erlaubt"},
		"cell.unclosed_quote": {Text: "Ein Anführungszeichen öffnet eine Zelle und wird bis zum Ende der Datei nicht " +
			"geschlossen: " +
			"schließen Sie es, oder schreiben Sie Anführungszeichen in einer Zelle doppelt"},
		"cell.wrong_column_count": {Text: count, Count: "cells", Forms: map[Form]string{One: countOne}},
		"cell.wrong_column_count.more": {Text: count, Count: "cells", Forms: map[Form]string{One: countOne},
			Hint: "Steht ein Trennzeichen ({delimiterWord}) in einer Zelle ohne Anführungszeichen?"},
	}
}

// germanRecords is why a row was not written.
func germanRecords() map[string]Template {
	const customerFirst = "Importieren Sie zuerst den Kunden"
	return map[string]Template{
		"cell.already_exists": {
			Text: "„{value}“ gibt es schon: importieren Sie im Modus SKIP, um es zu lassen, oder UPSERT, um es zu ändern"},
		"cell.archived.account":  {Text: "Das Konto „{id}“ ist archiviert", Hint: "Stellen Sie es zuerst wieder her"},
		"cell.archived.customer": {Text: "Der Kunde „{id}“ ist archiviert", Hint: "Stellen Sie ihn zuerst wieder her"},
		"cell.currency_archived": {
			Text: "{currency} ist archiviert: stellen Sie die Währung zuerst wieder her, oder geben Sie eine andere an"},
		"cell.customer_archived": {Text: "Der Kunde „{id}“ ist archiviert", Hint: "Stellen Sie ihn zuerst wieder her"},
		"cell.erased.account":    {Text: "Das Konto „{id}“ wurde gelöscht"},
		"cell.erased.customer":   {Text: "Der Kunde „{id}“ wurde gelöscht"},
		"cell.invalid_option.currency_unused": {Text: "Die Organisation verwendet {currency} nicht",
			Hint: "Legen Sie die Währung zuerst mit ihrem Kurs an, oder geben Sie eine andere an"},
		"cell.match_conflict": {
			Text: "Der Datensatz mit „{value}“ ist „{id}“, in der Zeile steht „{other}“: korrigieren Sie einen von beiden"},
		"cell.match_conflict.taken": {Text: "Es gibt schon einen Datensatz „{id}“, mit einem anderen Wert in {field}"},
		"cell.not_found": {
			Text: "„{value}“ gibt es nicht: importieren Sie im Modus UPSERT, um es anzulegen"},
		"cell.refused":       {Text: "Die Zeile wurde abgelehnt"},
		"cell.refused.alias": {Text: "Das Konto „{id}“ hat zur gleichen Zeit den Alias „{value}“"},
		"cell.relation_ambiguous": {Text: "Mehrere Datensätze haben „{value}“: nennen Sie den gemeinten mit seiner " +
			"Kennung"},
		"cell.relation_ambiguous.customers": {
			Text: "{count} Kunden haben „{value}“, zum Beispiel „{first}“ und „{second}“: nennen Sie den gemeinten mit " +
				"seiner " +
				"Kennung"},
		"cell.relation_cycle": {
			Text: "„{value}“ führt zur Zeile selbst zurück: die Zeilen {lines} der Datei verweisen aufeinander",
			Hint: "Berichtigen Sie eine davon"},
		"cell.relation_cycle.self": {
			Text: "„{value}“ ist die Zeile selbst", Hint: "Nennen Sie einen anderen Datensatz oder keinen"},
		"cell.relation_not_found":          {Text: "„{value}“ gibt es nicht"},
		"cell.relation_not_found.customer": {Text: "Es gibt keinen Kunden mit „{value}“", Hint: customerFirst},
		"cell.relation_not_found.id":       {Text: "Kein Kunde hat die Kennung „{value}“", Hint: customerFirst},
	}
}

// germanFiles is why a file cannot be imported.
func germanFiles() map[string]Template {
	const header = "Zeile {line} kann nicht als Kopfzeile gelesen werden: "
	return map[string]Template{
		"file.bad_header": {Text: header + "geben Sie die Zeile der Kopfzeile an"},
		"file.bad_header.invalid_encoding_byte": {
			Text: header + "sie hat das Byte {byte}, das nicht zu {encoding} gehört; wählen Sie die Kodierung der Datei"},
		"file.bad_header.invalid_encoding_half": {
			Text: header + "sie hat ein halbes Zeichen; in {encoding} hat jedes 2 oder 4 Bytes"},
		"file.bad_header.invalid_encoding_nul": {
			Text: header + "sie hat das Zeichen NUL, das in keinem Text vorkommt; entfernen Sie es"},
		"file.bad_header.missing": {Text: "Zeile {line}, in der die Kopfzeile stehen soll, gibt es in der Datei nicht"},
		"file.bad_header.text_after_quote": {
			Text: header + "nach dem schließenden Anführungszeichen einer Zelle folgt Text; schreiben Sie " +
				"Anführungszeichen in einer " +
				"Zelle doppelt"},
		"file.bad_header.unclosed_quote": {
			Text: header + "ein Anführungszeichen wird bis zum Ende der Datei nicht geschlossen; schließen Sie es"},
		"file.empty_file":       {Text: "Die Datei ist leer: geben Sie eine CSV-Datei mit einer Kopfzeile an"},
		"file.empty_file.blank": {Text: "Alle Zeilen der Datei sind leer"},
		"file.empty_file.head": {
			Text: "In den ersten {bytes} Bytes sind nur leere Zeilen: geben Sie eine CSV-Datei mit einer Kopfzeile an"},
		"file.file_changed":   {Text: "Der gespeicherte Inhalt ist nicht der hochgeladene: laden Sie die Datei neu hoch"},
		"file.file_lost":      {Text: "Ein Teil des gespeicherten Inhalts fehlt: laden Sie die Datei neu hoch"},
		"file.file_removed":   {Text: "Die Datei wird nicht mehr aufbewahrt: laden Sie sie neu hoch"},
		"file.file_too_large": {Text: "Die Datei hat mehr als {max} Bytes: teilen Sie sie auf"},
		"file.header_too_long": {Text: "Die Überschrift von Spalte {column} hat {bytes} Bytes: höchstens {max} sind " +
			"erlaubt"},
		"file.header_too_long.record": {
			Text: "Zeile {line}: die Kopfzeile hat mehr als {bytes} Bytes oder erstreckt sich über mehr als {lines} Zeilen"},
		"file.relations_too_deep": {
			Text: "Zeilen verweisen in mehr als {max} Schritten auf spätere: sortieren Sie die Datei so, dass diese zuerst " +
				"kommen"},
		"file.too_many_columns": {Text: "Die Zeile hat {cells} Zellen: höchstens {max} sind erlaubt"},
		"file.too_many_columns.header": {Text: "Zeile {line}: die Kopfzeile hat {cells} Zellen, höchstens {max} sind " +
			"erlaubt"},
		"file.too_many_customer_conflicts": {
			Text: "Mehr als {max} Zeilen geben {field} anders an als eine frühere Zeile desselben Kunden: ist die richtige " +
				"Spalte zugeordnet?"},
		"file.too_many_cycles": {
			Text: "Mehr als {max} Zeilen verweisen im Kreis aufeinander: ist die richtige Spalte zugeordnet?"},
		"file.too_many_duplicates": {
			Text: "Mehr als {max} Zeilen wiederholen {field} einer anderen Zeile: ist die richtige Spalte zugeordnet?"},
		"file.too_many_rows": {Text: "Die Datei hat mehr als {max} Zeilen: teilen Sie sie auf"},
		"file.too_many_rows.blank": {
			Text: "Die Datei hat mehr als {max} Zeilen, davon sind {blank} leer oder stehen über der Kopfzeile: löschen " +
				"Sie diese"},
	}
}

// germanKinds is what a file is that is no table of text.
func germanKinds() map[string]Template {
	const (
		sheet = "speichern Sie das Tabellenblatt als CSV UTF-8, und laden Sie das hoch"
		table = "exportieren Sie die Tabelle als CSV, und laden Sie das hoch"
	)
	return map[string]Template{
		"file.not_csv.binary": {Text: "Das ist eine Binärdatei oder ein Text in UTF-32 oder einer anderen unbekannten " +
			"Kodierung: " +
			"speichern Sie ihn als CSV UTF-8"},
		"file.not_csv.compressed": {
			Text: "Das ist eine gepackte Datei (gzip oder ähnlich): entpacken Sie sie, und laden Sie die CSV-Datei darin " +
				"hoch"},
		"file.not_csv.contacts": {Text: "Das ist eine vCard oder ein Kalender: exportieren Sie die Kontakte als CSV, " +
			"und laden Sie " +
			"das hoch"},
		"file.not_csv.excel": {Text: "Das ist ein ZIP-Archiv mit einer Excel-Arbeitsmappe (.xlsx): " + sheet},
		"file.not_csv.html": {Text: "Das ist eine Webseite (HTML), die manche Programme unter dem Namen einer Tabelle " +
			"speichern: " +
			"öffnen Sie sie in einer Tabellenkalkulation, und speichern Sie sie als CSV UTF-8"},
		"file.not_csv.json":      {Text: "Das ist JSON: " + table},
		"file.not_csv.old_excel": {Text: "Das ist eine alte Excel-Datei (.xls): " + sheet},
		"file.not_csv.pdf":       {Text: "Das ist eine PDF-Datei: " + table},
		"file.not_csv.picture": {
			Text: "Das ist ein Bild, ein Programm oder eine andere Binärdatei: exportieren Sie die Tabelle als CSV"},
		"file.not_csv.rtf": {Text: "Das ist ein RTF-Dokument: speichern Sie die Tabelle als CSV UTF-8, und laden " +
			"Sie das hoch"},
		"file.not_csv.sql":    {Text: "Das ist SQL, zum Beispiel der Abzug einer Datenbank: " + table},
		"file.not_csv.sqlite": {Text: "Das ist eine SQLite-Datenbank: " + table},
		"file.not_csv.utf":    {Text: "Das ist ein Text in UTF-32: speichern Sie ihn als CSV UTF-8"},
		"file.not_csv.xml": {Text: "Das ist ein XML-Dokument: exportieren Sie die Tabelle als CSV, oder öffnen Sie " +
			"das Dokument in " +
			"einer Tabellenkalkulation, und speichern Sie es als CSV UTF-8"},
		"file.not_csv.zip": {Text: "Das ist ein ZIP-Archiv, wie auch .xlsx von Excel eines ist: entpacken Sie es, " +
			"oder speichern Sie " +
			"das Tabellenblatt als CSV UTF-8, und laden Sie das hoch"},
	}
}

// germanWords is what parameters are called.
func germanWords() map[string]Template {
	return map[string]Template{
		"word.bar": {Text: "senkrechter Strich"}, "word.comma": {Text: "Komma"}, "word.semicolon": {Text: "Semikolon"},
		"word.tab": {Text: "Tabulator"}, "word.bool": {Text: "Ja oder Nein"}, "word.country": {Text: "Länder"},
		"word.currency": {Text: "Währungen"}, "word.date": {Text: "Datumsangaben"}, "word.decimal": {Text: "Zahlen"},
		"word.email": {Text: "E-Mail-Adressen"}, "word.id": {Text: "Kennungen"}, "word.integer": {Text: "ganze Zahlen"},
		"word.text": {Text: "passende Texte"},
	}
}
