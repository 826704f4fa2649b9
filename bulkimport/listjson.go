package bulkimport

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/admincenter/admincenter/admin"
)

// jsonTexts reads a cell that is a JSON array of texts.
func jsonTexts(cell string) ([]string, bool) {
	if cell == "" || cell[0] != '[' || cell[len(cell)-1] != ']' {
		return nil, false
	}
	var parts []*string // because null is no text
	if json.Unmarshal([]byte(cell), &parts) != nil || slices.Contains(parts, nil) {
		return nil, false
	}
	out := make([]string, len(parts))
	for i, one := range parts {
		out[i] = *one
	}
	return out, true
}

// jsonPairs reads a cell that is a JSON object of texts.
func jsonPairs(cell string) (map[string]string, bool) {
	if cell == "" || cell[0] != '{' || cell[len(cell)-1] != '}' {
		return nil, false
	}
	var parts map[string]*string
	if json.Unmarshal([]byte(cell), &parts) != nil {
		return nil, false
	}
	out := make(map[string]string, len(parts))
	for key, one := range parts {
		if one == nil {
			return nil, false
		}
		out[key] = *one
	}
	return out, true
}

// wholeList takes the items of a JSON array as they are, but for words that are replaced.
func (c *caster) wholeList(f *Field, items []string) (string, *problem) {
	if len(items) > maxItems {
		_, p := wrong(admin.CodeTooLong+".items", "max", maxItems)
		return "", p
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		item, p := c.item(f, item)
		if p != nil {
			return "", p
		}
		out = append(out, item)
	}
	if len(out) == 0 {
		return "", nil
	}
	return marshal(out), nil
}

// wholePairs takes the pairs of a JSON object as they are, but for words that are replaced.
func (c *caster) wholePairs(f *Field, pairs map[string]string) (string, *problem) {
	if len(pairs) > maxItems {
		_, p := wrong(admin.CodeTooLong+".items", "max", maxItems)
		return "", p
	}
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		if p := characters(&Field{Kind: Text, Max: maxMetadataKey}, key); p != nil {
			return "", p
		}
		value, p := c.item(f, pairs[key])
		if p != nil {
			return "", p
		}
		pairs[key] = value
	}
	if len(pairs) == 0 {
		return "", nil
	}
	return marshal(pairs), nil
}
