package bulkimport

import (
	"bytes"
	"strings"
	"time"

	"github.com/admincenter/admincenter/internal/email"
)

// headBytes is how much of a file is read to find its delimiter and header.
const headBytes = 64 << 10

// sniffRecords is how many records of the head are looked at.
const sniffRecords = 30

// sniffDelimiter returns the delimiter: the one that is there as often in most records. What is
// between quotes does not count. A line "sep=;" at the top, which Excel writes, decides.
func sniffDelimiter(head []byte) (delimiter byte, declared bool) {
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	if rest, ok := bytes.CutPrefix(bytes.ToLower(first), []byte("sep=")); ok && len(rest) == 1 &&
		bytes.IndexByte([]byte(",;|\t"), rest[0]) >= 0 {
		return rest[0], true
	}
	const candidates = ",;\t|"
	var records [][len(candidates)]int
	var counts [len(candidates)]int
	blank, quoted := true, false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if quoted {
			blank = false
			continue
		}
		if b == '\n' {
			if !blank {
				records = append(records, counts)
			}
			counts, blank = [len(candidates)]int{}, true
			if len(records) == sniffRecords {
				break
			}
			continue
		}
		if i := strings.IndexByte(candidates, b); i >= 0 {
			counts[i]++
		}
		blank = blank && b == ' '
	}
	if !blank {
		records = append(records, counts)
	}
	best, bestVotes, bestCount := 0, 0, 0
	for c := range len(candidates) {
		votes := map[int]int{}
		for _, r := range records {
			if r[c] > 0 {
				votes[r[c]]++
			}
		}
		for count, n := range votes {
			if n > bestVotes || (n == bestVotes && count > bestCount) {
				best, bestVotes, bestCount = c, n, count
			}
		}
	}
	return candidates[best], false
}

// sniffHeader returns the line of the header: the first row that has two cells, or one if
// all rows have one. Above it are titles. It is 0 if there is no row at all.
func sniffHeader(head []byte, delimiter byte, declared bool, limits Limits) int64 {
	r := newReader(bytes.NewReader(head), delimiter, 0, 1, limits)
	narrow, wide := 0, 0
	first, firstWide := int64(0), int64(0)
	for seen := 0; seen < sniffRecords; {
		rec, err := r.next()
		if err != nil {
			break
		}
		if rec.blank() || (declared && rec.line == 1) {
			continue
		}
		seen++
		if rec.fault != nil && firstWide == 0 {
			return rec.line // reading it gives the error
		}
		filled := 0
		for _, c := range rec.cells {
			if trim(c) != "" {
				filled++
			}
		}
		if first == 0 {
			first = rec.line
		}
		if filled < 2 {
			narrow++
			continue
		}
		wide++
		if firstWide == 0 {
			firstWide = rec.line
		}
	}
	if wide >= narrow {
		return firstWide
	}
	return first
}

// looksLikeData reports whether a header row is rather a row of data: one of its cells is an
// e-mail address, a number or a date, which are not names of columns.
func looksLikeData(header []string) bool {
	for _, h := range header {
		if h == "" {
			continue
		}
		if email.Deliverable(h) {
			return true
		}
		if _, err := time.Parse(time.DateOnly, h); err == nil || plainNumber(h) {
			return true
		}
	}
	return false
}
