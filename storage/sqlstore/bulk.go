package sqlstore

import (
	"context"
	"strings"
)

// bulk inserts many rows with few statements.
type bulk struct {
	head    string // INSERT INTO table (columns) VALUES
	columns int
	tail    string // upsert clause, or nothing
}

// newBulk prepares inserting into {table}. Where key is given, rows whose key is taken replace the
// columns in set; without key a taken one is an error.
func newBulk(db *DB, table string, columns, key, set []string) bulk {
	b := bulk{
		head:    db.bind("INSERT INTO {"+table+"} (") + strings.Join(columns, ", ") + ") VALUES ",
		columns: len(columns),
	}
	if key != nil {
		b.tail = db.dialect.upsert(key, set)
	}
	return b
}

// insert writes n rows; row gives the values of the i-th.
func (b bulk) insert(ctx context.Context, t *tx, noun string, n int, row func(i int) []any) error {
	// Statements of one size are prepared once by drivers that cache them; beyond some 500 rows
	// larger ones gain nothing.
	chunk := min(500, t.db.dialect.maxParams/b.columns)
	for from := 0; from < n; from += chunk {
		to := min(n, from+chunk)
		args := make([]any, 0, (to-from)*b.columns)
		for i := from; i < to; i++ {
			args = append(args, row(i)...)
		}
		if _, err := t.exec(ctx, noun, b.text(t.db.dialect, to-from), args...); err != nil {
			return err
		}
	}
	return nil
}

func (b bulk) text(d dialect, n int) string {
	var s strings.Builder
	s.WriteString(b.head)
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
