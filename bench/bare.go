package main

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// bare is a prepared select whose rows are scanned into any: the least that reading them takes.
type bare struct{ stmt *sql.Stmt }

// newBare prepares a text with ? for its parameters.
func newBare(ctx context.Context, pool *sql.DB, d sqlstore.Dialect, text string) (bare, error) {
	if d == sqlstore.PostgreSQL {
		parts := strings.Split(text, "?")
		text = parts[0]
		for i, part := range parts[1:] {
			text += "$" + strconv.Itoa(i+1) + part
		}
	}
	stmt, err := pool.PrepareContext(ctx, text)
	return bare{stmt}, err
}

// read returns how many rows there are.
func (b bare) read(ctx context.Context, args []any) (n int, err error) {
	rows, err := b.stmt.QueryContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}

func (b bare) close() { _ = b.stmt.Close() }
