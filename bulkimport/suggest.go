package bulkimport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/text"
)

// Suggestion is the column that a field's values probably come from.
type Suggestion struct {
	Field  string  `json:"field"`
	Source Source  `json:"source,omitzero"` // zero if no column fits
	Score  float64 `json:"score"`           // from 0 to 1
	// Preselected reports that the score is at least 0.80 and no other column is nearly as good. A person
	// should look at what is not preselected.
	Preselected bool   `json:"preselected"`
	Reason      string `json:"reason,omitempty"` // why, in a few words
	// Why is what Reason is made of, for another language.
	Why []Reason `json:"why,omitempty"`
	// Alternatives are other columns that might be meant, the likeliest first, at most 3.
	Alternatives []Alternative `json:"alternatives,omitempty"`
}

// Alternative is another column that a field might come from.
type Alternative struct {
	Column int     `json:"column"`
	Score  float64 `json:"score"`
	Reason string  `json:"reason"`
	// Why is what Reason is made of, for another language.
	Why []Reason `json:"why,omitempty"`
}

// Suggestions has one Suggestion for each field of a schema, in the schema's order.
type Suggestions []Suggestion

// Mapping is the mapping of what is sure: of the suggestions that are preselected. A required field that has none is
// left open, and [Service.SetMapping] names it.
func (s Suggestions) Mapping() Mapping {
	return s.mapping(func(s Suggestion) bool { return s.Preselected })
}

// Likely is the mapping of every suggestion, preselected or not: what a screen shows a person to look at.
func (s Suggestions) Likely() Mapping { return s.mapping(func(Suggestion) bool { return true }) }

func (s Suggestions) mapping(take func(Suggestion) bool) Mapping {
	m := Mapping{}
	for _, one := range s {
		if (len(one.Source.Columns) > 0 || one.Source.Constant != "") && take(one) {
			m[one.Field] = one.Source
		}
	}
	return m
}

// Suggest looks at the headers, and at the first 200 rows, for the columns that the fields' values
// come from. Each column is suggested for one field at most. What was decided before comes first: a saved mapping that
// fits the file (see [Service.FittingMappings]), or the mapping of an earlier import, if the organization has completed
// one of the type, among its 50 newest, whose file had the same headers in any order. A saved mapping that does not
// know all columns of the file comes after such an import, and one of which a column is missing is not taken. It
// requires the type's Read permission.
func (s *Service) Suggest(ctx context.Context, scope admin.Scope, id uuid.UUID) (Suggestions, error) {
	i, t, err := s.open(ctx, scope, id, read)
	if err != nil {
		return nil, err
	}
	if i.Status == Uploading {
		return nil, fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	values, err := s.sample(ctx, scope.Org(), i)
	if err != nil {
		return nil, err
	}
	out := suggest(t.Schema, i.Columns, values, s.caster, i.Content.Returned)
	d, found, err := s.decided(ctx, scope.Org(), t.Schema, i)
	if err != nil {
		return nil, err
	}
	if found {
		out.remember(d)
	}
	return out, nil
}

// sampleRows is how many rows are looked at, among sampleRecords at most, those that are blank or broken included.
const (
	sampleRows    = 200
	sampleRecords = 10_000
	sampleBytes   = 4 << 10 // of one value
)

// sample reads the values at the beginning of each column, those that are not blank.
func (s *Service) sample(ctx context.Context, org admin.OrgID, i Import) (map[int][]string, error) {
	out := map[int][]string{}
	r := s.reader(ctx, org, i, i.beginning())
	for seen, read := 0, 0; seen < sampleRows && read < sampleRecords; read++ {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if rec.fault != nil || rec.blank() {
			continue
		}
		if f := i.Content.FooterLine; f > 0 && rec.line >= f {
			break
		}
		seen++
		for _, c := range i.Columns {
			if c.Index >= len(rec.cells) {
				continue
			}
			cell := rec.cells[c.Index]
			if i.Content.Returned {
				cell = unescape(cell)
			}
			if cell = trim(cell); !probablyBlank(cell) {
				out[c.Index] = append(out[c.Index], text.Fit(cell, sampleBytes))
			}
		}
	}
	return out, nil
}

// probablyBlank knows the usual words for nothing. An import takes them for such only if its
// settings list them, but they should not decide what a column is.
func probablyBlank(cell string) bool {
	switch strings.ToLower(cell) {
	case "", "null", "nil", "none", "n/a", "na", "-", "\\n":
		return true
	}
	return false
}

// scoring is what suggest knows of the pairs of fields and columns.
type scoring struct {
	m       *matcher
	columns []Column
	headers []header
	heads   [][]float64 // of each field and column, by header alone
	weights [][]float64 // and with the values
	reasons [][]reasons
	own     bool // Export or FailedRows wrote the file
}

// suggest matches columns to fields. values holds some of each column's, by index. own reports that the library wrote
// the file.
func suggest(schema Schema, columns []Column, values map[int][]string, c caster, own bool) Suggestions {
	x := &scoring{m: newMatcher(schema), columns: columns, headers: make([]header, len(columns)), own: own}
	for k, col := range columns {
		x.headers[k] = x.m.read(col.Header)
	}
	x.score(schema)
	x.reserve()
	x.weigh(schema, values, c)
	taken := assign(x.weights, len(columns))
	out := make(Suggestions, len(schema.Fields))
	for i, f := range schema.Fields {
		s := &out[i]
		s.Field = f.Name
		if k := taken[i]; k >= 0 {
			s.Source, s.Score = FromColumn(columns[k].Index), x.weights[i][k]
			s.because(x.reasons[i][k]...)
		}
		s.Alternatives = x.alternatives(taken, i)
		s.Preselected = s.Score >= preselect && !x.rivaled(taken, i)
		if s.Score < scoreParts {
			x.join(s, f)
		} else {
			x.halved(s, f, taken[i])
		}
		s.Score = rounded(s.Score)
	}
	return out
}

// because gives a suggestion its reasons.
func (s *Suggestion) because(why ...Reason) { s.Reason, s.Why = reasons(why).english(), why }

// alternative is the suggestion as an alternative to another one.
func (s *Suggestion) alternative() Alternative {
	return Alternative{Column: s.Source.Columns[0], Score: rounded(s.Score), Reason: s.Reason, Why: s.Why}
}

// joined is the reason for taking a field's parts together.
func (f Field) joined() Reason {
	if len(f.Parts) == 2 {
		return reason("joined.two", "first", f.Parts[0], "second", f.Parts[1])
	}
	return reason("joined", "parts", strings.Join(f.Parts, ", "))
}

// rounded keeps scores readable.
func rounded(score float64) float64 { return math.Round(score*1000) / 1000 }

// score compares each header with each field.
func (x *scoring) score(schema Schema) {
	n := len(schema.Fields)
	x.heads, x.reasons = make([][]float64, n), make([][]reasons, n)
	for i := range schema.Fields {
		x.heads[i], x.reasons[i] = make([]float64, len(x.columns)), make([]reasons, len(x.columns))
		for k, h := range x.headers {
			if schema.Fields[i].Exact {
				x.exact(schema.Fields[i], i, k)
				continue
			}
			var why Reason
			if x.heads[i][k], why = x.m.score(i, h); why.Code != "" {
				x.reasons[i][k] = reasons{why}
			}
		}
	}
}

// exact gives a field the column whose header is its name.
func (x *scoring) exact(f Field, field, column int) {
	if x.columns[column].Header == f.Name {
		x.heads[field][column], x.reasons[field][column] = 1, reasons{{Code: "same_name"}}
	}
}

// reserve keeps a column for the fields that its header names: that its values do not fit, or that another column
// fits better, gives it to no other field.
func (x *scoring) reserve() {
	for k := range x.columns {
		best := 0.0
		for i := range x.heads {
			best = max(best, x.heads[i][k])
		}
		for i := range x.heads {
			if x.heads[i][k] < best-reserved {
				x.heads[i][k] = 0
			}
		}
	}
}

// weigh corrects the headers' scores by the values below them.
func (x *scoring) weigh(schema Schema, values map[int][]string, c caster) {
	fullest := 0 // how many values the fullest column has, for want of the number of rows
	for _, v := range values {
		fullest = max(fullest, len(v))
	}
	x.weights = make([][]float64, len(schema.Fields))
	for i := range schema.Fields {
		x.weights[i] = make([]float64, len(x.columns))
	}
	for k, col := range x.columns {
		found := values[col.Index]
		silent, addresses := x.silent(k), speak(Email, found, &c)
		for i, f := range schema.Fields {
			head, why := x.heads[i][k], &x.reasons[i][k]
			_, ofOwner := ownerField(schema.Type, f.Name) // may be stated once
			if f.Required && !ofOwner && !(x.own && col.Header == f.Name) && sparse(head, len(found), fullest) {
				head = mostlyBlank
				*why = append(*why, Reason{Code: "mostly_blank"})
			}
			x.heads[i][k], x.weights[i][k] = head, head
			switch {
			case head < suggestAt && silent && speak(f.Kind, found, &c):
				x.weights[i][k], *why = fromValues, reasons{reason("values", "kindWord", kindWord(f.Kind))}
			case head >= suggestAt && addresses && f.Kind == Text && x.m.wanted[i].reached():
				x.weights[i][k] = 0 // "Address" is an e-mail address here
			case f.Exact && head >= suggestAt && slices.ContainsFunc(found, func(v string) bool {
				return len(v) < sampleBytes-utf8.UTFMax && !whole(schema.Type, &f, v, &c) // a longer one was cut
			}):
				x.weights[i][k], *why = doubt(f, valuesWrong, *why, found, &c)
			case head >= suggestAt:
				x.weights[i][k], *why = doubt(f, head, *why, found, &c)
			}
		}
	}
}

// sparse reports whether a column has too few values for a field that every row needs. A header that is right counts
// for more than a few rows.
func sparse(head float64, values, fullest int) bool {
	enough := fewValues
	if head >= surely {
		enough = plentyValues
	}
	return head > mostlyBlank && fullest >= enough && 2*values < fullest
}

// silent reports whether the header of a column leaves what is below it to the values: it names no field, or only an
// address.
func (x *scoring) silent(column int) bool {
	h := x.headers[column]
	return h.plain() && x.named(column) < suggestAt || !slices.ContainsFunc(h.tokens, func(t token) bool {
		return (t.class == part && t.concept != "address") || t.class == foreign
	})
}

// named is how well the header of a column names any field.
func (x *scoring) named(column int) float64 {
	best := 0.0
	for i := range x.heads {
		best = max(best, x.heads[i][column])
	}
	return best
}

// rivaled reports whether another column might as well be a field's, by its header or by all that is known of it.
func (x *scoring) rivaled(taken []int, field int) bool {
	own := x.weights[field][taken[field]]
	for k := range x.columns {
		if slices.Contains(taken, k) {
			continue
		}
		if max(x.weights[field][k], x.heads[field][k]) > own-margin+1e-9 {
			return true
		}
	}
	return false
}

// alternatives are the other columns for a field that no other field fits better.
func (x *scoring) alternatives(taken []int, field int) []Alternative {
	var out []Alternative
	for k, w := range x.weights[field] {
		if w >= suggestAt && !slices.Contains(taken, k) {
			out = append(out, Alternative{Column: x.columns[k].Index, Score: rounded(w),
				Reason: x.reasons[field][k].english(), Why: x.reasons[field][k]})
		}
	}
	slices.SortStableFunc(out, func(a, b Alternative) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(3, len(out))]
}

// join suggests a field's parts, joined, if the file has each of them once.
func (x *scoring) join(s *Suggestion, f Field) {
	if len(f.Parts) == 0 {
		return
	}
	var indexes []int
	for _, text := range f.Parts {
		k := x.part(x.m.read(text))
		if k < 0 {
			return
		}
		indexes = append(indexes, x.columns[k].Index)
	}
	if len(s.Source.Columns) == 1 {
		s.Alternatives = append([]Alternative{s.alternative()},
			s.Alternatives...)
		s.Alternatives = s.Alternatives[:min(3, len(s.Alternatives))]
	}
	s.Source, s.Score = Join(" ", indexes...), joined
	s.because(f.joined())
	s.Preselected = len(s.Alternatives) == 0 || s.Alternatives[0].Score <= mostlyBlank
}

// part returns the only column that is a part of a field, or the one whose header says the least besides, or -1.
func (x *scoring) part(part header) int {
	k, least, tie := -1, 0, false
	for c, h := range x.headers {
		extra, is := besides(h, part)
		switch {
		case !is:
		case k < 0 || extra < least:
			k, least, tie = c, extra, false
		case extra == least:
			tie = true
		}
	}
	if tie {
		return -1
	}
	return k
}

// halved suggests a field's column joined with another one if the file has one part of the field and no other: next
// to "Prénom", "Nom" is the last name, next to "Apellidos", "Nombre" is the first. Both are to be looked at.
func (x *scoring) halved(s *Suggestion, f Field, column int) {
	if column < 0 || len(f.Parts) != 2 {
		return
	}
	first, last := x.part(x.m.read(f.Parts[0])), x.part(x.m.read(f.Parts[1]))
	h, half := x.headers[column], max(first, last)
	if (first < 0) == (last < 0) || len(h.tokens) != 1 || h.tokens[0].concept != "name" ||
		!slices.Equal(h.aside, x.headers[half].aside) {
		return
	}
	s.Preselected = false
	indexes := []int{x.columns[column].Index}
	if first >= 0 {
		indexes = []int{x.columns[first].Index, indexes[0]}
	} else {
		indexes = append(indexes, x.columns[last].Index)
	}
	s.Alternatives = append([]Alternative{s.alternative()},
		s.Alternatives...)
	s.Alternatives = s.Alternatives[:min(3, len(s.Alternatives))]
	s.Source = Join(" ", indexes...)
	s.because(f.joined())
	s.Score = min(s.Score, joined)
}

// besides reports whether a header names a part of a field, and how many words it has besides.
func besides(h, part header) (int, bool) {
	extra := 0
	for _, t := range h.tokens {
		switch {
		case contains(part.tokens, t.concept):
		case t.class == soft, t.class == entity, t.class == billing:
			extra++
		default:
			return 0, false
		}
	}
	return extra, len(h.tokens)-extra == len(part.tokens) && !misspelled(h.tokens)
}
