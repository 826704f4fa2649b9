package bulkimport

import (
	"slices"
	"strings"
)

// Scores, from a comparison on labeled headers: what is exact beats what means the same, the field's own names beat
// its aliases, and each word more or less costs what costs.go says.
const (
	scoreLabel  = 1.00
	scoreName   = 0.98
	scoreAlias  = 0.96
	sameMeaning = 0.02  // less if it is said in other words
	aliasOrder  = 0.001 // less for each alias further down
	typo        = 0.75  // at most, if a word is misspelled: too little to preselect
	joined      = 0.85
	scoreParts  = 0.75 // from here on a column is taken before the parts of a field are
	fromValues  = 0.65 // a header that says nothing, and values that fit well
	valuesWrong = 0.70 // at most, if the values do not fit
	mostlyBlank = 0.65 // at most, for a required field, if most rows have no value
)

// Thresholds of a suggestion.
const (
	suggestAt = 0.60 // from here on a column is suggested
	preselect = 0.80 // from here on it is preselected, if nothing else is nearly as good
	margin    = 0.04
	surely    = 0.90 // from here on the header is one that the field has
	reserved  = 0.15 // a column is not suggested for a field if its header is that much better for another one
)

// name is one of a field's names.
type name struct {
	tokens []token
	joined string
	weight float64 // of an exact match
}

// header is a column's header, read.
type header struct {
	tokens []token
	aside  []token // within parentheses
	joined string
}

// plain reports whether a header says nothing of what is below it: no part of an address, no other thing.
func (h header) plain() bool {
	return !slices.ContainsFunc(h.tokens, func(t token) bool { return t.class == part || t.class == foreign })
}

// matcher scores headers for the fields of a schema.
type matcher struct {
	schema  Schema
	lexicon *lexicon
	noun    string    // the concept that the schema's noun is
	related []string  // those that its relations are
	wanted  []*wanted // of each field
}

// wanted is what a matcher knows of a field.
type wanted struct {
	field  Field
	names  []name
	about  map[string]bool // concepts of its names
	toward string          // the concept of its relation
}

func newMatcher(schema Schema) *matcher {
	m := &matcher{schema: schema, lexicon: newLexicon()}
	for _, f := range schema.Fields {
		if f.Exact {
			continue
		}
		for _, text := range append([]string{f.Name, f.Label}, f.Aliases...) {
			m.lexicon.learn(text)
		}
	}
	m.noun = m.concept(schema.Noun)
	for _, f := range schema.Fields {
		s := &wanted{field: f, about: map[string]bool{}, toward: m.concept(f.Relation)}
		if f.Exact {
			m.wanted = append(m.wanted, s)
			continue
		}
		if s.toward != "" && s.toward != m.noun {
			m.related = append(m.related, s.toward)
		}
		s.add(m, f.Label, scoreLabel)
		s.add(m, f.Name, scoreName)
		for i, a := range f.Aliases {
			s.add(m, a, scoreAlias-aliasOrder*float64(min(i, 20)))
		}
		m.wanted = append(m.wanted, s)
	}
	return m
}

// concept returns what a noun means.
func (m *matcher) concept(noun string) string {
	if ts := m.lexicon.tokens(words(noun)); len(ts) == 1 {
		return ts[0].concept
	}
	return noun
}

func (s *wanted) add(m *matcher, text string, weight float64) {
	h := m.read(text)
	if len(h.tokens) == 0 {
		return
	}
	s.names = append(s.names, name{h.tokens, h.joined, weight})
	for _, t := range h.tokens {
		s.about[t.concept] = true
	}
}

// read returns the meaning of a header. A star marks required columns in some templates.
func (m *matcher) read(text string) header {
	main, within := aside(strings.TrimSpace(text))
	ws := words(main)
	h := header{tokens: m.lexicon.tokens(ws), aside: m.lexicon.tokens(words(within))}
	if contains(h.aside, "supplement") && !contains(h.tokens, "supplement") {
		h.tokens = append(h.tokens, token{concept: "supplement", class: part}) // "Address (continued)"
	}
	var b strings.Builder
	for _, w := range ws {
		if !stopWord(w) || len(ws) == 1 {
			b.WriteString(w)
		}
	}
	h.joined = b.String()
	return h
}

// score returns how well a header fits a field, from 0 to 1, and why.
func (m *matcher) score(field int, h header) (best float64, why Reason) {
	s := m.wanted[field]
	take := func(score float64, reason Reason) {
		if score > best {
			best, why = score, reason
		}
	}
	for _, n := range s.names {
		if h.joined == n.joined {
			take(n.weight, Reason{Code: "same_name"})
			continue
		}
		if vague(h.tokens) {
			continue
		}
		if cost, why := m.differ(s, h.tokens, n.tokens); cost < 1 {
			take(n.weight-sameMeaning-cost, why)
		}
	}
	if score, why := m.alone(s, h.tokens); score > 0 {
		take(score, why)
	}
	if s.field.Kind == ID && contains(h.tokens, "company") && !contains(h.tokens, "id") && best < surely+reserved {
		best -= doubtful // a company's number is mostly that of a register
	}
	if s.terms() && len(h.tokens) == 1 && h.tokens[0].concept == "term" {
		best -= doubtful // there are terms of other things
	}
	best -= m.asideCost(s, h)
	if best <= 0 {
		return 0, Reason{}
	}
	if best > typo && misspelled(h.tokens) {
		best, why = typo, Reason{Code: "spelling"}
	}
	return best, why
}

// vague reports whether a header has no other word than "code", "number" or the like.
func vague(ts []token) bool {
	ids := 0
	for _, t := range ts {
		switch {
		case t.class == soft:
		case t.class != idWord, t.concept == "external", t.concept == "record":
			return false
		default:
			ids++
		}
	}
	return ids > 1 || ids == 1 && !contains(ts, "id")
}

func misspelled(ts []token) bool {
	return slices.ContainsFunc(ts, func(t token) bool { return t.misspelled })
}

// differ returns what the words cost in which a header and a name differ.
func (m *matcher) differ(s *wanted, header, name []token) (float64, Reason) {
	rest := slices.Clone(header)
	var lack []token
	cost, essential := 0.0, false
	for _, t := range name {
		if k := slices.IndexFunc(rest, func(r token) bool { return r.concept == t.concept }); k >= 0 {
			rest = slices.Delete(rest, k, k+1)
			essential = essential || s.essential(t)
		} else {
			lack = append(lack, t)
		}
	}
	swapped := false
	for _, t := range lack {
		k, least := -1, 1.0
		for i, r := range rest {
			if c := m.kin(s, t, r); c < least {
				k, least = i, c
			}
		}
		if k >= 0 {
			rest, swapped = slices.Delete(rest, k, k+1), true
			cost += least
			essential = essential || s.essential(t)
			continue
		}
		cost += m.lackCost(s, t)
	}
	if !essential {
		return 1, Reason{} // what is the same says nothing
	}
	matched := len(name) - len(lack)
	for _, t := range rest {
		cost += m.restCost(s, t, matched)
	}
	if cost >= 1 {
		return 1, Reason{}
	}
	return cost, because(rest, swapped || len(lack) > 0)
}

// essential reports whether a word of a field's name is one that a header needs more than others.
func (s *wanted) essential(t token) bool {
	switch t.class {
	case numeral, soft, billing, mailing:
		return false
	case entity:
		return s.named()
	case idWord:
		return s.field.Kind == ID
	}
	return t.concept != "address" && t.concept != "day" || !s.about["email"] && !s.terms()
}

func because(rest []token, differs bool) Reason {
	var more []string
	for _, t := range rest {
		if t.class != soft {
			more = append(more, `"`+t.concept+`"`)
		}
	}
	switch {
	case len(more) > 0:
		return reason("with", "words", strings.Join(more, ", "))
	case differs || len(rest) > 0:
		return Reason{Code: "nearly"}
	}
	return Reason{Code: "same_meaning"}
}

// near reports whether at most limit insertions, deletions, replacements and swaps of neighbors
// make a into b.
func near(a, b string, limit int) bool {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return false
	}
	before, row, next := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for k := range row {
		row[k] = k
	}
	for i := 1; i <= len(x); i++ {
		next[0] = i
		least := i
		for k := 1; k <= len(y); k++ {
			cost := 1
			if x[i-1] == y[k-1] {
				cost = 0
			}
			next[k] = min(row[k]+1, next[k-1]+1, row[k-1]+cost)
			if i > 1 && k > 1 && x[i-1] == y[k-2] && x[i-2] == y[k-1] {
				next[k] = min(next[k], before[k-2]+1)
			}
			least = min(least, next[k])
		}
		if least > limit {
			return false
		}
		before, row, next = row, next, before
	}
	return row[len(y)] <= limit
}
