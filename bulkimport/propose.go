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
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/internal/text"
)

// Proposal is how the cells of a mapped field are probably written, by everything that is in its column.
type Proposal struct {
	Field string `json:"field"`
	// Format is the source's, with what the column is in. It is the source's own if that reads all or nothing is sure.
	Format Format `json:"format,omitzero"`
	// StripApostrophe reports that spreadsheets' apostrophes are in front of cells.
	StripApostrophe bool `json:"stripApostrophe,omitempty"`
	// Values are words that are not read and what they probably mean, those that most cells have first.
	Values []ValueProposal `json:"values,omitempty"`
	// Unread are other cells that would fail, the most frequent first, at most 20, each at most 60 characters.
	Unread  []string `json:"unread,omitempty"`
	Reasons []string `json:"reasons,omitempty"` // why, for people, one for each thing that is proposed
	// Why is what each of the Reasons is made of, for another language.
	Why     [][]Reason `json:"why,omitempty"`
	Cells   int64      `json:"cells"`   // that are not blank
	Failing int64      `json:"failing"` // of them, as the field is mapped now
}

// ValueProposal is what a word of a column probably means.
type ValueProposal struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Cells  int64  `json:"cells"`
	Reason string `json:"reason"`
	// Why is what Reason is made of, for another language.
	Why []Reason `json:"why,omitempty"`
}

// Proposals has one Proposal for each field that something is proposed for, or of which cells would fail, in the
// schema's order.
type Proposals []Proposal

// Apply returns the mapping with what is proposed. Values that the mapping has already stay.
func (p Proposals) Apply(m Mapping) Mapping {
	out := m.clone()
	for _, one := range p {
		s, ok := out[one.Field]
		if !ok {
			continue
		}
		s.Format, s.StripApostrophe = one.Format, s.StripApostrophe || one.StripApostrophe
		for _, v := range one.Values {
			if _, has := s.Values[v.From]; !has && len(s.Values) < maxValues {
				if s.Values == nil {
					s.Values = map[string]string{}
				}
				s.Values[v.From] = v.To
			}
		}
		out[one.Field] = s
	}
	return out
}

// Bounds of what is kept of a column.
const (
	maxProposed = 2000 // values; more are looked at for formats only as far as the first go
	maxUnread   = 20
)

// Propose reads the whole file and finds the formats, apostrophes and words of the columns that a mapping has. What it
// returns is for a person to look at: [Proposals.Apply] puts it into the mapping, and nothing is applied before. A
// format is proposed if it reads more cells than any other and none of them could be read in another way; of a column
// with more than 2,000 different values, the first ones decide. It requires the type's Read permission.
func (s *Service) Propose(
	ctx context.Context, scope admin.Scope, id uuid.UUID, m Mapping, set Settings,
) (Proposals, error) {
	i, t, err := s.open(ctx, scope, id, read)
	if err != nil {
		return nil, err
	}
	if i.Status == Uploading {
		return nil, fmt.Errorf("the upload is not complete: %w", admin.ErrState)
	}
	i.Mapping, i.Settings = m, set
	var p admin.Problems
	checkSources(&p, t.Schema, i, m, set)
	if err := p.Err(); err != nil {
		return nil, err
	}
	plan := newPlan(t.Schema, i, s.limits)
	seen, err := s.distinct(ctx, scope.Org(), i, plan)
	if err != nil {
		return nil, err
	}
	var out Proposals
	for k, f := range plan.fields {
		if one := propose(f, plan.sources[k], set, seen[k]); one.says(plan.sources[k]) {
			out = append(out, one)
		}
	}
	return out, nil
}

// says reports whether there is anything in a proposal to look at.
func (p Proposal) says(s Source) bool {
	return p.Format != s.Format || p.StripApostrophe || len(p.Values) > 0 || p.Failing > 0
}

// column is how often each value is in a field's cells, in the order in which they were first seen.
type column struct {
	values []string
	counts map[string]int64
}

func (c *column) add(value string) {
	if _, ok := c.counts[value]; !ok {
		if len(c.values) == maxProposed {
			return
		}
		if c.counts == nil {
			c.counts = map[string]int64{}
		}
		c.values = append(c.values, value)
	}
	c.counts[value]++
}

// distinct collects the values of the mapped fields, as they are before they are read.
func (s *Service) distinct(ctx context.Context, org admin.OrgID, i Import, plan *plan) ([]column, error) {
	out := make([]column, len(plan.fields))
	r := s.reader(ctx, org, i, i.beginning())
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		if rec.fault != nil || rec.blank() || plan.count(rec) != nil {
			continue
		}
		for k := range plan.fields {
			source := &plan.sources[k]
			if len(source.Columns) == 0 {
				continue
			}
			if cell, wrong := plan.text(source, rec.cells, plan.most(k)); wrong == nil && cell != "" {
				out[k].add(strings.Clone(cell))
			}
		}
	}
}

// propose finds what a field's values are in.
func propose(f Field, s Source, set Settings, c column) Proposal {
	out := Proposal{Field: f.Name, Format: s.Format}
	apostrophes := quotedValues(s, c.values)
	if apostrophes > 0 {
		out.StripApostrophe = true
		out.because(reason("apostrophes", "count", apostrophes, "value", quoted(firstQuoted(c.values))))
		c = c.unquoted()
	}
	out.Failing = c.failing(f, newCaster(s, set))
	for _, v := range c.values {
		out.Cells += c.counts[v]
	}
	if out.Failing == 0 {
		return out
	}
	if format, why, ok := bestFormat(f, s, set, c, out.Failing); ok {
		out.Format, s.Format = format, format
		out.because(why...)
	}
	out.words(f, newCaster(s, set), c)
	return out
}

// because adds why something is proposed.
func (p *Proposal) because(why ...Reason) {
	p.Reasons, p.Why = append(p.Reasons, reasons(why).english()), append(p.Why, why)
}

// quotedValues counts the values with a spreadsheet's apostrophe. An apostrophe before a letter may be part of a name,
// such as 's-Hertogenbosch, unless all have it.
func quotedValues(s Source, values []string) int {
	if s.StripApostrophe {
		return 0
	}
	var q quoteCount
	for _, v := range values {
		q.add(v)
	}
	if q.spreadsheets() {
		return int(q.all)
	}
	return 0
}

func firstQuoted(values []string) string {
	return values[slices.IndexFunc(values, func(v string) bool { return strings.HasPrefix(v, "'") })]
}

func (c column) unquoted() column {
	var out column
	for _, v := range c.values {
		if plain := trim(strings.TrimPrefix(v, "'")); plain != "" {
			out.add(plain)
			out.counts[plain] += c.counts[v] - 1
		}
	}
	return out
}

func (c column) failing(f Field, as caster) (n int64) {
	for _, v := range c.values {
		if _, wrong := as.read(&f, v); wrong != nil {
			n += c.counts[v]
		}
	}
	return n
}

// bestFormat returns the one format that reads the most cells. Two that read the same cells as different values leave
// it open.
func bestFormat(f Field, s Source, set Settings, c column, failing int64) (Format, reasons, bool) {
	type tried struct {
		format  Format
		why     reasons
		failing int64
	}
	var best *tried
	unsure := false
	for _, o := range formatsOf(f.Kind, s.Format) {
		source := s
		source.Format = o.format
		t := tried{o.format, o.why, c.failing(f, newCaster(source, set))}
		switch {
		case t.failing >= failing:
		case best == nil || t.failing < best.failing:
			best, unsure = &t, false
		case t.failing == best.failing:
			was := s
			was.Format = best.format
			unsure = unsure || c.differs(f, newCaster(was, set), newCaster(source, set))
		}
	}
	if best == nil || unsure {
		return Format{}, nil, false
	}
	return best.format, best.why, true
}

// differs reports whether two formats read a value differently.
func (c column) differs(f Field, a, b caster) bool {
	for _, v := range c.values {
		x, _ := a.read(&f, v)
		if y, _ := b.read(&f, v); x != y {
			return true
		}
	}
	return false
}

type option struct {
	format Format
	why    reasons
}

// formatsOf returns the formats that a field's cells may be in, the simplest first.
func formatsOf(kind Kind, had Format) []option {
	var out []option
	add := func(why Reason, change func(*Format)) {
		f := had
		change(&f)
		if f != had {
			out = append(out, option{f, reasons{why}})
		}
	}
	switch kind {
	case Decimal, Integer:
		out = numberFormats(had)
	case Date, Instant:
		add(Reason{Code: "day_first"}, func(f *Format) { f.Dates = DMY })
		add(Reason{Code: "month_first"}, func(f *Format) { f.Dates = MDY })
	case List, Metadata:
		for _, separator := range []string{",", ";", "|", "\n", ":::"} {
			add(reason("separator", "separator", quoted(separator)), func(f *Format) { f.Separator = separator })
		}
	}
	return out
}

func numberFormats(had Format) []option {
	styles := []struct {
		style NumberStyle
		what  string
	}{{PlainNumbers, "numbers.plain"}, {PointNumbers, "numbers.point"}, {CommaNumbers, "numbers.comma"},
		{EitherNumber, "numbers.either"}}
	var out []option
	for _, s := range styles {
		for _, accounting := range []bool{had.Accounting, true} {
			for _, code := range append([]string{had.Currency}, proposedCurrencies()...) {
				f := had
				f.Numbers, f.Accounting, f.Currency = s.style, accounting, code
				if f == had || (had.Currency != "" && code != had.Currency) {
					continue
				}
				why := reasons{reason(s.what)}
				if code != had.Currency {
					why = append(why, reason("currency", "currency", code))
				}
				if accounting && !had.Accounting {
					why = append(why, Reason{Code: "accounting"})
				}
				out = append(out, option{f, why})
			}
		}
	}
	return out
}

// proposedCurrencies are those whose signs are looked for in numbers.
func proposedCurrencies() []string {
	return []string{"EUR", "USD", "GBP", "CHF", "JPY", "SEK", "PLN", "BRL", "INR", AnyCurrency}
}

// words proposes what the words mean that are not read.
func (p *Proposal) words(f Field, c caster, values column) {
	unread := slices.DeleteFunc(slices.Clone(values.values), func(v string) bool {
		_, wrong := c.read(&f, v)
		return wrong == nil
	})
	slices.SortStableFunc(unread, func(a, b string) int { return int(values.counts[b] - values.counts[a]) })
	for _, v := range unread {
		to, why, ok := meaning(f.Kind, v)
		switch {
		case ok && len(p.Values) < maxValues && len(v) <= maxWord:
			p.Values = append(p.Values, ValueProposal{From: v, To: to, Cells: values.counts[v],
				Reason: reasons{why}.english(), Why: reasons{why}})
		case !ok && len(p.Unread) < maxUnread:
			p.Unread = append(p.Unread, text.Visible(admin.Clip(v)))
		}
	}
}

// meaning returns what a word that is not read probably stands for.
func meaning(kind Kind, word string) (to string, why Reason, ok bool) {
	folded := fold(word)
	if nothing(folded) {
		return "", Reason{Code: "nothing"}, true
	}
	switch kind {
	case Currency:
		if codes := currenciesNamed(word); len(codes) == 1 {
			return codes[0], reason("currency_name", "currency", codes[0]), true
		}
	case Bool:
		switch folded {
		case "active", "aktiv", "actif", "activo", "ativo", "attivo", "actief", "enabled", "o", "s", "v", "+",
			"checked", "1.0":
			return "true", Reason{Code: "yes"}, true
		case "inactive", "inaktiv", "inactif", "inactivo", "inativo", "inattivo", "inactief", "disabled", "unchecked",
			"0.0", "✗", "✘":
			return "false", Reason{Code: "no"}, true
		}
	case Country:
		if before, _, has := strings.Cut(word, "("); has {
			if code, ok := customer.CountryCode(trim(before)); ok {
				return code, Reason{Code: "country_more"}, true
			}
		}
	}
	return "", Reason{}, false
}

// nothing knows the words for nothing of many programs, folded.
func nothing(word string) bool {
	switch word {
	case "-", "--", "—", "–", ".", "?", "n/a", "na", "n.a.", "n.v.t.", "n/d", "nd", "n.d.", "k.a.", "s/d",
		"null", "nil", "none",
		"(none)", "unknown", "unbekannt", "inconnu", "desconocido", "desconhecido", "sconosciuto", "onbekend", "#n/a", "#nv",
		"nan", `\n`, "leer", "vide", "keine", "aucun", "ninguno", "nessuno", "geen":
		return true
	}
	return false
}
