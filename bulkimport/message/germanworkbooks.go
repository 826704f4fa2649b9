package message

// germanWorkbooks is why a workbook cannot be read or written.
func germanWorkbooks() map[string]Template {
	const (
		openAndSave = "Öffnen Sie sie in einer Tabellenkalkulation, speichern Sie sie als .xlsx, und laden Sie das hoch"
		useCSV      = ": verwenden Sie CSV"
	)
	damaged := func(text string) Template {
		return Template{Text: "Die Arbeitsmappe ist beschädigt: " + text, Hint: openAndSave}
	}
	return map[string]Template{
		"workbook.binary": {Text: "Das ist keine Excel-Arbeitsmappe (.xlsx): speichern Sie sie als solche oder als " +
			"CSV UTF-8"},
		"workbook.binary_excel":  {Text: "Das ist eine binäre Excel-Arbeitsmappe (.xlsb): speichern Sie sie als .xlsx"},
		"workbook.cell_encoding": {Text: "Die Zelle {cell} ist nicht in UTF-8"},
		"workbook.cell_too_long": {Text: "Die Zelle {cell} hat mehr als die {max} Zeichen, die in einem Tabellenblatt " +
			"möglich sind" + useCSV},
		"workbook.columns": {Text: "Zeile {row} des Tabellenblatts „{sheet}“ hat mehr als {max} Spalten"},
		"workbook.columns_written": {Text: "Ein Tabellenblatt hat höchstens {max} Spalten, und Zeile {row} hat {cells}" +
			useCSV},
		"workbook.damaged_archive": damaged("sie ist ein ZIP-Archiv ohne Ende"),
		"workbook.damaged_cell": damaged("das Tabellenblatt „{sheet}“ hat in Zeile {row} eine Zelle mit dem Namen " +
			"„{name}“"),
		"workbook.damaged_incomplete":   damaged("das Tabellenblatt „{sheet}“ ist nicht vollständig"),
		"workbook.damaged_merged":       damaged("verbundene Bereiche des Tabellenblatts „{sheet}“ liegen übereinander"),
		"workbook.damaged_missing":      damaged("ein Tabellenblatt fehlt"),
		"workbook.damaged_packed":       damaged("{partWord} kann nicht entpackt werden"),
		"workbook.damaged_packed_sheet": damaged("das Tabellenblatt „{sheet}“ kann nicht entpackt werden"),
		"workbook.damaged_part":         damaged("{partWord} kann nicht gelesen werden"),
		"workbook.damaged_part_sheet":   damaged("das Tabellenblatt „{sheet}“ kann nicht gelesen werden"),
		"workbook.damaged_row": damaged("das Tabellenblatt „{sheet}“ hat nach Zeile {row} eine Zeile mit der Nummer " +
			"„{number}“"),
		"workbook.damaged_sheets": damaged("sie hat kein Tabellenblatt"),
		"workbook.damaged_text": damaged("die Zelle {cell} des Tabellenblatts „{sheet}“ hat einen Text, den es in der " +
			"Arbeitsmappe nicht gibt"),
		"workbook.damaged_twice": damaged("sie hat zwei Teile mit demselben Namen"),
		"workbook.encrypted":     {Text: "Die Arbeitsmappe hat ein Kennwort: speichern Sie sie ohne"},
		"workbook.formats":       {Text: "Die Arbeitsmappe hat mehr als {max} Formate"},
		"workbook.formula": {Text: "Die Zelle {cell} des Tabellenblatts „{sheet}“ hat eine Formel ohne Wert",
			Hint: "Öffnen Sie die Arbeitsmappe in einer Tabellenkalkulation, und speichern Sie sie dort"},
		"workbook.merged":   {Text: "Das Tabellenblatt „{sheet}“ hat mehr als {max} verbundene Bereiche"},
		"workbook.no_sheet": {Text: "Kein Tabellenblatt heißt „{name}“: verwenden Sie eines von diesen: {sheets}"},
		"workbook.old_excel": {Text: "Das ist eine alte Excel-Datei (.xls): speichern Sie sie als .xlsx, oder das " +
			"Tabellenblatt als CSV UTF-8"},
		"workbook.parts": {Text: "Die Arbeitsmappe hat mehr als {max} Teile"},
		"workbook.row_bytes": {
			Text: "Zeile {row} des Tabellenblatts „{sheet}“ hat mehr als {max} Bytes Text"},
		"workbook.rows":             {Text: "Das Tabellenblatt „{sheet}“ hat mehr als {max} Zeilen"},
		"workbook.rows_written":     {Text: "Ein Tabellenblatt hat höchstens {max} Zeilen" + useCSV},
		"workbook.sheets":           {Text: "Die Arbeitsmappe hat mehr als {max} Tabellenblätter"},
		"workbook.text_bytes":       {Text: "Ein Text hat mehr als {max} Bytes: {partWord}"},
		"workbook.text_bytes_sheet": {Text: "Das Tabellenblatt „{sheet}“ hat einen Text von mehr als {max} Bytes"},
		"workbook.xml": {Text: "Zu viel XML, um gelesen zu werden: {partWord}: teilen Sie die Arbeitsmappe " +
			"auf"},
		"workbook.xml_sheet": {Text: "Das Tabellenblatt „{sheet}“ hat mehr XML, als gelesen werden kann: teilen Sie " +
			"es auf"},
		"workbook.zip": {Text: "Das ist ein ZIP-Archiv und keine Excel-Arbeitsmappe: entpacken Sie es, oder " +
			"speichern Sie das Tabellenblatt als .xlsx"},
	}
}
