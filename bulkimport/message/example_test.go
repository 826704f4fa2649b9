package message_test

import (
	"fmt"

	"github.com/admincenter/admincenter/bulkimport/message"
)

// A host adds a language. What its catalog lacks is English, and Check lists it.
func ExampleCatalog() {
	french := message.Catalog{Language: "fr", Templates: map[string]message.Template{
		"cell.invalid_date": {Text: "« {value} » n'est pas une date", Hint: "écrivez AAAA-MM-JJ"},
		"warning.null_words": {
			Text: "{count} cellules contiennent {word}", Count: "count",
			Forms: map[message.Form]string{message.One: "une cellule contient {word}"},
		},
		"cell.invalid_day": {Text: "« {value} » n'est pas un jour"},
	}}
	for _, p := range french.Check() {
		if p.Code != message.MissingKey {
			fmt.Println(p)
		}
	}
	text, hint, _ := french.Render("cell.invalid_date", map[string]string{"value": "demain"})
	fmt.Println(message.Join(text, hint))
	text, _, _ = french.Render("warning.null_words", map[string]string{"count": "1", "word": "NULL"})
	fmt.Println(text)
	text, _, _ = french.Render("cell.required", map[string]string{"field": "name"})
	fmt.Println(text)
	// Output:
	// UNKNOWN_KEY cell.invalid_day
	// « demain » n'est pas une date: écrivez AAAA-MM-JJ
	// une cellule contient NULL
	// name is required
}
