package settings

import (
	"context"

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

// meets adds what is wrong with the document at path under a schema. Its error is the context's.
func (s *Service) meets(
	ctx context.Context, p *admin.Problems, path, document string, schema *jsonschema.Schema,
) error {
	v, err := decodeJSON(document)
	if err != nil {
		p.AddError(path, admin.CodeFormat, err)
		return nil
	}
	found, more, err := schema.Check(ctx, v,
		jsonschema.Budget{Steps: MaxSchemaSteps, Violations: MaxViolations, Slots: s.longChecks})
	if jsonschema.OverBudget(err) {
		p.Add(path, admin.CodeTooLong, "is too much to check against its JSON Schema: make either smaller")
		return nil
	} else if err != nil {
		return err
	}
	for _, v := range found {
		p.Add(path+v.Pointer, CodeSchema, "%s", v.Message)
	}
	if more > 0 {
		p.Add(path, CodeSchema, "breaks %d more rules of its JSON Schema", more)
	}
	return nil
}
