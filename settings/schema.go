package settings

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Limits of a JSON Schema and of a value that is checked against one. MaxSchemaSteps bounds the time of a
// check: a step is one keyword for one value, 32 bytes of text at one step of a pattern, or 20 digits of a
// number; a violation is ten.
const (
	MaxSchema         = 16 << 10  // bytes, as given
	MaxSchemaPatterns = 20_000    // steps of its patterns: characters and classes, each as often as it is repeated
	MaxSchemaSteps    = 1_000_000 // of one check
	MaxSchemaNumber   = 400       // characters of a number, and the magnitude of its exponent
	MaxViolations     = 100       // violations that one error lists; more are counted
)

// maxSchemas bounds the compiled schemas that a Service keeps.
const maxSchemas = 64

// Schema is a JSON Schema that the values of a JSON setting must meet. Two are equal (==) if their canonical
// texts are. The zero Schema is none and allows every value.
type Schema struct{ text string }

// ParseSchema reads a JSON Schema: an object or a boolean of at most [MaxSchema] bytes, under the limits of
// [JSON]. Whether it can be used is checked when a setting is saved with it:
//
//   - "$schema" names a draft from 4 to 2020-12; if it is missing, the schema is of the latest.
//   - "$ref" stays within the schema. Nothing is ever loaded. A schema may refer to itself for a part of the
//     value, but not for the same value.
//   - "$dynamicRef" and "$recursiveRef" are refused.
//   - "format" is checked up to draft 7; in later drafts it is an annotation, as they define it.
//
// Errors wrap [admin.ErrInvalid].
func ParseSchema(raw json.RawMessage) (Schema, error) {
	if len(raw) > MaxSchema {
		return Schema{}, fmt.Errorf("JSON Schema of %d bytes: give at most %d: %w", len(raw), MaxSchema, admin.ErrInvalid)
	}
	compact, err := compactJSON(string(raw))
	if err != nil {
		return Schema{}, fmt.Errorf("JSON Schema: %w: %w", err, admin.ErrInvalid)
	}
	if compact != "true" && compact != "false" && !strings.HasPrefix(compact, "{") {
		return Schema{}, fmt.Errorf("JSON Schema of %s is neither an object nor a boolean: %w",
			text.Size(compact), admin.ErrInvalid)
	}
	return Schema{compact}, nil
}

// Text is the schema without white space between tokens; [ParseSchema] reads it back. That of the zero Schema
// is empty.
func (s Schema) Text() string { return s.text }

// IsZero reports whether there is no schema.
func (s Schema) IsZero() bool { return s.text == "" }
