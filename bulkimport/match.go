package bulkimport

import (
	"math"
	"slices"
	"strings"
)

// Scores, from a comparison on labeled headers: what is exact beats what has the same words, that
// beats what is alike, and the field's own names beat its aliases.
const (
	scoreLabel  = 1.00
	scoreName   = 0.98
	scoreAlias  = 0.96
	sameWords   = 0.02 // less if the words are in another order
	entityWord  = 0.90 // equal but for the type's own noun: "Customer Name" among customers
	alike       = 0.92 // times how much is alike
	alikeWord   = 0.75 // of a word's weight, if it is spelled in another way: too little to preselect
	typo        = 0.75
	joined      = 0.85
	aliasOrder  = 0.001 // less for each alias further down
	fromValues  = 0.65  // a column with a weak header and values that fit well
	valuesWrong = 0.50  // at most, if the values do not fit
	mostlyBlank = 0.65  // at most, for a required field, if most rows have no value
)

// Thresholds of a suggestion.
const (
	suggestAt = 0.60 // from here on a column is suggested
	preselect = 0.80 // from here on it is preselected, if nothing else is nearly as good
	margin    = 0.04
)

// name is one of a field's names, in words.
type name struct {
	words  []string
	joined string
	weight float64 // of an exact match
}

// matcher scores headers for the fields of a schema.
type matcher struct {
	schema Schema
	noun   string
	names  [][]name // of each field
	weight map[string]float64
	rarest float64
}

func newMatcher(schema Schema) *matcher {
	m := &matcher{schema: schema, noun: strings.Join(words(schema.Noun), ""), weight: map[string]float64{}}
	fields := map[string]int{} // in how many fields a word is
	for _, f := range schema.Fields {
		var names []name
		add := func(text string, weight float64) {
			if w := words(text); len(w) > 0 {
				names = append(names, name{w, strings.Join(w, ""), weight})
			}
		}
		add(f.Label, scoreLabel)
		add(f.Name, scoreName)
		for i, a := range f.Aliases {
			add(a, scoreAlias-aliasOrder*float64(min(i, 20)))
		}
		m.names = append(m.names, names)
		seen := map[string]bool{}
		for _, n := range names {
			for _, w := range n.words {
				if !seen[w] {
					seen[w] = true
					fields[w]++
				}
			}
		}
	}
	for w, n := range fields {
		m.weight[w] = 1 + math.Log(float64(len(schema.Fields))/float64(n))
		m.rarest = max(m.rarest, m.weight[w])
	}
	return m
}

// weigh is what a word counts. A word that the schema does not know counts as much as its rarest:
// that keeps "Card Name" away from a name.
func (m *matcher) weigh(w string) float64 {
	if v, ok := m.weight[w]; ok {
		return v
	}
	return m.rarest
}

// known reports whether the schema uses one of the words.
func (m *matcher) known(ws []string) bool {
	return slices.ContainsFunc(ws, func(w string) bool { _, ok := m.weight[w]; return ok })
}

// score returns how well a header's words fit a field, and why.
func (m *matcher) score(field int, header []string) (best float64, reason string) {
	if len(header) == 0 {
		return 0, ""
	}
	take := func(score float64, why string) {
		if score > best {
			best, reason = score, why
		}
	}
	whole := strings.Join(header, "")
	relation := m.schema.Fields[field].Relation != ""
	for _, n := range m.names[field] {
		switch {
		case whole == n.joined:
			take(n.weight, "same name")
		case sameSet(header, n.words):
			take(n.weight-sameWords, "same words")
		case !relation && m.sameWithoutNoun(header, n.words):
			take(entityWord-(scoreLabel-n.weight)/2, "same name without "+m.noun)
		default:
			take(alike*m.dice(header, n.words), "similar words")
			if len(whole) >= 5 && near(whole, n.joined, 1+max(len(whole), len(n.joined))/10) {
				take(typo, "similar spelling")
			}
		}
	}
	return best, reason
}

// withoutNoun drops the import's own noun. For a field that points at another record the noun is
// what identifies the record, so it must stay there.
func (m *matcher) withoutNoun(ws []string) []string {
	return slices.DeleteFunc(slices.Clone(ws), func(w string) bool { return w == m.noun })
}

func (m *matcher) sameWithoutNoun(a, b []string) bool {
	a, b = m.withoutNoun(a), m.withoutNoun(b)
	return len(a) > 0 && sameSet(a, b)
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(w string) bool { return !slices.Contains(b, w) })
}

// dice is how much of two lists of words is alike, by weight, from 0 to 1. Words pair off one to
// one, equal ones first.
func (m *matcher) dice(a, b []string) float64 {
	total, common := 0.0, 0.0
	for _, w := range a {
		total += m.weigh(w)
	}
	left := slices.Clone(b)
	for _, w := range b {
		total += m.weigh(w)
	}
	for _, equal := range []bool{true, false} {
		for _, w := range a {
			if !equal && slices.Contains(b, w) {
				continue // paired already
			}
			i := slices.IndexFunc(left, func(v string) bool { return v == w || (!equal && alikeWords(v, w)) })
			if i >= 0 {
				share := 1.0
				if !equal {
					share = alikeWord
				}
				common += share * (m.weigh(w) + m.weigh(left[i]))
				left = slices.Delete(left, i, i+1)
			}
		}
	}
	if total == 0 {
		return 0
	}
	return common / total
}

func alikeWords(a, b string) bool {
	switch n := min(len(a), len(b)); {
	case n >= 8:
		return near(a, b, 2)
	case n >= 4:
		return near(a, b, 1)
	}
	return false
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

// assign gives each row of weights at most one column, and each column to at most one row, so that
// the sum of the weights is greatest: greedy choices let one field take another's column. Pairs
// below suggestAt are not made. It is the Hungarian method with potentials, after e-maxx; -1 is no
// column.
func assign(weights [][]float64, columns int) []int {
	rows := len(weights)
	width := columns + rows // a column of nothing for each row
	cost := func(i, k int) float64 {
		if k >= columns || weights[i][k] < suggestAt {
			return 1 // more than any pair that may be made
		}
		return 1 - weights[i][k]
	}
	u, v := make([]float64, rows+1), make([]float64, width+1)
	match, way := make([]int, width+1), make([]int, width+1)
	for i := 1; i <= rows; i++ {
		match[0] = i
		at := 0
		slack := make([]float64, width+1)
		for k := range slack {
			slack[k] = math.Inf(1)
		}
		used := make([]bool, width+1)
		for match[at] != 0 {
			used[at] = true
			row, next, delta := match[at], 0, math.Inf(1)
			for k := 1; k <= width; k++ {
				if used[k] {
					continue
				}
				if c := cost(row-1, k-1) - u[row] - v[k]; c < slack[k] {
					slack[k], way[k] = c, at
				}
				if slack[k] < delta {
					delta, next = slack[k], k
				}
			}
			for k := 0; k <= width; k++ {
				if used[k] {
					u[match[k]] += delta
					v[k] -= delta
				} else {
					slack[k] -= delta
				}
			}
			at = next
		}
		for at != 0 {
			match[at] = match[way[at]]
			at = way[at]
		}
	}
	out := make([]int, rows)
	for i := range out {
		out[i] = -1
	}
	for k := 1; k <= columns; k++ {
		if i := match[k]; i != 0 && weights[i-1][k-1] >= suggestAt {
			out[i-1] = k - 1
		}
	}
	return out
}
