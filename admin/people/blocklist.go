package people

import (
	_ "embed" // for blocklist.txt
	"strings"
	"unicode"
	"unicode/utf8"
)

// blocklistText is passwords that people choose most, each on a line, in lower case and of at least
// eight characters: shorter ones are too short anyway. blocklist_gen.go makes it.
//
//go:generate go run blocklist_gen.go
//go:embed blocklist.txt
var blocklistText string

// blocklist knows what guessers try first. It searches the text as it lies in the program, so that it
// costs nothing until a password is checked.
type blocklist struct {
	lines string // sorted, each with its line end
}

// longestCommon is the longest line of blocklist.txt, in characters.
const longestCommon = 32

func newBlocklist() blocklist { return blocklist{lines: blocklistText} }

// last is the last line that is not after text; empty if all are.
func (b blocklist) last(text string) string {
	found := ""
	for from, to := 0, len(b.lines); from < to; {
		start := from + strings.LastIndexByte(b.lines[from:from+(to-from)/2], '\n') + 1
		end := start + strings.IndexByte(b.lines[start:], '\n')
		if line := b.lines[start:end]; line <= text {
			found, from = line, end+1
		} else {
			to = start
		}
	}
	return found
}

// prefix is the longest line that text begins with.
func (b blocklist) prefix(text string) string {
	for text != "" {
		line := b.last(text)
		if strings.HasPrefix(text, line) {
			return line
		}
		// A line that text begins with is before this one, so it ends where the two part.
		same := 0
		for same < len(line) && line[same] == text[same] {
			same++
		}
		text = text[:same]
	}
	return ""
}

// surprises counts the steps in which a guesser who knows the blocklist and words would write the
// password: a common password, one of the words, a run (aaaa, 1234, dcba) and a repetition of what
// came before are one step each, and so is any other character. It stops counting at enough.
//
// This is what refuses "acmeacmeacmeacme" and "password12345678901" without telling anybody which
// sorts of character to use.
func (b blocklist) surprises(password string, words []string, enough int) int {
	text := []rune(strings.ToLower(password))
	plain := make([]rune, len(text))
	for i, r := range text {
		plain[i] = unleet(r)
	}
	steps := 0
	for i := 0; i < len(text) && steps < enough; steps++ {
		i += max(1,
			b.commonAt(text[i:]), b.commonAt(plain[i:]),
			wordAt(text[i:], words), wordAt(plain[i:], words),
			runAt(text[i:]), repeatAt(text, i))
	}
	return steps
}

// unleet undoes what is written for a letter: p4$$w0rd.
func unleet(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1', '!', '|':
		return 'i'
	case '3':
		return 'e'
	case '4', '@':
		return 'a'
	case '5', '$':
		return 's'
	case '7', '+':
		return 't'
	}
	return r
}

// commonAt is the length of the longest common password that text begins with.
func (b blocklist) commonAt(text []rune) int {
	return utf8.RuneCountInString(b.prefix(string(text[:min(len(text), longestCommon)])))
}

func wordAt(text []rune, words []string) int {
	longest := 0
	for _, w := range words {
		n := utf8.RuneCountInString(w)
		if n > longest && n <= len(text) && string(text[:n]) == w {
			longest = n
		}
	}
	return longest
}

// runAt is the length of the run that text begins with, in which each character follows the one
// before by the same step of -1, 0 or 1. Less than three is no run.
func runAt(text []rune) int {
	if len(text) < 3 {
		return 0
	}
	step := text[1] - text[0]
	if step < -1 || step > 1 {
		return 0
	}
	n := 2
	for n < len(text) && text[n]-text[n-1] == step {
		n++
	}
	if n < 3 {
		return 0
	}
	return n
}

// repeatAt is how much of text from i on was there before i in one piece. Less than three is no
// repetition. A piece may run into what repeats it, as in "xyzxyzxyz".
func repeatAt(text []rune, i int) int {
	longest := 0
	for from := range i {
		n := 0
		for i+n < len(text) && text[from+n] == text[i+n] {
			n++
		}
		longest = max(longest, n)
	}
	if longest < 3 {
		return 0
	}
	return longest
}

// guessWords takes apart what belongs to a user into words that they must not make a password
// of: the whole, and its parts between anything that is neither letter nor digit. Shorter ones than
// four characters are in too many passwords by chance.
func guessWords(texts ...string) []string {
	var words []string
	for _, t := range texts {
		t = strings.ToLower(t)
		parts := strings.FieldsFunc(t, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for _, w := range append(parts, t, strings.Join(parts, "")) {
			if utf8.RuneCountInString(w) >= 4 {
				words = append(words, w)
			}
		}
	}
	return words
}
