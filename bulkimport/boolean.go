package bulkimport

// boolean reads the words for yes and no of English, German, French, Spanish, Portuguese, Italian and Dutch, and the
// mark of a form that was filled in.
func boolean(cell string) (string, *problem) {
	switch cell {
	case "true", "false":
		return cell, nil
	}
	if len(cell) <= 20 {
		switch fold(cell) {
		case "true", "yes", "y", "t", "on", "1", "x", "✓", "✔", "☑", "✅",
			"ja", "j", "oui", "si", "sim", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar":
			return "true", nil
		case "false", "no", "n", "f", "off", "0", "☐",
			"nein", "non", "nao", "nee", "falsch", "faux", "falso", "onwaar":
			return "false", nil
		}
	}
	return wrong(CodeInvalidBool, "value", quoted(cell))
}
