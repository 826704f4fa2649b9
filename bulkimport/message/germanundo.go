package message

// germanUndo is why an undo leaves a row.
func germanUndo() map[string]Template {
	const version = " wurde seitdem geändert: die Version ist {version} und nicht mehr {expected}"
	return map[string]Template{
		"cell.archived.account_since":    {Text: "Das Konto „{id}“ wurde seitdem archiviert"},
		"cell.archived.customer_since":   {Text: "Der Kunde „{id}“ wurde seitdem archiviert"},
		"cell.changed_since.account":     {Text: "Das Konto „{id}“" + version},
		"cell.changed_since.customer":    {Text: "Der Kunde „{id}“" + version},
		"cell.erased.account_since":      {Text: "Das Konto „{id}“ wurde seitdem gelöscht"},
		"cell.erased.customer_since":     {Text: "Der Kunde „{id}“ wurde seitdem gelöscht"},
		"cell.has_accounts":              {Text: "Der Kunde „{id}“ hat Konten: {accounts}"},
		"cell.in_use.account":            {Text: "Das Konto „{id}“ wird noch verwendet: es {whyWord}"},
		"cell.in_use.customer":           {Text: "Der Kunde „{id}“ wird noch verwendet: er {whyWord}"},
		"cell.not_found.account_gone":    {Text: "Das Konto „{id}“ gibt es nicht mehr"},
		"cell.not_found.customer_gone":   {Text: "Den Kunden „{id}“ gibt es nicht mehr"},
		"cell.not_found.undo":            {Text: "„{value}“: das Ziel hat nichts zurückzunehmen"},
		"cell.not_kept":                  {Text: "Was das Ziel zum Zurücknehmen gab, war kein Text bis {max} Bytes"},
		"cell.refused.referred_account":  {Text: "In der Datenbank verweist etwas auf das Konto"},
		"cell.refused.referred_customer": {Text: "In der Datenbank verweist etwas auf den Kunden"},
		"cell.refused.undo":              {Text: "„{value}“: das Ziel lehnte ab, die Zeile zurückzunehmen"},
		"cell.refused.value":             {Text: "Die Datenbank lehnt einen Wert des Datensatzes ab"},
	}
}
