package bulkimport

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// Mention is where an import or a saved mapping has a text.
type Mention struct {
	ImportID uuid.UUID `json:"importId,omitzero"` // zero if it is a saved mapping
	// MappingID is the saved mapping whose name, header, constant, default or replaced word has it; zero if it is an
	// import.
	MappingID uuid.UUID `json:"mappingId,omitzero"`
	// Settings reports whether the name of the file, a header, an example, a warning or a constant has it.
	Settings bool  `json:"settings,omitempty"`
	File     bool  `json:"file,omitempty"` // the file has it, in a row that Line begins
	Line     int64 `json:"line,omitempty"`
	Rows     bool  `json:"rows,omitempty"` // a row that failed or was skipped, or what a row has changed
}

// Mentions returns the imports and then the saved mappings that have a text, such as a name or an address, regardless
// of capitals and accents, and where: to be erased by [Service.Erase] and [Service.EraseMapping] for a
// person who asks for it. A text over several cells is found if the cells are side by side, with blanks
// between its words. It reads every file and every row that is kept, newest import first: call it beside
// requests. It returns imports of all types whose Read permission the caller has, of which at least one is required.
// It fails with [admin.ErrInvalid] for a text of less than 3 characters.
func (s *Service) Mentions(ctx context.Context, scope admin.Scope, text string) iter.Seq2[Mention, error] {
	sought := customer.Fold(strings.TrimSpace(text))
	types, refused := s.readable(scope, Filter{})
	if refused == nil && len([]rune(sought)) < minMention {
		var p admin.Problems
		p.Add("/text", admin.CodeTooShort, "is too short to be found: give at least %d characters", minMention).
			With("min", minMention)
		refused = p.Err()
	}
	if refused != nil {
		return func(yield func(Mention, error) bool) { yield(Mention{}, refused) }
	}
	has := func(texts ...string) bool { return strings.Contains(customer.Fold(strings.Join(texts, " ")), sought) }
	return func(yield func(Mention, error) bool) {
		for i, err := range s.All(ctx, scope, Filter{}) {
			m := Mention{ImportID: i.ID}
			if err == nil {
				m, err = s.mention(ctx, scope.Org(), i, has)
			}
			if err != nil {
				yield(m, err)
				return
			}
			if (m.Settings || m.File || m.Rows) && !yield(m, nil) {
				return
			}
		}
		for _, t := range types {
			if s.ports.Mappings == nil || !s.mentionInMappings(ctx, scope, t, has, yield) {
				return
			}
		}
	}
}

// mentionInMappings yields the saved mappings of a type that have a text, and reports whether more are wanted.
func (s *Service) mentionInMappings(
	ctx context.Context, scope admin.Scope, t TypeName, has func(...string) bool, yield func(Mention, error) bool,
) bool {
	for m, err := range s.AllSavedMappings(ctx, scope, t) {
		if err != nil {
			yield(Mention{}, err)
			return false
		}
		if has(m.texts()...) && !yield(Mention{MappingID: m.ID, Settings: true}, nil) {
			return false
		}
	}
	return true
}

const minMention = 3

func (s *Service) mention(
	ctx context.Context, org admin.OrgID, i Import, has func(...string) bool,
) (m Mention, err error) {
	m = Mention{ImportID: i.ID, Settings: has(i.texts()...)}
	if m.Line, err = s.mentionInFile(ctx, org, i, has); err != nil {
		return m, err
	}
	m.File = m.Line > 0
	for _, id := range i.Jobs() {
		if m.Rows, err = s.mentionInRows(ctx, org, id, has); err != nil || m.Rows {
			break
		}
	}
	return m, err
}

// texts returns the texts of an import but those of its rows.
func (i Import) texts() []string {
	out := append([]string{i.FileName}, i.Content.Header...)
	for _, c := range i.Columns {
		out = append(append(out, c.Name), c.Examples...)
	}
	for _, w := range i.Warnings {
		out = append(out, w.Message)
	}
	return append(append(out, i.Mapping.texts()...), i.Settings.Blank...)
}

// texts returns the texts of a mapping.
func (m Mapping) texts() (out []string) {
	for _, source := range m {
		out = append(out, source.Constant, source.Default)
		for from, to := range source.Values {
			out = append(out, from, to)
		}
	}
	return out
}

// mentionInFile returns the line of the first record that has a text, or 0.
func (s *Service) mentionInFile(
	ctx context.Context, org admin.OrgID, i Import, has func(...string) bool,
) (int64, error) {
	if !i.FileRemovedAt.IsZero() {
		return 0, nil
	}
	r := s.reader(ctx, org, i, cursor{line: 1})
	for {
		rec, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return 0, nil
		case err != nil:
			return 0, err
		case has(rec.cells...):
			return rec.line, nil
		}
	}
}

func (s *Service) mentionInRows(
	ctx context.Context, org admin.OrgID, id uuid.UUID, has func(...string) bool,
) (bool, error) {
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		entries, err := s.ports.Jobs.Entries(ctx, org, id, job.EntryFilter{}, seek)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			if has(e.Ref, e.Detail) || e.Data != "" && hasInRow(e, has) {
				return true, nil
			}
		}
		if len(entries) < rowPage {
			break
		}
		seek.After = entries[rowPage-1].Seq
	}
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		effects, err := s.ports.Jobs.Effects(ctx, org, id, seek)
		if err != nil {
			return false, err
		}
		for _, e := range effects {
			if has(e.Ref) || e.Before != "" && hasInBefore(e.Before, has) {
				return true, nil
			}
		}
		if len(effects) < rowPage {
			return false, nil
		}
		seek.After = effects[rowPage-1].Seq
	}
}

// hasInRow reports whether a failed row has a text.
func hasInRow(e job.Entry, has func(...string) bool) bool {
	row, err := failedRow(e)
	return err != nil && has(e.Data) || has(row.Cells...)
}

// hasInBefore reports whether the fields of a record have a text.
func hasInBefore(before string, has func(...string) bool) bool {
	values, err := textsIn(before)
	return err != nil && has(before) || has(values...)
}
