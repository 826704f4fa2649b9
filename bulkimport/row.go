package bulkimport

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jszwec/csvutil"
)

// Row is one valid row of a file, as its Schema reads it: each value in the one form that its Kind
// names.
type Row struct {
	Number int64 // 1, 2, 3, … within the file, not counting the header and blank lines
	Line   int64 // of the file, from 1, where the row begins
	key    int
	names  []string // of the fields that the import maps
	// columns are the first that each field comes from, NoColumn for a constant
	columns []int
	values  []string
	kept    []bool // blank values that leave a record's as it is; nil for none
	rec     record // as in the file, for the report of what a target refuses
}

// Key is the value of the schema's key field.
func (r Row) Key() string {
	if r.key >= len(r.values) {
		return ""
	}
	return r.values[r.key]
}

// Value is the value of a field, empty for a blank cell; mapped is false if the row does not fill in the field, because
// the import does not or because a blank cell is to keep what is there, so that an update must leave it alone.
func (r Row) Value(field string) (value string, mapped bool) {
	i := slices.Index(r.names, field)
	if i < 0 || (r.kept != nil && r.kept[i]) {
		return "", false
	}
	return r.values[i], true
}

// Fields lists the fields that the row fills in, in the schema's order.
func (r Row) Fields() []string {
	if r.kept == nil {
		return slices.Clone(r.names)
	}
	var out []string
	for i, name := range r.names {
		if !r.kept[i] {
			out = append(out, name)
		}
	}
	return out
}

// NewRow makes a row by hand, for the tests of a Target. keyField names the schema's key.
func NewRow(number, line int64, keyField string, fields, values []string) (Row, error) {
	key := slices.Index(fields, keyField)
	if key < 0 || len(fields) != len(values) {
		return Row{}, fmt.Errorf("a row needs its key %q among its fields, and one value for each", keyField)
	}
	return Row{Number: number, Line: line, key: key, names: slices.Clone(fields), values: slices.Clone(values)}, nil
}

// String is the row's number and line; the cells are the customer's business and not a log's.
func (r Row) String() string { return fmt.Sprintf("row %d (line %d)", r.Number, r.Line) }

// Format writes String for every verb, so that no cell ends up in a log by %+v.
func (r Row) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.String()) }

// Decode fills a T from a row, by csvutil's rules: a field of T takes the field of the schema that
// its csv tag names. Of the types beyond strings and numbers, decimal.Decimal reads a Decimal,
// time.Time a Date or an Instant, []string a List and map[string]string Metadata. A blank cell cannot be a number, date
// or boolean: make such a field of T a
// pointer or tag it omitempty.
func Decode[T any](r Row) (T, error) {
	var zero T
	out, err := DecodeAll[T]([]Row{r})
	if err != nil {
		return zero, err
	}
	return out[0], nil
}

// DecodeAll is [Decode] for the rows of a batch: it reads the tags of T once.
func DecodeAll[T any](rows []Row) ([]T, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	// With a header given, csvutil takes the first record for a row.
	dec, err := csvutil.NewDecoder(&rowReader{rows: rows}, rows[0].names...)
	if err != nil {
		return nil, fmt.Errorf("decode rows: %w", err)
	}
	dec.WithUnmarshalers(csvutil.NewUnmarshalers(
		csvutil.UnmarshalFunc(func(text []byte, t *time.Time) error {
			layout := time.DateOnly
			if len(text) > len(layout) {
				layout = time.RFC3339Nano
			}
			var err error
			*t, err = time.Parse(layout, string(text))
			return err
		}),
		csvutil.UnmarshalFunc(func(text []byte, items *[]string) error { return unmarshal(text, items) }),
		csvutil.UnmarshalFunc(func(text []byte, pairs *map[string]string) error { return unmarshal(text, pairs) }),
	))
	out := make([]T, 0, len(rows))
	for _, r := range rows {
		var v T // a fresh one: omitempty would keep the value of the row before
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("decode %v: %w", r, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// unmarshal reads a List or Metadata; a blank cell is none.
func unmarshal(text []byte, into any) error {
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, into)
}

// rowReader gives csvutil the rows as records.
type rowReader struct {
	rows []Row
	next int
}

func (r *rowReader) Read() ([]string, error) {
	if r.next == len(r.rows) {
		return nil, io.EOF
	}
	r.next++
	return r.rows[r.next-1].values, nil
}
