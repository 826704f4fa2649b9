package message

import (
	"slices"
	"strings"
)

// entry is one message in English.
type entry struct{ key, text, hint string }

// english is the source of every message, in order of keys: what it has is what bulkimport says.
func english() [][]entry {
	return [][]entry{englishCells[:], englishFiles[:], englishMappings[:], englishReasons[:], englishWarnings[:],
		englishWords[:], englishWorkbooks[:]}
}

// source finds the English message of a key, or returns nil.
func source(key string) *entry {
	for _, part := range english() {
		if key < part[0].key || key > part[len(part)-1].key {
			continue
		}
		if at, has := slices.BinarySearchFunc(part, key, func(e entry, key string) int {
			return strings.Compare(e.key, key)
		}); has {
			return &part[at]
		}
	}
	return nil
}
