package bulkimport

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// maxItems is how many items or pairs one cell may have.
const maxItems = 100

// items splits a cell at the column's separator. Blanks around items are dropped, and items that are blank.
func (c *caster) items(cell string) ([]string, *problem) {
	if c.format.Separator == "" {
		if strings.ContainsAny(cell, ",;|\n") {
			_, p := wrong(CodeAmbiguousList, "value", quoted(cell))
			return nil, p
		}
		return []string{cell}, nil
	}
	var out []string
	for part := range strings.SplitSeq(cell, c.separator()) {
		if part = trim(part); part == "" {
			continue
		}
		if len(out) == maxItems {
			_, p := wrong(admin.CodeTooLong+".items", "max", maxItems)
			return nil, p
		}
		out = append(out, part)
	}
	return out, nil
}

// separator is the column's, without the blanks around it, which separate nothing.
func (c *caster) separator() string {
	if s := trim(c.format.Separator); s != "" {
		return s
	}
	return c.format.Separator
}

// list reads several items as a JSON array of texts. An item that is there again is dropped.
func (c *caster) list(f *Field, cell string) (string, *problem) {
	if texts, ok := jsonTexts(cell); ok {
		return c.wholeList(f, texts)
	}
	items, p := c.items(cell)
	if p != nil {
		return "", p
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		if item, p = c.item(f, item); p != nil {
			return "", p
		}
		if item != "" && !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return marshal(out), nil
}

// item replaces and checks one item.
func (c *caster) item(f *Field, item string) (string, *problem) {
	item = c.mapped(item)
	of := *f
	of.Kind = Text
	return item, characters(&of, item)
}

// metadata reads pairs of a key and a value as a JSON object.
func (c *caster) metadata(f *Field, cell string) (string, *problem) {
	if pairs, ok := jsonPairs(cell); ok {
		return c.wholePairs(f, pairs)
	}
	items, p := c.items(cell)
	if p != nil {
		return "", p
	}
	out := map[string]string{}
	for _, item := range items {
		key, value, ok := strings.Cut(item, "=")
		key, value = trim(key), trim(value)
		if !ok || key == "" {
			return wrong(CodeInvalidPair, "value", quoted(item))
		}
		if _, again := out[key]; again {
			return wrong(CodeInvalidPair+".again", "value", quoted(key))
		}
		if p := characters(&Field{Kind: Text, Max: maxMetadataKey}, key); p != nil {
			return "", p
		}
		if out[key], p = c.item(f, value); p != nil {
			return "", p
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return marshal(out), nil
}

// maxMetadataKey is how many characters a key of Metadata has at most.
const maxMetadataKey = 50

// first is the first of several values in a cell that is for one.
func (c *caster) first(cell string) string {
	if c.format.Separator == "" {
		return cell
	}
	for part := range strings.SplitSeq(cell, c.separator()) {
		if part = trim(part); part != "" {
			return part
		}
	}
	return ""
}

// marshal writes texts, which always works.
func marshal(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n")
}
