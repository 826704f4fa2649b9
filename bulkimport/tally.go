package bulkimport

import (
	"hash/maphash"
	"unicode/utf8"
)

// maxDistinct is how many different values of a column are told apart, so that a file takes a bounded amount of
// memory: 8 bytes each.
const maxDistinct = 1000

// tally counts what is in a column.
type tally struct {
	filled   int64
	longest  int
	distinct map[uint64]struct{} // hashes of the values
	more     bool                // there are more than maxDistinct
}

// add counts a cell that was trimmed and is not blank.
func (t *tally) add(seed maphash.Seed, cell string) {
	t.filled++
	if len(cell) > t.longest { // as many characters at most
		t.longest = max(t.longest, utf8.RuneCountInString(cell))
	}
	if t.more {
		return
	}
	if t.distinct == nil {
		t.distinct = map[uint64]struct{}{}
	}
	sum := maphash.String(seed, cell)
	if _, had := t.distinct[sum]; had {
		return
	}
	if len(t.distinct) == maxDistinct {
		t.more = true
		return
	}
	t.distinct[sum] = struct{}{}
}

// set gives a column its counts.
func (t *tally) set(c *Column) {
	c.Filled, c.Longest, c.Distinct, c.DistinctMore = t.filled, t.longest, len(t.distinct), t.more
}
