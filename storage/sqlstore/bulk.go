package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// bulk inserts many rows with few statements.
type bulk struct {
	head    string   // INSERT INTO table (columns)
	columns []string // the type of each
	tail    string   // upsert clause, or nothing
	chunk   int      // how many rows a statement has at most
	fixed   []fixed  // statements that are kept prepared, the largest first; the last is for one row
	arrays  string   // the statement for any number of rows, for a dialect that takes arrays
}

// fixed is the statement for a number of rows.
type fixed struct {
	rows int
	text string
}

// newBulk prepares inserting into {table}. A column is its name, and after a blank its type if
// that is not text. If key is given, rows whose key is taken replace the columns in set; without
// key a taken one is an error.
func newBulk(db *DB, table string, columns, key, set []string) bulk {
	var b bulk
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i], c = columnName(c), strings.TrimPrefix(c[len(columnName(c)):], " ")
		if c == "" {
			c = "text"
		}
		b.columns = append(b.columns, c)
	}
	b.head = db.oneOff("INSERT INTO {"+table+"} (") + strings.Join(names, ", ") + ")"
	if key != nil {
		replaced := make([]string, len(set))
		for i, c := range set {
			replaced[i] = columnName(c)
		}
		b.tail = db.dialect.upsert(key, replaced)
	}
	if db.dialect.arrays {
		unnest := make([]string, len(b.columns))
		for i, c := range b.columns {
			unnest[i] = db.arrayParameter(db.dialect.placeholder(i+1), c)
		}
		b.arrays = db.keep(b.head + " SELECT * FROM unnest(" + strings.Join(unnest, ", ") + ")" + b.tail)
		b.chunk = arrayRows
		return b
	}
	b.chunk = min(bulkRows, db.dialect.maxParams/len(b.columns))
	for _, n := range []int{b.chunk, 100, 20, 1} {
		if n <= b.chunk {
			b.fixed = append(b.fixed, fixed{n, db.keep(b.text(db.dialect, n))})
		}
	}
	return b
}

func columnName(column string) string {
	name, _, _ := strings.Cut(column, " ")
	return name
}

// Beyond these numbers of rows, and of bytes of text in them, larger statements gain nothing.
// MySQL refuses a statement above max_allowed_packet, 16 MiB on MariaDB and as little as 4 MiB
// elsewhere.
const (
	bulkRows  = 500
	arrayRows = 2000
	bulkBytes = 1 << 20
)

// insert writes n rows; row gives the values of the i-th.
func (b bulk) insert(ctx context.Context, t *tx, noun string, n int, row func(i int) []any) error {
	write := b.insertValues
	if b.arrays != "" {
		write = b.insertArrays
	}
	var batch [][]any
	size := 0
	for i := range n {
		values := row(i)
		batch = append(batch, values)
		size += textSize(values)
		if len(batch) < b.chunk && size < bulkBytes && i < n-1 {
			continue
		}
		if err := write(ctx, t, noun, batch); err != nil {
			return err
		}
		batch, size = batch[:0], 0
	}
	return nil
}

func textSize(values []any) (n int) {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += 2 * len(v)
		}
	}
	return n
}

// insertValues writes rows with statements of few sizes, which stay prepared: SQLite takes a third of an insert to
// parse it, and MySQL's driver has the server describe each parameter of a statement that is not prepared. The few rows
// that are left over go with one statement of their own.
func (b bulk) insertValues(ctx context.Context, t *tx, noun string, batch [][]any) error {
	for len(batch) > 0 {
		n, text := len(batch), ""
		for _, f := range b.fixed {
			if f.rows == n || f.rows < n && f.rows > 1 {
				n, text = f.rows, f.text
				break
			}
		}
		if text == "" {
			text = b.text(t.db.dialect, n)
		}
		if _, err := t.exec(ctx, noun, text, slices.Concat(batch[:n]...)...); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

func (b bulk) text(d dialect, n int) string {
	var s strings.Builder
	s.WriteString(b.head)
	s.WriteString(" VALUES ")
	p := 0
	for i := range n {
		if i > 0 {
			s.WriteByte(',')
		}
		s.WriteByte('(')
		for c := range b.columns {
			if c > 0 {
				s.WriteByte(',')
			}
			p++
			s.WriteString(d.placeholder(p))
		}
		s.WriteByte(')')
	}
	s.WriteString(b.tail)
	return s.String()
}

func (b bulk) insertArrays(ctx context.Context, t *tx, noun string, batch [][]any) error {
	args := make([]any, len(b.columns))
	for c, of := range b.columns {
		var err error
		if args[c], err = t.db.arrayOf(of, len(batch), func(i int) any { return batch[i][c] }); err != nil {
			return fmt.Errorf("%s: %w", noun, err)
		}
	}
	_, err := t.exec(ctx, noun, b.arrays, args...)
	return err
}
