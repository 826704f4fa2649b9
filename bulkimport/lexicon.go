package bulkimport

import (
	_ "embed" // of the vocabulary
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary is what words of headers mean.
//
//go:embed vocabulary.txt
var vocabulary string

// class is what a word does to the meaning of a header; see the vocabulary.
type class uint8

const (
	unknown class = iota
	part
	entity
	idWord
	soft
	billing
	mailing
	work
	other
	foreign
	numeral
)

func classNamed(text string) class {
	switch text {
	case "part":
		return part
	case "entity":
		return entity
	case "id":
		return idWord
	case "soft":
		return soft
	case "billing":
		return billing
	case "mailing":
		return mailing
	case "work":
		return work
	case "other":
		return other
	case "foreign":
		return foreign
	}
	return unknown
}

// token is a word of a header by its meaning.
type token struct {
	concept    string // the English word for it; a word that the vocabulary lacks is its own concept
	class      class
	misspelled bool // the word is only like one of the vocabulary
}

// lexicon is the vocabulary, with the words of a schema.
type lexicon struct {
	words map[string][]token
	alike map[shape][]string // words by shape, for words that are misspelled
	parts map[string][]token // of single words that were looked up before
}

// shape narrows down which words can be misspellings of one another.
type shape struct {
	first  byte
	length int
}

const (
	maxPhrase       = 5  // words that belong together
	maxLabelWord    = 40 // letters of a word that may be a compound
	leastCompound   = 3  // letters of a part of one
	leastMisspelled = 5  // letters of a word that may be misspelled
	twiceMisspelled = 9  // and of one that may be so twice
	maxUnknownWord  = 4  // of a header, that are compared with others
)

func newLexicon() *lexicon {
	l := &lexicon{words: map[string][]token{}, alike: map[shape][]string{}, parts: map[string][]token{}}
	for line := range strings.Lines(vocabulary) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] == "#" {
			continue
		}
		meaning, list := []token{{concept: f[1], class: classNamed(f[0])}}, f[1:]
		switch {
		case f[1] == "-":
			list = f[2:]
		case f[0] == "as":
			meaning, list = nil, f[2:]
			for word := range strings.SplitSeq(f[1], "+") {
				meaning = append(meaning, l.words[word]...)
			}
		}
		for _, word := range list {
			word = strings.ReplaceAll(word, "_", "")
			if f[1] == "-" {
				meaning = []token{{concept: word, class: foreign}}
			}
			l.add(word, meaning...)
		}
	}
	return l
}

func (l *lexicon) add(word string, meaning ...token) {
	if _, had := l.words[word]; had || word == "" {
		return
	}
	l.words[word] = meaning
	if n := len(word); n >= leastMisspelled && n <= maxLabelWord {
		l.alike[shape{word[0], n}] = append(l.alike[shape{word[0], n}], word)
	}
}

// learn adds the words of a schema that the vocabulary lacks, so that their misspellings are found.
func (l *lexicon) learn(text string) {
	for _, w := range words(text) {
		if _, is := readNumeral(w); !is && len(w) > 1 && !stopWord(w) && len(l.single(w, false)) == 0 {
			l.add(w, token{concept: singular(w), class: part})
		}
	}
	clear(l.parts)
}

// tokens returns the meaning of words, in their order, each concept once.
func (l *lexicon) tokens(ws []string) []token {
	var out []token
	add := func(ts ...token) {
		for _, t := range ts {
			if !contains(out, t.concept) {
				out = append(out, t)
			}
		}
	}
	strange := 0
	for i := 0; i < len(ws); {
		if ts, n := l.phrase(ws[i:]); n > 0 {
			add(ts...)
			i += n
			continue
		}
		w := ws[i]
		i++
		if n, is := readNumeral(w); is {
			add(token{concept: n, class: numeral})
			continue
		}
		if stopWord(w) {
			continue
		}
		found := l.single(w, strange < maxUnknownWord)
		if len(found) == 0 {
			strange++
			found = []token{{concept: singular(w)}}
		}
		add(found...)
	}
	return placed(out)
}

// phrase finds the longest run of words that the vocabulary has as one, with or without the small words in it.
func (l *lexicon) phrase(ws []string) ([]token, int) {
	for n := min(maxPhrase, len(ws)); n > 0; n-- {
		whole := strings.Join(ws[:n], "")
		if len(whole) > maxLabelWord {
			continue
		}
		if t, ok := l.words[whole]; ok {
			return t, n
		}
		if n < 3 || stopWord(ws[0]) || stopWord(ws[n-1]) {
			continue
		}
		var b strings.Builder
		for _, w := range ws[:n] {
			if !stopWord(w) {
				b.WriteString(w)
			}
		}
		if t, ok := l.words[b.String()]; ok {
			return t, n
		}
	}
	return nil, 0
}

// single returns the meaning of one word: as it is, without its plural, with the vowels that stand for an umlaut,
// as a compound, or as a misspelling. It returns nothing for other words.
func (l *lexicon) single(w string, guess bool) []token {
	if found, ok := l.parts[w]; ok && (guess || len(found) > 0) {
		return found
	}
	found := l.known(w)
	if len(found) == 0 && guess {
		found = l.misspelling(w)
	}
	l.parts[w] = found
	return found
}

func (l *lexicon) known(w string) []token {
	plain := strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(w)
	for _, form := range []string{w, singular(w), plain, singular(plain)} {
		if ts, ok := l.words[form]; ok {
			return ts
		}
	}
	if len(w) < 2*leastCompound || len(w) > maxLabelWord {
		return nil
	}
	if found := l.compound(w); found != nil {
		return found
	}
	return l.compound(plain)
}

// compound splits words such as "kundennummer", "factuuradres" or "billingcity" into words of the vocabulary. Between
// them may be the letters by which German and Dutch join words. Fewer words are better.
func (l *lexicon) compound(w string) []token {
	best := make([][]token, len(w)+1) // of the first letters of w
	best[0] = []token{}
	for end := leastCompound; end <= len(w); end++ {
		for begin := 0; begin+2 <= end; begin++ {
			if best[begin] == nil || (best[end] != nil && len(best[end]) < len(best[begin])+1) {
				continue
			}
			ts, ok := l.words[w[begin:end]]
			if n := end - begin; !ok || (n < leastCompound && (end < len(w) || ts[0].class != idWord)) {
				continue
			}
			best[end] = append(append([]token{}, best[begin]...), ts...)
		}
		for _, joint := range []string{"s", "n", "en", "es", "e"} {
			begin := end - len(joint)
			if best[end] == nil && end < len(w) && begin >= leastCompound && best[begin] != nil && w[begin:end] == joint {
				best[end] = best[begin]
			}
		}
	}
	if len(best[len(w)]) < 2 {
		return nil
	}
	return best[len(w)]
}

// misspelling finds the word that one letter in five or more, or two in nine or more, keep from being w. Its first
// letter must be right.
func (l *lexicon) misspelling(w string) []token {
	if len(w) < leastMisspelled || len(w) > maxLabelWord || utf8.RuneCountInString(w) != len(w) {
		return nil
	}
	limit := 1
	if len(w) >= twiceMisspelled {
		limit = 2
	}
	for edits := 1; edits <= limit; edits++ {
		for n := len(w) - edits; n <= len(w)+edits; n++ {
			for _, like := range l.alike[shape{w[0], n}] {
				if near(w, like, edits) {
					found := slices.Clone(l.words[like])
					for i := range found {
						found[i].misspelled = true
					}
					return found
				}
			}
		}
	}
	return nil
}

// placed takes care of the place of an address in a header: "Address 1: City" is the city, "Address 2: City" that of
// another address, and "Address Company" the company.
func placed(ts []token) []token {
	if n := len(ts); n > 1 && ts[n-1].concept == "company" && ts[n-2].concept == "address" {
		ts[n-2] = token{concept: "billing", class: billing}
		return ts
	}
	if len(ts) < 3 || ts[0].concept != "address" || ts[1].class != numeral {
		return ts
	}
	if ts[2].concept == "line" && len(ts) == 3 {
		return ts
	}
	if ts[1].concept == "1" {
		return append([]token{ts[0]}, ts[2:]...)
	}
	return append([]token{ts[0], {concept: "another", class: foreign}}, ts[2:]...)
}

func contains(ts []token, concept string) bool {
	for _, t := range ts {
		if t.concept == concept {
			return true
		}
	}
	return false
}

// readNumeral reads a word of digits, without zeros in front, or an English one.
func readNumeral(w string) (string, bool) {
	switch w {
	case "one":
		return "1", true
	case "two":
		return "2", true
	case "three":
		return "3", true
	}
	if !digits(w) {
		return "", false
	}
	if short := strings.TrimLeft(w, "0"); short != "" {
		return short, true
	}
	return "0", true
}

// singular cuts the usual plural of an English, French, Spanish or Portuguese word.
func singular(w string) string {
	if n := len(w); n > 3 && w[n-1] == 's' && w[n-2] != 's' && w[n-2] != 'u' {
		return w[:n-1]
	}
	return w
}

// stopWord reports whether a word is an article, a preposition or a conjunction.
func stopWord(w string) bool {
	switch w {
	case "the", "of", "a", "an", "and", "or", "for", "in", "on", "at", "to", "with", "your", "my", "s", "as",
		"de", "du", "des", "la", "le", "les", "l", "d", "et", "ou", "en", "un", "une", "pour",
		"el", "los", "las", "del", "y", "o", "para", "al",
		"do", "da", "dos", "das", "di", "dei", "dell", "della", "il", "lo", "per", "e",
		"der", "die", "den", "dem", "und", "oder", "fur", "am", "im", "zu", "zum", "zur", "mit", "ein",
		"u", "etc", "van", "het", "een", "voor", "op", "bij", "required", "field", "until", "since", "seit":
		return true
	}
	return false
}
