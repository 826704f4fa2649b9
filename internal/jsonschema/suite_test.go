package jsonschema_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/jsonschema"
)

// decoded reads JSON with every digit.
func decoded(t testing.TB, text string) any {
	t.Helper()
	v, err := decode(text)
	require.NoError(t, err, text)
	return v
}

func decode(text string) (v any, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

// TestSuite runs the JSON Schema Test Suite.
func TestSuite(t *testing.T) {
	for draft, cases := range map[string]int{"draft4": 450, "draft7": 880, "draft2019-09": 680, "draft2020-12": 1000} {
		t.Run(draft, func(t *testing.T) {
			f, err := os.Open("testdata/suite/" + draft + ".jsonl")
			require.NoError(t, err)
			defer f.Close()
			ran := 0
			lines := bufio.NewScanner(f)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				ran += runGroup(t, draft, lines.Bytes())
			}
			require.NoError(t, lines.Err())
			require.Greater(t, ran, cases)
		})
	}
}

// uri is the "$schema" of a draft.
var uri = map[string]string{
	"draft4": "http://json-schema.org/draft-04/schema#", "draft7": "http://json-schema.org/draft-07/schema#",
	"draft2019-09": "https://json-schema.org/draft/2019-09/schema", "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}

func runGroup(t *testing.T, draft string, line []byte) (ran int) {
	var group struct {
		File, Description string
		Schema            json.RawMessage
		Tests             []struct {
			Description string
			Data        json.RawMessage
			Valid       bool
		}
	}
	require.NoError(t, json.Unmarshal(line, &group))
	document := decoded(t, string(group.Schema))
	if m, ok := document.(map[string]any); ok && m["$schema"] == nil {
		m["$schema"] = uri[draft]
	}
	schema, err := jsonschema.Compile(document, jsonschema.Limits{})
	require.NoError(t, err, "%s: %s", group.File, group.Description)
	for _, c := range group.Tests {
		found, _, err := schema.Check(t.Context(), decoded(t, string(c.Data)), jsonschema.Budget{Steps: 100_000})
		require.NoError(t, err)
		require.Equal(t, c.Valid, len(found) == 0, "%s: %s: %s: %v", group.File, group.Description, c.Description, found)
	}
	return len(group.Tests)
}
