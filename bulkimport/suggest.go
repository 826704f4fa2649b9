package bulkimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

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
	// Alternatives are other columns that might be meant, the likeliest first, at most 3.
	Alternatives []Alternative `json:"alternatives,omitempty"`
}

// Alternative is another column that a field might come from.
type Alternative struct {
	Column int     `json:"column"`
	Score  float64 `json:"score"`
	Reason string  `json:"reason"`
}

// Suggestions has one Suggestion for each field of a schema, in the schema's order.
type Suggestions []Suggestion

// Mapping is the mapping that the suggestions make, preselected or not.
func (s Suggestions) Mapping() Mapping { return s.mapping(func(Suggestion) bool { return true }) }

// Preselected is the mapping of those that need no second look.
func (s Suggestions) Preselected() Mapping {
	return s.mapping(func(s Suggestion) bool { return s.Preselected })
}

func (s Suggestions) mapping(take func(Suggestion) bool) Mapping {
	m := Mapping{}
	for _, one := range s {
		if len(one.Source.Columns) > 0 && take(one) {
			m[one.Field] = one.Source
		}
	}
	return m
}

// Suggest looks at the headers, and at the first 200 rows, for the columns that the fields' values
// come from. Each column is suggested for one field at most. It requires the type's Read
// permission.
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
	return suggest(t.Schema, i.Columns, values, s.caster), nil
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
			if cell := trim(rec.cells[c.Index]); !probablyBlank(cell) {
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

// suggest matches columns to fields. values holds some of each column's, by index.
func suggest(schema Schema, columns []Column, values map[int][]string, c caster) Suggestions {
	m := newMatcher(schema)
	fullest := 0 // how many values the fullest column has, for want of the number of rows
	for _, v := range values {
		fullest = max(fullest, len(v))
	}
	headers := make([][]string, len(columns))
	for k, col := range columns {
		headers[k] = words(strings.TrimPrefix(strings.TrimSpace(col.Header), "*"))
	}
	weights := make([][]float64, len(schema.Fields))
	reasons := make([][]string, len(schema.Fields))
	out := make(Suggestions, len(schema.Fields))
	for i, f := range schema.Fields {
		weights[i], reasons[i] = make([]float64, len(columns)), make([]string, len(columns))
		out[i].Field = f.Name
		for k, col := range columns {
			if partOf(f, headers[k]) >= 0 {
				continue // one half of a name is not the name
			}
			score, reason := m.score(i, headers[k])
			score, reason = weighValues(f, score, reason, m.known(headers[k]), values[col.Index], c)
			if f.Required && 2*len(values[col.Index]) < fullest && score > mostlyBlank {
				score, reason = mostlyBlank, reason+", but mostly blank"
			}
			weights[i][k], reasons[i][k] = score, reason
		}
	}
	taken := assign(weights, len(columns))
	for i := range out {
		s := &out[i]
		if k := taken[i]; k >= 0 {
			s.Source, s.Score, s.Reason = FromColumn(columns[k].Index), weights[i][k], reasons[i][k]
		}
		s.Alternatives = alternatives(weights[i], reasons[i], columns, taken, i)
		s.Preselected = s.Score >= preselect && (len(s.Alternatives) == 0 || s.Score-s.Alternatives[0].Score >= margin)
		if s.Score < preselect {
			s.join(schema.Fields[i], columns, headers)
		}
	}
	return out
}

// alternatives are the other columns for a field that no other field fits better.
func alternatives(weights []float64, reasons []string, columns []Column, taken []int, field int) []Alternative {
	var out []Alternative
	for k, w := range weights {
		if w >= suggestAt && taken[field] != k && !slices.Contains(taken, k) {
			out = append(out, Alternative{Column: columns[k].Index, Score: w, Reason: reasons[k]})
		}
	}
	slices.SortStableFunc(out, func(a, b Alternative) int {
		if a.Score > b.Score {
			return -1
		} else if a.Score < b.Score {
			return 1
		}
		return a.Column - b.Column
	})
	return out[:min(3, len(out))]
}

// partOf returns which of a field's parts a header names, -1 for none.
func partOf(f Field, header []string) int {
	for i, part := range f.Parts {
		for _, other := range append([]string{part}, partSynonyms(part)...) {
			if sameSet(header, words(other)) {
				return i
			}
		}
	}
	return -1
}

// partSynonyms are other words for the two parts that are in wide use.
func partSynonyms(part string) []string {
	switch part {
	case "first name":
		return []string{"given name", "forename", "vorname", "prénom", "fname"}
	case "last name":
		return []string{"family name", "surname", "nachname", "lname"}
	}
	return nil
}

// join suggests a field's parts, joined, if the file has all of them once.
func (s *Suggestion) join(f Field, columns []Column, headers [][]string) {
	found := make([][]int, len(f.Parts))
	for k := range columns {
		if part := partOf(f, headers[k]); part >= 0 {
			found[part] = append(found[part], columns[k].Index)
		}
	}
	var indexes []int
	for _, ks := range found {
		if len(ks) != 1 {
			return
		}
		indexes = append(indexes, ks[0])
	}
	if len(indexes) == 0 {
		return
	}
	if len(s.Source.Columns) == 1 {
		s.Alternatives = append([]Alternative{{Column: s.Source.Columns[0], Score: s.Score, Reason: s.Reason}},
			s.Alternatives...)
	}
	s.Source, s.Score, s.Reason = Join(" ", indexes...), joined, strings.Join(f.Parts, " and ")+", joined"
	s.Preselected = len(s.Alternatives) == 0
}

// weighValues corrects a header's score by what is below it.
func weighValues(f Field, score float64, reason string, headerKnown bool, values []string, c caster) (float64, string) {
	const enough, plenty = 3, 10
	if len(values) < enough {
		return score, reason
	}
	fit := 0
	for _, v := range values {
		if _, wrong := c.cast(f, v); wrong == nil || wrong.code == CodeAmbiguousDate || wrong.code == CodeAmbiguousNumber {
			fit++
		}
	}
	switch {
	case fit*2 < len(values) && len(values) >= plenty:
		return min(score, valuesWrong), reason
	case fit*100 < len(values)*95 || score >= suggestAt:
		return score, reason
	case f.Kind == Email && !headerKnown, (f.Kind == Country || f.Kind == Currency) && score >= 0.3:
		return fromValues, "values are of kind " + strings.ToLower(string(f.Kind))
	}
	return score, reason
}
