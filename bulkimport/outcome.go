package bulkimport

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

// Results of rows that no target gives.
const (
	Skipped Result = "SKIPPED" // the row was left out: its record exists
	Failed  Result = "FAILED"  // for the RowOutcome's Errors
	// NotKept is that of a row of which nothing is kept: it was unchanged, or what it changed was erased; or a target of
	// the host's has not always done the same.
	NotKept Result = "NOT_KEPT"
)

// RowOutcome is what became of a row of an import.
type RowOutcome struct {
	Number int64  `json:"number"`        // of the row, from 1
	Result Result `json:"result"`        // Created, Updated, Unchanged, Skipped, Failed or NotKept
	Key    string `json:"key,omitempty"` // the id of the record, or the row's key if it failed or was skipped
	// Changes are those of Updated, and of a customer that a row with a new account has changed, in order of the names.
	Changes []FieldChange `json:"changes,omitempty"`
	Errors  []CellError   `json:"errors,omitempty"` // of Failed
}

// FieldChange is how a row changed a field of a record, or a name in its metadata.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// OutcomeFilter narrows a list of outcomes; zero fields do not narrow.
type OutcomeFilter struct {
	Result Result `json:"result,omitempty"`
}

func (f OutcomeFilter) check() error {
	all := []Result{Created, Updated, Unchanged, Skipped, Failed, NotKept}
	if f.Result == "" || slices.Contains(all, f.Result) {
		return nil
	}
	var p admin.Problems
	p.Add("/result", admin.CodeUnknown, "%q is not a result of a row: use %s", admin.Clip(string(f.Result)),
		text.Join(all)).With("allowed", text.Join(all))
	return p.Err()
}

// Outcomes pages through what became of the rows of a started import that it has reached, in the order of the file.
// Nothing is kept of a row that left its record as it was, nor of one whose values were erased. If a record of the
// organization was erased, all rows are counted to distinguish the two, and if they are mixed these rows are [NotKept].
//
// It requires the type's Read permission. It fails with [admin.ErrNotFound] before Start, and with [job.ErrPruned] when
// the rows are not kept any longer.
func (s *Service) Outcomes(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f OutcomeFilter, q admin.Query, o ...ReportOptions,
) (admin.Page[RowOutcome], error) {
	rows, err := s.outcomesOf(ctx, scope, id, f, o)
	if err != nil {
		return admin.Page[RowOutcome]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("import outcomes %s %q", id, f.Result), q,
		func(seek admin.Seek[int64]) ([]RowOutcome, error) { return rows.page(ctx, f, seek) },
		func(r RowOutcome) int64 { return r.Number })
}

// outcomes reads what became of the rows of an import.
type outcomes struct {
	*Service
	org     admin.OrgID
	i       Import
	reached int64  // the number of the last row
	gap     Result // of a row of which nothing is kept; empty if such rows are left out
	report  *report
}

func (s *Service) outcomesOf(
	ctx context.Context, scope admin.Scope, id uuid.UUID, f OutcomeFilter, o []ReportOptions,
) (*outcomes, error) {
	i, t, err := s.open(ctx, scope, id, read)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	run, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
	if err != nil {
		return nil, err
	}
	if err := run.Complete(); err != nil {
		return nil, err
	}
	at, err := parseCursor(run.Cursor)
	if err != nil {
		return nil, err
	}
	out := &outcomes{Service: s, org: scope.Org(), i: i, reached: at.row, report: t.report(i, o)}
	sum, err := talliesOf(run)
	if err != nil {
		return nil, err
	}
	if sum.Passes > 0 {
		out.reached = i.Rows
		if !run.Status.Final() || run.Counts.Settled() < run.Counts.Total {
			return out, nil // rows of which nothing is kept may come in a later pass
		}
	}
	out.gap, err = out.gapResult(ctx, t, run)
	return out, err
}

// gapResult returns what became of the rows of which nothing is kept.
func (o *outcomes) gapResult(ctx context.Context, t Type, run job.Job) (Result, error) {
	sum, err := talliesOf(run)
	if err != nil {
		return "", err
	}
	if !t.keepsEffects() && sum.Kept > 0 && sum.Kept == sum.Created+sum.Updated {
		return Unchanged, nil
	}
	if !t.keepsEffects() {
		switch (tallies{Created: sum.Created, Updated: sum.Updated, Unchanged: sum.Unchanged}).counts() {
		case [3]int64{sum.Created}:
			return Created, nil
		case [3]int64{1: sum.Updated}:
			return Updated, nil
		case [3]int64{2: sum.Unchanged}:
			return Unchanged, nil
		}
		return NotKept, nil
	}
	// An erased customer has had rows of accounts erased, too, of which none was imported.
	erased, err := o.ports.Customers.Count(ctx, o.org, customer.Filter{Status: customer.Erased})
	if err == nil && erased == 0 && t.Schema.Type != CustomersType {
		erased, err = o.ports.Accounts.Count(ctx, o.org, customer.AccountFilter{Status: customer.Erased})
	}
	if err != nil || erased == 0 {
		return Unchanged, err
	}
	gaps := int64(0)
	for from := int64(1); from <= o.reached; from += rowPage {
		kept, err := o.kept(ctx, from, rowPage)
		if err != nil {
			return "", err
		}
		gaps += min(rowPage, o.reached-from+1)
		for number := range kept {
			if number <= o.reached {
				gaps--
			}
		}
	}
	if gaps == sum.Unchanged {
		return Unchanged, nil
	}
	return NotKept, nil
}

func (t tallies) counts() [3]int64 { return [3]int64{t.Created, t.Updated, t.Unchanged} }

// kept returns what became of n rows from a number on of which something is kept.
func (o *outcomes) kept(ctx context.Context, from, n int64) (map[int64]RowOutcome, error) {
	effects, err := o.ports.Jobs.Effects(ctx, o.org, o.i.ID, admin.Seek[int64]{Limit: int(n), After: from + n})
	if err != nil {
		return nil, err
	}
	entries, err := o.ports.Jobs.Entries(ctx, o.org, o.i.ID, job.EntryFilter{},
		admin.Seek[int64]{Limit: int(n), After: from - 1})
	if err != nil {
		return nil, err
	}
	out := make(map[int64]RowOutcome, len(effects)+len(entries))
	for _, e := range effects {
		if e.Seq < from {
			break
		}
		if out[e.Seq], err = o.effect(e); err != nil {
			return nil, err
		}
	}
	for _, e := range entries {
		if e.Seq >= from+n {
			break
		}
		if out[e.Seq], err = o.entry(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o *outcomes) effect(e job.Effect) (RowOutcome, error) {
	row := RowOutcome{Number: e.Seq, Result: Created, Key: e.Ref}
	if o.report.id {
		row.Key = ""
	}
	if e.Before == "" {
		return row, nil
	}
	row.Result = Updated
	d, err := readBefore(e.Before)
	if err != nil {
		return RowOutcome{}, fmt.Errorf("row %d: %w", e.Seq, err)
	}
	if d.Target != nil {
		row.Result = d.Target.Result
		if row.Key != "" {
			row.Key = d.Target.key(e)
		}
	}
	if d.Made == Created {
		row.Result = Created
	}
	row.Changes = d.changes()
	for k, c := range row.Changes {
		if o.report.hides(c.Field) {
			row.Changes[k] = FieldChange{Field: c.Field}
		}
	}
	return row, nil
}

func (o *outcomes) entry(e job.Entry) (RowOutcome, error) {
	row := RowOutcome{Number: e.Seq, Result: Skipped, Key: e.Ref}
	if e.Status == job.EntryFailed {
		failed, err := failedRow(e)
		if err != nil {
			return RowOutcome{}, err
		}
		row.Result, row.Errors = Failed, o.report.row(failed).Errors
	}
	if o.report.key {
		row.Key = ""
	}
	return row, nil
}

// page returns the outcomes that match behind a row.
func (o *outcomes) page(ctx context.Context, f OutcomeFilter, seek admin.Seek[int64]) ([]RowOutcome, error) {
	var out []RowOutcome
	for from := seek.After + 1; from <= o.i.Rows && len(out) < seek.Limit; {
		n := int64(seek.Limit)
		if f.Result != "" {
			n = rowPage
		}
		rows, err := o.window(ctx, from, n)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if (f.Result == "" || f.Result == r.Result) && len(out) < seek.Limit {
				out = append(out, r)
			}
		}
		from += n
	}
	return out, nil
}

// window returns what became of n rows from a number on, of those that were reached and those that failed before.
func (o *outcomes) window(ctx context.Context, from, n int64) ([]RowOutcome, error) {
	kept, err := o.kept(ctx, from, n)
	if err != nil {
		return nil, err
	}
	var out []RowOutcome
	for number := from; number < from+n; number++ {
		row, ok := kept[number]
		if !ok && number <= o.reached && o.gap != "" {
			row, ok = RowOutcome{Number: number, Result: o.gap}, true
		}
		if ok {
			out = append(out, row)
		}
	}
	return out, nil
}

// changes returns how the fields of a record were changed.
func (d beforeData) changes() []FieldChange {
	var out []FieldChange
	for name, to := range d.After {
		from := d.Fields[name]
		was, _ := from.(map[string]any)
		is, _ := to.(map[string]any)
		if was == nil && is == nil {
			out = append(out, FieldChange{Field: name, From: plainText(from), To: plainText(to)})
			continue
		}
		for key := range is {
			if plainText(was[key]) != plainText(is[key]) {
				out = append(out, FieldChange{Field: key, From: plainText(was[key]), To: plainText(is[key])})
			}
		}
		for key := range was {
			if _, ok := is[key]; !ok {
				out = append(out, FieldChange{Field: key, From: plainText(was[key])})
			}
		}
	}
	if d.Customer != nil && d.Customer.Before != nil {
		for _, c := range d.Customer.Before.changes() {
			c.Field = ownerPrefix + c.Field
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b FieldChange) int { return strings.Compare(a.Field, b.Field) })
	return out
}

// plainText returns a value of a field as a cell would have it.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, _ := json.Marshal(v) // it was read from JSON
	return string(text)
}
