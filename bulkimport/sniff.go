package bulkimport

import (
	"bytes"
	"strings"
)

// sniffRecords is how many records of the head vote for the delimiter.
const sniffRecords = 30

// The delimiters that are looked for. The rare ones are taken only if a file has none of the others.
const (
	delimiters = ",;\t|"
)

// delimiterGuess is what sniffDelimiter finds.
type delimiterGuess struct {
	delimiter byte
	rival     byte // another that has as many votes, or 0
	declared  bool // the file names it
}

// sniffDelimiter returns the delimiter: the one that is there as often in most records. What is
// between quotes does not count. A line "sep=;" at the top, which Excel writes, decides.
func sniffDelimiter(head []byte, quote byte) delimiterGuess {
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	if rest, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(first, `"`)), []byte("sep=")); ok && len(rest) == 1 &&
		delimits(rest[0]) {
		return delimiterGuess{delimiter: rest[0], declared: true}
	}
	records := countDelimiters(head, quote)
	guess, votes := vote(records, 0, len(delimiters))
	if votes == 0 {
		if rare, n := vote(records, len(delimiters), len(candidates)); n > 0 {
			return rare
		}
	}
	return guess
}

const candidates = delimiters + "~^\x1f\x1e"

// countDelimiters counts each candidate in each of the first records that are not blank.
func countDelimiters(head []byte, quote byte) [][len(candidates)]int {
	var records [][len(candidates)]int
	var counts [len(candidates)]int
	blank, quoted, before := true, false, byte('\n')
	for _, b := range head {
		if quote != 0 && b == quote && (quoted || !inWord(before)) {
			quoted = !quoted
			before = b
			continue
		}
		before = b
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
	return records
}

// inWord reports whether a quote behind a byte opens no cell: 5" pipe.
func inWord(b byte) bool {
	return latin(b) || (b >= '0' && b <= '9') || b >= 0x80
}

// vote has each record vote for as many of each candidate as it has.
func vote(records [][len(candidates)]int, from, to int) (delimiterGuess, int) {
	best, rival, bestVotes, bestCount := from, -1, 0, 0
	for c := from; c < to; c++ {
		votes := map[int]int{}
		for _, r := range records {
			if r[c] > 0 {
				votes[r[c]]++
			}
		}
		most, count := 0, 0
		for n, v := range votes {
			if v > most || (v == most && n > count) {
				most, count = v, n
			}
		}
		switch {
		case most == 0:
		case most > bestVotes || (most == bestVotes && count > bestCount):
			if rival = -1; most == bestVotes {
				rival = best
			}
			best, bestVotes, bestCount = c, most, count
		case most == bestVotes:
			rival = c
		}
	}
	guess := delimiterGuess{delimiter: candidates[best]}
	if rival >= 0 {
		guess.rival = candidates[rival]
	}
	return guess, bestVotes
}
