package settings

import (
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/jsonschema"
)

// compileSchema makes a schema ready to check with.
func compileSchema(s Schema) (*jsonschema.Schema, error) {
	document, err := decodeJSON(s.text)
	if err != nil {
		return nil, err
	}
	return jsonschema.Compile(document, jsonschema.Limits{Patterns: MaxSchemaPatterns, Number: MaxSchemaNumber})
}

// meets adds everything that is wrong with the document at path under a schema.
func meets(p *admin.Problems, path, document string, schema *jsonschema.Schema) {
	v, err := decodeJSON(document)
	if err != nil {
		p.AddError(path, admin.CodeFormat, err)
		return
	}
	found, done := schema.Check(v, MaxSchemaSteps)
	if !done {
		p.Add(path, admin.CodeTooLong, "is too much to check against its JSON Schema: make either smaller")
		return
	}
	for _, v := range found[:min(len(found), MaxViolations)] {
		p.Add(path+v.Pointer, CodeSchema, "%s", v.Message)
	}
	if more := len(found) - MaxViolations; more > 0 {
		p.Add(path, CodeSchema, "breaks %d more rules of its JSON Schema", more)
	}
}
