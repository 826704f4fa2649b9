package bulkimport

import "strings"

// foldWord makes one of all ways to write a word of Source.Values: NFC, small letters, no blanks around it.
func foldWord(word string) string { return strings.ToLower(normal(trim(word))) }

// mapped replaces a trimmed cell as Source.Values has it.
func (c *caster) mapped(cell string) string {
	if c.values == nil || len(cell) > 4*maxWord {
		return cell
	}
	if to, ok := c.values[foldWord(cell)]; ok {
		return to
	}
	return cell
}
