package settings

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Limits of a JSON Schema and of what is checked against one. They bound the time of a check, which is
// about that of its questions: a schema asks so many at most of each of so many values. A number
// counts as more values by 40 digits, and a pattern asks a question by 32 of its steps and bytes of
// text.
const (
	MaxSchema          = 16 << 10  // bytes, as given
	MaxSchemaQuestions = 2_000     // keywords and subschemas, each counted wherever it is referred to
	MaxSchemaPatterns  = 20_000    // steps of its patterns: characters and classes, each as often as it is repeated
	MaxSchemaWork      = 1_000_000 // questions times the values in the document that is checked
	MaxSchemaNumber    = 400       // characters of a number, and the magnitude of its exponent
	MaxViolations      = 100       // violations that one error lists
)

// maxSchemas bounds the compiled schemas that a Service keeps.
const maxSchemas = 64

// Schema is a JSON Schema that a JSON setting's values must meet. Two are equal (==) where their
// canonical texts are. The zero Schema is none and lets every value through.
type Schema struct{ text string }

// ParseSchema reads a JSON Schema: an object or a boolean, of at most MaxSchema bytes, under the
// limits of JSON. Whether it is one that can be used is found when a setting is saved with it:
//
//   - "$schema" names a draft from 4 to 2020-12, which is what counts where it is missing.
//   - "$ref" stays within the schema or names one of those drafts' own, as far as that is not
//     recursive. Nothing is ever loaded.
//   - No "$dynamicRef" and no "$recursiveRef", and no subschema that refers to itself: the work of
//     checking could double with each level of a value.
//
// Errors wrap admin.ErrInvalid.
func ParseSchema(raw json.RawMessage) (Schema, error) {
	if len(raw) > MaxSchema {
		return Schema{}, fmt.Errorf("JSON Schema of %d bytes: give at most %d: %w", len(raw), MaxSchema, admin.ErrInvalid)
	}
	text, err := compactJSON(string(raw))
	if err != nil {
		return Schema{}, fmt.Errorf("JSON Schema: %w: %w", err, admin.ErrInvalid)
	}
	if text != "true" && text != "false" && !strings.HasPrefix(text, "{") {
		return Schema{}, fmt.Errorf("JSON Schema %q is neither an object nor a boolean: %w", admin.Clip(text), admin.ErrInvalid)
	}
	return Schema{text}, nil
}

// Text is the schema without blanks between tokens; ParseSchema reads it back. Of the zero Schema it
// is empty.
func (s Schema) Text() string { return s.text }

// IsZero reports whether there is no schema.
func (s Schema) IsZero() bool { return s.text == "" }
